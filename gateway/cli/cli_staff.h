/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_command.h"
#include "staff/actor.h"
#include "staff/staff_db.h"

/* Commands that change what the staff's desk keeps: templates, users. */

#define CLI_STAFF_ACTOR_OCTETS 96

struct cli_staff {
	const struct cli_call *call;
	struct cli_settings settings;
	struct staff_db *db;
	wall_ms now; /* Redis' clock */
	struct staff_actor actor;
	char actor_name[CLI_STAFF_ACTOR_OCTETS];
};

/* Loads the configuration, connects, asks for the time and finds out who is at the terminal. staff: what is in it is set where CLI_OK
 * is returned, and must stay where it is; else err was told. */
int cli_staff_open(const struct cli_call *call, struct cli_staff *staff);

/* Legal after any cli_staff_open. */
void cli_staff_close(struct cli_staff *staff);

/* Tells on err what went wrong. Returns the exit code. */
int cli_staff_failed(const struct cli_staff *staff, enum staff_outcome outcome, const struct err_at *at);

/* Prints an answer as one line. answer: taken. */
void cli_staff_print(const struct cli_staff *staff, json_t *answer);
