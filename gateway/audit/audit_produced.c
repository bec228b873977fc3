/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_instant.h"
#include "audit/audit_number.h"
#include "audit/audit_read.h"

#include <string.h>

static bool is_control(const json_t *alert)
{
	return json_object_get(alert, "cancel") || json_object_get(alert, "cancel_subject") ||
	       json_object_get(alert, "cancel_batch");
}

/* The member of the line, or else of the alert in it. */
static const json_t *either(const json_t *line, const json_t *alert, const char *name)
{
	const json_t *value = json_object_get(line, name);
	return value ? value : json_object_get(alert, name);
}

/* What the alert should lead to; from a second line of the same id only, whether it says something else. */
static void note_content(struct audit_book *book, struct audit_alert *alert, const json_t *line, const json_t *object,
			 bool is_new)
{
	const json_t *to = json_object_get(object, "to");
	const json_t *text = either(line, object, "text");
	uint64_t number = json_is_string(to) ? audit_number_parse(json_string_value(to), json_string_length(to)) : 0;
	uint64_t hash = json_is_string(text)
				? audit_texts_hash(&book->texts, json_string_value(text), json_string_length(text))
				: 0;
	if (!is_new) {
		if (number != alert->number || (hash && hash != alert->text))
			alert->flags |= AUDIT_ALERT_VARIES;
		return;
	}
	int64_t expires_ms;
	alert->number = number;
	alert->text = hash;
	if (hash)
		alert->flags |= AUDIT_ALERT_HAS_TEXT;
	/* Beyond 2106 is as good as in 2106. */
	if (audit_instant_parse(json_object_get(object, "expires_at"), &expires_ms) && expires_ms > 0)
		alert->expires_s = expires_ms / 1000 < UINT32_MAX ? (uint32_t)(expires_ms / 1000) : UINT32_MAX;
}

/* The entry that a line names; it takes both members, since streams count for themselves. 1 = there is one, 0 = none, -1 =
 * it is malformed. */
static int read_entry(const json_t *line, struct audit_entry *key)
{
	const json_t *entry = json_object_get(line, "entry");
	const char *stream = json_string_value(json_object_get(line, "stream"));
	if (entry && (!json_is_string(entry) || !audit_book_parse_entry(json_string_value(entry), key)))
		return -1;
	if (entry == NULL || stream == NULL)
		return 0;
	const char *colon = strrchr(stream, ':');
	key->lane = (uint8_t)audit_lane_find(colon ? colon + 1 : stream);
	return 1;
}

/* The line's entry: 1 = a new one, 0 = it is named already, -1 = there is no memory. */
static int note_entry(struct audit_book *book, uint32_t row, const struct audit_entry *key)
{
	struct audit_alert *alert = audit_book_alert(book, row);
	uint32_t number = audit_book_make_entry(book, key);
	if (number == AUDIT_NONE)
		return -1;
	struct audit_entry *entry = audit_book_entry(book, number);
	if (entry->flags & AUDIT_ENTRY_PRODUCED)
		return 0;
	entry->flags |= AUDIT_ENTRY_PRODUCED;
	entry->alert = row;
	if (alert->entry == AUDIT_NONE)
		alert->entry = number;
	return 1;
}

bool audit_read_produced(void *ctx, const json_t *line, const struct audit_place *place, struct audit_trouble *trouble)
{
	struct audit_book *book = ctx;
	const json_t *inner = json_object_get(line, "alert");
	const json_t *object = json_is_object(inner) ? inner : line;
	if (is_control(object)) {
		book->control_count++;
		return true;
	}
	const json_t *id = json_object_get(object, "id");
	struct audit_entry key;
	int has_entry = read_entry(line, &key);
	bool is_named = json_is_string(id) && json_string_length(id) > 0;
	if (has_entry < 0)
		return audit_lines_wrong(place, trouble,
					 "“entry” is none as XADD gives them, such as “1739404800000-7”");
	/* The gateway closes the entry of an alert without an id too, as dead. */
	if (!is_named && has_entry == 0)
		return audit_lines_wrong(place, trouble, "there is no “id” of text, nor “entry” and “stream”");
	const char *name = json_string_value(is_named ? id : json_object_get(line, "entry"));
	bool is_new;
	uint32_t row = audit_book_make_alert(book, name, strlen(name), &is_new);
	if (row == AUDIT_NONE)
		return audit_trouble_memory(trouble);
	struct audit_alert *alert = audit_book_alert(book, row);
	if (has_entry) {
		int made = note_entry(book, row, &key);
		if (made < 0)
			return audit_trouble_memory(trouble);
		if (made == 0)
			return true; /* the same line once more */
	} else {
		audit_book_bump(&alert->lines);
	}
	note_content(book, alert, line, object, is_new);
	book->produced_count++;
	book->again_count += !is_new;
	return true;
}
