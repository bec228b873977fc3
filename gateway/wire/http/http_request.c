/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_request.h"

#include "base/check.h"
#include "wire/http/http_fill.h"
#include "wire/http/http_sign.h"
#include "wire/http/http_trace.h"

/* URL, body, then headers: what is signed has to be there before the signature. What is free of the body's memory behind
 * the body serves as scratch for what is signed. */

static void put_pairs(struct http_fill *fill, const struct http_line_list *list, bool is_first, char before_first,
		      struct buf *out)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct http_line *row = &list->rows[i];
		size_t start = out->len;
		char mark = is_first ? before_first : '&';
		if (mark)
			buf_put(out, &mark, 1);
		buf_put_slice(out, row->name);
		buf_put(out, "=", 1);
		if (http_fill_put(fill, &row->value, true, out))
			is_first = false;
		else
			out->len = start;
	}
}

static void put_url(struct http_fill *fill, struct buf *url)
{
	const struct http_account *account = fill->account;
	buf_put_slice(url, account->origin);
	size_t path = url->len;
	http_fill_put(fill, &account->path, false, url);
	fill->path = (struct slice){ url->at + path, url->len - path };
	const char *mark = fill->path.len ? memchr(fill->path.at, '?', fill->path.len) : NULL;
	size_t query = url->len;
	put_pairs(fill, &account->query, mark == NULL, '?', url);
	if (mark) {
		query = (size_t)(mark - url->at);
		fill->path.len = (size_t)(mark - fill->path.at);
	}
	if (url->len > query)
		fill->query = (struct slice){ url->at + query + 1, url->len - query - 1 };
	buf_put(url, "", 1);
}

static void put_body(struct http_fill *fill, struct buf *body)
{
	if (fill->account->json.count)
		http_fill_put(fill, &fill->account->json, false, body);
	else
		put_pairs(fill, &fill->account->form, true, '\0', body);
	fill->body = buf_slice(body);
}

/* A value that is “.” or “..” would lead elsewhere: percent-encoding does not take that meaning away (RFC 3986 §6.2.2). */
static bool has_dot_segment(struct slice path)
{
	for (size_t from = 0, i = 0; i <= path.len; i++) {
		if (i < path.len && path.at[i] != '/')
			continue;
		struct slice segment = { path.at + from, i - from };
		if (slice_is(segment, ".") || slice_is(segment, ".."))
			return true;
		from = i + 1;
	}
	return false;
}

/* A value that came with a message must not begin a line of its own. */
static bool is_one_line(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F)
			return false;
	}
	return true;
}

static void end_line(struct http_request *request)
{
	buf_put(&request->headers, "", 1);
	request->header_count++;
}

/* Of letters only, so that a bit makes them small. */
static bool is_trace_header(struct slice name)
{
	static const char wanted[] = "traceparent";
	if (name.len != sizeof wanted - 1)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((name.at[i] | 0x20) != wanted[i])
			return false;
	return true;
}

static bool has_trace_header(const struct http_account *account)
{
	for (unsigned i = 0; i < account->headers.count; i++)
		if (is_trace_header(account->headers.rows[i].name))
			return true;
	return false;
}

/* The messages' trace, where the account has no header of its own for it. */
static void put_trace(const struct http_fill *fill, struct http_request *request)
{
	char trace[HTTP_TRACE_OCTETS];
	size_t len = http_trace_put_all(fill, trace);
	if (len == 0 || has_trace_header(fill->account))
		return;
	buf_put_text(&request->headers, "traceparent: ");
	buf_put(&request->headers, trace, len);
	end_line(request);
}

static enum err put_headers(struct http_fill *fill, struct http_request *request)
{
	const struct http_account *account = fill->account;
	struct buf *headers = &request->headers;
	if (account->content_type) {
		buf_put_text(headers, "Content-Type: ");
		buf_put_text(headers, account->content_type);
		end_line(request);
	}
	for (unsigned i = 0; i < account->headers.count; i++) {
		const struct http_line *row = &account->headers.rows[i];
		size_t start = headers->len;
		buf_put_slice(headers, row->name);
		buf_put(headers, ": ", 2);
		if (!http_fill_put(fill, &row->value, true, headers)) {
			headers->len = start;
			continue;
		}
		if (!is_one_line((struct slice){ headers->at + start, headers->len - start }))
			return ERR_RANGE;
		end_line(request);
	}
	put_trace(fill, request);
	if (account->idempotency_header.len) {
		buf_put_slice(headers, account->idempotency_header);
		buf_put(headers, ": ", 2);
		buf_put_slice(headers, fill->message->id);
		end_line(request);
	}
	if (account->authorization.len) {
		buf_put_slice(headers, account->authorization);
		end_line(request);
	}
	return headers->full ? ERR_FULL : ERR_OK;
}

/* What {signature} is. memory: room for it. */
static enum err make_signature(struct http_fill *fill, struct buf *scratch, struct buf *memory)
{
	const struct http_account *account = fill->account;
	struct slice text = fill->body;
	char body_hash[HTTP_SHA256_HEX];
	if (!account->signs_body) {
		if (account->uses & UINT64_C(1) << HTTP_VALUE_BODY_SHA256) {
			if (!http_sha256_hex(fill->body, body_hash))
				return ERR_MEMORY;
			fill->body_hash = (struct slice){ body_hash, sizeof body_hash };
		}
		struct buf buf = buf_over(scratch->at + scratch->len, scratch->cap - scratch->len);
		http_fill_put(fill, &account->signs, false, &buf);
		if (buf.full)
			return ERR_FULL;
		text = buf_slice(&buf);
	}
	if (!http_hmac_put(account->is_sha1, account->is_base64, account->password, text, memory))
		return ERR_MEMORY;
	fill->body_hash = (struct slice){ NULL, 0 };
	fill->signature = buf_slice(memory);
	return ERR_OK;
}

static enum err sign(struct http_fill *fill, struct http_request *request)
{
	const struct http_account *account = fill->account;
	const struct http_signing signing = {
		.method = account->method,
		.path = fill->path,
		.query = fill->query,
		.host = account->host,
		.body = fill->body,
		.now = fill->now,
		.nonce = { fill->nonce, sizeof fill->nonce },
		.key_id = account->username,
		.secret = account->password,
		.service = account->service,
		.headers = &request->headers,
		.scratch = &request->body,
	};
	if (account->auth == HTTP_AUTH_ACS3)
		return http_sign_acs3(&signing, &request->headers, &request->header_count);
	if (account->auth == HTTP_AUTH_TC3)
		return http_sign_tc3(&signing, &request->headers, &request->header_count);
	return ERR_OK;
}

enum err http_request_write(const struct http_account *account, const struct http_message *const messages[],
			    unsigned count, wall_ms now, const uint8_t nonce[static HTTP_NONCE_OCTETS],
			    struct http_request *request)
{
	CHECK(count > 0);
	CHECK(count <= account->batch_max);
	struct http_fill fill = {
		.account = account, .messages = messages, .count = count, .message = messages[0], .now = now
	};
	struct buf hex = buf_over(fill.nonce, sizeof fill.nonce);
	buf_put_hex(&hex, nonce, HTTP_NONCE_OCTETS);
	if (http_account_needs_template(account)) {
		for (unsigned i = 0; i < count; i++) {
			if (http_mapping_find(&account->mappings, messages[i]->template_name) == NULL)
				return ERR_NOT_FOUND;
		}
	}
	request->method = account->method;
	request->header_count = 0;
	put_url(&fill, &request->url);
	put_body(&fill, &request->body);
	if (request->url.full || request->body.full)
		return ERR_FULL;
	if (has_dot_segment(fill.path))
		return ERR_RANGE;
	char memory[96];
	struct buf signature = buf_over(memory, sizeof memory);
	enum err err = ERR_OK;
	if (account->auth == HTTP_AUTH_HMAC)
		err = make_signature(&fill, &request->body, &signature);
	if (err == ERR_OK)
		err = put_headers(&fill, request);
	return err ? err : sign(&fill, request);
}
