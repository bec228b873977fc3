/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_tally.h"

static void tally_entry(struct audit_book *book, const struct audit_entry *entry)
{
	struct audit_alert *alert = audit_book_alert(book, entry->alert);
	bool is_closed = entry->closings > 0 && !(entry->flags & AUDIT_ENTRY_OPEN);
	/* Without Redis the last word about a held one is its event. */
	bool is_waiting = !is_closed && (entry->flags & AUDIT_ENTRY_PENDING ||
					 (!book->has_pending && entry->flags & AUDIT_ENTRY_HELD));
	if (is_closed) {
		audit_book_bump(&alert->closed);
		if (entry->last_kind == AUDIT_ACCEPTED)
			audit_book_bump(&alert->accepted);
		if (entry->last_kind == AUDIT_DUPLICATE)
			audit_book_bump(&alert->duplicates);
	}
	if (is_waiting)
		audit_book_bump(&alert->waiting);
	if (!(entry->flags & AUDIT_ENTRY_PRODUCED)) {
		if (is_closed || is_waiting)
			audit_book_bump(&alert->resolved);
	} else if (!is_closed && !is_waiting) {
		audit_book_bump(&alert->missing);
	}
}

/* Of the lines without an entry: what no entry answers for lies on the list, or is missing. What moved from the list to a
 * stream while we looked was seen in both places. */
static void tally_lines(struct audit_alert *alert)
{
	unsigned open = alert->lines > alert->resolved ? alert->lines - (unsigned)alert->resolved : 0;
	if (alert->listed > open)
		alert->listed = (uint16_t)open;
	unsigned waiting = alert->waiting + (unsigned)alert->listed;
	unsigned missing = alert->missing + open - alert->listed;
	alert->waiting = (uint16_t)(waiting < UINT16_MAX ? waiting : UINT16_MAX);
	alert->missing = (uint16_t)(missing < UINT16_MAX ? missing : UINT16_MAX);
}

void audit_tally(struct audit_book *book)
{
	for (uint32_t i = 0; i < book->entries.count; i++) {
		const struct audit_entry *entry = audit_book_entry(book, i);
		if (entry->alert != AUDIT_NONE)
			tally_entry(book, entry);
	}
	for (uint32_t i = 0; i < book->alerts.count; i++)
		tally_lines(audit_book_alert(book, i));
}

bool audit_tally_is_open(const struct audit_alert *alert)
{
	if (alert->accepted == 0)
		return alert->arrived == 0 && (alert->missing || alert->waiting);
	return alert->arrived < alert->accepted;
}
