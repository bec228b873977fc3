/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/slice.h"

/* What was told to Redis lately and answered: kept to be told again, should it come back with an earlier state. So many octets of memory;
 * the oldest records go first. */

enum replay_kind {
	REPLAY_SETTLED,  /* one settlement (store_restore.c says in which form) */
	REPLAY_RECEIPTS, /* receipt keys: the fields and values of an HSET, as command.h has arguments */
	REPLAY_MO,       /* messages from phones: the words of mo.lua, likewise */
	REPLAY_KIND_COUNT
};

struct replay_ring {
	char *octets;
	size_t cap;
	size_t first; /* the oldest record */
	size_t end;   /* behind the newest one */
	size_t turn;  /* where records end before they go on at 0; meaningful where end <= first and it is not empty */
	unsigned count;
};

struct replay_record {
	mono_us at; /* when it was answered */
	enum replay_kind kind;
	unsigned argument_count; /* where they are arguments */
	struct slice octets;     /* aligned as malloc does where it is told again */
};

/* Takes cap octets; 0 = it keeps nothing. ERR_MEMORY. */
MUST_CHECK enum err replay_ring_init(struct replay_ring *ring, size_t cap);
void replay_ring_fini(struct replay_ring *ring);

/* Copies one: its octets are absent, its pieces go one behind the other. What is larger than the whole ring is not kept. */
void replay_ring_put(struct replay_ring *ring, const struct replay_record *record, const struct slice *pieces,
		     unsigned piece_count);

/* Calls each for what is not older than since, oldest first. It must not put. */
void replay_ring_each(const struct replay_ring *ring, mono_us since,
		      void (*each)(void *ctx, const struct replay_record *record), void *ctx);
