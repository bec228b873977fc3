/* SPDX-License-Identifier: Apache-2.0 */

/* What goes on in Redis beside the alerts' own way: events are trimmed, and what comes on a list is moved to the
 * streams. */

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

/* -- a list instead of streams -- */

static void push(const char *json)
{
	redis_server_do("LPUSH {hongyan}:alerts:list %s", json);
}

/* All that producers of old push: alerts, cancels, and what is neither. */
void road_legacy(void)
{
	char at[ROAD_INSTANT_OCTETS];
	char json[256];
	road_open(NULL, (struct gateway_options){ .binds = 2 });
	books_push_load(0, ROAD_LOAD / 10);
	AWAIT(20, redis_server_int("EXISTS {hongyan}:alerts:list") == 0);
	books_await_settled(20);
	road_instant(at, road_wall_ms() + 1500);
	snprintf(json, sizeof json,
		 "{\"id\":\"paid\",\"to\":\"13700000001\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":"
		 "1},"
		 "\"not_before\":\"%s\"}",
		 at);
	push(json);
	AWAIT(10, redis_server_int("ZCARD {hongyan}:later") == 1);
	push(" {\"cancel\":\"paid\"}");
	push("no JSON");
	push("");
	AWAIT(20, books_total("cancelled") == 1 && books_total("dead") == 2);
	EXPECT_COUNT(books_total("control"), 1);
	redis_server_do("SET {hongyan}:alerts:list x");
	AWAIT(10, gateway_process_said(&road_gateway, "\"event\":\"legacy_error\""));
	redis_server_do("DEL {hongyan}:alerts:list");
	EXPECT_COUNT(gateway_process_metric(&road_gateway, "hongyan_legacy_moved_total"), ROAD_LOAD / 10 + 4);
	EXPECT_COUNT(redis_server_int("XLEN {hongyan}:dead"), 2);
	road_finish();
	EXPECT_COUNT(smsc_copies(&road_smsc, "8613700000001"), 0);
	EXPECT_COUNT(books_check_load(ROAD_LOAD / 10, &road_smsc), 0);
	road_close();
}

/* Whoever moves them dies: each is on the list or on the queue, and on one of them once. */
void road_legacy_kill(void)
{
	enum { ROUNDS = 8, PART = ROAD_LOAD / ROUNDS };
	road_open(NULL, (struct gateway_options){ .binds = 2 });
	for (unsigned i = 0; i < ROUNDS; i++) {
		gateway_process_kill(&road_gateway);
		books_push_load(i * PART, PART);
		long long pushed = redis_server_int("LLEN {hongyan}:alerts:list");
		gateway_process_start(&road_gateway, "gateway", NULL, false);
		/* It dies as soon as the first ones have gone. */
		double until = scenario_clock() + 30;
		while (redis_server_int("LLEN {hongyan}:alerts:list") == pushed)
			EXPECT(scenario_clock() < until);
	}
	AWAIT(30, redis_server_int("LLEN {hongyan}:alerts:list") == 0);
	books_await_settled(60);
	road_finish();
	EXPECT_COUNT(books_total("duplicate"), 0);
	books_check_load(ROUNDS * PART, &road_smsc);
	road_close();
}
