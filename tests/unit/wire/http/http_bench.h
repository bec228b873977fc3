/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/http/http_answer.h"
#include "wire/http/http_request.h"

#include <criterion/criterion.h>

/* What the tests of accounts over HTTP share: a message, a request with its memory, a fixed nonce. */

struct bench_request {
	struct http_request request;
	char url[4096];
	char headers[4096];
	char body[16384];
};

static const uint8_t bench_nonce[HTTP_NONCE_OCTETS] = { 0x31, 0x56, 0x85, 0x32, 0x99, 0xf3, 0x13, 0xe2,
							0x3d, 0x16, 0x73, 0xdc, 0x12, 0xe1, 0x70, 0x3d };

/* The account of settings; a failed test where they will not do. */
static inline struct http_account *bench_account(const struct http_settings *settings)
{
	struct http_account *account = NULL;
	struct err_at at = { 0 };
	enum err err = http_account_create(settings, &account, &at);
	cr_assert(err == ERR_OK, "%s: %s %s", err_name(err), at.field, at.text);
	return account;
}

/* Writes a request; the texts are NUL-terminated. */
static inline enum err bench_write(const struct http_account *account, const struct http_message *const messages[],
				   unsigned count, wall_ms now, struct bench_request *out)
{
	out->request = (struct http_request){ .url = buf_over(out->url, sizeof out->url),
					      .headers = buf_over(out->headers, sizeof out->headers),
					      .body = buf_over(out->body, sizeof out->body - 1) };
	enum err err = http_request_write(account, messages, count, now, bench_nonce, &out->request);
	out->body[out->request.body.len] = '\0';
	return err;
}

/* The header lines with LF between, as one text. */
static inline const char *bench_headers(struct bench_request *request)
{
	for (size_t i = 0; i + 1 < request->request.headers.len; i++) {
		if (request->headers[i] == '\0')
			request->headers[i] = '\n';
	}
	return request->headers;
}

static inline void bench_equal(const char *name, const char *what, const char *got, const char *want)
{
	cr_expect(strcmp(got, want) == 0, "%s: %s\n got: %s\nwant: %s", name, what, got, want);
}

/* Reads an answer to count messages. references: HTTP_REFERENCES_OCTETS(count). Outcomes
 * borrow from what is read until the next answer is. */
static inline struct http_reading bench_read(const struct http_account *account, unsigned status,
					     const char *retry_after, const char *body,
					     const struct http_message *const messages[], unsigned count,
					     struct outcome *outcomes, struct buf *references)
{
	struct http_answer answer = {
		.status = status,
		.retry_after = slice_of(retry_after),
		.body = slice_of(body),
	};
	static struct http_reading reading;
	http_answer_read(account, &answer, messages, count, 1770969600000, outcomes, references, &reading);
	return reading;
}
