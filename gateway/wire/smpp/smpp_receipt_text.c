/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_receipt_text.h"

#include "base/utf8.h"
#include "encode/gsm7.h"

enum octets { OCTETS_PLAIN, OCTETS_WITH_CONTROLS, OCTETS_HIGH };

/* NUL and line ends stand between the parts of receipts, whatever they are in the GSM alphabet. */
static bool is_control(uint8_t octet)
{
	return octet < 0x20 && octet != '\0' && octet != '\t' && octet != '\n' && octet != '\r';
}

static enum octets kind_of(struct slice text)
{
	enum octets kind = OCTETS_PLAIN;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t octet = (uint8_t)text.at[i];
		if (octet > 0x7F)
			return OCTETS_HIGH;
		if (is_control(octet))
			kind = OCTETS_WITH_CONTROLS;
	}
	return kind;
}

/* UTF-16BE of Latin letters has a zero in front of each. */
static bool is_wide(struct slice text)
{
	return text.len >= 6 && !text.at[0] && text.at[1] && !text.at[2] && text.at[3] && !text.at[4] && text.at[5];
}

static void put_gsm7(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t octet = (uint8_t)text.at[i];
		if (!is_control(octet)) {
			buf_put_u8(out, octet);
			continue;
		}
		bool is_extended = octet == GSM7_ESC && i + 1 < text.len;
		if (is_extended)
			octet = (uint8_t)text.at[++i];
		char utf8[4];
		buf_put(out, utf8, utf8_encode(gsm7_char(octet, is_extended), utf8));
	}
}

static struct slice decode(enum smpp_alphabet alphabet, struct slice text, size_t udh_octets, struct buf *out)
{
	size_t unit = alphabet == SMPP_ALPHABET_UCS2 ? 2 : 1;
	size_t len = text.len / unit * unit; /* half a unit at the end would spoil the last value */
	size_t len_max = SMPP_RECEIPT_TEXT_MAX * unit;
	struct slice begin = { text.at, len < len_max ? len : len_max };
	return smpp_alphabet_decode(alphabet, begin, udh_octets, out) ? buf_slice(out) : text;
}

struct slice smpp_receipt_text(enum smpp_alphabet alphabet, struct slice text, size_t udh_octets, struct buf *out)
{
	if (alphabet == SMPP_ALPHABET_UCS2 || is_wide(text))
		return decode(SMPP_ALPHABET_UCS2, text, 0, out);
	if (alphabet == SMPP_ALPHABET_GSM7_PACKED)
		return decode(alphabet, text, udh_octets, out);
	enum octets kind = kind_of(text);
	if (alphabet == SMPP_ALPHABET_GSM7) {
		if (kind != OCTETS_WITH_CONTROLS || text.len > SMPP_RECEIPT_TEXT_MAX)
			return text;
		put_gsm7(text, out);
		return buf_slice(out);
	}
	return kind == OCTETS_HIGH ? decode(alphabet, text, 0, out) : text;
}
