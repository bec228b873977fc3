/* SPDX-License-Identifier: Apache-2.0 */

/* Three accounts at three carriers: whose numbers go where, what becomes of them when one carrier dies under load, and of
 * numbers that a carrier calls none of its own. */

#include "auditor.h"
#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#define ACCOUNTS 3

static const char *const names[ACCOUNTS] = { "east", "west", "south" };
static struct smsc carriers[ACCOUNTS];
static struct gateway_process gateway;

static void open_world(const char *routes, const char *more, const char *latency)
{
	const char *const options[] = { "--latency", latency, NULL };
	char accounts[2048];
	size_t len = 0;
	world_open();
	redis_server_start();
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		smsc_start(&carriers[i], names[i], 0, options);
		len += (size_t)snprintf(
			accounts + len, sizeof accounts - len,
			"  - { name: %s, address: \"127.0.0.1:%u\", system_id: e2e, password: secret, source: \"1\", "
			"binds: 2, window: 20, reconnect_min: 20ms, reconnect_max: 200ms%s }\n",
			names[i], carriers[i].port, more);
	}
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){
				      .accounts = accounts,
				      .routes = routes,
				      .root_more = "retry: { base: 100ms, max: 1s }\n"
						   "unknown_wait: { critical: 200ms, notice: 200ms, marketing: 200ms }",
			      },
			      true);
	command_use(gateway.config);
	for (unsigned i = 0; i < ACCOUNTS; i++)
		AWAIT(10, smsc_count(&carriers[i], "bound") == 2);
}

/* Ends the gateway, and the carriers from the first one on that still lives. */
static void finish(unsigned first)
{
	gateway_process_stop(&gateway);
	EXPECT_COUNT(books_waiting(), 0);
	for (unsigned i = first; i < ACCOUNTS; i++) {
		smsc_finish(&carriers[i]);
		EXPECT_COUNT(smsc_total(&carriers[i], "violations_total"), 0);
	}
}

static void close_world(unsigned first)
{
	for (unsigned i = first; i < ACCOUNTS; i++)
		smsc_fini(&carriers[i]);
	redis_server_stop();
	world_close();
}

static double metric(const char *name, const char *account)
{
	char line[128];
	snprintf(line, sizeof line, "%s{account=\"%s\"}", name, account);
	return gateway_process_metric(&gateway, line);
}

/* One dies with its windows full and does not come back. Nothing is lost; what went out twice was unanswered when it died,
 * and an event says so. */
static void one_dies(void)
{
	enum { COUNT = 3000 };
	struct auditor auditor;
	open_world("  - { accounts: [east, west, south], pick: weighted }", "", "uniform:5-25");
	books_add_load(0, COUNT);
	AWAIT(30, smsc_count(&carriers[0], "accepted") > COUNT / 10);
	for (unsigned i = 1; i < ACCOUNTS; i++)
		EXPECT(smsc_count(&carriers[i], "accepted") > 0);
	process_kill(&carriers[0].process);
	books_await_settled(60);
	EXPECT(smsc_count(&carriers[1], "accepted") + smsc_count(&carriers[2], "accepted") > COUNT / 2);
	EXPECT(gateway_process_said(&gateway, "\"event\":\"account_down\""));
	finish(1);
	auditor_open_load(&auditor, COUNT);
	auditor_add_killed(&auditor, &carriers[0]);
	for (unsigned i = 1; i < ACCOUNTS; i++)
		auditor_add_carrier(&auditor, &carriers[i]);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "produced"), COUNT);
	EXPECT_COUNT(auditor_count(report, "accepted"), COUNT);
	EXPECT_COUNT(auditor_count(report, "drift"), 0);
	/* No more than its two windows were in doubt. */
	EXPECT(auditor_count(report, "duplicates_explained") <= 2 * 20);
	json_decref(report);
	close_world(1);
}

/* The first two call every number none of theirs: each goes to the third, at once and once. */
static void not_mine(void)
{
	enum { COUNT = 300 };
	struct auditor auditor;
	open_world("  - { accounts: [east, west, south] }", ", not_mine: [0x0B]", "none");
	smsc_tell(&carriers[0], "fail 0x0B");
	smsc_tell(&carriers[1], "fail 0x0B");
	books_add_load(0, COUNT);
	books_await_settled(30);
	for (unsigned i = 0; i < 2; i++) {
		EXPECT_COUNT(smsc_count(&carriers[i], "failed"), COUNT);
		EXPECT_COUNT(smsc_count(&carriers[i], "accepted"), 0);
		EXPECT_COUNT(metric("hongyan_elsewhere_total", names[i]), COUNT);
	}
	EXPECT_COUNT(smsc_count(&carriers[2], "accepted"), COUNT);
	finish(0);
	EXPECT_COUNT(books_check_load(COUNT, &carriers[2]), 0);
	auditor_open_load(&auditor, COUNT);
	for (unsigned i = 0; i < ACCOUNTS; i++)
		auditor_add_carrier(&auditor, &carriers[i]);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "accepted"), COUNT);
	EXPECT_COUNT(auditor_count(report, "duplicates_explained"), 0);
	json_decref(report);
	close_world(0);
}

static void add(unsigned id, const char *number)
{
	char json[256];
	snprintf(
		json, sizeof json,
		"{\"id\":\"n-%u\",\"to\":\"%s\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":\"1.00\"}}",
		id, number);
	books_add("normal", json);
	books_await_settled(20);
}

/* It is asked once; the next alerts for that number go past it, those for others do not. */
static void not_mine_is_remembered(void)
{
	open_world("  - { accounts: [east, south] }", ", not_mine: [0x0B]", "none");
	smsc_tell(&carriers[0], "fail 0x0B");
	for (unsigned id = 1; id <= 5; id++) {
		add(id, "13900000001");
		EXPECT_COUNT(smsc_count(&carriers[0], "failed"), 1);
		EXPECT_COUNT(smsc_count(&carriers[2], "accepted"), id);
	}
	smsc_tell(&carriers[0], "fail off");
	add(6, "13900000002");
	EXPECT_COUNT(smsc_count(&carriers[0], "accepted"), 1);
	finish(0);
	close_world(0);
}

/* By operator, and a block of the configuration's own; the command says the same as the gateway does. */
static void by_operator(void)
{
	static const struct {
		const char *number;
		unsigned want; /* account */
		const char *want_route;
	} rows[] = {
		{ "13900000001", 0, "routes[1] counts" }, { "18600000001", 1, "routes[2] counts" },
		{ "19200000001", 1, "routes[2] counts" }, { "18900000001", 2, "routes[3] counts" },
		{ "13910000001", 2, "routes[3] counts" },
	};
	open_world("  - { operator: mobile, accounts: [east, south] }\n"
		   "  - { operator: [unicom, broadnet], accounts: [west, south] }\n"
		   "  - { accounts: [south] }\n"
		   "number_plan: { 861391: telecom }",
		   "", "none");
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		long long before = smsc_count(&carriers[rows[i].want], "accepted");
		char first[64];
		add(i, rows[i].number);
		if (smsc_count(&carriers[rows[i].want], "accepted") != before + 1)
			FAIL("%s did not go to %s", rows[i].number, names[rows[i].want]);
		snprintf(first, sizeof first, "  1  %s  gets it: up for ", names[rows[i].want]);
		command_expect(0, rows[i].want_route, COMMAND("route", rows[i].number));
		command_expect(0, first, COMMAND("route", rows[i].number));
	}
	finish(0);
	close_world(0);
}

static double breaker(const char *account)
{
	return metric("hongyan_account_breaker", account);
}

/* One fails at all: the other gets what it had, and it gets single alerts until it works again. */
static void broken(void)
{
	enum { COUNT = 600, WINDOWS = 2 * 20 };
	open_world("  - { accounts: [east, west] }", "", "none");
	smsc_tell(&carriers[0], "fail 0x08");
	books_add_load(0, COUNT);
	books_await_settled(30);
	EXPECT_COUNT(smsc_count(&carriers[1], "accepted"), COUNT);
	EXPECT(gateway_process_said(&gateway, "\"event\":\"account_broken\""));
	/* What was out when it broke, and what it was tried with. */
	EXPECT(smsc_count(&carriers[0], "failed") >= 20 && smsc_count(&carriers[0], "failed") < 2 * WINDOWS);
	smsc_tell(&carriers[0], "fail off");
	unsigned count = COUNT;
	for (double until = scenario_clock() + 50; breaker("east") != 0; count++) {
		EXPECT(scenario_clock() < until);
		books_add_load(count, 1);
		books_await_settled(10);
	}
	EXPECT_COUNT(smsc_count(&carriers[0], "accepted"), 3);
	books_add_load(count, 100);
	books_await_settled(10);
	EXPECT_COUNT(smsc_count(&carriers[0], "accepted"), 103);
	finish(0);
	close_world(0);
}

static void expect_now(const char *account)
{
	json_t *answer = command_json(account != NULL ? 0 : 1, COMMAND("route", "13900000001"));
	const json_t *now = json_object_get(answer, "now");
	const json_t *got = json_object_get(now, "account");
	EXPECT(strcmp(json_string_value(json_object_get(answer, "to")), "139****0001") == 0);
	EXPECT(strcmp(json_string_value(json_object_get(now, "instance")), "gateway") == 0);
	EXPECT(account == NULL ? json_is_null(got) : strcmp(json_string_value(got), account) == 0);
	json_decref(answer);
}

/* The command asks the gateway: what operators want and what carriers do is in its answer; where none runs, it says so. */
static void route_now(void)
{
	open_world("  - { accounts: [east, west] }", "", "none");
	expect_now("east");
	command_expect(0, "is paused", COMMAND("accounts", "pause", "east", "--reason", "complaints"));
	AWAIT(10, gateway_process_status_has(&gateway, "\"operator\":{\"state\":\"paused\""));
	expect_now("west");
	command_expect(0, "  1  east  paused for ", COMMAND("route", "13900000001"));
	command_expect(0, " (complaints)\n  2  west  gets it: up for ", COMMAND("route", "13900000001"));
	command_expect(0, "  1  east\n  2  west\n", COMMAND("route", "13900000001", "--offline"));
	add(1, "13900000001");
	EXPECT_COUNT(smsc_count(&carriers[1], "accepted"), 1);
	process_kill(&carriers[1].process);
	AWAIT(10, gateway_process_status_has(&gateway, "\"name\":\"west\",\"state\":\"down\""));
	expect_now(NULL);
	command_expect(1, "  2  west  down for ", COMMAND("route", "13900000001"));
	command_expect(1, "none of them takes it now: it waits until one does", COMMAND("route", "13900000001"));
	command_expect(0, "runs", COMMAND("accounts", "resume", "east"));
	AWAIT(10, !gateway_process_status_has(&gateway, "\"operator\":{\"state\":\"paused\""));
	expect_now("east");
	command_expect(0, "", COMMAND("pause", "--all"));
	AWAIT(10, gateway_process_status_has(&gateway, "\"paused\":[{"));
	command_expect(1, "but nothing goes out now: all is paused", COMMAND("route", "13900000001"));
	command_expect(65, "no template “nota”", COMMAND("route", "13900000001", "--template", "nota"));
	gateway_process_stop(&gateway);
	command_expect(0, "from the configuration only, so how its accounts are is not known: http://127.0.0.1:",
		       COMMAND("route", "13900000001"));
	for (unsigned i = 0; i < ACCOUNTS; i += 2)
		smsc_finish(&carriers[i]);
	smsc_fini(&carriers[0]);
	smsc_fini(&carriers[2]);
	redis_server_stop();
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "one_dies", one_dies, 120, false },
		{ "not_mine", not_mine, 60, false },
		{ "not_mine_is_remembered", not_mine_is_remembered, 60, false },
		{ "by_operator", by_operator, 60, false },
		{ "broken", broken, 90, false },
		{ "route_now", route_now, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
