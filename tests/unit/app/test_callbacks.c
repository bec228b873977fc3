/* SPDX-License-Identifier: Apache-2.0 */
#include "app/callbacks.h"

#include "httpd/httpd.h"
#include "unit/httpd/http_client.h"

#include <stdio.h>

/* The listener with a real server below and a pipeline of the test's own behind its doors. */

#define SECRET "0123456789abcdef"

static struct config_account accounts[] = {
	{ .name = "kan", .callback = CONFIG_CALLBACK_KANNEL, .callback_secret = SECRET, .callback_allow = "" },
	{ .name = "twi",
	  .callback = CONFIG_CALLBACK_TWILIO,
	  .callback_secret = "",
	  .callback_allow = "",
	  .callback_signature = CONFIG_SIGNATURE_TWILIO,
	  .callback_key = "12345" },
	{ .name = "ten",
	  .callback = CONFIG_CALLBACK_TENCENT,
	  .callback_secret = SECRET,
	  .callback_allow = "127.0.0.0/8" },
	{ .name = "far", .callback = CONFIG_CALLBACK_TENCENT, .callback_secret = "", .callback_allow = "192.0.2.7" },
	{ .name = "sig",
	  .callback = CONFIG_CALLBACK_TENCENT,
	  .callback_secret = "",
	  .callback_allow = "",
	  .callback_signature = CONFIG_SIGNATURE_HMAC_SHA256,
	  .callback_key = "key",
	  .callback_signature_header = "X-Signature",
	  .callback_timestamp_header = "X-Timestamp",
	  .callback_replay_window_ms = INT64_MAX / 4 },
	{ .name = "old",
	  .callback = CONFIG_CALLBACK_TENCENT,
	  .callback_secret = "",
	  .callback_allow = "",
	  .callback_signature = CONFIG_SIGNATURE_HMAC_SHA256,
	  .callback_key = "key",
	  .callback_signature_header = "X-Signature",
	  .callback_timestamp_header = "X-Timestamp",
	  .callback_replay_window_ms = 300000 },
	{ .name = "off", .callback_secret = SECRET, .callback_allow = "" },
	{ .name = "frm",
	  .callback = CONFIG_CALLBACK_VONAGE,
	  .callback_secret = "",
	  .callback_allow = "",
	  .callback_signature = CONFIG_SIGNATURE_HMAC_SHA256,
	  .callback_key = "key",
	  .callback_signature_header = "X-Signature",
	  .callback_timestamp_header = "X-Timestamp",
	  .callback_replay_window_ms = INT64_MAX / 4 },
};
#define ACCOUNTS (sizeof accounts / sizeof accounts[0])

#define TOKENS_MAX 2048

struct desk {
	struct loop *loop;
	struct config_callbacks settings;
	struct receipt_door *doors[ACCOUNTS];
	struct callbacks *callbacks;
	struct metrics *metrics;
	struct http_client *client;
	int reserved;
	char log_text[4096];
	size_t log_len;
	struct log log;
	struct receipt_door *door; /* where the receipts that wait came in */
	receipt_token tokens[TOKENS_MAX];
	unsigned waiting, offered;
	bool answers, durable;
	char last_ref[80];
};

static void on_receipt(void *ctx, receipt_token token, const struct receipt *receipt)
{
	struct desk *desk = ctx;
	desk->offered++;
	snprintf(desk->last_ref, sizeof desk->last_ref, "%.*s", SLICE_ARG(receipt->carrier_ref));
	if (desk->answers)
		receipt_door_done(desk->door, token, desk->durable);
	else
		desk->tokens[desk->waiting++] = token;
}

static void on_mo(void *ctx, receipt_token token, const struct mo *mo)
{
	struct desk *desk = ctx;
	cr_expect(mo_is_valid(mo));
	desk->offered++;
	snprintf(desk->last_ref, sizeof desk->last_ref, "%.*s>%.*s:%.*s", SLICE_ARG(mo->from), SLICE_ARG(mo->to),
		 SLICE_ARG(mo->octets));
	if (desk->answers)
		receipt_door_done(desk->door, token, desk->durable);
	else
		desk->tokens[desk->waiting++] = token;
}

static const struct carrier_events events = { .on_receipt = on_receipt, .on_mo = on_mo };

static void on_line(void *ctx, enum log_level level, struct slice line)
{
	struct desk *desk = ctx;
	(void)level;
	if (line.len < sizeof desk->log_text - desk->log_len) {
		memcpy(desk->log_text + desk->log_len, line.at, line.len);
		desk->log_len += line.len;
	}
}

static struct now log_now(void *ctx)
{
	struct desk *desk = ctx;
	return loop_now(desk->loop);
}

static void start(struct desk *desk, unsigned door)
{
	static const char *const names[] = { "kan", "twi", "ten", "far", "sig", "old", "off", "frm" };
	static char host[] = "127.0.0.1", url[] = "https://sms.example.com", proxies[] = "";
	memset(desk, 0, sizeof *desk);
	desk->loop = loop_create();
	desk->log = (struct log){ .least = LOG_INFO, .write = on_line, .ctx = desk, .now = log_now };
	desk->settings = (struct config_callbacks){
		.listen = { host, 0 },
		.public_url = url,
		.proxies = proxies,
		.wait_us = 200 * US_PER_MS,
	};
	struct metrics_labels labels = { .names = { [METRIC_LABEL_ACCOUNT] = names },
					 .count = { [METRIC_LABEL_ACCOUNT] = ACCOUNTS } };
	desk->metrics = metrics_create(&labels);
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		desk->doors[i] = receipt_door_create(TOKENS_MAX);
		receipt_door_open(desk->doors[i], &events, desk);
	}
	desk->door = desk->doors[door];
	struct err_at at = { 0 };
	uint16_t port;
	cr_assert_eq(httpd_reserve(host, 0, &desk->reserved, &port, &at), ERR_OK, "%s", at.text);
	struct callbacks_options options = { .loop = desk->loop,
					     .settings = &desk->settings,
					     .port = port,
					     .log = &desk->log,
					     .metrics = desk->metrics };
	cr_assert_eq(callbacks_create(&options, &desk->callbacks, &at), ERR_OK, "%s", at.text);
	for (unsigned i = 0; i < ACCOUNTS; i++)
		cr_assert(callbacks_set_account(desk->callbacks, i, &accounts[i], desk->doors[i]));
	desk->client = calloc(1, sizeof *desk->client);
	http_client_open(desk->client, desk->loop, port);
}

static void finish(struct desk *desk)
{
	http_client_close(desk->client);
	free(desk->client);
	for (unsigned i = 0; i < ACCOUNTS; i++)
		receipt_door_close(desk->doors[i]);
	callbacks_destroy(desk->callbacks);
	for (unsigned i = 0; i < ACCOUNTS; i++)
		receipt_door_destroy(desk->doors[i]);
	loop_destroy(desk->loop);
	metrics_destroy(desk->metrics);
	close(desk->reserved);
}

static void say(struct desk *desk, const char *head, const char *more, const char *body)
{
	char text[32768];
	snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %zu\r\n\r\n%s", head, more,
		 strlen(body), body);
	http_client_say(desk->client, text);
}

static void wait_offered(struct desk *desk, unsigned count)
{
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (desk->offered < count && http_client_seconds() < until)
		http_client_turn(desk->loop);
	cr_assert_eq(desk->offered, count);
}

static void tell(struct desk *desk, bool durable)
{
	for (unsigned i = 0; i < desk->waiting; i++)
		receipt_door_done(desk->door, desk->tokens[i], durable);
	desk->waiting = 0;
}

static int64_t count_of(const struct desk *desk, enum metric metric, unsigned account)
{
	return metrics_value(desk->metrics, metric, account, 0);
}

#define KAN  0
#define TEN  2
#define ONE  "[{\"sid\":\"s-1\",\"report_status\":\"SUCCESS\"}]"
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static const struct row {
	const char *name;
	unsigned account;
	const char *head, *more, *body;
	unsigned status;
	const char *answer; /* NULL: whatever */
	const char *ref;    /* NULL: none is offered */
} rows[] = {
	{ "kannel", 0, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "", 200, "", "a-1" },
	{ "a console that looks whether we are there", 0, "GET /callbacks/kan/" SECRET, "", "", 200, "", NULL },
	{ "garbage", 2, "POST /callbacks/ten/" SECRET, "", "{{{", 400, NULL, NULL },
	{ "a message", 0, "GET /callbacks/kan/" SECRET "?from=13900000001&to=1069&text=%E9%80%80%E8%AE%A2", "", "", 200,
	  "", "13900000001>1069:退订" },
	{ "a message, wrong secret", 0, "GET /callbacks/kan/0123456789abcdeF?from=139&to=1069&text=TD", "", "", 404,
	  NULL, NULL },
	{ "a message, tencent", 2, "POST /callbacks/ten/" SECRET, "",
	  "{\"extend\":\"7\",\"mobile\":\"13900000001\",\"nationcode\":\"86\",\"text\":\"TD\"}", 200,
	  "{\"result\":0,\"errmsg\":\"OK\"}", "+8613900000001>7:TD" },
	{ "tencent", 2, "POST /callbacks/ten/" SECRET, "", ONE, 200, "{\"result\":0,\"errmsg\":\"OK\"}", "s-1" },
	{ "wrong secret", 0, "GET /callbacks/kan/0123456789abcdeF?id=a-1&state=1", "", "", 404, NULL, NULL },
	{ "secret cut", 0, "GET /callbacks/kan/0123456789abcde?id=a-1&state=1", "", "", 404, NULL, NULL },
	{ "no secret", 0, "GET /callbacks/kan?id=a-1&state=1", "", "", 404, NULL, NULL },
	{ "more than the secret", 0, "GET /callbacks/kan/" SECRET "/x?id=a-1&state=1", "", "", 404, NULL, NULL },
	{ "no such account", 0, "GET /callbacks/nobody/" SECRET "?id=a-1&state=1", "", "", 404, NULL, NULL },
	{ "an account without callbacks", 6, "GET /callbacks/off/" SECRET "?id=a-1&state=1", "", "", 404, NULL, NULL },
	{ "no account", 0, "GET /callbacks/", "", "", 404, NULL, NULL },
	{ "another page", 0, "GET /metrics", "", "", 404, NULL, NULL },
	{ "another method", 0, "PUT /callbacks/kan/" SECRET, "", "x", 405, NULL, NULL },
	{ "wrong address", 3, "POST /callbacks/far", "", ONE, 404, NULL, NULL },
	{ "a header that anyone can write", 3, "POST /callbacks/far", "X-Forwarded-For: 192.0.2.7\r\n", ONE, 404, NULL,
	  NULL },
	{ "twilio", 1, "POST /callbacks/twi", FORM "X-Twilio-Signature: u6IsDOTS0nJVRf7njKwDfJfC3mk=\r\n",
	  "MessageSid=SM1&MessageStatus=delivered", 204, "", "SM1" },
	{ "twilio, another body", 1, "POST /callbacks/twi", FORM "X-Twilio-Signature: u6IsDOTS0nJVRf7njKwDfJfC3mk=\r\n",
	  "MessageSid=SM2&MessageStatus=delivered", 404, NULL, NULL },
	{ "twilio, unsigned", 1, "POST /callbacks/twi", FORM, "MessageSid=SM1&MessageStatus=delivered", 404, NULL,
	  NULL },
	{ "hmac", 4, "POST /callbacks/sig",
	  "X-Timestamp: 1770969600\r\nX-Signature: "
	  "f4b9b1fad19ec71b6d09d18b03245de0aba1dab5f3c3e4b3463dc4d103c91d2e\r\n",
	  ONE, 200, NULL, "s-1" },
	{ "hmac, another time", 4, "POST /callbacks/sig",
	  "X-Timestamp: 1770969601\r\nX-Signature: "
	  "f4b9b1fad19ec71b6d09d18b03245de0aba1dab5f3c3e4b3463dc4d103c91d2e\r\n",
	  ONE, 404, NULL, NULL },
	{ "hmac, recorded long ago", 5, "POST /callbacks/old",
	  "X-Timestamp: 1770969600\r\nX-Signature: "
	  "f4b9b1fad19ec71b6d09d18b03245de0aba1dab5f3c3e4b3463dc4d103c91d2e\r\n",
	  ONE, 404, NULL, NULL },
	{ "hmac, a query that is not signed behind a body that is", 7,
	  "POST /callbacks/frm?messageId=forged&status=delivered",
	  FORM "X-Timestamp: 1770969600\r\nX-Signature: "
	       "df6920c1577c439b41c3546a9ebf59646422591b9e41cc9a7f9de6ec7e9866b9\r\n",
	  "", 204, NULL, NULL },
	{ "hmac, a signed form", 7, "POST /callbacks/frm?status=delivered",
	  FORM "X-Timestamp: 1770969600\r\nX-Signature: "
	       "4a535157a58077668027469b8ed8d4d75163039374d3d6ec6750caa75d38b378\r\n",
	  "messageId=m-1", 204, NULL, "m-1" },
	{ "hmac, a signed query", 7, "GET /callbacks/frm?messageId=m-2&status=delivered",
	  "X-Timestamp: 1770969600\r\nX-Signature: "
	  "b6f69e4829131579dddcfd2c1247f540ca73ab0b992597f53e45db2105ac7a9a\r\n",
	  "", 204, NULL, "m-2" },
	{ "hmac, unsigned", 4, "POST /callbacks/sig", "X-Timestamp: 1770969600\r\n", ONE, 404, NULL, NULL },
};

Test(callbacks, who_gets_which_answer)
{
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct desk *desk = malloc(sizeof *desk);
		struct http_reply reply;
		start(desk, rows[i].account);
		desk->answers = desk->durable = true;
		say(desk, rows[i].head, rows[i].more, rows[i].body);
		http_client_read(desk->client, false, &reply);
		cr_expect_eq(reply.status, rows[i].status, "%s: %u %s", rows[i].name, reply.status, reply.body);
		if (rows[i].answer != NULL)
			cr_expect_str_eq(reply.body, rows[i].answer, "%s", rows[i].name);
		cr_expect_eq(desk->offered, rows[i].ref != NULL, "%s", rows[i].name);
		cr_expect_str_eq(desk->last_ref, rows[i].ref ? rows[i].ref : "", "%s", rows[i].name);
		cr_expect_null(strstr(desk->log_text, SECRET), "%s: %s", rows[i].name, desk->log_text);
		bool is_refused = rows[i].status == 404 && strstr(rows[i].head, "/callbacks") != NULL;
		cr_expect_eq(count_of(desk, METRIC_CALLBACKS_REFUSED, 0), is_refused, "%s", rows[i].name);
		cr_expect_eq(strstr(desk->log_text, "callback_refused") != NULL, is_refused, "%s", rows[i].name);
		cr_expect_eq(count_of(desk, METRIC_CALLBACKS, rows[i].account), rows[i].status / 100 == 2, "%s",
			     rows[i].name);
		cr_expect_eq(count_of(desk, METRIC_CALLBACKS_MALFORMED, rows[i].account), rows[i].status == 400, "%s",
			     rows[i].name);
		finish(desk);
		free(desk);
	}
}

/* Told no, a provider would come again with it for ever. */
Test(callbacks, a_message_longer_than_any_is_answered_yes)
{
	static char body[MO_OCTETS_MAX + 100] = "{\"mobile\":\"13900000001\",\"nationcode\":\"86\",\"text\":\"";
	struct desk *desk = malloc(sizeof *desk);
	struct http_reply reply;
	size_t head = strlen(body);
	memset(body + head, 'x', MO_OCTETS_MAX + 1);
	memcpy(body + head + MO_OCTETS_MAX + 1, "\"}", 3);
	start(desk, TEN);
	for (unsigned i = 0; i < 2; i++) {
		say(desk, "POST /callbacks/ten/" SECRET, "", body);
		http_client_read(desk->client, false, &reply);
		cr_expect_eq(reply.status, 200, "%u %s", reply.status, reply.body);
	}
	cr_expect_eq(desk->offered, 0);
	cr_expect_eq(count_of(desk, METRIC_CALLBACKS, TEN), 2);
	cr_expect_eq(count_of(desk, METRIC_CALLBACK_SKIPPED, TEN), 2);
	char *line = strstr(desk->log_text, "mo_too_long");
	cr_assert_not_null(line, "%s", desk->log_text);
	cr_expect_null(strstr(line + 1, "mo_too_long"), "one line a minute: %s", desk->log_text);
	cr_expect_null(strstr(desk->log_text, "callback_malformed"), "%s", desk->log_text);
	finish(desk);
	free(desk);
}

/* Behind a proxy of ours what it noted last counts, in a header of its own or at the end of one; the client can write only what
 * stands before. */
Test(callbacks, the_address_that_our_proxy_noted_counts)
{
	static const struct {
		const char *more;
		unsigned status;
	} noted[] = {
		{ "X-Forwarded-For: 192.0.2.7\r\n", 200 },
		{ "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n", 200 },
		{ "X-Forwarded-For: 192.0.2.7, 203.0.113.9\r\n", 404 },
		{ "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.7\r\n", 200 },
		{ "X-Forwarded-For: 192.0.2.7\r\nx-forwarded-for: 203.0.113.9\r\n", 404 },
		{ "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For:\r\n", 404 },
		{ "", 404 },
	};
	static char proxies[] = "127.0.0.1";
	for (unsigned i = 0; i < sizeof noted / sizeof noted[0]; i++) {
		struct desk *desk = malloc(sizeof *desk);
		struct http_reply reply;
		start(desk, 3);
		desk->settings.proxies = proxies;
		desk->answers = desk->durable = true;
		say(desk, "POST /callbacks/far", noted[i].more, ONE);
		http_client_read(desk->client, false, &reply);
		cr_expect_eq(reply.status, noted[i].status, "%s: %u", noted[i].more, reply.status);
		finish(desk);
		free(desk);
	}
}

/* What the refused hear is the same for all reasons. */
Test(callbacks, refusals_tell_nothing)
{
	static const char *const heads[] = {
		"GET /callbacks/kan/wrong?id=1",
		"GET /callbacks/nobody/0123456789abcdef",
		"GET /callbacks/twi",
	};
	char first[HTTP_CLIENT_OCTETS / 64] = "";
	struct desk *desk = malloc(sizeof *desk);
	start(desk, KAN);
	for (unsigned i = 0; i < 3; i++) {
		struct http_reply reply;
		say(desk, heads[i], "", "");
		http_client_read(desk->client, false, &reply);
		cr_expect_eq(reply.status, 404);
		if (i == 0)
			snprintf(first, sizeof first, "%s", reply.body);
		cr_expect_str_eq(reply.body, first);
	}
	cr_expect_eq(count_of(desk, METRIC_CALLBACKS_REFUSED, 0), 3);
	char *line = strstr(desk->log_text, "callback_refused");
	cr_assert_not_null(line);
	cr_expect_null(strstr(line + 1, "callback_refused"), "one line a minute: %s", desk->log_text);
	finish(desk);
	free(desk);
}

Test(callbacks, the_answer_waits_until_all_is_durable)
{
	static const struct {
		const char *name;
		bool durable;
		unsigned status;
	} ends[] = { { "durable", true, 200 }, { "not durable", false, 503 } };
	for (unsigned i = 0; i < 2; i++) {
		struct desk *desk = malloc(sizeof *desk);
		struct http_reply reply;
		start(desk, KAN);
		say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
		wait_offered(desk, 1);
		for (unsigned turn = 0; turn < 5; turn++)
			http_client_step(desk->client);
		cr_expect_eq(desk->client->len, 0, "answered too early");
		tell(desk, ends[i].durable);
		http_client_read(desk->client, false, &reply);
		cr_expect_eq(reply.status, ends[i].status, "%s: %u", ends[i].name, reply.status);
		char retry[16];
		http_reply_header(&reply, "Retry-After", retry, sizeof retry);
		cr_expect_str_eq(retry, ends[i].durable ? "" : "30", "%s", ends[i].name);
		cr_expect_eq(count_of(desk, METRIC_CALLBACKS_LATER, KAN), !ends[i].durable);
		finish(desk);
		free(desk);
	}
}

/* The store is stuck: the provider is asked to come again, and what it told is still gone on with. */
Test(callbacks, none_waits_without_end)
{
	struct desk *desk = malloc(sizeof *desk);
	struct http_reply reply;
	start(desk, KAN);
	for (unsigned i = 1; i <= 2; i++) {
		say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
		http_client_read(desk->client, false, &reply);
		cr_expect_eq(reply.status, 503);
		cr_expect_eq(desk->waiting, i);
	}
	tell(desk, true);
	http_client_turn(desk->loop);
	desk->answers = desk->durable = true;
	say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
	http_client_read(desk->client, false, &reply);
	cr_expect_eq(reply.status, 200);
	finish(desk);
	free(desk);
}

/* A long list goes group by group; one receipt that is not durable asks for the whole list again. */
Test(callbacks, lists_go_in_groups)
{
	static const struct {
		unsigned lost_at, want_offered, status;
	} ends[] = { { 0, 200, 200 }, { 100, 128, 503 } };
	for (unsigned i = 0; i < 2; i++) {
		struct desk *desk = malloc(sizeof *desk);
		struct http_reply reply;
		static char octets[16000];
		struct buf body = buf_over(octets, sizeof octets - 1);
		for (unsigned j = 0; j < 200; j++)
			buf_put_format(&body, "%c{\"sid\":\"s-%u\",\"report_status\":\"FAIL\"}", j ? ',' : '[', j);
		buf_put_text(&body, "]");
		octets[body.len] = '\0';
		start(desk, TEN);
		say(desk, "POST /callbacks/ten/" SECRET, "", octets);
		unsigned told = 0;
		while (told < ends[i].want_offered) {
			unsigned want = told + 64 < ends[i].want_offered ? told + 64 : ends[i].want_offered;
			wait_offered(desk, want);
			http_client_turn(desk->loop);
			cr_expect_eq(desk->waiting, want - told);
			told = want;
			tell(desk, ends[i].lost_at == 0 || told < ends[i].lost_at);
		}
		http_client_read(desk->client, false, &reply);
		cr_expect_eq(reply.status, ends[i].status);
		cr_expect_eq(desk->offered, ends[i].want_offered);
		finish(desk);
		free(desk);
	}
}

static void on_stopped(void *ctx)
{
	*(bool *)ctx = true;
}

Test(callbacks, stopping_answers_those_that_wait)
{
	struct desk *desk = malloc(sizeof *desk);
	struct http_reply reply;
	bool is_stopped = false;
	start(desk, KAN);
	say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
	wait_offered(desk, 1);
	callbacks_stop(desk->callbacks, 10 * US_PER_S, on_stopped, &is_stopped);
	receipt_door_close(desk->door);
	http_client_read(desk->client, false, &reply);
	cr_expect_eq(reply.status, 503);
	time_t until = http_client_seconds() + HTTP_PATIENCE_S;
	while (!is_stopped && http_client_seconds() < until)
		http_client_turn(desk->loop);
	cr_expect(is_stopped);
	finish(desk);
	free(desk);
}

/* The account goes, or comes anew, while receipts of it are under way. */
Test(callbacks, accounts_come_and_go)
{
	struct desk *desk = malloc(sizeof *desk);
	struct http_reply reply;
	start(desk, KAN);
	say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
	wait_offered(desk, 1);
	callbacks_unset_account(desk->callbacks, KAN);
	tell(desk, true);
	http_client_read(desk->client, false, &reply);
	cr_expect_eq(reply.status, 503);
	say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
	http_client_read(desk->client, false, &reply);
	cr_expect_eq(reply.status, 404);
	desk->answers = desk->durable = true;
	cr_expect(callbacks_set_account(desk->callbacks, KAN, &accounts[KAN], desk->door));
	say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
	http_client_read(desk->client, false, &reply);
	cr_expect_eq(reply.status, 200);
	finish(desk);
	free(desk);
}

/* The connection goes, and then the listener, while receipts are under way. */
Test(callbacks, may_be_destroyed_at_any_time)
{
	struct desk *desk = malloc(sizeof *desk);
	start(desk, KAN);
	say(desk, "GET /callbacks/kan/" SECRET "?id=a-1&state=1", "", "");
	wait_offered(desk, 1);
	finish(desk);
	free(desk);
}
