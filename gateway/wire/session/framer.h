/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/session/dialect.h"

/* Cuts a stream of octets into frames. Frames are handed out where they lie in the caller's memory; only one that is
 * not all there is copied, and handed out of that copy once its rest has come. */
struct framer {
	const struct dialect *dialect;
	uint8_t *octets; /* room for frame_octets_max */
	size_t len;      /* of the unfinished frame */
	size_t need;     /* its whole length; 0 = not known yet */
};

enum framer_answer {
	FRAMER_FRAME,  /* there is one */
	FRAMER_HUNGRY, /* all octets are used, more are needed */
	FRAMER_LOST,   /* what lies here is no frame */
};

/* dialect: borrowed until framer_fini. False where there is no memory. */
bool framer_init(struct framer *framer, const struct dialect *dialect);
void framer_fini(struct framer *framer);

/* Drops the unfinished frame. */
void framer_clear(struct framer *framer);

/* The next frame. octets: moves forward over what was used. frame: set where the answer is FRAME, or LOST (then it is
 * what could not be read); borrowed until the next call. */
enum framer_answer framer_next(struct framer *framer, struct slice *octets, struct slice *frame);
