/* SPDX-License-Identifier: Apache-2.0 */

/* An upgrade under load: of three gateways one after the other is ended in good order and started again, while alerts come and answers
 * are out. Each alert arrives once; nothing is in doubt, and the audit is clean. */

#include "auditor.h"
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"
#include "smsc.h"

#include <stdlib.h>

#define GATEWAYS 3
#define CHUNK    1500

static struct smsc smsc;
static struct gateway_process gateways[GATEWAYS];
static unsigned added;

/* More alerts, of which some are with the carrier when it returns. */
static void add_more(void)
{
	long long before = smsc_count(&smsc, "accepted");
	books_add_load(added, CHUNK);
	added += CHUNK;
	AWAIT(20, smsc_count(&smsc, "accepted") >= before + CHUNK / 10);
}

static void rolling_restart(void)
{
	static const char *const names[GATEWAYS] = { "one", "two", "three" };
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--latency", "fixed:40", "--receipts", "on", NULL });
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_start(&gateways[i], names[i],
				      &(struct gateway_options){ .smsc = &smsc, .binds = GATEWAYS, .window = 20 },
				      true);
	for (unsigned i = 0; i < GATEWAYS; i++) {
		add_more();
		gateway_process_stop(&gateways[i]);
		add_more();
		gateway_process_start(&gateways[i], names[i], NULL, true);
	}
	add_more();
	books_await_settled(60);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, added);
	EXPECT_COUNT(tally.ambiguous, 0);
	json_decref(events);
	for (unsigned i = 0; i < GATEWAYS; i++)
		gateway_process_stop(&gateways[i]);
	smsc_finish(&smsc);
	EXPECT_COUNT(smsc_total(&smsc, "violations_total"), 0);
	auditor_check_load(&smsc, added, 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = { { "rolling_restart", rolling_restart, 120, false } };
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
