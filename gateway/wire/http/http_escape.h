/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* How text is written so that it stays one value where it stands. */
enum http_escape {
	HTTP_ESCAPE_NONE,
	HTTP_ESCAPE_PERCENT, /* RFC 3986 §2.3: all but A–Z a–z 0–9 - . _ ~, upper-case hexadecimal */
	HTTP_ESCAPE_JSON,    /* within the quotes of a JSON string, RFC 8259 §7; malformed UTF-8 becomes U+FFFD */
};

/* Appends text, escaped. */
void http_escape_put(struct buf *buf, enum http_escape escape, struct slice text);
