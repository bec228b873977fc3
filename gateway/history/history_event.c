/* SPDX-License-Identifier: Apache-2.0 */
#include "history/history_event.h"

#include "base/civil.h"
#include "base/json.h"
#include "base/number.h"
#include "model/closing.h"
#include "model/country.h"
#include "model/msisdn.h"

#include <stdio.h>

#define TAIL_DIGITS_MIN 8 /* no number is shorter */

enum kind { KIND_TEXT, KIND_UINT, KIND_BOOL, KIND_TIME, KIND_ENTRY, KIND_LANE, KIND_NUMBER, KIND_REFS };

/* In the order in which they are written. */
static const struct member {
	const char *name;
	enum kind kind;
	size_t at; /* in struct history_event */
} members[] = {
#define MEMBER(name, kind, field)                                 \
	{                                                         \
		name, kind, offsetof(struct history_event, field) \
	}
	MEMBER("id", KIND_TEXT, id),
	MEMBER("entry", KIND_ENTRY, entry),
	MEMBER("stream", KIND_LANE, entry),
	MEMBER("template", KIND_TEXT, template_name),
	MEMBER("template_version", KIND_UINT, template_version),
	MEMBER("tenant", KIND_TEXT, tenant),
	MEMBER("batch", KIND_TEXT, batch),
	MEMBER("traceparent", KIND_TEXT, traceparent),
	MEMBER("event", KIND_TEXT, event),
	MEMBER("at", KIND_TIME, at),
	MEMBER("to", KIND_NUMBER, to),
	MEMBER("account", KIND_TEXT, account),
	MEMBER("refs", KIND_REFS, refs),
	MEMBER("segments", KIND_UINT, segments),
	MEMBER("segment", KIND_UINT, segment),
	MEMBER("state", KIND_TEXT, state),
	MEMBER("error", KIND_TEXT, error),
	MEMBER("attempt", KIND_UINT, attempt),
	MEMBER("ambiguous", KIND_BOOL, is_ambiguous),
	MEMBER("reason", KIND_TEXT, reason),
#undef MEMBER
};
#define MEMBER_COUNT (sizeof members / sizeof members[0])

/* -- values as they are kept -- */

/* What a carrier gives for many numbers is told apart by the end of the number, which is nobody's business here. */
static struct slice without_number(struct slice text)
{
	size_t digits = 0;
	while (digits < text.len && text.at[text.len - 1 - digits] >= '0' && text.at[text.len - 1 - digits] <= '9')
		digits++;
	bool has = digits >= TAIL_DIGITS_MIN && digits <= MSISDN_TAIL_DIGITS && digits < text.len &&
		   text.at[text.len - 1 - digits] == '/';
	return has ? (struct slice){ text.at, text.len - 1 - digits } : text;
}

static void put_node(const struct json_node *node, struct buf *out);

static void put_held(const struct json_node *node, struct buf *out)
{
	bool is_object = node->type == JSON_SCAN_OBJECT;
	buf_put_u8(out, is_object ? '{' : '[');
	const struct json_node *held = node + 1;
	for (unsigned i = 0; i < node->count; i++, held = json_node_next(held)) {
		if (i > 0)
			buf_put_u8(out, ',');
		if (is_object) {
			buf_put_u8(out, '"');
			json_escape(out, held->key);
			buf_put(out, "\":", 2);
		}
		put_node(held, out);
	}
	buf_put_u8(out, is_object ? '}' : ']');
}

/* Appends a value without looking for a comma that it may need: its caller knows. */
static void put_node(const struct json_node *node, struct buf *out)
{
	switch (node->type) {
	case JSON_SCAN_OBJECT:
	case JSON_SCAN_ARRAY:
		put_held(node, out);
		break;
	case JSON_SCAN_STRING:
		buf_put_u8(out, '"');
		json_escape(out, without_number(node->text));
		buf_put_u8(out, '"');
		break;
	case JSON_SCAN_NUMBER:
		buf_put_slice(out, node->text);
		break;
	case JSON_SCAN_TRUE:
		buf_put_text(out, "true");
		break;
	case JSON_SCAN_FALSE:
		buf_put_text(out, "false");
		break;
	default:
		buf_put_text(out, "null");
		break;
	}
}

/* -- reading -- */

static bool is_number(struct slice text)
{
	if (text.len < 2 || text.len > MSISDN_DIGITS_MAX + 1 || *text.at != '+')
		return false;
	for (size_t i = 1; i < text.len; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return true;
}

static struct slice text_of(const struct json_node *node)
{
	return node->type == JSON_SCAN_STRING ? node->text : (struct slice){ NULL, 0 };
}

/* Reads a member into its place in the event. False where it is something else than it should be. */
static bool read_member(const struct member *member, const struct json_node *node, struct history_event *out)
{
	void *field = (char *)out + member->at;
	struct slice text = text_of(node);
	struct entry_key entry;
	switch (member->kind) {
	case KIND_TEXT:
		if (text.at != NULL)
			*(struct slice *)field = text;
		return text.at != NULL;
	case KIND_UINT:
		return node->type == JSON_SCAN_NUMBER && number_parse(node->text, INT64_MAX, field);
	case KIND_BOOL:
		*(bool *)field = node->type == JSON_SCAN_TRUE;
		return true;
	case KIND_TIME:
		return civil_parse_rfc3339(text, field);
	case KIND_ENTRY:
		if (!entry_id_parse(text, out->entry.lane, &entry) || entry.ms > INT64_MAX || entry.seq > INT64_MAX)
			return false;
		out->entry = entry;
		return true;
	case KIND_LANE:
		return lane_parse(text, &out->entry.lane);
	case KIND_NUMBER:
		if (is_number(text))
			*(struct slice *)field = (struct slice){ text.at + 1, text.len - 1 };
		return is_number(text);
	case KIND_REFS:
		break;
	}
	return node->type == JSON_SCAN_ARRAY;
}

static const struct member *find_member(struct slice key)
{
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (slice_is(key, members[i].name))
			return &members[i];
	return NULL;
}

static void put_more(struct buf *more, const struct json_node *node)
{
	buf_put_text(more, more->len == 0 ? "{\"" : ",\"");
	json_escape(more, node->key);
	buf_put(more, "\":", 2);
	put_node(node, more);
}

/* The rest as one object. One that is too long is left out, which is said in its place. */
static struct slice close_more(struct buf *more)
{
	if (more->len == 0 && !more->full)
		return (struct slice){ NULL, 0 };
	json_close(more, '}');
	return more->full ? SLICE("{\"cut\":true}") : buf_slice(more);
}

enum err history_event_read(struct history_reader *reader, struct slice line, struct history_event *out,
			    struct err_at *at)
{
	struct buf refs = buf_over(reader->refs, sizeof reader->refs);
	struct buf more = buf_over(reader->more, sizeof reader->more);
	struct history_event event = { .place = out->place };
	history_reader_fini(reader);
	reader->has_tree = true;
	enum err err = json_tree_read(&reader->tree, line, at);
	if (err == ERR_OK && reader->tree.nodes[0].type != JSON_SCAN_OBJECT)
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "an event is an object");
	unsigned count = err == ERR_OK ? reader->tree.nodes[0].count : 0;
	const struct json_node *node = reader->tree.nodes + 1;
	for (unsigned i = 0; i < count; i++, node = json_node_next(node)) {
		const struct member *member = find_member(node->key);
		if (member == NULL || !read_member(member, node, &event)) {
			/* Of a later version, or strange. A number in another form is nothing to be shown as it is. */
			if (!slice_is(node->key, "to"))
				put_more(&more, node);
		} else if (member->kind == KIND_REFS) {
			refs.len = 0;
			put_node(node, &refs);
		}
	}
	if (err == ERR_OK && (event.event.len == 0 || event.at == 0 || event.entry.ms == 0))
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "an event has at least “event”, “at” and “entry”");
	if (err != ERR_OK)
		return err;
	event.refs = refs.full ? (struct slice){ NULL, 0 } : buf_slice(&refs);
	event.more = close_more(&more);
	*out = event;
	return ERR_OK;
}

void history_reader_fini(struct history_reader *reader)
{
	if (reader->has_tree)
		json_tree_fini(&reader->tree);
	reader->has_tree = false;
}

bool history_event_is_closing(const struct history_event *event)
{
	for (unsigned i = 0; i < CLOSING_CONTROL; i++)
		if (slice_is(event->event, closing_name((enum closing)i)))
			return true;
	return false;
}

/* -- writing -- */

static void put_number(struct slice number, bool is_masked, struct buf *out)
{
	struct msisdn msisdn = { .len = 0 };
	char text[MSISDN_MASK_OCTETS];
	if (number.len == 0 || number.len > MSISDN_DIGITS_MAX)
		return;
	memcpy(msisdn.digits, number.at, number.len);
	msisdn.len = (uint8_t)number.len;
	if (is_masked)
		msisdn_mask(&msisdn, country_find(SLICE("CN")), text);
	else
		snprintf(text, sizeof text, "+%s", msisdn.digits);
	json_key_text(out, "to", slice_of(text));
}

static void put_member(const struct member *member, const struct history_event *event, bool is_masked, struct buf *out)
{
	const void *field = (const char *)event + member->at;
	char text[ENTRY_ID_OCTETS];
	switch (member->kind) {
	case KIND_TEXT:
		json_key_text_if(out, member->name, *(const struct slice *)field);
		break;
	case KIND_UINT:
		json_key_uint_if(out, member->name, *(const uint64_t *)field);
		break;
	case KIND_BOOL:
		if (*(const bool *)field)
			json_key_bool(out, member->name, true);
		break;
	case KIND_TIME:
		json_key_text(out, member->name, (struct slice){ text, civil_format_rfc3339(event->at, 0, text) });
		break;
	case KIND_ENTRY:
		json_key_text(out, member->name, (struct slice){ text, entry_id_format(&event->entry, text) });
		break;
	case KIND_LANE:
		json_key_text(out, member->name, slice_of(lane_name(event->entry.lane)));
		break;
	case KIND_NUMBER:
		put_number(event->to, is_masked, out);
		break;
	case KIND_REFS:
		if (event->refs.len > 0) {
			json_key(out, member->name);
			buf_put_slice(out, event->refs);
		}
		break;
	}
}

void history_event_put(const struct history_event *event, bool is_masked, struct buf *out)
{
	json_open(out, '{');
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		put_member(&members[i], event, is_masked, out);
	if (event->more.len > 2) { /* its members, without its braces */
		buf_put_u8(out, ',');
		buf_put(out, event->more.at + 1, event->more.len - 2);
	}
	json_close(out, '}');
}
