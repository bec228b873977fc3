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
#define PAGES_MAX     40 /* looked through, or brought back, for one answer */
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
	return json_pack("{s:o,s:I,s:o,s:o,s:s,s:o,s:o,s:b,s:b}", "entry", text_json(letter->entry, ENTRY_ID_OCTETS),
			 "at", (json_int_t)letter->at, "id", text_json(alert.id, ALERT_ID_MAX), "template",
			 text_json(alert.template_name, ALERT_NAME_MAX), "number", masked, "reason",
			 text_json(dead_letters_word(letter->reason), REASON_OCTETS), "field",
			 text_json(dead_letters_field(letter->reason), ALERT_PARAM_NAME_MAX), "is_ambiguous",
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

/* The page behind an entry; after: "" = the first one. */
static enum err read_page(struct console_call *call, struct reading *reading, const char *after, const char *to,
			  struct err_at *at)
{
	char from[ENTRY_ID_OCTETS + 1];
	snprintf(from, sizeof from, "%s%s", *after ? "(" : "", *after ? after : "-");
	return dead_letters_read(call->ask, from, to, &reading->page, at);
}

static enum err list(struct console_call *call, struct reading *reading, char after[static ENTRY_ID_OCTETS],
		     const char *reason, json_t *letters, bool *has_more, struct err_at *at)
{
	*has_more = false;
	for (unsigned pages = 0; pages < PAGES_MAX; pages++) {
		enum err err = read_page(call, reading, after, "+", at);
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

/* All of a reason that died until then, some pages at a time; what dies again meanwhile is behind it. after: where it goes on, "" = at the
 * beginning; then where the next answer has to, "" = it is done. */
static enum err requeue_reason(struct console_call *call, struct reading *reading, const char *reason, wall_ms until,
			       char after[static ENTRY_ID_OCTETS], uint64_t *requeued, struct err_at *at)
{
	char to[ENTRY_ID_OCTETS];
	snprintf(to, sizeof to, "%lld", (long long)until);
	for (unsigned pages = 0; pages < PAGES_MAX && !call->is_dropped; pages++) {
		enum err err = read_page(call, reading, after, to, at);
		unsigned count = reading->page.count;
		if (err != ERR_OK)
			return err;
		if (count > 0)
			snprintf(after, ENTRY_ID_OCTETS, "%.*s", SLICE_ARG(reading->page.letters[count - 1].entry));
		err = requeue_page(call, reading, reason, call->now, requeued, at);
		if (err != ERR_OK)
			return err;
		if (count < DEAD_LETTERS_PAGE) {
			after[0] = '\0';
			return ERR_OK;
		}
	}
	return ERR_OK;
}

/* What is wanted: some entries, or all of a reason. */
struct requeue {
	const json_t *entries; /* NULL = by reason */
	const char *reason;
	wall_ms until;
	char after[ENTRY_ID_OCTETS];
};

static bool read_requeue(const struct console_call *call, struct requeue *out)
{
	const json_t *until = json_object_get(call->body, "until");
	const char *after = console_text(call->body, "after", ENTRY_ID_OCTETS - 1);
	struct entry_key key;
	*out = (struct requeue){
		.entries = json_object_get(call->body, "entries"),
		.reason = console_text(call->body, "reason", REASON_OCTETS - 1),
		.until = json_is_integer(until) ? json_integer_value(until) : call->now,
	};
	if (out->entries != NULL)
		return are_entries(out->entries) && out->reason == NULL;
	if (after != NULL)
		snprintf(out->after, sizeof out->after, "%s", after);
	return out->reason != NULL && *out->reason != '\0' &&
	       (out->after[0] == '\0' || entry_id_parse(slice_of(out->after), LANE_READY, &key));
}

void console_dead_requeue(struct console_call *call)
{
	struct err_at at = { .err = ERR_OK };
	struct requeue wish;
	uint64_t requeued = 0;
	struct reading *reading = malloc(sizeof *reading);
	if (!read_requeue(call, &wish)) {
		console_refuse(call, CONSOLE_INVALID);
	} else if (reading == NULL) {
		console_refuse(call, CONSOLE_BUSY);
	} else if (console_who_note(call, "dead.requeue", wish.entries == NULL ? wish.reason : "",
				    wish.entries != NULL ? json_pack("{s:O}", "entries", wish.entries)
							 : json_pack("{s:I,s:s}", "until", (json_int_t)wish.until,
								     "after", wish.after)) &&
		   console_ask_again(call)) {
		/* The log first, as with numbers: it says what was meant to be done. */
		enum err err =
			wish.entries != NULL
				? requeue_entries(call, reading, wish.entries, call->now, &requeued, &at)
				: requeue_reason(call, reading, wish.reason, wish.until, wish.after, &requeued, &at);
		if (err != ERR_OK)
			console_fail(call, &at);
		else
			console_answer(call,
				       json_pack("{s:I,s:I,s:s?}", "requeued", (json_int_t)requeued, "until",
						 (json_int_t)wish.until, "next", wish.after[0] ? wish.after : NULL));
	}
	free(reading);
}
