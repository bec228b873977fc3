/* SPDX-License-Identifier: Apache-2.0 */

/* What is begun when its account goes away. The store and two carriers are played by the test: “down”, whose turn it is to
 * go away, and “other”, which no route of these alerts names. */

#include "pipeline/pipeline_inner.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ACCOUNTS 2
#define START    1770944400000
#define LONG     "第{{n}}条：" TEXT_40 TEXT_40 TEXT_40 TEXT_40
#define TEXT_40  "电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费"

struct player {
	struct carrier base;
	const struct carrier_events *events;
	void *ctx;
	unsigned room;
	unsigned submit_count;
	uint64_t tokens[16];
	uint8_t numbers[16];
	uint16_t references[16];
};

static struct rig {
	struct now now;
	struct store store;
	const struct store_events *store_events;
	void *store_ctx;
	unsigned beginning;
	struct settlement *settling[8];
	unsigned settling_count;
	struct settlement settled; /* the last one */
	char state[256];
	unsigned settled_count;
	struct player players[ACCOUNTS];
	struct pipeline_account accounts[ACCOUNTS];
	struct route_table *routes;
	struct catalogue *catalogue;
	struct pipeline_options options;
	struct pipeline *pipeline;
	bool is_drained;
} rig;

/* -- the store -- */

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
	return true; /* entries come when the test says so */
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

static void store_settle(struct store *store, struct settlement *const *settlements, unsigned count)
{
	(void)store;
	for (unsigned i = 0; i < count; i++)
		rig.settling[rig.settling_count++] = settlements[i];
}

static void store_flush(struct store *store)
{
	(void)store;
}

static void store_close(struct store *store, mono_us grace_us)
{
	(void)store;
	(void)grace_us;
}

/* -- the carriers -- */

static struct player *of(const struct carrier *base)
{
	return (struct player *)(uintptr_t)base;
}

static void carrier_open(struct carrier *base, const struct carrier_events *events, void *ctx)
{
	of(base)->events = events;
	of(base)->ctx = ctx;
}

static enum submit_answer carrier_submit(struct carrier *base, const struct submit *submit)
{
	struct player *player = of(base);
	if (player->room == 0)
		return SUBMIT_FULL;
	player->room--;
	unsigned at = player->submit_count++;
	player->tokens[at] = submit->token;
	player->numbers[at] = submit->key.segment;
	player->references[at] = submit->segment->reference;
	return SUBMIT_TAKEN;
}

static void carrier_flush(struct carrier *base)
{
	(void)base;
}

static unsigned carrier_credit(const struct carrier *base)
{
	return of(base)->room;
}

static void carrier_close(struct carrier *base, mono_us grace_us)
{
	(void)base;
	(void)grace_us;
}

/* -- the world -- */

static struct now now_of_test(void *ctx)
{
	(void)ctx;
	return rig.now;
}

static void on_drained(void *ctx)
{
	(void)ctx;
	rig.is_drained = true;
}

static void make_texts(void)
{
	static const uint8_t account = 0;
	const struct route_rule rule = { .accounts = &account, .account_count = 1 };
	struct template *template = NULL;
	rig.catalogue = catalogue_create((struct slice){ NULL, 0 });
	cr_assert_eq(template_compile(SLICE("long"), (struct slice){ NULL, 0 },
				      SLICE("class: notice\nparam n integer n sample=1\n---\n" LONG), &template, NULL),
		     ERR_OK);
	cr_assert_eq(catalogue_add(rig.catalogue, &template, NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(rig.catalogue), ERR_OK);
	cr_assert_eq(route_create(&rule, 1, &rig.routes, NULL), ERR_OK);
}

static void turn(void)
{
	pipeline_turn(rig.pipeline, rig.now);
	if (rig.settling_count == 0)
		return;
	cr_assert_eq(rig.settling_count, 1);
	rig.settled = *rig.settling[0];
	snprintf(rig.state, sizeof rig.state, "%.*s", SLICE_ARG(rig.settled.state));
	rig.settled_count++;
	rig.settling_count = 0;
	rig.store_events->on_settled(rig.store_ctx, rig.settling, 1);
}

/* Turns as a loop gives them: when the deadline that the pipeline named has come. */
static void pass(mono_us span_us)
{
	mono_us end = rig.now.mono + span_us;
	for (;;) {
		mono_us next = pipeline_next_deadline(rig.pipeline);
		mono_us at = next < rig.now.mono ? rig.now.mono : next;
		if (at > end)
			at = end;
		rig.now.wall += (at - rig.now.mono) / US_PER_MS;
		rig.now.mono = at;
		turn();
		if (at == end)
			return;
	}
}

static void tell(unsigned account, enum carrier_state state)
{
	rig.players[account].events->on_state(rig.players[account].ctx, state, "so the test says");
}

static void set_up(void)
{
	static const struct store_ops store_ops = {
		.open = store_open,
		.read = store_read,
		.is_reading = store_is_reading,
		.begin = store_begin,
		.settle = store_settle,
		.flush = store_flush,
		.close = store_close,
	};
	static const struct carrier_ops carrier_ops = {
		.open = carrier_open,
		.submit = carrier_submit,
		.flush = carrier_flush,
		.credit = carrier_credit,
		.close = carrier_close,
	};
	static const struct log quiet = { .least = LOG_LEVEL_COUNT };
	static const char *const names[ACCOUNTS] = { "down", "other" };
	rig = (struct rig){ .now = { .mono = US_PER_S, .wall = START }, .store = { .ops = &store_ops } };
	make_texts();
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		rig.players[i] = (struct player){ .base = { .ops = &carrier_ops, .name = names[i] }, .room = 10 };
		rig.accounts[i] = (struct pipeline_account){
			.name = names[i],
			.carrier = &rig.players[i].base,
			.concat = CONCAT_UDH8,
			.segments_max = 8,
			.window_total = 10,
		};
	}
	rig.options = (struct pipeline_options){
		.accounts = rig.accounts,
		.account_count = ACCOUNTS,
		.routes = rig.routes,
		.catalogue = rig.catalogue,
		.decode = { .country = country_find(SLICE("CN")) },
		.render = { .signature = SLICE("国网") },
		.retry = { .base_us = 1, .max_us = 1, .attempts_max = 6, .unknown_wait_us = US_PER_S },
		.seed = 1,
		.env = { .now = now_of_test, .log = &quiet },
	};
	rig.pipeline = pipeline_create(&rig.store, &rig.options);
	pipeline_open(rig.pipeline, on_drained, NULL);
	rig.store_events->on_state(rig.store_ctx, true, "connected");
	for (unsigned i = 0; i < ACCOUNTS; i++)
		tell(i, CARRIER_UP);
}

static void tear_down(void)
{
	rig.pipeline->is_open = false;
	pipeline_destroy(rig.pipeline);
	catalogue_destroy(rig.catalogue);
	route_destroy(rig.routes);
}

static void bring(enum lane lane, const char *state)
{
	const struct entry_key origin = { START, 0, LANE_NORMAL };
	const struct store_entry entry = {
		.key = { START, lane == LANE_READY, lane },
		.origin = origin,
		.body = SLICE("{\"id\":\"a\",\"to\":\"13800000001\",\"template\":\"long\",\"params\":{\"n\":\"7\"}}"),
		.state = slice_of(state),
	};
	rig.store_events->on_read(rig.store_ctx, &entry, 1, true);
	turn();
	cr_assert_eq(rig.beginning, 1);
}

static void answer_begin(void)
{
	const enum begin_verdict verdict = BEGIN_GO;
	rig.beginning = 0;
	rig.store_events->on_begun(rig.store_ctx, &verdict, 1);
}

static void answer_submit(unsigned index, const char *ref)
{
	const struct outcome outcome = { .outcome_class = OUTCOME_ACCEPTED, .carrier_ref = slice_of(ref) };
	rig.players[0].events->on_outcome(rig.players[0].ctx, rig.players[0].tokens[index], &outcome);
}

static void assert_nothing_is_held(const char *name)
{
	cr_assert_eq(pipeline_gauges(rig.pipeline)->parcels_used, 0, "%s: parcels", name);
	cr_assert_eq(rig.pipeline->begun_count, 0, "%s: begun", name);
	cr_assert_eq(rig.pipeline->accounts[0].reserved, 0, "%s: places", name);
}

Test(dispatch, begun_on_an_account_that_stays_away)
{
	static const struct row {
		const char *name;
		enum carrier_state state;
		unsigned out; /* segments that the carrier takes before it goes away */
		bool is_alone;
		const char *want_accepted; /* in the state: segments, bits, throttles, unknowns */
		const char *want_refs;
		wall_ms want_least; /* until it comes back */
		wall_ms want_most;
	} rows[] = {
		{ "down, nothing out", CARRIER_DOWN, 0, false, " 3 0 0 0 ", " down - - -", 30000, 60000 },
		{ "refused, nothing out", CARRIER_REFUSED, 0, false, " 3 0 0 0 ", " down - - -", 30000, 60000 },
		{ "down, partly out", CARRIER_DOWN, 1, false, " 3 1 0 0 ", " down 6d30 - -", 30000, 60000 },
		{ "refused, partly out", CARRIER_REFUSED, 2, false, " 3 3 0 0 ", " down 6d30 6d31 -", 30000, 60000 },
		{ "no account is live", CARRIER_DOWN, 0, true, " 3 0 0 0 ", " down - - -", 0, 0 },
		{ "no account is live, partly out", CARRIER_DOWN, 1, true, " 3 1 0 0 ", " down 6d30 - -", 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		set_up();
		bring(LANE_NORMAL, "");
		rig.players[0].room = row->out;
		if (row->out == 0)
			tell(0, row->state);
		answer_begin();
		cr_assert_eq(rig.players[0].submit_count, row->out, "%s", row->name);
		for (unsigned k = 0; k < row->out; k++)
			answer_submit(k, (char[]){ 'm', (char)('0' + k), 0 });
		if (row->out > 0)
			tell(0, row->state);
		if (row->is_alone)
			tell(1, CARRIER_DOWN);
		pass(4900 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 0, "%s: it goes too early", row->name);
		pass(1200 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s: it stays", row->name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", row->name);
		cr_assert(!rig.settled.ambiguous && rig.settled.attempt == 0, "%s", row->name);
		cr_assert_not_null(strstr(rig.state, row->want_accepted), "%s: %s", row->name, rig.state);
		cr_assert_not_null(strstr(rig.state, row->want_refs), "%s: %s", row->name, rig.state);
		wall_ms wait = rig.settled.due_at - rig.now.wall;
		cr_assert(wait >= row->want_least - 1200 && wait <= row->want_most, "%s: %lld ms", row->name,
			  (long long)wait);
		assert_nothing_is_held(row->name);
		tear_down();
	}
}

/* The answer of a segment decides; until it comes its alert stays. */
Test(dispatch, what_is_out_without_an_answer_stays)
{
	set_up();
	bring(LANE_NORMAL, "");
	rig.players[0].room = 1;
	answer_begin();
	tell(0, CARRIER_DOWN);
	pass(20 * US_PER_S);
	cr_assert_eq(rig.settled_count, 0);
	answer_submit(0, "m0");
	pass(2 * US_PER_S);
	cr_assert_eq(rig.settled_count, 1);
	cr_assert_not_null(strstr(rig.state, " 3 1 0 0 "), "%s", rig.state);
	assert_nothing_is_held("answered");
	tear_down();
}

/* What it was told may not be true any more: it may have been cancelled while its account was away. */
Test(dispatch, a_go_that_lay_is_asked_for_again)
{
	static const struct row {
		const char *name;
		mono_us away;
		bool want_again;
	} rows[] = {
		{ "at once", 0, false },
		{ "soon", 500 * US_PER_MS, false },
		{ "after a while", 1500 * US_PER_MS, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up();
		bring(LANE_NORMAL, "");
		tell(0, CARRIER_DOWN);
		answer_begin();
		pass(rows[i].away);
		tell(0, CARRIER_UP);
		pass(100 * US_PER_MS);
		cr_assert_eq(rig.beginning, rows[i].want_again, "%s", rows[i].name);
		cr_assert_eq(rig.players[0].submit_count, rows[i].want_again ? 0 : 3, "%s", rows[i].name);
		if (rows[i].want_again)
			answer_begin();
		cr_assert_eq(rig.players[0].submit_count, 3, "%s", rows[i].name);
		for (unsigned k = 0; k < 3; k++)
			answer_submit(k, (char[]){ 'm', (char)('0' + k), 0 });
		pass(US_PER_S);
		assert_nothing_is_held(rows[i].name);
		tear_down();
	}
}

/* It comes back to the same account, with the same reference, and only its missing segments go. */
Test(dispatch, the_rest_follows)
{
	set_up();
	bring(LANE_NORMAL, "");
	rig.players[0].room = 1;
	answer_begin();
	answer_submit(0, "m0");
	tell(0, CARRIER_DOWN);
	pass(7 * US_PER_S);
	cr_assert_eq(rig.settled_count, 1);
	tell(0, CARRIER_UP);
	rig.players[0].room = 10;
	bring(LANE_READY, rig.state);
	answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 3);
	cr_assert_eq(rig.players[1].submit_count, 0);
	for (unsigned i = 0; i < 3; i++) {
		cr_assert_eq(rig.players[0].numbers[i], i + 1);
		cr_assert_eq(rig.players[0].references[i], rig.players[0].references[0], "part %u", i + 1);
	}
	answer_submit(1, "m1");
	answer_submit(2, "m2");
	pass(US_PER_S);
	cr_assert_eq(rig.settled_count, 2);
	cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED);
	assert_nothing_is_held("accepted");
	tear_down();
}
