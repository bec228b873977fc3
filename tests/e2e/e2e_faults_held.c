/* SPDX-License-Identifier: Apache-2.0 */

/* Alerts that must not arrive twice: whatever happens, the carrier gets each once, until a human says otherwise. */

#include "books.h"
#include "e2e_faults.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

/* What is tested is what becomes of each sms, not that the account gets no more. */
#define HASTY_ACCOUNT "response_timeout: 300ms, breaker: false"

static void open_held(const char *const smsc_options[], const char *account_more)
{
	faults_open_with(smsc_options, account_more, NULL, false);
}

static long long held(void)
{
	return redis_server_int("ZCARD {hongyan}:held");
}

static void close_held(void)
{
	EXPECT_COUNT(redis_server_int("HLEN {hongyan}:held:bodies"), held());
	smsc_fini(&faults_smsc);
	redis_server_stop();
	world_close();
}

/* What “hongyan held resend” does with the one that is held for the longest time. */
static void send_one_on(void)
{
	redisReply *reply = redis_server_call(
		"EVAL %s 0", "local origin = redis.call('ZRANGE', '{hongyan}:held', 0, 0)[1]\n"
			     "local packed = redis.call('HGET', '{hongyan}:held:bodies', origin)\n"
			     "local attempt, state, body = string.match(packed, '^(%d+)\\n1\\n([^\\n]*)\\n(.*)$')\n"
			     "redis.call('ZREM', '{hongyan}:held', origin)\n"
			     "redis.call('HDEL', '{hongyan}:held:bodies', origin)\n"
			     "return redis.call('XADD', '{hongyan}:ready', '*', 'alert', body, 'origin', origin,\n"
			     "  'attempt', attempt, 'ambiguous', '1', 'state', state, 'resend', '1')");
	freeReplyObject(reply);
}

/* Taken, and never answered: it is held, through an orderly stop and a kill; a human sends one on, and only that one goes
 * once more. */
void faults_held(void)
{
	enum { COUNT = 20 };
	open_held(NULL, HASTY_ACCOUNT);
	smsc_tell(&faults_smsc, "swallow on");
	books_add_careful(0, COUNT);
	AWAIT(10, held() == COUNT);
	EXPECT_COUNT(books_waiting(), COUNT);
	EXPECT_COUNT(faults_metric("hongyan_held_total{account=\"fake\"}"), COUNT);
	gateway_process_stop(&faults_gateway);
	gateway_process_start(&faults_gateway, "gateway", NULL, true);
	AWAIT(10, faults_metric("hongyan_held_entries") == (double)COUNT);
	gateway_process_kill(&faults_gateway);
	gateway_process_start(&faults_gateway, "gateway", NULL, true);
	HOLDS(1, held() == COUNT && smsc_count(&faults_smsc, "swallowed") == COUNT);

	/* Unanswered again it is held again. */
	send_one_on();
	AWAIT(10, smsc_count(&faults_smsc, "swallowed") == COUNT + 1);
	AWAIT(10, held() == COUNT);
	smsc_tell(&faults_smsc, "swallow off");
	send_one_on();
	AWAIT(10, books_total("accepted") == 1);
	EXPECT_COUNT(held(), COUNT - 1);
	EXPECT_COUNT(faults_metric("hongyan_ambiguous_resends_total{account=\"fake\"}"), 2);
	gateway_process_stop(&faults_gateway);
	EXPECT_COUNT(books_waiting(), COUNT - 1);
	json_t *events = books_events();
	EXPECT_COUNT(books_tally(events).ambiguous, 1);
	EXPECT_COUNT(books_count(events, "event", "held"), COUNT + 1);
	json_decref(events);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(smsc_total(&faults_smsc, "violations_total"), 0);
	close_held();
}

/* The answer comes when it is held already: that settles it, and nobody needs to look. */
void faults_held_late(void)
{
	enum { COUNT = 40 };
	open_held((const char *const[]){ "--receipts", "on", "--receipt-delay-ms", "100", NULL }, HASTY_ACCOUNT);
	smsc_tell(&faults_smsc, "freeze");
	books_add_careful(0, COUNT);
	AWAIT(10, held() == COUNT);
	smsc_tell(&faults_smsc, "thaw");
	books_await_settled(15);
	EXPECT_COUNT(faults_metric("hongyan_late_answers_total{account=\"fake\"}"), COUNT);
	AWAIT(5, faults_metric("hongyan_late_settled_total") == (double)COUNT);
	AWAIT(10, smsc_count(&faults_smsc, "receipts_answered") == COUNT);
	gateway_process_stop(&faults_gateway);
	EXPECT_COUNT(held(), 0);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, COUNT);
	EXPECT_COUNT(tally.late, COUNT);
	EXPECT_COUNT(tally.ambiguous, 0);
	EXPECT_COUNT(tally.delivered, COUNT);
	EXPECT_COUNT(books_count(events, "event", "held"), COUNT);
	json_decref(events);
	smsc_finish(&faults_smsc);
	close_held();
}

/* No answer ever comes, but the receipt does, with the reference that went out with the submit: that settles it too. */
void faults_held_receipt(void)
{
	enum { COUNT = 40 };
	open_held((const char *const[]){ "--receipts", "on", "--receipt-delay-ms", "4000", NULL },
		  HASTY_ACCOUNT ", user_message_reference: true");
	smsc_tell(&faults_smsc, "swallow on");
	books_add_careful(0, COUNT);
	AWAIT(10, held() == COUNT);
	books_await_settled(20);
	AWAIT(10, smsc_count(&faults_smsc, "receipts_answered") == COUNT);
	EXPECT_COUNT(smsc_count(&faults_smsc, "swallowed"), COUNT);
	AWAIT(10, faults_metric("hongyan_late_settled_total") == (double)COUNT); /* published a moment later */
	gateway_process_stop(&faults_gateway);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, COUNT);
	EXPECT_COUNT(tally.late, COUNT);
	EXPECT_COUNT(tally.ambiguous, 0);
	EXPECT_COUNT(tally.delivered, COUNT);
	json_decref(events);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(smsc_total(&faults_smsc, "violations_total"), 0);
	close_held();
}

/* Killed again and again: what had been begun is held, and nothing goes out twice. */
void faults_held_kill(void)
{
	enum { COUNT = 1000, KILLS = 4 };
	open_held((const char *const[]){ "--latency", FAULTS_LATENCY, NULL }, NULL);
	books_add_careful(0, COUNT);
	for (unsigned i = 1; i <= KILLS; i++) {
		AWAIT(30, smsc_count(&faults_smsc, "accepted") >= COUNT * i / (KILLS + 2));
		gateway_process_kill(&faults_gateway);
		gateway_process_start(&faults_gateway, "gateway", NULL, true);
	}
	AWAIT(30, books_waiting() == held());
	gateway_process_stop(&faults_gateway);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted + held(), COUNT);
	EXPECT_COUNT(tally.ambiguous, 0);
	EXPECT_COUNT(books_count(events, "event", "held"), held());
	EXPECT(held() > 0);
	smsc_finish(&faults_smsc);
	for (unsigned i = 0; i < COUNT; i++) {
		char number[32];
		snprintf(number, sizeof number, "86137%08u", i);
		if (smsc_copies(&faults_smsc, number) > 1)
			FAIL("alert %u went out twice", i);
	}
	json_decref(events);
	close_held();
}

/* The first account's sender is refused; the second one's is not. */
void faults_elsewhere(void)
{
	enum { COUNT = 200 };
	static struct smsc second;
	char accounts[1024];
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, NULL);
	smsc_start(&second, "second", 0, NULL);
	smsc_tell(&faults_smsc, "fail 0x0A");
	snprintf(accounts, sizeof accounts,
		 "  - { name: first, address: \"127.0.0.1:%u\", system_id: e2e, password: secret, source: \"10690001\" "
		 "}\n"
		 "  - { name: second, address: \"127.0.0.1:%u\", system_id: e2e, password: secret, source: "
		 "\"10690001\" }",
		 faults_smsc.port, second.port);
	gateway_process_start(
		&faults_gateway, "gateway",
		&(struct gateway_options){ .accounts = accounts, .routes = "  - { accounts: [first, second] }" }, true);
	AWAIT(10, smsc_count(&second, "bound") == 1);
	books_add_load(0, COUNT);
	books_await_settled(20);
	EXPECT_COUNT(faults_metric("hongyan_elsewhere_total{account=\"first\"}"), COUNT);
	EXPECT_COUNT(smsc_count(&faults_smsc, "failed"), COUNT);
	gateway_process_stop(&faults_gateway);
	smsc_finish(&second);
	EXPECT_COUNT(books_check_load(COUNT, &second), 0);
	smsc_finish(&faults_smsc);
	smsc_fini(&second);
	close_held();
}
