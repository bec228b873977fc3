/* SPDX-License-Identifier: Apache-2.0 */

/* Alerts as they lie in Redis: those that wait, and dead letters. */

#include "audit/audit_read.h"

#include <string.h>

/* The alert that an entry's octets name, if a producer named it too; AUDIT_NONE otherwise. */
static uint32_t alert_of_body(const struct audit_book *book, const char *body, size_t len)
{
	int error_at;
	uint32_t row = AUDIT_NONE;
	json_t *object = audit_lines_parse(body, len, &error_at);
	const json_t *id = json_object_get(object, "id");
	if (json_is_string(id))
		row = audit_book_find_alert(book, json_string_value(id), strlen(json_string_value(id)));
	json_decref(object);
	return row;
}

/* The entry's row, with its alert; AUDIT_NONE where no producer names it. is_good: false where there is no memory. */
static uint32_t entry_of(struct audit_book *book, const struct audit_entry *key, const char *body, size_t len,
			 bool *is_good)
{
	*is_good = true;
	uint32_t row = audit_book_find_entry(book, key);
	if (row != AUDIT_NONE && audit_book_entry(book, row)->alert != AUDIT_NONE)
		return row;
	uint32_t alert_row = alert_of_body(book, body, len);
	if (alert_row == AUDIT_NONE)
		return AUDIT_NONE;
	row = audit_book_make_entry(book, key);
	if (row == AUDIT_NONE) {
		*is_good = false;
		return AUDIT_NONE;
	}
	struct audit_alert *alert = audit_book_alert(book, alert_row);
	audit_book_entry(book, row)->alert = alert_row;
	if (alert->entry == AUDIT_NONE)
		alert->entry = row;
	return row;
}

bool audit_read_pending(struct audit_book *book, const struct audit_entry *key, const char *body, size_t len,
			bool is_ambiguous, bool is_held, struct audit_trouble *trouble)
{
	bool is_good;
	uint32_t row = entry_of(book, key, body, len, &is_good);
	if (!is_good)
		return audit_trouble_memory(trouble);
	if (row == AUDIT_NONE)
		return true;
	struct audit_entry *entry = audit_book_entry(book, row);
	entry->flags |= AUDIT_ENTRY_PENDING;
	if (is_held)
		entry->flags |= AUDIT_ENTRY_HELD;
	struct audit_alert *alert = audit_book_alert(book, entry->alert);
	/* Events tell of the same doubt, and we may look twice. */
	if (is_ambiguous && alert->doubts == 0)
		alert->doubts = 1;
	return true;
}

void audit_read_listed(struct audit_book *book, const char *body, size_t len)
{
	uint32_t row = alert_of_body(book, body, len);
	if (row != AUDIT_NONE)
		audit_book_bump(&audit_book_alert(book, row)->listed);
}

bool audit_read_letter(struct audit_book *book, const struct audit_entry *key, const char *body, size_t len,
		       const char *reason, struct audit_trouble *trouble)
{
	bool is_good;
	uint32_t row = entry_of(book, key, body, len, &is_good);
	if (!is_good)
		return audit_trouble_memory(trouble);
	if (row == AUDIT_NONE)
		return true;
	struct audit_entry *entry = audit_book_entry(book, row);
	if (entry->closings > 0 || entry->requeues > 0)
		return true; /* an event told of it */
	entry->closings = 1;
	entry->first_kind = AUDIT_DEAD;
	entry->last_kind = AUDIT_DEAD;
	entry->reason = audit_book_reason(book, reason);
	return true;
}
