/* SPDX-License-Identifier: Apache-2.0 */

/* An alert that makes whoever takes it in hand crash. It is found, and those beside it go out. */

#include "books.h"
#include "e2e_faults.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POISON_CRASHES 3

static void add_poison(char origin[static BOOKS_ORIGIN_OCTETS])
{
	char words[150 * 3 + 1] = "";
	char json[2000];
	for (size_t i = 0; i + 3 < sizeof words; i += 3)
		memcpy(words + i, "☠", 4);
	snprintf(json, sizeof json,
		 "{\"id\":\"poison\",\"to\":\"13500000001\",\"template\":\"long\",\"params\":{\"words\":\"%s\"}}",
		 words);
	const char *const fields[] = { "alert", json };
	const size_t lens[] = { 5, strlen(json) };
	books_add_raw(origin, "normal", fields, lens, 2);
}

/* What a supervisor does: starts it again each time it dies. */
static unsigned run_until_it_stays(void)
{
	unsigned crashes = 0;
	setenv("LD_PRELOAD", CRASH_ON_MARKER, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0:handle_abort=0", 1);
	for (;;) {
		gateway_process_start(&faults_gateway, "gateway", NULL, false);
		while (process_lives(&faults_gateway.process) && redis_server_int("XLEN {hongyan}:dead") == 0)
			scenario_breathe();
		if (process_lives(&faults_gateway.process))
			break;
		EXPECT_COUNT(process_wait(&faults_gateway.process, 10), 256 + SIGABRT);
		crashes++;
		if (crashes > POISON_CRASHES)
			FAIL("it crashed %u times and has not found the poison", crashes);
	}
	unsetenv("LD_PRELOAD");
	unsetenv("ASAN_OPTIONS");
	return crashes;
}

void faults_poison(void)
{
	char origin[BOOKS_ORIGIN_OCTETS];
	faults_open(NULL, NULL, false);
	gateway_process_stop(&faults_gateway);
	books_add_load(0, FAULTS_LOAD / 2);
	add_poison(origin);
	books_add_load(FAULTS_LOAD / 2, FAULTS_LOAD / 2);
	EXPECT_COUNT(run_until_it_stays(), POISON_CRASHES);
	EXPECT(gateway_process_said(&faults_gateway, "\"event\":\"suspect\""));
	size_t len;
	char *reason = books_dead_letter(origin, "reason", &len);
	if (reason == NULL || strncmp(reason, "poison: ", 8) != 0)
		FAIL("the poison's dead letter says “%s”", reason ? reason : "nothing");
	free(reason);
	/* What was in flight at the first two crashes may go out twice, with a mark; at the third nothing was. */
	faults_close();
}
