/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "wire/http/http_account.h"

/* Writing a request. It is signed as it is written, so it is written anew for each try, just before it leaves. */

#define HTTP_NONCE_OCTETS 16

struct http_request {
	const char *method;    /* out: static */
	struct buf url;        /* out: absolute, NUL-terminated (the NUL counts) */
	struct buf headers;    /* out: “Name: value” lines, each NUL-terminated; without Host and Content-Length */
	struct buf body;       /* out; not NUL-terminated; empty where there is none */
	unsigned header_count; /* out: lines in headers */
};

/* Writes one request for count messages that may share one (http_account_may_share).
 * now: wall clock. nonce: random octets, fresh for each call. request: its three bufs over the caller's memory, empty.
 * ERR_FULL where it does not fit (what was written is to be thrown away); ERR_NOT_FOUND, ERR_RANGE where
 * http_account_takes is false of a message. */
MUST_CHECK enum err http_request_write(const struct http_account *account, const struct http_message *const messages[],
				       unsigned count, wall_ms now, const uint8_t nonce[static HTTP_NONCE_OCTETS],
				       struct http_request *request);
