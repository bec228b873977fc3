/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"
#include "staff/role.h"

/* Behind the name that the operating system has for somebody at a terminal. */
#define STAFF_AT_COMMAND_LINE " (command line)"

/* Who does something, as the audit log has it. Borrowed for the call. */
struct staff_actor {
	struct slice name; /* of a user, or “li (command line)” */
	staff_roles roles;
	struct slice address;    /* from where; absent at the command line */
	bool is_at_command_line; /* somebody of the operating system: roles don't bind them */
};

/* Whether two names of actors may be one person's: “li” and “li (command line)” are. */
bool staff_actor_may_be(struct slice one, struct slice other);
