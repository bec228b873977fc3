/* SPDX-License-Identifier: Apache-2.0 */

/* The program itself with two workers: its pages are asked for all the time while alerts pass, and while it drains. The
 * program is of the same build, so that a sanitizer in it has its say. */

#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define LOAD 5000

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

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "pages_under_load", pages_under_load, 60, false },
		{ "pages_while_draining", pages_while_draining, 60, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
