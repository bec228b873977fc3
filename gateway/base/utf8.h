/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at text (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
 * text, len: octets at hand, len >= 1. code: set to the code point.
 * Returns the octets used (1–4), or 0 where the sequence is malformed or cut off. */
static inline size_t utf8_decode(const char *text, size_t len, uint32_t *code);

/* The same for any character; utf8_decode has a short way for those of three octets, which Chinese text is made of. */
size_t utf8_decode_any(const char *text, size_t len, uint32_t *code);

/* Writes code as UTF-8. out: room for 4 octets. code: 0–0x10FFFF without surrogates.
 * Returns the octets written, 0 for a code that has no UTF-8 form. */
size_t utf8_encode(uint32_t code, char *out);

/* Offset of the first malformed octet in text, or len where all is well formed. */
size_t utf8_valid(const char *text, size_t len);

/* The longest length <= len that does not end inside a character; for cutting text. */
size_t utf8_whole(const char *text, size_t len);

/* Number of characters (code points); malformed octets count one each. */
size_t utf8_count(const char *text, size_t len);

static inline size_t utf8_decode(const char *text, size_t len, uint32_t *code)
{
	const unsigned char *octet = (const unsigned char *)text;
	/* U+1000–U+CFFF: no overlong form and no surrogate begins with E1–EC. */
	if (len < 3 || octet[0] < 0xE1 || octet[0] > 0xEC || (octet[1] & 0xC0u) != 0x80 || (octet[2] & 0xC0u) != 0x80)
		return utf8_decode_any(text, len, code);
	*code = (octet[0] & 0xFu) << 12 | (octet[1] & 0x3Fu) << 6 | (octet[2] & 0x3Fu);
	return 3;
}
