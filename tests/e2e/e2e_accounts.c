/* SPDX-License-Identifier: Apache-2.0 */

/* Two accounts at two carriers, under load all the while: operators pause, drain and slow them, and reloads change them.
 * Nothing is lost, nothing is sent twice, and whoever is not meant keeps the links it has. */

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

#define STEP 400 /* alerts that are added at once */

static struct smsc east;
static struct smsc west;
static struct gateway_process gateway;
static unsigned added;

static void open_world(const char *routes)
{
	static const char *const options[] = { "--latency", "uniform:2-20", NULL };
	char accounts[1024];
	added = 0;
	world_open();
	redis_server_start();
	smsc_start(&east, "east", 0, options);
	smsc_start(&west, "west", 0, options);
	snprintf(
		accounts, sizeof accounts,
		"  - { name: east, address: \"127.0.0.1:%u\", system_id: e, password: secret, source: \"1\", binds: 2, "
		"window: 20, reconnect_min: 20ms, reconnect_max: 200ms, tps: 0 }\n"
		"  - { name: west, address: \"127.0.0.1:%u\", system_id: w, password: secret, source: \"1\", binds: 2, "
		"window: 10, reconnect_min: 20ms, reconnect_max: 200ms, tps: 0 }\n",
		east.port, west.port);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .accounts = accounts, .routes = routes },
			      true);
	command_use(gateway.config);
	AWAIT(10, smsc_count(&east, "bound") == 2 && smsc_count(&west, "bound") == 2);
}

static void add(unsigned count)
{
	books_add_load(added, count);
	added += count;
}

static void close_world(void)
{
	struct auditor auditor;
	books_await_settled(90);
	gateway_process_stop(&gateway);
	EXPECT_COUNT(books_waiting(), 0);
	smsc_finish(&east);
	smsc_finish(&west);
	EXPECT_COUNT(smsc_total(&east, "violations_total") + smsc_total(&west, "violations_total"), 0);
	auditor_open_load(&auditor, added);
	auditor_add_carrier(&auditor, &east);
	auditor_add_carrier(&auditor, &west);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "accepted"), added);
	EXPECT_COUNT(auditor_count(report, "duplicates_explained"), 0);
	json_decref(report);
	smsc_fini(&east);
	smsc_fini(&west);
	redis_server_stop();
	world_close();
}

static void edit(const char *from, const char *to)
{
	gateway_process_edit(&gateway, from, to);
}

static unsigned said(const char *event)
{
	return gateway_process_count_said(&gateway, event);
}

static void reload(const char *want_event)
{
	unsigned before = said(want_event);
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, said(want_event) > before);
}

/* -- operators -- */

static long long tps_of(const char *account)
{
	char *body = NULL;
	EXPECT_COUNT(gateway_process_get(&gateway, "/v1/accounts", &body), 200);
	json_t *page = json_loads(body, 0, NULL);
	EXPECT(page != NULL);
	long long tps = -1;
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(page, "accounts"), i, row)
	{
		if (books_is(row, "name", account))
			tps = json_integer_value(json_object_get(row, "tps"));
	}
	json_decref(page);
	free(body);
	return tps;
}

static void operators(void)
{
	open_world("  - { accounts: [east, west] }");
	command_expect(64, "there is no account “esat”", COMMAND("accounts", "pause", "esat"));
	command_expect(64, "did you mean “east”?", COMMAND("accounts", "drain", "esat"));
	command_expect(64, "nor “default”", COMMAND("accounts", "set-tps", "east", "many"));
	add(STEP);
	AWAIT(20, smsc_count(&east, "accepted") > 0);
	command_expect(0, "is paused", COMMAND("accounts", "pause", "east", "--by", "li", "--reason", "complaints"));
	command_expect(0, "is paused: nothing more is submitted, its links stay (since ",
		       COMMAND("accounts", "pause", "east", "--by", "wang"));
	AWAIT(5, gateway_process_status_has(&gateway, "\"operator\":{\"state\":\"paused\""));
	AWAIT(20, smsc_count(&east, "accepted") == smsc_count(&east, "received"));
	long long accepted = smsc_count(&east, "accepted");
	add(STEP);
	books_await_settled(60);
	EXPECT_COUNT(smsc_count(&east, "accepted"), accepted);
	EXPECT_COUNT(smsc_count(&east, "bound"), 2);
	EXPECT(gateway_process_metric(&gateway, "hongyan_account_paused{account=\"east\"}") == 1);
	command_expect(0, "paused for ", COMMAND("accounts", "list"));
	command_expect(0, "by li (complaints)", COMMAND("accounts", "list"));
	command_expect(0, "has no links any more", COMMAND("accounts", "drain", "east", "--wait"));
	EXPECT_COUNT(smsc_count(&east, "bound"), 0);
	/* It outlives the process. */
	gateway_process_stop(&gateway);
	gateway_process_start(&gateway, "gateway", NULL, true);
	AWAIT(10, smsc_count(&west, "bound") == 2);
	add(STEP);
	books_await_settled(60);
	EXPECT_COUNT(smsc_count(&east, "accepted"), accepted);
	AWAIT(10, smsc_count(&east, "bound") == 0);
	command_expect(0, "account “east” runs", COMMAND("accounts", "resume", "east"));
	AWAIT(10, smsc_count(&east, "bound") == 2);
	command_expect(0, "keeps to 40 segments a second", COMMAND("accounts", "set-tps", "west", "40"));
	command_expect(0, "is paused", COMMAND("accounts", "pause", "east"));
	AWAIT(5, tps_of("west") == 40);
	AWAIT(5, gateway_process_status_has(&gateway, "\"operator\":{\"state\":\"paused\""));
	long long before = smsc_count(&west, "received");
	double from = scenario_clock();
	add(100);
	books_await_settled(60);
	double took = scenario_clock() - from;
	if (took < 2 || smsc_count(&west, "received") - before < 100)
		FAIL("100 segments at 40 a second took %.1f s", took);
	json_t *answer = command_json(0, COMMAND("accounts", "set-tps", "west", "default"));
	EXPECT(json_is_null(json_object_get(answer, "tps")));
	json_decref(answer);
	command_expect(0, "runs", COMMAND("accounts", "resume", "east"));
	AWAIT(5, tps_of("west") == 0);
	add(STEP);
	close_world();
}

/* -- accounts that the carrier refuses -- */

static void start_west(const char *password)
{
	smsc_start(&west, "west", west.port, (const char *const[]){ "--system-id", "w", "--password", password, NULL });
}

/* Both links were refused, so many times. */
static void expect_refused(unsigned times)
{
	AWAIT(10, said("link_refused") == 2 * times);
	AWAIT(10, gateway_process_status_has(&gateway, "\"name\":\"west\",\"state\":\"refused\""));
	command_expect(1, "account west is refused by the carrier for ", COMMAND("status"));
	command_expect(0, "and when it has mended it: “hongyan accounts resume west”", COMMAND("accounts", "list"));
	EXPECT_COUNT(smsc_count(&west, "bound"), 0);
}

/* The secret is wrong, on our side or on the carrier's: it is not tried again until a reload brings another one, or an operator
 * resumes the account, which was never paused. The links of others are not touched. */
static void refused(void)
{
	char accounts[1024];
	world_open();
	redis_server_start();
	smsc_start(&east, "east", 0, NULL);
	west.port = 0;
	start_west("right");
	snprintf(accounts, sizeof accounts,
		 "  - { name: east, address: \"127.0.0.1:%u\", system_id: e, password: secret, source: \"1\", binds: 2 "
		 "}\n"
		 "  - { name: west, address: \"127.0.0.1:%u\", system_id: w, password: wrong, source: \"1\", binds: 2, "
		 "reconnect_min: 20ms, reconnect_max: 200ms }\n",
		 east.port, west.port);
	gateway_process_start(
		&gateway, "gateway",
		&(struct gateway_options){ .accounts = accounts, .routes = "  - { accounts: [east, west] }" }, true);
	command_use(gateway.config);
	expect_refused(1);
	edit("password: wrong", "password: right");
	reload("reloaded");
	AWAIT(10, smsc_count(&west, "bound") == 2);
	AWAIT(10, gateway_process_status_has(&gateway, "\"name\":\"west\",\"state\":\"up\""));
	/* The carrier forgets the password for a while. */
	process_kill(&west.process);
	start_west("forgotten");
	expect_refused(2);
	process_kill(&west.process);
	start_west("right");
	/* Words about accounts that are long gone go with the next one. */
	redis_server_do("HSET {hongyan}:accounts again:gone 1770940700000 again:odd soon again:near 9999999999999");
	command_expect(0,
		       "account “west” runs (as before); links of it that are not up, refused ones too, are tried now",
		       COMMAND("accounts", "resume", "west"));
	AWAIT(10, smsc_count(&west, "bound") == 2);
	EXPECT_COUNT(said("account_retried"), 1);
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:accounts again:gone"), 0);
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:accounts again:odd"), 0);
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:accounts again:near"), 1);
	EXPECT_COUNT(redis_server_int("HEXISTS {hongyan}:accounts again:west"), 1);
	/* And once more, drained in between. */
	process_kill(&west.process);
	start_west("forgotten");
	expect_refused(3);
	command_expect(0, "has no links any more", COMMAND("accounts", "drain", "west", "--wait"));
	process_kill(&west.process);
	start_west("right");
	command_expect(0, "account “west” runs; links", COMMAND("accounts", "resume", "west"));
	AWAIT(10, smsc_count(&west, "bound") == 2);
	EXPECT_COUNT(smsc_count(&east, "binds"), 2);
	gateway_process_stop(&gateway);
	smsc_finish(&east);
	smsc_finish(&west);
	smsc_fini(&east);
	smsc_fini(&west);
	redis_server_stop();
	world_close();
}

/* -- reloads -- */

static void reload_changes(void)
{
	open_world("  - { accounts: [east] }\n  - { prefix: [\"861380000000\", \"861380000001\"], accounts: [west] }");
	add(2 * STEP);
	AWAIT(20, smsc_count(&east, "accepted") > 0 && smsc_count(&west, "accepted") > 0);
	/* West gets other links, east is not touched; and what does not need other links changes nothing of them. */
	edit("window: 10", "window: 12");
	reload("reloaded");
	AWAIT(20, smsc_count(&west, "binds") == 4 && smsc_count(&west, "bound") == 2);
	EXPECT_COUNT(said("account_changed"), 1);
	add(STEP);
	edit("system_id: e, ", "system_id: e, segments_max: 9, ");
	reload("account_changed");
	add(STEP);
	reload("reloaded");
	books_await_settled(60);
	EXPECT_COUNT(said("account_changed"), 2);
	EXPECT_COUNT(smsc_count(&east, "binds"), 2);
	EXPECT_COUNT(smsc_count(&west, "binds"), 4);
	/* The other way round. */
	edit("window: 20", "window: 25");
	add(STEP);
	reload("account_changed");
	AWAIT(20, smsc_count(&east, "binds") == 4 && smsc_count(&east, "bound") == 2);
	EXPECT_COUNT(smsc_count(&west, "binds"), 4);
	close_world();
}

static void reload_comes_and_goes(void)
{
	open_world("  - { accounts: [west, east] }");
	add(2 * STEP);
	AWAIT(20, smsc_count(&west, "accepted") > 0);
	char from[512];
	char to[512];
	snprintf(from, sizeof from, "  - { name: west, address: \"127.0.0.1:%u\"", west.port);
	snprintf(to, sizeof to, "  - { name: north, address: \"127.0.0.1:%u\"", west.port);
	/* One goes in the middle of its work, and another comes. */
	edit(from, to);
	edit("accounts: [west, east]", "accounts: [east, north]");
	reload("reloaded");
	AWAIT(20, said("account_removed") == 1 && said("account_added") == 1);
	AWAIT(20, smsc_count(&west, "binds") == 4 && smsc_count(&west, "bound") == 2);
	add(STEP);
	books_await_settled(60);
	EXPECT_COUNT(smsc_count(&east, "binds"), 2);
	/* And it comes back beside the other one, with its own counts. */
	edit(to, from);
	edit("accounts: [east, north]", "accounts: [west]");
	reload("reloaded");
	add(STEP);
	books_await_settled(60);
	EXPECT(gateway_process_metric(&gateway, "hongyan_links_up{account=\"west\"}") == 2);
	EXPECT(gateway_process_metric(&gateway, "hongyan_links_up{account=\"north\"}") == 0);
	EXPECT_COUNT(smsc_count(&east, "binds"), 2);
	close_world();
}

/* An account comes beside the others, and goes again, under load: the carriers of the others see no link come or go. */
static void reload_adds_and_removes(void)
{
	struct smsc north;
	char line[512];
	open_world("  - { accounts: [west, east] }");
	smsc_start(&north, "north", 0, NULL);
	snprintf(line, sizeof line,
		 "  - { name: north, address: \"127.0.0.1:%u\", system_id: n, password: secret, source: \"1\", binds: "
		 "2 }\n"
		 "  - { name: east,",
		 north.port);
	add(2 * STEP);
	AWAIT(20, smsc_count(&west, "accepted") > 0);
	edit("  - { name: east,", line);
	reload("reloaded");
	AWAIT(20, smsc_count(&north, "bound") == 2);
	add(STEP);
	edit(line, "  - { name: east,");
	reload("reloaded");
	AWAIT(20, smsc_count(&north, "bound") == 0);
	add(STEP);
	books_await_settled(60);
	EXPECT_COUNT(said("account_added"), 1);
	EXPECT_COUNT(said("account_removed"), 1);
	EXPECT_COUNT(said("account_changed"), 0);
	EXPECT_COUNT(smsc_count(&north, "binds"), 2);
	EXPECT_COUNT(smsc_count(&east, "binds"), 2);
	EXPECT_COUNT(smsc_count(&west, "binds"), 2);
	smsc_finish(&north);
	EXPECT_COUNT(smsc_total(&north, "violations_total"), 0);
	smsc_fini(&north);
	close_world();
}

static void reload_refused(void)
{
	open_world("  - { accounts: [west, east] }");
	add(STEP);
	edit("window: 10", "widnow: 12");
	reload("reload_refused");
	EXPECT(gateway_process_said(&gateway, "did you mean “window”?"));
	EXPECT_COUNT(said("reloaded"), 0);
	edit("widnow: 12", "window: 10");
	edit("instance: { name: \"gateway\"", "instance: { name: \"other\"");
	reload("reload_warning");
	EXPECT(gateway_process_said(&gateway, "with the next start only: instance.name"));
	EXPECT(gateway_process_status_has(&gateway, "\"instance\":\"gateway\""));
	add(STEP);
	books_await_settled(60);
	EXPECT_COUNT(smsc_count(&west, "binds") + smsc_count(&east, "binds"), 4);
	/* Redis is away: accounts come and go all the same. */
	redis_server_do("CLIENT PAUSE 1500 ALL");
	edit("window: 10", "window: 12");
	reload("reloaded");
	AWAIT(20, smsc_count(&west, "binds") == 4);
	close_world();
}

/* The end comes while links are made anew, answers are waited for and an account leaves; and the other way round. What is
 * left is sent by the next process, and nothing twice. */
static void reload_while_ending(void)
{
	static const int rows[][3] = { { SIGHUP, SIGTERM, 0 }, { SIGTERM, SIGHUP, 0 }, { SIGHUP, SIGHUP, SIGTERM } };
	char west_line[512];
	char north_line[512];
	open_world("  - { accounts: [west, east] }");
	snprintf(west_line, sizeof west_line, "  - { name: west, address: \"127.0.0.1:%u\"", west.port);
	snprintf(north_line, sizeof north_line, "  - { name: north, address: \"127.0.0.1:%u\"", west.port);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool is_back = i % 2;
		long long accepted = smsc_count(&west, "accepted");
		add(2 * STEP);
		AWAIT(20, smsc_count(&west, "accepted") > accepted);
		edit(is_back ? north_line : west_line, is_back ? west_line : north_line);
		edit(is_back ? "[north, east]" : "[west, east]", is_back ? "[west, east]" : "[north, east]");
		edit(is_back ? "window: 25" : "window: 20", is_back ? "window: 20" : "window: 25");
		for (unsigned k = 0; k < 3 && rows[i][k] != 0; k++)
			process_signal(&gateway.process, rows[i][k]);
		EXPECT_COUNT(process_wait(&gateway.process, 40), 0);
		EXPECT_COUNT(smsc_count(&west, "bound") + smsc_count(&east, "bound"), 0);
		gateway_process_start(&gateway, "gateway", NULL, true);
	}
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "operators", operators, 120, false },
		{ "refused", refused, 60, false },
		{ "reload_changes", reload_changes, 120, false },
		{ "reload_comes_and_goes", reload_comes_and_goes, 120, false },
		{ "reload_adds_and_removes", reload_adds_and_removes, 120, false },
		{ "reload_refused", reload_refused, 120, false },
		{ "reload_while_ending", reload_while_ending, 120, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
