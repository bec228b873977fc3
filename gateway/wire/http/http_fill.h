/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "wire/http/http_account_inner.h"

/* Writing what a compiled template says of some messages. */

#define HTTP_NONCE_HEX 32

struct http_fill {
	const struct http_account *account;
	const struct http_message *const *messages;
	unsigned count;
	const struct http_message *message; /* the first, or the one that {each} is at */
	wall_ms now;
	char nonce[HTTP_NONCE_HEX];
	struct slice path; /* for hmac_signs, with what follows */
	struct slice query;
	struct slice body;
	struct slice body_hash; /* SHA-256 of it, for hmac_signs that have it */
	struct slice signature; /* for headers */
};

/* Appends the template. False, with nothing written, where skip_empty and a placeholder without an alternative is
 * empty. out->full where it does not fit. */
bool http_fill_put(struct http_fill *fill, const struct http_template *template, bool skip_empty, struct buf *out);

/* {to.national}: the number without the calling code of the account's country, or as it is. */
struct slice http_national(const struct http_account *account, const struct msisdn *to);
