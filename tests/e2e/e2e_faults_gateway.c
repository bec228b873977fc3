/* SPDX-License-Identifier: Apache-2.0 */

/* The gateway itself ends: at once, in order, or by being stopped. */

#include "books.h"
#include "e2e_faults.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>

/* Places in all windows, and the one batch that may have been begun beyond them. */
#define DOUBT_MAX (2 * 50 + 512)

/* How many alerts this gateway has taken over that may have been sent. */
static unsigned found(void)
{
	double count = gateway_process_metric(&faults_gateway, "hongyan_intents_found_total");
	if (count > DOUBT_MAX)
		FAIL("after a kill %.0f alerts were in doubt, at most %d can be", count, DOUBT_MAX);
	return (unsigned)count;
}

static void kill_often(unsigned kills)
{
	unsigned in_doubt = 0;
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= kills; i++) {
		faults_await_taken(FAULTS_LOAD * i / (kills + 1));
		in_doubt += found();
		gateway_process_kill(&faults_gateway);
		gateway_process_start(&faults_gateway, "gateway", NULL, true);
		/* Only it has intents: the one before was taken over. */
		AWAIT(20, redis_server_int("HLEN {hongyan}:intents") == 1);
	}
	books_await_settled(60);
	in_doubt += found();
	unsigned again = faults_close();
	if (again > in_doubt)
		FAIL("%u messages went out again, only %u were in doubt", again, in_doubt);
}

void faults_kill_nine(void)
{
	kill_often(8);
}

void faults_kill_nine_long(void)
{
	kill_often(40);
}

/* Orderly: what is on the wire is awaited, the rest waits for whoever comes next; nothing goes out twice. */
void faults_sigterm_in_burst(void)
{
	faults_open(NULL, NULL, true);
	for (unsigned i = 1; i <= 4; i++) {
		faults_await_taken(FAULTS_LOAD * i / 6);
		gateway_process_stop(&faults_gateway);
		EXPECT(books_waiting() > 0);
		gateway_process_start(&faults_gateway, "gateway", NULL, true);
	}
	EXPECT_COUNT(faults_close(), 0);
}

void faults_sigterm_then_kill(void)
{
	faults_open(NULL, NULL, true);
	faults_await_taken(FAULTS_LOAD / 3);
	smsc_tell(&faults_smsc, "freeze"); /* so that the drain lasts */
	process_signal(&faults_gateway.process, SIGTERM);
	AWAIT(10, gateway_process_said(&faults_gateway, "\"event\":\"drain\""));
	gateway_process_kill(&faults_gateway);
	smsc_tell(&faults_smsc, "thaw");
	gateway_process_start(&faults_gateway, "gateway", NULL, true);
	if (faults_close() > DOUBT_MAX)
		FAIL("more messages went out again than were in doubt");
}

/* What one instance leaves when it stops, another that runs takes over without being asked. */
void faults_second_instance(void)
{
	static struct gateway_process second;
	struct gateway_options options = { .smsc = &faults_smsc, .has_no_lock = true };
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, (const char *const[]){ "--latency", FAULTS_LATENCY, NULL });
	books_add_load(0, FAULTS_LOAD);
	gateway_process_start(&faults_gateway, "first", &options, true);
	faults_await_taken(FAULTS_LOAD / 4);
	gateway_process_start(&second, "second", &options, true);
	faults_await_taken(FAULTS_LOAD / 2);
	gateway_process_stop(&faults_gateway);
	EXPECT_COUNT(faults_close_all(&second, 0), 0);
}

/* Nobody holds a lock that tells of its death: its heartbeat does, after half a minute. */
void faults_dead_without_lock(void)
{
	static struct gateway_process second;
	struct gateway_options options = { .smsc = &faults_smsc, .has_no_lock = true };
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, (const char *const[]){ "--latency", FAULTS_LATENCY, NULL });
	books_add_load(0, FAULTS_LOAD);
	gateway_process_start(&faults_gateway, "first", &options, true);
	gateway_process_start(&second, "second", &options, true);
	faults_await_taken(FAULTS_LOAD / 2);
	gateway_process_kill(&faults_gateway);
	if (faults_close_all(&second, 0) > DOUBT_MAX)
		FAIL("more messages went out again than were in doubt");
}

/* It sleeps for longer than the others wait for a sign of life; awake again it finds its alerts taken over. */
void faults_stopped_for_long(void)
{
	static struct gateway_process second;
	struct gateway_options options = { .smsc = &faults_smsc, .has_no_lock = true };
	world_open();
	redis_server_start();
	smsc_start(&faults_smsc, "smsc", 0, (const char *const[]){ "--latency", FAULTS_LATENCY, NULL });
	books_add_load(0, FAULTS_LOAD);
	gateway_process_start(&faults_gateway, "first", &options, true);
	gateway_process_start(&second, "second", &options, true);
	faults_await_taken(FAULTS_LOAD / 2);
	process_signal(&faults_gateway.process, SIGSTOP);
	books_await_settled(60);
	process_signal(&faults_gateway.process, SIGCONT);
	AWAIT(20, gateway_process_said(&faults_gateway, "\"event\":\"fenced\""));
	/* Under its new name it works on, alone. */
	gateway_process_stop(&second);
	books_add_load(FAULTS_LOAD, 1);
	books_await_settled(20);
	if (faults_close() > DOUBT_MAX)
		FAIL("more messages went out again than were in doubt");
}
