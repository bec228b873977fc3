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
static struct metrics *metrics;
static const struct store_events *store_events;
static const struct carrier_events *carrier_events;
static void *carrier_ctx;
static bool store_is_down;
static uint64_t last_token;         /* of a batch that the store was given */
static const char *want_error = ""; /* how the events have the carrier's words */

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

/* The parts of an event have their commas. */
static void expect_event(const struct store_receipt_event *event)
{
	if (!message_state_is_final(event->state)) {
		cr_assert_eq(event->head.len + event->tail.len + event->more.len + event->ref.len, 0);
		return;
	}
	char head[256];
	const char *state = message_state_name(event->state);
	snprintf(head, sizeof head,
		 ",\"event\":\"%s\",\"at\":\"2026-02-13T01:00:00.123Z\",\"account\":\"cmcc\","
		 "\"segment\":",
		 event->state == MESSAGE_STATE_DELIVERED ? "delivered" : "undelivered");
	cr_assert(slice_is(event->head, head), "%.*s", SLICE_ARG(event->head));
	snprintf(head, sizeof head, ",\"state\":\"%s\"%s", state, want_error);
	cr_assert(slice_is(event->tail, head), "%.*s", SLICE_ARG(event->tail));
	cr_assert(slice_is(event->more, ",\"at\":\"2026-02-13T01:00:00.123Z\""), "%.*s", SLICE_ARG(event->more));
	snprintf(head, sizeof head, "\"%.*s\"", SLICE_ARG(event->carrier_ref));
	cr_assert(slice_is(event->ref, head), "%.*s", SLICE_ARG(event->ref));
}

static bool record(struct store *store, const struct store_receipt_event *events, unsigned count, uint64_t token)
{
	(void)store;
	last_token = token;
	note("record");
	if (count > 8)
		note(" %u", count);
	for (unsigned i = 0; i < count; i++) {
		if (count > 8)
			cr_assert_str_eq(events[i].account, "cmcc");
		else
			note(" %s:%.*s=%d", events[i].account, SLICE_ARG(events[i].carrier_ref), events[i].state);
		expect_event(&events[i]);
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

static bool unpark(struct store *store, const struct store_unpark *asks, unsigned count)
{
	(void)store;
	(void)asks;
	(void)count;
	return false;
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
	.unpark = unpark,
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
	static const struct slice known[] = { { "secret", 6 } };
	static const struct secrets secrets = { known, 1 };
	static const struct pipeline_account accounts[] = {
		{ .name = "cmcc", .carrier = &carrier, .window_total = 8, .sends_reference = true, .secrets = &secrets }
	};
	static const char *const names[] = { "cmcc" };
	static const struct metrics_labels labels = {
		.names = { [METRIC_LABEL_ACCOUNT] = names },
		.count = { [METRIC_LABEL_ACCOUNT] = 1, [METRIC_LABEL_STATE] = MESSAGE_STATE_COUNT },
	};
	metrics = metrics_create(&labels);
	struct pipeline_options options = {
		.accounts = accounts,
		.account_count = 1,
		.metrics = metrics,
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
	metrics_destroy(metrics);
}

static unsigned counted(enum metric metric)
{
	return (unsigned)metrics_value(metrics, metric, 0, 0);
}

static void come(receipt_token token, const char *ref, enum message_state state)
{
	carrier_events->on_receipt(carrier_ctx, token,
				   &(struct receipt){ .carrier_ref = slice_of(ref), .state = state });
}

static void answer(const char *answers)
{
	store_events->on_recorded(pipeline, STORE_RECEIPTS_MAX,
				  answers ? slice_of(answers) : (struct slice){ NULL, 0 });
}

static void turn(void)
{
	pipeline_turn(pipeline, time_now);
}

/* A carrier's words are kept as they are, but for what nobody may see. */
Test(receipts, words)
{
	static const struct {
		const char *error, *want;
	} rows[] = {
		{ "", "" },
		{ "069", ",\"error\":\"069\"" },
		{ "12345678901234567", ",\"error\":\"1234567890123456\"" },
		{ "错误错误错误", ",\"error\":\"错误错误错\"" },
		{ "secret", ",\"error\":\"(hidden)\"" },
		{ "12345678901secret", ",\"error\":\"12345678901(hidd\"" },
	};
	start();
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char want[64];
		want_error = rows[i].want;
		carrier_events->on_receipt(carrier_ctx, i + 1,
					   &(struct receipt){ .carrier_ref = SLICE("m"),
							      .state = MESSAGE_STATE_UNDELIVERABLE,
							      .error = slice_of(rows[i].error) });
		turn();
		answer("f");
		snprintf(want, sizeof want, "record cmcc:m=%d;done %u;", MESSAGE_STATE_UNDELIVERABLE, i + 1);
		expect(want, rows[i].error);
	}
	want_error = "";
	finish();
}

Test(receipts, a_batch_is_told_in_one_step_and_then_answered)
{
	start();
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	come(2, "m-2", MESSAGE_STATE_EXPIRED);
	come(3, "m-3", MESSAGE_STATE_ENROUTE);
	expect("", "they come");
	turn();
	expect("record cmcc:m-1=2 cmcc:m-2=3 cmcc:m-3=1;", "the turn's end");
	come(4, "m-1", MESSAGE_STATE_DELIVERED);
	turn();
	expect("", "one batch at a time");
	answer("fff");
	expect("done 1;done 2;done 3;", "durable");
	turn();
	expect("record cmcc:m-1=2;", "the next batch");
	answer("r");
	expect("done 4;", "it is told already");
	come(5, "m-5", MESSAGE_STATE_DELIVERED);
	turn();
	answer(NULL);
	expect("record cmcc:m-5=2;again 5;", "not durable");
	finish();
}

static void come_many(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		come(7, "m", MESSAGE_STATE_DELIVERED);
}

/* Small batches wait for the one under way; large ones do not, up to three of them. The store may answer them in any order. */
Test(receipts, large_batches_overlap)
{
	start();
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	turn();
	expect("record cmcc:m-1=2;", "the first");
	uint64_t first = last_token;
	come_many(255);
	turn();
	expect("", "a small one waits");
	come(2, "m-2", MESSAGE_STATE_DELIVERED);
	turn();
	expect("record 256;", "a large one");
	cr_assert_neq(last_token, first);
	come_many(256);
	turn();
	expect("record 256;", "a third");
	come_many(256);
	turn();
	expect("", "there are no more than three");
	store_events->on_recorded(pipeline, first, SLICE("f"));
	expect("done 1;", "the first is durable");
	turn();
	expect("record 256;", "its place is free");
	cr_assert_eq(last_token, first);
	finish();
}

static const mono_us waits[] = { 10 * US_PER_MS, 100 * US_PER_MS, US_PER_S, 5 * US_PER_S, 30 * US_PER_S };

/* Looks for the one that has come as often as it is looked for, and does not find it. want: what is looked for. */
static void look_in_vain(const char *want)
{
	for (unsigned i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		turn();
		expect(want, "looked up");
		answer("-");
		time_now.mono += waits[i] - 1;
		turn();
		expect("", "it waits");
		time_now.mono++;
	}
	turn();
	answer("-");
}

/* A receipt is faster than the settlement of its sms: it is looked up again, soon at first. */
Test(receipts, what_is_not_found_is_looked_up_again)
{
	start();
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	look_in_vain("record cmcc:m-1=2;");
	expect("record cmcc:m-1=2;done 1;", "given up");
	finish();
}

/* Over HTTP its answer was too late, and it comes again: one look, and yes. What is known by then is told. */
Test(receipts, what_was_given_up_is_answered_at_once_when_it_comes_again)
{
	start();
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	look_in_vain("record cmcc:m-1=2;");
	expect("record cmcc:m-1=2;done 1;", "given up");
	cr_assert_eq(counted(METRIC_RECEIPTS_UNKNOWN), 1);
	for (unsigned i = 1; i <= 3; i++) {
		time_now.mono += 60 * US_PER_S;
		come(2, "m-1", MESSAGE_STATE_DELIVERED);
		turn();
		answer("-");
		expect("record cmcc:m-1=2;done 2;", "it comes again");
		cr_assert_eq(counted(METRIC_RECEIPTS_UNKNOWN), 1);
		cr_assert_eq(counted(METRIC_RECEIPTS_REPEATED), i);
	}
	come(3, "m-1", MESSAGE_STATE_EXPIRED);
	turn();
	answer("-");
	expect("record cmcc:m-1=3;", "another state is another receipt");
	time_now.mono += 10 * US_PER_MS;
	turn();
	answer("f");
	expect("record cmcc:m-1=3;done 3;", "found");
	come(4, "m-1", MESSAGE_STATE_DELIVERED);
	turn();
	answer("f");
	expect("record cmcc:m-1=2;done 4;", "by now it is known");
	store_is_down = true;
	come(5, "m-1", MESSAGE_STATE_DELIVERED);
	turn();
	expect("record cmcc:m-1=2;again 5;", "nobody looked");
	store_is_down = false;
	time_now.mono += INT64_C(25) * 3600 * US_PER_S;
	come(6, "m-1", MESSAGE_STATE_DELIVERED);
	look_in_vain("record cmcc:m-1=2;");
	expect("record cmcc:m-1=2;done 6;", "a day later it is a new one");
	cr_assert_eq(counted(METRIC_RECEIPTS_UNKNOWN), 2);
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

/* The pipeline takes the lowest places first. */
static void find(struct slice value, uint8_t segment)
{
	store_events->on_receipt_found(pipeline, 0, value, segment);
}

/* No message id is known, since the submit was never answered: our own reference says which one it was. */
Test(receipts, what_was_never_answered_is_found_by_its_reference)
{
	start();
	come_with_reference(1, "m-1");
	turn();
	expect("record cmcc:m-1=2;", "by the carrier's id first");
	answer("-");
	expect("find cmcc:?513:3912340001;", "then by ours");
	find(SLICE("77 1770944400000-5@bulk"), 2);
	expect("late 1770944400000-5@bulk 2 of 77 cmcc:m-1;", "that is the word of it");
	turn();
	expect("", "what it says is told when that is settled");
	time_now.mono += 10 * US_PER_MS;
	turn();
	expect("record cmcc:m-1=2;", "by now it is");
	answer("f");
	expect("done 1;", "answered");

	/* Nothing is in doubt under it, or something else lies there. */
	static const struct slice values[] = { { NULL, 0 }, SLICE("\"id\":\"a\"") };
	come_with_reference(2, "m-2");
	for (unsigned i = 0; i < 2; i++) {
		turn();
		answer("-");
		find(values[i], 1);
		expect("record cmcc:m-2=2;find cmcc:?513:3912340001;", "no word of anything");
		time_now.mono += US_PER_S;
	}
	/* A carrier's id that looks like ours is none of ours. */
	come(3, "?513:3912340001", MESSAGE_STATE_DELIVERED);
	expect("done 3;", "not looked up");
	finish();
}

/* Given up once, and the word of a submit when it comes again: it waits until that is settled. */
Test(receipts, the_word_of_a_submit_is_not_given_up_for_an_earlier_one)
{
	start();
	come(4, "m-4", MESSAGE_STATE_DELIVERED);
	look_in_vain("record cmcc:m-4=2;");
	expect("record cmcc:m-4=2;done 4;", "given up");
	come_with_reference(5, "m-4");
	turn();
	answer("-");
	find(SLICE("77 1770944400000-5@bulk"), 2);
	turn();
	expect("record cmcc:m-4=2;find cmcc:?513:3912340001;late 1770944400000-5@bulk 2 of 77 cmcc:m-4;", "its word");
	time_now.mono += 10 * US_PER_MS;
	turn();
	answer("f");
	expect("record cmcc:m-4=2;done 5;", "told");
	finish();
}

Test(receipts, with_the_store_away_they_come_again)
{
	start();
	store_is_down = true;
	come(1, "m-1", MESSAGE_STATE_DELIVERED);
	turn();
	expect("record cmcc:m-1=2;again 1;", "not taken");
	store_is_down = false;
	come_with_reference(2, "m-2");
	turn();
	store_is_down = true;
	answer("-");
	expect("record cmcc:m-2=2;find cmcc:?513:3912340001;again 2;", "nor a look-up");
	store_is_down = false;
	come_with_reference(3, "m-3");
	turn();
	answer("-");
	store_events->on_recorded(pipeline, 0, (struct slice){ NULL, 0 });
	expect("record cmcc:m-3=2;find cmcc:?513:3912340001;again 3;", "a look-up that was lost");
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
	expect("record cmcc:m-1=2 cmcc:m-2=2;", "it waits");
	come(3, "m-3", MESSAGE_STATE_DELIVERED);
	expect("again 3;", "another one is refused");
	answer("f-");
	expect("done 1;again 2;", "one that is not found does not wait");
	turn();
	expect("close carrier;", "answered, then closed");
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
	turn();
	expect("record cmcc:m-1=2;", "under way");
	pipeline_drain(pipeline, US_PER_S);
	turn();
	expect("", "it waits");
	time_now.mono += US_PER_S;
	turn();
	expect("close carrier;", "the grace is over");
	come(2, "m-2", MESSAGE_STATE_DELIVERED);
	expect("again 2;", "refused");
	answer("f");
	expect("done 1;", "its answer may still leave");
	finish();
}
