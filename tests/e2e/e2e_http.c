/* SPDX-License-Identifier: Apache-2.0 */

/* An account over HTTP, and what its provider does: each alert goes once, and what goes twice is known. */

#include "auditor.h"
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <stdio.h>

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

static void start_gateway(bool waits)
{
	char accounts[512];
	snprintf(
		accounts, sizeof accounts,
		"  - { name: fake, protocol: http, preset: json, url: \"http://127.0.0.1:%s/messages\", token: secret, "
		"connections: 20, allow: [127.0.0.1], source: \"10690001\", reconnect_min: 20ms, reconnect_max: 200ms, "
		"response_timeout: 500ms }",
		http_port);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){ .accounts = accounts, .root_more = HASTY }, waits);
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
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
