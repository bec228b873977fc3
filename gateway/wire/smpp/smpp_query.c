/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_query.h"

#include "base/octets.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_receipt.h"
#include "wire/smpp/smpp_tlv.h"

static enum query_answer query_class(uint32_t status)
{
	switch (status) {
	case SMPP_STATUS_ROK:
		return QUERY_FOUND;
	case SMPP_STATUS_RQUERYFAIL:
	case SMPP_STATUS_RINVMSGID:
		return QUERY_ABSENT;
	/* The command, or what we have put into it, is nothing that this SMSC reads. */
	case SMPP_STATUS_RINVCMDID:
	case SMPP_STATUS_RINVCMDLEN:
	case SMPP_STATUS_RINVTLVSTREAM:
	case SMPP_STATUS_RTLVNOTALLWD:
	case SMPP_STATUS_RPROHIBITED:
		return QUERY_UNSUPPORTED;
	default:
		return QUERY_LATER;
	}
}

void smpp_query_read(const uint8_t *at, size_t len, uint32_t status, struct frame *out)
{
	out->kind = FRAME_QUERY_ANSWER;
	out->query = query_class(status);
	if (out->query != QUERY_FOUND)
		return;
	struct octets in = octets_over(at + SMPP_HEADER_OCTETS, len - SMPP_HEADER_OCTETS);
	struct slice id, final_date;
	bool is_whole = smpp_pdu_take_text(&in, &id) && smpp_pdu_take_text(&in, &final_date);
	uint8_t state = octets_u8(&in);
	octets_u8(&in); /* error_code: the network's, told by the receipt */
	is_whole = is_whole && !in.short_read;
	out->receipt.state = is_whole ? smpp_receipt_state_of_number(state) : MESSAGE_STATE_NONE;
	bool has_state = out->receipt.state != MESSAGE_STATE_NONE && out->receipt.state != MESSAGE_STATE_UNKNOWN;
	if (!is_whole)
		out->note = "query_sm_resp that is cut off";
	else if (id.len == 0)
		out->note = "query_sm_resp without a message_id";
	else if (id.len > CARRIER_REF_MAX)
		out->note = "query_sm_resp with a message_id of more than 64 octets";
	else if (!has_state)
		out->note = "query_sm_resp without a state";
	if (out->note != NULL)
		out->query = QUERY_LATER;
	else
		out->outcome.carrier_ref = id;
}

void smpp_query_write(const struct smpp_account *account, uint32_t number, uint16_t user_reference, struct buf *out)
{
	struct slice source = slice_of(account->source_addr);
	size_t body_octets = 1 + 2 + source.len + 1 + SMPP_TLV_HEAD_OCTETS + 2;
	if (out->cap - out->len < SMPP_HEADER_OCTETS + body_octets) {
		out->full = true;
		return;
	}
	struct smpp_header header = { SMPP_HEADER_OCTETS + (uint32_t)body_octets, SMPP_COMMAND_QUERY_SM,
				      SMPP_STATUS_ROK, number };
	smpp_pdu_write_header(&header, out);
	buf_put_u8(out, 0);
	buf_put_u8(out, account->source_addr_ton);
	buf_put_u8(out, account->source_addr_npi);
	buf_put_slice(out, source);
	buf_put_u8(out, 0);
	buf_put_u16(out, SMPP_TAG_USER_MESSAGE_REFERENCE);
	buf_put_u16(out, 2);
	buf_put_u16(out, user_reference);
}
