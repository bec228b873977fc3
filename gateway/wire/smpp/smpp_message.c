/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_message.h"

#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_tlv.h"

static void note(struct smpp_message *message, const char *text)
{
	if (message->note == NULL)
		message->note = text;
}

/* fault: the status that says this field is wrong. What ends before its field began is too short as a whole. */
static enum smpp_status_code take_text(struct octets *in, size_t limit, enum smpp_status_code fault,
				       struct smpp_message *message, struct slice *out)
{
	if (in->short_read || octets_left(in) == 0)
		return SMPP_STATUS_RINVCMDLEN;
	if (!smpp_pdu_take_text(in, out))
		return fault;
	if (out->len >= limit)
		note(message, "string over its limit");
	return SMPP_STATUS_ROK;
}

static enum smpp_status_code take_addresses(struct octets *in, size_t limit, struct smpp_message *message)
{
	struct slice service_type;
	enum smpp_status_code status = take_text(in, 6, SMPP_STATUS_RINVSERTYP, message, &service_type);
	if (status)
		return status;
	message->source_addr_ton = octets_u8(in);
	octets_take(in, 1); /* source_addr_npi */
	status = take_text(in, limit, SMPP_STATUS_RINVSRCADR, message, &message->source_addr);
	if (status)
		return status;
	octets_take(in, 2); /* dest_addr_ton, dest_addr_npi */
	return take_text(in, limit, SMPP_STATUS_RINVDSTADR, message, &message->destination_addr);
}

static enum smpp_status_code take_deliver(struct octets *in, struct smpp_message *message)
{
	enum smpp_status_code status = take_addresses(in, 21, message);
	if (status)
		return status;
	message->esm_class = octets_u8(in);
	octets_take(in, 2); /* protocol_id, priority_flag */
	struct slice time;
	status = take_text(in, 17, SMPP_STATUS_RINVSCHED, message, &time);
	if (status)
		return status;
	status = take_text(in, 17, SMPP_STATUS_RINVEXPIRY, message, &time);
	if (status)
		return status;
	octets_take(in, 2); /* registered_delivery, replace_if_present_flag */
	message->data_coding = octets_u8(in);
	octets_take(in, 1); /* sm_default_msg_id */
	size_t sm_length = octets_u8(in);
	if (in->short_read)
		return SMPP_STATUS_RINVCMDLEN;
	message->text = (struct slice){ (const char *)octets_take(in, sm_length), sm_length };
	return in->short_read ? SMPP_STATUS_RINVMSGLEN : SMPP_STATUS_ROK;
}

static enum smpp_status_code take_data(struct octets *in, struct smpp_message *message)
{
	enum smpp_status_code status = take_addresses(in, 65, message);
	if (status)
		return status;
	message->esm_class = octets_u8(in);
	octets_take(in, 1); /* registered_delivery */
	message->data_coding = octets_u8(in);
	return in->short_read ? SMPP_STATUS_RINVCMDLEN : SMPP_STATUS_ROK;
}

static void take_sar(const struct smpp_tlv *tlv, struct smpp_message *message)
{
	if (!smpp_tlv_allows_len(tlv->tag, tlv->value.len)) {
		note(message, "a sar_ TLV of a wrong length");
		return;
	}
	struct octets value = octets_over(tlv->value.at, tlv->value.len);
	if (tlv->tag == SMPP_TAG_SAR_MSG_REF_NUM && message->sar_reference == 0)
		message->sar_reference = octets_u16(&value);
	else if (tlv->tag == SMPP_TAG_SAR_TOTAL_SEGMENTS && message->sar_total == 0)
		message->sar_total = octets_u8(&value);
	else if (tlv->tag == SMPP_TAG_SAR_SEGMENT_SEQNUM && message->sar_part == 0)
		message->sar_part = octets_u8(&value);
}

static void take_tlv(const struct smpp_tlv *tlv, struct smpp_message *message)
{
	switch (tlv->tag) {
	case SMPP_TAG_MESSAGE_PAYLOAD:
		if (message->text.len == 0)
			message->text = tlv->value;
		return;
	case SMPP_TAG_RECEIPTED_MESSAGE_ID:
		if (message->receipted_message_id.at == NULL)
			message->receipted_message_id = tlv->value;
		return;
	case SMPP_TAG_MESSAGE_STATE:
		if (tlv->value.len != 1)
			note(message, "message_state of a wrong length");
		else if (message->message_state == SMPP_MESSAGE_STATE_ABSENT)
			message->message_state = (uint8_t)tlv->value.at[0];
		return;
	case SMPP_TAG_USER_MESSAGE_REFERENCE:
		if (tlv->value.len != 2)
			note(message, "user_message_reference of a wrong length");
		else if (message->user_message_reference == 0)
			message->user_message_reference =
				(uint16_t)((uint8_t)tlv->value.at[0] << 8 | (uint8_t)tlv->value.at[1]);
		return;
	case SMPP_TAG_SAR_MSG_REF_NUM:
	case SMPP_TAG_SAR_TOTAL_SEGMENTS:
	case SMPP_TAG_SAR_SEGMENT_SEQNUM:
		take_sar(tlv, message);
		return;
	case SMPP_TAG_NETWORK_ERROR_CODE:
		if (tlv->value.len != 3)
			note(message, "network_error_code of a wrong length");
		else if (message->network_error_code == NULL)
			message->network_error_code = (const uint8_t *)tlv->value.at;
		return;
	default:
		return;
	}
}

enum smpp_status_code smpp_message_read(const uint8_t *at, size_t len, struct smpp_message *out)
{
	*out = (struct smpp_message){ .message_state = SMPP_MESSAGE_STATE_ABSENT };
	struct octets in = octets_over(at, len);
	in.used = SMPP_HEADER_OCTETS;
	enum smpp_status_code status = smpp_pdu_read_header(at).command_id == SMPP_COMMAND_DATA_SM
					       ? take_data(&in, out)
					       : take_deliver(&in, out);
	if (status)
		return status;
	struct smpp_tlv tlv;
	while (smpp_tlv_next(&in, &tlv))
		take_tlv(&tlv, out);
	if (octets_left(&in))
		note(out, "octets behind the last whole TLV");
	return SMPP_STATUS_ROK;
}
