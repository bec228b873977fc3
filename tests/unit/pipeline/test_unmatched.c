/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/unmatched.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct unmatched unmatched;

static bool knows(const char *account, const char *ref, enum message_state state, mono_us now)
{
	return unmatched_knows(&unmatched, account, slice_of(ref), state, now);
}

Test(unmatched, knows_what_was_given_up)
{
	static const struct {
		const char *name, *account, *ref;
		enum message_state state;
		mono_us now;
		bool want;
	} rows[] = {
		{ "the same", "cmcc", "m-1", MESSAGE_STATE_DELIVERED, 5, true },
		{ "in time", "cmcc", "m-1", MESSAGE_STATE_DELIVERED, UNMATCHED_SPAN_US + 4, true },
		{ "too late", "cmcc", "m-1", MESSAGE_STATE_DELIVERED, UNMATCHED_SPAN_US + 5, false },
		{ "another account", "cucc", "m-1", MESSAGE_STATE_DELIVERED, 5, false },
		{ "another reference", "cmcc", "m-2", MESSAGE_STATE_DELIVERED, 5, false },
		{ "another state", "cmcc", "m-1", MESSAGE_STATE_EXPIRED, 5, false },
		{ "cut elsewhere", "cmccm", "-1", MESSAGE_STATE_DELIVERED, 5, false },
		{ "no reference", "cmcc", "", MESSAGE_STATE_DELIVERED, 5, false },
	};
	cr_assert(!knows("cmcc", "m-1", MESSAGE_STATE_DELIVERED, 5), "empty");
	unmatched_note(&unmatched, "cmcc", SLICE("m-1"), MESSAGE_STATE_DELIVERED, 5);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_eq(knows(rows[i].account, rows[i].ref, rows[i].state, rows[i].now), rows[i].want, "%s",
			     rows[i].name);
	unmatched_note(&unmatched, "cmcc", SLICE("m-1"), MESSAGE_STATE_DELIVERED, UNMATCHED_SPAN_US);
	cr_assert(knows("cmcc", "m-1", MESSAGE_STATE_DELIVERED, UNMATCHED_SPAN_US + 5), "given up again");
}

/* However many come, the latest are known, and the oldest have made room. */
Test(unmatched, is_fixed_in_size)
{
	enum { ALL = 64 * UNMATCHED_PLACES, LATEST = UNMATCHED_PLACES / 4 };
	char ref[16];
	unsigned known = 0, latest = 0;
	for (unsigned i = 0; i < ALL; i++) {
		snprintf(ref, sizeof ref, "m-%u", i);
		unmatched_note(&unmatched, "cmcc", slice_of(ref), MESSAGE_STATE_DELIVERED, i + 1);
		cr_assert(knows("cmcc", ref, MESSAGE_STATE_DELIVERED, i + 1), "%s", ref);
	}
	for (unsigned i = 0; i < ALL; i++) {
		snprintf(ref, sizeof ref, "m-%u", i);
		bool is_known = knows("cmcc", ref, MESSAGE_STATE_DELIVERED, ALL);
		known += is_known;
		latest += is_known && i >= ALL - LATEST;
	}
	cr_assert_eq(known, UNMATCHED_PLACES, "%u", known);
	cr_assert_gt(latest, LATEST * 99 / 100, "%u of the latest %d", latest, LATEST);
}
