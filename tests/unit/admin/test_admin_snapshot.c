/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_snapshot.h"

#include "unit/admin/admin_labels.h"

#include <criterion/criterion.h>

Test(admin_snapshot, adds_up_what_workers_counted)
{
	struct metrics *a = admin_test_metrics();
	struct metrics *b = admin_test_metrics();
	metrics_add_at(a, METRIC_ENTRIES_READ, LANE_URGENT, 1);
	metrics_add_at(b, METRIC_ENTRIES_READ, LANE_READY, 2);
	metrics_add(a, METRIC_ENTRIES_BEGUN, 3);
	metrics_add(b, METRIC_ENTRIES_BEGUN, 4);
	metrics_add_at(a, METRIC_CLOSINGS, CLOSING_ACCEPTED, 5);
	metrics_add_at(b, METRIC_CLOSINGS, CLOSING_EXPIRED, 6);
	metrics_add_at(a, METRIC_CLOSINGS, CLOSING_SUPPRESSED, 25);
	metrics_add_at(b, METRIC_CLOSINGS, CLOSING_DUPLICATE, 7);
	metrics_add_at(b, METRIC_CLOSINGS, CLOSING_DEAD, 8);
	metrics_add(a, METRIC_LATER, 9);
	metrics_add(b, METRIC_INTENTS_FOUND, 10);
	metrics_add_at(a, METRIC_RETRIES, 0, 11);
	metrics_add_at(b, METRIC_RETRIES, 1, 12);
	metrics_add_at(a, METRIC_AMBIGUOUS_RESENDS, 1, 13);
	metrics_add_at(b, METRIC_LATE_ANSWERS, 0, 14);
	metrics_set_at(a, METRIC_QUEUE_DEPTH, LANE_BULK, 15);
	metrics_set_at(b, METRIC_QUEUE_DEPTH, LANE_BULK, 16);
	metrics_set_at(a, METRIC_QUEUE_AGE, LANE_BULK, 17);
	metrics_set(a, METRIC_LATER_DEPTH, 18);
	metrics_set(b, METRIC_DEAD_DEPTH, 19);
	metrics_set(a, METRIC_HELD_DEPTH, 21);
	metrics_set(b, METRIC_HELD_DEPTH, 20);
	metrics_set(a, METRIC_WORKERS, 1);
	metrics_set(b, METRIC_WORKERS, 1);
	metrics_add(a, METRIC_STORE_RECONNECTS, 20);
	metrics_set(b, METRIC_STORE_FULL, 1);
	const struct metrics *const blocks[] = { a, b };
	struct admin_snapshot snapshot = { .account_count = ADMIN_TEST_ACCOUNTS };
	admin_snapshot_count(&snapshot, blocks, 2);
	const struct {
		const char *name;
		uint64_t got, want;
	} rows[] = {
		{ "read", snapshot.totals.read, 3 },
		{ "begun", snapshot.totals.begun, 7 },
		{ "accepted", snapshot.totals.accepted, 5 },
		{ "expired", snapshot.totals.expired, 6 },
		{ "suppressed", snapshot.totals.suppressed, 25 },
		{ "duplicate", snapshot.totals.duplicate, 7 },
		{ "dead", snapshot.totals.dead, 8 },
		{ "later", snapshot.totals.later, 9 },
		{ "intents_found", snapshot.totals.intents_found, 10 },
		{ "retries", snapshot.totals.retries, 23 },
		{ "ambiguous_resends", snapshot.totals.ambiguous_resends, 13 },
		{ "late_answers", snapshot.totals.late_answers, 14 },
		{ "length of urgent", snapshot.lanes[LANE_URGENT].length, 0 },
		{ "length of bulk", snapshot.lanes[LANE_BULK].length, 16 },
		{ "age of bulk", (uint64_t)snapshot.lanes[LANE_BULK].oldest_us, 17 },
		{ "waiting", snapshot.later, 18 },
		{ "dead letters", snapshot.dead, 19 },
		{ "held", snapshot.held, 21 },
		{ "workers", snapshot.workers, 2 },
		{ "reconnects", snapshot.redis_reconnects, 20 },
		{ "full", snapshot.is_redis_full, 1 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(rows[i].got, rows[i].want, "%s: %lu", rows[i].name, (unsigned long)rows[i].got);
	metrics_destroy(a);
	metrics_destroy(b);
}

Test(admin_snapshot, counts_one_account)
{
	static const struct {
		const char *name;
		int links_a, links_b, refused_a, refused_b;
		enum admin_account_state want;
	} rows[] = {
		{ "down", 0, 0, 0, 0, ADMIN_ACCOUNT_DOWN },
		{ "up in one", 0, 1, 0, 0, ADMIN_ACCOUNT_UP },
		{ "up in both", 2, 1, 0, 0, ADMIN_ACCOUNT_UP },
		{ "refused in one, down in the other", 0, 0, 0, 1, ADMIN_ACCOUNT_REFUSED },
		{ "refused in one, up in the other", 1, 0, 0, 1, ADMIN_ACCOUNT_UP },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct metrics *a = admin_test_metrics();
		struct metrics *b = admin_test_metrics();
		const struct metrics *const blocks[] = { a, b };
		metrics_set_at(a, METRIC_LINKS_UP, 1, rows[i].links_a);
		metrics_set_at(b, METRIC_LINKS_UP, 1, rows[i].links_b);
		metrics_set_at(a, METRIC_ACCOUNT_REFUSED, 1, rows[i].refused_a);
		metrics_set_at(b, METRIC_ACCOUNT_REFUSED, 1, rows[i].refused_b);
		metrics_set_at(a, METRIC_LINKS_UP, 0, 40);
		metrics_set_at(a, METRIC_WINDOW_USED, 1, 3);
		metrics_set_at(b, METRIC_WINDOW_USED, 1, 4);
		metrics_set_at(b, METRIC_WINDOW_TOTAL, 1, 50);
		for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			metrics_add_at2(outcome % 2 ? a : b, METRIC_OUTCOMES, 1, outcome, 100 + outcome);
		struct admin_account account = { .name = "backup", .tps = 9 };
		admin_account_count(&account, 1, blocks, 2);
		cr_expect_eq(account.state, rows[i].want, "%s: %d", rows[i].name, account.state);
		cr_expect_eq(account.links_up, (unsigned)(rows[i].links_a + rows[i].links_b), "%s", rows[i].name);
		cr_expect_eq(account.window_used, 7);
		cr_expect_eq(account.window_total, 50);
		cr_expect_eq(account.accepted, 100 + OUTCOME_ACCEPTED);
		cr_expect_eq(account.throttled, 100 + OUTCOME_THROTTLED);
		cr_expect_eq(account.temporary, 100 + OUTCOME_TEMPORARY);
		cr_expect_eq(account.rejected, 100 + OUTCOME_REJECTED);
		cr_expect_eq(account.unknown, 100 + OUTCOME_UNKNOWN);
		cr_expect_eq(account.tps, 9);
		metrics_destroy(a);
		metrics_destroy(b);
	}
}
