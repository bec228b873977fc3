/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* An account's rate, of which this worker has a part on loan. One token is one segment. All workers of all gateways share
 * one line of tokens, 1/rate apart, kept by the store; each is lent a block of it when it has something to send:
 *
 *      us          another worker    us
 *   ├─·─·─·─·─┤├─·─·─·─·─┤├─·─·─·─·─┤───────► time
 *     ▲ a token may be used from its own instant on, for its life
 *
 * So in any second at most rate × (1 + life), rounded up, segments leave, however many lend and whoever dies; what a worker
 * does not use in time is lost. The instants are on the store's clock, which a worker knows within bounds (flow/store_clock.h):
 * a token begins no earlier, and ends no later, than in truth. Where the bounds are as far apart as a token lives, no token
 * can be used: such tokens are late. */

/* The life, by the rate, within these. */
#define LEASE_LIFE_LEAST_US (80 * US_PER_MS)
#define LEASE_LIFE_MOST_US  (100 * US_PER_MS)

#define LEASE_BLOCK_US      (12 * US_PER_MS) /* of the rate, in one block; at least one token */
#define LEASE_BLOCK_MOST_US (50 * US_PER_MS) /* … where the store is far away */
#define LEASE_AHEAD_US      (12 * US_PER_MS) /* a next block is asked for when the last one ends in less than that */
#define LEASE_GROUP_US      (4 * US_PER_MS)  /* tokens are waited for by so many at a time, so that each is no turn */
#define LEASE_BLOCKS        8

/* Where the store takes long to answer (“way”), more is asked for, and earlier by so much: else the tokens of one block would be
 * used before the next one is there. It is lent in blocks of LEASE_BLOCK_MOST_US, of which one question asks for so many. */
#define LEASE_ASK_BLOCKS 2

struct lease_block {
	mono_us from;        /* the first token may be used */
	mono_us until;       /* … and no longer from here on */
	uint32_t rate_per_s; /* its tokens follow at that */
	uint32_t count;
	uint32_t gone; /* the first so many are used, or too old */
};

struct lease {
	uint32_t rate_per_s; /* 0 = unlimited: every question below is answered with “yes” and nothing is asked */
	struct lease_block blocks[LEASE_BLOCKS]; /* oldest first */
	unsigned block_count;
	unsigned asking;  /* blocks that are asked for */
	mono_us again_at; /* not asked before */
	bool is_late; /* what came last could not be used any more: few are asked for, others may be nearer to the store */
};

/* One block, as it came. */
struct lease_grant {
	uint32_t rate_per_s; /* at which its tokens follow: the worker's own, or less */
	uint32_t count;      /* 0 = none */
	mono_us from, until; /* of the first token, on the worker's clock; until <= from: never */
	mono_us wait_us;     /* with none, when to ask again */
};

/* Another rate is in force: what is on loan at the old one is given up. rate_per_s: 0–1,000,000. */
void lease_set_rate(struct lease *lease, uint32_t rate_per_s);

/* Tokens that may be used now or within soon_us; UINT32_MAX where unlimited. */
uint32_t lease_level(struct lease *lease, mono_us now, mono_us soon_us);

/* Uses one token, if there is one now; true where there was. */
bool lease_take(struct lease *lease, mono_us now);

/* How long a token lives at that rate (1–1,000,000). */
mono_us lease_life(uint32_t rate_per_s);

/* The most tokens of one block at that rate (1–1,000,000). */
uint32_t lease_block_most(uint32_t rate_per_s);

/* How many tokens to ask for now, in up to LEASE_ASK_BLOCKS blocks; 0 = none. demand: segments that would leave if they had
 * one, those that have a claim on tokens at hand included. way: how long the answer will take. */
uint32_t lease_wanted(struct lease *lease, uint32_t demand, mono_us way, mono_us now);

/* They were asked for, in so many blocks. */
void lease_asked(struct lease *lease, unsigned blocks);

/* The answer about one block. Returns how many of its tokens are late. */
uint32_t lease_granted(struct lease *lease, const struct lease_grant *grant, mono_us now);

/* There will be no answer about any. */
void lease_lost(struct lease *lease, mono_us now);

/* When to look again, where demand (> 0) is more than the level: tokens come, or are to be asked for; INT64_MAX where an
 * answer is waited for and nothing else. way: as above. */
mono_us lease_next_at(struct lease *lease, uint32_t demand, mono_us way, mono_us now);
