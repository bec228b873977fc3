/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_message.h"

#include "unit/wire/smpp/golden.h"

#include <criterion/criterion.h>

#define HEAD "00000000 00000005 00000000 00000001 "
#define DATA "00000000 00000103 00000000 00000001 "
#define A21  "414141414141414141414141414141414141414141"
#define A64                                                                \
	"4141414141414141414141414141414141414141414141414141414141414141" \
	"4141414141414141414141414141414141414141414141414141414141414141"
#define A256    A64 A64 A64 A64
#define NUMBERS "00 0101 3836313300 0001 313000 04 00 00 00 00 00 00 08 00 "

Test(smpp_message, statuses)
{
	static const struct {
		const char *name;
		const char *hex;
		enum smpp_status_code want;
		const char *want_text; /* hex; where the status is ROK */
		const char *want_note; /* NULL = none */
	} rows[] = {
		{ "whole", HEAD NUMBERS "02 6869", SMPP_STATUS_ROK, "6869", NULL },
		{ "NULs in the text", HEAD NUMBERS "03 610062", SMPP_STATUS_ROK, "610062", NULL },
		{ "text in a TLV", HEAD NUMBERS "00 0424 0002 6869", SMPP_STATUS_ROK, "6869", NULL },
		{ "text twice", HEAD NUMBERS "01 61 0424 0002 6869", SMPP_STATUS_ROK, "61", NULL },
		{ "header only", HEAD, SMPP_STATUS_RINVCMDLEN, NULL, NULL },
		{ "service_type without NUL", HEAD "434d54", SMPP_STATUS_RINVSERTYP, NULL, NULL },
		{ "ends in the source's numbers", HEAD "00 01", SMPP_STATUS_RINVCMDLEN, NULL, NULL },
		{ "ends before the source", HEAD "00 0101", SMPP_STATUS_RINVCMDLEN, NULL, NULL },
		{ "source without NUL", HEAD "00 0101 3836", SMPP_STATUS_RINVSRCADR, NULL, NULL },
		{ "destination without NUL", HEAD "00 0101 3800 0001 3130", SMPP_STATUS_RINVDSTADR, NULL, NULL },
		{ "schedule without NUL", HEAD "00 0101 3800 0001 3100 04 0000 32", SMPP_STATUS_RINVSCHED, NULL, NULL },
		{ "validity without NUL", HEAD "00 0101 3800 0001 3100 04 0000 00 32", SMPP_STATUS_RINVEXPIRY, NULL,
		  NULL },
		{ "ends before sm_length", HEAD "00 0101 3800 0001 3100 04 0000 00 00 00 00 08 00",
		  SMPP_STATUS_RINVCMDLEN, NULL, NULL },
		{ "sm_length beyond the PDU", HEAD NUMBERS "05 6869", SMPP_STATUS_RINVMSGLEN, NULL, NULL },
		{ "source over its limit", HEAD "00 0101 " A21 "00 0001 3100 04 00 00 00 00 00 00 08 00 01 61",
		  SMPP_STATUS_ROK, "61", "string over its limit" },
		{ "source over all limits", HEAD "00 0101 " A256 "00 0001 3100 04 00 00 00 00 00 00 08 00 01 61",
		  SMPP_STATUS_RINVSRCADR, NULL, NULL },
		{ "half a TLV", HEAD NUMBERS "01 61 0424 00", SMPP_STATUS_ROK, "61",
		  "octets behind the last whole TLV" },
		{ "message_state of 2 octets", HEAD NUMBERS "01 61 0427 0002 0202", SMPP_STATUS_ROK, "61",
		  "message_state of a wrong length" },
		{ "user_message_reference of 1 octet", HEAD NUMBERS "01 61 0204 0001 02", SMPP_STATUS_ROK, "61",
		  "user_message_reference of a wrong length" },
		{ "network_error_code of 2 octets", HEAD NUMBERS "01 61 0423 0002 0202", SMPP_STATUS_ROK, "61",
		  "network_error_code of a wrong length" },
		{ "sar_msg_ref_num of 1 octet", HEAD NUMBERS "01 61 020c 0001 02", SMPP_STATUS_ROK, "61",
		  "a sar_ TLV of a wrong length" },
		{ "data_sm", DATA "00 0101 " A21 "00 0001 313000 04 00 08 0424 0001 61", SMPP_STATUS_ROK, "61", NULL },
		{ "data_sm without text", DATA "00 0101 3800 0001 313000 04 00 08", SMPP_STATUS_ROK, "", NULL },
		{ "data_sm cut off", DATA "00 0101 3800 0001 313000 04 00", SMPP_STATUS_RINVCMDLEN, NULL, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		struct smpp_message message;
		enum smpp_status_code status = smpp_message_read(octets, len, &message);
		cr_expect_eq(status, rows[i].want, "%s: 0x%x", rows[i].name, status);
		if (rows[i].want_text) {
			cr_expect_str_eq(golden_hex(message.text), rows[i].want_text, "%s", rows[i].name);
			cr_expect(slice_equal(slice_of(message.note), slice_of(rows[i].want_note)), "%s: %s",
				  rows[i].name, message.note ? message.note : "no note");
			cr_expect_eq(message.esm_class, 4, "%s", rows[i].name);
			cr_expect_eq(message.data_coding, 8, "%s", rows[i].name);
		}
		free(octets);
	}
}

Test(smpp_message, of_a_repeated_tlv_the_first_counts)
{
	size_t len;
	uint8_t *octets = golden_octets(
		HEAD NUMBERS "00 001e0002 3100 001e0002 3200 04270001 02 04270001 05 "
			     "04230003 030001 04230003 030002 04240001 61 04240001 62 02040002 0201 02040002 0301 "
			     "020c0002 0102 020c0002 0103 020e0001 03 020e0001 04 020f0001 01 020f0001 02",
		&len);
	struct smpp_message message;
	cr_assert_eq(smpp_message_read(octets, len, &message), SMPP_STATUS_ROK);
	cr_expect_eq(message.receipted_message_id.at[0], '1');
	cr_expect_eq(message.message_state, 2);
	cr_expect_eq(message.network_error_code[2], 1);
	cr_expect_eq(message.user_message_reference, 0x0201);
	cr_expect_eq(message.sar_reference, 0x0102);
	cr_expect_eq(message.sar_total, 3);
	cr_expect_eq(message.sar_part, 1);
	cr_expect_str_eq(golden_hex(message.text), "61");
	cr_expect(slice_is(message.source_addr, "8613"));
	cr_expect(slice_is(message.destination_addr, "10"));
	free(octets);
}
