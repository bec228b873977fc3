/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_pdu.h"

#include "base/rng.h"
#include "unit/wire/smpp/golden.h"
#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_dump.h"
#include "wire/smpp/smpp_tlv.h"

#include <criterion/criterion.h>

#define DUMP_OCTETS (1u << 17)

static struct smpp_account account;
static char dump_memory[DUMP_OCTETS];

/* Everything that reads, on a block of exactly len octets; a sanitizer judges. */
static void read_all(const uint8_t *at, size_t len)
{
	struct smpp_pdu pdu;
	struct err_at why = { 0 };
	enum err err = smpp_pdu_decode(at, len, &pdu, &why);
	cr_expect(err == ERR_OK || (why.err == err && why.text[0]), "an error without a word");
	cr_expect(err == ERR_OK || why.offset <= len);
	struct buf out = buf_over(dump_memory, sizeof dump_memory);
	cr_expect_eq(smpp_dump(at, len, &out), ERR_OK);
	struct frame frame = { 0 };
	smpp_dialect.read(&account, at, len, &frame);
	size_t length;
	(void)smpp_dialect.frame_length(at, len, &length);
}

static void put_length(uint8_t *at, size_t len)
{
	at[0] = (uint8_t)(len >> 24);
	at[1] = (uint8_t)(len >> 16);
	at[2] = (uint8_t)(len >> 8);
	at[3] = (uint8_t)len;
}

Test(smpp_pdu, every_layout)
{
	static const struct {
		uint32_t command_id;
		const char *name;
	} rows[] = {
		{ 0x00000001, "bind_receiver" },
		{ 0x00000004, "submit_sm" },
		{ 0x00000103, "data_sm" },
		{ 0x80000000, "generic_nack" },
		{ 0x80000009, "bind_transceiver_resp" },
		{ 0x80000021, "submit_multi_resp" },
		{ 0x80000113, "cancel_broadcast_sm_resp" },
		{ 0x0000000C, NULL },
		{ 0x8000000B, NULL },
		{ 0x80000102, NULL },
		{ 0xFFFFFFFF, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct smpp_layout *layout = smpp_pdu_layout(rows[i].command_id);
		cr_expect_eq(layout != NULL, rows[i].name != NULL, "0x%08x", rows[i].command_id);
		if (layout)
			cr_expect_str_eq(layout->name, rows[i].name);
	}
	/* Each has a row among the golden ones, so that none is left untried. */
	unsigned count = 0;
	for (uint32_t id = 0; id < 0x200; id++) {
		count += smpp_pdu_layout(id) != NULL;
		count += smpp_pdu_layout(id | SMPP_ANSWER_BIT) != NULL;
	}
	bool is_tried[0x400] = { false };
	unsigned tried = 0;
	for (size_t i = 0; i < golden_pdu_count; i++) {
		size_t len;
		uint8_t *octets = golden_octets(golden_pdus[i].hex, &len);
		uint32_t id = smpp_pdu_read_header(octets).command_id;
		size_t slot = (id & 0x1FF) | (id & SMPP_ANSWER_BIT ? 0x200 : 0);
		tried += is_tried[slot] ? 0 : 1;
		is_tried[slot] = true;
		free(octets);
	}
	cr_expect_eq(tried, count, "%u of %u", tried, count);
}

Test(smpp_pdu, header_round_trip)
{
	struct smpp_header header = { 0x10, 0x80000004, 0xFE, 0xFFFFFFFF };
	uint8_t octets[SMPP_HEADER_OCTETS];
	struct buf out = buf_over(octets, sizeof octets);
	smpp_pdu_write_header(&header, &out);
	cr_assert(!out.full);
	cr_expect_str_eq(golden_hex(buf_slice(&out)), "0000001080000004000000feffffffff");
	struct smpp_header again = smpp_pdu_read_header(octets);
	cr_expect_eq(memcmp(&header, &again, sizeof header), 0);
}

/* The body of a value that was decoded lies where its offset says, and the TLVs begin where the last one ends. */
Test(smpp_pdu, offsets)
{
	for (size_t i = 0; i < golden_pdu_count; i++) {
		size_t len;
		uint8_t *octets = golden_octets(golden_pdus[i].hex, &len);
		struct smpp_pdu pdu;
		struct err_at why = { 0 };
		cr_assert_eq(smpp_pdu_decode(octets, len, &pdu, &why), ERR_OK, "%s: %s", golden_pdus[i].name, why.text);
		cr_expect_eq(why.err, ERR_OK, "%s: %s", golden_pdus[i].name, why.text);
		size_t at = SMPP_HEADER_OCTETS;
		for (unsigned v = 0; v < pdu.value_count; v++) {
			const struct smpp_value *value = &pdu.values[v];
			cr_expect_eq(value->offset, at, "%s: %s", golden_pdus[i].name, value->field->name);
			at += value->field->kind == SMPP_FIELD_U1 ? 1 : value->octets.len;
			at += value->field->kind == SMPP_FIELD_TEXT;
		}
		cr_expect_eq(pdu.tail_offset, at, "%s", golden_pdus[i].name);
		cr_expect_eq(at + pdu.tail.len, len, "%s", golden_pdus[i].name);
		free(octets);
	}
}

Test(smpp_pdu, cut_at_every_octet)
{
	smpp_account_init(&account);
	for (size_t i = 0; i < golden_pdu_count; i++) {
		size_t len;
		uint8_t *octets = golden_octets(golden_pdus[i].hex, &len);
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *copy = golden_copy(octets, cut);
			struct smpp_pdu pdu;
			cr_expect_eq(smpp_pdu_decode(copy, cut, &pdu, NULL), ERR_SHORT, "%s cut to %zu",
				     golden_pdus[i].name, cut);
			read_all(copy, cut);
			if (cut >= SMPP_HEADER_OCTETS) {
				put_length(copy, cut); /* now it says so itself */
				read_all(copy, cut);
			}
			free(copy);
		}
		free(octets);
	}
}

Test(smpp_pdu, flipped_octets)
{
	enum { ROUNDS = 300 };
	struct rng rng;
	rng_seed(&rng, 0x534D5050);
	smpp_account_init(&account);
	for (size_t i = 0; i < golden_pdu_count; i++) {
		size_t len;
		uint8_t *octets = golden_octets(golden_pdus[i].hex, &len);
		for (unsigned round = 0; round < ROUNDS; round++) {
			uint8_t *copy = golden_copy(octets, len);
			uint64_t flips = 1 + rng_below(&rng, 4);
			for (uint64_t flip = 0; flip < flips; flip++)
				copy[rng_below(&rng, len)] = (uint8_t)rng_next(&rng);
			if (round % 2)
				put_length(copy, len);
			read_all(copy, len);
			free(copy);
		}
		free(octets);
	}
}

Test(smpp_pdu, answers_may_lack_their_body)
{
	static const struct {
		const char *name;
		const char *hex;
		enum err want;
		unsigned want_values;
	} rows[] = {
		{ "submit_sm_resp, accepted", "00000010 80000004 00000000 00000001", ERR_OK, 0 },
		{ "bind_transceiver_resp, refused", "00000010 80000009 0000000e 00000001", ERR_OK, 0 },
		{ "refused with a body all the same", "00000011 80000009 0000000e 00000001 00", ERR_OK, 1 },
		{ "query_sm_resp", "00000010 80000003 00000067 00000001", ERR_OK, 0 },
		{ "half a body", "00000012 80000003 00000000 00000001 3100", ERR_FORMAT, 1 },
		{ "request without a body", "00000010 00000003 00000000 00000001", ERR_FORMAT, 0 },
		{ "id of 65 octets without a NUL",
		  "00000051 80000004 00000000 00000001 "
		  "4141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141"
		  "414141414141414141414141414141",
		  ERR_OK, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		struct smpp_pdu pdu;
		cr_expect_eq(smpp_pdu_decode(octets, len, &pdu, NULL), rows[i].want, "%s", rows[i].name);
		cr_expect_eq(pdu.value_count, rows[i].want_values, "%s: %u", rows[i].name, pdu.value_count);
		cr_expect_null(smpp_pdu_value(&pdu, "short_message"));
		free(octets);
	}
}

Test(smpp_pdu, strings_have_a_bound)
{
	static const struct {
		const char *name;
		size_t octets; /* in front of the NUL, or of the end */
		bool has_nul;
		bool want_taken;
	} rows[] = {
		{ "empty", 0, true, true },
		{ "nothing at all", 0, false, false },
		{ "without a NUL", 5, false, false },
		{ "longest", SMPP_TEXT_MAX, true, true },
		{ "too long", SMPP_TEXT_MAX + 1, true, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = rows[i].octets + rows[i].has_nul;
		uint8_t *octets = malloc(len ? len : 1);
		memset(octets, 'a', rows[i].octets);
		if (rows[i].has_nul)
			octets[rows[i].octets] = 0;
		struct octets in = octets_over(octets, len);
		struct slice text = { 0 };
		cr_expect_eq(smpp_pdu_take_text(&in, &text), rows[i].want_taken, "%s", rows[i].name);
		cr_expect_eq(text.len, rows[i].want_taken ? rows[i].octets : 0, "%s", rows[i].name);
		cr_expect_eq(in.used, rows[i].want_taken ? len : 0, "%s", rows[i].name);
		free(octets);
	}
}

Test(smpp_pdu, tlvs_in_their_place)
{
	static const struct {
		uint32_t command_id;
		uint16_t tag;
		bool want;
	} rows[] = {
		{ SMPP_COMMAND_SUBMIT_SM, SMPP_TAG_MESSAGE_PAYLOAD, true },
		{ SMPP_COMMAND_SUBMIT_SM, SMPP_TAG_SAR_MSG_REF_NUM, true },
		{ SMPP_COMMAND_SUBMIT_SM, SMPP_TAG_MESSAGE_STATE, false },
		{ SMPP_COMMAND_DELIVER_SM, SMPP_TAG_MESSAGE_STATE, true },
		{ SMPP_COMMAND_DELIVER_SM, SMPP_TAG_RECEIPTED_MESSAGE_ID, true },
		{ SMPP_COMMAND_DELIVER_SM, SMPP_TAG_SET_DPF, false },
		{ SMPP_COMMAND_DATA_SM, SMPP_TAG_QOS_TIME_TO_LIVE, true },
		{ SMPP_COMMAND_BIND_TRANSCEIVER_RESP, SMPP_TAG_SC_INTERFACE_VERSION, true },
		{ SMPP_COMMAND_BIND_TRANSCEIVER, SMPP_TAG_SC_INTERFACE_VERSION, false },
		{ SMPP_COMMAND_ENQUIRE_LINK, SMPP_TAG_CONGESTION_STATE, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(smpp_pdu_allows(smpp_pdu_layout(rows[i].command_id), rows[i].tag), rows[i].want,
			     "0x%08x, 0x%04x", rows[i].command_id, rows[i].tag);
}
