/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/lease.h"

#include "base/rng.h"

#include <criterion/criterion.h>

#define START INT64_C(5000000)
#define MS    US_PER_MS

static struct lease lent(uint32_t rate, uint32_t count, mono_us delay)
{
	struct lease lease = { .rate_per_s = 0 };
	lease_set_rate(&lease, rate);
	lease_asked(&lease, START);
	lease_granted(&lease, count, delay, 0, START);
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
		{ "the first is too old", 100, 3, 0, 80 * MS, 0, 0, 2 },
		{ "it is used, so the second counts", 100, 3, 0, 80 * MS, 0, 1, 2 },
		{ "the last is there still", 100, 3, 0, 100 * MS - 1, 0, 0, 1 },
		{ "all are too old", 100, 3, 0, 100 * MS, 0, 0, 0 },
		{ "it was nearly too old when it came", 100, 3, -79 * MS, 0, 0, 0, 3 },
		{ "it was too old when it came", 100, 3, -100 * MS, 0, 0, 0, 0 },
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

/* An answer that took long has less time left, and begins no earlier. */
Test(lease, the_way_counts_on_both_ends)
{
	struct lease lease = { .rate_per_s = 0 };
	lease_set_rate(&lease, 100);
	lease_asked(&lease, START);
	lease_granted(&lease, 1, 10 * MS, 0, START + 30 * MS);
	cr_expect_eq(lease_level(&lease, START + 40 * MS - 1, 0), 0, "it may have been answered only now");
	cr_expect_eq(lease_level(&lease, START + 40 * MS, 0), 1);
	cr_expect_eq(lease_level(&lease, START + 90 * MS - 1, 0), 1);
	cr_expect_eq(lease_level(&lease, START + 90 * MS, 0), 0, "it may have been answered at once");
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
		uint32_t wanted = lease_wanted(&lease, rows[i].demand, START + rows[i].later);
		cr_expect_eq(wanted, rows[i].want, "%s: %u", rows[i].name, wanted);
	}
}

Test(lease, one_question_at_a_time)
{
	struct lease lease = { .rate_per_s = 0 };
	lease_set_rate(&lease, 1000);
	cr_expect_eq(lease_wanted(&lease, 3, START), 3);
	lease_asked(&lease, START);
	cr_expect_eq(lease_wanted(&lease, 3, START + MS), 0);
	cr_expect_eq(lease_next_at(&lease, 3, START + MS), INT64_MAX, "the answer wakes");
	lease_granted(&lease, 0, 150 * MS, 30 * MS, START + 2 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, START + 31 * MS), 0, "they said when");
	cr_expect_eq(lease_next_at(&lease, 3, START + 3 * MS), START + 32 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, START + 32 * MS), 3);
	lease_asked(&lease, START + 32 * MS);
	lease_lost(&lease, START + 40 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, START + 41 * MS), 0, "not in a loop");
	mono_us again = lease_next_at(&lease, 3, START + 41 * MS);
	cr_expect_gt(again, START + 41 * MS);
	cr_expect_eq(lease_wanted(&lease, 3, again), 3);
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
		mono_us at = lease_next_at(&lease, rows[i].demand, START) - START;
		cr_expect_eq(at, rows[i].want, "%s: %lld", rows[i].name, (long long)at);
	}
	struct lease unlimited = { .rate_per_s = 0 };
	cr_expect_eq(lease_next_at(&unlimited, 1, START), INT64_MAX);
}

Test(lease, another_rate_gives_up_what_was_lent)
{
	struct lease lease = lent(1000, 12, 0);
	lease_asked(&lease, START);
	lease_set_rate(&lease, 10);
	cr_expect_eq(lease_level(&lease, START + 20 * MS, 0), 0);
	lease_granted(&lease, 12, 0, 0, START + MS);
	cr_expect_eq(lease_level(&lease, START + MS, 0), 1, "a late answer comes at the new rate");
	lease_set_rate(&lease, 10);
	cr_expect_eq(lease_level(&lease, START + MS, 0), 1, "the same rate changes nothing");
	lease_asked(&lease, START + MS);
	lease_set_rate(&lease, 0);
	lease_granted(&lease, 12, 0, 0, START + 2 * MS);
	cr_expect_eq(lease_level(&lease, START + 2 * MS, 0), UINT32_MAX);
}

/* Several workers with any demand, any delay of the way, on one line of tokens: no second holds more than the rate and a
 * token's life of it; and workers that always have something to send use nearly all. */
Test(lease, never_faster_and_hardly_slower)
{
	enum { WORKERS = 4, STEPS = 200000, STEP_US = 250 };
	static const uint32_t rates[] = { 1, 7, 50, 500, 3000 };
	enum { RATES = sizeof rates / sizeof rates[0] };
	static uint8_t sent[STEPS];
	for (unsigned row = 0; row < 4 * RATES; row++) {
		uint32_t rate = rates[row / 2 % RATES];
		bool is_hungry = row % 2 == 0, is_far = row >= 2 * RATES;
		struct rng rng;
		rng_seed(&rng, 100 + row);
		struct lease leases[WORKERS] = { { .rate_per_s = 0 } };
		mono_us answers_at[WORKERS] = { 0 };
		uint32_t counts[WORKERS];
		mono_us delays[WORKERS], waits[WORKERS], line = 0;
		uint64_t total = 0, in_second = 0, most = 0;
		for (unsigned w = 0; w < WORKERS; w++)
			lease_set_rate(&leases[w], rate);
		for (unsigned step = 0; step < STEPS; step++) {
			mono_us now = START + (mono_us)step * STEP_US;
			sent[step] = 0;
			for (unsigned k = 0; k < WORKERS; k++) {
				unsigned w = (k + step) % WORKERS;
				struct lease *lease = &leases[w];
				if (lease->is_asking && now >= answers_at[w])
					lease_granted(lease, counts[w], delays[w], waits[w], now);
				bool has_some = is_hungry || rng_below(&rng, 20) == 0;
				while (has_some && lease_take(lease, now))
					sent[step]++;
				uint32_t wanted = lease_wanted(lease, has_some ? 100 : 0, now);
				if (wanted == 0)
					continue;
				/* As the store's script does it, at some time between question and answer. */
				mono_us least = is_far ? 20 * MS : 0, each = US_PER_S / rate;
				mono_us way = least + (mono_us)rng_below(&rng, is_far ? 10 * MS : 3 * MS);
				mono_us at = now + way, ahead = 100 * MS > each ? 100 * MS : each;
				lease_asked(lease, now);
				answers_at[w] = at + least + (mono_us)rng_below(&rng, 3 * MS);
				line = line > at - 40 * MS ? line : at - 40 * MS;
				delays[w] = line - at;
				counts[w] = delays[w] > ahead ? 0 : wanted;
				waits[w] = delays[w] - ahead / 2;
				line += (mono_us)counts[w] * US_PER_S / rate;
			}
			total += sent[step];
			in_second += sent[step];
			in_second -= step >= US_PER_S / STEP_US ? sent[step - US_PER_S / STEP_US] : 0;
			most = in_second > most ? in_second : most;
		}
		uint64_t seconds = (uint64_t)STEPS * STEP_US / US_PER_S;
		cr_expect_leq(most, rate + rate * LEASE_LIFE_US / US_PER_S + 1, "rate %u: %llu", rate,
			      (unsigned long long)most);
		if (is_hungry)
			cr_expect_geq(total * 100, rate * seconds * (is_far ? 90 : 97), "rate %u, %s: %llu in %llu s",
				      rate, is_far ? "far" : "near", (unsigned long long)total,
				      (unsigned long long)seconds);
	}
}
