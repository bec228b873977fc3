/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/civil.h"
#include "base/json.h"
#include "console/console_handlers.h"
#include "console/console_inner.h"
#include "console/console_who.h"
#include "decode/alert_glance.h"
#include "model/alert.h"
#include "store/dead_letters.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN         50
#define PAGES_MAX     40 /* looked through for one answer */
#define REQUEUED_MAX  10000
#define ENTRIES_MAX   256
#define REASON_OCTETS 64
#define GLANCE_OCTETS (64 * 1024)
#define EVENT_OCTETS  4096

/* What a letter needs while it is looked at. */
struct reading {
	struct dead_letters_page page;
	_Alignas(max_align_t) char octets[GLANCE_OCTETS];
};

static void glance(struct reading *reading, const struct dead_letter *letter, struct alert_glance *out)
{
	struct arena arena;
	arena_init(&arena, reading->octets, sizeof reading->octets, 0);
	alert_glance(letter->alert, &arena, out);
}

static json_t *text_json(struct slice text, size_t most)
{
	size_t len = text.len < most ? text.len : most;
	json_t *made = text.len > 0 ? json_stringn(text.at, len) : NULL;
	return made != NULL ? made : json_string("");
}

static json_t *letter_json(struct console_call *call, struct reading *reading, const struct dead_letter *letter)
{
	struct alert_glance alert;
	char masked[64];
	char number[65];
	glance(reading, letter, &alert);
	snprintf(number, sizeof number, "%.*s", (int)(alert.to.len < 64 ? alert.to.len : 64),
		 alert.to.len ? alert.to.at : "");
	console_mask(call->console, number, masked, sizeof masked);
	return json_pack("{s:o,s:I,s:o,s:o,s:s,s:o,s:b,s:b}", "entry", text_json(letter->entry, ENTRY_ID_OCTETS), "at",
			 (json_int_t)letter->at, "id", text_json(alert.id, ALERT_ID_MAX), "template",
			 text_json(alert.template_name, ALERT_NAME_MAX), "number", masked, "reason",
			 text_json(dead_letters_word(letter->reason), REASON_OCTETS), "is_ambiguous",
			 (int)letter->is_ambiguous, "usable", (int)dead_letters_is_usable(letter));
}

/* -- the list, oldest first -- */

static bool is_wanted(const struct dead_letter *letter, const char *reason)
{
	return *reason == '\0' || slice_is(dead_letters_word(letter->reason), reason);
}

/* Where the next page begins; "" = at the beginning. False where it is no entry. */
static bool read_after(const struct console_call *call, char after[static ENTRY_ID_OCTETS])
{
	struct entry_key key;
	after[0] = '\0';
	return !console_query(call, "after", after, ENTRY_ID_OCTETS) || after[0] == '\0' ||
	       entry_id_parse(slice_of(after), LANE_READY, &key);
}

static enum err list(struct console_call *call, struct reading *reading, char after[static ENTRY_ID_OCTETS],
		     const char *reason, json_t *letters, bool *has_more, struct err_at *at)
{
	*has_more = false;
	for (unsigned pages = 0; pages < PAGES_MAX; pages++) {
		char from[ENTRY_ID_OCTETS + 1];
		snprintf(from, sizeof from, "%s%s", *after ? "(" : "", *after ? after : "-");
		enum err err = dead_letters_read(call->ask, from, "+", &reading->page, at);
		if (err != ERR_OK || reading->page.count == 0)
			return err;
		for (unsigned i = 0; i < reading->page.count; i++) {
			const struct dead_letter *letter = &reading->page.letters[i];
			if (is_wanted(letter, reason) && json_array_size(letters) == SHOWN) {
				*has_more = true;
				return ERR_OK;
			}
			snprintf(after, ENTRY_ID_OCTETS, "%.*s", SLICE_ARG(letter->entry));
			if (is_wanted(letter, reason))
				json_array_append_new(letters, letter_json(call, reading, letter));
		}
		*has_more = reading->page.count == DEAD_LETTERS_PAGE;
		if (!*has_more)
			return ERR_OK;
	}
	return ERR_OK;
}

void console_dead_list(struct console_call *call)
{
	char after[ENTRY_ID_OCTETS], newest[ENTRY_ID_OCTETS], reason[REASON_OCTETS] = "";
	struct err_at at = { .err = ERR_OK };
	uint64_t total;
	bool has_more;
	(void)console_query(call, "reason", reason, sizeof reason);
	struct reading *reading = malloc(sizeof *reading);
	json_t *letters = json_array();
	if (reading == NULL || letters == NULL)
		console_refuse(call, CONSOLE_BUSY);
	else if (!read_after(call, after))
		console_refuse(call, CONSOLE_INVALID);
	else if (dead_letters_extent(call->ask, &total, newest, &at) != ERR_OK ||
		 list(call, reading, after, reason, letters, &has_more, &at) != ERR_OK)
		console_fail(call, &at);
	else
		console_answer(call, json_pack("{s:O,s:I,s:s?}", "letters", letters, "total", (json_int_t)total, "next",
					       has_more ? after : NULL));
	json_decref(letters);
	free(reading);
}

/* -- back to the queue -- */

static size_t put_event(struct console_call *call, struct reading *reading, const struct dead_letter *letter,
			wall_ms now, char out[static EVENT_OCTETS])
{
	struct alert_glance alert;
	struct entry_key origin;
	char at[40], entry[ENTRY_ID_OCTETS], reason[192];
	struct buf buf = buf_over(out, EVENT_OCTETS);
	glance(reading, letter, &alert);
	snprintf(reason, sizeof reason, "by %s at the console", call->name);
	json_open(&buf, '{');
	json_key_text_if(&buf, "id", alert.id);
	if (entry_key_parse(letter->origin, &origin)) {
		json_key_text(&buf, "entry", (struct slice){ entry, entry_id_format(&origin, entry) });
		json_key_text(&buf, "stream", slice_of(lane_name(origin.lane)));
	}
	json_key_text_if(&buf, "template", alert.template_name);
	json_key_text_if(&buf, "tenant", alert.tenant);
	json_key_text_if(&buf, "batch", alert.batch);
	json_key_text(&buf, "event", SLICE("requeued"));
	json_key_text(&buf, "at", (struct slice){ at, civil_format_rfc3339(now, 0, at) });
	if (letter->is_ambiguous)
		json_key_bool(&buf, "ambiguous", true);
	json_key_text(&buf, "reason", slice_of(reason));
	json_close(&buf, '}');
	return buf.full ? 0 : buf.len;
}

/* Requeues those of the page that are meant. */
static enum err requeue_page(struct console_call *call, struct reading *reading, const char *reason, wall_ms now,
			     uint64_t *requeued, struct err_at *at)
{
	unsigned count = 0;
	for (unsigned i = 0; i < reading->page.count; i++) {
		const struct dead_letter *letter = &reading->page.letters[i];
		char event[EVENT_OCTETS];
		if (!is_wanted(letter, reason) || !dead_letters_is_usable(letter))
			continue;
		size_t len = put_event(call, reading, letter, now, event);
		if (len == 0)
			continue;
		if (count++ == 0)
			dead_letters_requeue_begin(call->ask);
		dead_letters_requeue_add(call->ask, letter, (struct slice){ event, len });
	}
	uint64_t done = 0;
	enum err err = count > 0 ? redis_ask_count(call->ask, &done, at) : ERR_OK;
	*requeued += done;
	return err;
}

static bool are_entries(const json_t *entries)
{
	size_t index;
	json_t *entry;
	json_array_foreach(entries, index, entry)
	{
		struct entry_key key;
		if (!json_is_string(entry) || !entry_id_parse(slice_of(json_string_value(entry)), LANE_READY, &key))
			return false;
	}
	return json_is_array(entries) && json_array_size(entries) <= ENTRIES_MAX;
}

/* By entries: each is read by itself. */
static enum err requeue_entries(struct console_call *call, struct reading *reading, const json_t *entries, wall_ms now,
				uint64_t *requeued, struct err_at *at)
{
	size_t index;
	json_t *entry;
	json_array_foreach(entries, index, entry)
	{
		const char *text = json_string_value(entry);
		enum err err = dead_letters_read(call->ask, text, text, &reading->page, at);
		if (err == ERR_OK && reading->page.count > 0)
			err = requeue_page(call, reading, "", now, requeued, at);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* All of a reason that died until then; what dies again meanwhile is behind it. */
static enum err requeue_reason(struct console_call *call, struct reading *reading, const char *reason, json_int_t until,
			       wall_ms now, uint64_t *requeued, struct err_at *at)
{
	char from[ENTRY_ID_OCTETS + 1] = "-";
	char to[ENTRY_ID_OCTETS];
	snprintf(to, sizeof to, "%lld", (long long)until);
	do {
		enum err err = dead_letters_read(call->ask, from, to, &reading->page, at);
		if (err != ERR_OK || reading->page.count == 0)
			return err;
		snprintf(from, sizeof from, "(%.*s", SLICE_ARG(reading->page.letters[reading->page.count - 1].entry));
		err = requeue_page(call, reading, reason, now, requeued, at);
		if (err != ERR_OK)
			return err;
	} while (*requeued < REQUEUED_MAX);
	return ERR_OK;
}

void console_dead_requeue(struct console_call *call)
{
	const json_t *entries = json_object_get(call->body, "entries");
	const char *reason = console_text(call->body, "reason", REASON_OCTETS - 1);
	const json_t *until = json_object_get(call->body, "until");
	struct err_at at = { .err = ERR_OK };
	uint64_t requeued = 0;
	wall_ms now = call->now;
	bool is_by_entry = are_entries(entries) && reason == NULL;
	bool is_by_reason = entries == NULL && reason != NULL && *reason != '\0' && json_is_integer(until);
	struct reading *reading = malloc(sizeof *reading);
	if (!is_by_entry && !is_by_reason) {
		console_refuse(call, CONSOLE_INVALID);
	} else if (reading == NULL) {
		console_refuse(call, CONSOLE_BUSY);
	} else if (console_who_note(call, "dead.requeue", is_by_reason ? reason : "",
				    is_by_entry ? json_pack("{s:O}", "entries", entries)
						: json_pack("{s:O}", "until", until)) &&
		   console_ask_again(call)) {
		/* The log first, as with numbers: it says what was meant to be done. */
		enum err err = is_by_entry ? requeue_entries(call, reading, entries, now, &requeued, &at)
					   : requeue_reason(call, reading, reason, json_integer_value(until), now,
							    &requeued, &at);
		if (err != ERR_OK)
			console_fail(call, &at);
		else
			console_answer(call, json_pack("{s:I}", "requeued", (json_int_t)requeued));
	}
	free(reading);
}
