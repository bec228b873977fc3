/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_load.h"

#include "base/civil.h"
#include "base/json.h"
#include "history/history_event.h"

#include <stdio.h>
#include <stdlib.h>

#define BODY_OCTETS  (1024u * 1024u)
#define HEAD_OCTETS  128u   /* of “id.time.”, in front of the body */
#define EVENT_OCTETS 65536u /* of one event */

struct webhook_load {
	const struct config_webhook *webhook;
	const struct event_batch *batch;
	unsigned entry;    /* that is next */
	unsigned line;     /* likewise, within it */
	struct slice rest; /* of its lines */
	bool is_within;    /* lines of the entry were taken, and there are more */
	unsigned count;
	struct webhook_place first;
	char id[WEBHOOK_ID_OCTETS];
	struct buf body;
	uint64_t unread;
	struct history_reader reader;
	char data[EVENT_OCTETS];
	char octets[HEAD_OCTETS + BODY_OCTETS];
};

struct webhook_load *webhook_load_create(const struct config_webhook *webhook)
{
	struct webhook_load *load = calloc(1, sizeof *load);
	if (load != NULL)
		load->webhook = webhook;
	return load;
}

void webhook_load_destroy(struct webhook_load *load)
{
	if (load == NULL)
		return;
	history_reader_fini(&load->reader);
	free(load);
}

void webhook_load_begin(struct webhook_load *load, const struct event_batch *batch)
{
	load->batch = batch;
	load->entry = 0;
	load->line = 0;
	load->is_within = false;
}

static bool is_among(struct slice text, const struct config_lines *lines)
{
	for (unsigned i = 0; i < lines->count; i++)
		if (slice_is(text, lines->at[i]))
			return true;
	return lines->count == 0;
}

static bool is_wanted(const struct webhook_load *load, const struct history_event *event)
{
	return is_among(event->event, &load->webhook->events) && is_among(event->tenant, &load->webhook->tenants);
}

/* The event as it is sent. */
static void put_event(struct webhook_load *load, struct history_event *event, const struct webhook_place *place)
{
	char at[32];
	struct buf data = buf_over(load->data, sizeof load->data);
	if (!load->webhook->numbers)
		event->to = (struct slice){ NULL, 0 };
	history_event_put(event, false, &data);
	const struct webhook_event envelope = {
		.place = *place,
		.event = event->event,
		.at = { at, civil_format_rfc3339(event->at, 0, at) },
		.subject = event->id,
		.traceparent = event->traceparent,
		.data = buf_slice(&data),
	};
	if (data.full)
		load->body.full = true;
	else
		webhook_event_put(&envelope, &load->body);
}

/* Takes one line into the request. False where there is no more room: it begins the next one. */
static bool take_line(struct webhook_load *load, struct slice line, const struct webhook_place *place)
{
	struct history_event event = { .at = 0 };
	size_t before = load->body.len;
	if (line.len == 0)
		return true;
	if (history_event_read(&load->reader, line, &event, NULL) != ERR_OK) {
		load->unread++;
		return true;
	}
	if (!is_wanted(load, &event))
		return true;
	put_event(load, &event, place);
	if (load->body.full) {
		load->body.len = before;
		load->body.full = false;
		load->unread += load->count == 0; /* not even alone: there is no such event */
		return load->count == 0;
	}
	if (load->count == 0)
		load->first = *place;
	load->count++;
	return true;
}

/* Takes lines of the entry until it is over or the request full. */
static void take_entry(struct webhook_load *load)
{
	const struct event_entry *entry = &load->batch->entries[load->entry];
	if (!load->is_within) {
		load->rest = entry->lines;
		load->line = 0;
		load->unread += entry->lines.at == NULL; /* deleted before it was acknowledged */
	}
	load->is_within = load->rest.len > 0;
	while (load->rest.len > 0 && load->count < load->webhook->batch) {
		const struct webhook_place place = { entry->key.ms, entry->key.seq, load->line };
		struct slice rest = load->rest;
		if (!take_line(load, slice_cut(&rest, '\n'), &place))
			return;
		load->rest = rest;
		load->line++;
	}
	load->is_within = load->rest.len > 0;
	load->entry += !load->is_within;
}

bool webhook_load_fill(struct webhook_load *load)
{
	bool is_batch = load->webhook->batch > 1;
	if (load->entry == load->batch->count)
		return false;
	load->count = 0;
	load->body = buf_over(load->octets + HEAD_OCTETS, BODY_OCTETS - 1);
	if (is_batch)
		json_open(&load->body, '[');
	unsigned before;
	do {
		before = load->entry;
		take_entry(load);
	} while (load->entry > before && load->entry < load->batch->count && load->count < load->webhook->batch);
	if (is_batch)
		load->octets[HEAD_OCTETS + load->body.len++] = ']';
	webhook_id_format(&load->first, load->id);
	return true;
}

unsigned webhook_load_count(const struct webhook_load *load)
{
	return load->count;
}

const char *webhook_load_id(const struct webhook_load *load)
{
	return load->id;
}

wall_ms webhook_load_at(const struct webhook_load *load)
{
	return (wall_ms)load->first.ms;
}

struct slice webhook_load_body(const struct webhook_load *load)
{
	return buf_slice(&load->body);
}

struct slice webhook_load_signed(struct webhook_load *load, const char *seconds)
{
	char head[HEAD_OCTETS];
	size_t len = (size_t)snprintf(head, sizeof head, "%s.%.20s.", load->id, seconds);
	char *from = load->octets + HEAD_OCTETS - len;
	memcpy(from, head, len);
	return (struct slice){ from, len + load->body.len };
}

unsigned webhook_load_entries_done(const struct webhook_load *load)
{
	return load->is_within ? 0 : load->entry;
}

uint64_t webhook_load_unread(const struct webhook_load *load)
{
	return load->unread;
}
