/* SPDX-License-Identifier: Apache-2.0 */

/* The audit over real runs: clean ones, one that is not finished, and books that somebody has tampered with. */

#include "auditor.h"
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOAD 600

enum { CLEAN = 0, VIOLATED = 1, INCOMPLETE = 2, USAGE = 64, BAD_INPUT = 65, UNREACHABLE = 69 };

static struct smsc smsc;
static struct gateway_process gateway;
static struct auditor auditor;

static json_t *run(int want_status)
{
	return auditor_run(&auditor, want_status, (const char *const[]){ "--redis", redis_server_url(), NULL });
}

static void open_world(const char *const smsc_options[])
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, smsc_options);
}

static void start_gateway(void)
{
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc }, true);
}

static void close_world(void)
{
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* Adds an alert of the template note. */
static void add(const char *lane, const char *id, const char *to, const char *more)
{
	char json[512];
	snprintf(
		json, sizeof json,
		"{\"id\":\"%s\",\"to\":\"%s\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":\"1.00\"}%s}",
		id, to, more);
	books_add(lane, json);
}

static bool have_delivered(unsigned count)
{
	json_t *events = books_events();
	bool have = books_tally(events).delivered == count;
	json_decref(events);
	return have;
}

/* All ways in which an entry can end. */
static void every_end(void)
{
	open_world((const char *const[]){ "--receipts", "on", NULL });
	add("normal", "ok", "13600000001", "");
	add("urgent", "old", "13600000002", ",\"expires_at\":\"2020-01-01T00:00:00Z\"");
	add("bulk", "fixed line", "043112345678", "");
	add("bulk", "again", "+86 136 0000 0003", "");
	add("bulk", "again", "+86 136 0000 0003", "");
	books_add("bulk", "{\"id\":\"no template\",\"to\":\"13600000004\",\"template\":\"nothing\",\"params\":{}}");
	books_add("bulk", "{\"id\":5,\"to\":\"13600000005\",\"template\":\"note\"}");
	auditor_open_queue(&auditor);
	start_gateway();
	books_await_settled(20);
	AWAIT(20, have_delivered(2));
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	auditor_add_carrier(&auditor, &smsc);
	json_t *report = run(CLEAN);
	EXPECT_COUNT(auditor_count(report, "produced"), 7);
	EXPECT_COUNT(auditor_count(report, "accepted"), 2);
	EXPECT_COUNT(auditor_count(report, "delivered"), 2);
	EXPECT_COUNT(auditor_count(report, "expired"), 1);
	EXPECT_COUNT(auditor_count(report, "duplicate"), 1);
	EXPECT_COUNT(auditor_count(report, "dead"), 3);
	EXPECT_COUNT(auditor_count(json_object_get(report, "dead_reasons"), "bad_alert"), 2);
	EXPECT_COUNT(auditor_count(json_object_get(report, "dead_reasons"), "no_template"), 1);
	EXPECT_COUNT(auditor_count(json_object_get(report, "latency_ms"), "count"), 2);
	json_decref(report);
	close_world();
}

/* The gateway ends in the middle of a load: what waits is neither lost nor wrong, and what somebody deletes is. */
static void unfinished(void)
{
	open_world((const char *const[]){ "--latency", "fixed:20", NULL });
	books_add_load(0, LOAD);
	start_gateway();
	AWAIT(20, smsc_count(&smsc, "accepted") >= LOAD / 3);
	gateway_process_stop(&gateway);
	add("normal", "for later", "13600000009", ",\"not_before\":\"2099-01-01T00:00:00Z\"");
	smsc_finish(&smsc);
	auditor_open_load(&auditor, LOAD);
	auditor_add_carrier(&auditor, &smsc);
	json_t *report = run(INCOMPLETE);
	long long accepted = auditor_count(report, "accepted");
	EXPECT(accepted >= LOAD / 3 && accepted < LOAD);
	EXPECT_COUNT(auditor_count(report, "pending"), LOAD - accepted);
	json_decref(report);
	/* Without Redis what waits looks lost, or not closed. */
	report = auditor_run(&auditor, VIOLATED, (const char *const[]){ NULL });
	EXPECT_COUNT(auditor_count(report, "lost"), LOAD - accepted);
	json_decref(report);

	redisReply *first = redis_server_call("XRANGE {hongyan}:alerts:bulk - + COUNT 1");
	EXPECT_COUNT(redis_server_int("XDEL {hongyan}:alerts:bulk %s", first->element[0]->element[0]->str), 1);
	freeReplyObject(first);
	report = run(VIOLATED);
	EXPECT_COUNT(auditor_count(report, "lost"), 1);
	EXPECT_COUNT(auditor_count(report, "drift"), 1);
	EXPECT_COUNT(auditor_count(report, "pending"), LOAD - accepted - 1);
	json_decref(report);
	close_world();
}

/* What waits in later is pending; --wait waits for it. */
static void waiting(void)
{
	open_world(NULL);
	add("normal", "for later", "13600000009", ",\"not_before\":\"2099-01-01T00:00:00Z\"");
	auditor_open_queue(&auditor);
	start_gateway();
	AWAIT(10, redis_server_int("ZCARD {hongyan}:later") == 1);
	world_write("nothing", "");
	auditor_add_file(&auditor, "nothing");
	json_t *report = auditor_run(&auditor, INCOMPLETE,
				     (const char *const[]){ "--redis", redis_server_url(), "--wait", "1", NULL });
	EXPECT_COUNT(auditor_count(report, "pending"), 1);
	json_decref(report);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	close_world();
}

/* What producers pushed on the list has no entry yet, and waits all the same. */
static void listed(void)
{
	char json[512];
	open_world(NULL);
	world_path(auditor.produced, "produced.jsonl");
	*auditor.carriers = '\0';
	FILE *produced = fopen(auditor.produced, "w");
	EXPECT(produced != NULL);
	for (unsigned i = 0; i < LOAD; i++) {
		snprintf(json, sizeof json,
			 "{\"id\":\"l-%u\",\"to\":\"136%08u\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			 "\"amount\":\"1.00\"}}",
			 i, i);
		fprintf(produced, "%s\n", json);
		/* One never came, and one came twice. */
		if (i != 1)
			redis_server_do("LPUSH {hongyan}:alerts:list %s", json);
	}
	fprintf(produced, "%s\n", json);
	redis_server_do("LPUSH {hongyan}:alerts:list %s", json);
	redis_server_do("LPUSH {hongyan}:alerts:list {\"cancel\":\"l-0\"} rubbish");
	EXPECT(fclose(produced) == 0);
	world_write("nothing", "");
	auditor_add_file(&auditor, "nothing");
	double begun = scenario_clock();
	json_t *report = auditor_run(&auditor, VIOLATED,
				     (const char *const[]){ "--redis", redis_server_url(), "--wait", "1", NULL });
	EXPECT_COUNT(auditor_count(report, "lost"), 1);
	EXPECT_COUNT(auditor_count(report, "pending"), LOAD);
	EXPECT_COUNT(auditor_count(report, "drift"), 0);
	json_decref(report);
	EXPECT(scenario_clock() - begun >= 1); /* it waits for the list too */
	/* The gateway moves them to a stream, and sends them. */
	start_gateway();
	report = auditor_run(&auditor, VIOLATED,
			     (const char *const[]){ "--redis", redis_server_url(), "--wait", "30", NULL });
	EXPECT_COUNT(auditor_count(report, "pending"), 0);
	EXPECT_COUNT(auditor_count(report, "duplicate"), 1);
	json_decref(report);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	close_world();
}

/* A full Redis refuses every MULTI; the audit has to know all the same. */
static void full(void)
{
	open_world(NULL);
	add("normal", "waits", "13600000001", "");
	auditor_open_queue(&auditor);
	world_write("nothing", "");
	auditor_add_file(&auditor, "nothing");
	redis_server_do("CONFIG SET maxmemory 1");
	json_t *report = run(INCOMPLETE);
	EXPECT_COUNT(auditor_count(report, "pending"), 1);
	EXPECT_COUNT(auditor_count(report, "drift"), 0);
	json_decref(report);
	redis_server_do("CONFIG SET maxmemory 0");
	smsc_finish(&smsc);
	close_world();
}

/* One event more in the stream, and one record too many. */
static void tampered(void)
{
	open_world(NULL);
	books_add_load(0, LOAD);
	start_gateway();
	books_await_settled(20);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	auditor_open_load(&auditor, LOAD);
	auditor_add_carrier(&auditor, &smsc);
	json_t *report = run(CLEAN);
	EXPECT_COUNT(auditor_count(report, "accepted"), LOAD);
	json_decref(report);

	json_t *events = books_events();
	char *again = json_dumps(json_array_get(events, LOAD / 2), JSON_COMPACT);
	freeReplyObject(redis_server_call("XADD {hongyan}:events * events %s", again));
	report = run(VIOLATED);
	EXPECT_COUNT(auditor_count(report, "closed_twice"), 1);
	EXPECT_COUNT(auditor_count(report, "lost"), 0);
	EXPECT_COUNT(json_array_size(json_object_get(report, "cases")), 1);
	json_decref(report);
	free(again);
	json_decref(events);

	world_write("foreign", "{\"to\":\"8613000000000\",\"text\":\"x\"}\n");
	auditor_add_file(&auditor, "foreign");
	report = run(VIOLATED);
	EXPECT_COUNT(auditor_count(report, "phantom"), 1);
	json_decref(report);
	close_world();
}

/* Takes an alert off its lane. body: set, free it. */
static void take_off(const char *id, const char *to, char origin[static BOOKS_ORIGIN_OCTETS], char **body)
{
	char json[256];
	char entry[BOOKS_ORIGIN_OCTETS];
	snprintf(json, sizeof json, "{\"id\":\"%s\",\"to\":\"%s\",\"template\":\"note\"}", id, to);
	const char *const fields[] = { "alert", json };
	books_add_raw(origin, "urgent", fields, (const size_t[]){ 5, strlen(json) }, 2);
	snprintf(entry, sizeof entry, "%.*s", (int)strcspn(origin, "@"), origin);
	FILE *file = fopen(auditor.produced, "a");
	EXPECT(file != NULL);
	fprintf(file, "{\"entry\":\"%s\",\"stream\":\"urgent\",\"alert\":%s}\n", entry, json);
	fclose(file);
	EXPECT_COUNT(redis_server_int("XDEL {hongyan}:alerts:urgent %s", entry), 1);
	*body = strdup(json);
}

/* Every place where an alert can be, made by hand. */
static void places(void)
{
	char origin[BOOKS_ORIGIN_OCTETS];
	char *body;
	open_world(NULL);
	add("bulk", "on its lane", "13600000001", "");
	auditor_open_queue(&auditor);
	take_off("ready", "13600000002", origin, &body);
	freeReplyObject(redis_server_call("XADD {hongyan}:ready * alert %s origin %s attempt 1 ambiguous 0 state %s",
					  body, origin, ""));
	free(body);
	take_off("later", "13600000003", origin, &body);
	freeReplyObject(redis_server_call("HSET {hongyan}:later:bodies %s 1\n0\n\n%s", origin, body));
	free(body);
	take_off("held", "13600000004", origin, &body);
	freeReplyObject(redis_server_call("HSET {hongyan}:held:bodies %s 1\n1\n\n%s", origin, body));
	free(body);
	take_off("dead", "13600000005", origin, &body);
	freeReplyObject(redis_server_call("XADD {hongyan}:dead * alert %s origin %s reason %s", body, origin,
					  "no_route: there is none"));
	free(body);
	freeReplyObject(redis_server_call("HSET {hongyan}:totals dead 1"));
	world_write("nothing", "");
	auditor_add_file(&auditor, "nothing");
	json_t *report = run(INCOMPLETE);
	EXPECT_COUNT(auditor_count(report, "produced"), 5);
	EXPECT_COUNT(auditor_count(report, "pending"), 4);
	EXPECT_COUNT(auditor_count(report, "held"), 1);
	EXPECT_COUNT(auditor_count(report, "dead"), 1);
	EXPECT_COUNT(auditor_count(json_object_get(report, "dead_reasons"), "no_route"), 1);
	EXPECT_COUNT(auditor_count(report, "drift"), 0);
	json_decref(report);

	take_off("gone", "13600000006", origin, &body);
	free(body);
	report = run(VIOLATED);
	EXPECT_COUNT(auditor_count(report, "lost"), 1);
	EXPECT_COUNT(auditor_count(report, "drift"), 1);
	json_decref(report);
	smsc_finish(&smsc);
	close_world();
}

/* What hinders it. */
static void hindered(void)
{
	open_world(NULL);
	auditor_open_load(&auditor, 1);
	world_write("broken", "{\"to\":\"13800000000\"}\n{\"to\":\n");
	auditor_add_file(&auditor, "broken");
	json_decref(auditor_run(&auditor, BAD_INPUT, (const char *const[]){ NULL }));
	json_decref(
		auditor_run(&auditor, UNREACHABLE, (const char *const[]){ "--redis", "redis://127.0.0.1:1", NULL }));
	json_decref(auditor_run(&auditor, USAGE, (const char *const[]){ "--wait", "5", NULL }));
	json_decref(auditor_run(&auditor, USAGE, (const char *const[]){ "--redis", "http://127.0.0.1", NULL }));
	json_decref(auditor_run(&auditor, USAGE,
				(const char *const[]){ "--redis", redis_server_url(), "--wait", "soon", NULL }));
	smsc_finish(&smsc);
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "every_end", every_end, 30, false }, { "unfinished", unfinished, 60, false },
		{ "waiting", waiting, 30, false },     { "tampered", tampered, 60, false },
		{ "listed", listed, 60, false },       { "full", full, 30, false },
		{ "places", places, 30, false },       { "hindered", hindered, 30, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
