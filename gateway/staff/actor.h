/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"
#include "staff/role.h"

/* Who does something, as the audit log has it. Borrowed for the call. */
struct staff_actor {
	struct slice name; /* of a user, or “li (command line)” */
	staff_roles roles;
	struct slice address;    /* from where; absent at the command line */
	bool is_at_command_line; /* somebody of the operating system: roles don't bind them */
};
