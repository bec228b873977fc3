/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The record: JSON lines of what a run accepted. */

#include <stdbool.h>

#include "fake_ledger.h"

/* Write one line per message, in the order of their first segments, to `path` (beside it first, then renamed). Members:
 *   to, from, text, encoding (GSM7, UCS2, LATIN1, ASCII, OCTETS = hex, MIXED), segments (on the air), at, last_at (wall ms of the first
 *   and last segment), message_ids (by segment number), data_coding, copy, copies (the how-manyth message of that `to` and `text`,
 *   and of how many), system_id, method (none, udh8, udh16, sar, payload, http), esm_class, registered_delivery;
 * message_ids of an sms over HTTP are those that the provider gives out: one, or one for each part;
 * where they apply: reference and total; validity_period, schedule_delivery_time, service_type; swallowed (true: not all of it was
 * answered); and for a message not whole: incomplete (true), missing (segment numbers), repeat (true: the set was whole once, this
 * is a segment sent again), with copy and copies 0.
 * False, with a line on stderr, if writing fails. */
bool fake_record_messages(const struct fake_ledger *ledger, const char *path);

/* Write one line per accepted PDU, in order of arrival: at, to, segments, message_id, number, total. Else as above. */
bool fake_record_segments(const struct fake_ledger *ledger, const char *path);
