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
 *     ▲ a token may be used from its own instant on, for LEASE_LIFE_US
 *
 * So in any second at most rate × (1 + LEASE_LIFE) + 1 segments leave, however many lend and whoever dies; what a worker
 * does not use in time is lost. The instants are on the store's clock; a worker knows it as well as the answer's way took:
 * a token begins no earlier, and ends no later, than in truth. */

#define LEASE_LIFE_US  (80 * US_PER_MS)
#define LEASE_BLOCK_US (12 * US_PER_MS) /* of the rate, in one block; at least one token */
#define LEASE_AHEAD_US (12 * US_PER_MS) /* a next block is asked for when the last one ends in less than that */
#define LEASE_GROUP_US (4 * US_PER_MS)  /* tokens are waited for by so many at a time, so that each is no turn */
#define LEASE_BLOCKS   8

/* Where the store takes long to answer, blocks are larger and are asked for earlier by so much: else the tokens of one would be
 * used before the next one is there, or be too old when they come. At LEASE_LIFE_US and more none can be used. */
#define LEASE_WAY_MOST_US (60 * US_PER_MS)

struct lease_block {
	mono_us from;  /* the first token may be used */
	mono_us until; /* … and no longer from here on */
	uint32_t count;
	uint32_t gone; /* the first so many are used, or too old */
};

struct lease {
	uint32_t rate_per_s; /* 0 = unlimited: every question below is answered with “yes” and nothing is asked */
	struct lease_block blocks[LEASE_BLOCKS]; /* oldest first */
	unsigned block_count;
	bool is_asking;
	mono_us asked_at;
	mono_us again_at; /* not asked before */
	mono_us way;      /* how long an answer takes, nearly at most; up to LEASE_WAY_MOST_US */
};

/* Another rate is in force: what is on loan at the old one is given up. rate_per_s: 0–1,000,000. */
void lease_set_rate(struct lease *lease, uint32_t rate_per_s);

/* Tokens that may be used now or within soon_us; UINT32_MAX where unlimited. */
uint32_t lease_level(struct lease *lease, mono_us now, mono_us soon_us);

/* Uses one token, if there is one now; true where there was. */
bool lease_take(struct lease *lease, mono_us now);

/* How many tokens to ask for now; 0 = none. demand: segments that would leave if they had one, those that have a claim on
 * tokens at hand included. */
uint32_t lease_wanted(struct lease *lease, uint32_t demand, mono_us now);

/* They were asked for. */
void lease_asked(struct lease *lease, mono_us now);

/* The answer. count: tokens; 0 = none. delay_us: when the first one's instant comes, from the answer's making on; negative
 * = it has passed. wait_us: with none, when to ask again. */
void lease_granted(struct lease *lease, uint32_t count, mono_us delay_us, mono_us wait_us, mono_us now);

/* There will be no answer. */
void lease_lost(struct lease *lease, mono_us now);

/* When to look again, where demand (> 0) is more than the level: tokens come, or are to be asked for; INT64_MAX where an
 * answer is waited for and nothing else. */
mono_us lease_next_at(struct lease *lease, uint32_t demand, mono_us now);
