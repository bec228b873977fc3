/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_mo.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "encode/gb18030.h"
#include "encode/gsm7.h"
#include "encode/utf16.h"

enum { IE_CONCAT_8 = 0x00, IE_CONCAT_16 = 0x08 }; /* 23.040 §9.2.3.24 */

#define DATA_CODING_CMPP  0x0F /* what CMPP 3.0 calls Msg_Fmt 15, which gateways to it leave as it is */
#define REPLACEMENT       0xFFFD
#define TON_INTERNATIONAL 1                   /* SMPP 3.4 §5.2.5 */
#define WIRE_OCTETS_MAX   (MO_OCTETS_MAX / 3) /* an octet becomes at most three of UTF-8 */

enum alphabet { ALPHABET_NONE, ALPHABET_GSM7, ALPHABET_IA5, ALPHABET_LATIN1, ALPHABET_UCS2, ALPHABET_GB18030 };

/* SMPP 3.4 §5.2.19; beyond its own values those of 23.038 §4. What no row has is no text to us. */
static const struct {
	uint8_t from;
	uint8_t to;
	enum alphabet alphabet;
} codings[] = {
	{ 0x00, 0x00, ALPHABET_GSM7 }, { 0x01, 0x01, ALPHABET_IA5 },  { 0x03, 0x03, ALPHABET_LATIN1 },
	{ 0x08, 0x08, ALPHABET_UCS2 }, { 0x10, 0x13, ALPHABET_GSM7 }, /* with a message class */
	{ 0x18, 0x1B, ALPHABET_UCS2 }, { 0xC0, 0xDF, ALPHABET_GSM7 }, /* message waiting */
	{ 0xE0, 0xEF, ALPHABET_UCS2 }, { 0xF0, 0xF3, ALPHABET_GSM7 },
};

static enum alphabet alphabet_of(const struct smpp_account *account, uint8_t data_coding)
{
	for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
		if (data_coding >= codings[i].from && data_coding <= codings[i].to)
			return codings[i].alphabet;
	}
	if (data_coding == account->data_coding_ucs2)
		return ALPHABET_UCS2;
	if (data_coding == account->data_coding_gsm7)
		return ALPHABET_GSM7;
	return data_coding == DATA_CODING_CMPP ? ALPHABET_GB18030 : ALPHABET_NONE;
}

/* -- parts -- */

static void set_part(struct mo *mo, uint16_t reference, uint8_t total, uint8_t part)
{
	/* Such an element is ignored, 23.040 §9.2.3.24.1. */
	if (total == 0 || part == 0 || part > total)
		return;
	mo->part = part;
	mo->total = total;
	mo->reference = total > 1 ? reference : 0;
}

/* Takes the header off the front of text. False where it or one of its elements is longer than what holds it. */
static bool take_udh(struct slice *text, struct mo *mo)
{
	struct octets in = octets_over(text->at, text->len);
	size_t len = octets_u8(&in);
	struct octets elements = octets_over(octets_take(&in, len), len);
	if (in.short_read)
		return false;
	while (octets_left(&elements) > 0) {
		uint8_t element = octets_u8(&elements);
		size_t element_len = octets_u8(&elements);
		struct octets value = octets_over(octets_take(&elements, element_len), element_len);
		if (elements.short_read)
			return false;
		bool is_8 = element == IE_CONCAT_8 && element_len == 3;
		bool is_16 = element == IE_CONCAT_16 && element_len == 4;
		if (!is_8 && !is_16)
			continue;
		uint16_t reference = is_8 ? octets_u8(&value) : octets_u16(&value);
		uint8_t total = octets_u8(&value);
		set_part(mo, reference, total, octets_u8(&value));
	}
	text->at += in.used;
	text->len -= in.used;
	return true;
}

/* -- text -- */

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

/* False where the octets are no text in that alphabet. */
static bool put_text(enum alphabet alphabet, struct slice text, struct buf *out)
{
	switch (alphabet) {
	case ALPHABET_GSM7:
		out->len = gsm7_decode((const uint8_t *)text.at, text.len, out->at, out->cap);
		return !has_high_octet(text);
	case ALPHABET_IA5:
		buf_put_slice(out, text);
		return !has_high_octet(text);
	case ALPHABET_LATIN1:
		put_latin1(text, out);
		return true;
	case ALPHABET_UCS2:
		put_ucs2(text, out);
		return true;
	case ALPHABET_GB18030:
		out->len = gb18030_decode(text, out->at, out->cap);
		return out->len > 0 || text.len == 0;
	case ALPHABET_NONE:
		break;
	}
	return false;
}

/* -- all of it -- */

static struct slice address_of(struct slice text, char *out)
{
	size_t len = text.len < MO_ADDRESS_MAX ? text.len : MO_ADDRESS_MAX;
	for (size_t i = 0; i < len; i++)
		out[i] = text.at[i] >= 0x20 && text.at[i] <= 0x7E ? text.at[i] : '?';
	return (struct slice){ out, len };
}

bool smpp_mo_read(const struct smpp_account *account, const struct smpp_message *message, struct smpp_mo *out)
{
	struct mo *mo = &out->mo;
	*mo = (struct mo){ .part = 1, .total = 1 };
	out->note = NULL;
	mo->from = address_of(message->source_addr, out->from);
	mo->is_international = message->source_addr_ton == TON_INTERNATIONAL;
	mo->to = address_of(message->destination_addr, out->to);
	mo->octets = message->text;
	if (message->text.len > WIRE_OCTETS_MAX)
		return false;
	set_part(mo, message->sar_reference, message->sar_total, message->sar_part);
	struct slice text = message->text;
	if ((message->esm_class & SMPP_ESM_UDHI) && !take_udh(&text, mo)) {
		out->note = "a user data header that makes no sense";
		return true;
	}
	struct buf buf = buf_over(out->text, sizeof out->text);
	mo->is_text = put_text(alphabet_of(account, message->data_coding), text, &buf);
	mo->octets = mo->is_text ? buf_slice(&buf) : text;
	if (!mo->is_text)
		out->note = "no text in an alphabet that is known";
	return true;
}
