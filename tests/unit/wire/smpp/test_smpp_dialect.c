/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_dialect.h"

#include "unit/wire/smpp/golden.h"
#include "wire/smpp/smpp_pdu.h"

#include <criterion/criterion.h>

#define A64                                                                                                  \
	"41414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141" \
	"414141414141414141414141414141"
/* A deliver_sm from its esm_class to its sm_length. */
#define FROM "00 0101 3836313300 0001 313000 "
#define REST " 00 00 00 00 00 00 00 00 "
#define D    " 00000005 00000000 00000009 "

static struct smpp_account account;

static void prepare(void)
{
	smpp_account_init(&account);
	account.system_id = "hongyan";
	account.password = "secret08";
	account.system_type = "sms";
	account.addr_ton = 1;
	account.addr_npi = 1;
	account.address_range = "^1069";
	account.overrides.rows[0] = (struct smpp_status_override){ 0x401, OUTCOME_TEMPORARY, false };
	account.overrides.rows[1] = (struct smpp_status_override){ 0x403, OUTCOME_REJECTED, true };
	account.overrides.count = 2;
	cr_assert_eq(smpp_account_prepare(&account, NULL), ERR_OK);
}

/* Reads a PDU of which the hex has all but the length; keep frees what its slices point to. */
static struct frame read_body(const char *hex, uint8_t **keep)
{
	size_t len;
	uint8_t *body = golden_octets(hex, &len);
	*keep = malloc(len + 4);
	memcpy(*keep + 4, body, len);
	free(body);
	for (unsigned i = 0; i < 4; i++)
		(*keep)[i] = (uint8_t)((len + 4) >> (8 * (3 - i)));
	struct frame frame = { 0 };
	smpp_dialect.read(&account, *keep, len + 4, &frame);
	return frame;
}

static bool note_is(const struct frame *frame, const char *want)
{
	return slice_equal(slice_of(frame->note), slice_of(want));
}

Test(smpp_dialect, answers, .init = prepare)
{
	static const struct {
		const char *name;
		const char *hex;
		enum frame_kind want_kind;
		enum outcome_class want_class;
		const char *want_ref;
		const char *want_note;
	} rows[] = {
		{ "accepted", "80000004 00000000 00000009 31413200", FRAME_SUBMIT_ANSWER, OUTCOME_ACCEPTED, "1A2",
		  NULL },
		{ "accepted, TLVs behind", "80000004 00000000 00000009 3100 04280001 10", FRAME_SUBMIT_ANSWER,
		  OUTCOME_ACCEPTED, "1", NULL },
		{ "accepted, no NUL", "80000004 00000000 00000009 313233", FRAME_SUBMIT_ANSWER, OUTCOME_ACCEPTED, "123",
		  "message_id without its NUL" },
		{ "accepted, empty id", "80000004 00000000 00000009 00", FRAME_SUBMIT_ANSWER, OUTCOME_ACCEPTED, "",
		  "accepted without a message_id: no receipt can be matched" },
		{ "accepted, no body", "80000004 00000000 00000009", FRAME_SUBMIT_ANSWER, OUTCOME_ACCEPTED, "",
		  "accepted without a message_id: no receipt can be matched" },
		{ "accepted, longest id", "80000004 00000000 00000009 " A64 "00", FRAME_SUBMIT_ANSWER, OUTCOME_ACCEPTED,
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL },
		{ "accepted, longer id", "80000004 00000000 00000009 " A64 "424200", FRAME_SUBMIT_ANSWER,
		  OUTCOME_ACCEPTED, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		  "message_id cut to 64 octets" },
		{ "throttled", "80000004 00000058 00000009", FRAME_SUBMIT_ANSWER, OUTCOME_THROTTLED, "", NULL },
		{ "rejected with a body", "80000004 0000000b 00000009 313200", FRAME_SUBMIT_ANSWER, OUTCOME_REJECTED,
		  "", NULL },
		{ "overridden", "80000004 00000401 00000009", FRAME_SUBMIT_ANSWER, OUTCOME_TEMPORARY, "",
		  "unlisted command_status" },
		{ "a vendor's own", "80000004 00000402 00000009", FRAME_SUBMIT_ANSWER, OUTCOME_REJECTED, "",
		  "unlisted command_status" },
		{ "generic_nack", "80000000 00000008 00000009", FRAME_REFUSED, OUTCOME_TEMPORARY, "", NULL },
		{ "generic_nack that says nothing", "80000000 00000000 00000009", FRAME_REFUSED, OUTCOME_REJECTED, "",
		  NULL },
		{ "bound", "80000009 00000000 00000009 534d534300 02100001 34", FRAME_BIND_ANSWER, OUTCOME_ACCEPTED, "",
		  NULL },
		{ "bound as transmitter", "80000002 00000000 00000009 00", FRAME_BIND_ANSWER, OUTCOME_ACCEPTED, "",
		  NULL },
		{ "bound as receiver", "80000001 00000000 00000009 00", FRAME_BIND_ANSWER, OUTCOME_ACCEPTED, "", NULL },
		{ "wrong password", "80000009 0000000e 00000009", FRAME_BIND_ANSWER, OUTCOME_LINK_REFUSED, "", NULL },
		{ "already bound", "80000009 00000005 00000009", FRAME_BIND_ANSWER, OUTCOME_TEMPORARY, "", NULL },
		{ "the override is for submits", "80000009 00000401 00000009", FRAME_BIND_ANSWER, OUTCOME_TEMPORARY, "",
		  "unlisted command_status" },
		{ "enquire_link_resp", "80000015 00000000 00000009", FRAME_KEEPALIVE_ANSWER, 0, "", NULL },
		{ "enquire_link_resp with a body", "80000015 00000000 00000009 00", FRAME_KEEPALIVE_ANSWER, 0, "",
		  "octets behind a header that stands alone" },
		{ "unbind_resp", "80000006 00000000 00000009", FRAME_UNBIND_ANSWER, 0, "", NULL },
		{ "query_sm_resp", "80000003 00000000 00000009 6d3100 00 01 00", FRAME_QUERY_ANSWER, 0, "m1", NULL },
		{ "cancel_sm_resp", "80000008 00000000 00000009", FRAME_IGNORED, 0, "",
		  "answer to a request that is never sent" },
		{ "unknown answer", "80000077 00000000 00000009", FRAME_IGNORED, 0, "",
		  "answer of an unknown command_id" },
		{ "no header", "80000004", FRAME_IGNORED, 0, "", "shorter than a header" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t *keep;
		struct frame frame = read_body(rows[i].hex, &keep);
		cr_expect_eq(frame.kind, rows[i].want_kind, "%s: kind %d", rows[i].name, frame.kind);
		cr_expect_eq(frame.outcome.outcome_class, rows[i].want_class, "%s: class %d", rows[i].name,
			     frame.outcome.outcome_class);
		cr_expect(slice_is(frame.outcome.carrier_ref, rows[i].want_ref), "%s: “%.*s”", rows[i].name,
			  SLICE_ARG(frame.outcome.carrier_ref));
		cr_expect(note_is(&frame, rows[i].want_note), "%s: %s", rows[i].name, frame.note);
		if (strcmp(rows[i].name, "no header"))
			cr_expect_eq(frame.number, 9u, "%s", rows[i].name);
		free(keep);
	}
}

/* Whose the number is not: said of submits, and of the account. */
Test(smpp_dialect, not_mine, .init = prepare)
{
	static const struct {
		const char *name;
		const char *hex;
		bool want;
	} rows[] = {
		{ "submit", "80000004 00000403 00000009", true },
		{ "another status", "80000004 00000401 00000009", false },
		{ "bind", "80000009 00000403 00000009", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t *keep;
		struct frame frame = read_body(rows[i].hex, &keep);
		cr_expect_eq(frame.outcome.is_not_mine, rows[i].want, "%s", rows[i].name);
		cr_expect_eq(frame.outcome.is_about_account, rows[i].want, "%s", rows[i].name);
		free(keep);
	}
}

Test(smpp_dialect, requests, .init = prepare)
{
	static const struct {
		const char *name;
		const char *hex;
		enum frame_kind want_kind;
		uint32_t want_status;
		const char *want_note;
		const char *want_answer; /* NULL = none is written for this kind */
	} rows[] = {
		{ "enquire_link", "00000015 00000000 fffffffe", FRAME_KEEPALIVE, 0, NULL, NULL },
		{ "enquire_link with a body", "00000015 00000000 fffffffe 0000", FRAME_KEEPALIVE, 0,
		  "octets behind a header that stands alone", NULL },
		{ "unbind", "00000006 00000000 fffffffe", FRAME_UNBIND, 0, NULL, NULL },
		{ "alert_notification", "00000102 00000000 fffffffe 0000 3100 0000 3200", FRAME_IGNORED, 0,
		  "alert_notification", NULL },
		{ "outbind", "0000000b 00000000 fffffffe 00 00", FRAME_IGNORED, 0, "outbind", NULL },
		{ "unknown", "00000077 00000000 fffffffe 010203", FRAME_INCOMING, 3, "request of an unknown command_id",
		  "00000010800000000000 0003fffffffe" },
		{ "submit_sm to us", "00000004 00000000 fffffffe", FRAME_INCOMING, 3,
		  "request that only an SMSC serves", "00000010800000040000 0003fffffffe" },
		{ "message", "00000005 00000000 fffffffe" FROM "00" REST "02 5444", FRAME_MO, 0, NULL,
		  "00000011800000050000 0000fffffffe00" },
		{ "message, header of nonsense", "00000005 00000000 fffffffe" FROM "40" REST "02 5444", FRAME_MO, 0,
		  "a user data header that makes no sense", "00000011800000050000 0000fffffffe00" },
		{ "acknowledgement", "00000005 00000000 fffffffe" FROM "08" REST "02 5444", FRAME_INCOMING, 0,
		  "acknowledgement of a phone", "00000011800000050000 0000fffffffe00" },
		{ "message without a body", "00000005 00000000 fffffffe", FRAME_INCOMING, 2, "malformed message",
		  "00000011800000050000 0002fffffffe00" },
		{ "sm_length beyond the PDU", "00000005 00000000 fffffffe" FROM "04" REST "09 5444", FRAME_INCOMING, 1,
		  "malformed message", "00000011800000050000 0001fffffffe00" },
		{ "source without NUL", "00000103 00000000 fffffffe 00 0101 3131", FRAME_INCOMING, 0x0A,
		  "malformed message", "00000011800001030000 000afffffffe00" },
		{ "receipt without an id", "00000005 00000000 fffffffe" FROM "04" REST "02 5444", FRAME_INCOMING, 0,
		  "receipt without an id", "00000011800000050000 0000fffffffe00" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t *keep;
		struct frame frame = read_body(rows[i].hex, &keep);
		cr_expect_eq(frame.kind, rows[i].want_kind, "%s: kind %d", rows[i].name, frame.kind);
		cr_expect_eq(frame.answer_status, rows[i].want_status, "%s: 0x%x", rows[i].name, frame.answer_status);
		cr_expect(note_is(&frame, rows[i].want_note), "%s: %s", rows[i].name, frame.note);
		if (rows[i].want_answer) {
			uint8_t memory[32];
			struct buf out = buf_over(memory, sizeof memory);
			smpp_dialect.write_answer(&account, frame.command, frame.answer_status, &frame.sequence, &out);
			cr_expect_str_eq(golden_hex(buf_slice(&out)), golden_plain(rows[i].want_answer), "%s",
					 rows[i].name);
		}
		free(keep);
	}
}

Test(smpp_dialect, receipts, .init = prepare)
{
	static const struct {
		const char *name;
		const char *hex;
		bool is_accepted_final;
		const char *want_ref;
		enum message_state want_state;
		const char *want_error;
		const char *want_note;
	} rows[] = {
		/* id:7 stat:DELIVRD err:00 */
		{ "text", D FROM "04" REST "18 69643a3720737461743a44454c49565244206572723a3030", false, "7",
		  MESSAGE_STATE_DELIVERED, "00", NULL },
		{ "text and TLVs",
		  D FROM "04" REST "11 69643a3720737461743a44454c49565244 001e0003 304100 04270001 05 "
			 "04230003 03000b",
		  false, "0A", MESSAGE_STATE_UNDELIVERABLE, "3:11", NULL },
		{ "TLVs only", "00000103 00000000 00000009" FROM "04 00 00 001e0002 3900 04270001 03", false, "9",
		  MESSAGE_STATE_EXPIRED, "", NULL },
		{ "bad tail", D FROM "04" REST "11 69643a3720737461743a44454c49565244 001e00", false, "7",
		  MESSAGE_STATE_DELIVERED, "", "octets behind the last whole TLV" },
		{ "in message_payload", D FROM "00" REST "00 04240011 69643a3720737461743a44454c49565244", false, "7",
		  MESSAGE_STATE_DELIVERED, "", NULL },
		{ "UTF-16", D FROM "04" REST "16 00690064003a00370020007300740061 0074003a0032", false, "7",
		  MESSAGE_STATE_DELIVERED, "", NULL },
		{ "ACCEPTED is intermediate", D FROM "04" REST "00 001e0001 37 04270001 06", false, "7",
		  MESSAGE_STATE_ACCEPTED, "", NULL },
		{ "ACCEPTED is final", D FROM "04" REST "00 001e0001 37 04270001 06", true, "7",
		  MESSAGE_STATE_DELIVERED, "", NULL },
		{ "unlisted state", D FROM "04" REST "0b 69643a3720737461743a58", false, "7", MESSAGE_STATE_NONE, "",
		  "receipt with an unlisted state" },
		{ "long id is cut as in answers", D FROM "04" REST "00 001e0042 " A64 "4242 04270001 02", false,
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", MESSAGE_STATE_DELIVERED, "",
		  "message_id cut to 64 octets" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t *keep;
		account.is_accepted_final = rows[i].is_accepted_final;
		struct frame frame = read_body(rows[i].hex, &keep);
		cr_expect_eq(frame.kind, FRAME_RECEIPT, "%s: kind %d, %s", rows[i].name, frame.kind, frame.note);
		cr_expect(slice_is(frame.receipt.carrier_ref, rows[i].want_ref), "%s: id “%.*s”", rows[i].name,
			  SLICE_ARG(frame.receipt.carrier_ref));
		cr_expect_eq(frame.receipt.state, rows[i].want_state, "%s: %d", rows[i].name, frame.receipt.state);
		cr_expect(slice_is(frame.receipt.error, rows[i].want_error), "%s: error “%.*s”", rows[i].name,
			  SLICE_ARG(frame.receipt.error));
		cr_expect(note_is(&frame, rows[i].want_note), "%s: %s", rows[i].name, frame.note);
		free(keep);
	}
}

/* The id of a receipt becomes that of the answer to its submit. */
Test(smpp_dialect, receipts_with_another_id, .init = prepare)
{
	static const struct {
		const char *name;
		enum smpp_receipt_id form;
		uint8_t digits;
		const char *hex;
		const char *want_ref;
		const char *want_note;
	} rows[] = {
		{ "as it is", SMPP_RECEIPT_ID_AS_IS, 0, D FROM "04" REST "00 001e0003 303746 04270001 02", "07F",
		  NULL },
		{ "decimal in the TLV", SMPP_RECEIPT_ID_DEC_TO_HEX, 4,
		  D FROM "04" REST "00 001e0003 303138 04270001 02", "0012", NULL },
		/* id:18 stat:DELIVRD */
		{ "decimal in the text", SMPP_RECEIPT_ID_DEC_TO_HEX, 0,
		  D FROM "04" REST "12 69643a313820737461743a44454c49565244", "12", NULL },
		{ "hexadecimal in the TLV", SMPP_RECEIPT_ID_HEX_TO_DEC, 0,
		  D FROM "04" REST "00 001e0003 303746 04270001 02", "127", NULL },
		{ "none that can be read", SMPP_RECEIPT_ID_DEC_TO_HEX, 0,
		  D FROM "04" REST "00 001e0003 303746 04270001 02", "07F",
		  "receipt whose id is no number as receipt_id says" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t *keep;
		account.receipt_id = rows[i].form;
		account.receipt_id_digits = rows[i].digits;
		struct frame frame = read_body(rows[i].hex, &keep);
		cr_expect_eq(frame.kind, FRAME_RECEIPT, "%s", rows[i].name);
		cr_expect(slice_is(frame.receipt.carrier_ref, rows[i].want_ref), "%s: id “%.*s”", rows[i].name,
			  SLICE_ARG(frame.receipt.carrier_ref));
		cr_expect(note_is(&frame, rows[i].want_note), "%s: %s", rows[i].name, frame.note);
		free(keep);
	}
}

Test(smpp_dialect, frame_length)
{
	static const struct {
		const char *name;
		const char *hex;
		enum err want;
		size_t want_len;
	} rows[] = {
		{ "nothing", "", ERR_SHORT, 0 },          { "three octets", "000000", ERR_SHORT, 0 },
		{ "shortest", "00000010", ERR_OK, 16 },   { "below a header", "0000000f", ERR_RANGE, 0 },
		{ "zero", "00000000", ERR_RANGE, 0 },     { "longest", "00020000", ERR_OK, 131072 },
		{ "too long", "00020001", ERR_RANGE, 0 }, { "an HTTP request", "47455420", ERR_RANGE, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		size_t length = 0;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		cr_expect_eq(smpp_dialect.frame_length(octets, len, &length), rows[i].want, "%s", rows[i].name);
		cr_expect_eq(length, rows[i].want_len, "%s", rows[i].name);
		free(octets);
	}
}

static void bind_trx(struct buf *out)
{
	smpp_dialect.write_bind(&account, 3, out);
}
static void bind_tx(struct buf *out)
{
	account.bind = SMPP_BIND_TRANSMITTER;
	smpp_dialect.write_bind(&account, 2, out);
}
static void bind_rx(struct buf *out)
{
	account.bind = SMPP_BIND_RECEIVER;
	smpp_dialect.write_bind(&account, 1, out);
}
static void keepalive(struct buf *out)
{
	smpp_dialect.write_keepalive(&account, 0x7fffffff, out);
}
static void unbind(struct buf *out)
{
	smpp_dialect.write_unbind(&account, 7, out);
}
static const struct sequence theirs = { { 0xff, 0xff, 0xff, 0xfe }, 4 };
static void keepalive_answer(struct buf *out)
{
	smpp_dialect.write_keepalive_answer(&account, &theirs, out);
}
static void unbind_answer(struct buf *out)
{
	smpp_dialect.write_unbind_answer(&account, &theirs, out);
}
static void again_later(struct buf *out)
{
	smpp_dialect.write_answer(&account, SMPP_COMMAND_DELIVER_SM, smpp_dialect.status_again_later, &theirs, out);
}
static void lost(struct buf *out)
{
	smpp_dialect.write_lost_framing(&account,
					(const uint8_t *)"\0\0\0\x0f"
							 "\0\0\0\x04"
							 "\0\0\0\0"
							 "\0\0\0\x09",
					16, out);
}
static void lost_early(struct buf *out)
{
	smpp_dialect.write_lost_framing(&account, (const uint8_t *)"GET / HTTP", 10, out);
}

Test(smpp_dialect, writers, .init = prepare)
{
	static const struct {
		const char *name;
		void (*write)(struct buf *out);
		const char *want; /* a golden PDU's name, or octets */
	} rows[] = {
		{ "bind_transceiver", bind_trx, NULL },
		{ "bind_transmitter", bind_tx, NULL },
		{ "bind_receiver", bind_rx, NULL },
		{ "enquire_link", keepalive, NULL },
		{ "unbind", unbind, NULL },
		{ "answer to enquire_link", keepalive_answer, "00000010 80000015 00000000 fffffffe" },
		{ "answer to unbind", unbind_answer, "00000010 80000006 00000000 fffffffe" },
		{ "receipt, again later", again_later, "00000011 80000005 00000064 fffffffe 00" },
		{ "lost framing", lost, "00000010 80000000 00000002 00000009" },
		{ "lost framing, no header", lost_early, "00000010 80000000 00000002 00000000" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *want = rows[i].want;
		for (size_t g = 0; g < golden_pdu_count && want == NULL; g++) {
			if (strcmp(golden_pdus[g].name, rows[i].name) == 0)
				want = golden_pdus[g].hex;
		}
		cr_assert_not_null(want, "%s", rows[i].name);
		size_t need = strlen(golden_plain(want)) / 2;
		for (size_t cap = 0; cap <= need; cap++) {
			uint8_t *room = malloc(cap ? cap : 1);
			struct buf out = buf_over(room, cap);
			rows[i].write(&out);
			cr_expect_eq(out.full, cap < need, "%s in %zu octets", rows[i].name, cap);
			cr_expect(cap == need || out.len == 0, "%s in %zu octets: half a frame", rows[i].name, cap);
			if (cap == need)
				cr_expect_str_eq(golden_hex(buf_slice(&out)), golden_plain(want), "%s", rows[i].name);
			free(room);
		}
	}
}
