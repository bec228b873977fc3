/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/actor.h"
#include "staff/staff_change.h"

/* The audit log: what people did, never changed, each entry with a hash over itself and the one before. Entry n of the stream has the
 * id n-0, from 1 on, and one field “entry” with a JSON object:
 *   {"seq","at","actor","roles":[…],"address","action","object","detail":{…},"prev","hash"}
 * hash is the last member: SHA-256, in hexadecimal, of prev and the octets of the entry without that member. prev of the first one is
 * 64 zeros. Whoever can write to Redis can make a whole chain anew: against that the hash of an entry that was exported is kept
 * elsewhere. */

/* Notes an entry in a change, which must watch STAFF_KEY_AUDIT (CHECK). action: “template.publish”; object: what it is about, “” = nothing.
 * detail: an object, borrowed; NULL = {}. Mobile numbers in its texts are masked. */
MUST_CHECK enum staff_outcome audit_log_add(struct staff_change *change, const struct staff_actor *actor, wall_ms now,
					    const char *action, struct slice object, const json_t *detail,
					    struct err_at *at);

/* The same as a change of its own, for what changes nothing else here (a number was shown). */
MUST_CHECK enum staff_outcome audit_log_write(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					      const char *action, struct slice object, const json_t *detail,
					      struct err_at *at);

#define AUDIT_PAGE_MAX 200

/* What of the log is wanted. Absent = whatever. */
struct audit_filter {
	int64_t before; /* seq; 0 = from the newest on */
	struct slice actor;
	struct slice action; /* also its beginning up to a dot: “template” */
	struct slice object;
	unsigned count; /* 1…AUDIT_PAGE_MAX */
};

/* Entries, newest first. entries: owned, an array, set with STAFF_OK only. next: what before is for the page behind, 0 = there is none;
 * a page may have less than count and still have a next. */
MUST_CHECK enum staff_outcome audit_log_page(struct staff_db *db, const struct audit_filter *filter, json_t **entries,
					     int64_t *next, struct err_at *at);

struct audit_verdict {
	bool is_whole;
	int64_t count;     /* entries that were looked at and are in order */
	int64_t broken_at; /* seq of the first that is not; 0 = none */
	char why[96];      /* a sentence; "" = it is whole */
	char head[65];     /* hash of the last entry that is in order; to be kept elsewhere. "" = the log is empty */
};

/* Follows the whole chain. is_called_off: looked at between pages, NULL = never; STAFF_BUSY then. out: set with STAFF_OK only. */
MUST_CHECK enum staff_outcome audit_log_check(struct staff_db *db, const _Atomic bool *is_called_off,
					      struct audit_verdict *out, struct err_at *at);

/* Takes a piece of the export. False = no more of it. */
typedef bool audit_sink(void *ctx, struct slice text);

/* The whole log, oldest first, an entry a line: as JSON exactly as it is kept, so that others can check it; or as CSV for tables, with a
 * BOM and a head line, cells with control characters as \u000a, and with ' in front where a table would take them for a formula. */
MUST_CHECK enum staff_outcome audit_log_export(struct staff_db *db, bool is_csv, audit_sink *sink, void *ctx,
					       struct err_at *at);
