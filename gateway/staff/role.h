/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

#include <jansson.h>
#include <stdint.h>

/* Roles of users and what each of them may do: one table. */

enum staff_role {
	STAFF_VIEWER,
	STAFF_EDITOR,
	STAFF_APPROVER,
	STAFF_OPERATOR,
	STAFF_AUDITOR,
	STAFF_ADMIN,
	STAFF_ROLE_COUNT
};

enum staff_permission {
	STAFF_TEMPLATES_READ,
	STAFF_OVERVIEW_READ,
	STAFF_MESSAGES_READ,
	STAFF_TEMPLATES_EDIT,
	STAFF_TEMPLATES_TEST,    /* send a text to one's own number */
	STAFF_TEMPLATES_REVIEW,  /* approve, reject */
	STAFF_TEMPLATES_PUBLISH, /* also at a time, roll back, archive, restore */
	STAFF_DEAD_READ,
	STAFF_DEAD_REQUEUE,
	STAFF_MESSAGES_UNMASK, /* see whole numbers, which is written down each time */
	STAFF_AUDIT_READ,
	STAFF_USERS_MANAGE,
	STAFF_PERMISSION_COUNT
};

/* A set of roles: bit n is role n. A set of permissions likewise. */
typedef uint32_t staff_roles;
typedef uint32_t staff_permissions;

#define STAFF_ROLE(role) ((staff_roles)1 << (role))

/* Names (“approver”, “templates.publish”). Static storage. */
const char *staff_role_name(enum staff_role role);
const char *staff_permission_name(enum staff_permission permission);

/* What somebody with all these roles may do. */
staff_permissions staff_roles_permissions(staff_roles roles);
bool staff_roles_may(staff_roles roles, enum staff_permission permission);

/* Reads names with commas between them; a name may come twice. out: set on success only. at: says which is unknown, and what may be
 * meant. ERR_NOT_FOUND; ERR_FORMAT where there is none. */
MUST_CHECK enum err staff_roles_parse(struct slice text, staff_roles *out, struct err_at *at);

/* The same from a JSON array of names, which may be empty. */
MUST_CHECK enum err staff_roles_read(const json_t *array, staff_roles *out, struct err_at *at);

/* The names as a JSON array; of permissions likewise. New; NULL where there is no memory. */
json_t *staff_roles_json(staff_roles roles);
json_t *staff_permissions_json(staff_permissions permissions);
