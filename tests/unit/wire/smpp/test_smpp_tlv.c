/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_tlv.h"

#include "unit/wire/smpp/golden.h"

#include <criterion/criterion.h>

Test(smpp_tlv, names_and_lengths)
{
	static const struct {
		uint16_t tag;
		const char *want_name; /* NULL = unlisted */
		size_t len;
		bool want_allowed;
	} rows[] = {
		{ 0x0424, "message_payload", 0, true },
		{ 0x0424, "message_payload", 65535, true },
		{ 0x001E, "receipted_message_id", 65, true },
		{ 0x001E, "receipted_message_id", 66, false },
		{ 0x0427, "message_state", 1, true },
		{ 0x0427, "message_state", 0, false },
		{ 0x0427, "message_state", 2, false },
		{ 0x0423, "network_error_code", 3, true },
		{ 0x020C, "sar_msg_ref_num", 2, true },
		{ 0x020C, "sar_msg_ref_num", 1, false },
		{ 0x0210, "sc_interface_version", 1, true },
		{ 0x130C, "alert_on_message_delivery", 0, true },
		{ 0x0613, "dest_addr_np_country", 5, true },
		{ 0x1400, NULL, 9, true },
		{ 0x0000, NULL, 0, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = smpp_tlv_name(rows[i].tag);
		cr_expect(slice_equal(slice_of(name), slice_of(rows[i].want_name)), "0x%04x is %s", rows[i].tag,
			  name ? name : "unlisted");
		cr_expect_eq(smpp_tlv_allows_len(rows[i].tag, rows[i].len), rows[i].want_allowed, "0x%04x, %zu octets",
			     rows[i].tag, rows[i].len);
	}
}

Test(smpp_tlv, walk)
{
	static const struct {
		const char *name;
		const char *hex;
		unsigned want_count;
		size_t want_left;
	} rows[] = {
		{ "nothing", "", 0, 0 },
		{ "one without a value", "130c0000", 1, 0 },
		{ "two", "04270001 02 0424 0003 616263", 2, 0 },
		{ "tag cut off", "04270001 02 04", 1, 1 },
		{ "length cut off", "04270001 02 042400", 1, 3 },
		{ "value cut off", "04270001 02 0424 0003 6162", 1, 6 },
		{ "length of 65535", "0424ffff 61", 0, 5 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len;
		uint8_t *octets = golden_octets(rows[i].hex, &len);
		struct octets tail = octets_over(octets, len);
		struct smpp_tlv tlv;
		unsigned count = 0;
		while (smpp_tlv_next(&tail, &tlv))
			count++;
		cr_expect_eq(count, rows[i].want_count, "%s: %u", rows[i].name, count);
		cr_expect_eq(octets_left(&tail), rows[i].want_left, "%s: %zu left", rows[i].name, octets_left(&tail));
		free(octets);
	}
}
