/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/draft.h"

#include "base/number.h"
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_outcome.h"
#include "console/console_templates.h"

#include <stdio.h>

#define WHY_OCTETS_MAX 1000

/* “"3"”: the revision that the pages have seen. */
static bool read_revision(const char *tag, int64_t *out)
{
	size_t len = strlen(tag);
	uint64_t number;
	if (len < 3 || tag[0] != '"' || tag[len - 1] != '"' ||
	    !number_parse((struct slice){ tag + 1, len - 2 }, INT64_MAX, &number))
		return false;
	*out = (int64_t)number;
	return true;
}

/* Which draft is meant: If-Match with its revision, or If-None-Match: * for a new one (revision 0). */
static bool wanted_revision(struct console_call *call, bool may_be_new, int64_t *out)
{
	*out = 0;
	if (call->if_match[0] != '\0' ? read_revision(call->if_match, out) && *out > 0
				      : may_be_new && strcmp(call->if_none_match, "*") == 0)
		return true;
	console_refuse(call, CONSOLE_NEEDS_MATCH);
	return false;
}

static void tag(struct console_call *call, const json_t *draft)
{
	snprintf(call->etag, sizeof call->etag, "\"%lld\"",
		 (long long)json_integer_value(json_object_get(draft, "revision")));
}

/* With the other one's draft, or his lock. other: taken; NULL = none. */
static void refuse(struct console_call *call, enum staff_outcome outcome, const struct err_at *at, json_t *other)
{
	json_t *more = NULL;
	if (outcome == STAFF_OUTDATED)
		more = console_template_latest(call, call->params[0]);
	else if (outcome == STAFF_CONFLICT)
		more = json_pack("{s:O?}", "theirs", other);
	else if (outcome == STAFF_LOCKED)
		more = json_pack("{s:O?}", "lock", other);
	json_decref(other);
	console_outcome_refuse_with(call, outcome, at, more);
}

void console_draft_put(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	int64_t revision;
	json_t *draft = NULL;
	const json_t *why = json_object_get(call->body, "why");
	const char *why_text = console_text(call->body, "why", WHY_OCTETS_MAX);
	if (!wanted_revision(call, true, &revision))
		return;
	const json_t *base = json_object_get(call->body, "base");
	if ((why != NULL && why_text == NULL) ||
	    (base != NULL && (!json_is_integer(base) || json_integer_value(base) < 0))) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	const struct draft_content content = {
		.variants = json_object_get(call->body, "variants"),
		.samples = json_object_get(call->body, "samples"),
		.registrations = json_object_get(call->body, "registrations"),
		.why = slice_of(why_text),
		.has_base = base != NULL,
		.base = json_integer_value(base),
	};
	enum staff_outcome outcome = draft_save(call->db, &call->actor, call->now, slice_of(call->params[0]), revision,
						&content, &draft, &at);
	if (outcome != STAFF_OK) {
		refuse(call, outcome, &at, draft);
		return;
	}
	tag(call, draft);
	console_answer(call, json_pack("{s:o}", "draft", draft));
}

void console_draft_delete(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	int64_t revision;
	const char *name = call->params[0];
	if (!wanted_revision(call, false, &revision))
		return;
	enum staff_outcome outcome = draft_discard(call->db, &call->actor, call->now, slice_of(name), revision, &at);
	if (outcome == STAFF_OK)
		console_answer(call, json_pack("{s:b}", "done", 1));
	else if (outcome == STAFF_CONFLICT)
		refuse(call, outcome, &at, console_template_draft(call, name));
	else
		refuse(call, outcome, &at, outcome == STAFF_LOCKED ? console_template_lock(call, name) : NULL);
}

void console_lock_put(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	json_t *lock = NULL;
	bool takes_over = json_is_true(json_object_get(call->body, "takeover"));
	const char *display = json_string_value(json_object_get(call->user, "display"));
	enum staff_outcome outcome =
		draft_lock(call->db, &call->actor, slice_of(display != NULL ? display : call->name), call->now,
			   slice_of(call->params[0]), takes_over, &lock, &at);
	if (outcome == STAFF_OK)
		console_answer(call, json_pack("{s:o}", "lock", lock));
	else
		refuse(call, outcome, &at, lock);
}

void console_lock_delete(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = draft_unlock(call->db, &call->actor, slice_of(call->params[0]), &at);
	if (outcome == STAFF_OK)
		console_answer(call, json_pack("{s:b}", "done", 1));
	else
		refuse(call, outcome, &at, NULL);
}
