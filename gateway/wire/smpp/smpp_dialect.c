/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_dialect.h"

#include "wire/smpp/smpp_mo.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_query.h"
#include "wire/smpp/smpp_receipt.h"
#include "wire/smpp/smpp_submit.h"

enum { SEQUENCE_OCTETS = 4 };

/* ---- reading */

static enum err frame_length(const uint8_t *at, size_t len, size_t *out)
{
	struct octets in = octets_over(at, len);
	uint32_t length = octets_u32(&in);
	if (in.short_read)
		return ERR_SHORT;
	if (length < SMPP_HEADER_OCTETS || length > SMPP_PDU_OCTETS_MAX)
		return ERR_RANGE;
	*out = length;
	return ERR_OK;
}

static void ignore(struct frame *out, const char *note)
{
	out->kind = FRAME_IGNORED;
	out->note = note;
}

static void answer_with(struct frame *out, uint32_t status, const char *note)
{
	out->kind = FRAME_INCOMING;
	out->answer_status = status;
	out->note = note;
}

/* A note on what a body has too much of, where there should be none. */
static const char *surplus(size_t len)
{
	return len > SMPP_HEADER_OCTETS ? "octets behind a header that stands alone" : NULL;
}

static struct slice carrier_ref(struct slice id, const char **note)
{
	if (id.len <= CARRIER_REF_MAX)
		return id;
	*note = "message_id cut to 64 octets";
	return (struct slice){ id.at, CARRIER_REF_MAX };
}

/* message_id of a submit_sm_resp: may lack its NUL, be empty or missing. */
static void read_message_id(const uint8_t *at, size_t len, struct frame *out)
{
	struct slice id = { (const char *)at + SMPP_HEADER_OCTETS, len - SMPP_HEADER_OCTETS };
	const char *nul = id.len ? memchr(id.at, 0, id.len) : NULL;
	if (nul)
		id.len = (size_t)(nul - id.at);
	else if (id.len)
		out->note = "message_id without its NUL";
	if (id.len == 0)
		out->note = "accepted without a message_id: no receipt can be matched";
	out->outcome.carrier_ref = carrier_ref(id, &out->note);
}

static void read_outcome(const struct smpp_account *account, uint32_t code, bool is_bind, struct frame *out)
{
	struct smpp_status status = smpp_status_of(code, &account->overrides);
	out->outcome.outcome_class = is_bind ? status.bind_class : status.submit_class;
	out->outcome.native_code = code;
	out->outcome.native_name = status.name;
	out->outcome.is_about_account = !is_bind && status.is_about_account;
	out->outcome.is_not_mine = !is_bind && status.is_not_mine;
	if (!status.is_listed)
		out->note = "unlisted command_status";
}

static void read_receipt(const struct smpp_account *account, const struct smpp_message *message,
			 const struct smpp_receipt *receipt, struct frame *out)
{
	static _Thread_local char id_text[SMPP_RECEIPT_ID_MAX]; /* a frame has no room for it */
	out->note = message->note;
	/* Asking for it again would bring the same: it is taken. */
	if (receipt->id.len == 0) {
		answer_with(out, SMPP_STATUS_ROK, "receipt without an id");
		return;
	}
	out->kind = FRAME_RECEIPT;
	struct slice id = smpp_receipt_id_rewrite(account->receipt_id, account->receipt_id_digits, receipt->id, id_text,
						  &out->note);
	out->receipt.carrier_ref = carrier_ref(id, &out->note);
	out->receipt.state = receipt->state;
	out->receipt.error = receipt->err;
	out->receipt.user_reference = message->user_message_reference;
	out->receipt.from = message->source_addr;
	if (receipt->state == MESSAGE_STATE_NONE)
		out->note = "receipt with an unlisted state";
}

static void read_mo(const struct smpp_account *account, const struct smpp_message *message, struct frame *out)
{
	/* The text is rewritten as UTF-8. */
	static _Thread_local struct smpp_mo mo;
	if (!smpp_mo_read(account, message, &mo)) {
		answer_with(out, SMPP_STATUS_RX_R_APPN, "message from a phone that is too long");
		return;
	}
	out->kind = FRAME_MO;
	out->mo = mo.mo;
	out->note = message->note ? message->note : mo.note;
}

static void read_message(const struct smpp_account *account, const uint8_t *at, size_t len, struct frame *out)
{
	/* Text that is not in ASCII and binary error codes are rewritten, and a frame has no room for that. */
	static _Thread_local struct smpp_receipt receipt;
	struct smpp_message message;
	enum smpp_status_code status = smpp_message_read(at, len, &message);
	if (status) {
		answer_with(out, status, "malformed message");
		return;
	}
	if (smpp_receipt_read(account, &message, &receipt)) {
		read_receipt(account, &message, &receipt, out);
		return;
	}
	if (message.esm_class & SMPP_ESM_TYPE_MASK)
		answer_with(out, SMPP_STATUS_ROK, "acknowledgement of a phone");
	else
		read_mo(account, &message, out);
}

static void read_answer(const struct smpp_account *account, const uint8_t *at, size_t len, uint32_t status,
			struct frame *out)
{
	switch (out->command) {
	case SMPP_COMMAND_SUBMIT_SM_RESP:
		out->kind = FRAME_SUBMIT_ANSWER;
		read_outcome(account, status, false, out);
		if (status == SMPP_STATUS_ROK)
			read_message_id(at, len, out);
		return;
	case SMPP_COMMAND_QUERY_SM_RESP:
		smpp_query_read(at, len, status, out);
		return;
	case SMPP_COMMAND_GENERIC_NACK:
		out->kind = FRAME_REFUSED;
		read_outcome(account, status, false, out);
		/* A nack that says “no error” still refuses. */
		if (out->outcome.outcome_class == OUTCOME_ACCEPTED)
			out->outcome.outcome_class = OUTCOME_REJECTED;
		return;
	case SMPP_COMMAND_BIND_TRANSCEIVER_RESP:
	case SMPP_COMMAND_BIND_TRANSMITTER_RESP:
	case SMPP_COMMAND_BIND_RECEIVER_RESP:
		out->kind = FRAME_BIND_ANSWER;
		read_outcome(account, status, true, out);
		return;
	case SMPP_COMMAND_ENQUIRE_LINK_RESP:
		out->kind = FRAME_KEEPALIVE_ANSWER;
		out->note = surplus(len);
		return;
	case SMPP_COMMAND_UNBIND_RESP:
		out->kind = FRAME_UNBIND_ANSWER;
		out->note = surplus(len);
		return;
	default:
		ignore(out, smpp_pdu_layout(out->command) ? "answer to a request that is never sent"
							  : "answer of an unknown command_id");
	}
}

static void read_request(const struct smpp_account *account, const uint8_t *at, size_t len, struct frame *out)
{
	switch (out->command) {
	case SMPP_COMMAND_DELIVER_SM:
	case SMPP_COMMAND_DATA_SM:
		read_message(account, at, len, out);
		return;
	case SMPP_COMMAND_ENQUIRE_LINK:
		out->kind = FRAME_KEEPALIVE;
		out->note = surplus(len);
		return;
	case SMPP_COMMAND_UNBIND:
		out->kind = FRAME_UNBIND;
		out->note = surplus(len);
		return;
	/* These two have no answer, SMPP 3.4 §4.1.7.1 and §4.12.1. */
	case SMPP_COMMAND_ALERT_NOTIFICATION:
		ignore(out, "alert_notification");
		return;
	case SMPP_COMMAND_OUTBIND:
		ignore(out, "outbind");
		return;
	default:
		answer_with(out, SMPP_STATUS_RINVCMDID,
			    smpp_pdu_layout(out->command) ? "request that only an SMSC serves"
							  : "request of an unknown command_id");
	}
}

static void dialect_read(const void *account, const uint8_t *at, size_t len, struct frame *out)
{
	if (len < SMPP_HEADER_OCTETS) {
		ignore(out, "shorter than a header");
		return;
	}
	struct smpp_header header = smpp_pdu_read_header(at);
	out->command = header.command_id;
	out->number = header.sequence_number;
	out->sequence.len = SEQUENCE_OCTETS;
	memcpy(out->sequence.octets, at + SMPP_HEADER_OCTETS - SEQUENCE_OCTETS, SEQUENCE_OCTETS);
	if (header.command_id & SMPP_ANSWER_BIT)
		read_answer(account, at, len, header.command_status, out);
	else
		read_request(account, at, len, out);
}

/* ---- writing */

static void write_header(uint32_t body_octets, uint32_t command, uint32_t status, uint32_t number, struct buf *out)
{
	struct smpp_header header = { SMPP_HEADER_OCTETS + body_octets, command, status, number };
	smpp_pdu_write_header(&header, out);
}

static uint32_t number_of(const struct sequence *sequence)
{
	struct octets in = octets_over(sequence->octets, sequence->len);
	return octets_u32(&in);
}

static void put_text(struct buf *out, const char *text)
{
	buf_put_slice(out, slice_of(text));
	buf_put_u8(out, 0);
}

static void write_bind(const void *account_of_session, uint32_t number, struct buf *out)
{
	static const uint32_t commands[] = {
		[SMPP_BIND_TRANSCEIVER] = SMPP_COMMAND_BIND_TRANSCEIVER,
		[SMPP_BIND_TRANSMITTER] = SMPP_COMMAND_BIND_TRANSMITTER,
		[SMPP_BIND_RECEIVER] = SMPP_COMMAND_BIND_RECEIVER,
	};
	const struct smpp_account *account = account_of_session;
	uint8_t memory[16 + 64 + 13 + 3 + 41];
	struct buf body = buf_over(memory, sizeof memory);
	put_text(&body, account->system_id);
	put_text(&body, account->password);
	put_text(&body, account->system_type);
	buf_put_u8(&body, account->interface_version);
	buf_put_u8(&body, account->addr_ton);
	buf_put_u8(&body, account->addr_npi);
	put_text(&body, account->address_range);
	if (body.full || out->cap - out->len < SMPP_HEADER_OCTETS + body.len) {
		out->full = true;
		return;
	}
	write_header((uint32_t)body.len, commands[account->bind], SMPP_STATUS_ROK, number, out);
	buf_put_slice(out, buf_slice(&body));
}

static void write_submit(const void *account, uint32_t number, const struct submit *submit, wall_ms now,
			 struct buf *out)
{
	smpp_submit_write(account, number, submit, now, out);
}

static void write_query(const void *account, uint32_t number, uint16_t user_reference, struct buf *out)
{
	smpp_query_write(account, number, user_reference, out);
}

static void write_alone(uint32_t command, uint32_t status, uint32_t number, struct buf *out)
{
	if (out->cap - out->len < SMPP_HEADER_OCTETS)
		out->full = true;
	else
		write_header(0, command, status, number, out);
}

static void write_keepalive(const void *account, uint32_t number, struct buf *out)
{
	(void)account;
	write_alone(SMPP_COMMAND_ENQUIRE_LINK, SMPP_STATUS_ROK, number, out);
}

static void write_unbind(const void *account, uint32_t number, struct buf *out)
{
	(void)account;
	write_alone(SMPP_COMMAND_UNBIND, SMPP_STATUS_ROK, number, out);
}

static void write_keepalive_answer(const void *account, const struct sequence *sequence, struct buf *out)
{
	(void)account;
	write_alone(SMPP_COMMAND_ENQUIRE_LINK_RESP, SMPP_STATUS_ROK, number_of(sequence), out);
}

static void write_unbind_answer(const void *account, const struct sequence *sequence, struct buf *out)
{
	(void)account;
	write_alone(SMPP_COMMAND_UNBIND_RESP, SMPP_STATUS_ROK, number_of(sequence), out);
}

static void write_answer(const void *account, uint32_t command, uint32_t status, const struct sequence *sequence,
			 struct buf *out)
{
	(void)account;
	uint32_t number = number_of(sequence);
	/* message_id of deliver_sm_resp and data_sm_resp, empty: SMPP 3.4 §4.6.2. */
	if (command == SMPP_COMMAND_DELIVER_SM || command == SMPP_COMMAND_DATA_SM) {
		if (out->cap - out->len < SMPP_HEADER_OCTETS + 1) {
			out->full = true;
			return;
		}
		write_header(1, command | SMPP_ANSWER_BIT, status, number, out);
		buf_put_u8(out, 0);
		return;
	}
	bool is_known = smpp_pdu_layout(command) && smpp_pdu_layout(command | SMPP_ANSWER_BIT);
	write_alone(is_known ? command | SMPP_ANSWER_BIT : (uint32_t)SMPP_COMMAND_GENERIC_NACK, status, number, out);
}

static void write_lost_framing(const void *account, const uint8_t *at, size_t len, struct buf *out)
{
	(void)account;
	uint32_t number = len >= SMPP_HEADER_OCTETS ? smpp_pdu_read_header(at).sequence_number : 0;
	write_alone(SMPP_COMMAND_GENERIC_NACK, SMPP_STATUS_RINVCMDLEN, number, out);
}

const struct dialect smpp_dialect = {
	.name = "smpp",
	.number_max = 0x7FFFFFFF, /* SMPP 3.4 §3.2 */
	.frame_octets_max = SMPP_PDU_OCTETS_MAX,
	.frame_length = frame_length,
	.read = dialect_read,
	.write_bind = write_bind,
	.write_submit = write_submit,
	.write_query = write_query,
	.write_keepalive = write_keepalive,
	.write_unbind = write_unbind,
	.write_keepalive_answer = write_keepalive_answer,
	.write_unbind_answer = write_unbind_answer,
	.write_answer = write_answer,
	.status_again_later = SMPP_STATUS_RX_T_APPN,
	.write_lost_framing = write_lost_framing,
};
