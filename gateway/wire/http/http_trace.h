/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/http/http_fill.h"

/* W3C Trace Context: a request is a span of ours within the trace that the alert came with. */

#define HTTP_TRACE_OCTETS 55 /* “00-traceid-parentid-flags”, §3.2 */

/* Writes what a request says of the message's trace: its trace id and flags, and as parent id our own span, which is the request's nonce, so that each
 * attempt has another one. Returns the octets; 0 where the message has no trace. */
size_t http_trace_put(const struct http_fill *fill, const struct http_message *message,
		      char out[static HTTP_TRACE_OCTETS]);

/* The same of all messages of a request; 0 where they are not of one trace, since a request has one parent. */
size_t http_trace_put_all(const struct http_fill *fill, char out[static HTTP_TRACE_OCTETS]);
