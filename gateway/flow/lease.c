/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/lease.h"

#include "base/check.h"

#define LOST_WAIT_US (50 * US_PER_MS)
#define WAY_FADES    8 /* a slow answer is forgotten by one part of so many with each faster one */

void lease_set_rate(struct lease *lease, uint32_t rate_per_s)
{
	if (lease->rate_per_s == rate_per_s)
		return;
	/* An answer under way is of the old rate; its tokens are no more than that one gave. */
	lease->rate_per_s = rate_per_s;
	lease->block_count = 0;
	lease->again_at = 0;
}

/* Tokens whose instants lie in so long, the one at its begin included. */
static uint32_t tokens_in(const struct lease *lease, mono_us span, uint32_t most)
{
	if (span < 0)
		return 0;
	if (span >= INT64_MAX / (int64_t)lease->rate_per_s)
		return most;
	int64_t count = span * lease->rate_per_s / US_PER_S + 1;
	return count < most ? (uint32_t)count : most;
}

/* How long after a block's begin its token number index (from 0) may be used. */
static mono_us offset_of(const struct lease *lease, uint32_t index)
{
	return ((mono_us)index * US_PER_S + lease->rate_per_s - 1) / lease->rate_per_s;
}

/* What was not used in time is lost. */
static void let_go(struct lease *lease, mono_us now)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < lease->block_count; i++) {
		struct lease_block block = lease->blocks[i];
		uint32_t old = tokens_in(lease, now - block.until, block.count);
		if (block.gone < old)
			block.gone = old;
		if (block.gone < block.count)
			lease->blocks[kept++] = block;
	}
	lease->block_count = kept;
}

static uint32_t held(const struct lease *lease)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < lease->block_count; i++)
		sum += lease->blocks[i].count - lease->blocks[i].gone;
	return sum;
}

static uint32_t usable(const struct lease *lease, const struct lease_block *block, mono_us at)
{
	uint32_t come = tokens_in(lease, at - block->from, block->count);
	return come > block->gone ? come - block->gone : 0;
}

uint32_t lease_level(struct lease *lease, mono_us now, mono_us soon_us)
{
	if (lease->rate_per_s == 0)
		return UINT32_MAX;
	let_go(lease, now);
	uint32_t sum = 0;
	for (unsigned i = 0; i < lease->block_count; i++)
		sum += usable(lease, &lease->blocks[i], now + soon_us);
	return sum;
}

bool lease_take(struct lease *lease, mono_us now)
{
	if (lease->rate_per_s == 0)
		return true;
	let_go(lease, now);
	for (unsigned i = 0; i < lease->block_count; i++) {
		struct lease_block *block = &lease->blocks[i];
		if (usable(lease, block, now) == 0)
			continue;
		block->gone++;
		return true;
	}
	return false;
}

static uint32_t block_tokens(const struct lease *lease)
{
	int64_t count = lease->rate_per_s * (LEASE_BLOCK_US + lease->way) / US_PER_S;
	return count > 1 ? (uint32_t)count : 1;
}

/* When the last block's tokens are all there; long ago where there is none. */
static mono_us last_at(const struct lease *lease)
{
	if (lease->block_count == 0)
		return INT64_MIN / 2;
	const struct lease_block *block = &lease->blocks[lease->block_count - 1];
	return block->from + offset_of(lease, block->count - 1);
}

/* While there are some to use, it is not asked for each single one. */
static uint32_t worth_asking(const struct lease *lease, uint32_t demand)
{
	uint32_t have = held(lease), block = block_tokens(lease);
	uint32_t missing = demand > have ? demand - have : 0;
	if (lease->is_asking || lease->block_count == LEASE_BLOCKS || (have > 0 && missing < (block + 1) / 2))
		return 0;
	return missing < block ? missing : block;
}

uint32_t lease_wanted(struct lease *lease, uint32_t demand, mono_us now)
{
	if (lease->rate_per_s == 0 || now < lease->again_at)
		return 0;
	let_go(lease, now);
	return last_at(lease) - now > LEASE_AHEAD_US + lease->way ? 0 : worth_asking(lease, demand);
}

void lease_asked(struct lease *lease, mono_us now)
{
	lease->is_asking = true;
	lease->asked_at = now;
}

static void note_way(struct lease *lease, mono_us way)
{
	lease->way = way > lease->way ? way : lease->way - (lease->way - way) / WAY_FADES;
	if (lease->way > LEASE_WAY_MOST_US)
		lease->way = LEASE_WAY_MOST_US;
}

void lease_granted(struct lease *lease, uint32_t count, mono_us delay_us, mono_us wait_us, mono_us now)
{
	CHECK(lease->is_asking);
	lease->is_asking = false;
	note_way(lease, now - lease->asked_at);
	lease->again_at = count > 0 ? now : now + wait_us;
	if (lease->rate_per_s == 0 || count == 0)
		return;
	let_go(lease, now);
	CHECK(lease->block_count < LEASE_BLOCKS);
	/* The answer was made between our question and now. */
	lease->blocks[lease->block_count++] = (struct lease_block){
		.from = now + delay_us,
		.until = lease->asked_at + delay_us + LEASE_LIFE_US,
		.count = count,
	};
}

void lease_lost(struct lease *lease, mono_us now)
{
	lease->is_asking = false;
	lease->again_at = now + LOST_WAIT_US;
}

mono_us lease_next_at(struct lease *lease, uint32_t demand, mono_us now)
{
	if (lease->rate_per_s == 0)
		return INT64_MAX;
	let_go(lease, now);
	uint32_t group = (uint32_t)(lease->rate_per_s * LEASE_GROUP_US / US_PER_S);
	uint32_t needed = demand < group ? demand : group;
	if (needed == 0)
		needed = 1;
	mono_us at = INT64_MAX;
	uint32_t before = 0;
	for (unsigned i = 0; i < lease->block_count && at == INT64_MAX; i++) {
		const struct lease_block *block = &lease->blocks[i];
		uint32_t left = block->count - block->gone;
		if (before + left >= needed)
			at = block->from + offset_of(lease, block->gone + (needed - before) - 1);
		else if (i + 1 == lease->block_count)
			at = block->from + offset_of(lease, block->count - 1);
		before += left;
	}
	if (worth_asking(lease, demand) > 0) {
		mono_us ask_at = last_at(lease) - LEASE_AHEAD_US - lease->way;
		ask_at = ask_at > lease->again_at ? ask_at : lease->again_at;
		at = ask_at < at ? ask_at : at;
	}
	return at > now ? at : now;
}
