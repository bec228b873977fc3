/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_tree.h"
#include "model/entry.h"

#include <stdint.h>

/* One event as the gateway tells it: a JSON object of the stream “events”. Members that are not known here, or are not what they
 * should be, stay together as a JSON object of their own, so that nothing of a later version is lost. */

/* Where it stands in the stream: its entry there, and its line within the entry. No two events have the same place. */
struct history_place {
	uint64_t ms;
	uint64_t seq;
	unsigned line; /* from 0 */
};

/* Slices are borrowed from the reader and the line, or from whoever made it. Absent or 0: the event does not say. */
struct history_event {
	struct history_place place;
	struct entry_key entry; /* of the alert */
	wall_ms at;
	struct slice event; /* “accepted” */
	struct slice id;
	struct slice to; /* digits without “+” */
	struct slice template_name;
	struct slice tenant;
	struct slice batch;
	struct slice traceparent;
	struct slice account;
	struct slice reason;
	struct slice state;
	struct slice error;
	struct slice refs; /* JSON: an array of texts */
	struct slice more; /* JSON: an object of all that is not named here */
	uint64_t template_version;
	uint64_t segments;
	uint64_t segment;
	uint64_t attempt;
	bool is_ambiguous;
};

#define HISTORY_MORE_OCTETS 8192 /* of refs, and of more */

/* What reads them, one after the other. */
struct history_reader {
	struct json_tree tree;
	bool has_tree;
	char refs[HISTORY_MORE_OCTETS];
	char more[HISTORY_MORE_OCTETS];
};

/* Reads one event. reader: zero before the first; what it gave before is gone. line: borrowed with the event. place is left as it
 * is. at: what is wrong with it. ERR_FORMAT, and those of json_tree_read. Where a carrier's id has the end of a phone number behind it
 * (a slash and ten digits: the carrier gave one id for many numbers), that end is left out. */
MUST_CHECK enum err history_event_read(struct history_reader *reader, struct slice line, struct history_event *out,
				       struct err_at *at);

/* Frees what the reader holds; it may be used again. */
void history_reader_fini(struct history_reader *reader);

/* True where this event closes an entry, and what it is called. */
bool history_event_is_closing(const struct history_event *event);

/* Appends it as one JSON object, the members in the order of the stream's; the number as is, or masked. */
void history_event_put(const struct history_event *event, bool is_masked, struct buf *out);
