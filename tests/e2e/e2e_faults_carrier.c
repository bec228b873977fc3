/* SPDX-License-Identifier: Apache-2.0 */

/* The carrier does what carriers do. */

#include "auditor.h"
#include "books.h"
#include "e2e_faults.h"
#include "redis_server.h"
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An account that soon gives an answer up, and a gateway that soon sends again. */
/* What is tested is what becomes of each sms, not that the account gets no more. */
#define HASTY_ACCOUNT "response_timeout: 300ms, breaker: false"
#define HASTY_ROOT    "retry: { base: 100ms, max: 1s }\nunknown_wait: { notice: 200ms }"

/* -- ends of sessions -- */

/* The carrier unbinds in order: the answers that are owed still come, nothing goes out twice. */
void faults_unbind(void)
{
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= 8; i++) {
		faults_await_taken(FAULTS_LOAD * i / 9);
		smsc_tell(&faults_smsc, "unbind");
	}
	EXPECT_COUNT(faults_close(), 0);
}

static void broken_links(const char *how, long long violations)
{
	enum { BREAKS = 4, PART = FAULTS_LOAD / BREAKS };
	faults_open(NULL, HASTY_ROOT, false);
	for (unsigned i = 0; i < BREAKS; i++) {
		long long taken = smsc_count(&faults_smsc, "accepted");
		books_add_load(i * PART, PART);
		faults_await_taken((unsigned)taken + PART / 3);
		smsc_tell(&faults_smsc, "%s", how);
		/* One that meets two breaks would be a dead letter. */
		AWAIT(20, books_waiting() == 0);
	}
	books_await_settled(30);
	EXPECT(faults_metric("hongyan_outcomes_total{account=\"fake\",class=\"unknown\"}") > 0);
	double counted = faults_metric("hongyan_ambiguous_resends_total{account=\"fake\"}");
	unsigned again = faults_close_all(&faults_gateway, violations);
	if (again > counted)
		FAIL("%u messages went out again, only %.0f were counted", again, counted);
	if (again == 0 || again > BREAKS * 100)
		FAIL("%u messages went out again, with 100 places in windows and %d breaks", again, BREAKS);
}

/* Windows full of answers are lost with the connection: each is sent again once, and known. */
void faults_reset(void)
{
	broken_links("reset", 0);
}

void faults_garbage(void)
{
	/* It calls our generic_nack to each of its 64 octets of nonsense an answer to nothing. */
	broken_links("garbage", 4 * 2);
}

/* The carrier process dies and comes back on its port with an empty record: two records, one of them cut off. */
void faults_carrier_restart(void)
{
	struct auditor auditor;
	faults_open(NULL, HASTY_ROOT, true);
	auditor_open_load(&auditor, FAULTS_LOAD);
	faults_await_taken(FAULTS_LOAD / 3);
	uint16_t port = faults_smsc.port;
	process_kill(&faults_smsc.process);
	auditor_add_killed(&auditor, &faults_smsc);
	AWAIT(10, !gateway_process_is_ready(&faults_gateway));
	smsc_start(&faults_smsc, "smsc-2", port, NULL);
	books_await_settled(30);
	gateway_process_stop(&faults_gateway);
	smsc_finish(&faults_smsc);
	json_t *events = books_events();
	EXPECT_COUNT(books_tally(events).accepted, FAULTS_LOAD);
	json_decref(events);
	auditor_add_carrier(&auditor, &faults_smsc);
	json_decref(auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL }));
	smsc_fini(&faults_smsc);
	redis_server_stop();
	world_close();
}

/* -- answers that do not come, or late -- */

/* It reads nothing for a second; nothing is lost by it, and nobody is in a hurry. */
void faults_freeze(void)
{
	faults_open(NULL, NULL, true);
	faults_await_taken(FAULTS_LOAD / 2);
	long long taken = smsc_count(&faults_smsc, "accepted");
	smsc_tell(&faults_smsc, "freeze");
	HOLDS(1, smsc_count(&faults_smsc, "accepted") <= taken + 100);
	smsc_tell(&faults_smsc, "thaw");
	EXPECT_COUNT(faults_close(), 0);
}

static void open_small(const char *const smsc_options[], const char *account_more, const char *root_more)
{
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, smsc_options);
	gateway_process_start(&faults_gateway, "gateway",
			      &(struct gateway_options){
				      .smsc = &faults_smsc,
				      .account_more = account_more,
				      .root_more = root_more,
			      },
			      true);
}

static void finish_small(void)
{
	gateway_process_stop(&faults_gateway);
	EXPECT_COUNT(books_waiting(), 0);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(smsc_total(&faults_smsc, "violations_total"), 0);
}

static void close_small(void)
{
	smsc_fini(&faults_smsc);
	redis_server_stop();
	world_close();
}

/* The letter of an alert says whether the phone may have its text. */
static void check_mark(const json_t *closing, bool want_ambiguous)
{
	char origin[64];
	size_t len;
	snprintf(origin, sizeof origin, "%s@%s", json_string_value(json_object_get(closing, "entry")),
		 json_string_value(json_object_get(closing, "stream")));
	char *mark = books_dead_letter(origin, "ambiguous", &len);
	if (mark == NULL || strcmp(mark, want_ambiguous ? "1" : "0") != 0)
		FAIL("dead letter of %s: ambiguous “%s”, wants %d", origin, mark, want_ambiguous);
	free(mark);
}

static void check_dead(unsigned count, const char *word, const char *clue, bool want_ambiguous)
{
	struct auditor auditor;
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.dead, count);
	EXPECT_COUNT(tally.accepted, 1);
	for (unsigned i = 0; i < count; i++) {
		char id[24];
		snprintf(id, sizeof id, "load-%u", i);
		const char *reason = json_string_value(json_object_get(books_closing(events, id), "reason"));
		if (reason == NULL || strncmp(reason, word, strlen(word)) != 0 || strstr(reason, clue) == NULL)
			FAIL("“%s”: reason “%s”, wants %s and %s", id, reason, word, clue);
		check_mark(books_closing(events, id), want_ambiguous);
	}
	json_decref(events);
	auditor_open_load(&auditor, count + 1);
	auditor_add_carrier(&auditor, &faults_smsc);
	json_t *report = auditor_run(&auditor, 0, (const char *const[]){ "--redis", redis_server_url(), NULL });
	EXPECT_COUNT(auditor_count(report, "dead"), count);
	json_decref(report);
}

/* Taken, and never answered: sent once more, counted, marked. */
void faults_swallow(void)
{
	enum { COUNT = 16 }; /* all go before the first is missed */
	open_small(NULL, HASTY_ACCOUNT, HASTY_ROOT);
	smsc_tell(&faults_smsc, "swallow on");
	books_add_load(0, COUNT);
	AWAIT(10, smsc_count(&faults_smsc, "swallowed") >= COUNT);
	smsc_tell(&faults_smsc, "swallow off");
	books_await_settled(20);
	EXPECT_COUNT(faults_metric("hongyan_outcomes_total{account=\"fake\",class=\"unknown\"}"), COUNT);
	EXPECT_COUNT(faults_metric("hongyan_ambiguous_resends_total{account=\"fake\"}"), COUNT);
	finish_small();
	EXPECT_COUNT(books_check_load(COUNT, &faults_smsc), COUNT);
	auditor_check_load(&faults_smsc, COUNT, COUNT);
	json_t *events = books_events();
	EXPECT_COUNT(books_tally(events).ambiguous, COUNT);
	json_decref(events);
	close_small();
}

/* Never answered at all: after the second submit nobody sends a third. */
void faults_unanswered(void)
{
	enum { COUNT = 40 };
	open_small(NULL, HASTY_ACCOUNT, HASTY_ROOT);
	smsc_tell(&faults_smsc, "swallow on");
	books_add_load(0, COUNT);
	books_await_settled(20);
	EXPECT_COUNT(smsc_count(&faults_smsc, "swallowed"), 2 * COUNT);
	EXPECT_COUNT(faults_metric("hongyan_dead_total{reason=\"unanswered\"}"), COUNT);
	smsc_tell(&faults_smsc, "swallow off");
	books_add_load(COUNT, 1);
	books_await_settled(10);
	finish_small();
	check_dead(COUNT, "unanswered:", "fake", true);
	close_small();
}

/* The answer comes after its deadline, and before the alert is sent again: that settles it. */
void faults_late(void)
{
	enum { COUNT = 80 };
	open_small((const char *const[]){ "--receipts", "on", "--receipt-delay-ms", "100", NULL }, HASTY_ACCOUNT,
		   "unknown_wait: { notice: 20s }");
	/* What the carrier has not read it answers late, and when we say so. */
	smsc_tell(&faults_smsc, "freeze");
	books_add_load(0, COUNT);
	AWAIT(15, faults_metric("hongyan_outcomes_total{account=\"fake\",class=\"unknown\"}") == (double)COUNT);
	smsc_tell(&faults_smsc, "thaw");
	books_await_settled(15);
	EXPECT_COUNT(faults_metric("hongyan_late_answers_total{account=\"fake\"}"), COUNT);
	EXPECT_COUNT(faults_metric("hongyan_ambiguous_resends_total{account=\"fake\"}"), 0);
	AWAIT(10, smsc_count(&faults_smsc, "receipts_answered") == COUNT);
	finish_small();
	EXPECT_COUNT(books_check_load(COUNT, &faults_smsc), 0);
	auditor_check_load(&faults_smsc, COUNT, 0);
	json_t *events = books_events();
	struct books_tally tally = books_tally(events);
	EXPECT_COUNT(tally.late, COUNT);
	EXPECT_COUNT(tally.ambiguous, 0);
	EXPECT_COUNT(tally.delivered, COUNT);
	json_decref(events);
	close_small();
}

/* Of a long text all answers come late, when it is sent again already: as a whole, marked; no part is left alone. */
void faults_late_long_text(void)
{
	char words[200 * 3 + 1] = "";
	char json[1024];
	/* The second attempt is not to time out while we see it: then the alert would be dead. */
	open_small(NULL, "response_timeout: 3s", HASTY_ROOT);
	for (unsigned i = 0; i < 200; i++)
		memcpy(words + 3 * i, "电", 3);
	snprintf(json, sizeof json,
		 "{\"id\":\"l\",\"to\":\"13900000000\",\"template\":\"long\",\"params\":{\"words\":\"%s\"}}", words);
	smsc_tell(&faults_smsc, "freeze");
	books_add("normal", json);
	AWAIT(20, faults_metric("hongyan_ambiguous_resends_total{account=\"fake\"}") > 0);
	smsc_tell(&faults_smsc, "thaw");
	books_await_settled(20);
	finish_small();
	json_t *events = books_events();
	const json_t *closing = books_closing(events, "l");
	EXPECT_COUNT(smsc_copies(&faults_smsc, "8613900000000"), 2);
	EXPECT_COUNT(smsc_total(&faults_smsc, "incomplete"), 0);
	EXPECT(json_is_true(json_object_get(closing, "ambiguous")));
	json_decref(events);
	close_small();
}

/* -- answers that say no -- */

/* Too fast: everything gets through in the end, and no attempt is burnt by it. */
void faults_throttle(void)
{
	enum { COUNT = 400 };
	open_small((const char *const[]){ "--throttle-tps", "150", NULL }, NULL,
		   "retry: { base: 100ms, max: 500ms, attempts_max: 2 }");
	books_add_load(0, COUNT);
	books_await_settled(40);
	EXPECT(smsc_count(&faults_smsc, "throttled") > 0);
	finish_small();
	EXPECT_COUNT(books_check_load(COUNT, &faults_smsc), 0);
	auditor_check_load(&faults_smsc, COUNT, 0);
	json_t *events = books_events();
	size_t i;
	const json_t *event;
	json_array_foreach(events, i, event) EXPECT_COUNT(json_integer_value(json_object_get(event, "attempt")), 1);
	json_decref(events);
	close_small();
}

/* A fifth of all is refused for now, each time. */
void faults_temporary(void)
{
	enum { COUNT = 1000 };
	open_small((const char *const[]){ "--fail", "0x08@0.2", "--seed", "3", NULL }, NULL,
		   "retry: { base: 100ms, max: 400ms, attempts_max: 20 }");
	books_add_load(0, COUNT);
	books_await_settled(30);
	EXPECT(smsc_count(&faults_smsc, "failed") > COUNT / 8);
	finish_small();
	EXPECT_COUNT(books_check_load(COUNT, &faults_smsc), 0);
	auditor_check_load(&faults_smsc, COUNT, 0);
	close_small();
}

/* An sms that the carrier never takes is a dead letter at once, and the next one goes. */
void faults_rejected(void)
{
	open_small(NULL, NULL, NULL);
	smsc_tell(&faults_smsc, "fail 0x0B");
	books_add_load(0, 30);
	books_await_settled(10);
	EXPECT_COUNT(smsc_count(&faults_smsc, "failed"), 30);
	smsc_tell(&faults_smsc, "fail off");
	books_add_load(30, 1);
	books_await_settled(10);
	EXPECT_COUNT(faults_metric("hongyan_dead_total{reason=\"rejected\"}"), 30);
	finish_small();
	check_dead(30, "rejected:", "RINVDSTADR", false);
	close_small();
}

void faults_attempts_over(void)
{
	open_small(NULL, "breaker: false", "retry: { base: 100ms, max: 100ms, attempts_max: 3 }");
	smsc_tell(&faults_smsc, "fail 0x08");
	books_add_load(0, 30);
	books_await_settled(10);
	EXPECT_COUNT(smsc_count(&faults_smsc, "failed"), 90);
	smsc_tell(&faults_smsc, "fail off");
	books_add_load(30, 1);
	books_await_settled(10);
	finish_small();
	check_dead(30, "attempts:", "RSYSERR", false);
	close_small();
}

/* The only account fails at all, for longer than all attempts would last: none of its alerts is given up. */
void faults_broken(void)
{
	enum { COUNT = 200 };
	open_small(NULL, NULL, "retry: { base: 100ms, max: 100ms, attempts_max: 3 }");
	smsc_tell(&faults_smsc, "fail 0x08");
	books_add_load(0, COUNT);
	AWAIT(20, gateway_process_said(&faults_gateway, "\"event\":\"account_tried\""));
	AWAIT(20, gateway_process_metric(&faults_gateway, "hongyan_account_breaker{account=\"fake\"}") == 2);
	EXPECT(gateway_process_status_has(&faults_gateway, "\"breaker\":\"open\""));
	smsc_tell(&faults_smsc, "fail off");
	books_await_settled(40);
	EXPECT_COUNT(smsc_count(&faults_smsc, "accepted"), COUNT);
	finish_small();
	close_small();
}

/* A wrong password is for a human: no hammering, no sending, and the probes say so. */
void faults_wrong_password(void)
{
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, (const char *const[]){ "--password", "other", NULL });
	books_add_load(0, 20);
	gateway_process_start(&faults_gateway, "gateway", &(struct gateway_options){ .smsc = &faults_smsc }, false);
	AWAIT(10, gateway_process_said(&faults_gateway, "account_refused"));
	AWAIT(10, smsc_count(&faults_smsc, "binds_refused") == 2);
	/* Its links would come back after 20 ms. */
	HOLDS(1, smsc_count(&faults_smsc, "binds_refused") == 2);
	char *body;
	EXPECT_COUNT(gateway_process_get(&faults_gateway, "/readyz", &body), 503);
	if (strstr(body, "refused") == NULL)
		FAIL("/readyz: %s", body);
	free(body);
	EXPECT_COUNT(faults_metric("hongyan_account_refused{account=\"fake\"}"), 1);
	EXPECT_COUNT(books_waiting(), 20);
	if (gateway_process_said(&faults_gateway, "secret"))
		FAIL("the log tells the password");
	gateway_process_stop(&faults_gateway);
	EXPECT_COUNT(books_waiting(), 20);
	smsc_finish(&faults_smsc);
	EXPECT_COUNT(smsc_total(&faults_smsc, "submits_received"), 0);
	close_small();
}
