/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_tlv.h"

static const struct tag_row {
	uint16_t tag;
	uint16_t value_min; /* octets */
	uint16_t value_max;
	const char *name;
} tags[] = {
#define TLV(constant, name, tag, min, max) { tag, min, max, #name },
#include "wire/smpp/smpp_tlv.def"
#undef TLV
};

static const struct tag_row *row_of(uint16_t tag)
{
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		if (tags[i].tag == tag)
			return &tags[i];
	}
	return NULL;
}

const char *smpp_tlv_name(uint16_t tag)
{
	const struct tag_row *row = row_of(tag);
	return row ? row->name : NULL;
}

bool smpp_tlv_allows_len(uint16_t tag, size_t len)
{
	const struct tag_row *row = row_of(tag);
	return row == NULL || (len >= row->value_min && len <= row->value_max);
}

bool smpp_tlv_next(struct octets *tail, struct smpp_tlv *out)
{
	struct octets ahead = *tail;
	uint16_t tag = octets_u16(&ahead);
	uint16_t len = octets_u16(&ahead);
	const uint8_t *value = octets_take(&ahead, len);
	if (value == NULL)
		return false;
	*tail = ahead;
	*out = (struct smpp_tlv){ tag, { (const char *)value, len } };
	return true;
}
