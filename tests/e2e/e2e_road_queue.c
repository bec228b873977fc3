/* SPDX-License-Identifier: Apache-2.0 */

/* What goes on in Redis beside the alerts' own way: events are trimmed. */

#include "books.h"
#include "command_process.h"
#include "e2e_road.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>

#define HOUR_MS (3600 * 1000LL)

/* Events of long ago, one an hour; the youngest is so many hours old. */
static void add_old_events(unsigned count, unsigned age_hours)
{
	long long at = road_wall_ms() - (long long)(age_hours + count) * HOUR_MS;
	for (unsigned i = 1; i <= count; i++)
		redis_server_queue("XADD {hongyan}:events %lld-0 events {\"old\":%u}", at + i * HOUR_MS, i);
	redis_server_drain();
}

/* Events are kept for three days, and longer for who has not read them; those of now go on. */
void road_retention(void)
{
	char url[64];
	world_open();
	redis_server_start();
	smsc_start(&road_smsc, "smsc", 0, NULL);
	add_old_events(1000, 70);
	redis_server_do("XGROUP CREATE {hongyan}:events billing 0");
	redis_server_do("XREADGROUP GROUP billing one COUNT 500 NOACK STREAMS {hongyan}:events >");
	gateway_process_start(&road_gateway, "gateway", &(struct gateway_options){ .smsc = &road_smsc }, true);
	AWAIT(10, redis_server_int("XLEN {hongyan}:events") == 500);
	AWAIT(10, gateway_process_said(&road_gateway, "\"event\":\"events_held\""));
	command_open(NULL);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", road_gateway.admin_port);
	AWAIT(10, gateway_process_metric(&road_gateway, "hongyan_events_held") > 0);
	command_expect(1, "the group of readers “billing” has not acknowledged events for",
		       COMMAND("status", "--url", url));
	gateway_process_stop(&road_gateway);
	redis_server_do("XGROUP DESTROY {hongyan}:events billing");
	gateway_process_start(&road_gateway, "gateway", NULL, true);
	/* Those of 70 and 71 hours ago. */
	AWAIT(10, redis_server_int("XLEN {hongyan}:events") == 2);
	books_add(
		"normal",
		"{\"id\":\"a\",\"to\":\"13800000000\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":1}}");
	books_await_settled(10);
	AWAIT(10, redis_server_int("XLEN {hongyan}:events") == 3);
	command_expect(0, "All is well", COMMAND("status", "--url", url));
	road_finish();
	road_close();
}
