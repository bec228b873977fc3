/* SPDX-License-Identifier: Apache-2.0 */

/* Nothing goes out before its time, and nothing after it. */

#include "books.h"
#include "e2e_road.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

static void add(const char *id, unsigned number, const char *member, long long at_ms, const char *member2,
		long long at2_ms)
{
	char at[ROAD_INSTANT_OCTETS];
	char at2[ROAD_INSTANT_OCTETS];
	char more[160] = "";
	char json[512];
	road_instant(at, at_ms);
	road_instant(at2, at2_ms);
	if (member2 != NULL)
		snprintf(more, sizeof more, ",\"%s\":\"%s\"", member2, at2);
	snprintf(json, sizeof json,
		 "{\"id\":\"%s\",\"to\":\"135%08u\",\"template\":\"note\",\"params\":{\"code\":\"1\",\"amount\":1},\"%"
		 "s\":\"%s\"%s}",
		 id, number, member, at, more);
	books_add("normal", json);
}

static void must_close(const json_t *events, const char *id, const char *event, const char *reason)
{
	const json_t *closing = books_closing(events, id);
	if (!books_is(closing, "event", event) || (reason != NULL && !books_is(closing, "reason", reason)))
		FAIL("“%s” was closed as %s (%s), wants %s (%s)", id,
		     json_string_value(json_object_get(closing, "event")),
		     json_string_value(json_object_get(closing, "reason")), event, reason ? reason : "no reason");
}

void road_freshness(void)
{
	const long long hour = 3600 * 1000;
	road_open(NULL, (struct gateway_options){ .binds = 1 });
	long long now = road_wall_ms();
	add("gone", 0, "expires_at", now - 1000, NULL, 0);
	add("in-time", 1, "expires_at", now + hour, NULL, 0);
	add("old", 2, "as_of", now - hour - 1000, NULL, 0); /* the template's max_age is an hour */
	add("new", 3, "as_of", now - hour / 2, NULL, 0);
	add("waits", 4, "not_before", now + 1200, NULL, 0);
	add("waits-not", 5, "not_before", now - 1000, NULL, 0);
	add("never", 6, "not_before", now + hour, "expires_at", now + hour / 2);
	/* It waits where everyone can see it, and comes back by itself. */
	AWAIT(10, redis_server_int("ZCARD {hongyan}:later") == 1);
	books_await_settled(20);
	road_finish();
	json_t *events = books_events();
	must_close(events, "gone", "expired", "expired");
	must_close(events, "in-time", "accepted", NULL);
	must_close(events, "old", "expired", "too_old");
	must_close(events, "new", "accepted", NULL);
	must_close(events, "waits", "accepted", NULL);
	must_close(events, "waits-not", "accepted", NULL);
	must_close(events, "never", "expired", "never_in_time");
	EXPECT_COUNT(json_array_size(road_smsc.record), 4);
	double went = json_number_value(json_object_get(smsc_message(&road_smsc, "8613500000004"), "at"));
	if (went < (double)(now + 1200))
		FAIL("“waits” went out %.3f ms too early", (double)(now + 1200) - went);
	json_decref(events);
	road_close();
}

/* A backlog that grew old while no carrier was there is not sent; what is still of use is. */
void road_stale_backlog(void)
{
	world_open();
	redis_server_start();
	road_smsc.port = world_free_port();
	uint16_t port = road_smsc.port;
	gateway_process_start(&road_gateway, "gateway", &(struct gateway_options){ .smsc = &road_smsc }, false);
	long long now = road_wall_ms();
	for (unsigned i = 0; i < 400; i++) {
		char id[16];
		snprintf(id, sizeof id, "s-%u", i);
		add(id, i, "expires_at", i % 4 == 0 ? now + 3600000 : now + 700, NULL, 0);
	}
	AWAIT(10, road_wall_ms() > now + 700);
	EXPECT_COUNT(books_waiting(), 400);
	smsc_start(&road_smsc, "smsc", port, NULL);
	books_await_settled(20);
	road_finish();
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.expired, 300);
	EXPECT_COUNT(tally.accepted, 100);
	EXPECT_COUNT(json_array_size(road_smsc.record), 100);
	json_decref(events);
	road_close();
}

/* What grew old while it waited for a place in the window is not sent either. */
void road_stale_in_memory(void)
{
	enum { COUNT = 40, WINDOW = 5 };
	road_open(NULL, (struct gateway_options){ .binds = 1, .window = WINDOW });
	smsc_tell(&road_smsc, "freeze");
	long long now = road_wall_ms();
	for (unsigned i = 0; i < COUNT; i++) {
		char id[16];
		snprintf(id, sizeof id, "m-%u", i);
		add(id, i, "expires_at", now + 800, NULL, 0);
	}
	/* All are read, and most wait. */
	AWAIT(10,
	      gateway_process_metric(&road_gateway, "hongyan_entries_read_total{lane=\"normal\"}") >= (double)COUNT);
	AWAIT(10, road_wall_ms() > now + 800);
	smsc_tell(&road_smsc, "thaw");
	books_await_settled(20);
	road_finish();
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT(tally.accepted <= WINDOW);
	EXPECT_COUNT(tally.accepted + tally.expired, COUNT);
	EXPECT_COUNT(json_array_size(road_smsc.record), tally.accepted);
	json_decref(events);
	road_close();
}
