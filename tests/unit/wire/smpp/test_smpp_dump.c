/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_dump.h"

#include "unit/wire/smpp/golden.h"

#include <criterion/criterion.h>

static char memory[1 << 19];

/* The dump of a PDU, NUL-terminated; valid until the next one. */
static const char *dump(const char *hex)
{
	size_t len;
	uint8_t *octets = golden_octets(hex, &len);
	struct buf out = buf_over(memory, sizeof memory - 1);
	cr_assert_eq(smpp_dump(octets, len, &out), ERR_OK);
	memory[out.len] = '\0';
	free(octets);
	return memory;
}

Test(smpp_dump, every_pdu)
{
	for (size_t i = 0; i < golden_pdu_count; i++) {
		const struct golden *row = &golden_pdus[i];
		cr_expect_str_eq(dump(row->hex), row->json, "%s", row->name);
	}
	cr_assert_geq(golden_pdu_count, 33u);
}

Test(smpp_dump, what_is_no_pdu)
{
	static const struct golden rows[] = {
		{ "nothing", "", "{\"error\":\"A PDU has at least 16 octets, these are 0\",\"offset\":0}" },
		{ "half a header", "00000010 00000015 0000",
		  "{\"error\":\"A PDU has at least 16 octets, these are 10\",\"offset\":10}" },
		{ "length below a header", "0000000f 00000015 00000000 00000001",
		  "{\"error\":\"command_length is 15, but must be between 16 and 131072\",\"offset\":0}" },
		{ "length beyond all bounds", "ffffffff 00000015 00000000 00000001",
		  "{\"error\":\"command_length is 4294967295, but must be between 16 and 131072\",\"offset\":0}" },
		{ "cut off", "00000015 80000004 00000000 00000001 3132",
		  "{\"error\":\"command_length is 21, but the octets end after 18\",\"offset\":18}" },
		{ "two in one", "00000010 00000015 00000000 00000001 00000010",
		  "{\"error\":\"command_length is 16, but 4 octets follow behind that\",\"offset\":16}" },
		{ "unknown command", "00000010 000000ff 00000000 00000001",
		  "{\"error\":\"command_id 0x000000FF is unknown\",\"offset\":4}" },
		{ "request without a body", "00000010 00000004 00000000 00000001",
		  "{\"error\":\"The PDU ends before service_type\",\"offset\":16}" },
		{ "ends in the numbers", "00000012 00000004 00000000 00000001 00 01",
		  "{\"error\":\"The PDU ends before source_addr_npi\",\"offset\":18}" },
		{ "no NUL", "00000015 0000000b 00000000 00000001 534d534331",
		  "{\"error\":\"system_id has no NUL within its limit of 16 octets\",\"offset\":16}" },
		{ "sm_length beyond the PDU",
		  "00000023 00000004 00000000 00000001 00 0000 00 0101 00 00 00 00 00 00 00 00 00 00 05 6869",
		  "{\"error\":\"The octet before short_message says that it has 5 octets, but the PDU has only 2 "
		  "left\",\"offset\":32}" },
		{ "destinations cut off", "0000001c 00000021 00000000 00000001 00 0000 00 02 01 01 01 3100 0102 ",
		  "{\"error\":\"Entry 2 of the 2 of dest_address is malformed or cut off\",\"offset\":26}" },
		{ "unknown dest_flag", "0000001a 00000021 00000000 00000001 00 0000 00 01 03 0101 3100",
		  "{\"error\":\"Entry 1 of the 1 of dest_address is malformed or cut off\",\"offset\":21}" },
		{ "failures cut off", "00000019 80000021 00000000 00000001 3100 01 01 01 3100 0000",
		  "{\"error\":\"Entry 1 of the 1 of unsuccess_sme is malformed or cut off\",\"offset\":19}" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_str_eq(dump(rows[i].hex), rows[i].json, "%s", rows[i].name);
}

#define RESP(name, status) \
	"{\"command\":\"" name "\",\"command_id\":2147483652,\"command_status\":" status ",\"sequence_number\":1,"

Test(smpp_dump, what_is_tolerated_is_said)
{
	static const struct golden rows[] = {
		{ "id without its NUL", "00000013 80000004 00000000 00000001 313233",
		  RESP("submit_sm_resp", "0") "\"fields\":{\"message_id\":\"123\"},\"tlvs\":[],"
					      "\"error\":\"message_id has no NUL behind it\",\"offset\":16}" },
		{ "half a TLV", "00000017 80000004 00000000 00000001 3100 0424 0003 31",
		  RESP("submit_sm_resp", "0") "\"fields\":{\"message_id\":\"1\"},\"tlvs\":[],"
					      "\"error\":\"The last 5 octets are no whole TLV\",\"offset\":18}" },
		{ "TLV of a wrong length", "00000018 80000004 00000000 00000001 3100 0427 0002 0203",
		  RESP("submit_sm_resp", "0") "\"fields\":{\"message_id\":\"1\"},\"tlvs\":[{\"tag\":1063,\"name\":"
					      "\"message_state\",\"hex\":\"0203\"}],\"error\":\"A TLV message_state "
					      "cannot have 2 octets\",\"offset\":18}" },
		{ "octets behind a header that stands alone", "00000011 00000015 00000000 00000001 00",
		  "{\"command\":\"enquire_link\",\"command_id\":21,\"command_status\":0,\"sequence_number\":1,"
		  "\"fields\":{},\"tlvs\":[],\"error\":\"The last 1 octets are no whole TLV\",\"offset\":16}" },
		{ "string over its limit", "0000001b 0000000b 00000000 00000001 00 61626364656667686900",
		  "{\"command\":\"outbind\",\"command_id\":11,\"command_status\":0,\"sequence_number\":1,\"fields\":"
		  "{\"system_id\":\"\",\"password\":\"abcdefghi\"},\"tlvs\":[],\"error\":\"password has 10 octets "
		  "with its NUL, the limit is 9\",\"offset\":17}" },
		{ "text that is no text", "00000014 80000004 00000000 00000001 22ff0700",
		  RESP("submit_sm_resp", "0") "\"fields\":{\"message_id\":\"\\\"\xEF\xBF\xBD\\u0007\"},\"tlvs\":[]}" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_str_eq(dump(rows[i].hex), rows[i].json, "%s", rows[i].name);
}

Test(smpp_dump, no_room)
{
	size_t len;
	uint8_t *octets = golden_octets(golden_pdus[0].hex, &len);
	size_t need = strlen(golden_pdus[0].json);
	for (size_t cap = 0; cap <= need; cap++) {
		char *room = malloc(cap ? cap : 1);
		struct buf out = buf_over(room, cap);
		enum err err = smpp_dump(octets, len, &out);
		cr_expect_eq(err, cap < need ? ERR_FULL : ERR_OK, "room for %zu of %zu octets", cap, need);
		free(room);
	}
	free(octets);
}
