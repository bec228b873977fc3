/* SPDX-License-Identifier: Apache-2.0 */

/* Several gateways on one account keep to its rate and its binds together, also while one dies; and what status says of how long
 * a backlog will take is what it then takes. */

#include "auditor.h"
#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATEWAYS 3
/* Refused by the carrier from here on, in any second: less than two gateways would send that each took the rate for its own. The
 * rest is for a machine that stands still for a moment, so that the carrier sees as one what came one after the other. */
#define MOST   "600"
#define ALERTS 2000

static struct smsc smsc;
static struct gateway_process gateways[GATEWAYS];

static void one_rate_for_all(void)
{
	static const char *const names[GATEWAYS] = { "one", "two", "three" };
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--throttle-tps", MOST, NULL });
	books_add_load(0, ALERTS);
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_start(
			&gateways[i], names[i],
			&(struct gateway_options){
				.smsc = &smsc, .binds = GATEWAYS, .window = 100, .account_more = "tps: 400" },
			true);
	AWAIT(20, smsc_count(&smsc, "accepted") > ALERTS / 3);
	gateway_process_kill(&gateways[0]);
	AWAIT(20, smsc_count(&smsc, "accepted") > ALERTS / 2);
	gateway_process_start(&gateways[0], names[0], NULL, true);
	books_await_settled(60);
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_stop(&gateways[i]);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	EXPECT_COUNT(smsc_total(&smsc, "throttled"), 0);
	struct auditor auditor;
	auditor_open_load(&auditor, ALERTS);
	auditor_add_carrier(&auditor, &smsc);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "accepted"), ALERTS);
	json_decref(report);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* -- a Redis far away -- */

#define FAR_ALERTS 300

/* One gateway behind a line that takes so long in each direction. */
static void start_far(struct process *delayer, const char *name, const char *way_ms, const char *alerts_tps)
{
	char path[WORLD_PATH_OCTETS], socket[32], url[WORLD_PATH_OCTETS + 8];
	snprintf(socket, sizeof socket, "%s.sock", name);
	world_path(path, socket);
	snprintf(url, sizeof url, "unix://%s", path);
	process_start(delayer, name,
		      (const char *const[]){ REDIS_DELAYER_PROGRAM, path, redis_server_url() + strlen("unix://"),
					     way_ms, NULL },
		      false);
	gateway_process_start(
		&gateways[0], "one",
		&(struct gateway_options){ .smsc = &smsc, .redis_url = url, .window = 200, .account_more = alerts_tps },
		false);
}

/* A round trip of 80 ms: slower than the rate, and never faster. */
static void redis_is_far(void)
{
	struct process delayer = { .pid = 0 };
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--throttle-tps", "230", NULL });
	books_add_load(0, FAR_ALERTS);
	start_far(&delayer, "far", "40", "tps: 200");
	books_await_settled(60);
	gateway_process_stop(&gateways[0]);
	process_kill(&delayer);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "throttled"), 0);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* One of 240 ms: no token can be used, and the operator is told so; without a rate all goes. */
static void redis_is_too_far(void)
{
	struct process delayer = { .pid = 0 };
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	books_add_load(0, 10);
	start_far(&delayer, "too_far", "120", "tps: 200");
	AWAIT(30, gateway_process_said(&gateways[0], "tokens_late"));
	EXPECT(gateway_process_metric(&gateways[0], "hongyan_tokens_late_total{account=\"fake\"}") > 0);
	EXPECT_COUNT(smsc_count(&smsc, "accepted"), 0);
	gateway_process_edit(&gateways[0], "tps: 200", "tps: 0");
	process_signal(&gateways[0].process, SIGHUP);
	books_await_settled(60);
	gateway_process_stop(&gateways[0]);
	process_kill(&delayer);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

#define BACKLOG 800 /* of one segment each; at 50 a second */

static json_t *status(const struct gateway_process *gateway)
{
	char *body;
	EXPECT_COUNT(gateway_process_get(gateway, "/v1/status", &body), 200);
	json_t *page = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
	EXPECT(page != NULL);
	free(body);
	return page;
}

/* “bulk”, or the account. Borrowed. */
static const json_t *part(const json_t *page, bool is_account)
{
	return is_account ? json_array_get(json_object_get(page, "accounts"), 0)
			  : json_object_get(json_object_get(page, "lanes"), "bulk");
}

static bool has_outlook(unsigned gateway, bool is_account, const char *want)
{
	json_t *page = status(&gateways[gateway]);
	bool has = books_is(part(page, is_account), "outlook", want);
	json_decref(page);
	return has;
}

/* Seconds that status gives; the instant is in the service's zone. */
static double eta_of(unsigned gateway, bool is_account)
{
	json_t *page = status(&gateways[gateway]);
	const char *at = json_string_value(json_object_get(part(page, is_account), "clear_at"));
	double eta_s = json_number_value(json_object_get(part(page, is_account), "eta_s"));
	EXPECT(at != NULL && strstr(at, "+08:00") != NULL);
	json_decref(page);
	return eta_s;
}

static void expect_close(const char *name, double eta_s, double took_s)
{
	if (eta_s > 2 * took_s || took_s > 2 * eta_s)
		FAIL("%s: status said %.1f s, and it took %.1f s", name, eta_s, took_s);
}

static void says_how_long_it_takes(void)
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	for (unsigned i = 0; i < BACKLOG; i++) {
		char alert[BOOKS_ALERT_OCTETS];
		books_add("bulk", books_alert(alert, i));
	}
	struct gateway_options options = { .smsc = &smsc,
					   .binds = 2,
					   .window = 800, /* so that all are in memory */
					   .account_more = "tps: 50" };
	gateway_process_start(&gateways[0], "one", &options, true);
	EXPECT(has_outlook(0, false, "unknown"));
	AWAIT(10, gateway_process_metric(&gateways[0], "hongyan_entries_read_total{lane=\"bulk\"}") == BACKLOG);
	/* One that has nothing to send sees the same lane. */
	gateway_process_start(&gateways[1], "two", &options, true);
	AWAIT(10, has_outlook(0, false, "clears") && has_outlook(0, true, "clears") && has_outlook(1, false, "clears"));
	double since = scenario_clock();
	double lane_s = eta_of(0, false), others_s = eta_of(1, false), account_s = eta_of(0, true);
	EXPECT(has_outlook(1, true, "empty"));
	EXPECT(gateway_process_metric(&gateways[0], "hongyan_queue_rate{lane=\"bulk\"}") > 0);
	EXPECT(gateway_process_metric(&gateways[0], "hongyan_queue_eta_seconds{lane=\"bulk\"}") > 0);
	EXPECT(gateway_process_metric(&gateways[0], "hongyan_account_eta_seconds{account=\"fake\"}") > 0);
	EXPECT(gateway_process_metric(&gateways[0], "hongyan_account_waiting{account=\"fake\"}") > 0);
	command_use(gateways[0].config);
	command_expect(0, " s, at ", COMMAND("status"));
	AWAIT(40, books_waiting() == 0);
	double took_s = scenario_clock() - since;
	expect_close("the lane", lane_s, took_s);
	expect_close("the lane, of a gateway that sends nothing", others_s, took_s);
	expect_close("the account", account_s, took_s);
	AWAIT(5, has_outlook(0, false, "empty") && has_outlook(0, true, "empty"));
	EXPECT(gateway_process_metric(&gateways[0], "hongyan_queue_eta_seconds{lane=\"bulk\"}") == 0);
	EXPECT(gateway_process_metric(&gateways[0], "hongyan_account_waiting{account=\"fake\"}") == 0);
	/* One that sends nothing knows what the other one has sent. */
	AWAIT(5, gateway_process_metric(&gateways[1], "hongyan_account_sent{account=\"fake\"}") == BACKLOG);
	for (unsigned i = 0; i < 2; i++)
		gateway_process_stop(&gateways[i]);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* -- binds -- */

#define BINDS 4

static double links_of(unsigned gateway)
{
	return gateway_process_metric(&gateways[gateway], "hongyan_links_up{account=\"fake\"}");
}

static bool have_all(unsigned first)
{
	double sum = 0;
	for (unsigned i = first; i < GATEWAYS; i++) {
		if (links_of(i) < 1)
			return false;
		sum += links_of(i);
	}
	return sum == BINDS;
}

/* Gateways come, one dies and comes back, one leaves: never more binds than the contract permits, and each gateway has some. */
static void binds_are_shared(void)
{
	static const char *const names[GATEWAYS] = { "one", "two", "three" };
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--binds-max", "4", NULL });
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_start(&gateways[i], names[i],
				      &(struct gateway_options){ .smsc = &smsc, .binds = BINDS }, true);
	AWAIT(30, have_all(0));
	books_add_load(0, ALERTS);
	AWAIT(20, smsc_count(&smsc, "accepted") > ALERTS / 3);
	gateway_process_kill(&gateways[0]);
	gateway_process_start(&gateways[0], names[0], NULL, true);
	AWAIT(30, have_all(0));
	gateway_process_stop(&gateways[0]);
	AWAIT(30, have_all(1));
	books_await_settled(60);
	for (unsigned i = 1; i < GATEWAYS; i++)
		gateway_process_stop(&gateways[i]);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "binds_refused"), 0);
	EXPECT_COUNT(smsc_total(&smsc, "binds_peak"), BINDS);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* Nobody tells the others that it is dead, but its connections are closed: they may have its binds soon. */
static void binds_of_the_killed(void)
{
	static const char *const names[] = { "one", "two" };
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--binds-max", "4", NULL });
	for (unsigned i = 0; i < 2; i++)
		gateway_process_start(&gateways[i], names[i],
				      &(struct gateway_options){ .smsc = &smsc, .binds = BINDS, .has_no_lock = true },
				      true);
	AWAIT(30, links_of(0) == BINDS / 2 && links_of(1) == BINDS / 2);
	gateway_process_kill(&gateways[0]);
	AWAIT(20, links_of(1) == BINDS);
	gateway_process_stop(&gateways[1]);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "binds_refused"), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* Redis is away at the start: no link is made, and log and status say why. */
static void binds_wait_for_redis(void)
{
	char path[WORLD_PATH_OCTETS], url[WORLD_PATH_OCTETS + 8];
	world_open();
	world_path(path, "nowhere.sock");
	snprintf(url, sizeof url, "unix://%s", path);
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateways[0], "one", &(struct gateway_options){ .smsc = &smsc, .redis_url = url }, false);
	AWAIT(20, gateway_process_said(&gateways[0], "binds_wait"));
	EXPECT(gateway_process_said(&gateways[0], "store_down"));
	EXPECT(gateway_process_status_has(&gateways[0], "waits for Redis, which shares its binds out"));
	EXPECT_COUNT(links_of(0), 0);
	gateway_process_stop(&gateways[0]);
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "one_rate_for_all", one_rate_for_all, 120, false },
		{ "redis_is_far", redis_is_far, 120, false },
		{ "redis_is_too_far", redis_is_too_far, 120, false },
		{ "says_how_long_it_takes", says_how_long_it_takes, 90, false },
		{ "binds_are_shared", binds_are_shared, 180, false },
		{ "binds_of_the_killed", binds_of_the_killed, 120, false },
		{ "binds_wait_for_redis", binds_wait_for_redis, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
