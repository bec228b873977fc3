/* SPDX-License-Identifier: Apache-2.0 */

/* Carriers that are asked what became of submits whose answers were lost: what they have is settled, what they have not goes
 * the way of all that is unanswered. */

#include "auditor.h"
#include "books.h"
#include "e2e_faults.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

#define SEED   "7" /* of those that are lost none is lost again */
#define ASKING "response_timeout: 300ms, breaker: false, query_sm: reference, query_sm_wait: 200ms, query_sm_rate: 1000"

static void open_asking(const char *const smsc_options[], const char *root_more)
{
	faults_open_with(smsc_options, ASKING, root_more, false);
}

static void close_asking(void)
{
	smsc_fini(&faults_smsc);
	redis_server_stop();
	world_close();
}

/* All were accepted late, by a question, and delivered; none went out twice. */
static void check_settled(unsigned count)
{
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.accepted, count);
	EXPECT_COUNT(tally.late, count);
	EXPECT_COUNT(tally.ambiguous, 0);
	EXPECT_COUNT(tally.delivered, count);
	EXPECT_COUNT(books_count(events, "settled_by", "query"), count);
	json_decref(events);
	for (unsigned k = 0; k < count; k++) {
		char number[32];
		snprintf(number, sizeof number, "86137%08u", k);
		EXPECT_COUNT(smsc_copies(&faults_smsc, number), 1);
	}
}

/* Taken, and the answers are lost; or they are lost with their link. What must not arrive twice is held, and a question
 * settles it. */
void faults_query(void)
{
	enum { COUNT = 60 };
	open_asking((const char *const[]){ "--query", "on", "--receipts", "on", "--receipt-delay-ms", "100", NULL },
		    NULL);
	smsc_tell(&faults_smsc, "swallow on");
	books_add_careful(0, COUNT / 2);
	AWAIT(10, smsc_count(&faults_smsc, "swallowed") == COUNT / 2);
	books_add_careful(COUNT / 2, COUNT / 2);
	AWAIT(10, smsc_count(&faults_smsc, "swallowed") == COUNT);
	smsc_tell(&faults_smsc, "reset");
	smsc_tell(&faults_smsc, "swallow off");
	books_await_settled(20);
	AWAIT(10, faults_metric("hongyan_queries_found_total{account=\"fake\"}") == (double)COUNT);
	AWAIT(10, faults_metric("hongyan_late_settled_total") == (double)COUNT);
	EXPECT_COUNT(faults_metric("hongyan_late_answers_total{account=\"fake\"}"), 0);
	AWAIT(10, smsc_count(&faults_smsc, "receipts_answered") == COUNT);
	EXPECT_COUNT(faults_metric("hongyan_queries_open{account=\"fake\"}"), 0);
	gateway_process_stop(&faults_gateway);
	EXPECT_COUNT(redis_server_int("ZCARD {hongyan}:held"), 0);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(smsc_total(&faults_smsc, "violations_total"), 0);
	check_settled(COUNT);
	close_asking();
}

/* Of a long text every part is asked for, and with the last one it is settled. */
void faults_query_long(void)
{
	char words[200 * 3 + 1] = "";
	char json[1024];
	open_asking((const char *const[]){ "--query", "on", "--receipts", "on", "--receipt-delay-ms", "100", NULL },
		    NULL);
	for (unsigned i = 0; i < 200; i++)
		memcpy(words + 3 * i, "电", 3);
	snprintf(json, sizeof json,
		 "{\"id\":\"l\",\"to\":\"13900000000\",\"template\":\"long\",\"params\":{\"words\":\"%s\"}}", words);
	smsc_tell(&faults_smsc, "swallow on");
	books_add("normal", json);
	books_await_settled(20);
	long long parts = smsc_count(&faults_smsc, "swallowed");
	EXPECT(parts > 1);
	AWAIT(10, faults_metric("hongyan_queries_found_total{account=\"fake\"}") == (double)parts);
	AWAIT(10, smsc_count(&faults_smsc, "receipts_answered") == parts);
	gateway_process_stop(&faults_gateway);
	json_t *events = books_events();
	const json_t *closing = books_closing(events, "l");
	EXPECT(books_is(closing, "event", "accepted") && books_is(closing, "settled_by", "query"));
	EXPECT_COUNT(json_integer_value(json_object_get(closing, "segments")), parts);
	EXPECT_COUNT(books_tally(events).delivered, 1);
	EXPECT(json_object_get(closing, "ambiguous") == NULL);
	json_decref(events);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(smsc_copies(&faults_smsc, "8613900000000"), 1);
	EXPECT_COUNT(smsc_total(&faults_smsc, "violations_total"), 0);
	close_asking();
}

/* Some answers are lost, and some submits. What the carrier has is not sent again; what it has not is. References come round
 * many times, so that a lost submit's was another message's before. So few are lost that none is lost twice, which would make a
 * dead letter of it. */
void faults_query_load(void)
{
	enum { COUNT = 1500 };
	open_asking((const char *const[]){ "--query", "on", "--swallow", "0.02", "--swallow-drop", "0.004", "--seed",
					   SEED, NULL },
		    "unknown_wait: { notice: 3s }\nworkers: 1");
	gateway_process_stop(&faults_gateway);
	gateway_process_edit(&faults_gateway, "query_sm: reference",
			     "query_sm: reference, query_sm_references: \"1-1000\"");
	gateway_process_start(&faults_gateway, "gateway", NULL, true);
	books_add_load(0, COUNT);
	books_await_settled(50);
	long long swallowed = smsc_count(&faults_smsc, "swallowed");
	EXPECT(swallowed > 0);
	EXPECT(faults_metric("hongyan_queries_absent_total{account=\"fake\"}") > 0);
	AWAIT(10, faults_metric("hongyan_late_settled_total") > 0);
	gateway_process_stop(&faults_gateway);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(smsc_total(&faults_smsc, "violations_total"), 0);
	EXPECT_COUNT(books_check_load(COUNT, &faults_smsc), 0);
	auditor_check_load(&faults_smsc, COUNT, 0);
	close_asking();
}

/* A carrier that takes no questions is asked no more, and says so once; what is held waits for a human. */
void faults_query_refused(void)
{
	enum { COUNT = 20 };
	open_asking(NULL, NULL);
	smsc_tell(&faults_smsc, "swallow on");
	books_add_careful(0, COUNT);
	AWAIT(10, redis_server_int("ZCARD {hongyan}:held") == COUNT);
	AWAIT(10, gateway_process_said(&faults_gateway, "query_refused"));
	long long received = smsc_count(&faults_smsc, "queries_received");
	HOLDS(1, smsc_count(&faults_smsc, "queries_received") == received);
	EXPECT_COUNT(gateway_process_count_said(&faults_gateway, "query_refused"), 1);
	EXPECT_COUNT(redis_server_int("ZCARD {hongyan}:held"), COUNT);
	gateway_process_stop(&faults_gateway);
	smsc_finish(&faults_smsc);
	close_asking();
}
