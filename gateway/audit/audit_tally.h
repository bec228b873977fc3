/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_book.h"

/* Sums up for each alert what is known of its entries: closed, pending, or missing. Behind all reading, once. */
void audit_tally(struct audit_book *book);

/* True where one more message of the alert is to be expected at the carrier. Behind audit_tally. */
bool audit_tally_is_open(const struct audit_alert *alert);
