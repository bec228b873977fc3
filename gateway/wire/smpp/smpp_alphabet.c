/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_alphabet.h"

#include "base/check.h"
#include "base/utf8.h"
#include "encode/gb18030.h"
#include "encode/gsm7.h"
#include "encode/utf16.h"
#include "wire/smpp/smpp_account.h"
#include "wire/smpp/smpp_gsm7.h"

#define DATA_CODING_DEFAULT 0x00
#define DATA_CODING_UCS2    0x08
#define DATA_CODING_CMPP    0x0F /* what CMPP 3.0 calls Msg_Fmt 15, which gateways to it leave as it is */
#define REPLACEMENT         0xFFFD

/* SMPP 3.4 §5.2.19; beyond its own values those of 23.038 §4. What no row has is no text to us. */
static const struct {
	uint8_t from;
	uint8_t to;
	enum smpp_alphabet alphabet;
} codings[] = {
	{ 0x01, 0x01, SMPP_ALPHABET_IA5 },
	{ 0x03, 0x03, SMPP_ALPHABET_LATIN1 },
	{ 0x10, 0x13, SMPP_ALPHABET_GSM7 }, /* with a message class */
	{ 0x18, 0x1B, SMPP_ALPHABET_UCS2 },
	{ 0xC0, 0xDF, SMPP_ALPHABET_GSM7 }, /* message waiting */
	{ 0xE0, 0xEF, SMPP_ALPHABET_UCS2 },
	{ 0xF0, 0xF3, SMPP_ALPHABET_GSM7 },
	{ DATA_CODING_CMPP, DATA_CODING_CMPP, SMPP_ALPHABET_GB18030 },
};

/* GSM-7 under another value than 0. */
static enum smpp_alphabet gsm7_of_account(const struct smpp_account *account)
{
	switch (account->default_alphabet) {
	case SMPP_ALPHABET_GSM7:
	case SMPP_ALPHABET_GSM7_PACKED:
		return account->default_alphabet;
	default:
		return account->is_gsm7_packed ? SMPP_ALPHABET_GSM7_PACKED : SMPP_ALPHABET_GSM7;
	}
}

enum smpp_alphabet smpp_alphabet_of(const struct smpp_account *account, uint8_t data_coding)
{
	if (data_coding == DATA_CODING_DEFAULT)
		return account->default_alphabet;
	if (data_coding == DATA_CODING_UCS2 || data_coding == account->data_coding_ucs2)
		return SMPP_ALPHABET_UCS2;
	if (data_coding == account->data_coding_gsm7)
		return gsm7_of_account(account);
	if (data_coding == account->data_coding_latin1)
		return SMPP_ALPHABET_LATIN1;
	for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
		if (data_coding < codings[i].from || data_coding > codings[i].to)
			continue;
		return codings[i].alphabet == SMPP_ALPHABET_GSM7 ? gsm7_of_account(account) : codings[i].alphabet;
	}
	return SMPP_ALPHABET_NONE;
}

static bool has_high_octet(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((uint8_t)text.at[i] > 0x7F)
			return true;
	}
	return false;
}

static void put_char(struct buf *out, uint32_t code)
{
	char utf8[4];
	buf_put(out, utf8, utf8_encode(code, utf8));
}

static void put_gsm7(const uint8_t *septets, size_t count, struct buf *out)
{
	out->len += gsm7_decode(septets, count, out->at + out->len, out->cap - out->len);
}

static void put_packed(struct slice text, size_t udh_octets, struct buf *out)
{
	uint8_t septets[SMPP_GSM7_SEPTETS(SMPP_ALPHABET_OCTETS_MAX)];
	put_gsm7(septets, smpp_gsm7_unpack((const uint8_t *)text.at, text.len, udh_octets, septets), out);
}

static void put_latin1(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++)
		put_char(out, (uint8_t)text.at[i]);
}

static bool is_surrogate(uint16_t unit)
{
	return (unit & 0xF800) == 0xD800;
}

static void put_ucs2(struct slice text, struct buf *out)
{
	const uint8_t *octets = (const uint8_t *)text.at;
	size_t units = text.len / 2;
	for (size_t i = 0; i < units; i++) {
		uint16_t unit = utf16_unit(octets, i);
		if (!is_surrogate(unit)) {
			put_char(out, unit);
		} else if (!utf16_is_second(unit) && i + 1 < units && utf16_is_second(utf16_unit(octets, i + 1))) {
			put_char(out, utf16_char(octets, i));
			i++;
		} else {
			put_char(out, REPLACEMENT);
		}
	}
	if (text.len % 2 == 1)
		put_char(out, REPLACEMENT);
}

static bool put_gb18030(struct slice text, struct buf *out)
{
	size_t len = gb18030_decode(text, out->at + out->len, out->cap - out->len);
	out->len += len;
	return len > 0 || text.len == 0;
}

bool smpp_alphabet_decode(enum smpp_alphabet alphabet, struct slice text, size_t udh_octets, struct buf *out)
{
	CHECK(text.len <= SMPP_ALPHABET_OCTETS_MAX);
	switch (alphabet) {
	case SMPP_ALPHABET_GSM7:
		put_gsm7((const uint8_t *)text.at, text.len, out);
		return !has_high_octet(text);
	case SMPP_ALPHABET_GSM7_PACKED:
		put_packed(text, udh_octets, out);
		return true;
	case SMPP_ALPHABET_IA5:
		buf_put_slice(out, text);
		return !has_high_octet(text);
	case SMPP_ALPHABET_LATIN1:
		put_latin1(text, out);
		return true;
	case SMPP_ALPHABET_UCS2:
		put_ucs2(text, out);
		return true;
	case SMPP_ALPHABET_GB18030:
		return put_gb18030(text, out);
	case SMPP_ALPHABET_NONE:
		break;
	}
	return false;
}
