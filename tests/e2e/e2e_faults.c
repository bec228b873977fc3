/* SPDX-License-Identifier: Apache-2.0 */
#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

static struct smsc smsc;
static struct gateway_process gateway;

static void load(void)
{
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gw", &(struct gateway_options){ .smsc = &smsc }, true);
	books_add_load(0, 3000);
	books_await_settled(20);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	EXPECT_COUNT(books_check_load(3000, &smsc), 0);
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "load", load, 30, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
