/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_submit.h"

#include "base/check.h"
#include "wire/smpp/smpp_gsm7.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_time.h"
#include "wire/smpp/smpp_tlv.h"

/* The size is known before the first octet, so room is asked for once and everything is stored through a pointer. */

enum {
	ESM_UDHI = 0x40,         /* SMPP 3.4 §5.2.12 */
	SHORT_MESSAGE_MAX = 254, /* §4.4.1 */
	FIXED_OCTETS = 11,       /* the NUL of destination_addr, then esm_class … sm_length with both times empty */
	SAR_OCTETS = 3 * SMPP_TLV_HEAD_OCTETS + 2 + 1 + 1,
	REFERENCE_OCTETS = SMPP_TLV_HEAD_OCTETS + 2,
};

static uint8_t *put(uint8_t *at, const void *octets, size_t len)
{
	if (len)
		memcpy(at, octets, len);
	return at + len;
}

static uint8_t *put_u8(uint8_t *at, unsigned value)
{
	*at = (uint8_t)value;
	return at + 1;
}

static uint8_t *put_u16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
	return put_u16(put_u16(at, value >> 16), value & 0xFFFF);
}

static uint8_t *put_sar(uint8_t *at, const struct segment *segment)
{
	at = put_u16(put_u16(put_u16(at, SMPP_TAG_SAR_MSG_REF_NUM), 2), segment->reference);
	at = put_u8(put_u16(put_u16(at, SMPP_TAG_SAR_TOTAL_SEGMENTS), 1), segment->total);
	return put_u8(put_u16(put_u16(at, SMPP_TAG_SAR_SEGMENT_SEQNUM), 1), segment->index);
}

/* Writes validity_period, 0 or SMPP_TIME_OCTETS octets without the NUL; returns how many. */
static size_t validity_format(const struct smpp_account *account, wall_ms expires_at, wall_ms now, char *out)
{
	if (expires_at == 0 || account->validity == SMPP_VALIDITY_NONE)
		return 0;
	if (account->validity == SMPP_VALIDITY_RELATIVE)
		smpp_time_relative(expires_at - now, out);
	else
		smpp_time_absolute(expires_at, account->validity_utc_quarters, out);
	return SMPP_TIME_OCTETS;
}

/* The destination's digits as this account wants them. */
static struct slice destination(const struct smpp_account *account, const struct msisdn *to)
{
	size_t cut = account->dest_prefix_len;
	if (cut >= to->len || memcmp(to->digits, account->dest_prefix_cut, cut) != 0)
		cut = 0;
	return (struct slice){ to->digits + cut, to->len - cut };
}

/* Octets of the segment's text with its header, as they go on the wire. */
static size_t text_octets(const struct segment *segment, bool is_packed, size_t udh_octets)
{
	if (!is_packed)
		return segment->octets_len;
	return smpp_gsm7_packed_octets(udh_octets, segment->octets_len - udh_octets);
}

static uint8_t data_coding(const struct smpp_account *account, enum encoding encoding)
{
	switch (encoding) {
	case ENCODING_UCS2:
		return account->data_coding_ucs2;
	case ENCODING_LATIN1:
		return account->data_coding_latin1;
	default:
		return account->data_coding_gsm7;
	}
}

static uint8_t *put_text(uint8_t *at, const struct segment *segment, bool is_packed, size_t udh_octets)
{
	if (!is_packed)
		return put(at, segment->octets, segment->octets_len);
	size_t septets = segment->octets_len - udh_octets;
	smpp_gsm7_pack(segment->octets, udh_octets, septets, at);
	return at + smpp_gsm7_packed_octets(udh_octets, septets);
}

void smpp_submit_write(const struct smpp_account *account, uint32_t number, const struct submit *submit, wall_ms now,
		       struct buf *out)
{
	CHECK(account->submit_head_len);
	const struct segment *segment = submit->segment;
	bool is_packed = account->is_gsm7_packed && submit->encoding == ENCODING_GSM7;
	size_t udh_octets = segment->has_udh ? 1 + (size_t)segment->octets[0] : 0;
	size_t text_len = text_octets(segment, is_packed, udh_octets);
	bool is_payload = submit->concat == CONCAT_PAYLOAD || text_len > SHORT_MESSAGE_MAX;
	bool has_sar = submit->concat == CONCAT_SAR && segment->total > 1;
	struct slice to = account->dest_prefix_len ? destination(account, submit->to)
						   : (struct slice){ submit->to->digits, submit->to->len };
	char validity[SMPP_TIME_OCTETS];
	size_t validity_len = validity_format(account, submit->expires_at, now, validity);

	uint16_t reference = submit->user_reference;
	if (account->sends_reference)
		reference = submit_user_reference(&submit->key);

	size_t len = SMPP_HEADER_OCTETS + account->submit_head_len + to.len + FIXED_OCTETS + validity_len + text_len +
		     (has_sar ? SAR_OCTETS : 0) + (reference != 0 ? REFERENCE_OCTETS : 0) +
		     (is_payload ? SMPP_TLV_HEAD_OCTETS : 0);
	if (out->full || len > out->cap - out->len) {
		out->full = true;
		return;
	}
	uint8_t *begin = (uint8_t *)out->at + out->len;
	uint8_t *at = put_u32(begin, (uint32_t)len);
	at = put_u32(at, SMPP_COMMAND_SUBMIT_SM);
	at = put_u32(at, SMPP_STATUS_ROK);
	at = put_u32(at, number);
	at = put(at, account->submit_head, account->submit_head_len);
	at = put(at, to.at, to.len);
	at = put_u8(at, 0);
	at = put_u8(at, segment->has_udh ? ESM_UDHI : 0);
	at = put_u8(at, 0); /* protocol_id */
	at = put_u8(at, account->priority_flag);
	at = put_u8(at, 0); /* schedule_delivery_time */
	at = put(at, validity, validity_len);
	at = put_u8(at, 0);
	at = put_u8(at, submit->wants_receipt ? account->registered_delivery : 0);
	at = put_u8(at, 0); /* replace_if_present_flag */
	at = put_u8(at, data_coding(account, submit->encoding));
	at = put_u8(at, 0); /* sm_default_msg_id */
	at = put_u8(at, is_payload ? 0 : (unsigned)text_len);
	if (is_payload)
		at = put_u16(put_u16(at, SMPP_TAG_MESSAGE_PAYLOAD), (unsigned)text_len);
	at = put_text(at, segment, is_packed, udh_octets);
	if (has_sar)
		at = put_sar(at, segment);
	if (reference != 0)
		at = put_u16(put_u16(put_u16(at, SMPP_TAG_USER_MESSAGE_REFERENCE), 2), reference);
	CHECK(at == begin + len);
	out->len += len;
}
