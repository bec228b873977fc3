/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_outcome.h"
#include "console/console_proof.h"
#include "console/console_templates.h"
#include "staff/template_life.h"

/* The steps of a template's words: staff/template_life.h decides, this reads what is wanted and answers with the template as it is then. */

#define WHY_OCTETS_MAX 1000

static struct template_life life_of(struct console_call *call)
{
	return (struct template_life){
		.db = call->db,
		.rules = console_proof_rules(call->console),
		.actor = &call->actor,
		.now = call->now,
	};
}

/* With the marks of the draft, where it is that what is wrong. */
static void refuse_text(struct console_call *call, const struct err_at *at)
{
	const char *name = call->params[0];
	json_t *draft = console_template_draft(call, name);
	console_refuse_with(call, CONSOLE_INVALID_TEXT, at->text, console_proof_marks(call->console, name, draft));
	json_decref(draft);
}

static void answer(struct console_call *call, enum staff_outcome outcome, const struct err_at *at)
{
	const char *name = call->params[0];
	if (outcome == STAFF_OK)
		console_template_answer(call, name);
	else if (outcome == STAFF_CONFLICT)
		console_outcome_refuse_with(call, outcome, at,
					    json_pack("{s:o?}", "theirs", console_template_draft(call, name)));
	else if (outcome == STAFF_OUTDATED)
		console_outcome_refuse_with(call, outcome, at, console_template_latest(call, name));
	else if (outcome == STAFF_INVALID)
		refuse_text(call, at);
	else
		console_outcome_refuse(call, outcome, at);
}

/* A whole number of the body, at least 1; false where there is none: the call is refused. */
static bool read_number(struct console_call *call, const char *key, int64_t *out)
{
	const json_t *value = json_object_get(call->body, key);
	*out = json_integer_value(value);
	if (json_is_integer(value) && *out > 0)
		return true;
	console_refuse(call, CONSOLE_INVALID);
	return false;
}

/* A text of the body; absent where there is none and it is not needed. False: the call is refused. */
static bool read_text(struct console_call *call, const char *key, bool is_needed, struct slice *out)
{
	const char *text = console_text(call->body, key, WHY_OCTETS_MAX);
	*out = slice_of(text != NULL ? text : "");
	if (out->len > 0 || (!is_needed && (text != NULL || json_object_get(call->body, key) == NULL)))
		return true;
	console_refuse(call, CONSOLE_INVALID);
	return false;
}

void console_submit_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	struct slice why;
	int64_t revision;
	if (read_number(call, "revision", &revision) && read_text(call, "why", true, &why))
		answer(call, template_submit(&life, slice_of(call->params[0]), revision, why, &at), &at);
}

void console_approve_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	struct slice comment;
	int64_t revision;
	if (read_number(call, "revision", &revision) && read_text(call, "comment", false, &comment))
		answer(call, template_approve(&life, slice_of(call->params[0]), revision, comment, &at), &at);
}

void console_reject_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	struct slice comment;
	int64_t revision;
	if (read_number(call, "revision", &revision) && read_text(call, "comment", true, &comment))
		answer(call, template_reject(&life, slice_of(call->params[0]), revision, comment, &at), &at);
}

void console_publish_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	const json_t *when = json_object_get(call->body, "at");
	int64_t revision, number;
	if (!read_number(call, "revision", &revision))
		return;
	if (when != NULL && !json_is_integer(when) && !json_is_null(when)) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	answer(call,
	       template_publish(&life, slice_of(call->params[0]), revision, (wall_ms)json_integer_value(when), &number,
				&at),
	       &at);
}

/* Of the draft as it is: there is nothing of it that one would have to have seen. */
void console_unschedule_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	json_t *draft = console_template_draft(call, call->params[0]);
	int64_t revision = json_integer_value(json_object_get(draft, "revision"));
	json_decref(draft);
	answer(call, template_unschedule(&life, slice_of(call->params[0]), revision, &at), &at);
}

void console_rollback_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	struct slice why;
	int64_t version, number;
	if (read_number(call, "version", &version) && read_text(call, "why", true, &why))
		answer(call, template_roll_back(&life, slice_of(call->params[0]), version, why, &number, &at), &at);
}

void console_archive_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	struct slice why;
	if (read_text(call, "why", true, &why))
		answer(call, template_archive(&life, slice_of(call->params[0]), why, &at), &at);
}

void console_restore_post(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct template_life life = life_of(call);
	struct slice why;
	int64_t number;
	if (read_text(call, "why", true, &why))
		answer(call, template_restore(&life, slice_of(call->params[0]), why, &number, &at), &at);
}
