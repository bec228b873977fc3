/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

/* Signatures that providers want under a request. Hashes are libcrypto's. */

#define HTTP_SHA256_HEX 64

/* Writes the hash of text in lower-case hexadecimal, without a NUL. False where libcrypto has no memory. */
MUST_CHECK bool http_sha256_hex(struct slice text, char out[static HTTP_SHA256_HEX]);

/* Appends the HMAC (RFC 2104) of text, in lower-case hexadecimal or in Base64 (RFC 4648 §4). False, and nothing was appended,
 * where libcrypto has no memory. */
MUST_CHECK bool http_hmac_put(bool is_sha1, bool is_base64, struct slice key, struct slice text, struct buf *out);

/* Appends text in Base64. */
void http_base64_put(struct slice text, struct buf *out);

/* Writes “2026-02-13T08:00:00Z”, without a NUL. Returns the length. */
size_t http_date_format(wall_ms at, char out[static 32]);

#define HTTP_TC3_SECRET_MAX 250 /* octets of a secret that TC3 signs with */

/* What a signature is made over. */
struct http_signing {
	const char *method;
	struct slice path;
	struct slice query; /* encoded, sorted by name */
	struct slice host;
	struct slice body;
	wall_ms now;
	struct slice nonce;
	struct slice key_id;
	struct slice secret;
	struct slice service;      /* TC3 */
	const struct buf *headers; /* NUL-terminated lines written so far */
	struct buf *scratch;       /* room for the canonical request */
};

/* Appends the headers of an ACS3-HMAC-SHA256 signature, each with a NUL behind it: x-acs-content-sha256, x-acs-date,
 * x-acs-signature-nonce and Authorization. Signed are host, content-type and every x-acs- header. count: raised by the
 * lines. ERR_FULL; ERR_MEMORY. */
MUST_CHECK enum err http_sign_acs3(const struct http_signing *signing, struct buf *headers, unsigned *count);

/* Appends the Authorization header of a TC3-HMAC-SHA256 signature, over content-type and host; X-TC-Timestamp has to be among the
 * headers already, with the seconds of now. ERR_FULL; ERR_MEMORY. */
MUST_CHECK enum err http_sign_tc3(const struct http_signing *signing, struct buf *headers, unsigned *count);
