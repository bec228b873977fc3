/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_outcome.h"
#include "console/console_who.h"
#include "staff/audit_log.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE         50
#define WORD_OCTETS  128
#define EXPORT_MAX   (64u * 1024u * 1024u)
#define EXPORT_FIRST 65536u

void console_audit_list(struct console_call *call)
{
	char actor[WORD_OCTETS] = "", action[WORD_OCTETS] = "", object[WORD_OCTETS] = "", before[32] = "";
	struct err_at at = { .err = ERR_OK };
	json_t *entries;
	int64_t next;
	uint64_t from = 0;
	(void)console_query(call, "actor", actor, sizeof actor);
	(void)console_query(call, "action", action, sizeof action);
	(void)console_query(call, "object", object, sizeof object);
	if (console_query(call, "before", before, sizeof before) && before[0] != '\0' &&
	    !number_parse(slice_of(before), INT64_MAX, &from)) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	const struct audit_filter filter = {
		.before = (int64_t)from,
		.actor = { *actor ? actor : NULL, strlen(actor) },
		.action = { *action ? action : NULL, strlen(action) },
		.object = { *object ? object : NULL, strlen(object) },
		.count = PAGE,
	};
	enum staff_outcome outcome = audit_log_page(call->db, &filter, &entries, &next, &at);
	if (outcome != STAFF_OK)
		console_outcome_refuse(call, outcome, &at);
	else
		console_answer(call, json_pack("{s:o,s:o}", "entries", entries, "next",
					       next > 0 ? json_integer(next) : json_null()));
}

void console_audit_check(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct audit_verdict verdict;
	enum staff_outcome outcome = audit_log_check(call->db, &call->is_dropped, &verdict, &at);
	if (outcome != STAFF_OK)
		console_outcome_refuse(call, outcome, &at);
	else
		console_answer(call, json_pack("{s:b,s:I,s:o,s:s,s:s}", "ok", (int)verdict.is_whole, "count",
					       (json_int_t)verdict.count, "broken_at",
					       verdict.broken_at > 0 ? json_integer(verdict.broken_at) : json_null(),
					       "why", verdict.why, "head", verdict.head));
}

/* The whole log, in memory: it is bounded, and told where it is longer. */
struct export
{
	char *at;
	size_t len;
	size_t cap;
	bool is_full;
	const _Atomic bool *is_called_off;
};

static bool on_piece(void *ctx, struct slice text)
{
	struct export *export = ctx;
	if (*export->is_called_off)
		return false;
	if (text.len > export->cap - export->len) {
		size_t cap = export->cap > 0 ? export->cap : EXPORT_FIRST;
		while (cap < export->len + text.len)
			cap *= 2;
		char *grown = cap <= EXPORT_MAX ? realloc(export->at, cap) : NULL;
		export->is_full = grown == NULL;
		if (export->is_full)
			return false;
		export->at = grown;
		export->cap = cap;
	}
	memcpy(export->at + export->len, text.at, text.len);
	export->len += text.len;
	return true;
}

void console_audit_export(struct console_call *call)
{
	char format[8] = "jsonl";
	struct err_at at = { .err = ERR_OK };
	struct export export = { .is_called_off = &call->is_dropped };
	(void)console_query(call, "format", format, sizeof format);
	bool is_csv = strcmp(format, "csv") == 0;
	if (!is_csv && strcmp(format, "jsonl") != 0) {
		console_refuse(call, CONSOLE_INVALID);
		return;
	}
	/* Who takes the log away is in it. */
	if (!console_who_note(call, "audit.export", "", json_pack("{s:s}", "format", format)))
		return;
	enum staff_outcome outcome = audit_log_export(call->db, is_csv, on_piece, &export, &at);
	if (export.is_full) {
		console_refuse_with(call, CONSOLE_BUSY, "The log is too long for a page: use “hongyan user log”", NULL);
	} else if (outcome != STAFF_OK) {
		console_outcome_refuse(call, outcome, &at);
	} else {
		console_send(call, is_csv ? "text/csv; charset=utf-8" : "application/x-ndjson", export.at, export.len);
		call->file_name = is_csv ? "hongyan-audit.csv" : "hongyan-audit.jsonl";
		return;
	}
	free(export.at);
}
