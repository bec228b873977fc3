/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

/* Whether a request comes from the provider: signatures, compared as base/secret.h does it. ERR_FORMAT: it does not; ERR_MEMORY:
 * there is no memory to tell. */

/* Twilio's X-Twilio-Signature: Base64 of HMAC-SHA1 with the account's auth token over the URL as Twilio called it (the public
 * one, query and all), then, of a form, its fields sorted by name, each name and value run together. form: the body of a
 * POST; empty of a GET. */
MUST_CHECK enum err http_callback_twilio_signed(struct slice key, struct slice url, struct slice form,
						struct slice signature);

enum http_callback_hash { HTTP_CALLBACK_SHA256, HTTP_CALLBACK_SHA1 };

/* A signature over “TIMESTAMP.BODY” (of a GET: “TIMESTAMP.QUERY”), in hexadecimal or Base64, with or without the name of the
 * hash and “=” in front. */
MUST_CHECK enum err http_callback_hmac_signed(enum http_callback_hash hash, struct slice key, struct slice timestamp,
					      struct slice body, struct slice signature);

/* True where timestamp (Unix time in seconds or milliseconds) is at most window_ms away from now, on either side: what is older
 * may be a request that somebody recorded. */
bool http_callback_is_fresh(struct slice timestamp, wall_ms now, int64_t window_ms);

/* True where text is an address of list, “192.0.2.7, 198.51.100.0/24, 2001:db8::/32”. IPv4 within IPv6 (“::ffff:192.0.2.7”)
 * counts as IPv4. */
bool http_callback_is_allowed(struct slice list, struct slice address);

/* The first entry of list that is no address; empty where all are. */
struct slice http_callback_bad_address(struct slice list);
