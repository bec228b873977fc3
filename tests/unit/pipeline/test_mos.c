/* SPDX-License-Identifier: Apache-2.0 */

/* Messages from phones, with a store and a carrier that only write down what they are asked. */

#include "unit/pipeline/pipeline_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
	char text[65536];
	size_t len;
} calls;

static bool store_is_down;
static char last_line[1024];
static struct metrics *metrics;

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

static bool record_mo(struct store *store, const struct store_mo *items, unsigned count)
{
	(void)store;
	note("record");
	for (unsigned i = 0; i < count; i++) {
		const struct mo *mo = items[i].mo;
		cr_assert(mo_is_valid(mo));
		cr_assert(slice_is(items[i].at, "2026-02-13T01:00:00.000Z"), "%.*s", SLICE_ARG(items[i].at));
		note(" %s/%.*s/%.*s/%.*s", items[i].account, SLICE_ARG(mo->from), SLICE_ARG(items[i].number),
		     SLICE_ARG(mo->octets));
		if (items[i].keyword.len > 0)
			note("!%.*s", SLICE_ARG(items[i].keyword));
		if (mo->id.len > 0)
			note("#%.*s", SLICE_ARG(mo->id));
	}
	note(";");
	return !store_is_down;
}

static bool refuse(struct store *store, const struct store_mo *items, unsigned count)
{
	(void)store;
	(void)items;
	(void)count;
	return false;
}

static void receipt_done(struct carrier *carrier, receipt_token token, bool durable)
{
	(void)carrier;
	note("%s %u;", durable ? "done" : "again", (unsigned)token);
}

static void keep_line(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	snprintf(last_line, sizeof last_line, "%.*s", SLICE_ARG(line));
}

static struct now now_of_log(void *ctx)
{
	(void)ctx;
	return rig.now;
}

static struct store_ops store_ops;
static struct carrier_ops carrier_ops;

static void start(void)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	store_ops = *rig.store.ops;
	store_ops.record_mo = record_mo;
	rig.store.ops = &store_ops;
	carrier_ops = *rig.players[0].base.ops;
	carrier_ops.receipt_done = receipt_done;
	for (unsigned i = 0; i < RIG_ACCOUNTS; i++)
		rig.players[i].base.ops = &carrier_ops;
	struct pipeline_options options = rig.options;
	options.optout_keywords = SLICE("R, TD, 退订");
	pipeline_configure(rig.pipeline, &options);
	static const struct log log = { .least = LOG_INFO, .write = keep_line, .now = now_of_log };
	static const char *const names[] = { "down", "other" };
	struct metrics_labels labels = { .count = { [METRIC_LABEL_ACCOUNT] = RIG_ACCOUNTS } };
	labels.names[METRIC_LABEL_ACCOUNT] = names;
	metrics = metrics_create(&labels);
	cr_assert_not_null(metrics);
	rig.pipeline->metrics = metrics;
	rig.pipeline->log = &log;
	store_is_down = false;
	last_line[0] = '\0';
	calls.len = 0;
	calls.text[0] = '\0';
}

static void finish(void)
{
	cr_assert_eq(mos_open(rig.pipeline), 0);
	rig_tear_down();
	metrics_destroy(metrics);
}

static void come(receipt_token token, const char *from, const char *text)
{
	/* What it points to is gone at once: the pipeline keeps what it needs. */
	struct mo mo = { .to = SLICE("1069"), .is_text = true, .part = 1, .total = 1 };
	char *copy = strdup(text);
	char *number = strdup(from);
	mo.from = slice_of(number);
	mo.octets = slice_of(copy);
	rig.players[0].events->on_mo(rig.players[0].ctx, token, &mo);
	free(copy);
	free(number);
}

static void answer(const char *answers)
{
	rig.store_events->on_mo_recorded(rig.store_ctx, answers ? slice_of(answers) : (struct slice){ NULL, 0 });
}

static int64_t count(enum metric metric)
{
	return metrics_value(metrics, metric, 0, 0);
}

Test(mos, a_batch_is_kept_in_one_step_and_then_answered)
{
	start();
	come(1, "+8613900000001", "td");
	come(2, "13900000002", "Thanks");
	expect("", "they come");
	rig_turn();
	expect("record down/+8613900000001/8613900000001/td!TD down/13900000002/8613900000002/Thanks;",
	       "the turn's end");
	come(3, "13900000003", "退订。");
	rig_turn();
	expect("", "one batch at a time");
	cr_assert_eq(mos_open(rig.pipeline), 3);
	cr_assert_str_eq(last_line, "", "told before it is durable");
	answer("aa");
	expect("done 1;done 2;", "durable");
	cr_assert_not_null(strstr(last_line, "\"event\":\"optout\""), "%s", last_line);
	cr_assert_not_null(strstr(last_line, "139****0001"), "%s", last_line);
	cr_assert_null(strstr(last_line, "13900000001"), "%s", last_line);
	last_line[0] = '\0';
	rig_turn();
	expect("record down/13900000003/8613900000003/退订。!退订;", "the next batch");
	answer("r");
	expect("done 3;", "it was kept already");
	cr_assert_str_eq(last_line, "", "it was told already");
	cr_assert_eq(count(METRIC_MO), 3);
	cr_assert_eq(count(METRIC_OPTOUTS), 1);
	cr_assert_eq(count(METRIC_MO_REPEATED), 1);
	cr_assert_eq(count(METRIC_MO_LATER), 0);
	finish();
}

/* It is copied like the rest: the driver's memory is gone when the store gets it. */
Test(mos, the_carriers_id_goes_along)
{
	char id[] = "m-1";
	start();
	struct mo mo = { .from = SLICE("13900000001"), .octets = SLICE("x"), .is_text = true, .part = 1, .total = 1 };
	mo.id = slice_of(id);
	rig.players[0].events->on_mo(rig.players[0].ctx, 1, &mo);
	memset(id, '?', sizeof id - 1);
	rig_turn();
	expect("record down/13900000001/8613900000001/x#m-1;", "it has one");
	answer("a");
	expect("done 1;", "it is kept");
	finish();
}

/* What the carrier says of the number's type counts: without it, a number of the country's own form is one of the country. */
Test(mos, whose_number_it_is)
{
	static const struct {
		const char *from;
		bool is_international;
		const char *want;
	} rows[] = {
		{ "12125550100", true, "12125550100" },
		{ "+12125550100", true, "12125550100" },
		{ "+12125550100", false, "12125550100" },
		{ "8613900000001", true, "8613900000001" },
		{ "8613900000001", false, "8613900000001" },
		{ "13900000001", false, "8613900000001" },
		{ "13900000001", true, "8613900000001" },
		{ "6591234567", true, "6591234567" },
		{ "008613900000001", true, "8613900000001" },
		{ "+13105550100", false, "13105550100" },
		{ "13105550100", true, "8613105550100" }, /* which of both it is, nothing tells */
		{ "Bank", true, "" },
		{ "", true, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char want[160];
		start();
		struct mo mo = { .from = slice_of(rows[i].from),
				 .is_international = rows[i].is_international,
				 .to = SLICE("1069"),
				 .octets = SLICE("Thanks"),
				 .is_text = true,
				 .part = 1,
				 .total = 1 };
		rig.players[0].events->on_mo(rig.players[0].ctx, 1, &mo);
		rig_turn();
		snprintf(want, sizeof want, "record down/%s/%s/Thanks;", rows[i].from, rows[i].want);
		expect(want, rows[i].from);
		answer("a");
		expect("done 1;", rows[i].from);
		finish();
	}
}

Test(mos, what_is_not_durable_is_asked_for_again)
{
	start();
	come(1, "13900000001", "R");
	rig_turn();
	answer(NULL);
	expect("record down/13900000001/8613900000001/R!R;again 1;", "the answer is lost");
	store_is_down = true;
	come(2, "13900000001", "R");
	rig_turn();
	expect("record down/13900000001/8613900000001/R!R;again 2;", "the store is down");
	store_is_down = false;
	come(3, "13900000001", "R");
	rig_turn();
	answer("a");
	expect("record down/13900000001/8613900000001/R!R;done 3;", "it is up again");
	cr_assert_eq(count(METRIC_MO_LATER), 2);
	cr_assert_eq(count(METRIC_OPTOUTS), 1);
	finish();
}

Test(mos, who_opts_out)
{
	static const struct {
		const char *name;
		struct mo mo;
		const char *want;
	} rows[] = {
		{ "a keyword",
		  { SLICE("13900000001"), SLICE("1"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } },
		  "record down/13900000001/8613900000001/R!R;" },
		{ "no text",
		  { SLICE("13900000001"), SLICE("1"), SLICE("R"), false, 1, 1, 0, false, { NULL, 0 } },
		  "record down/13900000001/8613900000001/R;" },
		{ "a part of a long text",
		  { SLICE("13900000001"), SLICE("1"), SLICE("R"), true, 1, 2, 9, false, { NULL, 0 } },
		  "record down/13900000001/8613900000001/R;" },
		{ "from what is no number",
		  { SLICE("Bank"), SLICE("1"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } },
		  "record down/Bank//R;" },
		{ "from nobody",
		  { SLICE(""), SLICE("1"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } },
		  "record down///R;" },
		{ "from abroad",
		  { SLICE("+447700900123"), SLICE("1"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } },
		  "record down/+447700900123/447700900123/R!R;" },
	};
	start();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig.players[0].events->on_mo(rig.players[0].ctx, 7, &rows[i].mo);
		rig_turn();
		expect(rows[i].want, rows[i].name);
		answer("a");
		expect("done 7;", rows[i].name);
	}
	finish();
}

/* There is room for the batch under way and for the next one; the rest comes again later. */
Test(mos, more_than_there_is_room_for)
{
	static const struct {
		const char *name;
		size_t octets;
		unsigned least; /* are taken at once */
	} rows[] = { { "short ones", 1, STORE_MO_MAX }, { "the longest", MO_OCTETS_MAX, 7 } };
	static char text[MO_OCTETS_MAX + 1];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(text, 'x', rows[i].octets);
		text[rows[i].octets] = '\0';
		start();
		unsigned taken = 0;
		while (calls.len == 0) {
			cr_assert_leq(taken, rows[i].least, "%s", rows[i].name);
			come(++taken, "13900000001", text);
		}
		char want[32];
		snprintf(want, sizeof want, "again %u;", taken);
		expect(want, rows[i].name);
		cr_assert_eq(taken, rows[i].least + 1, "%s: %u", rows[i].name, taken);
		cr_assert_eq(mos_open(rig.pipeline), rows[i].least);
		store_ops.record_mo = refuse;
		rig_turn();
		cr_assert_eq(count(METRIC_MO_LATER), taken, "%s", rows[i].name);
		finish();
	}
}

/* The link that brought it is gone, and its carrier with it: nobody is answered. */
Test(mos, of_a_carrier_that_has_gone)
{
	start();
	come(1, "13900000001", "R");
	rig_turn();
	rig.pipeline->accounts[0].life++;
	answer("a");
	expect("record down/13900000001/8613900000001/R!R;", "it is kept all the same");
	cr_assert_eq(count(METRIC_OPTOUTS), 1);
	finish();
}

/* The keywords that are in force when it comes count. */
Test(mos, keywords_change)
{
	start();
	struct pipeline_options options = rig.options;
	options.optout_keywords = SLICE("STOP");
	pipeline_configure(rig.pipeline, &options);
	come(1, "13900000001", "R");
	come(2, "13900000001", "stop");
	options.optout_keywords = SLICE("");
	pipeline_configure(rig.pipeline, &options);
	come(3, "13900000001", "stop");
	rig_turn();
	expect("record down/13900000001/8613900000001/R down/13900000001/8613900000001/stop!STOP "
	       "down/13900000001/8613900000001/stop;",
	       "they go");
	answer("aaa");
	expect("done 1;done 2;done 3;", "durable");
	finish();
}

/* A drain waits for those that it has; those that come when it waits for nothing else come again later. */
Test(mos, a_drain)
{
	start();
	come(1, "13900000001", "R");
	rig_turn();
	pipeline_drain(rig.pipeline, 60 * US_PER_S);
	rig_turn();
	rig_turn();
	cr_assert_not(rig.players[0].is_closing);
	come(2, "13900000002", "R");
	expect("record down/13900000001/8613900000001/R!R;again 2;", "while it drains");
	answer("a");
	expect("done 1;", "durable");
	rig_turn();
	cr_assert(rig.players[0].is_closing);
	finish();
}
