/* SPDX-License-Identifier: Apache-2.0 */

/* A tenant's segments of a day, with the gateway as a program. Days are ended by another time zone: nobody waits for midnight. */

#include "books.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <time.h>

static struct smsc smsc;
static struct gateway_process gateway;
static unsigned added;

/* Each goes to a number of its own. */
static void add(const char *lane, const char *tenant)
{
	char json[256];
	snprintf(json, sizeof json,
		 "{\"id\":\"b%u\",\"to\":\"1390000%04u\",\"template\":\"note\",\"params\":{\"code\":\"%u\",\"amount\":"
		 "\"1.00\"},\"tenant\":\"%s\"}",
		 added, added, added, tenant);
	added++;
	books_add(lane, json);
}

/* What waits is due. */
static void hurry(void)
{
	static const char script[] = "for _, origin in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do\n"
				     "  redis.call('ZADD', KEYS[1], 1, origin)\nend\nreturn 1";
	redis_server_do("EVAL %s 1 {hongyan}:later", script);
}

static double used(void)
{
	return gateway_process_metric(&gateway, "hongyan_tenant_budget_used{tenant=\"north\"}");
}

static double put_off(void)
{
	return gateway_process_metric(&gateway, "hongyan_tenant_deferred_total{tenant=\"north\"}");
}

static bool is_about(double value, double want)
{
	return value > want - 0.001 && value < want + 0.001;
}

/* Hours east of UTC of a zone in which the day does not end, nor has begun, within half an hour. */
static int away_from_midnight(time_t now, int first, int other)
{
	long half_hour = (now + first * 3600L) / 1800 % 48;
	return half_hour == 0 || half_hour == 47 ? other : first;
}

/* The day of that zone, as the key has it, and when the next one begins, in ms. */
static long long day_of(time_t now, int east, char out[static 16])
{
	time_t there = now + east * 3600L;
	struct tm day;
	gmtime_r(&there, &day);
	strftime(out, 16, "%Y%m%d", &day);
	return ((long long)there / 86400 + 1) * 86400000LL - east * 3600000LL;
}

static long long used_on(const char *day)
{
	return redis_server_int("HINCRBY {hongyan}:budget:%s north 0", day);
}

/* Five a day: at four an alarm, at five another one; then bulk waits, all else goes, and what comes back too early waits anew. */
static void use_up(long long next_day, const char *day)
{
	for (unsigned i = 0; i < 4; i++)
		add(i < 3 ? "normal" : "bulk", "north");
	AWAIT(10, gateway_process_said(&gateway, "four fifths of a tenant's segments of today are used"));
	AWAIT(10, is_about(used(), 0.8));
	EXPECT_COUNT(gateway_process_count_said(&gateway, "tenant_budget"), 1);
	add("urgent", "north");
	AWAIT(10, gateway_process_said(&gateway, "a tenant's segments of today are used up"));
	AWAIT(10, is_about(used(), 1));
	for (unsigned i = 0; i < 3; i++)
		add("bulk", "north");
	add("urgent", "north");
	add("normal", "north");
	add("bulk", "south");
	AWAIT(10, books_total("accepted") == 8 && redis_server_int("ZCARD {hongyan}:later") == 3);
	EXPECT_COUNT(redis_server_int("ZCOUNT {hongyan}:later %lld %lld", next_day, next_day + 600000), 3);
	AWAIT(10, put_off() >= 3);
	hurry();
	AWAIT(10, put_off() >= 6 && redis_server_int("ZCARD {hongyan}:later") == 3);
	EXPECT_COUNT(put_off(), 6);
	EXPECT_COUNT(books_total("accepted"), 8);
	EXPECT(is_about(used(), 1.4));
	EXPECT_COUNT(gateway_process_count_said(&gateway, "tenant_budget"), 2);
	EXPECT_COUNT(used_on(day), 7);
	EXPECT_COUNT(redis_server_int("HLEN {hongyan}:budget:%s", day), 1);
}

static void a_day(void)
{
	char more[128], zone[32], other_zone[32], day[16], other_day[16];
	time_t now = time(NULL);
	/* What is today there is yesterday here, at any hour. */
	int there = away_from_midnight(now, -12, -11), here = away_from_midnight(now, 14, 13);
	long long next_day = day_of(now, there, day);
	(void)day_of(now, here, other_day);
	snprintf(zone, sizeof zone, "Etc/GMT+%d", -there);
	snprintf(other_zone, sizeof other_zone, "Etc/GMT-%d", here);
	snprintf(more, sizeof more, "workers: 1\ntimezone: %s\ntenants: { segments_per_day: { north: 5 } }", zone);
	world_open();
	redis_server_start();
	smsc_start(&smsc, "smsc", 0, NULL);
	gateway_process_start(&gateway, "gateway", &(struct gateway_options){ .smsc = &smsc, .root_more = more }, true);
	use_up(next_day, day);
	gateway_process_stop(&gateway);
	gateway_process_edit(&gateway, zone, other_zone);
	gateway_process_start(&gateway, "gateway", NULL, true);
	hurry();
	books_await_settled(20);
	EXPECT_COUNT(books_total("accepted"), added);
	EXPECT_COUNT(used_on(day), 7);
	EXPECT_COUNT(used_on(other_day), 3);
	json_t *events = books_events();
	EXPECT_COUNT(books_tally(events).accepted, added);
	json_decref(events);
	gateway_process_stop(&gateway);
	smsc_finish(&smsc);
	for (unsigned i = 0; i < added; i++) {
		char number[20];
		snprintf(number, sizeof number, "861390000%04u", i);
		EXPECT_COUNT(smsc_copies(&smsc, number), 1);
	}
	smsc_fini(&smsc);
	redis_server_stop();
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = { { "a_day", a_day, 60, false } };
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
