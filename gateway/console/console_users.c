/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_outcome.h"
#include "staff/password.h"
#include "staff/user.h"

/* Users, by those who manage them. */

static void refuse(struct console_call *call, enum staff_outcome outcome, const struct err_at *at)
{
	if (outcome == STAFF_WRONG_STATE && strcmp(at->field, "last_admin") == 0)
		console_refuse(call, CONSOLE_LAST_ADMIN);
	else
		console_outcome_refuse(call, outcome, at);
}

void console_users_list(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	json_t *users;
	enum staff_outcome outcome = user_list(call->db, call->console->options.country, &users, &at);
	if (outcome == STAFF_OK)
		console_answer(call, json_pack("{s:o}", "users", users));
	else
		refuse(call, outcome, &at);
}

/* The user as he is now; owned; NULL where the call is refused. */
static json_t *shown(struct console_call *call, struct slice name)
{
	struct err_at at = { .err = ERR_OK };
	json_t *user;
	enum staff_outcome outcome = user_find(call->db, name, &user, &at);
	if (outcome != STAFF_OK) {
		refuse(call, outcome, &at);
		return NULL;
	}
	json_t *made = user_shown(user, call->console->options.country);
	json_decref(user);
	if (made == NULL)
		console_refuse(call, CONSOLE_BUSY);
	return made;
}

void console_users_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	char code[ONE_TIME_CODE_OCTETS];
	staff_roles roles;
	const char *name = console_text(call->body, "name", USER_NAME_OCTETS_MAX);
	const char *display = console_text(call->body, "display", USER_DISPLAY_OCTETS_MAX);
	if (name == NULL || display == NULL) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	if (staff_roles_read(json_object_get(call->body, "roles"), &roles, &at) != ERR_OK) {
		console_refuse_with(call, CONSOLE_INVALID, at.text, NULL);
		return;
	}
	enum staff_outcome outcome =
		user_add(call->db, &call->actor, call->now, slice_of(name), slice_of(display), roles, code, &at);
	if (outcome != STAFF_OK) {
		refuse(call, outcome, &at);
		return;
	}
	json_t *user = shown(call, slice_of(name));
	if (user != NULL)
		console_answer(call, json_pack("{s:o,s:s}", "user", user, "code", code));
	password_forget(code, sizeof code);
}

void console_user_put(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct slice name = slice_of(call->params[0]);
	const json_t *roles = json_object_get(call->body, "roles");
	const json_t *disabled = json_object_get(call->body, "disabled");
	const char *display = console_text(call->body, "display", USER_DISPLAY_OCTETS_MAX);
	struct user_wish wish = {
		.display = slice_of(display),
		.has_roles = roles != NULL,
		.has_disabled = disabled != NULL,
		.is_disabled = json_is_true(disabled),
	};
	bool is_good = (display != NULL || json_object_get(call->body, "display") == NULL) &&
		       (disabled == NULL || json_is_boolean(disabled));
	if (is_good && roles != NULL)
		is_good = staff_roles_read(roles, &wish.roles, &at) == ERR_OK;
	if (!is_good) {
		console_refuse_with(call, CONSOLE_INVALID, at.text[0] != '\0' ? at.text : NULL, NULL);
		return;
	}
	enum staff_outcome outcome = user_change(call->db, &call->actor, call->now, name, &wish, &at);
	json_t *user = NULL;
	if (outcome != STAFF_OK)
		refuse(call, outcome, &at);
	else
		user = shown(call, name);
	if (user != NULL)
		console_answer(call, json_pack("{s:o}", "user", user));
}

void console_user_reset(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	char code[ONE_TIME_CODE_OCTETS];
	enum staff_outcome outcome =
		user_reset(call->db, &call->actor, call->now, slice_of(call->params[0]), code, &at);
	if (outcome == STAFF_OK)
		console_answer(call, json_pack("{s:s}", "code", code));
	else
		refuse(call, outcome, &at);
	password_forget(code, sizeof code);
}

void console_user_end(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome =
		user_end_sessions(call->db, &call->actor, call->now, slice_of(call->params[0]), &at);
	if (outcome == STAFF_OK)
		console_answer(call, json_pack("{s:b}", "done", 1));
	else
		refuse(call, outcome, &at);
}
