/* SPDX-License-Identifier: Apache-2.0 */

/* Pages that change something: accounts are paused, drained and slowed through them, under load, and the configuration is
 * read again. The command line and they say the same thing of the same account. */

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "a-token-of-this-test"
#define STEP  400

static struct smsc east;
static struct smsc west;
static struct gateway_process gateway;

static void open_world(void)
{
	char accounts[1024];
	world_open();
	redis_server_start();
	smsc_start(&east, "east", 0, NULL);
	smsc_start(&west, "west", 0, NULL);
	snprintf(
		accounts, sizeof accounts,
		"  - { name: east, address: \"127.0.0.1:%u\", system_id: e, password: secret, source: \"1\", binds: 2, "
		"window: 20, reconnect_min: 20ms, reconnect_max: 200ms }\n"
		"  - { name: west, address: \"127.0.0.1:%u\", system_id: w, password: secret, source: \"1\", binds: 2, "
		"window: 10, reconnect_min: 20ms, reconnect_max: 200ms }\n",
		east.port, west.port);
	gateway_process_start(
		&gateway, "gateway",
		&(struct gateway_options){ .accounts = accounts, .routes = "  - { accounts: [east, west] }" }, true);
	command_use(gateway.config);
	AWAIT(10, smsc_count(&east, "bound") == 2 && smsc_count(&west, "bound") == 2);
}

static void close_world(void)
{
	gateway_process_stop(&gateway);
	smsc_finish(&east);
	smsc_finish(&west);
	smsc_fini(&east);
	smsc_fini(&west);
	redis_server_stop();
	world_close();
}

/* Fails where the status is another one, or want is not in the answer. */
static void call(const char *method, const char *path, const char *token, const char *json, int want_status,
		 const char *want)
{
	char *body;
	int status = gateway_process_call(&gateway, method, path, token, json, &body);
	if (status != want_status || strstr(body, want) == NULL)
		FAIL("%s %s: %d, not %d with “%s”: %s", method, path, status, want_status, want, body ? body : "");
	free(body);
}

static void set_token(const char *from, const char *to)
{
	unsigned before = gateway_process_count_said(&gateway, "reloaded");
	gateway_process_edit(&gateway, from, to);
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_count_said(&gateway, "reloaded") > before);
}

static void accounts(void)
{
	open_world();
	call("POST", "/v1/accounts/east/pause", TOKEN, "", 403, "no token is set");
	call("POST", "/v1/config/reload", TOKEN, "", 403, "no token is set");
	set_token("admin: { ", "admin: { token: " TOKEN ", ");
	EXPECT_COUNT(gateway_process_count_said(&gateway, "reload_warning"), 0);
	call("POST", "/v1/accounts/east/pause", NULL, "", 401, "has no such header");
	call("POST", "/v1/accounts/esat/pause", TOKEN, "", 404, "did you mean “east”?");
	books_add_load(0, STEP);
	AWAIT(20, smsc_count(&east, "accepted") > 0);
	call("POST", "/v1/accounts/east/pause", TOKEN, "{\"by\":\"li\",\"reason\":\"complaints\"}", 200,
	     "\"by\":\"li\",\"was_so\":false");
	/* Both ways say the same thing, and each sees what the other one said. */
	command_expect(0, "is paused: nothing more is submitted, its links stay (since ",
		       COMMAND("accounts", "pause", "east", "--by", "wang"));
	call("POST", "/v1/accounts/east/pause", TOKEN, "{\"by\":\"wang\"}", 200, "\"by\":\"li\",\"was_so\":true");
	AWAIT(20, smsc_count(&east, "accepted") == smsc_count(&east, "received"));
	AWAIT(5, gateway_process_status_has(&gateway, "\"operator\":{\"state\":\"paused\""));
	long long accepted = smsc_count(&east, "accepted");
	books_add_load(STEP, STEP);
	books_await_settled(60);
	EXPECT_COUNT(smsc_count(&east, "accepted"), accepted);
	call("POST", "/v1/accounts/east/drain", TOKEN, "", 200, "\"state\":\"drained\"");
	AWAIT(10, smsc_count(&east, "bound") == 0);
	call("PUT", "/v1/accounts/west/tps", TOKEN, "{\"tps\":40}", 200, "{\"account\":\"west\",\"tps\":40,");
	AWAIT(5, gateway_process_status_has(&gateway, "\"tps\":40"));
	call("PUT", "/v1/accounts/west/tps", TOKEN, "{\"tps\":null}", 200, "\"tps\":null,\"was_so\":false");
	command_expect(0, "account “east” runs", COMMAND("accounts", "resume", "east"));
	call("POST", "/v1/accounts/east/resume", TOKEN, "", 200, "\"state\":\"runs\",\"was_so\":true");
	AWAIT(10, smsc_count(&east, "bound") == 2);
	/* Another token from now on. */
	set_token("token: " TOKEN, "token: another-" TOKEN);
	call("POST", "/v1/accounts/east/pause", TOKEN, "", 401, "has another one");
	call("POST", "/v1/accounts/east/resume", "another-" TOKEN, "", 200, "\"was_so\":true");
	close_world();
}

/* An account that is not there: nobody is told, whichever way it is said, and the nearest name is offered. */
static void wrong_names(void)
{
	static const struct {
		const char *method, *path, *json;
		const char *words[4]; /* of the command line */
	} rows[] = {
		{ "POST", "/v1/accounts/esat/pause", "", { "pause", "esat" } },
		{ "POST", "/v1/accounts/esat/drain", "", { "drain", "esat" } },
		{ "POST", "/v1/accounts/esat/resume", "", { "resume", "esat" } },
		{ "PUT", "/v1/accounts/esat/tps", "{\"tps\":1}", { "set-tps", "esat", "1" } },
	};
	open_world();
	set_token("admin: { ", "admin: { token: " TOKEN ", ");
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		call(rows[i].method, rows[i].path, TOKEN, rows[i].json, 404, "did you mean “east”?");
		command_expect(64, "did you mean “east”?",
			       COMMAND("accounts", rows[i].words[0], rows[i].words[1], rows[i].words[2]));
	}
	EXPECT_COUNT(redis_server_int("EXISTS {hongyan}:accounts"), 0);
	EXPECT_COUNT(gateway_process_count_said(&gateway, "account_ordered"), 0);
	EXPECT_COUNT(smsc_count(&east, "binds") + smsc_count(&west, "binds"), 4);
	close_world();
}

/* An answer comes when Redis has the change, and not before; where it does not get it, the answer says so. */
static void answers_wait_for_redis(void)
{
	open_world();
	set_token("admin: { ", "admin: { token: " TOKEN ", ");
	double from = scenario_clock();
	redis_server_do("CLIENT PAUSE 1500 WRITE");
	call("POST", "/v1/accounts/east/pause", TOKEN, "", 200, "\"was_so\":false");
	double took = scenario_clock() - from;
	if (took < 1)
		FAIL("answered after %.3f s, while Redis took no writes for 1.5 s", took);
	command_expect(0, "(since ", COMMAND("accounts", "pause", "east"));
	/* It refuses: a script that has been deleted is loaded again with the next connection. */
	redis_server_do("SCRIPT FLUSH");
	AWAIT(20, gateway_process_call(&gateway, "POST", "/v1/accounts/east/resume", TOKEN, "", NULL) == 200);
	redis_server_kill();
	AWAIT(20, !gateway_process_is_ready(&gateway));
	call("POST", "/v1/accounts/east/pause", TOKEN, "", 503, "the change is not taken: Redis cannot be reached now");
	redis_server_start();
	AWAIT(20, gateway_process_is_ready(&gateway));
	call("POST", "/v1/accounts/east/pause", TOKEN, "", 200, "\"was_so\":false");
	close_world();
}

static void reloads(void)
{
	open_world();
	set_token("admin: { ", "admin: { token: " TOKEN ", ");
	unsigned before = gateway_process_count_said(&gateway, "reloaded");
	gateway_process_edit(&gateway, "window: 10", "widnow: 12");
	call("POST", "/v1/config/reload", TOKEN, "", 422, "did you mean “window”?");
	call("POST", "/v1/config/reload", TOKEN, "", 422, "the configuration in force stays: ");
	EXPECT_COUNT(gateway_process_count_said(&gateway, "reloaded"), before);
	gateway_process_edit(&gateway, "widnow: 12", "window: 12");
	gateway_process_edit(&gateway, "instance: { name: \"gateway\"", "instance: { name: \"other\"");
	call("POST", "/v1/config/reload", TOKEN, "", 200, "takes effect with the next start only: instance.name");
	AWAIT(20, smsc_count(&west, "binds") == 4 && smsc_count(&west, "bound") == 2);
	EXPECT_COUNT(smsc_count(&east, "binds"), 2);
	/* One that no carrier can be made of. */
	gateway_process_edit(&gateway, "system_id: w, ", "system_id: w, protocol: http, preset: kannle, ");
	call("POST", "/v1/config/reload", TOKEN, "", 422, "kannel");
	EXPECT_COUNT(smsc_count(&west, "bound"), 2);
	close_world();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "accounts", accounts, 120, false },
		{ "wrong_names", wrong_names, 60, false },
		{ "answers_wait_for_redis", answers_wait_for_redis, 120, false },
		{ "reloads", reloads, 120, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
