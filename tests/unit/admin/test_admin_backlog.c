/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_backlog.h"

#include "unit/admin/admin_labels.h"

#include <criterion/criterion.h>

/* A gateway that is looked at once a second. */
struct world {
	struct admin_backlog backlog;
	struct admin_snapshot snapshot;
	struct admin_account accounts[ADMIN_TEST_ACCOUNTS];
	struct metrics *metrics;
	mono_us now;
	bool is_store_silent;
};

static void open_world(struct world *world)
{
	*world = (struct world){ .metrics = admin_test_metrics(), .now = 5000 * (mono_us)US_PER_S };
	cr_assert(admin_backlog_init(&world->backlog, ADMIN_TEST_ACCOUNTS));
	for (unsigned i = 0; i < ADMIN_TEST_ACCOUNTS; i++)
		world->accounts[i] = (struct admin_account){ .index = i, .state = ADMIN_ACCOUNT_UP };
	world->snapshot = (struct admin_snapshot){
		.is_redis_up = true,
		.balance = { .is_known = true },
		.accounts = world->accounts,
		.account_count = ADMIN_TEST_ACCOUNTS,
	};
}

static void close_world(struct world *world)
{
	admin_backlog_fini(&world->backlog);
	metrics_destroy(world->metrics);
}

static void look(struct world *world)
{
	world->now += US_PER_S;
	/* A worker's clock is read a moment later than ours. */
	if (!world->is_store_silent)
		world->snapshot.balance_at = world->now + 300;
	admin_backlog_note(&world->backlog, &world->snapshot, world->now, world->metrics);
	admin_backlog_fill(&world->backlog, &world->snapshot);
}

static const struct admin_outlook *lane(const struct world *world, enum lane lane)
{
	return &world->snapshot.lanes[lane].outlook;
}

static const struct admin_outlook *account(const struct world *world, unsigned index)
{
	return &world->snapshot.account_outlooks[index];
}

static int64_t metric(const struct world *world, enum metric metric, unsigned index)
{
	return metrics_value(world->metrics, metric, index, 0);
}

Test(admin_backlog, a_lane_that_gets_shorter)
{
	struct world world;
	open_world(&world);
	struct balance *balance = &world.snapshot.balance;
	balance->added[LANE_BULK] = 5000;
	balance->waiting[LANE_BULK] = 1000;
	look(&world);
	cr_expect_eq(lane(&world, LANE_BULK)->forecast.outlook, OUTLOOK_UNKNOWN);
	cr_expect_eq(metric(&world, METRIC_QUEUE_ETA, LANE_BULK), METRIC_NOT_KNOWN);
	cr_expect_eq(metric(&world, METRIC_QUEUE_RATE, LANE_BULK), METRIC_NOT_KNOWN);
	cr_expect_eq(metric(&world, METRIC_QUEUE_ETA, LANE_URGENT), 0);
	for (unsigned s = 0; s < 20; s++) {
		balance->added[LANE_BULK] += 10;
		balance->waiting[LANE_BULK] -= 5;
		look(&world);
	}
	cr_expect_eq(lane(&world, LANE_BULK)->forecast.outlook, OUTLOOK_CLEARS);
	cr_expect_float_eq(lane(&world, LANE_BULK)->forecast.eta_s, 900 / 5, 0.001);
	cr_expect_eq(world.snapshot.lanes[LANE_BULK].length, 900);
	cr_expect_eq(metric(&world, METRIC_QUEUE_ETA, LANE_BULK), 180000000);
	cr_expect_eq(metric(&world, METRIC_QUEUE_RATE, LANE_BULK), 15000000);
	cr_expect_eq(metric(&world, METRIC_QUEUE_ADDED_RATE, LANE_BULK), 10000000);
	/* It is emptied by somebody who starts the count anew. */
	balance->added[LANE_BULK] = 3;
	balance->waiting[LANE_BULK] = 3;
	look(&world);
	cr_expect_eq(lane(&world, LANE_BULK)->forecast.outlook, OUTLOOK_UNKNOWN);
	cr_expect_eq(metric(&world, METRIC_QUEUE_RATE, LANE_BULK), METRIC_NOT_KNOWN);
	close_world(&world);
}

Test(admin_backlog, the_lane_of_those_that_come_back)
{
	struct world world;
	open_world(&world);
	struct balance *balance = &world.snapshot.balance;
	balance->ready_added = 100;
	balance->waiting[LANE_READY] = 60;
	for (unsigned s = 0; s < 20; s++) {
		look(&world);
		balance->ready_added += 2;
		balance->waiting[LANE_READY] += 1;
	}
	cr_expect_eq(lane(&world, LANE_READY)->forecast.outlook, OUTLOOK_STAYS);
	cr_expect_eq(metric(&world, METRIC_QUEUE_ETA, LANE_READY), METRIC_NOT_KNOWN);
	cr_expect_eq(metric(&world, METRIC_QUEUE_RATE, LANE_READY), 1000000);
	close_world(&world);
}

Test(admin_backlog, nothing_is_known_of_lanes)
{
	struct world world;
	open_world(&world);
	world.snapshot.balance = (struct balance){ .is_known = false };
	world.snapshot.lanes[LANE_URGENT].length = 7;
	look(&world);
	cr_expect_eq(lane(&world, LANE_URGENT)->forecast.outlook, OUTLOOK_UNKNOWN);
	cr_expect_eq(world.snapshot.lanes[LANE_URGENT].length, 7);
	cr_expect_eq(metric(&world, METRIC_QUEUE_ETA, LANE_URGENT), METRIC_NOT_KNOWN);
	close_world(&world);
}

/* What the store said before it went away is not taken for a standstill. */
Test(admin_backlog, no_redis)
{
	struct world world;
	open_world(&world);
	world.snapshot.balance.added[LANE_BULK] = world.snapshot.balance.waiting[LANE_BULK] = 1000;
	for (unsigned s = 0; s < 10; s++) {
		look(&world);
		world.snapshot.balance.waiting[LANE_BULK] -= 10;
	}
	cr_expect_eq(lane(&world, LANE_BULK)->forecast.outlook, OUTLOOK_CLEARS);
	cr_expect_eq(lane(&world, LANE_URGENT)->forecast.outlook, OUTLOOK_EMPTY);
	world.is_store_silent = true;
	for (unsigned s = 0; s < 9; s++)
		look(&world);
	cr_expect_eq(lane(&world, LANE_BULK)->forecast.outlook, OUTLOOK_CLEARS);
	cr_expect_eq(metric(&world, METRIC_QUEUE_RATE, LANE_BULK), 10000000);
	for (unsigned s = 0; s < 2; s++)
		look(&world);
	cr_expect_eq(lane(&world, LANE_BULK)->forecast.outlook, OUTLOOK_UNKNOWN);
	cr_expect_eq(lane(&world, LANE_URGENT)->forecast.outlook, OUTLOOK_UNKNOWN);
	world.is_store_silent = false;
	look(&world);
	cr_expect_eq(lane(&world, LANE_BULK)->forecast.outlook, OUTLOOK_UNKNOWN, "it starts afresh");
	cr_expect_eq(lane(&world, LANE_URGENT)->forecast.outlook, OUTLOOK_EMPTY);
	close_world(&world);
}

Test(admin_backlog, accounts)
{
	static const struct account_order paused = { .stance = ACCOUNT_PAUSED };
	static const struct {
		const char *name;
		unsigned tps, seconds, submits_per_s, sent_per_s;
		uint64_t waiting, segments, parked;
		const struct account_order *order;
		enum outlook want;
		double want_eta_s;
	} rows[] = {
		{ "nothing waits", 50, 20, 0, 0, 0, 0, 0, NULL, OUTLOOK_EMPTY, 0 },
		{ "it goes at its pace", 50, 20, 40, 80, 300, 400, 0, NULL, OUTLOOK_CLEARS, 10 },
		{ "without tps", 0, 20, 40, 80, 300, 400, 0, NULL, OUTLOOK_CLEARS, 10 },
		{ "at the start, tps says it", 50, 2, 0, 0, 300, 400, 0, NULL, OUTLOOK_CLEARS, 8 },
		{ "at the start, without tps", 0, 2, 0, 0, 300, 400, 0, NULL, OUTLOOK_UNKNOWN, -1 },
		{ "at the start, paused", 50, 2, 0, 0, 300, 400, 0, &paused, OUTLOOK_UNKNOWN, -1 },
		{ "paused", 50, 20, 0, 0, 300, 400, 0, &paused, OUTLOOK_STAYS, -1 },
		{ "tps was lowered", 10, 20, 40, 40, 300, 400, 0, NULL, OUTLOOK_CLEARS, 40 },
		{ "parked ones have as many segments", 50, 20, 10, 40, 100, 200, 900, NULL, OUTLOOK_CLEARS, 50 },
		{ "parked ones, and others send", 0, 20, 0, 90, 0, 0, 900, NULL, OUTLOOK_CLEARS, 10 },
		{ "parked ones, tps is of all", 30, 20, 20, 90, 0, 0, 900, NULL, OUTLOOK_CLEARS, 30 },
		{ "parked ones alone", 50, 20, 0, 0, 0, 0, 900, NULL, OUTLOOK_STAYS, -1 },
		{ "parked ones, at the start", 50, 2, 0, 0, 0, 0, 900, NULL, OUTLOOK_CLEARS, 18 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		open_world(&world);
		struct admin_account *it = &world.accounts[1];
		it->tps = rows[i].tps;
		it->waiting = rows[i].waiting;
		it->waiting_segments = rows[i].segments;
		it->parked = rows[i].parked;
		it->order = rows[i].order;
		it->sent = 1000;
		for (unsigned s = 0; s < rows[i].seconds; s++) {
			it->accepted += rows[i].submits_per_s;
			it->sent += rows[i].sent_per_s;
			look(&world);
		}
		const struct admin_outlook *got = account(&world, 1);
		cr_expect_eq(got->forecast.outlook, rows[i].want, "%s: %s", rows[i].name,
			     outlook_name(got->forecast.outlook));
		cr_expect_float_eq(got->forecast.eta_s, rows[i].want_eta_s, 0.001, "%s: %f", rows[i].name,
				   got->forecast.eta_s);
		cr_expect_eq(metric(&world, METRIC_ACCOUNT_WAITING, 1), (int64_t)(rows[i].waiting + rows[i].parked));
		cr_expect_eq(metric(&world, METRIC_ACCOUNT_ETA, 1),
			     rows[i].want_eta_s < 0 ? METRIC_NOT_KNOWN : (int64_t)(rows[i].want_eta_s * 1e6), "%s",
			     rows[i].name);
		close_world(&world);
	}
}

/* What all send is known when Redis has said it twice, and no longer where Redis is away: then nobody knows how fast parked ones go. */
Test(admin_backlog, nothing_is_known_of_what_others_send)
{
	struct world world;
	open_world(&world);
	world.accounts[1].parked = 900;
	for (unsigned s = 0; s < 20; s++)
		look(&world);
	cr_expect_eq(account(&world, 1)->forecast.outlook, OUTLOOK_UNKNOWN, "no worker has heard of it");
	cr_expect_not(account(&world, 1)->all_rates.is_known);
	world.accounts[1].sent = 1000000;
	look(&world);
	cr_expect_eq(account(&world, 1)->forecast.outlook, OUTLOOK_UNKNOWN, "all that was ever sent is no rate");
	for (unsigned s = 0; s < 20; s++) {
		world.accounts[1].sent += 45;
		look(&world);
	}
	cr_expect_float_eq(account(&world, 1)->forecast.eta_s, 20, 0.001);
	cr_expect_float_eq(account(&world, 1)->all_rates.left_per_s, 45, 0.001);
	world.is_store_silent = true;
	for (unsigned s = 0; s < 11; s++)
		look(&world);
	cr_expect_eq(account(&world, 1)->forecast.outlook, OUTLOOK_UNKNOWN);
	cr_expect_eq(metric(&world, METRIC_ACCOUNT_ETA, 1), METRIC_NOT_KNOWN);
	close_world(&world);
}

/* An account that had nothing to do is not taken for a slow one, as soon as it has something. */
Test(admin_backlog, an_idle_account_gets_a_flood)
{
	struct world world;
	open_world(&world);
	for (unsigned s = 0; s < 60; s++)
		look(&world);
	world.accounts[0].waiting = world.accounts[0].waiting_segments = 10000;
	for (unsigned s = 0; s < 8; s++) {
		look(&world);
		world.accounts[0].accepted += 100;
		world.accounts[0].waiting = world.accounts[0].waiting_segments -= 100;
	}
	look(&world);
	cr_expect_eq(account(&world, 0)->forecast.outlook, OUTLOOK_CLEARS);
	cr_expect_float_eq(account(&world, 0)->forecast.eta_s, 98, 8);
	cr_expect(account(&world, 0)->rates.left_per_s < 50, "the mean of the last half minute");
	/* One that is gone from the list leaves nothing behind. */
	world.snapshot.account_count = 0;
	look(&world);
	cr_expect_eq(metric(&world, METRIC_ACCOUNT_WAITING, 0), 0);
	cr_expect_eq(metric(&world, METRIC_ACCOUNT_ETA, 0), 0);
	close_world(&world);
}
