/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_query.h"

#include "unit/wire/smpp/golden.h"
#include "wire/smpp/smpp_pdu.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define A64                                                                                                  \
	"41414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141" \
	"414141414141414141414141414141"

Test(smpp_query, written)
{
	static const struct {
		const char *name;
		const char *source;
		uint8_t ton, npi;
		uint16_t user_reference;
		const char *want; /* behind the header */
	} rows[] = {
		{ "a short code", "10690001", 0, 1, 0x1234, "00 00 01 313036393030303100 0204 0002 1234" },
		{ "letters", "HONGYAN", 5, 0, 1, "00 05 00 484f4e4759414e00 0204 0002 0001" },
		{ "the SMSC's sender", "", 0, 0, 65535, "00 00 00 00 0204 0002 ffff" },
		{ "the longest", "12345678901234567890", 1, 1, 256,
		  "00 01 01 313233343536373839303132333435363738393000 0204 0002 0100" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smpp_account account;
		smpp_account_init(&account);
		account.system_id = "s";
		account.source_addr = rows[i].source;
		account.source_addr_ton = rows[i].ton;
		account.source_addr_npi = rows[i].npi;
		cr_assert_eq(smpp_account_prepare(&account, NULL), ERR_OK);
		char octets[128], want[256];
		struct buf out = buf_over(octets, sizeof octets);
		smpp_query_write(&account, 0x01020304, rows[i].user_reference, &out);
		cr_assert_not(out.full);
		snprintf(want, sizeof want, "%08x 00000003 00000000 01020304 %s", (unsigned)out.len, rows[i].want);
		cr_expect_str_eq(golden_hex(buf_slice(&out)), golden_plain(want), "%s", rows[i].name);
		size_t len = out.len;
		for (size_t cap = 0; cap < len; cap++) {
			out = buf_over(octets, cap);
			smpp_query_write(&account, 1, 1, &out);
			cr_expect(out.full && out.len == 0, "%s, room for %zu", rows[i].name, cap);
		}
	}
}

Test(smpp_query, read)
{
	static const struct {
		const char *name;
		uint32_t status;
		const char *body;
		enum query_answer want;
		const char *want_ref;
		enum message_state want_state;
		const char *want_note;
	} rows[] = {
		{ "on its way", 0, "6d3100 00 01 00", QUERY_FOUND, "m1", MESSAGE_STATE_ENROUTE, NULL },
		{ "scheduled", 0, "6d3100 00 00 00", QUERY_FOUND, "m1", MESSAGE_STATE_ENROUTE, NULL },
		{ "delivered", 0, "6d3100 32363131323530303030303030303000 02 00", QUERY_FOUND, "m1",
		  MESSAGE_STATE_DELIVERED, NULL },
		{ "expired", 0, "6d3100 00 03 00", QUERY_FOUND, "m1", MESSAGE_STATE_EXPIRED, NULL },
		{ "undeliverable", 0, "6d3100 00 05 01", QUERY_FOUND, "m1", MESSAGE_STATE_UNDELIVERABLE, NULL },
		{ "accepted", 0, "6d3100 00 06 00", QUERY_FOUND, "m1", MESSAGE_STATE_ACCEPTED, NULL },
		{ "rejected", 0, "6d3100 00 08 00", QUERY_FOUND, "m1", MESSAGE_STATE_REJECTED, NULL },
		{ "TLVs behind", 0, "6d3100 00 06 00 0204 0002 0001", QUERY_FOUND, "m1", MESSAGE_STATE_ACCEPTED, NULL },
		{ "the longest id", 0, A64 "00 00 06 00", QUERY_FOUND,
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", MESSAGE_STATE_ACCEPTED, NULL },
		{ "a longer id", 0, A64 "4100 00 06 00", QUERY_LATER, "", MESSAGE_STATE_ACCEPTED,
		  "query_sm_resp with a message_id of more than 64 octets" },
		{ "an unknown state", 0, "6d3100 00 07 00", QUERY_LATER, "", MESSAGE_STATE_UNKNOWN,
		  "query_sm_resp without a state" },
		{ "no state that is listed", 0, "6d3100 00 63 00", QUERY_LATER, "", MESSAGE_STATE_NONE,
		  "query_sm_resp without a state" },
		{ "no id", 0, "00 00 06 00", QUERY_LATER, "", MESSAGE_STATE_ACCEPTED,
		  "query_sm_resp without a message_id" },
		{ "no body", 0, "", QUERY_LATER, "", MESSAGE_STATE_NONE, "query_sm_resp that is cut off" },
		{ "an id alone", 0, "6d3100", QUERY_LATER, "", MESSAGE_STATE_NONE, "query_sm_resp that is cut off" },
		{ "no error_code", 0, "6d3100 00 06", QUERY_LATER, "", MESSAGE_STATE_NONE,
		  "query_sm_resp that is cut off" },
		{ "RQUERYFAIL", 0x67, "", QUERY_ABSENT, "", MESSAGE_STATE_NONE, NULL },
		{ "RINVMSGID, with a body", 0x0C, "6d3100 00 06 00", QUERY_ABSENT, "", MESSAGE_STATE_NONE, NULL },
		{ "RINVCMDID", 0x03, "", QUERY_UNSUPPORTED, "", MESSAGE_STATE_NONE, NULL },
		{ "RINVCMDLEN", 0x02, "", QUERY_UNSUPPORTED, "", MESSAGE_STATE_NONE, NULL },
		{ "RINVTLVSTREAM", 0xC0, "", QUERY_UNSUPPORTED, "", MESSAGE_STATE_NONE, NULL },
		{ "RTLVNOTALLWD", 0xC1, "", QUERY_UNSUPPORTED, "", MESSAGE_STATE_NONE, NULL },
		{ "RPROHIBITED", 0x101, "", QUERY_UNSUPPORTED, "", MESSAGE_STATE_NONE, NULL },
		{ "RTHROTTLED", 0x58, "", QUERY_LATER, "", MESSAGE_STATE_NONE, NULL },
		{ "a vendor's own", 0x401, "", QUERY_LATER, "", MESSAGE_STATE_NONE, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char hex[512];
		size_t len;
		snprintf(hex, sizeof hex, "00000000 80000003 %08x 00000009 %s", (unsigned)rows[i].status, rows[i].body);
		uint8_t *octets = golden_octets(hex, &len);
		struct frame frame = { 0 };
		smpp_query_read(octets, len, rows[i].status, &frame);
		cr_expect_eq(frame.kind, FRAME_QUERY_ANSWER, "%s", rows[i].name);
		cr_expect_eq(frame.query, rows[i].want, "%s: %d", rows[i].name, frame.query);
		cr_expect(slice_is(frame.outcome.carrier_ref, rows[i].want_ref), "%s: “%.*s”", rows[i].name,
			  SLICE_ARG(frame.outcome.carrier_ref));
		cr_expect_eq(frame.receipt.state, rows[i].want_state, "%s: %d", rows[i].name, frame.receipt.state);
		cr_expect(slice_equal(slice_of(frame.note), slice_of(rows[i].want_note)), "%s: %s", rows[i].name,
			  frame.note);
		free(octets);
	}
}
