/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Texts as they travel in short messages: which alphabet a data_coding means, whether octets are legal in it, and UTF-8. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_violation.h"

enum fake_encoding {
  FAKE_ENCODING_GSM7,        /* one septet per octet */
  FAKE_ENCODING_GSM7_PACKED, /* eight septets in seven octets, 3GPP 23.038 §6.1.2.1 */
  FAKE_ENCODING_UCS2,        /* UTF-16BE, surrogate pairs allowed */
  FAKE_ENCODING_LATIN1,
  FAKE_ENCODING_ASCII,
  FAKE_ENCODING_OCTETS, /* binary or an alphabet that is only kept: shown as hex */
};

/* The alphabet that `data_coding` names (SMPP 3.4 §5.2.19, 3GPP 23.038 §4); `dcs0` is what this SMSC takes 0 for. False for a
 * reserved value, with `encoding` untouched. */
bool fake_text_encoding(uint8_t data_coding, enum fake_encoding dcs0, enum fake_encoding *encoding);

/* The name records show: GSM7 (packed or not), UCS2, LATIN1, ASCII, OCTETS. Static. */
const char *fake_text_encoding_name(enum fake_encoding encoding);

/* True if the `len` octets at `text` (UDH excluded) are legal in `encoding`; else false and `found` says what is wrong:
 * an octet over 0x7F or a lone ESC at the end in GSM-7 (23.038 §6.2.1), odd length or an unpaired surrogate in UCS-2. */
bool fake_text_check(enum fake_encoding encoding, const unsigned char *text, uint32_t len,
                     struct fake_violation_found *found);

/* Units a text of `len` octets takes (septets, UTF-16 units or octets) and, in `single_max` and `part_max`, how many of them
 * fit in a message alone and in a part of a concatenated one with a 6-octet UDH (23.040 §9.2.3.24). */
uint32_t fake_text_units(enum fake_encoding encoding, uint32_t len, uint32_t *single_max, uint32_t *part_max);

/* Octets of room that fake_text_to_utf8 may need for `len` octets. */
static inline size_t fake_text_utf8_cap(uint32_t len) { return (size_t)len * 4 + 4; }

/* Decode `len` octets at `text` into UTF-8 at `out` (room of fake_text_utf8_cap(len)); returns the octets written, without a
 * NUL. `udh_octets` is the length of the UDH before a packed text, which decides its fill bits. Never fails: what is
 * illegal becomes U+FFFD, unknown codes after ESC the basic character (23.038 §6.2.1.1). */
size_t fake_text_to_utf8(enum fake_encoding encoding, const unsigned char *text, uint32_t len, uint32_t udh_octets,
                         char *out);

/* Encode the UTF-8 at `text` (`len` octets) as `encoding`, which must be GSM7 (unpacked), UCS2 or LATIN1, into `out` (room of 2 * len
 * octets); `out_len` tells the octets written. False if the text is no UTF-8 or has a character that the alphabet lacks. */
bool fake_text_from_utf8(enum fake_encoding encoding, const char *text, size_t len, unsigned char *out, size_t *out_len);

/* Pack `len` septets at `text` behind a UDH of `udh_octets` (0 = none), 3GPP 23.038 §6.1.2.1, into `out` (room of `len` + 1 octets, not
 * `text` itself); returns the octets. Seven bits left at the end hold a CR (§6.1.2.3.1). */
uint32_t fake_text_pack(const unsigned char *text, uint32_t len, uint32_t udh_octets, unsigned char *out);
