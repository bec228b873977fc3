/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

#include <stdint.h>

/* The body of a request: events as CloudEvents 1.0 in JSON. */

#define WEBHOOK_SOURCE      "/hongyan/events"
#define WEBHOOK_ID_OCTETS   64
#define WEBHOOK_TYPE_SINGLE "application/cloudevents+json"
#define WEBHOOK_TYPE_BATCH  "application/cloudevents-batch+json"

/* Where an event stands in the stream: for ever the same, however often it is sent. */
struct webhook_place {
	uint64_t ms;
	uint64_t seq;
	unsigned line; /* within its entry, from 0 */
};

/* All borrowed. */
struct webhook_event {
	struct webhook_place place;
	struct slice event;       /* “accepted” */
	struct slice at;          /* RFC 3339 */
	struct slice subject;     /* the alert's id; empty = it has none */
	struct slice traceparent; /* empty = none */
	struct slice data;        /* a JSON object */
};

/* Writes the event's id, “1795551398385-0-3”, NUL-terminated. Returns its length. */
size_t webhook_id_format(const struct webhook_place *place, char out[static WEBHOOK_ID_OCTETS]);

/* Appends one event as a JSON object, with the comma that it may need before it. */
void webhook_event_put(const struct webhook_event *event, struct buf *out);
