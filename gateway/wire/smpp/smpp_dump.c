/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_dump.h"

#include "base/json.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_tlv.h"

static void put_hex(struct slice octets, struct buf *out)
{
	buf_put(out, "\"", 1);
	buf_put_hex(out, octets.at, octets.len);
	buf_put(out, "\"", 1);
}

static void put_dests(const struct smpp_value *value, struct buf *out)
{
	struct octets entries = octets_over(value->octets.at, value->octets.len);
	struct smpp_dest dest;
	json_open(out, '[');
	while (smpp_pdu_next_dest(&entries, &dest)) {
		json_open(out, '{');
		json_key_uint(out, "dest_flag", dest.dest_flag);
		if (dest.dest_flag == SMPP_DEST_ADDRESS) {
			json_key_uint(out, "dest_addr_ton", dest.ton);
			json_key_uint(out, "dest_addr_npi", dest.npi);
			json_key_text(out, "destination_addr", dest.name);
		} else {
			json_key_text(out, "dl_name", dest.name);
		}
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void put_failures(const struct smpp_value *value, struct buf *out)
{
	struct octets entries = octets_over(value->octets.at, value->octets.len);
	struct smpp_failure failure;
	json_open(out, '[');
	while (smpp_pdu_next_failure(&entries, &failure)) {
		json_open(out, '{');
		json_key_uint(out, "dest_addr_ton", failure.ton);
		json_key_uint(out, "dest_addr_npi", failure.npi);
		json_key_text(out, "destination_addr", failure.address);
		json_key_uint(out, "error_status_code", failure.status);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void put_value(const struct smpp_value *value, struct buf *out)
{
	json_key(out, value->field->name);
	switch (value->field->kind) {
	case SMPP_FIELD_TEXT:
		json_text(out, value->octets);
		break;
	case SMPP_FIELD_U1:
		json_uint(out, value->number);
		break;
	case SMPP_FIELD_OCTETS:
		put_hex(value->octets, out);
		break;
	case SMPP_FIELD_DESTS:
		put_dests(value, out);
		break;
	case SMPP_FIELD_FAILURES:
		put_failures(value, out);
		break;
	}
}

static void put_tlvs(const struct smpp_pdu *pdu, struct buf *out)
{
	struct octets tail = octets_over(pdu->tail.at, pdu->tail.len);
	struct smpp_tlv tlv;
	json_key(out, "tlvs");
	json_open(out, '[');
	while (smpp_tlv_next(&tail, &tlv)) {
		json_open(out, '{');
		json_key_uint(out, "tag", tlv.tag);
		json_key_text(out, "name", slice_of(smpp_tlv_name(tlv.tag)));
		json_key(out, "hex");
		put_hex(tlv.value, out);
		json_close(out, '}');
	}
	json_close(out, ']');
}

enum err smpp_dump(const uint8_t *at, size_t len, struct buf *out)
{
	struct smpp_pdu pdu;
	struct err_at why = { 0 };
	enum err err = smpp_pdu_decode(at, len, &pdu, &why);
	json_open(out, '{');
	if (err == ERR_OK) {
		json_key_text(out, "command", slice_of(pdu.layout->name));
		json_key_uint(out, "command_id", pdu.header.command_id);
		json_key_uint(out, "command_status", pdu.header.command_status);
		json_key_uint(out, "sequence_number", pdu.header.sequence_number);
		json_key(out, "fields");
		json_open(out, '{');
		for (unsigned i = 0; i < pdu.value_count; i++)
			put_value(&pdu.values[i], out);
		json_close(out, '}');
		put_tlvs(&pdu, out);
	}
	if (why.err) {
		json_key_text(out, "error", slice_of(why.text));
		json_key_uint(out, "offset", why.offset);
	}
	json_close(out, '}');
	return out->full ? ERR_FULL : ERR_OK;
}
