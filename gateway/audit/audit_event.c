/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_join.h"
#include "audit/audit_read.h"

#include <stdlib.h>
#include <string.h>

#define CHOICES_MAX 16   /* an id that more messages have than this is no id */
#define REQUEST_MAX 1000 /* … unless it is that of a request for so many numbers */
#define TAIL_DIGITS 10
#define TAILS       10000000000 /* so many tails there are */

/* The messages that a reference of an event names. */
struct named {
	uint32_t next; /* row of the refs; AUDIT_NONE = there are no more */
	unsigned left; /* to be looked at */
	bool has_tail; /* only those to a number that ends so */
	uint64_t tail;
};

/* Where a carrier gives one id to all numbers of a request, the gateway puts a slash and the number's last ten digits behind
 * it, and the carrier's record has the bare id. */
static struct named find(const struct audit_book *book, const json_t *ref)
{
	const char *text = json_string_value(ref);
	size_t len = json_string_length(ref);
	struct named named = { .next = AUDIT_NONE, .left = CHOICES_MAX };
	if (text == NULL || len == 0)
		return named;
	named.next = audit_book_find_ref(book, text, len);
	const char *slash = strrchr(text, '/');
	size_t digits = slash ? strspn(slash + 1, "0123456789") : 0;
	if (named.next != AUDIT_NONE || digits == 0 || digits > TAIL_DIGITS || slash[1 + digits] != '\0' ||
	    slash == text)
		return named;
	named.next = audit_book_find_ref(book, text, (size_t)(slash - text));
	named.left = REQUEST_MAX;
	named.has_tail = true;
	named.tail = strtoull(slash + 1, NULL, 10);
	return named;
}

/* Row of the next message; AUDIT_NONE where there are no more. */
static uint32_t next_named(const struct audit_book *book, struct named *named)
{
	while (named->next != AUDIT_NONE && named->left > 0) {
		const struct audit_ref *ref = audit_rows_at(&book->refs, named->next);
		named->next = ref->next;
		named->left--;
		if (!named->has_tail || audit_book_message(book, ref->message)->number % TAILS == named->tail)
			return ref->message;
	}
	return AUDIT_NONE;
}

static void mark_foreign(const struct audit_book *book, const json_t *refs)
{
	for (size_t i = 0; i < json_array_size(refs); i++) {
		struct named named = find(book, json_array_get(refs, i));
		for (uint32_t row; (row = next_named(book, &named)) != AUDIT_NONE;)
			audit_book_message(book, row)->flags |= AUDIT_MESSAGE_FOREIGN;
	}
}

/* Joins the alert with the messages of one id. Carriers may use the same ids: the number decides, and where it fits none,
 * the first message is looked at again when all events are read. */
static bool join_ref(struct audit_book *book, uint32_t alert_row, const struct audit_entry *entry, struct named named,
		     struct audit_trouble *trouble)
{
	const struct audit_alert *alert = audit_book_alert(book, alert_row);
	bool fits_one = false;
	uint32_t first = AUDIT_NONE;
	for (uint32_t row; (row = next_named(book, &named)) != AUDIT_NONE;) {
		const struct audit_message *message = audit_book_message(book, row);
		first = first == AUDIT_NONE ? row : first;
		if (message->number == alert->number || alert->number == 0 || (alert->flags & AUDIT_ALERT_VARIES)) {
			fits_one = true;
			if (message->alert == AUDIT_NONE && !audit_join_message(book, row, alert_row, entry))
				return audit_trouble_memory(trouble);
		}
	}
	if (fits_one)
		book->ref_match_count++;
	if (fits_one || first == AUDIT_NONE)
		return true;
	struct audit_mismatch *mismatch = audit_rows_add(&book->mismatches);
	if (mismatch == NULL)
		return audit_trouble_memory(trouble);
	*mismatch = (struct audit_mismatch){ alert_row, first };
	return true;
}

static bool join_refs(struct audit_book *book, uint32_t alert_row, const struct audit_entry *entry, const json_t *refs,
		      struct audit_trouble *trouble)
{
	for (size_t i = 0; i < json_array_size(refs); i++) {
		const json_t *ref = json_array_get(refs, i);
		if (!json_is_string(ref) || json_string_length(ref) == 0)
			continue;
		if (entry->closings && entry->last_kind == AUDIT_ACCEPTED)
			audit_book_alert(book, alert_row)->flags |= AUDIT_ALERT_HAS_REFS;
		if (!join_ref(book, alert_row, entry, find(book, ref), trouble))
			return false;
	}
	return true;
}

static void bump(uint8_t *counter)
{
	*counter = (uint8_t)(*counter + (*counter != UINT8_MAX));
}

static uint32_t hash_of_time(const struct audit_book *book, const json_t *line)
{
	const json_t *at = json_object_get(line, "at");
	return json_is_string(at)
		       ? (uint32_t)audit_texts_hash(&book->texts, json_string_value(at), json_string_length(at)) | 1
		       : 0;
}

/* A reader that stopped between writing events and acknowledging them is given them again, and writes them twice. */
static bool is_known(const struct audit_entry *entry, enum audit_kind kind, uint32_t at)
{
	if (at == 0)
		return false;
	if (kind == AUDIT_REQUEUED)
		return at == entry->requeued_at;
	return entry->closings > 0 && ((kind == entry->first_kind && at == entry->first_at) ||
				       (kind == entry->last_kind && at == entry->last_at));
}

static void note_kind(struct audit_book *book, struct audit_entry *entry, enum audit_kind kind, const char *reason,
		      uint32_t at)
{
	if (kind == AUDIT_REQUEUED) {
		entry->requeued_at = at;
		entry->flags |= AUDIT_ENTRY_OPEN;
		bump(&entry->requeues);
	} else if (kind == AUDIT_HELD) {
		entry->flags |= AUDIT_ENTRY_HELD;
	} else if (kind < AUDIT_CLOSING_COUNT) {
		if (entry->closings == 0) {
			entry->first_kind = (uint8_t)kind;
			entry->first_at = at;
		}
		entry->last_at = at;
		entry->last_kind = (uint8_t)kind;
		entry->flags &= (uint8_t)~AUDIT_ENTRY_OPEN;
		bump(&entry->closings);
		if (kind == AUDIT_DEAD)
			entry->reason = audit_book_reason(book, reason ? reason : "");
	}
}

/* The alert of an event: by its id, or by its entry where it has none. AUDIT_NONE = no producer names it. */
static uint32_t alert_of(const struct audit_book *book, const json_t *line, const struct audit_entry *key)
{
	const json_t *id = json_object_get(line, "id");
	uint32_t entry = audit_book_find_entry(book, key);
	if (entry != AUDIT_NONE && audit_book_entry(book, entry)->alert != AUDIT_NONE)
		return audit_book_entry(book, entry)->alert;
	return json_is_string(id) ? audit_book_find_alert(book, json_string_value(id), strlen(json_string_value(id)))
				  : AUDIT_NONE;
}

static bool note_receipt(struct audit_book *book, uint32_t row, enum audit_kind kind)
{
	if (row != AUDIT_NONE)
		audit_book_alert(book, row)->flags |=
			kind == AUDIT_DELIVERED ? AUDIT_ALERT_DELIVERED : AUDIT_ALERT_UNDELIVERED;
	return true;
}

bool audit_read_event(void *ctx, const json_t *line, const struct audit_place *place, struct audit_trouble *trouble)
{
	struct audit_book *book = ctx;
	struct audit_entry key;
	const char *name = json_string_value(json_object_get(line, "event"));
	const char *entry_text = json_string_value(json_object_get(line, "entry"));
	const char *stream = json_string_value(json_object_get(line, "stream"));
	if (name == NULL)
		return audit_lines_wrong(place, trouble, "there is no “event”; is this a file of events?");
	enum audit_kind kind = audit_kind_find(name);
	if (kind == AUDIT_KIND_COUNT)
		return true; /* of a later version */
	if (entry_text == NULL || !audit_book_parse_entry(entry_text, &key))
		return audit_lines_wrong(place, trouble, "“entry” is missing, or none such as “1739404800000-7”");
	if (stream)
		key.lane = (uint8_t)audit_lane_find(stream);
	const json_t *refs = json_object_get(line, "refs");
	uint32_t row = alert_of(book, line, &key);
	if (kind == AUDIT_DELIVERED || kind == AUDIT_UNDELIVERED)
		return note_receipt(book, row, kind);
	if (row == AUDIT_NONE && json_object_get(line, "id")) {
		book->unknown_events++;
		mark_foreign(book, refs);
		return true;
	}
	uint32_t entry_row = audit_book_make_entry(book, &key);
	if (entry_row == AUDIT_NONE)
		return audit_trouble_memory(trouble);
	struct audit_entry *entry = audit_book_entry(book, entry_row);
	uint32_t at = hash_of_time(book, line);
	if (book->events_come_again && is_known(entry, kind, at))
		return true;
	note_kind(book, entry, kind, json_string_value(json_object_get(line, "reason")), at);
	if (row == AUDIT_NONE)
		return true; /* the alert could not be read; its dead letter may say more */
	struct audit_alert *alert = audit_book_alert(book, row);
	entry->alert = row;
	if (alert->entry == AUDIT_NONE)
		alert->entry = entry_row;
	if (json_is_true(json_object_get(line, "ambiguous")))
		audit_book_bump(&alert->doubts);
	return join_refs(book, row, entry, refs, trouble);
}
