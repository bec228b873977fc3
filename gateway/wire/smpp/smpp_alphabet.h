/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* In which alphabet a carrier's octets are: what its data_coding means for this account, and the text that they make. */

enum smpp_alphabet {
	SMPP_ALPHABET_NONE,        /* no text, or none that is known here */
	SMPP_ALPHABET_GSM7,        /* GSM 7-bit default alphabet, a septet an octet */
	SMPP_ALPHABET_GSM7_PACKED, /* eight septets in seven octets, 3GPP TS 23.038 §6.1.2.1 */
	SMPP_ALPHABET_IA5,         /* ASCII */
	SMPP_ALPHABET_LATIN1,
	SMPP_ALPHABET_UCS2, /* UTF-16 big-endian */
	SMPP_ALPHABET_GB18030,
};

#define SMPP_ALPHABET_OCTETS_MAX 5461 /* of a text that is decoded: a third of MO_OCTETS_MAX */

struct smpp_account;

/* The alphabet of what comes with a data_coding (SMPP 3.4 §5.2.19, beyond it 3GPP TS 23.038 §4). 0 is the account's
 * default_alphabet, 8 UCS-2; then what the account sets for texts of its own counts, then the specifications. GSM-7 is packed
 * under its other values too where the default alphabet is, or, where that is none of GSM-7, where texts of ours are. */
enum smpp_alphabet smpp_alphabet_of(const struct smpp_account *account, uint8_t data_coding);

/* Writes text as UTF-8. text: at most SMPP_ALPHABET_OCTETS_MAX octets, without its user data header, which is udh_octets long
 * (0 = none; a packed text begins at a septet's boundary counted from its front). out: room for three octets for each of text
 * and for each septet. Half a pair of surrogates, half a unit and what makes no character of GB 18030 become U+FFFD.
 * Returns false where an octet is none of the alphabet, or the alphabet is none: out holds nothing of use then. */
MUST_CHECK bool smpp_alphabet_decode(enum smpp_alphabet alphabet, struct slice text, size_t udh_octets,
				     struct buf *out);
