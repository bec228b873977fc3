/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/json_tree.h"
#include "wire/http/http_callback.h"

/* What the files of the callbacks share. */

enum http_callback_shape { HTTP_CALLBACK_FIELDS, HTTP_CALLBACK_LIST, HTTP_CALLBACK_FORM_LIST };

enum http_callback_field {
	HTTP_CALLBACK_ID,
	HTTP_CALLBACK_STATE,
	HTTP_CALLBACK_ERROR,
	HTTP_CALLBACK_FROM,
	HTTP_CALLBACK_FIELD_COUNT
};

/* Of a message from a phone; names as of the fields of a receipt. */
enum http_callback_mo_field {
	HTTP_CALLBACK_MO_TEXT,
	HTTP_CALLBACK_MO_FROM,
	HTTP_CALLBACK_MO_COUNTRY,
	HTTP_CALLBACK_MO_TO,
	HTTP_CALLBACK_MO_REFERENCE,
	HTTP_CALLBACK_MO_TOTAL,
	HTTP_CALLBACK_MO_PART,
	HTTP_CALLBACK_MO_ID,
	HTTP_CALLBACK_MO_FIELD_COUNT
};

struct http_callback_mo_dialect {
	const char *name;
	const char *fields[HTTP_CALLBACK_MO_FIELD_COUNT]; /* "" = the provider does not tell */
	bool is_international;                            /* from is written without the “+” that it should have */
};

struct http_callback_word {
	struct slice word; /* borrowed from http_callback.states */
	enum message_state state;
};

struct http_callback {
	enum http_callback_shape shape;
	bool is_id_of_request;
	unsigned status;
	const char *content_type;
	const char *query;
	const struct http_callback_mo_dialect *mo; /* static; NULL = the provider passes no messages on */
	char *items;                               /* owned, as are the texts that follow */
	char *fields[HTTP_CALLBACK_FIELD_COUNT];
	char *states;
	char *answer;
	struct http_callback_word words[HTTP_CALLBACK_STATES_MAX];
	unsigned word_count;
};

/* Values of one receipt as texts, borrowed; absent ones are empty. */
struct http_callback_values {
	struct slice at[HTTP_CALLBACK_FIELD_COUNT];
};

/* http_callback_mo.c: how a dialect writes messages from phones; static, NULL where it has none. */
const struct http_callback_mo_dialect *http_callback_mo_find(const char *dialect);

/* Makes a message of its values, which are copied. out: owned, for free(); NULL where it is longer than MO_OCTETS_MAX.
 * ERR_MEMORY. */
MUST_CHECK enum err http_callback_mo_make(const struct http_callback_mo_dialect *dialect,
					  const struct slice values[HTTP_CALLBACK_MO_FIELD_COUNT],
					  struct http_callback_mo **out);

/* http_callback_form.c: true where both are the same but for upper and lower case of ASCII letters. */
bool http_callback_same_word(struct slice a, struct slice b);

/* The value of the first field with that name in “a=b&c=d” (WHATWG URL §5.1), decoded into the
 * memory of out behind what it has; empty where there is none. found: may be NULL. out->full where it does not fit. */
struct slice http_callback_form_value(struct slice form, const char *name, struct buf *out, bool *found);

/* Decodes “+” and “%41”; a “%” without two hexadecimal digits stands for itself. */
void http_callback_form_decode(struct slice text, struct buf *out);

/* http_callback_json.c: the value at a pointer (RFC 6901), NULL where there is none. "" is the whole. */
const struct json_node *http_callback_json_at(const struct json_node *root, const char *pointer);
