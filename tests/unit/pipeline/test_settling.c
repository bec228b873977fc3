/* SPDX-License-Identifier: Apache-2.0 */

/* What is settled without having been begun. The store is played by the test; its one account takes nothing. */

#include "pipeline/pipeline_inner.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define START 1770944400000

enum call { CALL_NONE, CALL_WITHDRAW, CALL_SETTLE };

static struct rig {
	struct now now;
	struct store store;
	const struct store_events *store_events;
	void *store_ctx;
	const struct carrier_events *carrier_events;
	void *carrier_ctx;
	enum call calls[4];
	unsigned call_count;
	enum settle_kind kind;
	enum closing closing;
	struct store_withdrawal withdrawal;
	char subject[64];
	unsigned beginning;
} rig;

static void store_open(struct store *store, const struct store_events *events, void *ctx)
{
	(void)store;
	rig.store_events = events;
	rig.store_ctx = ctx;
}

static void store_read(struct store *store, const struct store_quota *quota, bool may_wait)
{
	(void)store;
	(void)quota;
	(void)may_wait;
}

static bool store_is_reading(const struct store *store)
{
	(void)store;
	return true;
}

static bool store_begin(struct store *store, const struct store_begin *items, unsigned count,
			const struct entry_key *begun, unsigned begun_count)
{
	(void)store;
	(void)items;
	(void)begun;
	(void)begun_count;
	rig.beginning += count;
	return true;
}

static void store_withdraw(struct store *store, const struct store_withdrawal *withdrawal)
{
	(void)store;
	rig.calls[rig.call_count++] = CALL_WITHDRAW;
	rig.withdrawal = *withdrawal;
	snprintf(rig.subject, sizeof rig.subject, "%.*s", SLICE_ARG(withdrawal->subject));
}

static void store_settle(struct store *store, struct settlement *const *settlements, unsigned count)
{
	(void)store;
	cr_assert_eq(count, 1);
	rig.calls[rig.call_count++] = CALL_SETTLE;
	rig.kind = settlements[0]->kind;
	rig.closing = settlements[0]->closing;
}

static bool store_unpark(struct store *store, const struct store_unpark *asks, unsigned count)
{
	(void)store;
	(void)asks;
	(void)count;
	return false;
}

static void store_flush(struct store *store)
{
	(void)store;
}

static void carrier_open(struct carrier *carrier, const struct carrier_events *events, void *ctx)
{
	(void)carrier;
	rig.carrier_events = events;
	rig.carrier_ctx = ctx;
}

static void carrier_flush(struct carrier *carrier)
{
	(void)carrier;
}

static unsigned carrier_credit(const struct carrier *carrier)
{
	(void)carrier;
	return 1;
}

static struct now now_of_test(void *ctx)
{
	(void)ctx;
	return rig.now;
}

static void on_drained(void *ctx)
{
	(void)ctx;
}

static void add_template(struct catalogue *catalogue)
{
	struct template *template = NULL;
	cr_assert_eq(template_compile(SLICE("t"), (struct slice){ NULL, 0 }, SLICE("class: notice\n---\n您好。"),
				      &template, NULL),
		     ERR_OK);
	cr_assert_eq(catalogue_add(catalogue, &template, NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
}

/* One entry, with a pause of the batch “held” in force. */
static void run_entry(enum lane lane, const char *body, const struct store_entry *like)
{
	static const struct store_ops store_ops = {
		.open = store_open,
		.read = store_read,
		.is_reading = store_is_reading,
		.begin = store_begin,
		.withdraw = store_withdraw,
		.settle = store_settle,
		.unpark = store_unpark,
		.flush = store_flush,
	};
	static const struct carrier_ops carrier_ops = { .open = carrier_open,
							.flush = carrier_flush,
							.credit = carrier_credit };
	static const struct log quiet = { .least = LOG_LEVEL_COUNT };
	static const uint8_t first = 0;
	static const struct slice prefixes[] = { SLICE("86138") };
	static const struct pause pause = { .kind = PAUSE_BATCH, .name = "held" };
	const struct route_rule rule = {
		.prefixes = prefixes, .prefix_count = 1, .accounts = &first, .account_count = 1
	};
	struct carrier carrier = { .ops = &carrier_ops, .name = "one" };
	const struct pipeline_account account = {
		.name = "one", .carrier = &carrier, .concat = CONCAT_UDH8, .segments_max = 8, .window_total = 1
	};
	rig = (struct rig){ .now = { .mono = US_PER_S, .wall = START }, .store = { .ops = &store_ops } };
	struct catalogue *catalogue = catalogue_create((struct slice){ NULL, 0 });
	struct route_table *routes = NULL;
	add_template(catalogue);
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &routes, NULL), ERR_OK);
	const struct pipeline_options options = {
		.accounts = &account,
		.account_count = 1,
		.routes = routes,
		.catalogue = catalogue,
		.decode = { .country = country_find(SLICE("CN")) },
		.render = { .signature = SLICE("国网") },
		.seed = 1,
		.env = { .now = now_of_test, .log = &quiet },
	};
	struct pipeline *pipeline = pipeline_create(&rig.store, &options);
	pipeline_open(pipeline, on_drained, NULL);
	rig.store_events->on_state(rig.store_ctx, true, "connected");
	rig.store_events->on_pauses(rig.store_ctx, &pause, 1);
	rig.carrier_events->on_state(rig.carrier_ctx, CARRIER_UP, "bound");
	struct store_entry entry = *like;
	entry.key = (struct entry_key){ START, 7, lane };
	entry.origin = (struct entry_key){ START, 7, LANE_NORMAL };
	entry.body = slice_of(body);
	rig.store_events->on_read(rig.store_ctx, &entry, 1, true);
	pipeline_turn(pipeline, rig.now);
	pipeline->is_open = false;
	pipeline_destroy(pipeline);
	catalogue_release(catalogue);
	route_destroy(routes);
}

#define ALERT(to, more)   "{\"id\":\"a\",\"to\":\"" to "\",\"template\":\"t\",\"subject\":\"s\"" more "}"
#define WITH_ROUTE        "13800000001"
#define WITHOUT_ROUTE     "15000000001"
#define SUPERSEDE         ",\"supersede\":true"
#define TIME_TO_COME      ",\"not_before\":\"2030-01-01T00:00:00Z\""
#define TIME_OVER         ",\"expires_at\":\"2020-01-01T00:00:00Z\""
#define OF_A_PAUSED_BATCH ",\"batch\":\"held\""

Test(settling, what_withdraws_others_is_noted_before_its_entry_goes)
{
	static const struct row {
		const char *name;
		enum lane lane;
		const char *body;
		bool want_withdrawal;
		bool want_settled;
		enum settle_kind want_kind;
	} rows[] = {
		{ "not yet", LANE_NORMAL, ALERT(WITH_ROUTE, SUPERSEDE TIME_TO_COME), true, true, SETTLE_LATER },
		{ "expired", LANE_NORMAL, ALERT(WITH_ROUTE, SUPERSEDE TIME_OVER), true, true, SETTLE_CLOSE },
		{ "paused", LANE_NORMAL, ALERT(WITH_ROUTE, SUPERSEDE OF_A_PAUSED_BATCH), true, true, SETTLE_LATER },
		{ "without a route", LANE_NORMAL, ALERT(WITHOUT_ROUTE, SUPERSEDE TIME_TO_COME), false, true,
		  SETTLE_LATER },
		{ "it withdraws nothing", LANE_NORMAL, ALERT(WITH_ROUTE, TIME_TO_COME), false, true, SETTLE_LATER },
		{ "it was noted when it went", LANE_READY, ALERT(WITH_ROUTE, SUPERSEDE TIME_TO_COME), false, true,
		  SETTLE_LATER },
		{ "its BEGIN looks at its lane", LANE_NORMAL, ALERT(WITH_ROUTE, SUPERSEDE), false, false,
		  SETTLE_CLOSE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		run_entry(row->lane, row->body, &(struct store_entry){ .attempt = 0 });
		unsigned want = row->want_withdrawal + row->want_settled;
		cr_assert_eq(rig.call_count, want, "%s: %u calls, not %u", row->name, rig.call_count, want);
		cr_assert_eq(rig.beginning, !row->want_settled, "%s", row->name);
		if (row->want_settled)
			cr_assert(rig.calls[want - 1] == CALL_SETTLE && rig.kind == row->want_kind, "%s", row->name);
		if (!row->want_withdrawal)
			continue;
		cr_assert_eq(rig.calls[0], CALL_WITHDRAW, "%s: it comes first", row->name);
		cr_assert_eq(rig.withdrawal.kind, WITHDRAWAL_SUPERSEDED, "%s", row->name);
		cr_assert_eq(rig.withdrawal.origin.seq, 7, "%s", row->name);
		cr_assert_str_eq(rig.subject, "s", "%s", row->name);
	}
}

/* Clocks differ, or one was set back. */
Test(settling, what_was_tried_does_not_wait_for_its_time_again)
{
	static const struct row {
		const char *name;
		struct store_entry like;
		bool want_begun;
	} rows[] = {
		{ "never tried", { .attempt = 0 }, false },
		{ "a part of it was accepted", { .state = SLICE("1 1 0 0 0 0 one -") }, true },
		{ "tried, and its state is lost", { .attempt = 1 }, true },
		{ "begun by one that died", { .ambiguous = true, .in_doubt = true, .reclaimed = true }, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		run_entry(LANE_READY, ALERT(WITH_ROUTE, TIME_TO_COME), &row->like);
		cr_assert_eq(rig.beginning, row->want_begun, "%s: begun", row->name);
		cr_assert_eq(rig.call_count, !row->want_begun, "%s: settled", row->name);
	}
}
