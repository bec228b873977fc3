/* SPDX-License-Identifier: Apache-2.0 */

/* The program itself with two workers: its pages are asked for all the time while alerts pass, while its configuration is read
 * again and again and operators change accounts and the log level, and while it drains. The program is of the same build, so that a
 * sanitizer in it has its say. */

#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define LOAD    5000
#define RELOADS 12
#define LEVELS  20
#define TOKEN   "a-token-of-this-test"

#define ACCEPTED "hongyan_closings_total{event=\"accepted\"}"

static struct smsc smsc;
static struct gateway_process gateway;

static void open_all(void)
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){ .smsc = &smsc, .root_more = "workers: 2" }, true);
	gateway_process_edit(&gateway, "admin: { ", "admin: { token: " TOKEN ", ");
	EXPECT_COUNT(gateway_process_metric(&gateway, "hongyan_workers"), 2);
}

static void close_all(void)
{
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

/* One look at each page. accepted: what the last look saw. False where it does not answer any more. */
static bool look(double *accepted)
{
	char *body;
	int status = gateway_process_get(&gateway, "/v1/status", &body);
	if (status != 0 && (status != 200 || strstr(body, "\"totals\"") == NULL))
		FAIL("/v1/status: %d %s", status, body);
	free(body);
	status = gateway_process_get(&gateway, "/metrics", &body);
	if (status != 0 && status != 200)
		FAIL("/metrics: %d %s", status, body);
	const char *line = body ? strstr(body, "\n" ACCEPTED " ") : NULL;
	if (line != NULL) {
		double now = strtod(line + strlen("\n" ACCEPTED " "), NULL);
		if (now < *accepted)
			FAIL("accepted goes back from %.0f to %.0f", *accepted, now);
		*accepted = now;
	} else if (status == 200) {
		FAIL("/metrics has no " ACCEPTED);
	}
	free(body);
	return status != 0;
}

static void pages_under_load(void)
{
	double accepted = 0;
	open_all();
	books_add_load(0, LOAD);
	AWAIT(30, (EXPECT(look(&accepted)), books_waiting() == 0));
	EXPECT(look(&accepted));
	EXPECT_COUNT(accepted, LOAD);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(LOAD, &smsc), 0);
	close_all();
}

/* SIGTERM amidst the load, the pages asked for until the end; a second run sends the rest, and nothing twice. */
static void pages_while_draining(void)
{
	double accepted = 0;
	open_all();
	books_add_load(0, LOAD);
	AWAIT(30, (EXPECT(look(&accepted)), accepted > 0));
	process_signal(&gateway.process, SIGTERM);
	AWAIT(30, (look(&accepted), !process_lives(&gateway.process)));
	EXPECT_COUNT(process_wait(&gateway.process, 1), 0);
	gateway_process_start(&gateway, "gateway", NULL, true);
	AWAIT(30, books_waiting() == 0);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(LOAD, &smsc), 0);
	close_all();
}

/* The window changes, and with it all links; then the rate, with which none does; and operators say something in between. */
static void change_something(unsigned turn)
{
	static const char *const windows[] = { "window: 50", "window: 40" };
	static const char *const rates[] = { "binds: 2,", "binds: 2, tps: 100000," };
	static const char *const orders[] = { "/v1/accounts/fake/pause", "/v1/accounts/fake/resume" };
	unsigned step = turn / 2 % 2;
	const char *const *texts = turn % 2 ? rates : windows;
	gateway_process_edit(&gateway, texts[step], texts[1 - step]);
	if (turn % 3 == 0) {
		process_signal(&gateway.process, SIGHUP);
	} else {
		EXPECT_COUNT(gateway_process_call(&gateway, "POST", "/v1/config/reload", TOKEN, "", NULL), 200);
		EXPECT_COUNT(gateway_process_call(&gateway, "POST", orders[0], TOKEN, "", NULL), 200);
		EXPECT_COUNT(gateway_process_call(&gateway, "POST", orders[1], TOKEN, "", NULL), 200);
	}
}

static void await_reloaded(unsigned count)
{
	AWAIT(20, gateway_process_count_said(&gateway, "reloaded") >= count);
}

/* The level changes while workers write lines; what looks in between sees one or the other. */
static void levels_under_load(void)
{
	static const char *const bodies[] = { "{\"level\":\"debug\",\"for_s\":1}", "{\"level\":\"error\"}",
					      "{\"level\":\"info\"}" };
	double accepted = 0;
	open_all();
	process_signal(&gateway.process, SIGHUP);
	await_reloaded(1);
	for (unsigned i = 0; i < LEVELS; i++) {
		books_add_load(i * (LOAD / LEVELS), LOAD / LEVELS);
		EXPECT_COUNT(gateway_process_call(&gateway, "POST", "/v1/log", TOKEN, bodies[i % 3], NULL), 200);
		EXPECT(look(&accepted));
	}
	AWAIT(30, (EXPECT(look(&accepted)), books_waiting() == 0));
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(LOAD / LEVELS * LEVELS, &smsc), 0);
	close_all();
}

static void reloads_under_load(void)
{
	double accepted = 0;
	open_all();
	process_signal(&gateway.process, SIGHUP);
	await_reloaded(1);
	for (unsigned i = 0; i < RELOADS; i++) {
		books_add_load(i * (LOAD / RELOADS), LOAD / RELOADS);
		change_something(i);
		await_reloaded(i + 2);
		EXPECT(look(&accepted));
	}
	unsigned added = LOAD / RELOADS * RELOADS;
	AWAIT(60, (EXPECT(look(&accepted)), books_waiting() == 0));
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(added, &smsc), 0);
	close_all();
}

/* A reload and the end, both orders, nothing between them: it ends well, and a second run sends the rest, and nothing twice. */
static void ends_within_a_reload(void)
{
	static const int rows[][3] = { { SIGHUP, SIGTERM, 0 }, { SIGTERM, SIGHUP, 0 }, { SIGHUP, SIGHUP, SIGTERM } };
	open_all();
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double accepted = 0;
		books_add_load(i * 1000, 1000);
		AWAIT(30, (EXPECT(look(&accepted)), accepted > 0));
		gateway_process_edit(&gateway, i % 2 ? "window: 40" : "window: 50",
				     i % 2 ? "window: 50" : "window: 40");
		for (unsigned k = 0; k < 3 && rows[i][k] != 0; k++)
			process_signal(&gateway.process, rows[i][k]);
		EXPECT_COUNT(process_wait(&gateway.process, 40), 0);
		gateway_process_start(&gateway, "gateway", NULL, true);
	}
	AWAIT(30, books_waiting() == 0);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(3000, &smsc), 0);
	close_all();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "pages_under_load", pages_under_load, 60, false },
		{ "pages_while_draining", pages_while_draining, 60, false },
		{ "levels_under_load", levels_under_load, 60, false },
		{ "reloads_under_load", reloads_under_load, 100, false },
		{ "ends_within_a_reload", ends_within_a_reload, 100, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
