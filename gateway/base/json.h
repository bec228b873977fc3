/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Writes JSON into a buf. Commas are derived from the octet before, so nesting needs no state. Text that is not valid
 * UTF-8 is written with U+FFFD in place of the malformed octets: output is always valid JSON. */

/* "{" or "[" with the comma that it may need before it. */
void json_open(struct buf *buf, char bracket);

/* "}" or "]". */
void json_close(struct buf *buf, char bracket);

/* A member's name and its colon, with the comma before it where one is due. key: plain ASCII, not escaped. */
void json_key(struct buf *buf, const char *key);

/* Text as it stands within the quotes of a string (RFC 8259 §7), without the quotes and without a comma. */
void json_escape(struct buf *buf, struct slice text);

/* A string value, escaped. An absent slice writes null. */
void json_text(struct buf *buf, struct slice text);

/* Number and word values. */
void json_uint(struct buf *buf, uint64_t value);
void json_int(struct buf *buf, int64_t value);
void json_decimal(struct buf *buf, double value, int decimals); /* fixed notation; not finite writes null */
void json_bool(struct buf *buf, bool value);
void json_absent(struct buf *buf);

/* Key and value in one; the two optional forms write nothing where the value is absent or 0. */
void json_key_text(struct buf *buf, const char *key, struct slice text);
void json_key_uint(struct buf *buf, const char *key, uint64_t value);
void json_key_bool(struct buf *buf, const char *key, bool value);
void json_key_text_if(struct buf *buf, const char *key, struct slice text);
void json_key_uint_if(struct buf *buf, const char *key, uint64_t value);
