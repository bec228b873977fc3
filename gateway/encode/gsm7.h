/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* The GSM 7-bit default alphabet and its extension table, 3GPP TS 23.038 §6.2.1 and §6.2.1.1; unpacked, one septet per
 * octet, as SMPP carries it. National tables are not used. */

#define GSM7_ESC  0x1B
#define GSM7_NONE 0xFFFFu

/* The septets of a character: one (value below 0x80) or, for the extension table, two with ESC in the high octet
 * (0x1B65 for “€”). GSM7_NONE where the alphabet lacks it. */
uint16_t gsm7_of(uint32_t code);

/* The character of a septet: in the default alphabet, or behind ESC where is_extended. septet: bit 8 is ignored.
 * A code that the extension table lacks shows as that code of the default alphabet; ESC itself as a space
 * (23.038 §6.2.1.1). */
uint32_t gsm7_char(uint8_t septet, bool is_extended);

/* Writes the septets of UTF-8 text, up to the first character that the alphabet lacks or that is malformed.
 * out: room for 2 × text.len octets. septet_count: set. Returns the octets of text that were encoded; text.len where
 * all are. */
size_t gsm7_encode(struct slice text, uint8_t *out, size_t *septet_count);

/* Writes the UTF-8 of len septets. out: cap octets; 3 × len is always enough. A lone ESC at the end is a space.
 * Returns the octets written; stops before the first character that has no room. */
size_t gsm7_decode(const uint8_t *septets, size_t len, char *out, size_t cap);
