/* SPDX-License-Identifier: Apache-2.0 */

/* An account over HTTP, and what its provider does: each alert goes once, and what goes twice is known. */

#include "e2e_http.h"
#include "auditor.h"
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <stdio.h>
#include <string.h>

#ifdef E2E_SLOW
#define LOAD 600
#else
#define LOAD 2000
#endif

/* A gateway that soon sends again. */
#define HASTY "retry: { base: 100ms, max: 1s, attempts_max: 30 }\nunknown_wait: { notice: 200ms }"

static struct smsc smsc;
static struct gateway_process gateway;
static char http_port[8];

static void open_world(void)
{
	world_open();
	redis_server_start();
	snprintf(http_port, sizeof http_port, "%u", (unsigned)world_free_port());
}

/* option, value: one more of the carrier; NULL = none. */
static void start_carrier(const char *option, const char *value)
{
	smsc_start(&smsc, "smsc", 0,
		   (const char *const[]){ "--http-port", http_port, "--http-secret", "secret", option, value, NULL });
}

/* says: what is said of the provider, “preset: json, …”. path: of its URL. */
static void start_gateway_with(const char *says, const char *path, bool waits)
{
	char accounts[768];
	snprintf(accounts, sizeof accounts,
		 "  - { name: fake, protocol: http, %s, url: \"http://127.0.0.1:%s%s\", connections: 20, allow: "
		 "[127.0.0.1], "
		 "reconnect_min: 20ms, reconnect_max: 200ms, response_timeout: 500ms }",
		 says, http_port, path);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){ .accounts = accounts, .root_more = HASTY }, waits);
}

#define PLAIN "preset: json, token: secret, source: \"10690001\""

static void start_gateway(bool waits)
{
	start_gateway_with(PLAIN, "/messages", waits);
}

/* Ends all once everything is settled; returns how many messages went out again. */
static unsigned close_world(void)
{
	books_await_settled(60);
	gateway_process_stop(&gateway);
	EXPECT_COUNT(books_waiting(), 0);
	smsc_finish(&smsc);
	unsigned again = books_check_load(LOAD, &smsc);
	auditor_check_load(&smsc, LOAD, again);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
	return again;
}

static void run_load(const char *option, const char *value)
{
	open_world();
	start_carrier(option, value);
	books_add_load(0, LOAD);
	start_gateway(true);
}

static void once(void)
{
	run_load(NULL, NULL);
	EXPECT_COUNT(close_world(), 0);
}

/* A storm of 429: the account rests, and nothing goes twice. */
static void throttled(void)
{
	run_load("--throttle-tps", "400");
	books_await_settled(60);
	EXPECT(gateway_process_metric(&gateway, "hongyan_outcomes_total{account=\"fake\",class=\"throttled\"}") > 0);
	EXPECT_COUNT(close_world(), 0);
}

static void unavailable(void)
{
	run_load("--http-fail", "503@0.2");
	books_await_settled(60);
	EXPECT(gateway_process_metric(&gateway, "hongyan_outcomes_total{account=\"fake\",class=\"temporary\"}") > 0);
	EXPECT_COUNT(close_world(), 0);
}

/* Taken, and the answer never came: sent once more, and counted. */
static void unanswered_by(const char *option, const char *value)
{
	run_load(option, value);
	books_await_settled(60);
	double unknown = gateway_process_metric(&gateway, "hongyan_outcomes_total{account=\"fake\",class=\"unknown\"}");
	EXPECT(unknown > 0);
	unsigned again = close_world();
	if (again > unknown)
		FAIL("%u messages went out again, but only %.0f were unanswered", again, unknown);
}

static void unanswered(void)
{
	unanswered_by("--swallow", "0.01");
}

static void hung_up(void)
{
	unanswered_by("--http-fault", "close@0.02");
}

static void reset(void)
{
	unanswered_by("--http-fault", "reset@0.02");
}

static void garbled(void)
{
	unanswered_by("--http-fault", "garbage@0.02");
}

/* Nobody is there; then somebody comes. */
static void absent(void)
{
	open_world();
	books_add_load(0, LOAD);
	start_gateway(false);
	AWAIT(20, gateway_process_said(&gateway, "\"link_down\""));
	EXPECT(!gateway_process_is_ready(&gateway));
	start_carrier(NULL, NULL);
	EXPECT_COUNT(close_world(), 0);
}

static double metric(const char *name)
{
	return gateway_process_metric(&gateway, name);
}

/* What is settled, of alerts that were noted before: dead ones never left, and all others went once. */
static void close_noted(const struct auditor *noted, unsigned count)
{
	books_await_settled(60);
	gateway_process_stop(&gateway);
	struct auditor auditor = *noted;
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	json_decref(events);
	EXPECT_COUNT(tally.accepted + tally.dead, count);
	EXPECT_COUNT(tally.ambiguous, 0);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	EXPECT_COUNT(smsc_total(&smsc, "messages"), tally.accepted);
	EXPECT_COUNT(smsc_total(&smsc, "duplicates"), 0);
	auditor_add_carrier(&auditor, &smsc);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "produced"), count);
	EXPECT_COUNT(auditor_count(report, "accepted"), tally.accepted);
	EXPECT_COUNT(auditor_count(report, "dead"), tally.dead);
	json_decref(report);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* Several messages in a request, each with its own answer: some are refused, and some are to come again. */
static void batches(void)
{
	static struct auditor auditor;
	open_world();
	smsc_start(&smsc, "smsc", 0,
		   (const char *const[]){ "--http-port", http_port, "--http-secret", "secret", "--http-fail", "E7@0.05",
					  "--http-fail", "E8@0.05", NULL });
	books_add_load(0, LOAD);
	auditor_open_queue(&auditor);
	start_gateway_with("preset: json-batch, token: secret, source: \"10690001\", batch_max: 50, "
			   "codes: { E7: temporary, E8: rejected }",
			   "/messages", true);
	books_await_settled(60);
	EXPECT(smsc_count(&smsc, "http_requests") < LOAD);
	EXPECT(metric("hongyan_outcomes_total{account=\"fake\",class=\"temporary\"}") > 0);
	EXPECT(books_total("dead") > LOAD / 50);
	close_noted(&auditor, LOAD);
}

/* Aliyun: one text for many numbers, signed, one id for all of them; what comes of it is still known number by number. */
static void aliyun(void)
{
	enum { COUNT = 300 };
	static struct auditor auditor;
	open_world();
	smsc_start(&smsc, "smsc", 0,
		   (const char *const[]){ "--http-port", http_port, "--http-user", "key", "--http-secret", "secret",
					  "--http-template", "SMS_7=编号${code}，金额${amount}元。", NULL });
	for (unsigned i = 0; i < COUNT; i++) {
		char json[BOOKS_ALERT_OCTETS];
		snprintf(json, sizeof json,
			 "{\"id\":\"a%u\",\"to\":\"138%08u\",\"template\":\"note\",\"params\":{\"code\":\"7\","
			 "\"amount\":\"19.53\"}}",
			 i, i);
		books_add("normal", json);
	}
	auditor_open_queue(&auditor);
	start_gateway_with("preset: aliyun, username: key, password: secret, source: 国网吉林电力, templates: { note: "
			   "\"SMS_7 (code, amount)\" }",
			   "/", true);
	books_await_settled(60);
	EXPECT_COUNT(books_total("accepted"), COUNT);
	EXPECT(smsc_count(&smsc, "http_requests") < COUNT / 4);
	close_noted(&auditor, COUNT);
}

/* What must not arrive twice and was not answered waits for a human; all else goes its way. */
static void held(void)
{
	enum { COUNT = 200 };
	open_world();
	start_carrier("--swallow", "0.1");
	start_gateway(true);
	books_add_careful(0, COUNT);
	AWAIT(30, books_total("accepted") + redis_server_int("ZCARD {hongyan}:held") == COUNT);
	long long swallowed = smsc_count(&smsc, "swallowed");
	EXPECT(swallowed > 0);
	HOLDS(1, redis_server_int("ZCARD {hongyan}:held") == swallowed);
	EXPECT_COUNT(metric("hongyan_held_total{account=\"fake\"}"), swallowed);
	gateway_process_kill(&gateway);
	gateway_process_start(&gateway, "gateway", NULL, true);
	HOLDS(1, redis_server_int("ZCARD {hongyan}:held") == swallowed);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "messages"), COUNT);
	EXPECT_COUNT(smsc_total(&smsc, "duplicates"), 0);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* A request is a span of the alert's trace, another one at each attempt; so says the log of what died. */
static void traced(void)
{
	enum { COUNT = 40 };
	static const char trace_id[] = "4bf92f3577b34da6a3ce929d0e0e4736";
	open_world();
	start_carrier("--http-fail", "503@0.3");
	start_gateway(true);
	for (unsigned i = 0; i <= COUNT; i++) {
		char json[BOOKS_ALERT_OCTETS];
		snprintf(json, sizeof json,
			 "{\"id\":\"a%u\",\"to\":\"138%08u\",\"template\":\"%s\",\"params\":{\"code\":\"7\","
			 "\"amount\":\"19.53\"}%s%s%s}",
			 i, i, i < COUNT ? "note" : "nothing", i % 2 ? "" : ",\"traceparent\":\"00-",
			 i % 2 ? "" : trace_id, i % 2 ? "" : "-00f067aa0ba902b7-01\"");
		books_add("normal", json);
	}
	books_await_settled(60);
	EXPECT(gateway_process_said(&gateway, "\"event\":\"dead_letter\""));
	EXPECT(gateway_process_said(&gateway, "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\""));
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	json_t *spans = json_object();
	for (unsigned i = 0; i < COUNT; i++) {
		char number[16];
		snprintf(number, sizeof number, "86138%08u", i);
		const json_t *said = json_object_get(smsc_message(&smsc, number), "traceparent");
		const char *text = said ? json_string_value(said) : "";
		if (i % 2)
			EXPECT(said == NULL);
		else if (strlen(text) != 55 || strncmp(text, "00-", 3) != 0 || strncmp(text + 3, trace_id, 32) != 0 ||
			 strstr(text, "00f067aa0ba902b7") != NULL || strcmp(text + 52, "-01") != 0 ||
			 json_object_set_new(spans, text, json_true()) != 0)
			FAIL("%s came with the trace “%s”", number, text);
	}
	EXPECT_COUNT(json_object_size(spans), COUNT / 2);
	json_decref(spans);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "once", once, 60, false },
		{ "throttled", throttled, 90, false },
		{ "unavailable", unavailable, 90, false },
		{ "unanswered", unanswered, 90, false },
		{ "hung_up", hung_up, 90, false },
		{ "reset", reset, 90, false },
		{ "garbled", garbled, 90, false },
		{ "absent", absent, 90, false },
		{ "batches", batches, 90, false },
		{ "aliyun", aliyun, 90, false },
		{ "held", held, 90, false },
		{ "traced", traced, 60, false },
		{ "over_tls", http_over_tls, 90, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
