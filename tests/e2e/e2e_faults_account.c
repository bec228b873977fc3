/* SPDX-License-Identifier: Apache-2.0 */

/* The account of the queue is asked for all the time, while the gateway works and dies. */

#include "books.h"
#include "command_process.h"
#include "e2e_faults.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>

#define ASKS_MIN 300

/* What the gateway's own script says is left over. */
static long long drift(const char *script)
{
	redisReply *reply = redis_server_call("EVAL %s 7 {hongyan}:alerts:urgent {hongyan}:alerts:normal "
					      "{hongyan}:alerts:bulk {hongyan}:ready {hongyan}:later "
					      "{hongyan}:held {hongyan}:totals accepted expired cancelled superseded "
					      "suppressed duplicate dead control",
					      script);
	EXPECT(reply->type == REDIS_REPLY_ARRAY && reply->elements == 5);
	long long left = reply->element[0]->integer;
	freeReplyObject(reply);
	return left;
}

/* Asks without a pause until the carrier has counted so many. */
static unsigned ask_until(const char *script, const char *counter, long long count)
{
	unsigned asks = 0;
	double until = scenario_clock() + 30;
	do {
		for (unsigned i = 0; i < 20; i++, asks++)
			EXPECT_COUNT(drift(script), 0);
		EXPECT(scenario_clock() < until);
	} while (smsc_count(&faults_smsc, counter) < count);
	return asks;
}

void faults_account(void)
{
	char *script = world_read(SOURCE_DIR "/gateway/store/lua/balance.lua");
	unsigned asks = 0;
	EXPECT(script != NULL);
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= 5; i++) {
		asks += ask_until(script, "accepted", FAULTS_LOAD * i / 6);
		/* Some are refused for now, so that they wait elsewhere and come back. */
		smsc_tell(&faults_smsc, "fail 0x08");
		asks += ask_until(script, "failed", smsc_count(&faults_smsc, "failed") + 50);
		smsc_tell(&faults_smsc, "fail off");
		gateway_process_kill(&faults_gateway);
		EXPECT_COUNT(drift(script), 0);
		gateway_process_start(&faults_gateway, "gateway", NULL, false);
	}
	for (double until = scenario_clock() + 60; books_waiting() > 0; asks++) {
		EXPECT_COUNT(drift(script), 0);
		EXPECT(scenario_clock() < until);
	}
	if (asks < ASKS_MIN)
		FAIL("the account was looked at %u times only", asks);
	free(script);
	AWAIT(10, gateway_process_is_ready(&faults_gateway));
	HOLDS(2, gateway_process_metric(&faults_gateway, "hongyan_accounting_drift") == 0);
	EXPECT(!gateway_process_said(&faults_gateway, "account_drift"));
	faults_close();
}

/* Somebody deletes what waits: the log, the metric and “hongyan status” say so, until people write it off. */
void faults_account_drifts(void)
{
	faults_open(NULL, NULL, true);
	books_await_settled(30);
	command_open(NULL);
	AWAIT(10, gateway_process_is_ready(&faults_gateway));
	redis_server_do("ZADD {hongyan}:later 9000000000000 1-1@normal");
	AWAIT(10, gateway_process_metric(&faults_gateway, "hongyan_accounting_drift") < 0);
	EXPECT(gateway_process_said(&faults_gateway, "\"event\":\"account_drift\""));
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u", faults_gateway.admin_port);
	AWAIT(10, gateway_process_status_has(&faults_gateway, "\"drift\":-1"));
	command_expect(1, "1 entries too many", COMMAND("status", "--url", url));
	redis_server_do("ZREM {hongyan}:later 1-1@normal");
	AWAIT(10, gateway_process_said(&faults_gateway, "\"event\":\"account_balances\""));
	AWAIT(10, gateway_process_status_has(&faults_gateway, "\"drift\":0"));
	command_expect(0, "drift 0", COMMAND("status", "--url", url));
	faults_close();
}
