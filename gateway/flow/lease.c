/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/lease.h"

#include "base/check.h"

#define LOST_WAIT_US (50 * US_PER_MS)
#define LATE_WAIT_US (250 * US_PER_MS)

void lease_set_rate(struct lease *lease, uint32_t rate_per_s)
{
	if (lease->rate_per_s == rate_per_s)
		return;
	/* An answer under way keeps the rate that it was given at. */
	lease->rate_per_s = rate_per_s;
	lease->block_count = 0;
	lease->again_at = 0;
}

/* Whole segments leave: a life may be as long as it makes no further one, and up to 1.11 × rate are permitted. */
mono_us lease_life(uint32_t rate_per_s)
{
	mono_us rate = rate_per_s;
	mono_us least = (rate * (US_PER_S + LEASE_LIFE_LEAST_US) + US_PER_S - 1) / US_PER_S, most = rate * 111 / 100;
	mono_us life = ((least > most ? least : most) - rate) * US_PER_S / rate;
	return life < LEASE_LIFE_MOST_US ? life : LEASE_LIFE_MOST_US;
}

uint32_t lease_block_most(uint32_t rate_per_s)
{
	int64_t count = rate_per_s * LEASE_BLOCK_MOST_US / US_PER_S;
	return count > 1 ? (uint32_t)count : 1;
}

/* Tokens whose instants lie in so long, the one at its begin included. */
static uint32_t tokens_in(const struct lease_block *block, mono_us span)
{
	if (span < 0)
		return 0;
	if (span >= INT64_MAX / (int64_t)block->rate_per_s)
		return block->count;
	int64_t count = span * block->rate_per_s / US_PER_S + 1;
	return count < block->count ? (uint32_t)count : block->count;
}

/* How long after a block's begin its token number index (from 0) may be used. */
static mono_us offset_of(const struct lease_block *block, uint32_t index)
{
	return ((mono_us)index * US_PER_S + block->rate_per_s - 1) / block->rate_per_s;
}

/* What was not used in time is lost. */
static void let_go(struct lease *lease, mono_us now)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < lease->block_count; i++) {
		struct lease_block block = lease->blocks[i];
		uint32_t old = tokens_in(&block, now - block.until);
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

static uint32_t usable(const struct lease_block *block, mono_us at)
{
	uint32_t come = tokens_in(block, at - block->from);
	return come > block->gone ? come - block->gone : 0;
}

uint32_t lease_level(struct lease *lease, mono_us now, mono_us soon_us)
{
	if (lease->rate_per_s == 0)
		return UINT32_MAX;
	let_go(lease, now);
	uint32_t sum = 0;
	for (unsigned i = 0; i < lease->block_count; i++)
		sum += usable(&lease->blocks[i], now + soon_us);
	return sum;
}

bool lease_take(struct lease *lease, mono_us now)
{
	if (lease->rate_per_s == 0)
		return true;
	let_go(lease, now);
	for (unsigned i = 0; i < lease->block_count; i++) {
		struct lease_block *block = &lease->blocks[i];
		if (usable(block, now) == 0)
			continue;
		block->gone++;
		return true;
	}
	return false;
}

/* At most so many at a time. */
static uint32_t portion(const struct lease *lease, mono_us way)
{
	if (lease->is_late)
		return 1;
	mono_us span = LEASE_BLOCK_US + way;
	if (span > LEASE_ASK_BLOCKS * LEASE_BLOCK_MOST_US)
		span = LEASE_ASK_BLOCKS * LEASE_BLOCK_MOST_US;
	int64_t count = lease->rate_per_s * span / US_PER_S;
	int64_t most = LEASE_ASK_BLOCKS * (int64_t)lease_block_most(lease->rate_per_s);
	count = count < most ? count : most;
	return count > 1 ? (uint32_t)count : 1;
}

/* When the last block's tokens are all there; long ago where there is none. */
static mono_us last_at(const struct lease *lease)
{
	if (lease->block_count == 0)
		return INT64_MIN / 2;
	const struct lease_block *block = &lease->blocks[lease->block_count - 1];
	return block->from + offset_of(block, block->count - 1);
}

/* While there are some to use, it is not asked for each single one. */
static uint32_t worth_asking(const struct lease *lease, uint32_t demand, mono_us way)
{
	uint32_t have = held(lease), most = portion(lease, way);
	uint32_t missing = demand > have ? demand - have : 0;
	if (lease->asking > 0 || lease->block_count + LEASE_ASK_BLOCKS > LEASE_BLOCKS ||
	    (have > 0 && missing < (most + 1) / 2))
		return 0;
	return missing < most ? missing : most;
}

uint32_t lease_wanted(struct lease *lease, uint32_t demand, mono_us way, mono_us now)
{
	if (lease->rate_per_s == 0 || now < lease->again_at)
		return 0;
	let_go(lease, now);
	return last_at(lease) - now > LEASE_AHEAD_US + way ? 0 : worth_asking(lease, demand, way);
}

void lease_asked(struct lease *lease, unsigned blocks)
{
	lease->asking = blocks;
}

uint32_t lease_granted(struct lease *lease, const struct lease_grant *grant, mono_us now)
{
	CHECK(lease->asking > 0);
	lease->asking--;
	if (lease->rate_per_s == 0)
		return 0;
	if (grant->count == 0) {
		lease->again_at = now + grant->wait_us;
		return 0;
	}
	let_go(lease, now);
	CHECK(lease->block_count < LEASE_BLOCKS);
	struct lease_block block = { grant->from, grant->until, grant->rate_per_s, grant->count, 0 };
	uint32_t late = block.until <= block.from ? block.count : tokens_in(&block, now - block.until);
	block.gone = late;
	lease->is_late = late == block.count;
	if (lease->is_late)
		lease->again_at = now + LATE_WAIT_US;
	else
		lease->blocks[lease->block_count++] = block;
	return late;
}

void lease_lost(struct lease *lease, mono_us now)
{
	lease->asking = 0;
	lease->again_at = now + LOST_WAIT_US;
}

/* Tokens are waited for in groups, unless the first of one would be too old meanwhile. */
static uint32_t group_of(const struct lease *lease, uint32_t demand)
{
	const struct lease_block *first = &lease->blocks[0];
	if (lease->block_count == 0 || first->until - first->from < 2 * LEASE_GROUP_US)
		return 1;
	uint32_t group = (uint32_t)(lease->rate_per_s * LEASE_GROUP_US / US_PER_S);
	group = demand < group ? demand : group;
	return group > 0 ? group : 1;
}

mono_us lease_next_at(struct lease *lease, uint32_t demand, mono_us way, mono_us now)
{
	if (lease->rate_per_s == 0)
		return INT64_MAX;
	let_go(lease, now);
	uint32_t needed = group_of(lease, demand);
	mono_us at = INT64_MAX;
	uint32_t before = 0;
	for (unsigned i = 0; i < lease->block_count && at == INT64_MAX; i++) {
		const struct lease_block *block = &lease->blocks[i];
		uint32_t left = block->count - block->gone;
		if (before + left >= needed)
			at = block->from + offset_of(block, block->gone + (needed - before) - 1);
		else if (i + 1 == lease->block_count)
			at = block->from + offset_of(block, block->count - 1);
		before += left;
	}
	if (worth_asking(lease, demand, way) > 0) {
		mono_us ask_at = last_at(lease) - LEASE_AHEAD_US - way;
		ask_at = ask_at > lease->again_at ? ask_at : lease->again_at;
		at = ask_at < at ? ask_at : at;
	}
	return at > now ? at : now;
}
