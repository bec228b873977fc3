/* SPDX-License-Identifier: Apache-2.0 */

/* submit_sm, SMPP 3.4 §4.4.1, with all that an account may set and all ways of a text. */

#include "smpp34_peer.h"
#include "wire/smpp/smpp_dialect.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

#define RANDOM_SUBMITS 6000
#define NOW            1770940800123
#define PAYLOAD_MAX    MAX_TLV_SIZE
#define SHORT_TEXT_MAX 254
#define RELATIVE_DAYS  32
#define TLVS_MAX       5

/* What a submit_sm is made of. */
struct given {
	const char *name;
	const char *service_type, *source_addr, *to, *cut;
	uint8_t source_ton, source_npi, dest_ton, dest_npi;
	uint8_t priority, registered, coding_gsm7, coding_ucs2, coding_latin1;
	enum smpp_validity validity;
	int8_t quarters;
	bool sends_reference, wants_receipt, has_udh;
	enum concat concat;
	enum encoding encoding;
	uint16_t octets_len, reference;
	uint16_t asked_by;            /* what a question would name; 0: there is none */
	const char *septets, *packed; /* of a text that is packed: an octet each, and as it goes */
	uint8_t index, total;
	int64_t expires_in; /* ms; 0 = never */
};

/* Every octet there is, from any offset. */
static const uint8_t *text_of(uint32_t number)
{
	static uint8_t octets[PAYLOAD_MAX + 512];
	if (octets[1] == 0) {
		for (size_t i = 0; i < sizeof octets; i++)
			octets[i] = (uint8_t)i;
	}
	return octets + number % 256;
}

/* validity_period, SMPP 3.4 §7.1.1. */
static void put_validity(const struct given *given, uint8_t *at)
{
	if (given->expires_in == 0 || given->validity == SMPP_VALIDITY_NONE)
		return;
	if (given->validity == SMPP_VALIDITY_RELATIVE) {
		int64_t seconds = given->expires_in / 1000;
		seconds = seconds < 1 ? 1 : seconds;
		seconds = seconds >= RELATIVE_DAYS * 86400 ? RELATIVE_DAYS * 86400 - 1 : seconds;
		snprintf((char *)at, TIME_LENGTH, "0000%02d%02d%02d%02d000R", (int)(seconds / 86400),
			 (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60), (int)(seconds % 60));
		return;
	}
	int64_t expires_at = NOW + given->expires_in;
	time_t local = expires_at / 1000 + given->quarters * 900;
	struct tm broken;
	gmtime_r(&local, &broken);
	size_t len = strftime((char *)at, TIME_LENGTH, "%y%m%d%H%M%S", &broken);
	snprintf((char *)at + len, TIME_LENGTH - len, "%d%02d%c", (int)(expires_at / 100 % 10),
		 abs(given->quarters) % 100, given->quarters < 0 ? '-' : '+');
}

static const uint8_t *octets_of(const struct given *given, uint32_t number)
{
	return given->septets ? (const uint8_t *)given->septets : text_of(number);
}

static uint8_t want_coding(const struct given *given)
{
	if (given->encoding == ENCODING_LATIN1)
		return given->coding_latin1;
	return given->encoding == ENCODING_UCS2 ? given->coding_ucs2 : given->coding_gsm7;
}

static void want_submit(const struct given *given, uint32_t number, submit_sm_t *want)
{
	size_t cut = given->cut ? strlen(given->cut) : 0;
	bool is_cut = cut < strlen(given->to) && strncmp(given->to, given->cut ? given->cut : "", cut) == 0;
	bool is_payload = given->concat == CONCAT_PAYLOAD || given->octets_len > SHORT_TEXT_MAX;
	*want = (submit_sm_t){
		.command_id = SUBMIT_SM,
		.sequence_number = number,
		.source_addr_ton = given->source_ton,
		.source_addr_npi = given->source_npi,
		.dest_addr_ton = given->dest_ton,
		.dest_addr_npi = given->dest_npi,
		.esm_class = given->has_udh ? SMPP34_UDHI_IND : 0,
		.priority_flag = given->priority,
		.registered_delivery = given->wants_receipt ? given->registered : 0,
		.data_coding = want_coding(given),
		.sm_length = is_payload ? 0 : (uint8_t)given->octets_len,
	};
	smpp34_put_text(want->service_type, sizeof want->service_type, given->service_type);
	smpp34_put_text(want->source_addr, sizeof want->source_addr, given->source_addr);
	smpp34_put_text(want->destination_addr, sizeof want->destination_addr, given->to + (is_cut ? cut : 0));
	put_validity(given, want->validity_period);
	if (given->packed)
		want->sm_length = (uint8_t)strlen(given->packed);
	memcpy(want->short_message, given->packed ? (const uint8_t *)given->packed : text_of(number), want->sm_length);
}

struct want_tlv {
	uint16_t tag, len;
	uint16_t number;       /* of one or two octets */
	const uint8_t *octets; /* NULL: a number */
};

static unsigned want_tlvs(const struct given *given, uint32_t number, const struct submit *submit,
			  struct want_tlv want[TLVS_MAX])
{
	unsigned count = 0;
	if (given->concat == CONCAT_PAYLOAD || given->octets_len > SHORT_TEXT_MAX)
		want[count++] = (struct want_tlv){ TLVID_message_payload, given->octets_len, 0, text_of(number) };
	if (given->concat == CONCAT_SAR && given->total > 1) {
		want[count++] = (struct want_tlv){ TLVID_sar_msg_ref_num, 2, given->reference, NULL };
		want[count++] = (struct want_tlv){ TLVID_sar_total_segments, 1, given->total, NULL };
		want[count++] = (struct want_tlv){ TLVID_sar_segment_seqnum, 1, given->index, NULL };
	}
	uint16_t user_reference = given->sends_reference ? submit_user_reference(&submit->key) : given->asked_by;
	if (user_reference != 0)
		want[count++] = (struct want_tlv){ TLVID_user_message_reference, 2, user_reference, NULL };
	return count;
}

static bool is_tlv(const tlv_t *got, const struct want_tlv *want)
{
	if (got->tag != want->tag || got->length != want->len)
		return false;
	if (want->octets)
		return memcmp(got->value.octet, want->octets, want->len) == 0;
	return (want->len == 1 ? got->value.val08 : got->value.val16) == want->number;
}

static void check_tlvs(const char *name, tlv_t *list, const struct want_tlv *want, unsigned count)
{
	unsigned got_count = 0;
	tlv_t *got;
	smpp34_tlv_for_each(got, list)
	{
		unsigned i = 0;
		while (i < count && !is_tlv(got, &want[i]))
			i++;
		cr_expect_lt(i, count, "%s: TLV %04x of %u octets", name, got->tag, got->length);
		got_count++;
	}
	cr_expect_eq(got_count, count, "%s: %u TLVs, wants %u", name, got_count, count);
}

static void check_submit(const struct given *given, uint32_t number)
{
	struct smpp_account account;
	struct err_at at;
	smpp_account_init(&account);
	account.system_id = "s";
	account.service_type = given->service_type;
	account.source_addr = given->source_addr;
	account.source_addr_ton = given->source_ton;
	account.source_addr_npi = given->source_npi;
	account.dest_addr_ton = given->dest_ton;
	account.dest_addr_npi = given->dest_npi;
	account.dest_prefix_cut = given->cut;
	account.priority_flag = given->priority;
	account.registered_delivery = given->registered;
	account.data_coding_gsm7 = given->coding_gsm7;
	account.data_coding_ucs2 = given->coding_ucs2;
	account.data_coding_latin1 = given->coding_latin1;
	account.is_gsm7_packed = given->packed != NULL;
	account.validity = given->validity;
	account.validity_utc_quarters = given->quarters;
	account.sends_reference = given->sends_reference;
	cr_assert_eq(smpp_account_prepare(&account, &at), ERR_OK, "%s: %s", given->name, at.text);
	struct msisdn to = { .len = (uint8_t)strlen(given->to) };
	memcpy(to.digits, given->to, to.len);
	struct segment segment = { octets_of(given, number), given->octets_len, given->index, given->total,
				   given->has_udh,           given->reference };
	struct submit submit = {
		.key = { { 1770940800000 + number, 7, LANE_NORMAL }, given->reference, given->index },
		.to = &to,
		.segment = &segment,
		.encoding = given->encoding,
		.concat = given->concat,
		.user_reference = given->asked_by,
		.wants_receipt = given->wants_receipt,
		.expires_at = given->expires_in ? NOW + given->expires_in : 0,
	};
	static uint8_t room[PAYLOAD_MAX + 512];
	struct buf out = buf_over(room, sizeof room);
	smpp_dialect.write_submit(&account, number, &submit, NOW, &out);

	static union smpp34_pdu got;
	submit_sm_t want;
	struct want_tlv tlvs[TLVS_MAX];
	cr_assert_not(out.full, "%s", given->name);
	smpp34_read(buf_slice(&out), given->name, &got);
	want_submit(given, number, &want);
	want.command_length = (uint32_t)out.len;
	const char *field = smpp34_submit_difference(&got.submit, &want);
	cr_expect_null(field, "%s: %s", given->name, field);
	check_tlvs(given->name, got.submit.tlv, tlvs, want_tlvs(given, number, &submit, tlvs));
	destroy_tlv(got.submit.tlv);
}

Test(smpp34, submit_sm_on_the_edges)
{
#define TO "8613912340001"
	static const struct given rows[] = {
		{ "nothing that can be left out", .to = "1" },
		{ "the longest texts", "12345", "12345678901234567890", "123456789012345", .octets_len = 254 },
		{ "the longest alphanumeric source", NULL, "ABCDEFGHIJK", TO, .source_ton = 5, .octets_len = 1 },
		{ "the largest numbers", .to = TO, .source_ton = 6, .source_npi = 18, .dest_ton = 6, .dest_npi = 18,
		  .priority = 4, .registered = 255, .coding_gsm7 = 255, .wants_receipt = true },
		{ "no receipt wanted", .to = TO, .registered = 255 },
		{ "UCS-2", .to = TO, .encoding = ENCODING_UCS2, .coding_ucs2 = 8, .octets_len = 140 },
		{ "Latin-1", .to = TO, .encoding = ENCODING_LATIN1, .coding_latin1 = 3, .octets_len = 140 },
		/* 3GPP TS 23.038 §6.1.2.1 and §6.1.2.3.1: seven bits that are left become a CR; after a header of six octets one is left out. */
		{ "packed", .to = TO, .septets = "hellohello", .octets_len = 10,
		  .packed = "\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37" },
		{ "packed, seven", .to = TO, .septets = "hellohe", .octets_len = 7,
		  .packed = "\xE8\x32\x9B\xFD\x46\x97\x1B" },
		{ "packed, behind a header", .to = TO, .septets = "\5\1\1\2\2\1hello", .octets_len = 11,
		  .has_udh = true, .packed = "\5\1\1\2\2\1\xD0\x65\x36\xFB\x0D" },
		{ "a header of 8 bits", .to = TO, .has_udh = true, .octets_len = 160, .total = 2, .index = 2 },
		{ "a header of 16 bits", .to = TO, .has_udh = true, .octets_len = 159, .total = 2, .index = 1,
		  .concat = CONCAT_UDH16 },
		{ "a header in a payload", .to = TO, .has_udh = true, .octets_len = 255 },
		{ "sar alone", .to = TO, .concat = CONCAT_SAR, .total = 1, .index = 1, .octets_len = 10 },
		{ "sar of two", .to = TO, .concat = CONCAT_SAR, .total = 2, .index = 1, .octets_len = 10 },
		{ "sar at its most", .to = TO, .concat = CONCAT_SAR, .total = 255, .index = 255, .reference = 0xFFFF,
		  .octets_len = 10 },
		{ "an empty payload", .to = TO, .concat = CONCAT_PAYLOAD },
		{ "a short payload", .to = TO, .concat = CONCAT_PAYLOAD, .octets_len = 1 },
		{ "a long payload", .to = TO, .concat = CONCAT_PAYLOAD, .octets_len = PAYLOAD_MAX },
		{ "too long for short_message", .to = TO, .octets_len = 255 },
		{ "all TLVs", .to = TO, .concat = CONCAT_SAR, .total = 3, .index = 2, .reference = 0x1234,
		  .octets_len = 300, .sends_reference = true },
		{ "a reference of ours", .to = TO, .sends_reference = true, .octets_len = 5 },
		{ "a question would name it", .to = TO, .asked_by = 0x1234, .octets_len = 5 },
		{ "a reference of ours, not that", .to = TO, .asked_by = 0x1234, .sends_reference = true,
		  .octets_len = 5 },
		{ "the prefix cut", .to = TO, .cut = "86" },
		{ "another prefix", .to = TO, .cut = "44" },
		{ "nothing but the prefix", .to = "8613912", .cut = "8613912" },
		{ "a moment", .to = TO, .validity = SMPP_VALIDITY_RELATIVE, .expires_in = 1 },
		{ "a past moment", .to = TO, .validity = SMPP_VALIDITY_RELATIVE, .expires_in = -1 },
		{ "a day less a second", .to = TO, .validity = SMPP_VALIDITY_RELATIVE, .expires_in = 86399000 },
		{ "a year", .to = TO, .validity = SMPP_VALIDITY_RELATIVE, .expires_in = 31536000000 },
		{ "no validity", .to = TO, .expires_in = 86400000 },
		{ "an instant", .to = TO, .validity = SMPP_VALIDITY_ABSOLUTE, .expires_in = 1 },
		{ "in China", .to = TO, .validity = SMPP_VALIDITY_ABSOLUTE, .expires_in = 86400000, .quarters = 32 },
		{ "far in the west", .to = TO, .validity = SMPP_VALIDITY_ABSOLUTE, .expires_in = 1, .quarters = -48 },
		{ "far in the east", .to = TO, .validity = SMPP_VALIDITY_ABSOLUTE, .expires_in = 1, .quarters = 48 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		check_submit(&rows[i], 1);
		check_submit(&rows[i], SMPP34_NUMBER_MAX);
	}
}

Test(smpp34, submit_sm_at_random)
{
	smpp34_begin_random();
	for (unsigned i = 0; i < RANDOM_SUBMITS; i++) {
		char name[SMPP34_TEXT_OCTETS_MAX], service_type[SMPP34_TEXT_OCTETS_MAX], source[SMPP34_TEXT_OCTETS_MAX],
			to[SMPP34_TEXT_OCTETS_MAX], cut[SMPP34_TEXT_OCTETS_MAX];
		struct given given = {
			.name = name,
			.service_type = smpp34_random_text(service_type, 0, 5, ' ', '~'),
			.to = smpp34_random_text(to, 1, MSISDN_DIGITS_MAX, '0', '9'),
			.cut = smpp34_below(2) ? smpp34_random_text(cut, 0, 2, '0', '9') : NULL,
			.source_ton = (uint8_t)smpp34_below(SMPP34_TON_COUNT),
			.source_npi = smpp34_random_plan(),
			.dest_ton = (uint8_t)smpp34_below(SMPP34_TON_COUNT),
			.dest_npi = smpp34_random_plan(),
			.priority = (uint8_t)smpp34_below(5),
			.registered = (uint8_t)smpp34_below(256),
			.coding_gsm7 = (uint8_t)smpp34_below(256),
			.coding_ucs2 = (uint8_t)smpp34_below(256),
			.coding_latin1 = (uint8_t)smpp34_below(256),
			.validity = (enum smpp_validity)smpp34_below(3),
			.quarters = (int8_t)((int)smpp34_below(97) - 48),
			.sends_reference = smpp34_below(2),
			.wants_receipt = smpp34_below(2),
			.has_udh = smpp34_below(2),
			.concat = (enum concat)smpp34_below(CONCAT_TEXT),
			.encoding = (enum encoding)smpp34_below(ENCODING_LATIN1 + 1),
			.asked_by = smpp34_below(2) ? (uint16_t)smpp34_below(0x10000) : 0,
			.octets_len = (uint16_t)smpp34_below(smpp34_below(2) ? SHORT_TEXT_MAX + 3 : PAYLOAD_MAX + 1),
			.reference = (uint16_t)smpp34_below(0x10000),
			.index = (uint8_t)(1 + smpp34_below(255)),
			.total = (uint8_t)(1 + smpp34_below(255)),
			.expires_in = smpp34_below(4)
					      ? (int64_t)smpp34_below(4000000) * 1000 - 3600000 + smpp34_below(1000)
					      : 0,
		};
		given.source_addr = smpp34_random_text(source, 0, given.source_ton == 5 ? 11 : 20, ' ', '~');
		snprintf(name, sizeof name, "seed %u, submit_sm %u", SMPP34_SEED, i);
		check_submit(&given, 1 + smpp34_below(SMPP34_NUMBER_MAX));
	}
}
