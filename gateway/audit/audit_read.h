/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_book.h"
#include "audit/audit_lines.h"

/* What lines mean: each takes one into the book (the ctx of audit_take). */

/* One alert that a producer added: the alert itself, or {"alert":{…},"entry":…,"stream":…}; “text” in either is what must
 * arrive. A line that withdraws others is counted. */
audit_take audit_read_produced;

/* One message that a carrier accepted. */
audit_take audit_read_carrier;

/* One event. Its refs join its alert with messages, so that carriers come first. */
audit_take audit_read_event;

/* An entry that waits in Redis. body: the alert as it was added. key: of its origin. */
bool audit_read_pending(struct audit_book *book, const struct audit_entry *key, const char *body, size_t len,
			bool is_ambiguous, bool is_held, struct audit_trouble *trouble);

/* An alert that waits on the list, where it has no entry. */
void audit_read_listed(struct audit_book *book, const char *body, size_t len);

/* A dead letter: closes its entry where no event did. */
bool audit_read_letter(struct audit_book *book, const struct audit_entry *key, const char *body, size_t len,
		       const char *reason, struct audit_trouble *trouble);
