/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/lease.h"

#include "base/rng.h"
#include "flow/store_clock.h"
#include "port/store.h"

#include <criterion/criterion.h>

#define START INT64_C(5000000)
#define MS    US_PER_MS

static void grant(struct lease *lease, uint32_t count, mono_us delay, mono_us now)
{
	mono_us from = now + delay;
	lease_granted(lease, &(struct lease_grant){ 100, count, from, from + lease_life(100), 0 }, now);
}

static struct lease lent(uint32_t rate, uint32_t count, mono_us delay)
{
	struct lease lease = { .rate_per_s = 0 };
	lease_set_rate(&lease, rate);
	lease_asked(&lease, 1);
	mono_us from = START + delay;
	if (rate > 0)
		lease_granted(&lease, &(struct lease_grant){ rate, count, from, from + lease_life(rate), 0 }, START);
	return lease;
}

Test(lease, level)
{
	static const struct {
		const char *name;
		uint32_t rate, count;
		mono_us delay, later, soon;
		unsigned used;
		uint32_t want;
	} rows[] = {
		{ "unlimited", 0, 0, 0, 0, 0, 9, UINT32_MAX },
		{ "none", 100, 0, 0, 50 * MS, 0, 0, 0 },
		{ "the first is there at once", 100, 3, 0, 0, 0, 0, 1 },
		{ "a microsecond before the second", 100, 3, 0, 9999, 0, 0, 1 },
		{ "the second", 100, 3, 0, 10 * MS, 0, 0, 2 },
		{ "all", 100, 3, 0, 20 * MS, 0, 0, 3 },
		{ "no more than were lent", 100, 3, 0, 60 * MS, 0, 0, 3 },
		{ "what will be there soon", 100, 3, 0, 0, 15 * MS, 0, 2 },
		{ "it begins later", 100, 3, 5 * MS, 5 * MS - 1, 0, 0, 0 },
		{ "now it begins", 100, 3, 5 * MS, 5 * MS, 0, 0, 1 },
		{ "it began before", 100, 3, -20 * MS, 0, 0, 0, 3 },
		{ "used", 100, 3, 0, 20 * MS, 0, 2, 1 },
		{ "all used", 100, 3, 0, 20 * MS, 0, 3, 0 },
		{ "the first is too old", 100, 3, 0, 100 * MS, 0, 0, 2 },
		{ "it is used, so the second counts", 100, 3, 0, 100 * MS, 0, 1, 2 },
		{ "the last is there still", 100, 3, 0, 120 * MS - 1, 0, 0, 1 },
		{ "all are too old", 100, 3, 0, 120 * MS, 0, 0, 0 },
		{ "it was nearly too old when it came", 100, 3, -99 * MS, 0, 0, 0, 3 },
		{ "it was too old when it came", 100, 3, -120 * MS, 0, 0, 0, 0 },
		{ "a slow one", 1, 1, 900 * MS, 899 * MS, 0, 0, 0 },
		{ "a slow one comes", 1, 1, 900 * MS, 900 * MS, 0, 0, 1 },
		{ "a fast one", 1000000, 12000, 0, 6 * MS, 0, 0, 6001 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lease lease = lent(rows[i].rate, rows[i].count, rows[i].delay);
		for (unsigned k = 0; k < rows[i].used; k++)
			cr_assert(lease_take(&lease, START + 20 * MS), "%s", rows[i].name);
		uint32_t level = lease_level(&lease, START + rows[i].later, rows[i].soon);
		cr_expect_eq(level, rows[i].want, "%s: %u", rows[i].name, level);
	}
}

Test(lease, life)
{
	static const struct {
		uint32_t rate;
		mono_us want;
	} rows[] = {
		{ 1, 100 * MS }, { 7, 100 * MS },  { 10, 100 * MS },   { 12, 83333 },
		{ 25, 80 * MS }, { 50, 100 * MS }, { 1000, 100 * MS }, { 1000000, 100 * MS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(lease_life(rows[i].rate), rows[i].want, "%u: %lld", rows[i].rate,
			     (long long)lease_life(rows[i].rate));
}

/* What comes too old is told; of what can never be used none is kept, and only one is asked for after a while. */
Test(lease, late)
{
	static const struct {
		const char *name;
		mono_us from, until; /* from now on */
		uint32_t want;
	} rows[] = {
		{ "in time", 0, 40 * MS, 0 },
		{ "some of them", -50 * MS, -5 * MS, 1 },
		{ "all", -90 * MS, -40 * MS, 5 },
		{ "the clock is not known well enough", 5 * MS, 5 * MS, 5 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lease lease = { .rate_per_s = 0 };
		lease_set_rate(&lease, 100);
		lease_asked(&lease, 1);
		struct lease_grant lent = { 100, 5, START + rows[i].from, START + rows[i].until, 0 };
		uint32_t late = lease_granted(&lease, &lent, START);
		cr_expect_eq(late, rows[i].want, "%s: %u", rows[i].name, late);
		bool is_none = late == 5;
		uint32_t at_once = lease_wanted(&lease, 30, 90 * MS, START);
		uint32_t wanted = lease_wanted(&lease, 30, 90 * MS, START + 300 * MS);
		cr_expect_eq(at_once, is_none ? 0 : 10, "%s: %u", rows[i].name, at_once);
		cr_expect_eq(wanted, is_none ? 1 : 10, "%s: %u", rows[i].name, wanted);
	}
}

/* The farther the store, the more is asked for, and the earlier. */
Test(lease, a_far_store_is_asked_ahead)
{
	static const struct {
		mono_us way, delay;
		uint32_t want;
	} rows[] = {
		{ 0, 0, 12 },         { 20 * MS, 0, 32 },      { 90 * MS, 0, 100 },
		{ 150 * MS, 0, 100 }, { 20 * MS, 30 * MS, 0 }, { 90 * MS, 80 * MS, 100 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lease lease = lent(1000, 10, rows[i].delay);
		uint32_t wanted = lease_wanted(&lease, 500, rows[i].way, START);
		cr_expect_eq(wanted, rows[i].want, "%zu: %u", i, wanted);
		cr_expect_leq(wanted, LEASE_ASK_BLOCKS * lease_block_most(1000));
	}
	cr_expect_eq(lease_block_most(1000), 50);
	cr_expect_eq(lease_block_most(1), 1);
}

Test(lease, wanted)
{
	static const struct {
		const char *name;
		uint32_t rate, have;
		mono_us delay;
		uint32_t demand;
		mono_us later;
		uint32_t want;
	} rows[] = {
		{ "unlimited", 0, 0, 0, 5, 0, 0 },
		{ "nothing to send", 1000, 0, 0, 0, 0, 0 },
		{ "one", 1000, 0, 0, 1, 0, 1 },
		{ "a block at most", 1000, 0, 0, 500, 0, 12 },
		{ "a slow account has one at a time", 10, 0, 0, 500, 0, 1 },
		{ "enough is there", 1000, 5, 0, 5, 0, 0 },
		{ "a few more are not worth it while there are some", 1000, 5, 0, 10, 0, 0 },
		{ "half a block is", 1000, 5, 0, 11, 0, 6 },
		{ "the next block in time", 1000, 12, 0, 500, 0, 12 },
		{ "not long before", 1000, 12, 2 * MS, 500, 0, 0 },
		{ "but then", 1000, 12, 2 * MS, 500, MS, 12 },
		{ "what is too old does not count", 1000, 12, 0, 12, 200 * MS, 12 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lease lease = lent(rows[i].rate, rows[i].have, rows[i].delay);
		uint32_t wanted = lease_wanted(&lease, rows[i].demand, 0, START + rows[i].later);
		cr_expect_eq(wanted, rows[i].want, "%s: %u", rows[i].name, wanted);
	}
}

Test(lease, one_question_at_a_time)
{
	struct lease lease = { .rate_per_s = 0 };
	lease_set_rate(&lease, 1000);
	cr_expect_eq(lease_wanted(&lease, 3, 0, START), 3);
	lease_asked(&lease, 1);
	cr_expect_eq(lease_wanted(&lease, 3, 0, START + MS), 0);
	cr_expect_eq(lease_next_at(&lease, 3, 0, START + MS), INT64_MAX, "the answer wakes");
	lease_granted(&lease, &(struct lease_grant){ .wait_us = 30 * MS }, START + 2 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, 0, START + 31 * MS), 0, "they said when");
	cr_expect_eq(lease_next_at(&lease, 3, 0, START + 3 * MS), START + 32 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, 0, START + 32 * MS), 3);
	lease_asked(&lease, 1);
	lease_lost(&lease, START + 40 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, 0, START + 41 * MS), 0, "not in a loop");
	mono_us again = lease_next_at(&lease, 3, 0, START + 41 * MS);
	cr_expect_gt(again, START + 41 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, 0, again), 3);
}

Test(lease, next_at)
{
	static const struct {
		const char *name;
		uint32_t rate, count;
		mono_us delay;
		uint32_t demand;
		mono_us want; /* from START */
	} rows[] = {
		{ "the one there is", 100, 3, 5 * MS, 1, 5 * MS },
		{ "they are waited for in groups", 1000, 12, 5 * MS, 12, 8 * MS },
		{ "a group no larger than the demand", 1000, 12, 5 * MS, 2, 6 * MS },
		{ "not in the past", 100, 3, -5 * MS, 1, 0 },
		{ "the next block is asked for", 1000, 12, 40 * MS, 500, 39 * MS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct lease lease = lent(rows[i].rate, rows[i].count, rows[i].delay);
		mono_us at = lease_next_at(&lease, rows[i].demand, 0, START) - START;
		cr_expect_eq(at, rows[i].want, "%s: %lld", rows[i].name, (long long)at);
	}
	struct lease unlimited = { .rate_per_s = 0 };
	cr_expect_eq(lease_next_at(&unlimited, 1, 0, START), INT64_MAX);
}

Test(lease, another_rate_gives_up_what_was_lent)
{
	struct lease lease = lent(1000, 12, 0);
	lease_asked(&lease, 1);
	lease_set_rate(&lease, 10);
	cr_expect_eq(lease_level(&lease, START + 20 * MS, 0), 0);
	grant(&lease, 12, 0, START + MS);
	cr_expect_eq(lease_level(&lease, START + MS, 0), 1, "an answer under way keeps its rate");
	lease_set_rate(&lease, 10);
	cr_expect_eq(lease_level(&lease, START + MS, 0), 1, "the same rate changes nothing");
	lease_asked(&lease, 1);
	lease_set_rate(&lease, 0);
	grant(&lease, 12, 0, START + 2 * MS);
	cr_expect_eq(lease_level(&lease, START + 2 * MS, 0), UINT32_MAX);
}

/* Several workers with any demand, any delay of the way, on one line of tokens: no second holds more than the rate and a
 * token's life of it; and workers that always have something to send use nearly all, as long as the store is not too far. */
enum { WORKERS = 4, STEPS = 200000, STEP_US = 250 };

struct place {
	struct lease lease;
	struct store_clock clock;
	unsigned count;
	mono_us asked_at, answer_at;
	struct store_grant grants[LEASE_ASK_BLOCKS];
};

static struct place places[WORKERS];
static uint8_t sent[STEPS];
static mono_us line;

/* As the store's script does it. */
static struct store_grant lend(uint32_t rate, uint32_t count, mono_us earliest, mono_us at)
{
	mono_us each = US_PER_S / rate, ahead = 100 * MS > each ? 100 * MS : each;
	mono_us least = at + (earliest > -40 * MS ? earliest : -40 * MS);
	struct store_grant grant = { .rate_per_s = rate, .at_us = at };
	line = line > least ? line : least;
	grant.delay_us = line - at;
	if (grant.delay_us > ahead) {
		grant.wait_us = grant.delay_us - ahead / 2;
		return grant;
	}
	grant.count = count;
	line += (mono_us)count * US_PER_S / rate;
	return grant;
}

static void take_answer(struct place *place, uint32_t rate, mono_us now)
{
	const struct store_clock *clock = &place->clock;
	store_clock_note(&place->clock, place->asked_at, place->grants[0].at_us, now);
	for (unsigned i = 0; i < place->count; i++) {
		const struct store_grant *grant = &place->grants[i];
		mono_us instant = grant->at_us + grant->delay_us;
		mono_us wait = grant->wait_us > clock->way ? grant->wait_us - clock->way : 0;
		lease_granted(&place->lease,
			      &(struct lease_grant){ rate, grant->count, instant + clock->high,
						     instant + clock->low + lease_life(rate), wait },
			      now);
	}
}

static void ask(struct place *place, uint32_t rate, uint32_t wanted, mono_us at, mono_us now)
{
	uint32_t most = lease_block_most(rate);
	place->asked_at = now;
	for (place->count = 0; wanted > 0; place->count++) {
		uint32_t block = wanted < most ? wanted : most;
		mono_us earliest = place->clock.way + 5 * MS - lease_life(rate);
		place->grants[place->count] = lend(rate, block, earliest, at);
		wanted -= block;
	}
	lease_asked(&place->lease, place->count);
}

Test(lease, never_faster_and_hardly_slower)
{
	static const uint32_t rates[] = { 1, 7, 50, 500, 3000 };
	static const struct {
		const char *name;
		mono_us there, back, more; /* the least that each way takes, and what comes on top at random */
		unsigned want_percent;     /* of the rate, of those that are hungry */
	} ways[] = {
		{ "near", 0, 0, 3 * MS, 97 },
		{ "far", 20 * MS, 20 * MS, 10 * MS, 90 },
		{ "farther", 40 * MS, 45 * MS, 4 * MS, 75 },
		{ "all of the way back", 0, 85 * MS, 5 * MS, 60 },
		{ "all of the way there", 85 * MS, 0, 5 * MS, 60 },
		{ "too far", 60 * MS, 60 * MS, 0, 0 },
	};
	enum { RATES = sizeof rates / sizeof rates[0], WAYS = sizeof ways / sizeof ways[0] };
	for (unsigned row = 0; row < 2 * RATES * WAYS; row++) {
		uint32_t rate = rates[row / 2 % RATES];
		unsigned way = row / 2 / RATES;
		bool is_hungry = row % 2 == 0;
		struct rng rng;
		rng_seed(&rng, 100 + row);
		uint64_t total = 0, in_second = 0, most = 0;
		line = 0;
		for (unsigned w = 0; w < WORKERS; w++) {
			places[w] = (struct place){ .count = 0 };
			lease_set_rate(&places[w].lease, rate);
		}
		for (unsigned step = 0; step < STEPS; step++) {
			mono_us now = START + (mono_us)step * STEP_US;
			sent[step] = 0;
			for (unsigned k = 0; k < WORKERS; k++) {
				struct place *place = &places[(k + step) % WORKERS];
				if (place->lease.asking > 0 && now >= place->answer_at)
					take_answer(place, rate, now);
				bool has_some = is_hungry || rng_below(&rng, 20) == 0;
				while (has_some && lease_take(&place->lease, now))
					sent[step]++;
				uint32_t wanted =
					lease_wanted(&place->lease, has_some ? 1000 : 0, place->clock.way, now);
				if (wanted == 0)
					continue;
				mono_us at =
					now + ways[way].there + (mono_us)rng_below(&rng, (uint64_t)ways[way].more + 1);
				ask(place, rate, wanted, at, now);
				place->answer_at =
					at + ways[way].back + (mono_us)rng_below(&rng, (uint64_t)ways[way].more + 1);
			}
			total += sent[step];
			in_second += sent[step];
			in_second -= step >= US_PER_S / STEP_US ? sent[step - US_PER_S / STEP_US] : 0;
			most = in_second > most ? in_second : most;
		}
		uint64_t seconds = (uint64_t)STEPS * STEP_US / US_PER_S;
		cr_expect_leq(most, (uint64_t)(rate * (US_PER_S + lease_life(rate)) + US_PER_S - 1) / US_PER_S,
			      "rate %u, %s: %llu", rate, ways[way].name, (unsigned long long)most);
		if (is_hungry)
			cr_expect_geq(total * 100, rate * seconds * ways[way].want_percent,
				      "rate %u, %s: %llu in %llu s", rate, ways[way].name, (unsigned long long)total,
				      (unsigned long long)seconds);
		if (ways[way].want_percent == 0)
			cr_expect_eq(total, 0, "rate %u, %s", rate, ways[way].name);
	}
}
