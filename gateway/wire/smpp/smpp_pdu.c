/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_pdu.h"

#include "base/check.h"
#include "wire/smpp/smpp_tlv.h"

static const struct smpp_layout layouts[] = {
#define TEXT(name, limit) { #name, SMPP_FIELD_TEXT, limit },
#define U1(name)          { #name, SMPP_FIELD_U1, 0 },
#define OCTETS(name)      { #name, SMPP_FIELD_OCTETS, 0 },
#define DESTS(name)       { #name, SMPP_FIELD_DESTS, 0 },
#define FAILURES(name)    { #name, SMPP_FIELD_FAILURES, 0 },
#define TAG(constant)     SMPP_TAG_##constant,
#define PDU(constant, name, id, fields, tlvs) \
	{ id, #name, (const struct smpp_field[]){ fields{ NULL, SMPP_FIELD_U1, 0 } }, (const uint16_t[]){ tlvs 0 } },
#include "wire/smpp/smpp_pdu.def"
#undef TEXT
#undef U1
#undef OCTETS
#undef DESTS
#undef FAILURES
#undef TAG
#undef PDU
};

const struct smpp_layout *smpp_pdu_layout(uint32_t command_id)
{
	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		if (layouts[i].command_id == command_id)
			return &layouts[i];
	}
	return NULL;
}

bool smpp_pdu_allows(const struct smpp_layout *layout, uint16_t tag)
{
	for (const uint16_t *allowed = layout->tags; *allowed; allowed++) {
		if (*allowed == tag)
			return true;
	}
	return false;
}

struct smpp_header smpp_pdu_read_header(const uint8_t *at)
{
	struct octets in = octets_over(at, SMPP_HEADER_OCTETS);
	struct smpp_header header;
	header.command_length = octets_u32(&in);
	header.command_id = octets_u32(&in);
	header.command_status = octets_u32(&in);
	header.sequence_number = octets_u32(&in);
	return header;
}

void smpp_pdu_write_header(const struct smpp_header *header, struct buf *out)
{
	buf_put_u32(out, header->command_length);
	buf_put_u32(out, header->command_id);
	buf_put_u32(out, header->command_status);
	buf_put_u32(out, header->sequence_number);
}

bool smpp_pdu_take_text(struct octets *octets, struct slice *out)
{
	size_t left = octets->short_read ? 0 : octets_left(octets);
	const uint8_t *at = octets->at + octets->used;
	const uint8_t *nul = left ? memchr(at, 0, left <= SMPP_TEXT_MAX ? left : SMPP_TEXT_MAX + 1) : NULL;
	if (nul == NULL)
		return false;
	*out = (struct slice){ (const char *)at, (size_t)(nul - at) };
	octets->used += out->len + 1;
	return true;
}

bool smpp_pdu_next_dest(struct octets *entries, struct smpp_dest *out)
{
	struct octets ahead = *entries;
	struct smpp_dest dest = { .dest_flag = octets_u8(&ahead) };
	if (dest.dest_flag == SMPP_DEST_ADDRESS) {
		dest.ton = octets_u8(&ahead);
		dest.npi = octets_u8(&ahead);
	} else if (dest.dest_flag != SMPP_DEST_LIST) {
		return false;
	}
	if (!smpp_pdu_take_text(&ahead, &dest.name) || ahead.short_read)
		return false;
	*entries = ahead;
	*out = dest;
	return true;
}

bool smpp_pdu_next_failure(struct octets *entries, struct smpp_failure *out)
{
	struct octets ahead = *entries;
	struct smpp_failure failure = { .ton = octets_u8(&ahead), .npi = octets_u8(&ahead) };
	if (!smpp_pdu_take_text(&ahead, &failure.address))
		return false;
	failure.status = octets_u32(&ahead);
	if (ahead.short_read)
		return false;
	*entries = ahead;
	*out = failure;
	return true;
}

/* What is being decoded, and what was said about it: why is for what stops the decoder, odd for what does not. */
struct decoder {
	struct octets in;
	struct err_at *why;
	struct err_at odd;
};

static enum err take_text(struct decoder *decoder, struct smpp_value *value, bool may_lack_nul)
{
	struct octets *in = &decoder->in;
	const struct smpp_field *field = value->field;
	size_t left = octets_left(in);
	if (left == 0)
		return err_at_set(decoder->why, ERR_FORMAT, in->used, field->name, "The PDU ends before %s",
				  field->name);
	if (smpp_pdu_take_text(in, &value->octets)) {
		if (value->octets.len >= field->limit)
			err_at_set(&decoder->odd, ERR_RANGE, value->offset, field->name,
				   "%s has %zu octets with its NUL, the limit is %u", field->name,
				   value->octets.len + 1, field->limit);
		return ERR_OK;
	}
	if (!may_lack_nul || left > SMPP_TEXT_MAX)
		return err_at_set(decoder->why, ERR_FORMAT, value->offset, field->name,
				  "%s has no NUL within its limit of %u octets", field->name, field->limit);
	err_at_set(&decoder->odd, ERR_FORMAT, value->offset, field->name, "%s has no NUL behind it", field->name);
	value->octets = (struct slice){ (const char *)octets_take(in, left), left };
	return ERR_OK;
}

static enum err take_octets(struct decoder *decoder, struct smpp_value *value, uint32_t count)
{
	struct octets *in = &decoder->in;
	const uint8_t *at = octets_take(in, count);
	if (at == NULL)
		return err_at_set(decoder->why, ERR_FORMAT, value->offset - 1, value->field->name,
				  "The octet before %s says that it has %u octets, but the PDU has only %zu left",
				  value->field->name, count, octets_left(in));
	value->octets = (struct slice){ (const char *)at, count };
	return ERR_OK;
}

static enum err take_entries(struct decoder *decoder, struct smpp_value *value, uint32_t count)
{
	struct octets *in = &decoder->in;
	size_t begin = in->used;
	for (uint32_t i = 0; i < count; i++) {
		struct smpp_dest dest;
		struct smpp_failure failure;
		bool is_read = value->field->kind == SMPP_FIELD_DESTS ? smpp_pdu_next_dest(in, &dest)
								      : smpp_pdu_next_failure(in, &failure);
		if (!is_read)
			return err_at_set(decoder->why, ERR_FORMAT, in->used, value->field->name,
					  "Entry %u of the %u of %s is malformed or cut off", i + 1, count,
					  value->field->name);
	}
	value->number = count;
	value->octets = (struct slice){ (const char *)in->at + begin, in->used - begin };
	return ERR_OK;
}

static enum err take_value(struct decoder *decoder, struct smpp_value *value, uint32_t count, bool may_lack_nul)
{
	struct octets *in = &decoder->in;
	switch (value->field->kind) {
	case SMPP_FIELD_TEXT:
		return take_text(decoder, value, may_lack_nul);
	case SMPP_FIELD_OCTETS:
		return take_octets(decoder, value, count);
	case SMPP_FIELD_DESTS:
	case SMPP_FIELD_FAILURES:
		return take_entries(decoder, value, count);
	case SMPP_FIELD_U1:
		value->number = octets_u8(in);
		break;
	}
	if (in->short_read)
		return err_at_set(decoder->why, ERR_FORMAT, in->used, value->field->name, "The PDU ends before %s",
				  value->field->name);
	return ERR_OK;
}

/* Whole TLVs only; what comes behind the last of them is noted and left out. */
static void take_tail(struct decoder *decoder, struct smpp_pdu *out)
{
	struct octets *in = &decoder->in;
	size_t begin = in->used;
	struct smpp_tlv tlv;
	for (size_t at = begin; smpp_tlv_next(in, &tlv); at = in->used) {
		const char *name = smpp_tlv_name(tlv.tag);
		if (!smpp_tlv_allows_len(tlv.tag, tlv.value.len))
			err_at_set(&decoder->odd, ERR_RANGE, at, name, "A TLV %s cannot have %zu octets", name,
				   tlv.value.len);
	}
	if (octets_left(in))
		err_at_set(&decoder->odd, ERR_FORMAT, in->used, NULL, "The last %zu octets are no whole TLV",
			   octets_left(in));
	out->tail_offset = begin;
	out->tail = (struct slice){ (const char *)in->at + begin, in->used - begin };
}

static enum err check_frame(const uint8_t *at, size_t len, struct smpp_pdu *out, struct err_at *why)
{
	*out = (struct smpp_pdu){ 0 };
	if (len < SMPP_HEADER_OCTETS)
		return err_at_set(why, ERR_SHORT, len, "command_length", "A PDU has at least 16 octets, these are %zu",
				  len);
	out->header = smpp_pdu_read_header(at);
	uint32_t length = out->header.command_length;
	if (length < SMPP_HEADER_OCTETS || length > SMPP_PDU_OCTETS_MAX)
		return err_at_set(why, ERR_RANGE, 0, "command_length",
				  "command_length is %u, but must be between 16 and %u", length, SMPP_PDU_OCTETS_MAX);
	if (len < length)
		return err_at_set(why, ERR_SHORT, len, "command_length",
				  "command_length is %u, but the octets end after %zu", length, len);
	if (len > length)
		return err_at_set(why, ERR_FORMAT, length, "command_length",
				  "command_length is %u, but %zu octets follow behind that", length, len - length);
	return ERR_OK;
}

enum err smpp_pdu_decode(const uint8_t *at, size_t len, struct smpp_pdu *out, struct err_at *why)
{
	enum err err = check_frame(at, len, out, why);
	if (err)
		return err;
	const struct smpp_layout *layout = smpp_pdu_layout(out->header.command_id);
	if (layout == NULL)
		return err_at_set(why, ERR_NOT_FOUND, 4, "command_id", "command_id 0x%08X is unknown",
				  out->header.command_id);
	out->layout = layout;

	struct decoder decoder = { .in = octets_over(at, len), .why = why };
	decoder.in.used = SMPP_HEADER_OCTETS;
	bool is_answer = out->header.command_id & SMPP_ANSWER_BIT;
	/* The body of an answer may be absent: by rule where the status is not 0, by habit of some where it is. */
	bool has_body = !is_answer || octets_left(&decoder.in);
	for (const struct smpp_field *field = layout->fields; field->name && has_body; field++) {
		CHECK(out->value_count < SMPP_FIELDS_MAX);
		struct smpp_value *value = &out->values[out->value_count];
		uint32_t count = out->value_count ? value[-1].number : 0;
		*value = (struct smpp_value){ .field = field, .offset = decoder.in.used };
		bool may_lack_nul = is_answer && field[1].name == NULL;
		err = take_value(&decoder, value, count, may_lack_nul);
		if (err)
			return err;
		out->value_count++;
	}
	take_tail(&decoder, out);
	if (why && why->err == ERR_OK)
		*why = decoder.odd;
	return ERR_OK;
}

const struct smpp_value *smpp_pdu_value(const struct smpp_pdu *pdu, const char *name)
{
	for (unsigned i = 0; i < pdu->value_count; i++) {
		if (strcmp(pdu->values[i].field->name, name) == 0)
			return &pdu->values[i];
	}
	return NULL;
}
