/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/role.h"

#include "base/check.h"
#include "base/suggest.h"

#define MAY(permission) ((staff_permissions)1 << (STAFF_##permission))
#define VIEWS           (MAY(TEMPLATES_READ) | MAY(OVERVIEW_READ) | MAY(MESSAGES_READ))

static const char *const role_names[STAFF_ROLE_COUNT] = {
	[STAFF_VIEWER] = "viewer",     [STAFF_EDITOR] = "editor",   [STAFF_APPROVER] = "approver",
	[STAFF_OPERATOR] = "operator", [STAFF_AUDITOR] = "auditor", [STAFF_ADMIN] = "admin",
};

static const staff_permissions role_permissions[STAFF_ROLE_COUNT] = {
	[STAFF_VIEWER] = VIEWS,
	[STAFF_EDITOR] = VIEWS | MAY(TEMPLATES_EDIT) | MAY(TEMPLATES_TEST),
	[STAFF_APPROVER] = VIEWS | MAY(TEMPLATES_REVIEW) | MAY(TEMPLATES_PUBLISH),
	[STAFF_OPERATOR] = VIEWS | MAY(DEAD_READ) | MAY(DEAD_REQUEUE),
	[STAFF_AUDITOR] = VIEWS | MAY(AUDIT_READ) | MAY(MESSAGES_UNMASK) | MAY(DEAD_READ),
	[STAFF_ADMIN] = VIEWS | MAY(USERS_MANAGE) | MAY(AUDIT_READ),
};

static const char *const permission_names[STAFF_PERMISSION_COUNT] = {
	[STAFF_TEMPLATES_READ] = "templates.read",
	[STAFF_OVERVIEW_READ] = "overview.read",
	[STAFF_MESSAGES_READ] = "messages.read",
	[STAFF_TEMPLATES_EDIT] = "templates.edit",
	[STAFF_TEMPLATES_TEST] = "templates.test",
	[STAFF_TEMPLATES_REVIEW] = "templates.review",
	[STAFF_TEMPLATES_PUBLISH] = "templates.publish",
	[STAFF_DEAD_READ] = "dead.read",
	[STAFF_DEAD_REQUEUE] = "dead.requeue",
	[STAFF_MESSAGES_UNMASK] = "messages.unmask",
	[STAFF_AUDIT_READ] = "audit.read",
	[STAFF_USERS_MANAGE] = "users.manage",
};

const char *staff_role_name(enum staff_role role)
{
	CHECK((unsigned)role < STAFF_ROLE_COUNT);
	return role_names[role];
}

const char *staff_permission_name(enum staff_permission permission)
{
	CHECK((unsigned)permission < STAFF_PERMISSION_COUNT);
	return permission_names[permission];
}

staff_permissions staff_roles_permissions(staff_roles roles)
{
	staff_permissions all = 0;
	for (unsigned role = 0; role < STAFF_ROLE_COUNT; role++)
		if (roles & STAFF_ROLE(role))
			all |= role_permissions[role];
	return all;
}

bool staff_roles_may(staff_roles roles, enum staff_permission permission)
{
	CHECK((unsigned)permission < STAFF_PERMISSION_COUNT);
	return (staff_roles_permissions(roles) >> permission & 1u) != 0;
}

static enum err add(struct slice name, staff_roles *roles, struct err_at *at)
{
	for (unsigned role = 0; role < STAFF_ROLE_COUNT; role++) {
		if (slice_is(name, role_names[role])) {
			*roles |= STAFF_ROLE(role);
			return ERR_OK;
		}
	}
	const char *nearest = suggest_nearest(name, role_names, STAFF_ROLE_COUNT);
	return err_at_set(at, ERR_NOT_FOUND, 0, "roles",
			  "“%.*s” is no role%s%s%s; there are viewer, editor, approver, operator, auditor and admin",
			  name.len < 32 ? (int)name.len : 32, name.len ? name.at : "",
			  nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
}

enum err staff_roles_parse(struct slice text, staff_roles *out, struct err_at *at)
{
	staff_roles roles = 0;
	if (text.len == 0)
		return err_at_set(at, ERR_FORMAT, 0, "roles", "no role is named");
	while (text.len > 0) {
		enum err err = add(slice_cut(&text, ','), &roles, at);
		if (err != ERR_OK)
			return err;
	}
	*out = roles;
	return ERR_OK;
}

enum err staff_roles_read(const json_t *array, staff_roles *out, struct err_at *at)
{
	staff_roles roles = 0;
	if (!json_is_array(array))
		return err_at_set(at, ERR_FORMAT, 0, "roles", "roles is a list of names");
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *name = json_array_get(array, i);
		enum err err = add((struct slice){ json_string_value(name), json_string_length(name) }, &roles, at);
		if (err != ERR_OK)
			return err;
	}
	*out = roles;
	return ERR_OK;
}

static json_t *names_of(uint32_t set, const char *const *names, unsigned count)
{
	json_t *array = json_array();
	for (unsigned i = 0; array != NULL && i < count; i++) {
		if ((set >> i & 1u) != 0 && json_array_append_new(array, json_string(names[i])) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

json_t *staff_roles_json(staff_roles roles)
{
	return names_of(roles, role_names, STAFF_ROLE_COUNT);
}

json_t *staff_permissions_json(staff_permissions permissions)
{
	return names_of(permissions, permission_names, STAFF_PERMISSION_COUNT);
}
