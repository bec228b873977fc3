/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_inner.h"

#include "model/msisdn.h"

#include <stdlib.h>

/* A request → its receipts and messages. All values are copied out, so that nothing of the request must live on. A receipt that
 * cannot be looked up among others that can, and a message longer than any sms, are skipped rather than refused: a provider that
 * is told no sends the whole request again, for days. */

#define ITEMS_FIRST   16
#define VALUES_OCTETS 2048

struct reader {
	const struct http_callback *callback;
	struct http_callback_list *list;
	unsigned cap;
	struct err_at *at;
};

static uint8_t keep(char *to, size_t cap, struct slice value)
{
	size_t len = value.len < cap ? value.len : cap;
	if (len)
		memcpy(to, value.at, len);
	return (uint8_t)len;
}

static enum message_state state_of(const struct http_callback *callback, struct slice word)
{
	for (unsigned i = 0; i < callback->word_count; i++) {
		if (http_callback_same_word(callback->words[i].word, word))
			return callback->words[i].state;
	}
	return MESSAGE_STATE_UNKNOWN;
}

/* The id by which the pipeline knows the sms: where all numbers of a request have one id, with the number's tail behind. */
static bool put_ref(const struct http_callback *callback, const struct http_callback_values *values,
		    struct http_callback_item *item)
{
	struct buf ref = buf_over(item->ref, sizeof item->ref);
	buf_put_slice(&ref, values->at[HTTP_CALLBACK_ID]);
	if (callback->is_id_of_request) {
		char tail[MSISDN_TAIL_DIGITS + 1];
		if (msisdn_tail(values->at[HTTP_CALLBACK_FROM], tail) == 0)
			return false;
		buf_put_text(&ref, "/");
		buf_put_text(&ref, tail);
	}
	item->ref_len = (uint8_t)ref.len;
	return !ref.full && values->at[HTTP_CALLBACK_ID].len != 0;
}

/* The next item of the list, empty; it counts once it is filled. */
static enum err make_room(struct reader *reader, struct http_callback_item **out)
{
	struct http_callback_list *list = reader->list;
	if (list->count + list->skipped + list->too_long == HTTP_CALLBACK_RECEIPTS_MAX)
		return err_at_set(reader->at, ERR_RANGE, 0, NULL,
				  "there are more than the %d receipts and messages allowed in a request",
				  HTTP_CALLBACK_RECEIPTS_MAX);
	if (list->count == reader->cap) {
		unsigned cap = reader->cap ? 2 * reader->cap : ITEMS_FIRST;
		struct http_callback_item *items = realloc(list->items, cap * sizeof *items);
		if (items == NULL)
			return err_at_set(reader->at, ERR_MEMORY, 0, NULL, "out of memory");
		list->items = items;
		reader->cap = cap;
	}
	*out = &list->items[list->count];
	(*out)->mo = NULL;
	return ERR_OK;
}

static enum err add(struct reader *reader, const struct http_callback_values *values)
{
	struct http_callback_item *item = NULL;
	enum err err = make_room(reader, &item);
	if (err != ERR_OK)
		return err;
	if (!put_ref(reader->callback, values, item)) {
		reader->list->skipped++;
		return ERR_OK;
	}
	item->error_len = keep(item->error, sizeof item->error, values->at[HTTP_CALLBACK_ERROR]);
	item->from_len = keep(item->from, sizeof item->from, values->at[HTTP_CALLBACK_FROM]);
	item->state = state_of(reader->callback, values->at[HTTP_CALLBACK_STATE]);
	reader->list->count++;
	return ERR_OK;
}

static enum err add_mo(struct reader *reader, const struct slice values[HTTP_CALLBACK_MO_FIELD_COUNT])
{
	struct http_callback_item *item = NULL;
	enum err err = make_room(reader, &item);
	if (err != ERR_OK)
		return err;
	if (http_callback_mo_make(reader->callback->mo, values, &item->mo) != ERR_OK)
		return err_at_set(reader->at, ERR_MEMORY, 0, NULL, "out of memory");
	if (item->mo == NULL)
		reader->list->too_long++;
	else
		reader->list->count++;
	return ERR_OK;
}

/* -- JSON -- */

/* pointers: field is a JSON pointer; else it is the name of a member. */
static const struct json_node *find_node(const struct json_node *node, const char *field, bool pointers)
{
	if (*field == '\0')
		return NULL;
	return pointers ? http_callback_json_at(node, field) : json_node_member(node, slice_of(field));
}

static enum err add_node(struct reader *reader, const struct json_node *node, bool pointers)
{
	const struct http_callback_mo_dialect *mo = reader->callback->mo;
	if (mo != NULL && find_node(node, mo->fields[HTTP_CALLBACK_MO_TEXT], pointers) != NULL) {
		struct slice values[HTTP_CALLBACK_MO_FIELD_COUNT];
		for (unsigned i = 0; i < HTTP_CALLBACK_MO_FIELD_COUNT; i++)
			values[i] = json_node_text(find_node(node, mo->fields[i], pointers));
		return add_mo(reader, values);
	}
	struct http_callback_values values;
	for (unsigned i = 0; i < HTTP_CALLBACK_FIELD_COUNT; i++)
		values.at[i] = json_node_text(find_node(node, reader->callback->fields[i], pointers));
	return add(reader, &values);
}

static enum err add_nodes(struct reader *reader, const struct json_node *items)
{
	if (items != NULL && items->type == JSON_SCAN_OBJECT)
		return add_node(reader, items, true);
	if (items == NULL || items->type != JSON_SCAN_ARRAY)
		return err_at_set(reader->at, ERR_FORMAT, 0, NULL, "there is no list where one should be");
	const struct json_node *item = json_node_element(items, 0);
	enum err err = ERR_OK;
	for (unsigned i = 0; i < items->count && err == ERR_OK; i++, item = json_node_next(item))
		err = add_node(reader, item, true);
	return err;
}

static enum err read_list(struct reader *reader, struct slice text, const char *pointer)
{
	struct json_tree tree;
	enum err err = json_tree_read(&tree, text, reader->at);
	if (err == ERR_OK)
		err = add_nodes(reader, http_callback_json_at(tree.nodes, pointer));
	json_tree_fini(&tree);
	return err;
}

static enum err read_object(struct reader *reader, struct slice text)
{
	struct json_tree tree;
	enum err err = json_tree_read(&tree, text, reader->at);
	if (err == ERR_OK)
		err = tree.nodes->type == JSON_SCAN_OBJECT
			      ? add_node(reader, tree.nodes, false)
			      : err_at_set(reader->at, ERR_FORMAT, 0, NULL, "what came is no JSON object");
	json_tree_fini(&tree);
	return err;
}

/* -- forms -- */

/* From the body, or where it is not there from the query. */
static struct slice find_field(const struct http_callback_request *request, const char *field, struct buf *room,
			       bool *found)
{
	*found = false;
	struct slice value = { NULL, 0 };
	if (*field != '\0')
		value = http_callback_form_value(request->body, field, room, found);
	if (*field != '\0' && !*found)
		value = http_callback_form_value(request->query, field, room, found);
	return value;
}

static enum err read_form_mo(struct reader *reader, const struct http_callback_request *request)
{
	size_t cap = request->body.len + request->query.len; /* decoding never makes a text longer */
	char *octets = malloc(cap);
	if (octets == NULL)
		return err_at_set(reader->at, ERR_MEMORY, 0, NULL, "out of memory");
	struct buf room = buf_over(octets, cap);
	struct slice values[HTTP_CALLBACK_MO_FIELD_COUNT];
	bool found;
	for (unsigned i = 0; i < HTTP_CALLBACK_MO_FIELD_COUNT; i++)
		values[i] = find_field(request, reader->callback->mo->fields[i], &room, &found);
	enum err err = add_mo(reader, values);
	free(octets);
	return err;
}

static bool has_mo(const struct reader *reader, const struct http_callback_request *request)
{
	const struct http_callback_mo_dialect *mo = reader->callback->mo;
	char octet;
	bool found = false;
	/* What it says is not looked at, so that it need not fit. */
	struct buf room = buf_over(&octet, 0);
	if (mo != NULL)
		(void)find_field(request, mo->fields[HTTP_CALLBACK_MO_TEXT], &room, &found);
	return found;
}

static enum err read_form(struct reader *reader, const struct http_callback_request *request)
{
	char octets[VALUES_OCTETS];
	struct buf room = buf_over(octets, sizeof octets);
	struct http_callback_values values;
	bool found;
	if (has_mo(reader, request))
		return read_form_mo(reader, request);
	for (unsigned i = 0; i < HTTP_CALLBACK_FIELD_COUNT; i++)
		values.at[i] = find_field(request, reader->callback->fields[i], &room, &found);
	if (room.full)
		return err_at_set(reader->at, ERR_FORMAT, 0, NULL, "a field is longer than any that is known");
	return add(reader, &values);
}

static enum err read_form_list(struct reader *reader, struct slice body)
{
	char *octets = malloc(body.len ? body.len : 1); /* decoding never makes a text longer */
	if (octets == NULL)
		return err_at_set(reader->at, ERR_MEMORY, 0, NULL, "out of memory");
	struct buf room = buf_over(octets, body.len);
	bool found;
	struct slice text = http_callback_form_value(body, reader->callback->items, &room, &found);
	enum err err = found ? read_list(reader, text, "")
			     : err_at_set(reader->at, ERR_FORMAT, 0, NULL, "the form has no field %.40s",
					  reader->callback->items);
	free(octets);
	return err;
}

static bool begins(struct slice text, struct slice with)
{
	return text.len >= with.len && http_callback_same_word((struct slice){ text.at, with.len }, with);
}

/* Some providers send JSON under any name, so that its first octet counts as well. */
static bool is_json(const struct http_callback_request *request)
{
	if (begins(request->content_type, SLICE("application/x-www-form-urlencoded")))
		return false;
	return begins(request->content_type, SLICE("application/json")) ||
	       (request->body.len && request->body.at[0] == '{');
}

static enum err read_any(struct reader *reader, const struct http_callback_request *request)
{
	switch (reader->callback->shape) {
	case HTTP_CALLBACK_LIST:
		return read_list(reader, request->body, reader->callback->items);
	case HTTP_CALLBACK_FORM_LIST:
		return read_form_list(reader, request->body);
	case HTTP_CALLBACK_FIELDS:
		break;
	}
	if (request->body.len != 0 && is_json(request))
		return read_object(reader, request->body);
	return read_form(reader, request);
}

enum err http_callback_read(const struct http_callback *callback, const struct http_callback_request *request,
			    struct http_callback_list *out, struct err_at *at)
{
	struct http_callback_list list = { 0 };
	if (request->query.len == 0 && request->body.len == 0) {
		*out = list;
		return ERR_OK;
	}
	struct reader reader = { .callback = callback, .list = &list, .at = at };
	enum err err = read_any(&reader, request);
	if (err == ERR_OK && list.count + list.too_long == 0 && list.skipped != 0)
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "it has no id of a message that could be looked up");
	if (err != ERR_OK) {
		http_callback_list_free(&list);
		return err;
	}
	*out = list;
	return ERR_OK;
}

void http_callback_list_free(struct http_callback_list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		free(list->items[i].mo);
	free(list->items);
	*list = (struct http_callback_list){ 0 };
}

struct receipt http_callback_receipt(const struct http_callback_item *item)
{
	return (struct receipt){
		.carrier_ref = { item->ref, item->ref_len },
		.state = item->state,
		.error = { item->error, item->error_len },
		.from = { item->from, item->from_len },
	};
}
