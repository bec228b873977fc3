/* SPDX-License-Identifier: Apache-2.0 */

/* query_sm, SMPP 3.4 §4.8.1. libsmpp34 knows no TLV in it, as the specification has none: it reads what is in front of ours. */

#include "smpp34_peer.h"
#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_tlv.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define RANDOM_QUERIES 1000
#define TLV_OCTETS     (SMPP_TLV_HEAD_OCTETS + 2)

static void check_query(const char *name, const char *source, uint8_t ton, uint8_t npi, uint16_t user_reference,
			uint32_t number)
{
	struct smpp_account account;
	smpp_account_init(&account);
	account.system_id = "s";
	account.source_addr = source;
	account.source_addr_ton = ton;
	account.source_addr_npi = npi;
	cr_assert_eq(smpp_account_prepare(&account, NULL), ERR_OK, "%s", name);
	uint8_t room[128];
	struct buf out = buf_over(room, sizeof room);
	smpp_dialect.write_query(&account, number, user_reference, &out);
	cr_assert(!out.full && out.len > TLV_OCTETS, "%s", name);
	const uint8_t *tlv = room + out.len - TLV_OCTETS;
	const uint8_t want_tlv[TLV_OCTETS] = {
		0x02, 0x04, 0, 2, (uint8_t)(user_reference >> 8), (uint8_t)user_reference
	};
	cr_expect_arr_eq(tlv, want_tlv, TLV_OCTETS, "%s", name);
	cr_expect_eq(room[3], out.len, "%s: command_length", name);

	static union smpp34_pdu got;
	out.len -= TLV_OCTETS;
	room[3] = (uint8_t)out.len;
	smpp34_read(buf_slice(&out), name, &got);
	query_sm_t want = {
		.command_length = (uint32_t)out.len,
		.command_id = QUERY_SM,
		.sequence_number = number,
		.source_addr_ton = ton,
		.source_addr_npi = npi,
	};
	smpp34_put_text(want.source_addr, sizeof want.source_addr, source);
	const char *field = smpp34_query_difference(&got.query, &want);
	cr_expect_null(field, "%s: %s", name, field);
}

Test(smpp34, query_sm)
{
	check_query("nothing that can be left out", "", 0, 0, 1, 1);
	check_query("the longest source", "12345678901234567890", 6, 18, 65535, SMPP34_NUMBER_MAX);
	check_query("letters", "ABCDEFGHIJK", 5, 0, 256, 2);
	smpp34_begin_random();
	for (unsigned i = 0; i < RANDOM_QUERIES; i++) {
		char name[SMPP34_TEXT_OCTETS_MAX], source[SMPP34_TEXT_OCTETS_MAX];
		uint8_t ton = (uint8_t)smpp34_below(SMPP34_TON_COUNT);
		snprintf(name, sizeof name, "seed %u, query_sm %u", SMPP34_SEED, i);
		smpp34_random_text(source, 0, ton == 5 ? 11 : 20, ' ', '~');
		check_query(name, source, ton, smpp34_random_plan(), (uint16_t)(1 + smpp34_below(65535)),
			    1 + smpp34_below(SMPP34_NUMBER_MAX));
	}
}
