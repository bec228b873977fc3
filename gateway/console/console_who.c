/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_who.h"

#include "console/console_outcome.h"
#include "staff/audit_log.h"
#include "staff/own_factor.h"
#include "staff/own_number.h"
#include "staff/password.h"
#include "staff/user.h"

#include <stdio.h>

/* Fills user and actor from the session. */
static bool find_session(struct console_call *call, bool *must_change)
{
	struct err_at at = { .err = ERR_OK };
	struct staff_session session;
	struct slice cookie = slice_of(call->cookie);
	/* What goes on by itself, in a page that somebody left open, must not keep the session alive. */
	bool only_looks = call->is_idle || call->route->is_stream;
	enum staff_outcome outcome = only_looks ? session_look(call->db, cookie, call->now, &session, &at)
						: session_find(call->db, cookie, call->now, &session, &at);
	if (outcome == STAFF_OK) {
		call->user = json_incref(session.user);
		*must_change = session.must_change;
		call->session_created = session.created;
		session_fini(&session);
		console_who_is(call);
		/* In another window somebody else has signed in: what was written in this one is not theirs. */
		if (call->page_user[0] == '\0' || strcmp(call->page_user, call->name) == 0)
			return true;
		console_refuse(call, CONSOLE_NO_SESSION);
		return false;
	}
	if (outcome == STAFF_FORBIDDEN)
		console_refuse(call, CONSOLE_NO_SESSION);
	else
		console_outcome_refuse(call, outcome, &at);
	return false;
}

void console_who_is(struct console_call *call)
{
	const char *name = json_string_value(json_object_get(call->user, "name"));
	snprintf(call->name, sizeof call->name, "%s", name != NULL ? name : "");
	call->actor = user_actor(call->user, slice_of(call->address));
}

bool console_who_admits(struct console_call *call)
{
	const struct console_route *route = call->route;
	bool must_change;
	if (route->gate == CONSOLE_OPEN)
		return true;
	if (!find_session(call, &must_change))
		return false;
	if (route->gate != CONSOLE_SESSION && must_change)
		console_refuse(call, CONSOLE_MUST_CHANGE);
	else if (route->gate != CONSOLE_SESSION && console_who_must_enrol(call))
		console_refuse(call, CONSOLE_MUST_ENROL);
	else if (route->gate == CONSOLE_MAY && !staff_roles_may(call->actor.roles, route->permission))
		console_refuse(call, CONSOLE_NO_PERMISSION);
	else
		return true;
	return false;
}

static bool must_enrol(const struct console *console, const json_t *user, staff_roles roles)
{
	return (roles & console->options.second_factor) != 0 && !own_factor_is_set(user);
}

bool console_who_must_enrol(const struct console_call *call)
{
	return must_enrol(call->console, call->user, call->actor.roles);
}

bool console_who_has_gone(const struct console *console, struct staff_db *db, const char *cookie, wall_ms now,
			  enum staff_permission permission)
{
	struct staff_session session;
	enum staff_outcome outcome = session_look(db, slice_of(cookie), now, &session, NULL);
	if (outcome != STAFF_OK)
		return outcome == STAFF_FORBIDDEN;
	bool may = !session.must_change && !must_enrol(console, session.user, session.roles) &&
		   staff_roles_may(session.roles, permission);
	session_fini(&session);
	return !may;
}

bool console_who_number(const struct console_call *call, char out[static 32])
{
	const char *number = own_number_of(call->user);
	snprintf(out, 32, "%s", number);
	return *number != '\0';
}

bool console_who_note(struct console_call *call, const char *action, const char *object, json_t *detail)
{
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome =
		audit_log_write(call->db, &call->actor, call->now, action, slice_of(object), detail, &at);
	json_decref(detail);
	if (outcome != STAFF_OK)
		console_outcome_refuse(call, outcome, &at);
	return outcome == STAFF_OK;
}

json_t *console_who_session(const struct console_call *call)
{
	const struct console_options *options = &call->console->options;
	return json_pack("{s:o,s:b,s:I,s:s}", "user", user_shown(call->user, options->country), "must_enrol",
			 console_who_must_enrol(call), "now", (json_int_t)call->now, "time_zone", options->time_zone);
}

void console_who_enters(struct console_call *call, char session_id[static SESSION_ID_OCTETS], json_t *user)
{
	json_decref(call->user);
	call->user = user;
	console_who_is(call);
	snprintf(call->session, sizeof call->session, "%s", session_id);
	password_forget(session_id, SESSION_ID_OCTETS);
	console_answer(call, console_who_session(call));
}

void console_who_answer(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	json_t *user;
	enum staff_outcome outcome = user_find(call->db, slice_of(call->name), &user, &at);
	if (outcome != STAFF_OK) {
		console_outcome_refuse(call, outcome, &at);
		return;
	}
	json_decref(call->user);
	call->user = user;
	console_who_is(call);
	console_answer(call, console_who_session(call));
}
