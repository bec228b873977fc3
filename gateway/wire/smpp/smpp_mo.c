/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_mo.h"

#include "base/buf.h"
#include "wire/smpp/smpp_alphabet.h"

enum { IE_CONCAT_8 = 0x00, IE_CONCAT_16 = 0x08 }; /* 23.040 §9.2.3.24 */

#define TON_INTERNATIONAL 1 /* SMPP 3.4 §5.2.5 */

_Static_assert(3 * SMPP_ALPHABET_OCTETS_MAX <= MO_OCTETS_MAX, "an octet becomes at most three of UTF-8");

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
	if (message->text.len > SMPP_ALPHABET_OCTETS_MAX)
		return false;
	set_part(mo, message->sar_reference, message->sar_total, message->sar_part);
	struct slice text = message->text;
	if ((message->esm_class & SMPP_ESM_UDHI) && !take_udh(&text, mo)) {
		out->note = "a user data header that makes no sense";
		return true;
	}
	struct buf buf = buf_over(out->text, sizeof out->text);
	enum smpp_alphabet alphabet = smpp_alphabet_of(account, message->data_coding);
	mo->is_text = smpp_alphabet_decode(alphabet, text, message->text.len - text.len, &buf);
	mo->octets = mo->is_text ? buf_slice(&buf) : text;
	if (!mo->is_text)
		out->note = "no text in an alphabet that is known";
	return true;
}
