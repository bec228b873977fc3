/* SPDX-License-Identifier: Apache-2.0 */

/* Held alerts: listed, sent again, closed. They are planted as the gateway packs them. */

#include "books.h"
#include "command_process.h"
#include "e2e_desk.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SINCE INT64_C(1770940800000) /* 2026-02-13T08:00:00+08:00 */
#define HOUR  INT64_C(3600000)

static const struct held {
	const char *origin;
	long long since;
	const char *head; /* attempt, mark, state */
	const char *alert;
} alerts[] = {
	{ "1770940700000-1@normal", SINCE, "1\n1\n7 1 0 0 2 99 cmcc -",
	  "{\"id\":\"h1\",\"to\":\"13800000001\",\"template\":\"code\",\"tenant\":\"t1\",\"params\":{\"code\":"
	  "\"123456\"}}" },
	{ "1770940700000-2@urgent", SINCE, "0\n0\n8 3 5 0 1 17 cmcc 0a - 0b",
	  "{\"id\":\"h2\",\"to\":\"13800000002\",\"template\":\"code\",\"batch\":\"b1\"}" },
	{ "1770940700000-3@bulk", SINCE + HOUR, "4\n1\n",
	  "{\"id\":\"h3\",\"to\":\"13800000003\",\"template\":\"bill\",\"tenant\":\"t1\"}" },
	{ "1770940700000-4@normal", SINCE + 2 * HOUR, NULL, NULL }, /* its body is lost */
};
#define ALERT_COUNT (sizeof alerts / sizeof alerts[0])

static void plant(const char *origin, long long since, const char *head, const char *alert)
{
	char id[64];
	char packed[512];
	size_t len = strcspn(origin, "@");
	snprintf(id, sizeof id, "%.*s", (int)len, origin);
	redis_server_queue("XADD {hongyan}:alerts:%s %s alert x", origin + len + 1, id);
	redis_server_queue("XDEL {hongyan}:alerts:%s %s", origin + len + 1, id);
	redis_server_queue("ZADD {hongyan}:held %lld %s", since, origin);
	if (head == NULL)
		return;
	snprintf(packed, sizeof packed, "%s\n%s", head, alert);
	redis_server_queue("HSET {hongyan}:held:bodies %s %s", origin, packed);
}

static void open_held(void)
{
	desk_open();
	for (size_t i = 0; i < ALERT_COUNT; i++)
		plant(alerts[i].origin, alerts[i].since, alerts[i].head, alerts[i].alert);
	redis_server_drain();
	EXPECT_COUNT(books_waiting(), ALERT_COUNT);
}

void desk_held_filters(void)
{
	static const struct {
		const char *name;
		const char *options[4];
		const char *want;
	} rows[] = {
		{ "all", { NULL }, "0 1 2 3" },
		{ "template", { "--template", "code" }, "0 1" },
		{ "tenant", { "--tenant", "t1" }, "0 2" },
		{ "batch", { "--batch", "b1" }, "1" },
		{ "id", { "--id", "h3" }, "2" },
		{ "since", { "--since", "2026-02-13 09:00" }, "2 3" },
		{ "until", { "--until", "2026-02-13 08:30" }, "0 1" },
		{ "limit", { "--limit", "1" }, "0" },
		{ "since and limit", { "--since", "2026-02-13 08:30", "--limit", "1" }, "2" },
	};
	open_held();
	char *before = desk_snapshot();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *words[COMMAND_WORDS_MAX] = { "held", "list" };
		char have[64] = "";
		size_t len = 0;
		size_t k;
		const json_t *alert;
		for (unsigned n = 0; n < 4 && rows[i].options[n]; n++)
			words[2 + n] = rows[i].options[n];
		json_t *list = command_json(0, words);
		json_array_foreach(json_object_get(list, "alerts"), k, alert)
		{
			size_t place = 0;
			while (place < ALERT_COUNT && !books_is(alert, "origin", alerts[place].origin))
				place++;
			len += (size_t)snprintf(have + len, sizeof have - len, "%s%zu", len ? " " : "", place);
		}
		if (strcmp(have, rows[i].want) != 0)
			FAIL("%s: %s, wants %s", rows[i].name, have, rows[i].want);
		json_decref(list);
	}
	command_expect(0, "\n4 held alerts\n", COMMAND("held", "list"));
	command_expect(
		0, "2026-02-13 08:00:00  1770940700000-1@normal  h1                    code              138****0001\n",
		COMMAND("held", "list"));
	command_expect(0, "code: 6 octets", COMMAND("held", "show", alerts[0].origin));
	command_expect(0, "code: 123456", COMMAND("held", "show", "h1", "--values"));
	command_expect(1, "no held alert is called “h9”", COMMAND("held", "show", "h9"));
	json_t *dry = command_json(1, COMMAND("held", "resend", "--all", "--dry-run"));
	desk_expect_number(dry, "matched", 4);
	desk_expect_number(dry, "unusable", 1);
	desk_expect_number(dry, "resent", 0);
	json_decref(dry);
	command_expect(0, "would drop 4 held alerts\n", COMMAND("held", "drop", "--all", "--dry-run"));
	desk_expect_same(before);
	desk_close();
}

static void expect_fields(const redisReply *entry, const struct held *alert, const char *attempt, const char *state)
{
	const char *const wants[] = { "alert",     alert->alert, "origin", alert->origin, "attempt", attempt,
				      "ambiguous", "1",          "state",  state,         "resend",  "1" };
	const redisReply *fields = entry->element[1];
	EXPECT_COUNT(fields->elements, sizeof wants / sizeof wants[0]);
	for (size_t i = 0; i < fields->elements; i++)
		if (strcmp(fields->element[i]->str, wants[i]) != 0)
			FAIL("%s: “%s”, wants “%s”", alert->origin, fields->element[i]->str, wants[i]);
}

void desk_held_resends(void)
{
	open_held();
	command_expect(0, "resent 2 held alerts\n", COMMAND("held", "resend", "--template", "code"));
	command_expect(0, "resent 0 held alerts\n", COMMAND("held", "resend", "--template", "code"));
	command_expect(1, "no held alert is called “1770940700000-1@normal”; was it resent already?\n",
		       COMMAND("held", "resend", alerts[0].origin));
	command_expect(0, "resent 1 held alert\n", COMMAND("held", "resend", alerts[2].origin));
	/* What can't be sent stays where it is. */
	command_expect(1, "resent 0 held alerts; 1 can't be resent", COMMAND("held", "resend", alerts[3].origin));
	redisReply *reply = redis_server_call("XRANGE {hongyan}:ready - +");
	EXPECT_COUNT(reply->elements, 3);
	expect_fields(reply->element[0], &alerts[0], "1", "7 1 0 0 2 99 cmcc -");
	expect_fields(reply->element[1], &alerts[1], "0", "8 3 5 0 1 17 cmcc 0a - 0b");
	expect_fields(reply->element[2], &alerts[2], "4", "");
	freeReplyObject(reply);
	EXPECT_COUNT(redis_server_int("ZCARD {hongyan}:held"), 1);
	EXPECT_COUNT(redis_server_int("HLEN {hongyan}:held:bodies"), 0);
	EXPECT_COUNT(books_waiting(), ALERT_COUNT);
	desk_close();
}

void desk_held_drops(void)
{
	size_t len;
	open_held();
	command_expect(0, "dropped 1 held alert\n", COMMAND("held", "drop", alerts[1].origin));
	command_expect(1, "was it dropped already?", COMMAND("held", "drop", alerts[1].origin));
	char *body = books_dead_letter(alerts[1].origin, "alert", &len);
	char *reason = books_dead_letter(alerts[1].origin, "reason", &len);
	EXPECT(body != NULL && strcmp(body, alerts[1].alert) == 0);
	EXPECT(reason != NULL && strncmp(reason, "held_dropped: ", 14) == 0);
	char *mark = books_dead_letter(alerts[1].origin, "ambiguous", &len);
	EXPECT(mark != NULL && strcmp(mark, "1") == 0);
	free(body);
	free(reason);
	free(mark);
	json_t *events = books_events();
	const json_t *event = json_array_get(events, 0);
	EXPECT_COUNT(json_array_size(events), 1);
	EXPECT(books_is(event, "event", "dead") && books_is(event, "id", "h2") && books_is(event, "batch", "b1"));
	EXPECT(books_is(event, "entry", "1770940700000-2") && books_is(event, "stream", "urgent"));
	EXPECT(json_is_true(json_object_get(event, "ambiguous")));
	json_decref(events);
	EXPECT_COUNT(books_waiting(), 3);
	/* Even what can't be read is closed, and kept. */
	command_expect(0, "dropped 3 held alerts\n", COMMAND("held", "drop", "--all"));
	EXPECT_COUNT(books_waiting(), 0);
	EXPECT_COUNT(redis_server_int("EXISTS {hongyan}:held {hongyan}:held:bodies"), 0);
	books_tally(events = books_events());
	json_decref(events);
	/* One who thinks better of it. */
	command_expect(0, "requeued 1 dead letter\n", COMMAND("dead", "requeue", "--id", "h2"));
	redisReply *reply = redis_server_call("XRANGE {hongyan}:ready - +");
	expect_fields(reply->element[0], &alerts[1], "0", "");
	freeReplyObject(reply);
	EXPECT_COUNT(books_waiting(), 1);
	desk_close();
}

/* A whole batch of alerts is held in one and the same ms: more than two pages. */
void desk_held_at_once(void)
{
	char origin[64];
	char alert[128];
	desk_open();
	for (unsigned i = 0; i < 1500; i++) {
		snprintf(origin, sizeof origin, "1770940700000-%u@normal", i + 1);
		snprintf(alert, sizeof alert, "{\"id\":\"n-%u\",\"to\":\"138%08u\",\"template\":\"%s\"}", i, i,
			 i % 3 ? "code" : "bill");
		plant(origin, SINCE + (i >= 1400), "0\n1\n", alert);
	}
	redis_server_drain();
	json_t *list = command_json(0, COMMAND("held", "list"));
	const json_t *all = json_object_get(list, "alerts");
	json_t *ids = json_object();
	size_t i;
	const json_t *row;
	json_array_foreach(all, i, row)
		json_object_set_new(ids, json_string_value(json_object_get(row, "id")), json_true());
	EXPECT_COUNT(json_array_size(all), 1500);
	EXPECT_COUNT(json_object_size(ids), 1500);
	json_decref(ids);
	json_decref(list);
	/* What is taken out does not move the rest away from under the reading. */
	command_expect(0, "resent 500 held alerts\n", COMMAND("held", "resend", "--template", "bill"));
	command_expect(0, "dropped 1000 held alerts\n", COMMAND("held", "drop", "--template", "code"));
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:ready"), 500);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:dead"), 1000);
	EXPECT_COUNT(books_waiting(), 500);
	desk_close();
}
