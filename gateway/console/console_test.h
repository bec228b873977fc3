/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "console/console_inner.h"

/* Sending a text that is not published to somebody's own number: by a real gateway, under a name that is there for some minutes. */

#define CONSOLE_TEST_ID_OCTETS 192

/* The parts of a test's id. */
struct console_test_id {
	char user[128];
	wall_ms at; /* Redis' clock */
};

/* False where it is none. */
bool console_test_id_read(const char *id, struct console_test_id *out);

/* Whether any gateway runs; where none does, the call is refused. In the call's thread, as the next one. */
bool console_test_has_gateway(struct console_call *call);

/* Puts source in place, waits until all gateways have it, and puts an alert on the urgent lane. number: digits. params: borrowed. id: of the
 * alert, for who follows it. False: the call is refused. */
bool console_test_send(struct console_call *call, const char *source, const char *locale, const json_t *params,
		       const char *number, char id[static CONSOLE_TEST_ID_OCTETS]);

/* Handler. */
void console_test_post(struct console_call *call);
