/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/framer.h"

#include "base/check.h"

#include <stdlib.h>

bool framer_init(struct framer *framer, const struct dialect *dialect)
{
	CHECK(dialect->frame_octets_max >= 1);
	*framer = (struct framer){ .dialect = dialect, .octets = malloc(dialect->frame_octets_max) };
	return framer->octets != NULL;
}

void framer_fini(struct framer *framer)
{
	free(framer->octets);
	*framer = (struct framer){ 0 };
}

void framer_clear(struct framer *framer)
{
	framer->len = framer->need = 0;
}

/* A length that the dialect itself does not allow is lost framing too, so that the copy can never overflow. */
static enum err frame_length(const struct framer *framer, const void *at, size_t len, size_t *out)
{
	enum err err = framer->dialect->frame_length(at, len, out);
	if (err == ERR_OK && (*out == 0 || *out > framer->dialect->frame_octets_max))
		return ERR_RANGE;
	if (err == ERR_SHORT && len >= framer->dialect->frame_octets_max)
		return ERR_RANGE;
	return err;
}

static void keep(struct framer *framer, struct slice *octets, size_t len)
{
	memcpy(framer->octets + framer->len, octets->at, len);
	framer->len += len;
	octets->at += len;
	octets->len -= len;
}

/* No frame is unfinished: the next one is read where it lies. */
static enum framer_answer next_in_place(struct framer *framer, struct slice *octets, struct slice *frame)
{
	size_t len = 0;
	switch (frame_length(framer, octets->at, octets->len, &len)) {
	case ERR_OK:
		if (len > octets->len) {
			framer->need = len;
			keep(framer, octets, octets->len);
			return FRAMER_HUNGRY;
		}
		*frame = (struct slice){ octets->at, len };
		octets->at += len;
		octets->len -= len;
		return FRAMER_FRAME;
	case ERR_SHORT:
		framer->need = 0;
		keep(framer, octets, octets->len);
		return FRAMER_HUNGRY;
	default:
		*frame = *octets;
		return FRAMER_LOST;
	}
}

enum framer_answer framer_next(struct framer *framer, struct slice *octets, struct slice *frame)
{
	if (octets->len == 0)
		return FRAMER_HUNGRY;
	if (framer->len == 0)
		return next_in_place(framer, octets, frame);
	*frame = (struct slice){ (const char *)framer->octets, 0 };
	/* Octet by octet until the length is known: a header has few, and nothing of the next frame may be taken. */
	while (framer->need == 0) {
		if (octets->len == 0)
			return FRAMER_HUNGRY;
		keep(framer, octets, 1);
		size_t len = 0;
		enum err err = frame_length(framer, framer->octets, framer->len, &len);
		if (err != ERR_OK && err != ERR_SHORT) {
			frame->len = framer->len;
			return FRAMER_LOST;
		}
		if (err == ERR_OK)
			framer->need = len > framer->len ? len : framer->len;
	}
	size_t missing = framer->need - framer->len;
	keep(framer, octets, missing < octets->len ? missing : octets->len);
	if (framer->len < framer->need)
		return FRAMER_HUNGRY;
	frame->len = framer->len;
	framer_clear(framer);
	return FRAMER_FRAME;
}
