/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_dialect.h"

#include "base/octets.h"

void tiny_write(struct buf *out, enum tiny_kind kind, uint32_t number, uint8_t code, struct slice payload)
{
	size_t len = TINY_HEADER_OCTETS + payload.len;
	if (len > out->cap - out->len) {
		out->full = true;
		return;
	}
	buf_put_u32(out, (uint32_t)len);
	buf_put_u8(out, (uint8_t)kind);
	buf_put_u32(out, number);
	buf_put_u8(out, code);
	buf_put_slice(out, payload);
}

bool tiny_read(struct slice at, struct tiny_frame *out)
{
	struct octets octets = octets_over(at.at, at.len);
	size_t len = octets_u32(&octets);
	*out = (struct tiny_frame){ .len = len, .kind = (enum tiny_kind)octets_u8(&octets) };
	out->number = octets_u32(&octets);
	out->code = octets_u8(&octets);
	if (octets.short_read || len > at.len)
		return false;
	if (out->kind == TINY_SUBMIT) {
		out->token = (uint64_t)octets_u32(&octets) << 32;
		out->token |= octets_u32(&octets);
	}
	if (out->kind == TINY_QUERY)
		out->token = octets_u16(&octets);
	return true;
}

static enum err frame_length(const uint8_t *at, size_t len, size_t *out)
{
	if (len < TINY_HEADER_OCTETS)
		return ERR_SHORT;
	struct octets octets = octets_over(at, len);
	*out = octets_u32(&octets);
	return *out < TINY_HEADER_OCTETS || *out > TINY_OCTETS_MAX ? ERR_RANGE : ERR_OK;
}

static enum frame_kind frame_kind(int kind)
{
	switch (kind) {
	case TINY_BIND_ANSWER:
		return FRAME_BIND_ANSWER;
	case TINY_SUBMIT_ANSWER:
		return FRAME_SUBMIT_ANSWER;
	case TINY_QUERY_ANSWER:
		return FRAME_QUERY_ANSWER;
	case TINY_KEEPALIVE:
		return FRAME_KEEPALIVE;
	case TINY_KEEPALIVE_ANSWER:
		return FRAME_KEEPALIVE_ANSWER;
	case TINY_UNBIND:
		return FRAME_UNBIND;
	case TINY_UNBIND_ANSWER:
		return FRAME_UNBIND_ANSWER;
	case TINY_RECEIPT:
		return FRAME_RECEIPT;
	case TINY_MO:
		return FRAME_MO;
	case TINY_REFUSED:
		return FRAME_REFUSED;
	case TINY_INCOMING:
		return FRAME_INCOMING;
	default:
		return FRAME_IGNORED;
	}
}

static void read_frame(const void *account, const uint8_t *at, size_t len, struct frame *out)
{
	(void)account;
	struct octets octets = octets_over(at, len);
	octets_u32(&octets);
	uint8_t kind = octets_u8(&octets);
	out->kind = frame_kind(kind);
	memcpy(out->sequence.octets, at + 5, 4);
	out->sequence.len = 4;
	out->number = octets_u32(&octets);
	out->command = kind;
	out->answer_status = TINY_INCOMING_STATUS;
	uint8_t code = octets_u8(&octets);
	out->outcome.outcome_class = code < OUTCOME_COUNT ? (enum outcome_class)code : OUTCOME_TEMPORARY;
	out->query = code <= QUERY_UNSUPPORTED ? (enum query_answer)code : QUERY_LATER;
	out->outcome.native_code = code;
	out->outcome.native_name = "TINY_STATUS";
	out->outcome.carrier_ref = (struct slice){ (const char *)octets.at + octets.used, octets_left(&octets) };
	out->receipt.carrier_ref = out->outcome.carrier_ref;
	out->receipt.state = MESSAGE_STATE_DELIVERED;
	out->mo = (struct mo){ .octets = out->outcome.carrier_ref, .is_text = true, .part = 1, .total = 1 };
	if (kind == 'O')
		out->note = "odd";
}

static void write_bind(const void *account, uint32_t number, struct buf *out)
{
	(void)account;
	tiny_write(out, TINY_BIND, number, 0, SLICE("secret"));
}

static void write_submit(const void *account, uint32_t number, const struct submit *submit, wall_ms now,
			 struct buf *out)
{
	(void)account;
	(void)now;
	size_t len = TINY_HEADER_OCTETS + sizeof submit->token + submit->segment->octets_len;
	if (len > out->cap - out->len) {
		out->full = true;
		return;
	}
	buf_put_u32(out, (uint32_t)len);
	buf_put_u8(out, TINY_SUBMIT);
	buf_put_u32(out, number);
	buf_put_u8(out, (uint8_t)submit->user_reference);
	buf_put_u32(out, (uint32_t)(submit->token >> 32));
	buf_put_u32(out, (uint32_t)submit->token);
	buf_put(out, submit->segment->octets, submit->segment->octets_len);
}

static void write_query(const void *account, uint32_t number, uint16_t user_reference, struct buf *out)
{
	(void)account;
	const char payload[] = { (char)(user_reference >> 8), (char)user_reference };
	tiny_write(out, TINY_QUERY, number, 0, (struct slice){ payload, sizeof payload });
}

static void write_keepalive(const void *account, uint32_t number, struct buf *out)
{
	(void)account;
	tiny_write(out, TINY_KEEPALIVE, number, 0, (struct slice){ 0 });
}

static void write_unbind(const void *account, uint32_t number, struct buf *out)
{
	(void)account;
	tiny_write(out, TINY_UNBIND, number, 0, (struct slice){ 0 });
}

static uint32_t number_of(const struct sequence *sequence)
{
	struct octets octets = octets_over(sequence->octets, sequence->len);
	return octets_u32(&octets);
}

static void write_keepalive_answer(const void *account, const struct sequence *sequence, struct buf *out)
{
	(void)account;
	tiny_write(out, TINY_KEEPALIVE_ANSWER, number_of(sequence), 0, (struct slice){ 0 });
}

static void write_unbind_answer(const void *account, const struct sequence *sequence, struct buf *out)
{
	(void)account;
	tiny_write(out, TINY_UNBIND_ANSWER, number_of(sequence), 0, (struct slice){ 0 });
}

static void write_answer(const void *account, uint32_t command, uint32_t status, const struct sequence *sequence,
			 struct buf *out)
{
	(void)account;
	tiny_write(out, (enum tiny_kind)(command | 0x20), number_of(sequence), (uint8_t)status, (struct slice){ 0 });
}

static void write_lost_framing(const void *account, const uint8_t *at, size_t len, struct buf *out)
{
	(void)account;
	tiny_write(out, TINY_LAST_WORD, 0, 0, (struct slice){ (const char *)at, len < 4 ? len : 4 });
}

const struct dialect tiny_dialect = {
	.name = "tiny",
	.number_max = 1000000,
	.frame_octets_max = TINY_OCTETS_MAX,
	.frame_length = frame_length,
	.read = read_frame,
	.write_bind = write_bind,
	.write_submit = write_submit,
	.write_query = write_query,
	.write_keepalive = write_keepalive,
	.write_unbind = write_unbind,
	.write_keepalive_answer = write_keepalive_answer,
	.write_unbind_answer = write_unbind_answer,
	.write_answer = write_answer,
	.status_again_later = TINY_AGAIN_LATER,
	.write_lost_framing = write_lost_framing,
};
