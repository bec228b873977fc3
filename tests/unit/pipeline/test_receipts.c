/* SPDX-License-Identifier: Apache-2.0 */

/* A whole pipeline between a store and a carrier that only write down what they are asked. */

#include "pipeline/pipeline_inner.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct {
	char text[512];
	size_t len;
} calls;

static struct now time_now = { .mono = US_PER_S, .wall = 1770944400123 };
static struct pipeline *pipeline;
static const struct store_events *store_events;
static const struct carrier_events *carrier_events;
static void *carrier_ctx;
static bool store_is_down;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	calls.len += (size_t)vsnprintf(calls.text + calls.len, sizeof calls.text - calls.len, format, args);
	va_end(args);
	cr_assert_lt(calls.len, sizeof calls.text);
}

static void expect(const char *want, const char *when)
{
	cr_assert_str_eq(calls.text, want, "%s: “%s”, want “%s”", when, calls.text, want);
	calls.len = 0;
	calls.text[0] = '\0';
}

/* -- the store -- */

static void open_store(struct store *store, const struct store_events *events, void *ctx)
{
	(void)store;
	(void)ctx;
	store_events = events;
}

static void read_store(struct store *store, const struct store_quota *quota, bool may_wait)
{
	(void)store;
	(void)quota;
	(void)may_wait;
}

static bool is_reading(const struct store *store)
{
	(void)store;
	return true;
}

static bool find_receipt(struct store *store, const struct store_receipt *receipt)
{
	(void)store;
	note("find %s:%.*s;", receipt->account, SLICE_ARG(receipt->carrier_ref));
	return !store_is_down;
}

static bool record(struct store *store, const struct store_receipt_event *events, unsigned count, uint64_t token)
{
	(void)store;
	(void)token;
	note("record");
	for (unsigned i = 0; i < count; i++) {
		note(" %s:%.*s=%d", events[i].account, SLICE_ARG(events[i].carrier_ref), events[i].state);
		cr_assert(slice_starts(events[i].event, SLICE("{\"id\":\"")), "%.*s", SLICE_ARG(events[i].event));
		cr_assert_eq(events[i].event.at[events[i].event.len - 1], '}');
	}
	note(";");
	return !store_is_down;
}

static void settle_late(struct store *store, const struct store_late *late)
{
	char origin[ENTRY_KEY_OCTETS];
	size_t len = entry_key_format(&late->key.origin, origin);
	(void)store;
	note("late %.*s %u of %u %s:%.*s;", (int)len, origin, late->key.segment, late->key.reference, late->account,
	     SLICE_ARG(late->carrier_ref));
}

static void flush_store(struct store *store)
{
	(void)store;
}

static void close_store(struct store *store, mono_us grace_us)
{
	(void)store;
	(void)grace_us;
	note("close store;");
}

static const struct store_ops store_ops = {
	.open = open_store,
	.read = read_store,
	.is_reading = is_reading,
	.find_receipt = find_receipt,
	.record = record,
	.settle_late = settle_late,
	.flush = flush_store,
	.close = close_store,
};
static struct store store = { .ops = &store_ops };

/* -- the carrier -- */

static void open_carrier(struct carrier *carrier, const struct carrier_events *events, void *ctx)
{
	(void)carrier;
	carrier_events = events;
	carrier_ctx = ctx;
}

static void flush_carrier(struct carrier *carrier)
{
	(void)carrier;
}

static unsigned credit(const struct carrier *carrier)
{
	(void)carrier;
	return 0;
}

static void receipt_done(struct carrier *carrier, receipt_token token, bool durable)
{
	(void)carrier;
	note("%s %u;", durable ? "done" : "again", (unsigned)token);
}

static void close_carrier(struct carrier *carrier, mono_us grace_us)
{
	(void)carrier;
	(void)grace_us;
	note("close carrier;");
}

static const struct carrier_ops carrier_ops = {
	.open = open_carrier,
	.flush = flush_carrier,
	.credit = credit,
	.receipt_done = receipt_done,
	.close = close_carrier,
};
static struct carrier carrier = { .ops = &carrier_ops, .name = "cmcc" };

/* -- the pipeline -- */

static struct now now_of_test(void *ctx)
{
	(void)ctx;
	return time_now;
}

static void drop_line(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

static void on_drained(void *ctx)
{
	(void)ctx;
	note("drained;");
}

static void start(void)
{
	static const struct log log = { .least = LOG_ERROR, .write = drop_line, .now = now_of_test };
	static const struct pipeline_account accounts[] = {
		{ .name = "cmcc", .carrier = &carrier, .window_total = 8, .sends_reference = true }
	};
	static const struct pipeline_options options = {
		.accounts = accounts,
		.account_count = 1,
		.env = { .now = now_of_test, .log = &log },
	};
	store_is_down = false;
	calls.len = 0;
	calls.text[0] = '\0';
	pipeline = pipeline_create(&store, &options);
	cr_assert_not_null(pipeline);
	pipeline_open(pipeline, on_drained, NULL);
	store_events->on_state(pipeline, true, "connected");
	carrier_events->on_state(carrier_ctx, CARRIER_UP, "bound");
}

static void finish(void)
{
	pipeline->is_open = false;
	pipeline_destroy(pipeline);
}

static void come(receipt_token token, const char *ref, enum message_state state)
{
	carrier_events->on_receipt(carrier_ctx, token,
				   &(struct receipt){ .carrier_ref = slice_of(ref), .state = state });
}

/* The pipeline gives look-ups the lowest places first. */
static void find_it(uint64_t place)
{
	store_events->on_receipt_found(pipeline, place, SLICE("\"id\":\"a\""), 1);
}

static void turn(void)
{
	pipeline_turn(pipeline, time_now);
}

#define BATCH STORE_RECEIPTS_MAX /* the token of a record */

Test(receipts, what_is_found_is_recorded_in_one_batch_and_then_answered)
{
	start();
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	come(2, "m-2", MESSAGE_STATE_EXPIRED);
	come(3, "m-3", MESSAGE_STATE_ENROUTE);
	expect("find cmcc:m-1;find cmcc:m-2;find cmcc:m-3;", "they come");
	find_it(0);
	find_it(1);
	find_it(2);
	expect("done 3;", "on the way: no event");
	turn();
	expect("record cmcc:m-1=2 cmcc:m-2=3;", "the turn's end");
	come(4, "m-1", MESSAGE_STATE_DELIVERED);
	find_it(2);
	turn();
	expect("find cmcc:m-1;", "one record at a time");
	store_events->on_recorded(pipeline, BATCH, true);
	expect("done 1;done 2;", "durable");
	turn();
	expect("record cmcc:m-1=2;", "the next batch");
	store_events->on_recorded(pipeline, BATCH, false);
	expect("again 4;", "not durable");
	finish();
}

static void come_with_reference(receipt_token token, const char *ref)
{
	carrier_events->on_receipt(carrier_ctx, token,
				   &(struct receipt){ .carrier_ref = slice_of(ref),
						      .state = MESSAGE_STATE_DELIVERED,
						      .user_reference = 513,
						      .from = SLICE("+86 139-1234-0001") });
}

static void find_nothing(uint64_t place)
{
	store_events->on_receipt_found(pipeline, place, (struct slice){ NULL, 0 }, 0);
}

/* No message id is known, since the submit was never answered: our own reference says which one it was. */
Test(receipts, what_was_never_answered_is_found_by_its_reference)
{
	start();
	come_with_reference(1, "m-1");
	expect("find cmcc:m-1;", "by the carrier's id first");
	find_nothing(0);
	expect("find cmcc:?513:3912340001;", "then by ours");
	store_events->on_receipt_found(pipeline, 0, SLICE("77 1770944400000-5@bulk"), 2);
	expect("late 1770944400000-5@bulk 2 of 77 cmcc:m-1;", "that is the word of it");
	turn();
	expect("", "what it says is told when that is settled");
	time_now.mono += US_PER_S;
	turn();
	expect("find cmcc:m-1;", "by now it is");
	find_it(0);
	turn();
	expect("record cmcc:m-1=2;", "told");
	store_events->on_recorded(pipeline, BATCH, true);
	expect("done 1;", "answered");

	/* Nothing is in doubt under it, or something else lies there. */
	come_with_reference(2, "m-2");
	find_nothing(0);
	find_nothing(0);
	time_now.mono += US_PER_S;
	turn();
	find_nothing(0);
	store_events->on_receipt_found(pipeline, 0, SLICE("\"id\":\"a\""), 1);
	expect("find cmcc:m-2;find cmcc:?513:3912340001;find cmcc:m-2;find cmcc:?513:3912340001;",
	       "no word of anything");
	/* A carrier's id that looks like ours is none of ours. */
	come(3, "?513:3912340001", MESSAGE_STATE_DELIVERED);
	expect("done 3;", "not looked up");
	finish();
}

Test(receipts, with_the_store_away_they_come_again)
{
	start();
	store_is_down = true;
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	expect("find cmcc:m-1;again 1;", "no look-up");
	store_is_down = false;
	come(2, "m-2", MESSAGE_STATE_DELIVERED);
	find_it(0);
	store_is_down = true;
	turn();
	expect("find cmcc:m-2;record cmcc:m-2=2;again 2;", "no record");
	come(3, "m-3", MESSAGE_STATE_DELIVERED);
	store_is_down = false;
	come(4, "m-4", MESSAGE_STATE_DELIVERED);
	store_events->on_recorded(pipeline, 0, false);
	expect("find cmcc:m-3;again 3;find cmcc:m-4;again 4;", "a look-up that was lost");
	finish();
}

/* What has begun gets its answer before the link is unbound; what comes then is refused, and keeps nobody waiting. */
Test(receipts, a_drain_answers_what_is_open_and_refuses_what_comes)
{
	start();
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	come(2, "m-2", MESSAGE_STATE_DELIVERED);
	pipeline_drain(pipeline, US_PER_S);
	turn();
	expect("find cmcc:m-1;find cmcc:m-2;", "it waits");
	come(3, "m-3", MESSAGE_STATE_DELIVERED);
	expect("again 3;", "another one is refused");
	find_it(0);
	store_events->on_receipt_found(pipeline, 1, (struct slice){ NULL, 0 }, 0);
	expect("again 2;", "one that is not found does not wait");
	turn();
	expect("record cmcc:m-1=2;", "the first is recorded");
	store_events->on_recorded(pipeline, BATCH, true);
	turn();
	expect("done 1;close carrier;", "answered, then closed");
	come(4, "m-4", MESSAGE_STATE_DELIVERED);
	expect("again 4;", "answered at once, while the link still is there");
	carrier_events->on_closed(carrier_ctx);
	turn();
	expect("close store;", "the store last");
	finish();
}

Test(receipts, a_drain_does_not_wait_for_ever)
{
	start();
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	find_it(0);
	turn();
	expect("find cmcc:m-1;record cmcc:m-1=2;", "under way");
	pipeline_drain(pipeline, US_PER_S);
	turn();
	expect("", "it waits");
	time_now.mono += US_PER_S;
	turn();
	expect("close carrier;", "the grace is over");
	come(2, "m-2", MESSAGE_STATE_DELIVERED);
	expect("again 2;", "refused");
	store_events->on_recorded(pipeline, BATCH, true);
	expect("done 1;", "its answer may still leave");
	finish();
}
