/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* UTF-16 big-endian, which is what phones make of “UCS-2” (3GPP TS 23.038 §6.2.3). */

/* Writes the UTF-16BE of UTF-8 text, up to the first malformed octet. out: room for 2 × text.len octets.
 * unit_count: set. Returns the octets of text that were encoded; text.len where all are. */
size_t utf16_encode(struct slice text, uint8_t *out, size_t *unit_count);

/* The unit at index of UTF-16BE octets. */
static inline uint16_t utf16_unit(const uint8_t *octets, size_t index)
{
	return (uint16_t)(octets[2 * index] << 8 | octets[2 * index + 1]);
}

/* True for the second half of a surrogate pair. */
static inline bool utf16_is_second(uint16_t unit)
{
	return (unit & 0xFC00) == 0xDC00;
}

/* The character that begins at index of well-formed UTF-16BE octets. */
static inline uint32_t utf16_char(const uint8_t *octets, size_t index)
{
	uint32_t first = utf16_unit(octets, index);
	if ((first & 0xFC00) != 0xD800)
		return first;
	return 0x10000 + ((first & 0x3FF) << 10) + (utf16_unit(octets, index + 1) & 0x3FFu);
}
