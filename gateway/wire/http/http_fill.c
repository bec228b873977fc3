/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_fill.h"

#include "wire/http/http_sign.h"
#include "wire/http/http_trace.h"

#include <stdio.h>

#define COMPOSITE_MAX (48 * 1024) /* octets of a value that is made of several, before it is escaped */

struct slice http_national(const struct http_account *account, const struct msisdn *to)
{
	struct slice digits = { to->digits, to->len };
	struct slice calling = slice_of(account->country->calling);
	if (!slice_starts(digits, calling))
		return digits;
	struct slice national = { digits.at + calling.len, digits.len - calling.len };
	return country_judge(account->country, national) == NATIONAL_MOBILE ? national : digits;
}

static const struct http_mapping *mapping_of(const struct http_fill *fill)
{
	return http_mapping_find(&fill->account->mappings, fill->message->template_name);
}

/* A number in the octets of scratch. */
static struct slice number(uint64_t value, char scratch[static 80])
{
	struct buf buf = buf_over(scratch, 80);
	buf_put_uint(&buf, value);
	return buf_slice(&buf);
}

/* How long the message is of use, in units of which there are so many in a second, or one in so many seconds. Rounded down: the
 * provider must not try for longer than the alert is of use. Where less is left than the provider can be told, it is told its
 * least: without a word it would try for as long as it likes, which is days. */
static struct slice validity(const struct http_fill *fill, uint64_t per_second, unsigned divisor,
			     char scratch[static 80])
{
	uint32_t least = fill->account->validity_min_s;
	uint32_t most = fill->account->validity_max_s;
	uint64_t seconds = fill->message->validity_s;
	if (seconds == 0)
		return (struct slice){ NULL, 0 };
	if (most && seconds > most)
		seconds = most;
	if (seconds < least)
		seconds = least;
	uint64_t units = seconds * per_second / divisor;
	return number(units > 0 ? units : 1, scratch);
}

/* The value of a piece that is a single text. */
static struct slice value_of(const struct http_fill *fill, const struct http_piece *piece, char scratch[static 80])
{
	const struct http_account *account = fill->account;
	const struct http_message *message = fill->message;
	switch ((enum http_value)piece->value) {
	case HTTP_VALUE_TO:
		return (struct slice){ message->to->digits, message->to->len };
	case HTTP_VALUE_TO_PLUS:
		scratch[0] = '+';
		memcpy(scratch + 1, message->to->digits, message->to->len);
		return (struct slice){ scratch, message->to->len + 1u };
	case HTTP_VALUE_TO_NATIONAL:
		return http_national(account, message->to);
	case HTTP_VALUE_TEXT:
		return message->text;
	case HTTP_VALUE_FROM:
		return message->source.len ? message->source : account->source;
	case HTTP_VALUE_ID:
		return message->id;
	case HTTP_VALUE_VALIDITY_S:
		return validity(fill, 1, 1, scratch);
	case HTTP_VALUE_VALIDITY_MIN:
		return validity(fill, 1, 60, scratch);
	case HTTP_VALUE_VALIDITY_MS:
		return validity(fill, 1000, 1, scratch);
	case HTTP_VALUE_CALLBACK:
		return message->callback;
	case HTTP_VALUE_TRACEPARENT:
		return (struct slice){ scratch, http_trace_put(fill, message, scratch) };
	case HTTP_VALUE_UNICODE:
		return message->encoding == ENCODING_UCS2 ? SLICE("1") : (struct slice){ NULL, 0 };
	case HTTP_VALUE_TEMPLATE: {
		const struct http_mapping *mapping = mapping_of(fill);
		return mapping ? mapping->code : (struct slice){ NULL, 0 };
	}
	case HTTP_VALUE_PARAM:
		return http_message_param(message, piece->text);
	case HTTP_VALUE_USERNAME:
		return account->username;
	case HTTP_VALUE_PASSWORD:
		return account->password;
	case HTTP_VALUE_TOKEN:
		return account->token;
	case HTTP_VALUE_ACCOUNT:
		return account->account;
	case HTTP_VALUE_REGION:
		return account->region;
	case HTTP_VALUE_TIMESTAMP:
		return number((uint64_t)(fill->now / MS_PER_S), scratch);
	case HTTP_VALUE_TIMESTAMP_MS:
		return number((uint64_t)fill->now, scratch);
	case HTTP_VALUE_DATE:
		return (struct slice){ scratch, http_date_format(fill->now, scratch) };
	case HTTP_VALUE_NONCE:
		return (struct slice){ fill->nonce, sizeof fill->nonce };
	case HTTP_VALUE_METHOD:
		return slice_of(account->method);
	case HTTP_VALUE_PATH:
		return fill->path;
	case HTTP_VALUE_QUERY:
		return fill->query;
	case HTTP_VALUE_BODY:
		return fill->body;
	case HTTP_VALUE_BODY_SHA256:
		return fill->body_hash;
	case HTTP_VALUE_SIGNATURE:
		return fill->signature;
	case HTTP_VALUE_TO_ALL:
	case HTTP_VALUE_TO_PLUS_ALL:
	case HTTP_VALUE_TO_NATIONAL_ALL:
	case HTTP_VALUE_PARAMS_OBJECT:
	case HTTP_VALUE_PARAMS_ARRAY:
	case HTTP_VALUE_LITERAL:
	case HTTP_VALUE_EACH:
		break;
	}
	return (struct slice){ NULL, 0 };
}

static bool is_composite(enum http_value value)
{
	return value == HTTP_VALUE_TO_ALL || value == HTTP_VALUE_TO_PLUS_ALL || value == HTTP_VALUE_TO_NATIONAL_ALL ||
	       value == HTTP_VALUE_PARAMS_OBJECT || value == HTTP_VALUE_PARAMS_ARRAY;
}

static void put_numbers(const struct http_fill *fill, enum http_value value, struct buf *out)
{
	for (unsigned i = 0; i < fill->count; i++) {
		const struct msisdn *to = fill->messages[i]->to;
		if (i)
			buf_put(out, ",", 1);
		if (value == HTTP_VALUE_TO_PLUS_ALL)
			buf_put(out, "+", 1);
		buf_put_slice(out, value == HTTP_VALUE_TO_NATIONAL_ALL ? http_national(fill->account, to)
								       : (struct slice){ to->digits, to->len });
	}
}

static void put_string(struct slice text, struct buf *out)
{
	buf_put(out, "\"", 1);
	http_escape_put(out, HTTP_ESCAPE_JSON, text);
	buf_put(out, "\"", 1);
}

static void put_params(const struct http_fill *fill, bool is_object, struct buf *out)
{
	const struct http_mapping *mapping = mapping_of(fill);
	buf_put(out, is_object ? "{" : "[", 1);
	for (unsigned i = 0; mapping && i < mapping->param_count; i++) {
		if (i)
			buf_put(out, ",", 1);
		if (is_object) {
			put_string(mapping->params[i].theirs, out);
			buf_put(out, ":", 1);
		}
		put_string(http_message_param(fill->message, mapping->params[i].ours), out);
	}
	buf_put(out, is_object ? "}" : "]", 1);
}

/* Has a frame of its own, so that ordinary values don't pay for its memory. */
static __attribute__((noinline)) void put_composite(const struct http_fill *fill, const struct http_piece *piece,
						    struct buf *out)
{
	char memory[COMPOSITE_MAX];
	struct buf made = buf_over(memory, sizeof memory);
	if (piece->value == HTTP_VALUE_PARAMS_OBJECT || piece->value == HTTP_VALUE_PARAMS_ARRAY)
		put_params(fill, piece->value == HTTP_VALUE_PARAMS_OBJECT, &made);
	else
		put_numbers(fill, piece->value, &made);
	if (made.full) {
		out->full = true;
		return;
	}
	bool is_text =
		piece->is_bare && piece->value != HTTP_VALUE_PARAMS_OBJECT && piece->value != HTTP_VALUE_PARAMS_ARRAY;
	if (is_text)
		put_string(buf_slice(&made), out);
	else
		http_escape_put(out, piece->escape, buf_slice(&made));
}

/* A placeholder where a JSON value is to be. */
static void put_bare(const struct http_piece *piece, struct slice value, struct buf *out)
{
	if (value.len == 0)
		buf_put_text(out, "null");
	else if (http_value_is_number(piece->value))
		buf_put_slice(out, value);
	else
		put_string(value, out);
}

/* False where it is empty and has no alternative. */
static bool put_piece(const struct http_fill *fill, const struct http_piece *piece, struct buf *out)
{
	if (piece->value == HTTP_VALUE_LITERAL) {
		buf_put_slice(out, piece->text);
		return true;
	}
	if (is_composite(piece->value)) {
		put_composite(fill, piece, out);
		return true;
	}
	char scratch[80];
	struct slice value = value_of(fill, piece, scratch);
	if (piece->has_condition) {
		buf_put_slice(out, value.len ? piece->yes : piece->otherwise);
		return value.len || piece->otherwise.at;
	}
	if (piece->is_bare)
		put_bare(piece, value, out);
	else
		http_escape_put(out, piece->escape, value);
	return value.len > 0;
}

static void put_each(struct http_fill *fill, const struct http_piece *pieces, unsigned count, struct buf *out)
{
	for (unsigned i = 0; i < fill->count; i++) {
		if (i)
			buf_put(out, ",", 1);
		fill->message = fill->messages[i];
		for (unsigned j = 0; j < count; j++)
			put_piece(fill, &pieces[j], out);
	}
	fill->message = fill->messages[0];
}

bool http_fill_put(struct http_fill *fill, const struct http_template *template, bool skip_empty, struct buf *out)
{
	size_t start = out->len;
	for (unsigned i = 0; i < template->count; i++) {
		const struct http_piece *piece = &template->pieces[i];
		if (piece->value == HTTP_VALUE_EACH) {
			put_each(fill, piece + 1, piece->reach, out);
			i += piece->reach;
		} else if (!put_piece(fill, piece, out) && skip_empty) {
			out->len = start;
			return false;
		}
	}
	return true;
}
