/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Octets on their way to the socket. At most cap wait at a time, in memory of twice that size, so that what waits moves
 * to the front only after cap octets have left: each octet moves at most once on average.
 *
 *   octets  [ handed over │ waiting …………… │ free ………………………………………… ]
 *           0             begin            end                       2 × cap
 */
struct outbox {
	char *octets;
	size_t cap;
	size_t begin;
	size_t end;
	uint64_t handed; /* octets handed to the kernel since the last clear */
};

/* cap: octets, at least 1. False where there is no memory. */
bool outbox_init(struct outbox *outbox, size_t cap);
void outbox_fini(struct outbox *outbox);

/* Drops what waits and begins to count anew. */
void outbox_clear(struct outbox *outbox);

/* Octets that wait. */
static inline size_t outbox_waiting(const struct outbox *outbox)
{
	return outbox->end - outbox->begin;
}

/* Where the next octet will lie in all that was put out since the last clear, from 0. */
static inline uint64_t outbox_position(const struct outbox *outbox)
{
	return outbox->handed + outbox_waiting(outbox);
}

/* A writer behind what waits, with room until mark octets wait (mark <= cap). What it wrote counts once it is given to
 * outbox_put; any other call ends its life. */
struct buf outbox_writer(struct outbox *outbox, size_t mark);

/* Takes what the writer wrote. False, and nothing happened, where it ran full. */
bool outbox_put(struct outbox *outbox, const struct buf *writer);

/* Drops what waits from a position on: the next octet lies there. position: not beyond outbox_position, and not before
 * what was handed over. */
void outbox_cut(struct outbox *outbox, uint64_t position);

/* The first len octets of what waits were handed to the kernel. */
void outbox_handed(struct outbox *outbox, size_t len);
