/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/framer.h"

#include "tiny_dialect.h"

#include <criterion/criterion.h>

Test(framer, whole_frames_are_not_copied)
{
	struct framer framer;
	cr_assert(framer_init(&framer, &tiny_dialect));
	char memory[128];
	struct buf buf = buf_over(memory, sizeof memory);
	tiny_write(&buf, TINY_RECEIPT, 1, 0, SLICE("first"));
	size_t first_len = buf.len;
	tiny_write(&buf, TINY_RECEIPT, 2, 0, SLICE("second"));
	struct slice octets = { memory, buf.len - 1 };
	struct slice frame;
	cr_assert_eq(framer_next(&framer, &octets, &frame), FRAMER_FRAME);
	cr_assert_eq(frame.at, memory);
	cr_assert_eq(frame.len, first_len);
	cr_assert_eq(framer_next(&framer, &octets, &frame), FRAMER_HUNGRY);
	cr_assert_eq(octets.len, 0);
	cr_assert_eq(framer.len, buf.len - 1 - first_len);
	octets = (struct slice){ memory + buf.len - 1, 1 };
	cr_assert_eq(framer_next(&framer, &octets, &frame), FRAMER_FRAME);
	cr_assert(slice_equal(frame, (struct slice){ memory + first_len, buf.len - first_len }));
	cr_assert_eq(framer_next(&framer, &octets, &frame), FRAMER_HUNGRY);
	cr_assert_eq(framer.len, 0);
	framer_fini(&framer);
}

/* A dialect that is wrong about its own limits must not make the copy overflow. */
static size_t claimed_len;

static enum err claims(const uint8_t *at, size_t len, size_t *out)
{
	(void)at;
	(void)len;
	*out = claimed_len;
	return claimed_len == 1 ? ERR_SHORT : ERR_OK;
}

Test(framer, lengths_that_cannot_be)
{
	struct dialect dialect = tiny_dialect;
	dialect.frame_octets_max = 8;
	dialect.frame_length = claims;
	static const struct {
		const char *name;
		size_t claimed_len; /* 1 stands for “not known yet” */
		enum framer_answer want_first;
		enum framer_answer want_then;
	} rows[] = {
		{ "0", 0, FRAMER_LOST, FRAMER_LOST },
		{ "one too long", 9, FRAMER_LOST, FRAMER_LOST },
		{ "largest", SIZE_MAX, FRAMER_LOST, FRAMER_LOST },
		{ "never known", 1, FRAMER_HUNGRY, FRAMER_LOST },
		{ "longest", 8, FRAMER_HUNGRY, FRAMER_FRAME },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct framer framer;
		cr_assert(framer_init(&framer, &dialect));
		claimed_len = rows[i].claimed_len;
		struct slice octets = SLICE("abcd");
		struct slice frame;
		cr_assert_eq(framer_next(&framer, &octets, &frame), rows[i].want_first, "%s", rows[i].name);
		octets = SLICE("efghijkl");
		cr_assert_eq(framer_next(&framer, &octets, &frame), rows[i].want_then, "%s", rows[i].name);
		framer_fini(&framer);
	}
}
