/* SPDX-License-Identifier: Apache-2.0 */

/* What protects recipients, with the gateway as a program and a Redis that keeps the lists. */

#include "auditor.h"
#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct smsc smsc;
static struct gateway_process gateway;
static struct auditor auditor;

static void open_all(const char *root_more)
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc, .root_more = root_more },
			      true);
}

static void close_all(void)
{
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

static void add_with(const char *id, const char *to, const char *template, const char *code, const char *more)
{
	char json[512];
	snprintf(json, sizeof json,
		 "{\"id\":\"%s\",\"to\":\"%s\",\"template\":\"%s\",\"params\":{\"code\":\"%s\"%s}%s}", id, to, template,
		 code, strcmp(template, "note") == 0 ? ",\"amount\":\"1.00\"" : "", more);
	books_add("urgent", json);
}

static void add(const char *id, const char *to, const char *template, const char *code)
{
	add_with(id, to, template, code, "");
}

static void expect_closing(const json_t *events, const char *id, const char *event, const char *member,
			   const char *value)
{
	const json_t *closing = books_closing(events, id);
	if (!books_is(closing, "event", event) || (member != NULL && !books_is(closing, member, value)))
		FAIL("%s: %s, wants %s with %s %s", id, json_dumps(closing, 0), event, member, value);
}

static double metric(const char *name, const char *rule)
{
	char line[96];
	snprintf(line, sizeof line, "hongyan_%s_total{rule=\"%s\"}", name, rule);
	return gateway_process_metric(&gateway, line);
}

/* A customer writes TD: what is on the queue already is not sent, but for what is critical. The books agree. */
static void opted_out(void)
{
	open_all(NULL);
	smsc_tell(&smsc, "mo 8613900000001 10690001 gsm7 udh8 TD");
	AWAIT(10, redis_server_int("HEXISTS {hongyan}:optout 8613900000001") == 1);
	gateway_process_stop(&gateway);
	add("notice", "13900000001", "note", "1");
	add("critical", "13900000001", "alarm", "1");
	add("other", "13900000002", "note", "1");
	auditor_open_queue(&auditor);
	gateway_process_start(&gateway, "gateway", NULL, true);
	books_await_settled(20);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, 2);
	EXPECT_COUNT(tally.suppressed, 1);
	expect_closing(events, "notice", "suppressed", "reason", "opted_out");
	expect_closing(events, "critical", "accepted", "exempt", "opted_out");
	expect_closing(events, "other", "accepted", NULL, NULL);
	json_decref(events);
	EXPECT_COUNT(metric("suppressed", "opted_out"), 1);
	EXPECT_COUNT(metric("exempted", "opted_out"), 1);
	EXPECT(gateway_process_status_has(&gateway, "\"suppressed\":1"));
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_copies(&smsc, "8613900000001"), 1);
	EXPECT_COUNT(smsc_copies(&smsc, "8613900000002"), 1);
	auditor_add_carrier(&auditor, &smsc);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "suppressed"), 1);
	json_decref(report);
	close_all();
}

/* Six to one number, two within a minute: two go, the rest waits, also over the gateway's death; the same text goes once. A
 * reload lifts the cap for what comes then. */
static void caps(void)
{
	open_all("protection: { per_minute: { notice: 2 }, identical_window: 1h }");
	for (unsigned i = 0; i < 6; i++) {
		char text[2][16];
		snprintf(text[0], sizeof text[0], "n%u", i);
		snprintf(text[1], sizeof text[1], "%u", i);
		add(text[0], "13900000001", "note", text[1]);
	}
	add("other", "13900000002", "note", "0");
	AWAIT(10, books_total("accepted") == 3 && redis_server_int("ZCARD {hongyan}:later") == 4);
	EXPECT_COUNT(metric("deferred", "minute_cap"), 4);
	gateway_process_kill(&gateway);
	gateway_process_start(&gateway, "gateway", NULL, true);
	add("same", "13900000002", "note", "0");
	AWAIT(10, books_total("suppressed") == 1);
	HOLDS(1, books_total("accepted") == 3 && redis_server_int("ZCARD {hongyan}:later") == 4);
	gateway_process_edit(&gateway, "notice: 2", "notice: 9");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_said(&gateway, "\"event\":\"reloaded\""));
	EXPECT(!gateway_process_said(&gateway, "\"event\":\"reload_warning\""));
	/* Its worker may not have it yet. */
	for (unsigned i = 6; books_total("accepted") == 3; i++) {
		unsigned waiting = (unsigned)redis_server_int("ZCARD {hongyan}:later");
		char text[2][16];
		snprintf(text[0], sizeof text[0], "n%u", i);
		snprintf(text[1], sizeof text[1], "%u", i);
		add(text[0], "13900000001", "note", text[1]);
		AWAIT(10, books_total("accepted") == 4 || redis_server_int("ZCARD {hongyan}:later") > waiting);
	}
	json_t *events = books_events();
	expect_closing(events, "same", "suppressed", "reason", "identical");
	(void)books_tally(events);
	json_decref(events);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_copies(&smsc, "8613900000001"), 3);
	EXPECT_COUNT(smsc_copies(&smsc, "8613900000002"), 1);
	close_all();
}

/* What waits is due. */
static void hurry(void)
{
	static const char script[] = "for _, origin in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do\n"
				     "  redis.call('ZADD', KEYS[1], 1, origin)\nend\nreturn 1";
	redis_server_do("EVAL %s 1 {hongyan}:later", script);
}

/* Without consent no advertisement goes; with it, and where it is night, it waits. What comes back early is looked at anew. A
 * reload ends the night. */
static void by_night(void)
{
	char more[192];
	time_t now = time(NULL);
	unsigned hour = (unsigned)(now / 3600 % 24);
	snprintf(more, sizeof more,
		 "timezone: UTC\nprotection: { quiet_hours: { notice: \"%02u:00-%02u:00\", marketing: "
		 "\"%02u:00-%02u:00\" } }",
		 (hour + 23) % 24, (hour + 2) % 24, (hour + 23) % 24, (hour + 2) % 24);
	open_all(more);
	add("plain", "13900000001", "advert", "1");
	add_with("agreed", "13900000002", "advert", "1", ",\"consent\":\"form 7\"");
	add("notice", "13900000003", "note", "1");
	add("critical", "13900000004", "alarm", "1");
	char soon[64];
	struct tm end;
	time_t expires = now + 60;
	gmtime_r(&expires, &end);
	strftime(soon, sizeof soon, ",\"expires_at\":\"%Y-%m-%dT%H:%M:%SZ\"", &end);
	add_with("soon", "13900000005", "note", "1", soon);
	AWAIT(10, redis_server_int("ZCARD {hongyan}:later") == 2 && books_total("suppressed") == 2 &&
			  books_total("accepted") == 1);
	EXPECT_COUNT(metric("deferred", "quiet_hours"), 2);
	long long first = (now / 3600 + 1) * 3600000LL;
	EXPECT(redis_server_int("ZCOUNT {hongyan}:later %lld +inf", first) == 2);
	hurry();
	AWAIT(10, metric("deferred", "quiet_hours") >= 4 && redis_server_int("ZCARD {hongyan}:later") == 2);
	EXPECT_COUNT(books_total("accepted"), 1);
	gateway_process_edit(&gateway, "protection:", "protection: {}\n#");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_said(&gateway, "\"event\":\"reloaded\""));
	while (books_total("accepted") < 3) {
		hurry();
		scenario_breathe();
	}
	json_t *events = books_events();
	expect_closing(events, "plain", "suppressed", "reason", "no_consent");
	expect_closing(events, "soon", "suppressed", "reason", "quiet_hours");
	expect_closing(events, "critical", "accepted", "exempt", "quiet_hours");
	expect_closing(events, "agreed", "accepted", "consent", "form 7");
	(void)books_tally(events);
	json_decref(events);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	for (unsigned i = 1; i <= 5; i++) {
		char number[16];
		snprintf(number, sizeof number, "861390000000%u", i);
		EXPECT_COUNT(smsc_copies(&smsc, number), i >= 2 && i <= 4);
	}
	close_all();
}

/* A file of numbers, as people have them: with a header, names behind them, and mistakes. Alerts to all of them stop at once. */
static void imported(void)
{
	char path[WORLD_PATH_OCTETS];
	open_all(NULL);
	command_use(gateway.config);
	world_write("list.csv",
		    "\xEF\xBB\xBF号码,姓名\r\n13900000001,张三\r\n\"139 0000 0002\";x\r\n\r\n# 13900000009\r\n"
		    "+8613900000003\r\n1390000\r\n13900000001\r\n95598,热线\r\n,13900000008\r\n13900000004");
	world_path(path, "list.csv");
	command_expect(65, "list.csv:7: ", COMMAND("optout", "import", path, "--by", "li", "--reason", "list of May"));
	EXPECT_COUNT(redis_server_int("HLEN {hongyan}:optout"), 4);
	json_t *told = command_json(65, COMMAND("optout", "import", path));
	EXPECT_COUNT(json_integer_value(json_object_get(told, "added")), 0);
	EXPECT_COUNT(json_integer_value(json_object_get(told, "already")), 5);
	EXPECT_COUNT(json_integer_value(json_object_get(told, "wrong")), 3);
	EXPECT_COUNT(json_integer_value(json_object_get(told, "lines")), 11);
	json_decref(told);
	told = command_json(0, COMMAND("optout", "check", "13900000004"));
	EXPECT(books_is(told, "source", "import") && books_is(told, "by", "li") &&
	       books_is(told, "reason", "list of May"));
	json_decref(told);
	command_expect(1, "cannot be read", COMMAND("optout", "import", "/no/such/file"));
	/* More than one step. */
	size_t len = 0;
	char *many = malloc(1300 * 16);
	EXPECT(many != NULL);
	for (unsigned i = 0; i < 1300; i++)
		len += (size_t)snprintf(many + len, 16, "1380000%04u\n", i);
	world_write("many.txt", many);
	free(many);
	world_path(path, "many.txt");
	command_expect(0, "1300 new on the opt-out list, 0 already there, 0 wrong of 1300 lines\n",
		       COMMAND("optout", "import", path));
	add("listed", "13800001299", "note", "1");
	add("free", "13800001300", "note", "1");
	books_await_settled(10);
	json_t *events = books_events();
	expect_closing(events, "listed", "suppressed", "reason", "opted_out");
	expect_closing(events, "free", "accepted", NULL, NULL);
	json_decref(events);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	close_all();
}

#define TOKEN "a-token-of-this-test"

static json_t *call(const char *verb, const char *json)
{
	char path[64];
	char *body = NULL;
	snprintf(path, sizeof path, "/v1/optouts/%s", verb);
	EXPECT_COUNT(gateway_process_call(&gateway, "POST", path, TOKEN, json, &body), 200);
	EXPECT(strstr(body, "13900000001") == NULL);
	json_t *page = json_loads(body, 0, NULL);
	EXPECT(page != NULL);
	free(body);
	return page;
}

static void expect_call(const char *verb, const char *json, const char *member, bool want)
{
	json_t *page = call(verb, json);
	EXPECT(books_is(page, "number", "139****0001"));
	EXPECT(json_is_boolean(json_object_get(page, member)) && json_is_true(json_object_get(page, member)) == want);
	json_decref(page);
}

/* A program that hears of customers by other ways tells us, over HTTP; what it says holds for the next alert. */
static void by_api(void)
{
	open_all(NULL);
	gateway_process_edit(&gateway, "admin: { ", "admin: { token: " TOKEN ", ");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_said(&gateway, "\"event\":\"reloaded\""));
	expect_call("check", "{\"number\":\"13900000001\"}", "opted_out", false);
	expect_call("add", "{\"number\":\"13900000001\",\"by\":\"crm\",\"reason\":\"called\"}", "was_on_list", false);
	expect_call("add", "{\"number\":\"+86 13900000001\",\"by\":\"other\"}", "was_on_list", true);
	json_t *page = call("check", "{\"number\":\"13900000001\"}");
	EXPECT(books_is(page, "source", "api") && books_is(page, "by", "crm") && books_is(page, "reason", "called"));
	EXPECT(json_string_length(json_object_get(page, "since")) >= 20);
	json_decref(page);
	add("first", "13900000001", "note", "1");
	books_await_settled(10);
	expect_call("remove", "{\"number\":\"13900000001\"}", "was_on_list", true);
	expect_call("remove", "{\"number\":\"13900000001\"}", "was_on_list", false);
	add("second", "13900000001", "note", "2");
	books_await_settled(10);
	json_t *events = books_events();
	expect_closing(events, "first", "suppressed", "reason", "opted_out");
	expect_closing(events, "second", "accepted", NULL, NULL);
	json_decref(events);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	close_all();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "opted_out", opted_out, 60, false }, { "caps", caps, 60, false },
		{ "by_night", by_night, 60, false },   { "imported", imported, 60, false },
		{ "by_api", by_api, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
