/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/outlook.h"

#include <criterion/criterion.h>
#include <math.h>

Test(outlook, of_a_queue)
{
	static const struct {
		const char *name;
		unsigned seconds; /* looked at for so long */
		uint64_t first;   /* entries there at the beginning */
		uint64_t added_per_s, left_per_s;
		uint64_t waiting;
		enum outlook want;
		double want_eta_s;
	} rows[] = {
		{ "nothing waits", 60, 0, 0, 0, 0, OUTLOOK_EMPTY, 0 },
		{ "nothing waits, and nobody has looked yet", 0, 0, 0, 0, 0, OUTLOOK_EMPTY, 0 },
		{ "nobody has looked for long enough", 4, 9000, 0, 10, 8960, OUTLOOK_UNKNOWN, -1 },
		{ "it gets shorter", 60, 9000, 0, 10, 8400, OUTLOOK_CLEARS, 840 },
		{ "it gets shorter although entries come", 60, 9000, 5, 15, 8400, OUTLOOK_CLEARS, 840 },
		{ "it stands still", 60, 9000, 15, 15, 9000, OUTLOOK_STAYS, -1 },
		{ "it grows", 60, 9000, 20, 15, 9300, OUTLOOK_STAYS, -1 },
		{ "nothing moves", 60, 1, 0, 0, 1, OUTLOOK_STAYS, -1 },
		{ "it would take for ever", 60, UINT64_C(1) << 62, 0, 1, UINT64_C(1) << 62, OUTLOOK_STAYS, -1 },
		{ "what waits is only work", 60, 150, 100, 100, 150, OUTLOOK_KEEPS_UP, 1.5 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct trend trend = { .count = 0 };
		for (unsigned s = 0; s < rows[i].seconds; s++)
			trend_note(&trend, s * US_PER_S, rows[i].first + s * rows[i].added_per_s,
				   s * rows[i].left_per_s);
		mono_us now = rows[i].seconds * US_PER_S;
		struct forecast got = outlook_of_queue(rows[i].waiting, &trend, now);
		cr_expect_eq(got.outlook, rows[i].want, "%s: %s", rows[i].name, outlook_name(got.outlook));
		cr_expect_float_eq(got.eta_s, rows[i].want_eta_s, 0.001, "%s: %f", rows[i].name, got.eta_s);
	}
}

/* One entry a few seconds apart: now and then it is seen, and then it is no backlog. */
Test(outlook, of_a_queue_with_little_to_do)
{
	struct trend trend = { .count = 0 };
	for (unsigned s = 0; s < 60; s++)
		trend_note(&trend, s * US_PER_S, s / 4 + (s % 4 == 3), s / 4);
	cr_expect_eq(outlook_of_queue(1, &trend, 59 * US_PER_S).outlook, OUTLOOK_KEEPS_UP);
	/* And a flood that has just come says nothing before some time has passed. */
	trend_note(&trend, 60 * US_PER_S, 100000, 15);
	cr_expect_eq(outlook_of_queue(99985, &trend, 60 * US_PER_S).outlook, OUTLOOK_UNKNOWN);
}

Test(outlook, of_a_heap)
{
	static const struct {
		double waiting, per_s;
		enum outlook want;
		double want_eta_s;
	} rows[] = {
		{ 0, 0, OUTLOOK_EMPTY, 0 },        { 0, -1, OUTLOOK_EMPTY, 0 },
		{ 5, -1, OUTLOOK_UNKNOWN, -1 },    { 5, 0, OUTLOOK_STAYS, -1 },
		{ 500, 10, OUTLOOK_CLEARS, 50 },   { 15, 10, OUTLOOK_KEEPS_UP, 1.5 },
		{ 1e18, 1e-9, OUTLOOK_STAYS, -1 }, { 1, 1e-300, OUTLOOK_STAYS, -1 },
		{ NAN, 1, OUTLOOK_EMPTY, 0 },      { 100, 0.01, OUTLOOK_CLEARS, 10000 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct forecast got = outlook_of_heap(rows[i].waiting, rows[i].per_s);
		cr_expect_eq(got.outlook, rows[i].want, "%u: %s", i, outlook_name(got.outlook));
		cr_expect_float_eq(got.eta_s, rows[i].want_eta_s, 0.001, "%u: %f", i, got.eta_s);
	}
}
