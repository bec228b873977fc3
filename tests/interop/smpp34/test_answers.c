/* SPDX-License-Identifier: Apache-2.0 */

/* What has no body, or an empty one: enquire_link, unbind, generic_nack, and answers. */

#include "smpp34_peer.h"
#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_pdu.h"

#include <criterion/criterion.h>
#include <stdio.h>

static uint8_t room[64];
static const uint32_t numbers[] = { 1, 2, 0x12345678, 0x7FFFFFFF };

static struct sequence sequence_of(uint32_t number)
{
	return (struct sequence){
		{ (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number }, 4
	};
}

static void check_header(const char *name, const struct buf *out, uint32_t command, uint32_t status, uint32_t number)
{
	static union smpp34_pdu got;
	cr_assert_not(out->full, "%s", name);
	smpp34_read(buf_slice(out), name, &got);
	generic_nack_t want = { (uint32_t)out->len, command, status, number };
	const char *field = smpp34_header_difference(&got.alone, &want);
	cr_expect_null(field, "%s: %s", name, field);
	if (command == DELIVER_SM_RESP)
		cr_expect_str_empty((const char *)got.deliver_answer.message_id, "%s", name);
	if (command == DATA_SM_RESP)
		cr_expect_str_empty((const char *)got.data_answer.message_id, "%s", name);
}

Test(smpp34, keepalive_and_end)
{
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct sequence sequence = sequence_of(numbers[i]);
		struct buf out = buf_over(room, sizeof room);
		smpp_dialect.write_keepalive(NULL, numbers[i], &out);
		check_header("enquire_link", &out, ENQUIRE_LINK, ESME_ROK, numbers[i]);
		out.len = 0;
		smpp_dialect.write_keepalive_answer(NULL, &sequence, &out);
		check_header("enquire_link_resp", &out, ENQUIRE_LINK_RESP, ESME_ROK, numbers[i]);
		out.len = 0;
		smpp_dialect.write_unbind(NULL, numbers[i], &out);
		check_header("unbind", &out, UNBIND, ESME_ROK, numbers[i]);
		out.len = 0;
		smpp_dialect.write_unbind_answer(NULL, &sequence, &out);
		check_header("unbind_resp", &out, UNBIND_RESP, ESME_ROK, numbers[i]);
		out.len = 0;
		/* A length of 15 octets, and a whole header. */
		uint8_t lost[SMPP_HEADER_OCTETS] = { 0, 0, 0, 15, 0, 0, 0, 5 };
		memcpy(lost + 12, sequence.octets, 4);
		smpp_dialect.write_lost_framing(NULL, lost, sizeof lost, &out);
		check_header("generic_nack", &out, GENERIC_NACK, ESME_RINVCMDLEN, numbers[i]);
	}
}

Test(smpp34, answers)
{
	static const struct {
		uint32_t command, answer;
	} rows[] = {
		{ DELIVER_SM, DELIVER_SM_RESP },      { DATA_SM, DATA_SM_RESP },
		{ CANCEL_SM, CANCEL_SM_RESP },        { REPLACE_SM, REPLACE_SM_RESP },
		{ ALERT_NOTIFICATION, GENERIC_NACK }, { 0x00010200, GENERIC_NACK },
		{ 0x7FFFFFFF, GENERIC_NACK },
	};
	static const uint32_t statuses[] = { ESME_ROK,       ESME_RINVCMDLEN, ESME_RINVCMDID,
					     ESME_RX_T_APPN, ESME_RX_R_APPN,  ESME_RINVPARLEN };
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
			for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++) {
				char name[SMPP34_TEXT_OCTETS_MAX];
				struct sequence sequence = sequence_of(numbers[n]);
				struct buf out = buf_over(room, sizeof room);
				snprintf(name, sizeof name, "answer to %08x", rows[row].command);
				smpp_dialect.write_answer(NULL, rows[row].command, statuses[i], &sequence, &out);
				check_header(name, &out, rows[row].answer, statuses[i], numbers[n]);
			}
		}
	}
}
