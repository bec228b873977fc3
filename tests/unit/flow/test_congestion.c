/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/congestion.h"

#include <criterion/criterion.h>

#define START INT64_C(5000000)
#define MS    US_PER_MS

/* A carrier that answers after latency, cranked a millisecond at a time: it refuses all, or what is beyond its window. */
struct carrier {
	struct congestion congestion;
	mono_us now;
	mono_us latency;
	unsigned window; /* of the carrier */
	bool refuses;
	mono_us sent_at[4096]; /* out, oldest first, from first on */
	bool is_good[4096];
	unsigned first, last;
	unsigned accepted, throttled;
};

static unsigned out_of(const struct carrier *carrier)
{
	return carrier->last - carrier->first;
}

static void answer(struct carrier *carrier)
{
	while (out_of(carrier) > 0) {
		unsigned at = carrier->first % 4096;
		mono_us sent = carrier->sent_at[at];
		if (carrier->now < sent + carrier->latency)
			return;
		if (carrier->is_good[at])
			congestion_accepted(&carrier->congestion, out_of(carrier), sent, carrier->now);
		else
			congestion_throttled(&carrier->congestion, out_of(carrier), sent, carrier->now);
		carrier->accepted += carrier->is_good[at];
		carrier->throttled += !carrier->is_good[at];
		carrier->first++;
	}
}

/* per_ms: segments that a rate admits. */
static void run(struct carrier *carrier, mono_us span, unsigned per_ms)
{
	for (mono_us end = carrier->now + span; carrier->now < end; carrier->now += MS) {
		answer(carrier);
		for (unsigned i = 0; i < per_ms; i++) {
			if (congestion_room(&carrier->congestion, out_of(carrier), carrier->now) == 0)
				break;
			carrier->sent_at[carrier->last % 4096] = carrier->now;
			carrier->is_good[carrier->last % 4096] = !carrier->refuses && out_of(carrier) < carrier->window;
			carrier->last++;
		}
	}
}

static struct carrier carrier_of(mono_us latency, unsigned window)
{
	struct carrier carrier = { .now = START, .latency = latency, .window = window };
	congestion_init(&carrier.congestion);
	return carrier;
}

Test(congestion, it_grows_while_it_is_used)
{
	struct carrier carrier = carrier_of(200 * MS, 4000);
	run(&carrier, 2 * US_PER_S, 1);
	cr_expect_geq(carrier.congestion.window, 200, "%u", carrier.congestion.window);
	unsigned before = carrier.accepted;
	run(&carrier, US_PER_S, 1);
	cr_expect_geq(carrier.accepted - before, 990, "%u in a second", carrier.accepted - before);
	unsigned window = carrier.congestion.window;
	run(&carrier, 5 * US_PER_S, 1);
	cr_expect_leq(carrier.congestion.window, 2 * window, "what is not used does not grow: %u",
		      carrier.congestion.window);
}

/* Ten seconds of nothing but “too fast”: hardly anything is wasted on it, and the rate is back soon. */
Test(congestion, a_storm)
{
	static const mono_us latencies[] = { 0, 5 * MS, 50 * MS, 200 * MS };
	for (size_t i = 0; i < sizeof latencies / sizeof latencies[0]; i++) {
		struct carrier carrier = carrier_of(latencies[i], 4000);
		run(&carrier, 5 * US_PER_S, 1);
		unsigned out = out_of(&carrier);
		carrier.refuses = true;
		run(&carrier, 10 * US_PER_S, 1);
		cr_expect_leq(carrier.throttled, out + latencies[i] / MS + 20, "%lld us: %u wasted, %u were out",
			      (long long)latencies[i], carrier.throttled, out);
		carrier.refuses = false;
		run(&carrier, 4 * US_PER_S, 1);
		unsigned before = carrier.accepted;
		run(&carrier, US_PER_S, 1);
		cr_expect_geq(carrier.accepted - before, 970, "%lld us: %u in the fifth second",
			      (long long)latencies[i], carrier.accepted - before);
	}
}

/* A carrier that takes fewer at a time than its links would send. */
Test(congestion, a_narrow_carrier)
{
	struct carrier carrier = carrier_of(20 * MS, 10);
	run(&carrier, 20 * US_PER_S, 4);
	/* 10 each 20 ms would be 10,000. */
	cr_expect_geq(carrier.accepted, 4000, "%u", carrier.accepted);
	cr_expect_leq(carrier.throttled * 20, carrier.accepted, "%u of %u", carrier.throttled, carrier.accepted);
}

Test(congestion, what_was_out_says_nothing_new)
{
	struct congestion congestion;
	congestion_init(&congestion);
	mono_us now = START;
	congestion_throttled(&congestion, 10, now - 5 * MS, now);
	cr_expect_eq(congestion.paused_until, now + CONGESTION_PAUSE_LEAST_US);
	for (unsigned out = 9; out > 3; out--)
		congestion_throttled(&congestion, out, now - 5 * MS, now + MS);
	cr_expect_eq(congestion.paused_until, now + CONGESTION_PAUSE_LEAST_US, "one event, one pause");
	now += CONGESTION_PAUSE_LEAST_US;
	cr_expect_eq(congestion_room(&congestion, 3, now - 1), 0);
	cr_expect_eq(congestion_room(&congestion, 3, now), 1, "what was out before has no place");
	cr_expect_eq(congestion_room(&congestion, 4, now), 0, "one alone");
	congestion_throttled(&congestion, 4, now, now + MS);
	cr_expect_eq(congestion.paused_until, now + MS + 2 * CONGESTION_PAUSE_LEAST_US, "twice as long");
	for (unsigned i = 0; i < 10; i++) {
		now = congestion.paused_until;
		congestion_throttled(&congestion, 1, now, now);
	}
	cr_expect_eq(congestion.paused_until, now + CONGESTION_PAUSE_MOST_US, "but not for ever");
}

Test(congestion, slow_answers)
{
	struct congestion congestion;
	congestion_init(&congestion);
	congestion.window = 100;
	congestion_accepted(&congestion, 80, START, START + CONGESTION_SLOW_US);
	cr_expect_eq(congestion.window, 40);
	congestion_accepted(&congestion, 79, START, START + CONGESTION_SLOW_US + MS);
	cr_expect_eq(congestion.window, 40, "once");
	congestion_unanswered(&congestion, 60, START + CONGESTION_SLOW_US + MS, START + 2 * CONGESTION_SLOW_US);
	cr_expect_lt(congestion.window, 40, "%u", congestion.window);
	cr_expect_geq(congestion.window, 4);
	cr_expect_eq(congestion.paused_until, 0, "no pause");
}

/* After a pause one segment shows whether it is over. That it was not answered is no reason for more, and that it was
 * accepted late is none to stay with one. */
Test(congestion, trouble_with_the_one_that_is_out)
{
	struct congestion congestion;
	congestion_init(&congestion);
	congestion_throttled(&congestion, 1, START, START);
	mono_us now = congestion.paused_until;
	congestion_unanswered(&congestion, 1, now, now + CONGESTION_SLOW_US);
	cr_expect_eq(congestion.window, 1, "%u", congestion.window);
	for (unsigned i = 0; i < 20; i++) {
		now += 2 * CONGESTION_SLOW_US;
		congestion_accepted(&congestion, congestion.window, now, now + CONGESTION_SLOW_US);
	}
	cr_expect_geq(congestion.window, 4, "%u", congestion.window);
	cr_expect_leq(congestion.window, 5, "%u", congestion.window);
}

/* What was out at a cut and ends in another way has no place any more either: its link broke, or its numbers are bad. */
Test(congestion, what_was_out_is_refused)
{
	struct congestion congestion;
	congestion_init(&congestion);
	congestion.window = 200;
	mono_us now = START;
	congestion_throttled(&congestion, 100, now - 5 * MS, now);
	for (unsigned out = 99; out > 0; out--)
		congestion_refused(&congestion, out, now - 5 * MS);
	now = congestion.paused_until;
	cr_expect_eq(congestion_room(&congestion, 0, now), 1);
	cr_expect_eq(congestion_room(&congestion, 1, now), 0, "one alone");
	congestion_refused(&congestion, 1, now);
	cr_expect_eq(congestion_room(&congestion, 0, now), 1, "it says nothing of the pace");
}

Test(congestion, the_carrier_says_how_long)
{
	struct congestion congestion;
	congestion_init(&congestion);
	congestion_rest(&congestion, 3 * US_PER_S, START);
	congestion_rest(&congestion, US_PER_S, START);
	cr_expect_eq(congestion_room(&congestion, 0, START + 3 * US_PER_S - 1), 0);
	cr_expect_eq(congestion_room(&congestion, 0, START + 3 * US_PER_S), CONGESTION_FIRST);
}

/* One segment, then as fast as at first; what the carrier asked for holds, and answers to what is out say nothing. */
Test(congestion, begins_anew)
{
	struct congestion congestion;
	mono_us now = START;
	congestion_init(&congestion);
	for (unsigned i = 0; i < 100; i++)
		congestion_accepted(&congestion, congestion.window, now, now);
	congestion_rest(&congestion, US_PER_S, now);
	congestion_restart(&congestion, 5, now);
	cr_expect_eq(congestion_room(&congestion, 5, now), 0, "the carrier asked for a rest");
	now += US_PER_S;
	cr_expect_eq(congestion_room(&congestion, 5, now), 1, "what is out has no place");
	congestion_accepted(&congestion, 5, START - 1, now);
	cr_expect_eq(congestion_room(&congestion, 4, now), 1, "an answer to that");
	congestion_accepted(&congestion, 5, now, now);
	cr_expect_eq(congestion_room(&congestion, 4, now), 2);
}
