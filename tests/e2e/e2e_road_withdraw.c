/* SPDX-License-Identifier: Apache-2.0 */

/* What was withdrawn is not sent: cancelled by id, by subject, by batch; superseded by newer facts; paused by an operator. */

#include "books.h"
#include "command_process.h"
#include "e2e_road.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#ifdef E2E_SLOW
#define COUNT 4000u
#else
#define COUNT 50000u
#endif
#define RETRIED 300u
#define PAUSED  60u

/* What happens to alert i while it waits. A third of all is withdrawn, in four ways. */
enum fate { FATE_SENT, FATE_ID, FATE_SUBJECT, FATE_BATCH, FATE_SUPERSEDED };

static enum fate fate_of(unsigned i)
{
	static const enum fate fates[] = { FATE_ID, FATE_SUBJECT, FATE_BATCH, FATE_SUPERSEDED };
	return i % 3 == 0 ? fates[i / 3 % 4] : FATE_SENT;
}

static const char *lane_of(unsigned i)
{
	static const char *const lanes[] = { "urgent", "normal", "bulk" };
	return lanes[i / 3 % 3];
}

static void queue(const char *lane, const char *json)
{
	redis_server_queue("XADD {hongyan}:alerts:%s * alert %s", lane, json);
}

/* Alert i of generation 0 (as it was first) or 1 (what supersedes it), which differ in id and amount. */
static void queue_alert(unsigned i, unsigned generation)
{
	char json[400];
	snprintf(json, sizeof json,
		 "{\"id\":\"w-%u-%u\",\"to\":\"136%08u\",\"template\":\"note\",\"params\":{\"code\":\"%u\",\"amount\":%"
		 "u},"
		 "\"subject\":\"account:%u\",\"batch\":\"%s\"%s}",
		 i, generation, i, i, generation, i, fate_of(i) == FATE_BATCH ? "wrong-run" : "run",
		 generation > 0 ? ",\"supersede\":true" : "");
	queue(lane_of(i), json);
}

static void withdraw(unsigned i)
{
	char json[200];
	switch (fate_of(i)) {
	case FATE_SENT:
	case FATE_BATCH:
		return;
	case FATE_ID:
		snprintf(json, sizeof json, "{\"cancel\":\"w-%u-0\"}", i);
		break;
	case FATE_SUBJECT:
		snprintf(json, sizeof json, "{\"cancel_subject\":\"account:%u\",\"template\":\"note\"}", i);
		break;
	case FATE_SUPERSEDED:
		queue_alert(i, 1);
		return;
	}
	queue("urgent", json);
}

static void add_all(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		queue_alert(i, 0);
	redis_server_drain();
}

static void withdraw_a_third(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		withdraw(i);
	queue("urgent", "{\"cancel_batch\":\"wrong-run\"}");
	redis_server_drain();
}

/* After road_finish. */
static void must_be_fresh(unsigned count)
{
	json_t *events = books_events();
	unsigned by_fate[FATE_SUPERSEDED + 1] = { 0 };
	for (unsigned i = 0; i < count; i++) {
		char number[20];
		enum fate fate = fate_of(i);
		snprintf(number, sizeof number, "86136%08u", i);
		bool wants_message = fate == FATE_SENT || fate == FATE_SUPERSEDED;
		by_fate[fate]++;
		if (smsc_copies(&road_smsc, number) != wants_message)
			FAIL("alert %u: %zu messages went to its number", i, smsc_copies(&road_smsc, number));
		const char *amount = fate == FATE_SUPERSEDED ? "1.00" : "0.00";
		if (wants_message &&
		    strstr(json_string_value(json_object_get(smsc_message(&road_smsc, number), "text")), amount) ==
			    NULL)
			FAIL("alert %u: the stale text was sent", i);
	}
	books_tally(events);
	EXPECT_COUNT(books_total("accepted"), by_fate[FATE_SENT] + by_fate[FATE_SUPERSEDED]);
	EXPECT_COUNT(books_total("cancelled"), by_fate[FATE_ID] + by_fate[FATE_SUBJECT] + by_fate[FATE_BATCH]);
	EXPECT_COUNT(books_total("superseded"), by_fate[FATE_SUPERSEDED]);
	EXPECT_COUNT(books_total("control"), by_fate[FATE_ID] + by_fate[FATE_SUBJECT] + 1);
	json_decref(events);
}

/* All of it lies in the queue when the account starts. */
void road_withdrawn(void)
{
	world_open();
	redis_server_start();
	road_smsc.port = world_free_port();
	uint16_t port = road_smsc.port;
	gateway_process_start(&road_gateway, "gateway", &(struct gateway_options){ .smsc = &road_smsc }, false);
	add_all(COUNT);
	withdraw_a_third(COUNT);
	smsc_start(&road_smsc, "smsc", port, NULL);
	books_await_settled(60);
	road_finish();
	must_be_fresh(COUNT);
	road_close();
}

/* Entries that cancel: one for each id and subject, and one for the batch. */
static unsigned controls(unsigned count)
{
	unsigned sum = 1;
	for (unsigned i = 0; i < count; i++)
		sum += fate_of(i) == FATE_ID || fate_of(i) == FATE_SUBJECT;
	return sum;
}

/* All of it was read, begun, sent and refused, and waits for its next attempt. */
void road_withdrawn_between_attempts(void)
{
	road_open(NULL, (struct gateway_options){ .binds = 1,
						  .window = 500,
						  .account_more = "breaker: false",
						  .root_more = "retry: { base: 400ms, attempts_max: 100 }\n" });
	smsc_tell(&road_smsc, "fail 0x08");
	add_all(RETRIED);
	AWAIT(20, redis_server_int("ZCARD {hongyan}:later") > RETRIED / 2);
	/* What is out now is refused too, and what is begun is begun again behind the pause: nothing leaves that was begun before. */
	smsc_tell(&road_smsc, "throttle on");
	smsc_tell(&road_smsc, "fail off");
	withdraw_a_third(RETRIED);
	AWAIT(20, books_total("control") == controls(RETRIED));
	smsc_tell(&road_smsc, "throttle off");
	books_await_settled(60);
	road_finish();
	must_be_fresh(RETRIED);
	road_close();
}

static void add_to_pause(void)
{
	char at[ROAD_INSTANT_OCTETS];
	road_instant(at, road_wall_ms() + 1500);
	for (unsigned i = 0; i < PAUSED; i++) {
		char json[400];
		snprintf(json, sizeof json,
			 "{\"id\":\"p-%u\",\"to\":\"135%08u\",\"template\":\"note\",\"params\":{\"code\":\"1\","
			 "\"amount\":1},"
			 "\"batch\":\"%s\"%s%s%s}",
			 i, i, i % 2 ? "paused" : "other", i % 6 == 1 ? ",\"expires_at\":\"" : "", i % 6 == 1 ? at : "",
			 i % 6 == 1 ? "\"" : "");
		queue("normal", json);
	}
	redis_server_drain();
}

/* Half of the alerts are paused; of these a third expires meanwhile, the rest goes on. */
void road_paused(void)
{
	road_open(NULL, (struct gateway_options){ .binds = 1 });
	command_open(NULL);
	command_expect(0, "is paused", COMMAND("pause", "--batch", "paused", "--by", "the test"));
	AWAIT(2, gateway_process_said(&road_gateway, "what is paused has changed"));
	add_to_pause();
	AWAIT(10, books_total("accepted") == PAUSED / 2);
	AWAIT(10, books_total("expired") == PAUSED / 6);
	EXPECT_COUNT(redis_server_int("ZCARD {hongyan}:later"), PAUSED / 3);
	EXPECT_COUNT(books_waiting(), PAUSED / 3);
	command_expect(0, "", COMMAND("resume", "--batch", "paused"));
	books_await_settled(20);
	road_finish();
	EXPECT_COUNT(books_total("accepted"), PAUSED / 2 + PAUSED / 3);
	EXPECT_COUNT(json_array_size(road_smsc.record), PAUSED / 2 + PAUSED / 3);
	road_close();
}

/* Everything is paused: what is in the queue stays there. */
void road_paused_all(void)
{
	road_open(NULL, (struct gateway_options){ .binds = 1 });
	command_open(NULL);
	command_expect(0, "is paused", COMMAND("pause", "--all"));
	AWAIT(2, gateway_process_said(&road_gateway, "what is paused has changed"));
	AWAIT(2, gateway_process_status_has(&road_gateway, "\"paused\":[{\"field\":\"all\","));
	books_add_load(0, 300);
	HOLDS(1, books_waiting() == 300);
	command_expect(0, "", COMMAND("resume", "--all"));
	AWAIT(2, gateway_process_status_has(&road_gateway, "\"paused\":[],"));
	books_await_settled(20);
	road_finish();
	EXPECT_COUNT(books_check_load(300, &road_smsc), 0);
	road_close();
}
