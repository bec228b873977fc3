/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline_rig.h"

#include "base/civil.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct rig rig;

#define LONG    "第{{n}}条：" TEXT_40 TEXT_40 TEXT_40 TEXT_40
#define TEXT_40 "电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费电费"

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
	rig.quota = *quota;
	rig.may_wait = may_wait;
	rig.is_reading = true;
	rig.read_count++;
}

static bool store_is_reading(const struct store *store)
{
	(void)store;
	return rig.is_reading;
}

static bool store_begin(struct store *store, const struct store_begin *items, unsigned count,
			const struct entry_key *begun, unsigned begun_count)
{
	(void)store;
	rig.begun = items[0];
	(void)begun;
	(void)begun_count;
	rig.beginning += count;
	return true;
}

static void store_settle(struct store *store, struct settlement *const *settlements, unsigned count)
{
	(void)store;
	for (unsigned i = 0; i < count; i++) {
		cr_assert_lt(rig.settling_count, (unsigned)RIG_SETTLING_MAX);
		rig.settling[rig.settling_count++] = settlements[i];
	}
}

static void store_settle_late(struct store *store, const struct store_late *late)
{
	(void)store;
	rig.late_count++;
	rig.late_key = late->key;
	rig.late_is_queried = late->is_queried;
}

static bool store_lease(struct store *store, const struct store_lease *asks, unsigned count)
{
	(void)store;
	cr_assert_eq(rig.leasing, 0);
	rig.leasing = count;
	rig.lease_ask = asks[0];
	rig.lease_asks++;
	return true;
}

void rig_lend(uint32_t count, mono_us delay_us, mono_us wait_us)
{
	struct store_grant grants[STORE_LEASES_MAX];
	cr_assert_gt(rig.leasing, 0, "nothing is asked for");
	for (unsigned i = 0; i < rig.leasing; i++)
		grants[i] = (struct store_grant){ .count = count,
						  .delay_us = delay_us,
						  .wait_us = wait_us,
						  .rate_per_s = rig.lease_ask.rate_per_s,
						  .at_us = rig.now.mono };
	unsigned answered = rig.leasing;
	rig.leasing = 0;
	rig.store_events->on_leased(rig.store_ctx, grants, answered);
}

static bool store_bind(struct store *store, const struct store_bind *asks, unsigned count)
{
	(void)store;
	cr_assert_eq(rig.binding, 0);
	cr_assert_eq(count, 1, "one account shares its links");
	rig.binding = count;
	rig.bind_ask = asks[0];
	return true;
}

static bool store_adopt(struct store *store, unsigned count, const struct entry_key *begun, unsigned begun_count)
{
	(void)store, (void)count, (void)begun, (void)begun_count;
	rig.adopts++;
	return true;
}

void rig_bind(unsigned links)
{
	cr_assert_eq(rig.binding, 1, "nothing is asked for");
	rig.binding = 0;
	rig.store_events->on_bound(rig.store_ctx, &links, 1);
}

static bool store_unpark(struct store *store, const struct store_unpark *asks, unsigned count)
{
	(void)store;
	cr_assert_eq(rig.unparking, 0);
	rig.unparking = count;
	for (unsigned i = 0; i < count; i++) {
		snprintf(rig.unparks[i].name, sizeof rig.unparks[i].name, "%s", asks[i].account);
		rig.unparks[i].count = asks[i].count;
		rig.unparks[i].sent = asks[i].sent;
	}
	return true;
}

void rig_unpark(unsigned released, uint64_t left)
{
	struct store_unparked answers[STORE_LEASES_MAX];
	unsigned count = rig.unparking;
	cr_assert_gt(count, 0, "nothing is asked for");
	for (unsigned i = 0; i < count; i++)
		answers[i] = (struct store_unparked){ released, left, 0 };
	rig.unparking = 0;
	rig.store_events->on_unparked(rig.store_ctx, answers, count, slice_of(rig.parked_names));
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
	player->keys[at] = submit->key;
	player->text = submit->text;
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

static void carrier_permit(struct carrier *base, unsigned links)
{
	of(base)->permitted = links;
}

static void carrier_cut(struct carrier *base)
{
	of(base)->cuts++;
	of(base)->held = 0;
}

static unsigned carrier_held(const struct carrier *base)
{
	return of(base)->held;
}

static void carrier_rest(struct carrier *base, bool rests)
{
	of(base)->rests = rests;
}

static void carrier_retry(struct carrier *base)
{
	of(base)->retries++;
}

static mono_us carrier_again_at(const struct carrier *base)
{
	return of(base)->again_at;
}

static void carrier_close(struct carrier *base, mono_us grace_us)
{
	of(base)->is_closing = true;
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

static void make_texts(const struct rig_setup *setup)
{
	static const uint8_t accounts[] = { 0, 1 };
	static const struct slice south[] = { { "south", 5 } };
	const struct route_rule rules[] = {
		{ .accounts = accounts, .account_count = setup->has_way ? 2 : 1 },
		{ .accounts = accounts + 1, .account_count = 1, .tenants = south, .tenant_count = 1 },
	};
	struct template *template = NULL;
	char source[2048];
	const char *header = setup->header ? setup->header : "class: notice";
	snprintf(source, sizeof source, "%s\nparam n integer n sample=1\n---\n%s%s", header,
		 setup->is_short ? "第{{n}}条" : LONG, strstr(header, "marketing") != NULL ? "退订回T" : "");
	rig.catalogue = catalogue_create((struct slice){ NULL, 0 });
	cr_assert_eq(template_compile(SLICE("t"), (struct slice){ NULL, 0 }, slice_of(source), &template, NULL),
		     ERR_OK);
	cr_assert_eq(catalogue_add(rig.catalogue, &template, NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(rig.catalogue), ERR_OK);
	cr_assert_eq(route_create(rules, setup->is_lone ? 1 : 2, NULL, 0, &rig.routes, NULL), ERR_OK);
}

/* What comes is settled at once. */
static void take_settlement(void)
{
	for (unsigned i = 0; i < rig.settling_count; i++)
		rig.budget_used += rig.settling[i]->budget_segments;
	for (unsigned i = 0; i < rig.settling_count; i++)
		rig.settling[i]->budget_used = rig.settling[i]->budget_segments > 0 ? rig.budget_used : 0;
	rig.settled = *rig.settling[rig.settling_count - 1];
	snprintf(rig.state, sizeof rig.state, "%.*s", SLICE_ARG(rig.settled.state));
	snprintf(rig.event, sizeof rig.event, "%.*s", SLICE_ARG(rig.settled.event));
	struct buf keys = buf_over(rig.keys, sizeof rig.keys - 1);
	for (unsigned i = 0; i < rig.settled.receipt_key_count; i++) {
		buf_put_uint(&keys, rig.settled.receipt_keys[i].segment);
		buf_put(&keys, "=", 1);
		buf_put_slice(&keys, rig.settled.receipt_keys[i].carrier_ref);
		buf_put(&keys, " ", 1);
	}
	rig.keys[keys.len] = '\0';
	snprintf(rig.parked_on, sizeof rig.parked_on, "%.*s", SLICE_ARG(rig.settled.parked_on));
	rig.park_rank = rig.settled.park_rank;
	unsigned count = rig.settling_count;
	rig.settled_count += count;
	rig.settling_count = 0;
	rig.store_events->on_settled(rig.store_ctx, rig.settling, count);
}

void rig_turn(void)
{
	pipeline_turn(rig.pipeline, rig.now);
	if (rig.settling_count > 0)
		take_settlement();
}

void rig_pass(mono_us span_us)
{
	mono_us end = rig.now.mono + span_us;
	for (;;) {
		mono_us next = pipeline_next_deadline(rig.pipeline);
		mono_us at = next < rig.now.mono ? rig.now.mono : next;
		if (at > end)
			at = end;
		rig.now.wall += (at - rig.now.mono) / US_PER_MS;
		rig.now.mono = at;
		rig_turn();
		if (at == end)
			return;
	}
}

void rig_tell(unsigned account, enum carrier_state state)
{
	rig.players[account].events->on_state(rig.players[account].ctx, state, "so the test says");
}

/* The last one. */
static mono_us fresh_of_test(void *ctx)
{
	(void)ctx;
	return rig.now.mono + rig.took;
}

static void keep_line(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	snprintf(rig.log, sizeof rig.log, "%.*s", SLICE_ARG(line));
}

void rig_set_up(const struct rig_setup *setup)
{
	static const struct store_ops store_ops = {
		.open = store_open,
		.read = store_read,
		.is_reading = store_is_reading,
		.begin = store_begin,
		.settle = store_settle,
		.settle_late = store_settle_late,
		.lease = store_lease,
		.unpark = store_unpark,
		.bind = store_bind,
		.adopt = store_adopt,
		.flush = store_flush,
		.close = store_close,
	};
	static const struct carrier_ops carrier_ops = {
		.open = carrier_open,
		.submit = carrier_submit,
		.flush = carrier_flush,
		.credit = carrier_credit,
		.rest = carrier_rest,
		.permit = carrier_permit,
		.cut = carrier_cut,
		.held = carrier_held,
		.retry = carrier_retry,
		.again_at = carrier_again_at,
		.close = carrier_close,
	};
	static const struct log kept = { .least = LOG_WARN, .write = keep_line, .now = now_of_test };
	static const char *const names[RIG_ACCOUNTS] = { "down", "other" };
	rig = (struct rig){ .now = { .mono = US_PER_S, .wall = RIG_START },
			    .store = { .ops = &store_ops },
			    .is_reading = true,
			    .parked_names = "" };
	rig.setup = *setup;
	make_texts(setup);
	for (unsigned i = 0; i < RIG_ACCOUNTS; i++) {
		rig.players[i] = (struct player){ .base = { .ops = &carrier_ops, .name = names[i] }, .room = 10 };
		rig.accounts[i] = (struct pipeline_account){
			.name = names[i],
			.carrier = &rig.players[i].base,
			.concat = CONCAT_UDH8,
			.segments_max = 8,
			.binds = i == 0 ? setup->binds : 0,
			.bind_share = i == 0 ? setup->bind_share : 0,
			.window_total = 10,
		};
	}
	rig.options = (struct pipeline_options){
		.accounts = rig.accounts,
		.account_count = RIG_ACCOUNTS,
		.routes = rig.routes,
		.catalogue = rig.catalogue,
		.decode = { .country = country_find(SLICE("CN")) },
		.render = { .signature = SLICE("国网") },
		.retry = { .base_us = 1,
			   .max_us = 1,
			   .attempts_max = 6,
			   .unknown_wait_us = { US_PER_S, US_PER_S, US_PER_S } },
		.seed = 1,
		.env = { .now = now_of_test, .fresh = fresh_of_test, .log = &kept },
	};
	static char north[] = "north";
	static const struct tenant_budget budget = { north, 10 };
	rig.options.budgets = &budget;
	rig.options.budget_count = setup->has_budget;
	rig.pipeline = pipeline_create(&rig.store, &rig.options);
	pipeline_open(rig.pipeline, on_drained, NULL);
	rig.store_events->on_state(rig.store_ctx, true, "connected");
	for (unsigned i = 0; i < RIG_ACCOUNTS; i++)
		rig_tell(i, CARRIER_UP);
}

void rig_tear_down(void)
{
	rig.pipeline->is_open = false;
	pipeline_destroy(rig.pipeline);
	catalogue_release(rig.catalogue);
	route_destroy(rig.routes);
}

void rig_bring(enum lane lane, const char *state, const struct store_entry *like)
{
	char body[256];
	char expires[64] = "";
	char early[64] = "";
	if (rig.setup.life_ms > 0) {
		char at[40];
		size_t len = civil_format_rfc3339(RIG_START + rig.setup.life_ms, 0, at);
		snprintf(expires, sizeof expires, ",\"expires_at\":\"%.*s\"", (int)len, at);
	}
	if (rig.not_before > 0) {
		char at[40];
		size_t len = civil_format_rfc3339(rig.not_before, 0, at);
		snprintf(early, sizeof early, ",\"not_before\":\"%.*s\"", (int)len, at);
	}
	snprintf(body, sizeof body,
		 "{\"id\":\"a\",\"to\":\"13800000001\",\"template\":\"t\",\"params\":{\"n\":\"7\"}%s%s%s%s}", expires,
		 early, rig.has_consent ? ",\"consent\":\"form 7\"" : "",
		 rig.setup.has_budget ? ",\"tenant\":\"north\"" : "");
	struct store_entry entry = like != NULL ? *like : (struct store_entry){ .attempt = 0 };
	entry.key = (struct entry_key){ RIG_START, rig.settled_count + 1, lane };
	entry.origin = (struct entry_key){ RIG_START, 0, lane == LANE_READY ? LANE_NORMAL : lane };
	entry.body = slice_of(body);
	entry.state = slice_of(state);
	rig.store_events->on_read(rig.store_ctx, &entry, 1, true);
	rig_turn();
}

void rig_answer_begin(void)
{
	rig_answer_begin_with(BEGIN_GO, NULL);
}

void rig_answer_begin_with(enum begin_verdict verdict, const struct begin_note *note)
{
	cr_assert_eq(rig.beginning, 1, "nothing is being begun; the last event: %s", rig.event);
	rig.beginning = 0;
	rig.store_events->on_begun(rig.store_ctx, &verdict, note, 1);
}

void rig_answer(unsigned account, unsigned index, const struct outcome *outcome)
{
	struct player *player = &rig.players[account];
	cr_assert_lt(index, player->submit_count);
	player->events->on_outcome(player->ctx, player->tokens[index], outcome);
}

void rig_accept(unsigned account, unsigned index, const char *ref)
{
	rig_answer(account, index,
		   &(struct outcome){ .outcome_class = OUTCOME_ACCEPTED, .carrier_ref = slice_of(ref) });
}

void rig_assert_nothing_is_held(const char *name)
{
	cr_assert_eq(pipeline_gauges(rig.pipeline)->parcels_used, 0, "%s: parcels", name);
	cr_assert_eq(rig.pipeline->begun_count, 0, "%s: begun", name);
	cr_assert_eq(rig.pipeline->accounts[0].reserved, 0, "%s: places", name);
	cr_assert_eq(rig.pipeline->accounts[0].reserved_urgent, 0, "%s: urgent places", name);
}
