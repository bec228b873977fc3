/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_receipt.h"

#include "unit/wire/smpp/golden.h"

#include <criterion/criterion.h>

#define TEXT_AND_LEN(literal)                  \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

static const struct row {
	const char *name;
	struct slice text;
	bool want_receipt;
	/* NULL = absent */
	const char *id, *sub, *dlvrd, *submit_date, *done_date, *stat, *err, *rest;
	enum message_state state;
} rows[] = {
	{ "as in the specification",
	  TEXT_AND_LEN(
		  "id:0001715004 sub:001 dlvrd:001 submit date:2602130800 done date:2602130801 stat:DELIVRD err:000 "
		  "Text:Your power will be"),
	  true, "0001715004", "001", "001", "2602130800", "2602130801", "DELIVRD", "000", "Your power will be",
	  MESSAGE_STATE_DELIVERED },
	{ "hexadecimal id", TEXT_AND_LEN("id:1a2b3c stat:EXPIRED err:1"), true, "1a2b3c", NULL, NULL, NULL, NULL,
	  "EXPIRED", "1", NULL, MESSAGE_STATE_EXPIRED },
	{ "UUID", TEXT_AND_LEN("id:6f9619ff-8b86-d011-b42d-00cf4fc964ff stat:DELIVRD"), true,
	  "6f9619ff-8b86-d011-b42d-00cf4fc964ff", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL,
	  MESSAGE_STATE_DELIVERED },
	{ "colons in the id", TEXT_AND_LEN("id:12:34:id:5 stat:DELIVRD"), true, "12:34:id:5", NULL, NULL, NULL, NULL,
	  "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "wider than 64 bits", TEXT_AND_LEN("id:340282366920938463463374607431768211455 stat:DELIVRD"), true,
	  "340282366920938463463374607431768211455", NULL, NULL, NULL, NULL, "DELIVRD", NULL, NULL,
	  MESSAGE_STATE_DELIVERED },
	{ "NUL behind the id", TEXT_AND_LEN("id:77\0 sub:001 stat:DELIVRD"), true, "77", "001", NULL, NULL, NULL,
	  "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "upper case", TEXT_AND_LEN("ID:7 SUB:001 DLVRD:001 SUBMIT DATE:1 DONE DATE:2 STAT:DELIVRD ERR:000 TEXT:HI"),
	  true, "7", "001", "001", "1", "2", "DELIVRD", "000", "HI", MESSAGE_STATE_DELIVERED },
	{ "lower case", TEXT_AND_LEN("id:7 stat:delivrd text:hi"), true, "7", NULL, NULL, NULL, NULL, "delivrd", NULL,
	  "hi", MESSAGE_STATE_DELIVERED },
	{ "underscores", TEXT_AND_LEN("id:7 submit_date:1 done_date:2 stat:UNDELIV err:12"), true, "7", NULL, NULL, "1",
	  "2", "UNDELIV", "12", NULL, MESSAGE_STATE_UNDELIVERABLE },
	{ "underscores of the GSM alphabet",
	  TEXT_AND_LEN("id:7 submit\x11"
		       "date:1 done\x11"
		       "date:2 stat:UNDELIV"),
	  true, "7", NULL, NULL, "1", "2", "UNDELIV", NULL, NULL, MESSAGE_STATE_UNDELIVERABLE },
	{ "dates in one word", TEXT_AND_LEN("id:7 submitdate:1 donedate:2 stat:DELIVRD"), true, "7", NULL, NULL, "1",
	  "2", "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "txt", TEXT_AND_LEN("id:7 stat:DELIVRD txt:hi"), true, "7", NULL, NULL, NULL, NULL, "DELIVRD", NULL, "hi",
	  MESSAGE_STATE_DELIVERED },
	{ "text without a label", TEXT_AND_LEN("id:7 stat:DELIVRD err:000 hi there"), true, "7", NULL, NULL, NULL, NULL,
	  "DELIVRD", "000", "hi there", MESSAGE_STATE_DELIVERED },
	{ "blanks behind colons", TEXT_AND_LEN("id: 7 sub: 001 stat: DELIVRD err: 000 text: hi"), true, "7", "001",
	  NULL, NULL, NULL, "DELIVRD", "000", "hi", MESSAGE_STATE_DELIVERED },
	{ "blanks before colons", TEXT_AND_LEN("id :7 stat :DELIVRD"), true, "7", NULL, NULL, NULL, NULL, "DELIVRD",
	  NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "two blanks", TEXT_AND_LEN("  id:7  sub:001  submit  date:1  stat:DELIVRD"), true, "7", "001", NULL, "1",
	  NULL, "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "lines", TEXT_AND_LEN("id:7\r\nsub:001\nstat:DELIVRD\terr:000"), true, "7", "001", NULL, NULL, NULL,
	  "DELIVRD", "000", NULL, MESSAGE_STATE_DELIVERED },
	{ "commas", TEXT_AND_LEN("id:7,sub:001,stat:DELIVRD;err:000"), true, "7", "001", NULL, NULL, NULL, "DELIVRD",
	  "000", NULL, MESSAGE_STATE_DELIVERED },
	{ "other order", TEXT_AND_LEN("stat:DELIVRD err:000 sub:001 dlvrd:001 id:7"), true, "7", "001", "001", NULL,
	  NULL, "DELIVRD", "000", NULL, MESSAGE_STATE_DELIVERED },
	{ "another label in front", TEXT_AND_LEN("msgid:99 id:7 sub:001 dlvrd:001 stat:DELIVRD"), true, "7", "001",
	  "001", NULL, NULL, "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "only another label", TEXT_AND_LEN("msgid:99 message-id:8 x_id:7 stat:DELIVRD"), false, NULL, NULL, NULL,
	  NULL, NULL, "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "no id", TEXT_AND_LEN("sub:001 dlvrd:001 submit date:1 done date:2 stat:DELIVRD err:000"), true, NULL, "001",
	  "001", "1", "2", "DELIVRD", "000", NULL, MESSAGE_STATE_DELIVERED },
	{ "empty values", TEXT_AND_LEN("id:7 sub: dlvrd: submit date: done date: stat:DELIVRD err: text:"), true, "7",
	  "", "", "", "", "DELIVRD", "", "", MESSAGE_STATE_DELIVERED },
	{ "empty values without blanks", TEXT_AND_LEN("id:7 sub:dlvrd:stat:DELIVRD"), true, "7", "", "", NULL, NULL,
	  "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "empty id", TEXT_AND_LEN("id: sub:001 stat:DELIVRD"), true, "", "001", NULL, NULL, NULL, "DELIVRD", NULL,
	  NULL, MESSAGE_STATE_DELIVERED },
	{ "none delivered, but DELIVRD", TEXT_AND_LEN("id:7 sub:1 dlvrd:0 stat:DELIVRD"), true, "7", "1", "0", NULL,
	  NULL, "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "dates of 12 and 14", TEXT_AND_LEN("id:7 submit date:260213080000 done date:20260213080100 stat:DELIVRD"),
	  true, "7", NULL, NULL, "260213080000", "20260213080100", "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "date of 16", TEXT_AND_LEN("id:7 done date:260213080100032+ stat:DELIVRD"), true, "7", NULL, NULL, NULL,
	  "260213080100032+", "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "err is a word", TEXT_AND_LEN("id:7 stat:UNDELIV err:null text:x"), true, "7", NULL, NULL, NULL, NULL,
	  "UNDELIV", "null", "x", MESSAGE_STATE_UNDELIVERABLE },
	{ "err is a name", TEXT_AND_LEN("id:7 stat:UNDELIV err:E_ABSENT"), true, "7", NULL, NULL, NULL, NULL, "UNDELIV",
	  "E_ABSENT", NULL, MESSAGE_STATE_UNDELIVERABLE },
	{ "NUL behind err", TEXT_AND_LEN("id:7 stat:UNDELIV err:00B\0text:x"), true, "7", NULL, NULL, NULL, NULL,
	  "UNDELIV", "00B", "x", MESSAGE_STATE_UNDELIVERABLE },
	{ "labels in the text", TEXT_AND_LEN("id:7 stat:DELIVRD text:id:8 stat:UNDELIV"), true, "7", NULL, NULL, NULL,
	  NULL, "DELIVRD", NULL, "id:8 stat:UNDELIV", MESSAGE_STATE_DELIVERED },
	{ "text in front of stat", TEXT_AND_LEN("id:7 text:hi stat:DELIVRD"), false, "7", NULL, NULL, NULL, NULL, NULL,
	  NULL, "hi stat:DELIVRD", MESSAGE_STATE_NONE },
	{ "a label twice", TEXT_AND_LEN("id:7 id:8 stat:DELIVRD stat:UNDELIV"), true, "7", NULL, NULL, NULL, NULL,
	  "DELIVRD", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "binary text", TEXT_AND_LEN("id:7 stat:DELIVRD Text:\xb9\xa9\xb5\xe7\x01\x1b"), true, "7", NULL, NULL, NULL,
	  NULL, "DELIVRD", NULL, "\xb9\xa9\xb5\xe7\x01\x1b", MESSAGE_STATE_DELIVERED },
	{ "a state as a digit", TEXT_AND_LEN("id:7 stat:2"), true, "7", NULL, NULL, NULL, NULL, "2", NULL, NULL,
	  MESSAGE_STATE_DELIVERED },
	{ "a vendor's state", TEXT_AND_LEN("id:7 stat:QUEUED err:0"), true, "7", NULL, NULL, NULL, NULL, "QUEUED", "0",
	  NULL, MESSAGE_STATE_NONE },
	{ "cut off in stat", TEXT_AND_LEN("id:7 sub:001 stat:DELI"), true, "7", "001", NULL, NULL, NULL, "DELI", NULL,
	  NULL, MESSAGE_STATE_DELIVERED },
	{ "UTF-16", TEXT_AND_LEN("\0i\0d\0:\0007\0 \0s\0t\0a\0t\0:\0D\0E\0L\0I\0V\0R\0D\0 \0t\0e\0x\0t\0:\x50\x5c\0!"),
	  true, "7", NULL, NULL, NULL, NULL, "DELIVRD", NULL, "停!", MESSAGE_STATE_DELIVERED },
	{ "UTF-16 of odd length", TEXT_AND_LEN("\0i\0d\0:\0007\0 \0s\0t\0a\0t\0:\0002\0"), true, "7", NULL, NULL, NULL,
	  NULL, "2", NULL, NULL, MESSAGE_STATE_DELIVERED },
	{ "a message from a phone", TEXT_AND_LEN("Is your id: 7 and the stat: ok?"), false, "7", NULL, NULL, NULL, NULL,
	  "ok?", NULL, NULL, MESSAGE_STATE_NONE },
	{ "id alone", TEXT_AND_LEN("id:7"), false, "7", NULL, NULL, NULL, NULL, NULL, NULL, NULL, MESSAGE_STATE_NONE },
	{ "words that begin like labels", TEXT_AND_LEN("idea:7 status:DELIVRD error:5"), false, NULL, NULL, NULL, NULL,
	  NULL, NULL, NULL, NULL, MESSAGE_STATE_NONE },
	{ "nothing", TEXT_AND_LEN(""), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, MESSAGE_STATE_NONE },
	{ "blanks", TEXT_AND_LEN(" \0\r\n"), false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	  MESSAGE_STATE_NONE },
};

static void expect_part(const char *row, const char *part, struct slice got, const char *want)
{
	cr_expect_eq(got.at != NULL, want != NULL, "%s: %s is %s", row, part, got.at ? "there" : "absent");
	if (got.at && want)
		cr_expect(slice_is(got, want), "%s: %s is “%.*s”, not “%s”", row, part, SLICE_ARG(got), want);
}

Test(smpp_receipt, variants)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		char *copy = (char *)golden_copy((const uint8_t *)row->text.at, row->text.len);
		struct smpp_receipt receipt;
		smpp_receipt_parse(SMPP_ALPHABET_GSM7, (struct slice){ copy, row->text.len }, 0, &receipt);
		cr_expect_eq(receipt.is_receipt, row->want_receipt, "%s", row->name);
		expect_part(row->name, "id", receipt.id, row->id);
		expect_part(row->name, "sub", receipt.sub, row->sub);
		expect_part(row->name, "dlvrd", receipt.dlvrd, row->dlvrd);
		expect_part(row->name, "submit_date", receipt.submit_date, row->submit_date);
		expect_part(row->name, "done_date", receipt.done_date, row->done_date);
		expect_part(row->name, "stat", receipt.stat, row->stat);
		expect_part(row->name, "err", receipt.err, row->err);
		if (row->rest || row->want_receipt)
			expect_part(row->name, "text", receipt.text, row->rest);
		cr_expect_eq(receipt.state, row->state, "%s: state %d", row->name, receipt.state);
		free(copy);
	}
}

Test(smpp_receipt, nuls_in_the_text_are_text)
{
	struct smpp_receipt receipt;
	smpp_receipt_parse(SMPP_ALPHABET_GSM7, SLICE("id:7 stat:DELIVRD text:a\0b\0\0"), 0, &receipt);
	cr_expect(slice_equal(receipt.text, SLICE("a\0b")), "%zu octets", receipt.text.len);
}

Test(smpp_receipt, states)
{
	static const struct {
		const char *stat;
		enum message_state want;
	} states[] = {
		{ "ENROUTE", MESSAGE_STATE_ENROUTE },
		{ "BUFFRED", MESSAGE_STATE_ENROUTE },
		{ "DELIVRD", MESSAGE_STATE_DELIVERED },
		{ "Delivered", MESSAGE_STATE_DELIVERED },
		{ "EXPIRED", MESSAGE_STATE_EXPIRED },
		{ "DELETED", MESSAGE_STATE_DELETED },
		{ "UNDELIV", MESSAGE_STATE_UNDELIVERABLE },
		{ "undeliverable", MESSAGE_STATE_UNDELIVERABLE },
		{ "FAILED", MESSAGE_STATE_UNDELIVERABLE },
		{ "ACCEPTD", MESSAGE_STATE_ACCEPTED },
		{ "ACKED", MESSAGE_STATE_ACCEPTED },
		{ "UNKNOWN", MESSAGE_STATE_UNKNOWN },
		{ "REJECTD", MESSAGE_STATE_REJECTED },
		{ "DND_REJECTED", MESSAGE_STATE_REJECTED },
		{ "SKIPPED", MESSAGE_STATE_SKIPPED },
		{ "EXP", MESSAGE_STATE_EXPIRED },
		{ "EX", MESSAGE_STATE_NONE },
		{ "DEL", MESSAGE_STATE_NONE },
		{ "DELE", MESSAGE_STATE_DELETED },
		{ "DELIVRDX", MESSAGE_STATE_NONE },
		{ "NOSUCH", MESSAGE_STATE_NONE },
		{ "", MESSAGE_STATE_NONE },
		{ "0", MESSAGE_STATE_ENROUTE },
		{ "1", MESSAGE_STATE_ENROUTE },
		{ "5", MESSAGE_STATE_UNDELIVERABLE },
		{ "08", MESSAGE_STATE_REJECTED },
		{ "009", MESSAGE_STATE_SKIPPED },
		{ "10", MESSAGE_STATE_NONE },
		{ "0002", MESSAGE_STATE_NONE },
	};
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		enum message_state state = smpp_receipt_state(slice_of(states[i].stat));
		cr_expect_eq(state, states[i].want, "%s: %d", states[i].stat, state);
	}
}

/* A message with a text; what else is in it the row sets. */
Test(smpp_receipt, recognition_and_tlvs)
{
	static const uint8_t error_code[] = { 3, 0x01, 0x02 };
	static const struct {
		const char *name;
		uint8_t esm_class;
		struct slice text;
		struct slice id;
		int message_state;
		const uint8_t *network_error_code;
		bool want_receipt;
		const char *want_id;
		enum message_state want_state;
		const char *want_err;
	} cases[] = {
		{ "type says so",
		  0x04,
		  SLICE("id:7 stat:DELIVRD err:001"),
		  { 0 },
		  -1,
		  NULL,
		  true,
		  "7",
		  MESSAGE_STATE_DELIVERED,
		  "001" },
		{ "type says so, with a UDH",
		  0x44,
		  SLICE("\x05\x00\x03\x01\x02\x01id:7 stat:DELIVRD"),
		  { 0 },
		  -1,
		  NULL,
		  true,
		  "7",
		  MESSAGE_STATE_DELIVERED,
		  NULL },
		{ "UDH longer than the text",
		  0x44,
		  SLICE("id:7 stat:DELIVRD"),
		  { 0 },
		  -1,
		  NULL,
		  true,
		  "7",
		  MESSAGE_STATE_DELIVERED,
		  NULL },
		{ "no type, but a text like one",
		  0x00,
		  SLICE("id:7 stat:DELIVRD"),
		  { 0 },
		  -1,
		  NULL,
		  true,
		  "7",
		  MESSAGE_STATE_DELIVERED,
		  NULL },
		{ "no type, TLV with the id", 0x00, SLICE("hello"), SLICE("9"), -1, NULL, true, "9", MESSAGE_STATE_NONE,
		  NULL },
		{ "no type, TLV with the state",
		  0x00,
		  { 0 },
		  { 0 },
		  2,
		  NULL,
		  true,
		  NULL,
		  MESSAGE_STATE_DELIVERED,
		  NULL },
		{ "TLVs beat the text", 0x04, SLICE("id:7 stat:DELIVRD err:001"), SLICE("0A\0\0"), 5, error_code, true,
		  "0A", MESSAGE_STATE_UNDELIVERABLE, "3:258" },
		{ "blank TLV does not", 0x04, SLICE("id:7 stat:DELIVRD"), SLICE(" \0"), -1, NULL, true, "7",
		  MESSAGE_STATE_DELIVERED, NULL },
		{ "SCHEDULED", 0x04, SLICE("id:7"), { 0 }, 0, NULL, true, "7", MESSAGE_STATE_ENROUTE, NULL },
		{ "unknown state",
		  0x04,
		  SLICE("id:7 stat:DELIVRD"),
		  { 0 },
		  77,
		  NULL,
		  true,
		  "7",
		  MESSAGE_STATE_NONE,
		  NULL },
		{ "intermediate",
		  0x20,
		  SLICE("id:7 stat:ENROUTE"),
		  { 0 },
		  -1,
		  NULL,
		  true,
		  "7",
		  MESSAGE_STATE_ENROUTE,
		  NULL },
		{ "intermediate is never final",
		  0x20,
		  SLICE("id:7 stat:UNDELIV"),
		  { 0 },
		  5,
		  NULL,
		  true,
		  "7",
		  MESSAGE_STATE_ENROUTE,
		  NULL },
		{ "message", 0x00, SLICE("TD"), { 0 }, -1, NULL, false, NULL, MESSAGE_STATE_NONE, NULL },
		{ "message with a UDH",
		  0x40,
		  SLICE("\x05\x00\x03\x01\x02\x01TD"),
		  { 0 },
		  -1,
		  NULL,
		  false,
		  NULL,
		  MESSAGE_STATE_NONE,
		  NULL },
		{ "delivery acknowledgement", 0x08, SLICE("ok"), SLICE("9"), -1, NULL, false, NULL, MESSAGE_STATE_NONE,
		  NULL },
		{ "user acknowledgement", 0x10, SLICE("ok"), { 0 }, -1, NULL, false, NULL, MESSAGE_STATE_NONE, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smpp_account account;
		smpp_account_init(&account);
		struct smpp_message message = { .esm_class = cases[i].esm_class,
						.text = cases[i].text,
						.receipted_message_id = cases[i].id,
						.message_state = cases[i].message_state,
						.network_error_code = cases[i].network_error_code };
		struct smpp_receipt receipt;
		bool is_receipt = smpp_receipt_read(&account, &message, &receipt);
		cr_expect_eq(is_receipt, cases[i].want_receipt, "%s", cases[i].name);
		if (!is_receipt)
			continue;
		expect_part(cases[i].name, "id", receipt.id, cases[i].want_id);
		expect_part(cases[i].name, "err", receipt.err, cases[i].want_err);
		cr_expect_eq(receipt.state, cases[i].want_state, "%s: %d", cases[i].name, receipt.state);
	}
}

/* The alphabet that the account has for data_coding, and carriers that write in another one than they say. */
Test(smpp_receipt, alphabets)
{
	enum { GSM7 = SMPP_ALPHABET_GSM7, PACKED = SMPP_ALPHABET_GSM7_PACKED, LATIN1 = SMPP_ALPHABET_LATIN1 };
	static const struct {
		const char *name;
		int default_alphabet;
		uint8_t esm_class;
		uint8_t data_coding;
		const char *hex;
		const char *want_id; /* NULL = no receipt */
		const char *want_stat;
		const char *want_text;
	} cases[] = {
		{ "GSM-7 unpacked", GSM7, 0x04, 0x00,
		  "69643a61113720737461743a44454c49565244206572723a30303020746578743a1b28051b65", "a_7", "DELIVRD",
		  "{é€" },
		{ "ASCII where GSM-7 is said", GSM7, 0x04, 0x00,
		  "69643a615f3720737461743a44454c49565244206572723a30303020746578743a4024", "a_7", "DELIVRD", "@$" },
		{ "GSM-7 with an octet that is none", GSM7, 0x04, 0x00,
		  "69643a3720737461743a44454c4956524420746578743aff", "7", "DELIVRD", "\xff" },
		{ "packed", PACKED, 0x04, 0x00, "69b22e1cb981e6f4305d472c32935629115496cb7530180c442fe3e9ba0d6a0f00",
		  "a_7", "DELIVRD", "{ä@" },
		{ "packed, and no type", PACKED, 0x00, 0x00,
		  "69b22e1cb981e6f4305d472c32935629115496cb7530180c442fe3e93a", "a_7", "DELIVRD", "" },
		{ "packed, and seven bits left", PACKED, 0x04, 0x00, "69b2ee069ad3c3741db1c84c5aa544504c36a3d51a", "7",
		  "DELIVRD", "12345" },
		{ "packed behind a header", PACKED, 0x44, 0x00,
		  "050003010201d2645d387203cde961ba8e586426ad5222a82c97eb603018885ec6d375e834", "a_7", "DELIVRD",
		  "hi" },
		{ "packed with a class", PACKED, 0x04, 0xf1,
		  "69b22e1cb981e6f4305d472c32935629115496cb7530180c442fe3e93a741a", "a_7", "DELIVRD", "hi" },
		{ "ASCII where packed is usual", PACKED, 0x04, 0x00,
		  "69643a615f3720737461743a44454c49565244206572723a30303020746578743a6869", "a_7", "DELIVRD", "hi" },
		{ "UTF-16 where packed is usual", PACKED, 0x04, 0x08,
		  "00690064003a0061005f003700200073007400610074003a00440045004c00490056005200440020006500720072003a0030"
		  "0030003000200074006500780074003a7535",
		  "a_7", "DELIVRD", "电" },
		{ "UTF-16 where packed is said", PACKED, 0x04, 0x00,
		  "00690064003a0061005f003700200073007400610074003a00440045004c00490056005200440020006500720072003a0030"
		  "0030003000200074006500780074003a00680069",
		  "a_7", "DELIVRD", "hi" },
		{ "packed with no room for a septet", PACKED, 0x00, 0x00, "", NULL, NULL, NULL },
		{ "no receipt", PACKED, 0x00, 0x00, "5422", NULL, NULL, NULL },
		{ "Latin-1", LATIN1, 0x04, 0x00,
		  "69643a615f3720737461743a44454c49565244206572723a30303020746578743ae95f", "a_7", "DELIVRD", "é_" },
		{ "Latin-1 by data_coding", GSM7, 0x04, 0x03,
		  "69643a615f3720737461743a44454c49565244206572723a30303020746578743ae9", "a_7", "DELIVRD", "é" },
		{ "UCS-2", GSM7, 0x04, 0x08,
		  "00690064003a0061005f003700200073007400610074003a00440045004c00490056005200440020006500720072003a0030"
		  "0030003000200074006500780074003a7535",
		  "a_7", "DELIVRD", "电" },
		{ "UCS-2, odd", GSM7, 0x04, 0x08,
		  "00690064003a0061005f003700200073007400610074003a00440045004c00490056005200440020006500720072003a0030"
		  "0030003000",
		  "a_7", "DELIVRD", NULL },
		{ "ASCII where UCS-2 is said", GSM7, 0x04, 0x08,
		  "69643a615f3720737461743a44454c49565244206572723a30303020746578743a6869", "a_7", "DELIVRD", "hi" },
		{ "ASCII where UCS-2 is said, and no state", GSM7, 0x04, 0x08,
		  "69643a615f37207375623a303031206572723a303030", "a_7", NULL, NULL },
		{ "ASCII where packed is usual, and no state", PACKED, 0x04, 0x00,
		  "69643a615f37207375623a303031206572723a303030", "a_7", NULL, NULL },
		{ "UTF-16 where GSM-7 is said", GSM7, 0x04, 0x00,
		  "00690064003a0061005f003700200073007400610074003a00440045004c00490056005200440020006500720072003a0030"
		  "0030003000200074006500780074003a00680069",
		  "a_7", "DELIVRD", "hi" },
		{ "GBK", GSM7, 0x04, 0x0f, "69643a615f3720737461743a44454c49565244206572723a30303020746578743ab5e7",
		  "a_7", "DELIVRD", "电" },
		{ "octets", GSM7, 0x04, 0x04, "69643a615f3720737461743a44454c49565244206572723a30303020746578743aff",
		  "a_7", "DELIVRD", "\xff" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(cases[i].hex, &len);
		struct smpp_account account;
		smpp_account_init(&account);
		account.default_alphabet = (enum smpp_alphabet)cases[i].default_alphabet;
		struct smpp_message message = { .esm_class = cases[i].esm_class,
						.data_coding = cases[i].data_coding,
						.text = { (const char *)octets, len },
						.message_state = SMPP_MESSAGE_STATE_ABSENT };
		struct smpp_receipt receipt;
		bool is_receipt = smpp_receipt_read(&account, &message, &receipt);
		cr_expect_eq(is_receipt, cases[i].want_id != NULL, "%s", cases[i].name);
		if (cases[i].want_id) {
			expect_part(cases[i].name, "id", receipt.id, cases[i].want_id);
			expect_part(cases[i].name, "stat", receipt.stat, cases[i].want_stat);
			expect_part(cases[i].name, "text", receipt.text, cases[i].want_text);
		}
		free(octets);
	}
}

Test(smpp_receipt, accepted)
{
	struct smpp_account account;
	smpp_account_init(&account);
	struct smpp_message message = { .text = SLICE("id:7 stat:ACCEPTD"),
					.message_state = SMPP_MESSAGE_STATE_ABSENT };
	struct smpp_receipt receipt;
	cr_assert(smpp_receipt_read(&account, &message, &receipt));
	cr_expect_eq(receipt.state, MESSAGE_STATE_ACCEPTED);
	account.is_accepted_final = true;
	cr_assert(smpp_receipt_read(&account, &message, &receipt));
	cr_expect_eq(receipt.state, MESSAGE_STATE_DELIVERED);
	message.esm_class = SMPP_ESM_TYPE_INTERMEDIATE;
	cr_assert(smpp_receipt_read(&account, &message, &receipt));
	cr_expect_eq(receipt.state, MESSAGE_STATE_ENROUTE);
}

/* Of a text that is rewritten only the front is read; what lies there counts. */
Test(smpp_receipt, the_longest)
{
	static const enum smpp_alphabet alphabets[] = { SMPP_ALPHABET_GSM7, SMPP_ALPHABET_LATIN1, SMPP_ALPHABET_UCS2,
							SMPP_ALPHABET_GB18030, SMPP_ALPHABET_NONE };
	static char octets[65535];
	memset(octets, 0xE9, sizeof octets);
	memcpy(octets, "id:7 stat:DELIVRD text:", 23);
	for (size_t i = 0; i < sizeof alphabets / sizeof alphabets[0]; i++) {
		struct smpp_receipt receipt;
		smpp_receipt_parse(alphabets[i], (struct slice){ octets, sizeof octets }, 0, &receipt);
		cr_expect(receipt.is_receipt && slice_is(receipt.id, "7"), "alphabet %d", alphabets[i]);
	}
	memset(octets, 0xFF, sizeof octets);
	struct smpp_receipt receipt;
	smpp_receipt_parse(SMPP_ALPHABET_GSM7_PACKED, (struct slice){ octets, sizeof octets }, 0, &receipt);
	cr_expect_not(receipt.is_receipt);
}
