/* SPDX-License-Identifier: Apache-2.0 */

/* Several gateways on one account keep to its rate together, also while one dies. */

#include "auditor.h"
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <stdio.h>

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
		gateway_process_start(&gateways[i], names[i],
				      &(struct gateway_options){
					      .smsc = &smsc, .binds = 1, .window = 100, .account_more = "tps: 400" },
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

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "one_rate_for_all", one_rate_for_all, 120, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
