/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_book.h"

/* Which alert a carrier's message is of: by the carrier's id, which events tell; what remains by number and text. */

/* Joins a message with an alert. entry: where it is known which of its entries led to it (for the latency); else NULL.
 * False where there is no memory. */
bool audit_join_message(struct audit_book *book, uint32_t message, uint32_t alert, const struct audit_entry *entry);

/* Joins what the carriers' ids did not join. Behind audit_tally. False where there is no memory. */
bool audit_join_rest(struct audit_book *book);
