/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_submit.h"

#include "unit/wire/smpp/golden.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_tlv.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define NOW      1770940800000
#define IN_A_DAY (NOW + 86400000)

static uint8_t text_300[300];

static const struct msisdn to = { "8613912340001", 13 };

static void china(struct smpp_account *account)
{
	account->validity = SMPP_VALIDITY_ABSOLUTE;
	account->validity_utc_quarters = 32;
	account->priority_flag = 1;
	account->service_type = "CMT";
	account->source_addr = "HONGYAN";
	account->source_addr_ton = SMPP_TON_ALPHANUMERIC;
	account->source_addr_npi = 0;
}
static void national(struct smpp_account *account)
{
	account->dest_prefix_cut = "86";
	account->dest_addr_ton = 0;
	account->validity = SMPP_VALIDITY_NONE;
}
static void foreign(struct smpp_account *account)
{
	account->dest_prefix_cut = "44";
	account->validity = SMPP_VALIDITY_NONE;
}
static void codings(struct smpp_account *account)
{
	account->data_coding_gsm7 = 0xF0;
	account->data_coding_ucs2 = 0x18;
	account->data_coding_latin1 = 0xF4;
	account->registered_delivery = 0x11;
}
static void with_reference(struct smpp_account *account)
{
	account->sends_reference = true;
}
static void of_failures(struct smpp_account *account)
{
	account->registered_delivery = SMPP_RECEIPTS_OF_FAILURES;
}
static void packed(struct smpp_account *account)
{
	account->is_gsm7_packed = true;
}
static void plain(struct smpp_account *account)
{
	(void)account;
}

static const struct row {
	const char *name;
	void (*change)(struct smpp_account *account);
	enum encoding encoding;
	enum concat concat;
	struct segment segment;
	bool wants_receipt;
	wall_ms expires_at;
	const char *want; /* the body */
} rows[] = {
	{ "short GSM-7 text",
	  plain,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hello\x1b\x65", .octets_len = 7, .index = 1, .total = 1 },
	  true,
	  IN_A_DAY,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 303030303031303030303030303030"
	  "5200 01 00 00 00 07 48656c6c6f1b65" },
	/* The reference of entry 0-0 of the urgent lane, segment 0: submit_user_reference. */
	{ "a reference of ours",
	  with_reference,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 02 4869 0204 0002 "
	  "9d3c" },
	{ "receipts of failures alone",
	  of_failures,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 02 00 00 00 02 4869" },
	{ "UCS-2 where GSM-7 is packed",
	  packed,
	  ENCODING_UCS2,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"\x50\x5c", .octets_len = 2, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 08 00 02 505c" },
	{ "no receipt, no expiry",
	  plain,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  false,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 00 00 00 00 02 4869" },
	{ "UDH, UCS-2, absolute validity",
	  china,
	  ENCODING_UCS2,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"\x05\x00\x03\xa7\x02\x01\x50\x5c",
	    .octets_len = 8,
	    .index = 1,
	    .total = 2,
	    .has_udh = true,
	    .reference = 0xA7 },
	  true,
	  IN_A_DAY,
	  "434d5400 05 00 484f4e4759414e00 01 01 3836313339313233343030303100 40 00 01 00 "
	  "323630323134303830303030303332"
	  "2b00 01 00 08 00 08 050003a70201505c" },
	{ "16-bit UDH",
	  plain,
	  ENCODING_GSM7,
	  CONCAT_UDH16,
	  { .octets = (const uint8_t *)"\x06\x08\x04\x12\xa7\x02\x02x",
	    .octets_len = 8,
	    .index = 2,
	    .total = 2,
	    .has_udh = true,
	    .reference = 0x12A7 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 40 00 00 00 00 01 00 00 00 08 "
	  "06080412a7020278" },
	{ "sar of two",
	  plain,
	  ENCODING_GSM7,
	  CONCAT_SAR,
	  { .octets = (const uint8_t *)"part", .octets_len = 4, .index = 2, .total = 2, .reference = 0x12A7 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 04 70617274 "
	  "020c000212a7 020e000102 020f000102" },
	{ "sar of one",
	  plain,
	  ENCODING_GSM7,
	  CONCAT_SAR,
	  { .octets = (const uint8_t *)"part", .octets_len = 4, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 04 70617274" },
	{ "payload",
	  plain,
	  ENCODING_GSM7,
	  CONCAT_PAYLOAD,
	  { .octets = (const uint8_t *)"part", .octets_len = 4, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 00 "
	  "0424 0004 70617274" },
	{ "empty text",
	  plain,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 00" },
	{ "national number",
	  national,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  true,
	  IN_A_DAY,
	  "00 03 00 313036393030303100 00 01 313339313233343030303100 00 00 00 00 00 01 00 00 00 02 4869" },
	{ "number of another country",
	  foreign,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  true,
	  IN_A_DAY,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 02 4869" },
	{ "own codings, GSM-7",
	  codings,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 11 00 f0 00 02 4869" },
	{ "Latin-1",
	  plain,
	  ENCODING_LATIN1,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"caf\xe9", .octets_len = 4, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 03 00 04 636166e9" },
	{ "Latin-1 where GSM-7 is packed",
	  packed,
	  ENCODING_LATIN1,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"caf\xe9", .octets_len = 4, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 03 00 04 636166e9" },
	{ "own codings, Latin-1",
	  codings,
	  ENCODING_LATIN1,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  false,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 00 00 f4 00 02 4869" },
	{ "own codings, UCS-2",
	  codings,
	  ENCODING_UCS2,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"Hi", .octets_len = 2, .index = 1, .total = 1 },
	  false,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 00 00 18 00 02 4869" },
};

/* These come back as other octets than the segment has. */
static const struct row packed_rows[] = {
	{ "packed",
	  packed,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"hellohello", .octets_len = 10, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 09 "
	  "e8329bfd4697d9ec37" },
	{ "packed behind a UDH",
	  packed,
	  ENCODING_GSM7,
	  CONCAT_UDH8,
	  { .octets = (const uint8_t *)"\x05\x00\x03\xa7\x02\x01x",
	    .octets_len = 7,
	    .index = 1,
	    .total = 2,
	    .has_udh = true,
	    .reference = 0xA7 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 40 00 00 00 00 01 00 00 00 07 "
	  "050003a70201 f0" },
	{ "packed, sar",
	  packed,
	  ENCODING_GSM7,
	  CONCAT_SAR,
	  { .octets = (const uint8_t *)"12345678", .octets_len = 8, .index = 2, .total = 2, .reference = 0x12A7 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 07 "
	  "31d98c56b3dd70 020c000212a7 020e000102 020f000102" },
	{ "packed payload",
	  packed,
	  ENCODING_GSM7,
	  CONCAT_PAYLOAD,
	  { .octets = (const uint8_t *)"hellohello", .octets_len = 10, .index = 1, .total = 1 },
	  true,
	  0,
	  "00 03 00 313036393030303100 01 01 3836313339313233343030303100 00 00 00 00 00 01 00 00 00 00 "
	  "0424 0009 e8329bfd4697d9ec37" },
};

static void prepare(const struct row *row, struct smpp_account *account)
{
	smpp_account_init(account);
	account->system_id = "hongyan";
	account->source_addr = "10690001";
	account->source_addr_ton = 3;
	row->change(account);
	cr_assert_eq(smpp_account_prepare(account, NULL), ERR_OK);
}

static struct submit submit_of(const struct row *row)
{
	return (struct submit){ .to = &to,
				.segment = &row->segment,
				.encoding = row->encoding,
				.concat = row->concat,
				.wants_receipt = row->wants_receipt,
				.expires_at = row->expires_at };
}

static void check_octets(const struct row *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct smpp_account account;
		prepare(&table[i], &account);
		struct submit submit = submit_of(&table[i]);
		uint8_t memory[600];
		struct buf out = buf_over(memory, sizeof memory);
		smpp_submit_write(&account, 0x01020304, &submit, NOW, &out);
		cr_assert(!out.full, "%s", table[i].name);
		char head[33];
		snprintf(head, sizeof head, "%08x000000040000000001020304", (unsigned)out.len);
		const char *hex = golden_hex(buf_slice(&out));
		cr_expect_eq(memcmp(hex, head, 32), 0, "%s: header %.32s", table[i].name, hex);
		cr_expect_str_eq(hex + 32, golden_plain(table[i].want), "%s", table[i].name);
	}
}

Test(smpp_submit, octets)
{
	check_octets(rows, sizeof rows / sizeof rows[0]);
	check_octets(packed_rows, sizeof packed_rows / sizeof packed_rows[0]);
}

/* One that is asked for by its reference says that in place of the one for receipts. */
Test(smpp_submit, a_reference_to_ask_by)
{
	static const struct {
		const char *name;
		uint16_t user_reference;
		const char *want; /* behind the text */
	} ends[] = { { "none", 0, "4869" }, { "one", 0xFE01, "486902040002fe01" } };
	struct row row = rows[1];
	row.change = plain;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct smpp_account account;
		prepare(&row, &account);
		struct submit submit = submit_of(&row);
		submit.user_reference = ends[i].user_reference;
		uint8_t memory[600];
		struct buf out = buf_over(memory, sizeof memory);
		smpp_submit_write(&account, 1, &submit, NOW, &out);
		const char *hex = golden_hex(buf_slice(&out));
		size_t len = strlen(ends[i].want);
		cr_assert_gt(strlen(hex), len);
		cr_expect_str_eq(hex + strlen(hex) - len, ends[i].want, "%s", ends[i].name);
		cr_expect_eq(memory[3], out.len, "%s", ends[i].name);
	}
}

/* What was written is read back by the generic decoder, without complaint and with every TLV in its place. */
Test(smpp_submit, round_trip)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smpp_account account;
		prepare(&rows[i], &account);
		struct submit submit = submit_of(&rows[i]);
		uint8_t memory[600];
		struct buf out = buf_over(memory, sizeof memory);
		smpp_submit_write(&account, 7, &submit, NOW, &out);
		struct smpp_pdu pdu;
		struct err_at why = { 0 };
		cr_assert_eq(smpp_pdu_decode(memory, out.len, &pdu, &why), ERR_OK, "%s: %s", rows[i].name, why.text);
		cr_expect_eq(why.err, ERR_OK, "%s: %s", rows[i].name, why.text);
		cr_expect_eq(pdu.header.sequence_number, 7u);
		struct octets tail = octets_over(pdu.tail.at, pdu.tail.len);
		struct slice payload = { 0 };
		struct smpp_tlv tlv;
		while (smpp_tlv_next(&tail, &tlv)) {
			cr_expect(smpp_pdu_allows(pdu.layout, tlv.tag), "%s: TLV 0x%04x", rows[i].name, tlv.tag);
			if (tlv.tag == SMPP_TAG_MESSAGE_PAYLOAD)
				payload = tlv.value;
		}
		struct slice text = smpp_pdu_value(&pdu, "short_message")->octets;
		struct slice want = { (const char *)rows[i].segment.octets, rows[i].segment.octets_len };
		cr_expect(slice_equal(text.len ? text : payload, want), "%s", rows[i].name);
		cr_expect(!text.len || !payload.len, "%s: text twice", rows[i].name);
	}
}

Test(smpp_submit, long_text_goes_into_the_payload)
{
	memset(text_300, 'x', sizeof text_300);
	static const struct {
		uint16_t text_len;
		bool want_payload;
	} cases[] = { { 254, false }, { 255, true }, { 300, true } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct row row = rows[0];
		row.segment.octets = text_300;
		row.segment.octets_len = cases[i].text_len;
		struct smpp_account account;
		prepare(&row, &account);
		struct submit submit = submit_of(&row);
		uint8_t memory[600];
		struct buf out = buf_over(memory, sizeof memory);
		smpp_submit_write(&account, 1, &submit, NOW, &out);
		struct smpp_pdu pdu;
		cr_assert_eq(smpp_pdu_decode(memory, out.len, &pdu, NULL), ERR_OK);
		size_t want_short = cases[i].want_payload ? 0 : cases[i].text_len;
		cr_expect_eq(smpp_pdu_value(&pdu, "sm_length")->number, want_short, "%u octets", cases[i].text_len);
		size_t want_tail = cases[i].want_payload ? 4u + cases[i].text_len : 0;
		cr_expect_eq(pdu.tail.len, want_tail, "%u octets", cases[i].text_len);
	}
}

Test(smpp_submit, all_or_nothing)
{
	struct smpp_account account;
	prepare(&rows[4], &account);
	struct submit submit = submit_of(&rows[4]);
	uint8_t memory[600];
	struct buf whole = buf_over(memory, sizeof memory);
	smpp_submit_write(&account, 1, &submit, NOW, &whole);
	for (size_t cap = 0; cap <= whole.len; cap++) {
		uint8_t *room = malloc(cap ? cap : 1);
		struct buf out = buf_over(room, cap);
		smpp_submit_write(&account, 1, &submit, NOW, &out);
		bool is_whole = cap == whole.len;
		cr_expect_eq(out.full, !is_whole, "room for %zu of %zu", cap, whole.len);
		cr_expect_eq(out.len, is_whole ? whole.len : 0, "room for %zu of %zu", cap, whole.len);
		free(room);
	}
}
