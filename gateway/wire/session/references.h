/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Numbers by which one account's submits can be asked for where their answer does not come: 16 bits, given out in turn.
 *
 *             ┌───────── told, free ─────────┐
 *   free ── take ──► in use ── rest ──► resting ── three to six days ──► free
 *
 * A carrier that is asked for a number tells the latest message that had it. So a number is given out again only where it is
 * known what became of its message: the carrier said its id (told), or surely has none (free). Any other rests, as long as
 * carriers remember. The id that was told last is kept, as a hash: an answer with that id is of an earlier message. */

struct references;

/* Numbers from least to most, 1–65535. */
struct reference_range {
	uint16_t least;
	uint16_t most;
};

/* One of equally large parts that have no number in common and are the whole together. part: from 0; parts: at most as many as
 * there are numbers. */
struct reference_range references_part(struct reference_range whole, unsigned part, unsigned parts);

/* The numbers of a range, beginning at any. NULL where there is no memory; all of it is taken here. */
struct references *references_create(struct reference_range range, uint64_t random);

/* references: may be NULL. */
void references_destroy(struct references *references);

/* The next free number; 0 where there is none, or after references_stop. */
uint16_t references_take(struct references *references);

/* The message of a number in use has this id. An empty one tells nothing: the number rests. */
void references_told(struct references *references, uint16_t number, struct slice carrier_ref);

/* The same while a question by that number is still out: its answer would count for the next message, so the number rests. */
void references_told_too_early(struct references *references, uint16_t number, struct slice carrier_ref);

/* The carrier refused the message of a number in use, or it never left. */
void references_free(struct references *references, uint16_t number);

/* What became of the message of a number in use will not be known. */
void references_rest(struct references *references, uint16_t number);

/* True where that id, in either case of its letters, was told of an earlier message with this number. */
bool references_is_earlier(const struct references *references, uint16_t number, struct slice carrier_ref);

/* Frees what has rested long enough. */
void references_tick(struct references *references, mono_us now);

/* Nothing is asked any more: no number is given out from now on. */
void references_stop(struct references *references);
