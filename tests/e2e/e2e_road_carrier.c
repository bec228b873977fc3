/* SPDX-License-Identifier: Apache-2.0 */

/* What lies between us and the carrier: long texts in their four forms, routes, receipts. */

#include "books.h"
#include "e2e_road.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_FORMAT                                                                                         \
	"  - { name: %s, protocol: smpp, address: \"127.0.0.1:%u\", system_id: %s, password: secret, source: " \
	"\"10690001\", "                                                                                       \
	"binds: 1, window: 20, reconnect_min: 20ms, reconnect_max: 200ms, %s }\n"

/* -- long texts -- */

static const struct form {
	const char *name; /* of the account and of the concat method */
	const char *prefix;
	const char *method; /* as the carrier's record calls it */
} forms[] = {
	{ "udh8", "130", "udh8" },
	{ "udh16", "131", "udh16" },
	{ "sar", "132", "sar" },
	{ "payload", "133", "payload" },
};

#define FORMS (sizeof forms / sizeof forms[0])

/* A text of so many characters that are all different enough to see a part in the wrong place. */
static void fill(char *out, unsigned characters, bool is_chinese)
{
	static const char *const words[] = { "电", "费", "余", "额", "请", "您", "及", "时" };
	out[0] = '\0';
	for (unsigned i = 0; i < characters; i++) {
		if (is_chinese && i % 5 != 0)
			out = stpcpy(out, words[(i * 7 + i / 8) % 8]);
		else
			*out++ = (char)('A' + (i * 3 + i / 26) % 26);
		*out = '\0';
	}
}

/* smsc_options: of the carrier. more_settings: of each account, behind “concat: …”. want_encoding: what the English ones are to it. */
static void long_texts(const char *const smsc_options[], const char *more_settings, const char *want_encoding)
{
	static const unsigned lengths[] = { 10, 60, 68, 69, 120, 125, 126, 200, 460 };
	const unsigned length_count = sizeof lengths / sizeof lengths[0];
	char accounts[2048] = "";
	char routes[512] = "";
	static char texts[FORMS][2][16][1600];
	world_open();
	redis_server_start();
	smsc_start(&road_smsc, "smsc", 0, smsc_options);
	for (size_t i = 0; i < FORMS; i++) {
		char more[64];
		size_t at = strlen(accounts);
		snprintf(more, sizeof more, "concat: %s%s", forms[i].name, more_settings);
		snprintf(accounts + at, sizeof accounts - at, ACCOUNT_FORMAT, forms[i].name, road_smsc.port,
			 forms[i].name, more);
		at = strlen(routes);
		snprintf(routes + at, sizeof routes - at, "  - { prefix: \"86%s\", accounts: [%s] }\n", forms[i].prefix,
			 forms[i].name);
	}
	gateway_process_start(&road_gateway, "gateway",
			      &(struct gateway_options){ .accounts = accounts, .routes = routes }, true);
	AWAIT(10, smsc_count(&road_smsc, "bound") == FORMS);
	for (unsigned n = 0; n < FORMS * 2 * length_count; n++) {
		unsigned form = n / (2 * length_count);
		unsigned length = n / 2 % length_count;
		bool is_chinese = n % 2 == 0;
		char *text = texts[form][is_chinese][length];
		char json[2048];
		fill(text, lengths[length], is_chinese);
		snprintf(json, sizeof json,
			 "{\"id\":\"%u\",\"to\":\"%s%08u\",\"locale\":\"%s\",\"template\":\"long\",\"params\":{"
			 "\"words\":\"%s\"}}",
			 n, forms[form].prefix, n, is_chinese ? "zh-CN" : "en", text);
		books_add("normal", json);
	}
	books_await_settled(20);
	road_finish();
	EXPECT_COUNT(smsc_total(&road_smsc, "incomplete"), 0);
	json_t *events = books_events();
	for (unsigned n = 0; n < FORMS * 2 * length_count; n++) {
		unsigned form = n / (2 * length_count);
		unsigned length = n / 2 % length_count;
		bool is_chinese = n % 2 == 0;
		char id[16];
		char number[24];
		char want[1700];
		snprintf(id, sizeof id, "%u", n);
		snprintf(number, sizeof number, "86%s%08u", forms[form].prefix, n);
		snprintf(want, sizeof want, "%s%s%s", is_chinese ? "【国网吉林电力】" : "",
			 texts[form][is_chinese][length], is_chinese ? "。完" : ". The end");
		const json_t *closing = books_closing(events, id);
		const json_t *message = smsc_message(&road_smsc, number);
		const char *name = forms[form].name;
		if (!books_is(closing, "event", "accepted") || !books_is(closing, "account", name))
			FAIL("%s, %u characters: not accepted on its account", name, lengths[length]);
		if (!books_is(message, "text", want))
			FAIL("%s, %u characters: the carrier has “%s”", name, lengths[length],
			     json_string_value(json_object_get(message, "text")));
		EXPECT(books_is(message, "encoding", is_chinese ? "UCS2" : want_encoding));
		EXPECT_COUNT(smsc_copies(&road_smsc, number), 1);
		long long segments = json_integer_value(json_object_get(message, "segments"));
		EXPECT_COUNT(json_integer_value(json_object_get(closing, "segments")), segments);
		if (segments > 1 && !books_is(message, "method", forms[form].method))
			FAIL("%s: the carrier saw the method %s", name,
			     json_string_value(json_object_get(message, "method")));
	}
	json_decref(events);
	road_close();
}

void road_long_texts(void)
{
	long_texts(NULL, "", "GSM7");
}

/* A carrier that reads GSM-7 as packed: it would make nonsense of anything else. */
void road_long_texts_packed(void)
{
	long_texts((const char *const[]){ "--dcs0", "packed", NULL }, ", encoding: gsm7_packed", "GSM7");
}

void road_long_texts_latin1(void)
{
	long_texts(NULL, ", encoding: latin1", "LATIN1");
}

/* -- routes -- */

/* The first choice is down, so that the second carries; a number that no route covers is nobody's. */
void road_routes(void)
{
	char accounts[1024];
	world_open();
	redis_server_start();
	smsc_start(&road_smsc, "smsc", 0, NULL);
	int len =
		snprintf(accounts, sizeof accounts, ACCOUNT_FORMAT, "away", world_free_port(), "away", "concat: udh8");
	snprintf(accounts + len, sizeof accounts - (size_t)len, ACCOUNT_FORMAT, "there", road_smsc.port, "there",
		 "concat: udh8");
	gateway_process_start(&road_gateway, "gateway",
			      &(struct gateway_options){
				      .accounts = accounts,
				      .routes = "  - { prefix: \"86138\", accounts: [away, there] }\n"
						"  - { prefix: \"861390\", accounts: [there] }",
			      },
			      true);
	books_add_load(0, 100);
	books_add(
		"normal",
		"{\"id\":\"n\",\"to\":\"13910000000\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":1}}");
	books_await_settled(20);
	road_finish();
	EXPECT_COUNT(books_check_load(100, &road_smsc), 0);
	json_t *events = books_events();
	EXPECT(books_is(books_closing(events, "load-7"), "account", "there"));
	const json_t *closing = books_closing(events, "n");
	EXPECT(books_is(closing, "event", "dead"));
	EXPECT(strncmp(json_string_value(json_object_get(closing, "reason")), "no_route:", 9) == 0);
	json_decref(events);
	road_close();
}

/* -- receipts -- */

/* So many were answered, and none is left. */
static bool are_receipts_over(unsigned count)
{
	return smsc_count(&road_smsc, "receipts_answered") >= count &&
	       smsc_count(&road_smsc, "receipts_pending") == 0 && smsc_count(&road_smsc, "receipts_queued") == 0;
}

/* The receipts of each id, by its event's refs: each is told once, however often it came. */
static void check_receipts(unsigned count)
{
	json_t *events = books_events();
	json_t *told = json_object();
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event)
	{
		const json_t *id = json_object_get(event, "id");
		if (books_is(event, "event", "delivered") || books_is(event, "event", "undelivered")) {
			const json_t *closing = books_closing(events, json_string_value(id));
			EXPECT(books_is(closing, "event", "accepted"));
			EXPECT(json_equal(json_array_get(json_object_get(closing, "refs"), 0),
					  json_array_get(json_object_get(event, "refs"), 0)));
			EXPECT(json_equal(json_object_get(closing, "entry"), json_object_get(event, "entry")));
			EXPECT(json_object_get(told, json_string_value(id)) == NULL);
			json_object_set_new(told, json_string_value(id), json_true());
		}
	}
	EXPECT_COUNT(json_object_size(told), count);
	json_decref(told);
	json_decref(events);
}

/* more: of the account. */
static void receipts_with(const char *const options[], const char *more, unsigned count, unsigned receipts)
{
	road_open(options, (struct gateway_options){ .binds = 2, .account_more = more });
	books_add_load(0, count);
	books_await_settled(20);
	AWAIT(30, are_receipts_over(receipts));
	road_finish();
	EXPECT_COUNT(books_check_load(count, &road_smsc), 0);
	check_receipts(count);
	EXPECT_COUNT(gateway_process_said(&road_gateway, "\"level\":\"error\""), 0);
}

static void receipts(const char *const options[], unsigned count, unsigned receipts)
{
	receipts_with(options, NULL, count, receipts);
}

void road_receipts(void)
{
	receipts((const char *const[]){ "--receipts", "on", "--receipt-state", "DELIVRD@0.7,UNDELIV@0.3",
					"--receipt-delay-ms", "5", "--seed", "7", NULL },
		 300, 300);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.delivered + tally.undelivered, 300);
	if (tally.undelivered < 50 || tally.undelivered > 130)
		FAIL("%u of 300 undelivered, a third was", tally.undelivered);
	json_decref(events);
	road_close();
}

/* The receipt comes before the answer that tells the message's id: it must still find its alert. */
void road_receipts_early(void)
{
	receipts((const char *const[]){ "--receipts", "early", "--latency", "fixed:20", NULL }, 200, 200);
	road_close();
}

void road_receipts_twice(void)
{
	receipts((const char *const[]){ "--receipts", "duplicate", NULL }, 200, 400);
	road_close();
}

/* The carrier writes the id of an sms one way in its answer and another way in the receipt. */
void road_receipts_other_id(void)
{
	static const struct {
		const char *answer;
		const char *receipt;
		const char *settings;
	} rows[] = {
		{ "hex", "decimal-plain", "receipt_id: dec_to_hex, receipt_id_digits: 16" },
		{ "decimal", "hex", "receipt_id: hex_to_dec, receipt_id_digits: 20" },
		{ "hex", "upper", "receipt_id: lower" },
		{ "hex", "hex-plain", "receipt_id_digits: 16" },
		{ "hex", "padded", "receipt_id_digits: 16" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		receipts_with((const char *const[]){ "--receipts", "on", "--message-id", rows[i].answer, "--receipt-id",
						     rows[i].receipt, "--id-prefix", "ab", NULL },
			      rows[i].settings, 50, 50);
		road_close();
	}
}
