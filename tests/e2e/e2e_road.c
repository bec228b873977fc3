/* SPDX-License-Identifier: Apache-2.0 */

/* The way of alerts of all kinds, from the queue to the carrier and into the events, when nothing goes wrong but what
 * producers write. */

#include "e2e_road.h"
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct smsc road_smsc;
struct gateway_process road_gateway;

void road_open(const char *const smsc_options[], struct gateway_options options)
{
	world_open();
	redis_server_start();
	smsc_start(&road_smsc, "smsc", 0, smsc_options);
	options.smsc = &road_smsc;
	gateway_process_start(&road_gateway, "gateway", &options, true);
}

void road_finish(void)
{
	gateway_process_stop(&road_gateway);
	EXPECT_COUNT(books_waiting(), 0);
	smsc_finish(&road_smsc);
	EXPECT_COUNT(smsc_total(&road_smsc, "violations_total"), 0);
}

void road_close(void)
{
	smsc_fini(&road_smsc);
	redis_server_stop();
	world_close();
}

void road_instant(char out[static ROAD_INSTANT_OCTETS], long long ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm parts;
	char date[32];
	gmtime_r(&seconds, &parts);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(out, ROAD_INSTANT_OCTETS, "%s.%03lldZ", date, ms % 1000);
}

long long road_wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* -- the load -- */

static void load(void)
{
	road_open(NULL, (struct gateway_options){ .binds = 2 });
	books_add_load(0, ROAD_LOAD);
	books_await_settled(30);
	EXPECT_COUNT(gateway_process_metric(&road_gateway, "hongyan_closings_total{event=\"accepted\"}"), ROAD_LOAD);
	EXPECT_COUNT(gateway_process_metric(&road_gateway, "hongyan_submits_total{account=\"fake\"}"), ROAD_LOAD);
	road_finish();
	EXPECT_COUNT(books_check_load(ROAD_LOAD, &road_smsc), 0);
	json_t *events = books_events();
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event)
	{
		EXPECT(books_is(event, "account", "fake") && books_is(event, "template", "note"));
		EXPECT_COUNT(json_array_size(json_object_get(event, "refs")), 1);
		EXPECT_COUNT(json_integer_value(json_object_get(event, "segments")), 1);
		EXPECT_COUNT(json_integer_value(json_object_get(event, "attempt")), 1);
	}
	json_decref(events);
	road_close();
}

/* -- the templates that ship -- */

static void shipped_templates(void)
{
	static const struct row {
		const char *name;
		const char *params;
		const char *want; /* where the text is to be just that */
	} rows[] = {
		{ "balance", "\"date\":\"2026-02-13\",\"balance\":19.53", NULL },
		{ "low_balance", "\"date\":\"2026-02-13\",\"balance\":\"9.53\",\"threshold\":\"20\"", NULL },
		{ "overdue", "\"month\":\"2026-01-01\",\"amount\":\"126.40\",\"days\":3,\"deadline\":\"2026-02-20\"",
		  NULL },
		{ "cutoff_warning", "\"amount\":\"126.40\",\"cut_at\":\"2026-02-13T14:30:00+08:00\"", NULL },
		{ "cutoff_done", "\"amount\":\"126.40\",\"cut_at\":\"2026-02-13T14:30:00+08:00\"", NULL },
		{ "power_restored", "\"restored_at\":\"2026-02-13T14:30:00+08:00\"", NULL },
		{ "monthly_bill", "\"month\":\"2026-01-01\",\"kwh\":256,\"amount\":\"134.66\"", NULL },
		{ "payment_received",
		  "\"paid_at\":\"2026-02-13T09:12:00+08:00\",\"amount\":\"200.00\",\"balance\":\"219.53\",\"channel\":"
		  "\"wechat\"",
		  NULL },
		{ "phone_binding", "\"account\":\"2200012345\",\"code\":\"048213\",\"minutes\":5",
		  "【国网吉林电力】您正在将本手机号与户号2200012345绑定，验证码048213，5分钟内有效。请勿告知他人，如非"
		  "本人操作请忽略。" },
		{ "work_order_expiring",
		  "\"order\":\"GD20260213007\",\"kind\":\"repair\",\"deadline\":\"2026-02-13T17:30:00+08:00\"", NULL },
	};
	const unsigned count = sizeof rows / sizeof rows[0];
	road_open(NULL, (struct gateway_options){ .templates = SOURCE_DIR "/templates" });
	for (unsigned i = 0; i < 2 * count; i++) {
		char json[512];
		snprintf(json, sizeof json,
			 "{\"id\":\"t-%u\",\"to\":\"+86 139 0000 "
			 "%04u\",\"template\":\"%s\",\"locale\":\"%s\",\"params\":{%s}}",
			 i, i, rows[i / 2].name, i % 2 ? "en" : "zh-CN", rows[i / 2].params);
		books_add("normal", json);
	}
	books_await_settled(20);
	road_finish();
	json_t *events = books_events();
	for (unsigned i = 0; i < 2 * count; i++) {
		char id[16];
		char number[24];
		snprintf(id, sizeof id, "t-%u", i);
		snprintf(number, sizeof number, "861390000%04u", i);
		const struct row *row = &rows[i / 2];
		const json_t *closing = books_closing(events, id);
		if (!books_is(closing, "event", "accepted"))
			FAIL("%s %s: %s", row->name, id, json_string_value(json_object_get(closing, "reason")));
		const char *text = json_string_value(json_object_get(smsc_message(&road_smsc, number), "text"));
		EXPECT_COUNT(smsc_copies(&road_smsc, number), 1);
		if (strncmp(text, "【国网吉林电力】", strlen("【国网吉林电力】")) != 0)
			FAIL("%s has no signature: %s", row->name, text);
		if (row->want != NULL && i % 2 == 0 && strcmp(text, row->want) != 0)
			FAIL("%s: “%s”, wants “%s”", row->name, text, row->want);
	}
	json_decref(events);
	road_close();
}

/* -- an id that comes again -- */

static void note(const char *lane, const char *id, unsigned number)
{
	char json[256];
	snprintf(json, sizeof json,
		 "{\"id\":\"%s\",\"to\":\"137%08u\",\"template\":\"note\",\"params\":{\"code\":\"%u\",\"amount\":\"1\"}"
		 "}",
		 id, number, number);
	books_add(lane, json);
}

static void duplicates(void)
{
	road_open(NULL, (struct gateway_options){ .binds = 1 });
	for (unsigned i = 0; i < 20; i++)
		note(i % 2 ? "normal" : "urgent", "same", 1); /* in one batch, on two lanes */
	note("bulk", "other", 2);
	books_await_settled(20);
	note("bulk", "same", 1); /* later, on a third lane */
	books_await_settled(20);
	gateway_process_stop(&road_gateway);
	note("normal", "same", 1); /* and to a gateway that was started anew */
	note("normal", "third", 3);
	gateway_process_start(&road_gateway, "gateway", NULL, true);
	books_await_settled(20);
	road_finish();
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, 3);
	EXPECT_COUNT(tally.duplicate, 21);
	EXPECT_COUNT(smsc_copies(&road_smsc, "8613700000001"), 1);
	EXPECT_COUNT(smsc_copies(&road_smsc, "8613700000002"), 1);
	EXPECT_COUNT(smsc_copies(&road_smsc, "8613700000003"), 1);
	json_decref(events);
	road_close();
}

/* -- who goes first -- */

/* The place of a number among all messages that the carrier took. */
static size_t place_of(const char *number)
{
	size_t i;
	const json_t *message;
	json_array_foreach(road_smsc.record, i, message)
	{
		if (books_is(message, "to", number))
			return i;
	}
	FAIL("nothing went to %s", number);
}

#define BULK_COUNT 150
#define LAST_BEGUN \
	10 /* what may be on its way already when an urgent one comes: a tenth of a second's worth, and a round */
#define LEAST_AFTER 20

static bool has_read(unsigned urgent, unsigned bulk)
{
	return gateway_process_metric(&road_gateway, "hongyan_entries_read_total{lane=\"urgent\"}") >= urgent &&
	       gateway_process_metric(&road_gateway, "hongyan_entries_read_total{lane=\"bulk\"}") >= bulk;
}

static void priorities(void)
{
	/* So slow that many wait when the last ones come. All fit into memory, and the last ones come when the others are
	 * there: the order is that of priority, and not that of reading, which is nobody's promise across streams. */
	road_open(NULL, (struct gateway_options){ .binds = 1, .window = 200, .account_more = "tps: 40" });
	for (unsigned i = 0; i < BULK_COUNT; i++)
		note("bulk", (char[]){ 'b', (char)('0' + i / 100), (char)('0' + i / 10 % 10), (char)('0' + i % 10), 0 },
		     i);
	AWAIT(20, has_read(0, BULK_COUNT));
	books_add(
		"urgent",
		"{\"id\":\"u\",\"to\":\"13600000001\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":1}}");
	books_add("bulk", "{\"id\":\"o\",\"to\":\"13600000002\",\"priority\":\"urgent\",\"template\":\"note\","
			  "\"params\":{\"code\":"
			  "\"1\",\"amount\":1}}");
	books_add(
		"urgent",
		"{\"id\":\"d\",\"to\":\"13600000003\",\"priority\":\"bulk\",\"template\":\"note\",\"params\":{\"code\":"
		"\"1\",\"amount\":1}}");
	AWAIT(20, has_read(2, BULK_COUNT + 1));
	/* By then the urgent ones are in memory; what else is sent from now on comes behind them. */
	size_t sent = (size_t)gateway_process_metric(&road_gateway, "hongyan_submits_total{account=\"fake\"}");
	books_await_settled(20);
	road_finish();
	size_t urgent = place_of("8613600000001");
	size_t raised = place_of("8613600000002");
	size_t lowered = place_of("8613600000003");
	size_t latest = sent + LAST_BEGUN;
	if (latest + LEAST_AFTER > BULK_COUNT)
		FAIL("the machine is too slow to tell: %zu of 153 were out when the last three were read", sent);
	if (urgent > latest || raised > latest)
		FAIL("urgent went out as number %zu, raised to urgent as number %zu of 153; %zu were out when they "
		     "were "
		     "read",
		     urgent, raised, sent);
	/* It came last, so that of one lane nothing is behind it. */
	if (lowered < BULK_COUNT)
		FAIL("lowered to bulk went out as number %zu of 153", lowered);
	/* A second's worth and the tenth that the bucket holds. */
	if (smsc_total(&road_smsc, "peak_second") > 45)
		FAIL("%lld segments in one second, 40 are allowed", smsc_total(&road_smsc, "peak_second"));
	road_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "load", load, 60, false },
		{ "shipped_templates", shipped_templates, 30, false },
		{ "duplicates", duplicates, 30, false },
		{ "priorities", priorities, 30, false },
		{ "bad_entries", road_bad_entries, 30, false },
		{ "large_entries", road_large_entries, 60, false },
		{ "large_backlog", road_large_backlog, 180, true },
		{ "freshness", road_freshness, 30, false },
		{ "stale_backlog", road_stale_backlog, 30, false },
		{ "stale_in_memory", road_stale_in_memory, 30, false },
		{ "withdrawn", road_withdrawn, 120, false },
		{ "withdrawn_between_attempts", road_withdrawn_between_attempts, 90, false },
		{ "paused", road_paused, 60, false },
		{ "paused_all", road_paused_all, 60, false },
		{ "retention", road_retention, 30, false },
		{ "legacy", road_legacy, 60, false },
		{ "legacy_kill", road_legacy_kill, 90, false },
		{ "long_texts", road_long_texts, 30, false },
		{ "long_texts_packed", road_long_texts_packed, 30, false },
		{ "long_texts_latin1", road_long_texts_latin1, 30, false },
		{ "routes", road_routes, 30, false },
		{ "receipts", road_receipts, 30, false },
		{ "receipts_early", road_receipts_early, 40, false },
		{ "receipts_twice", road_receipts_twice, 30, false },
		{ "receipts_other_id", road_receipts_other_id, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
