/* SPDX-License-Identifier: Apache-2.0 */

/* Writes PDUs with the room wire/smpp for somebody else to read: of every kind that the gateway sends, with what its fields
 * hold at most. A line each: a name, a tab, octets in hexadecimal. */

#include "wire/smpp/smpp_dialect.h"
#include "wire/smpp/smpp_pdu.h"
#include "wire/smpp/smpp_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW          1770940800000 /* 2026-02-13 00:00:00 UTC */
#define NUMBER       0x01020304
#define PAYLOAD_MOST (SMS_SEGMENTS_MAX * 134)

static uint8_t room[4096];
static uint8_t text[PAYLOAD_MOST]; /* hexadecimal digits, over and over */
static uint8_t headed[140];        /* the same behind a header of the second part of three */

static void print(const char *name, struct buf *out)
{
	if (out->full)
		exit(EXIT_FAILURE);
	printf("%s\t", name);
	for (size_t i = 0; i < out->len; i++)
		printf("%02x", (uint8_t)out->at[i]);
	printf("\n");
	out->len = 0;
}

static void prepare(struct smpp_account *account)
{
	struct err_at at;
	if (smpp_account_prepare(account, &at) == ERR_OK)
		return;
	fprintf(stderr, "%s\n", at.text);
	exit(EXIT_FAILURE);
}

/* With the longest texts, the password against the specification among them. */
static void write_binds(struct buf *out)
{
	static const char *const names[] = {
		[SMPP_BIND_TRANSCEIVER] = "bind_transceiver",
		[SMPP_BIND_TRANSMITTER] = "bind_transmitter",
		[SMPP_BIND_RECEIVER] = "bind_receiver",
	};
	for (unsigned bind = 0; bind < 3; bind++) {
		struct smpp_account account;
		smpp_account_init(&account);
		account.bind = (enum smpp_bind)bind;
		account.system_id = "system-id-of-15";
		account.password = "a-password-that-has-as-many-characters-as-we-allow-against-3.4.";
		account.is_password_long = true;
		account.system_type = "type-of-12-x";
		account.addr_ton = SMPP_TON_INTERNATIONAL;
		account.addr_npi = SMPP_NPI_ISDN;
		account.address_range = "^(10690001|10690002|10690003|1069000[4])";
		prepare(&account);
		smpp_dialect.write_bind(&account, NUMBER, out);
		print(names[bind], out);
	}
}

static void write_submits(struct buf *out)
{
	static const struct msisdn to = { "8613912340001", 13 };
	static const struct row {
		const char *name;
		struct segment segment;
		enum concat concat;
		enum smpp_validity validity;
		bool is_full; /* all that an account may set */
		enum encoding encoding;
		bool is_packed;
		uint16_t user_reference; /* that a question would name */
	} rows[] = {
		{ "submit_sm plain", { text, 160, 1, 1, false, 0 }, CONCAT_UDH8, .is_full = false },
		{ "submit_sm full",
		  { text, 254, 1, 1, false, 0 },
		  CONCAT_UDH8,
		  SMPP_VALIDITY_RELATIVE,
		  .is_full = true },
		{ "submit_sm sar",
		  { text, 153, 16, 255, false, 0xFEDC },
		  CONCAT_SAR,
		  SMPP_VALIDITY_ABSOLUTE,
		  .is_full = true },
		{ "submit_sm payload",
		  { text, PAYLOAD_MOST, 1, 1, false, 0 },
		  CONCAT_PAYLOAD,
		  SMPP_VALIDITY_NONE,
		  .is_full = true },
		{ "submit_sm udh",
		  { headed, sizeof headed, 2, 3, true, 0xC8 },
		  CONCAT_UDH8,
		  SMPP_VALIDITY_NONE,
		  .encoding = ENCODING_UCS2 },
		{ "submit_sm packed",
		  { text, 160, 1, 1, false, 0 },
		  CONCAT_UDH8,
		  SMPP_VALIDITY_NONE,
		  .is_packed = true },
		{ "submit_sm latin1",
		  { text, 140, 1, 1, false, 0 },
		  CONCAT_UDH8,
		  SMPP_VALIDITY_NONE,
		  .encoding = ENCODING_LATIN1 },
		{ "submit_sm asked for",
		  { text, 1, 1, 1, false, 0 },
		  CONCAT_UDH8,
		  SMPP_VALIDITY_NONE,
		  .user_reference = 0x1234 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct smpp_account account;
		struct submit submit = {
			.key = { { NOW, 7, LANE_NORMAL }, 1, 1 },
			.to = &to,
			.segment = &rows[i].segment,
			.encoding = rows[i].encoding,
			.concat = rows[i].concat,
			.user_reference = rows[i].user_reference,
			.wants_receipt = rows[i].is_full,
			.expires_at = NOW + 86400000,
		};
		smpp_account_init(&account);
		account.system_id = "s";
		account.validity = rows[i].validity;
		account.validity_utc_quarters = 32;
		account.is_gsm7_packed = rows[i].is_packed;
		if (rows[i].is_full) {
			account.service_type = "CMT-5";
			account.source_addr = "HONGYAN-SMS";
			account.source_addr_ton = SMPP_TON_ALPHANUMERIC;
			account.dest_prefix_cut = "86";
			account.dest_addr_ton = 2;
			account.dest_addr_npi = 8;
			account.priority_flag = 3;
			account.registered_delivery = 0x12;
			account.data_coding_gsm7 = 0xF1;
			account.sends_reference = true;
		}
		prepare(&account);
		smpp_dialect.write_submit(&account, NUMBER, &submit, NOW, out);
		print(rows[i].name, out);
	}
}

/* With the longest sender, and without one. */
static void write_queries(struct buf *out)
{
	struct smpp_account account;
	smpp_account_init(&account);
	account.system_id = "s";
	prepare(&account);
	smpp_dialect.write_query(&account, NUMBER, 1, out);
	print("query_sm plain", out);
	account.source_addr = "12345678901234567890";
	account.source_addr_ton = SMPP_TON_INTERNATIONAL;
	account.source_addr_npi = SMPP_NPI_ISDN;
	prepare(&account);
	smpp_dialect.write_query(&account, NUMBER, 0xFEDC, out);
	print("query_sm full", out);
}

/* Answers go out with the number that the carrier has asked with, whatever it is. */
static void write_answers(struct buf *out)
{
	static const struct sequence theirs = { { 0xFF, 0xFE, 0xFD, 0xFC }, 4 };
	static const uint8_t lost[SMPP_HEADER_OCTETS] = { 0, 0, 0, 15, 0, 0, 0, 5, 0, 0, 0, 0, 0xFF, 0xFE, 0xFD, 0xFC };
	static const struct {
		const char *name;
		uint32_t command, status;
	} rows[] = {
		{ "deliver_sm_resp", SMPP_COMMAND_DELIVER_SM, SMPP_STATUS_ROK },
		{ "deliver_sm_resp later", SMPP_COMMAND_DELIVER_SM, SMPP_STATUS_RX_T_APPN },
		{ "deliver_sm_resp no", SMPP_COMMAND_DELIVER_SM, SMPP_STATUS_RX_R_APPN },
		{ "data_sm_resp", SMPP_COMMAND_DATA_SM, SMPP_STATUS_ROK },
		{ "data_sm_resp later", SMPP_COMMAND_DATA_SM, SMPP_STATUS_RX_T_APPN },
		{ "data_sm_resp no", SMPP_COMMAND_DATA_SM, SMPP_STATUS_RX_R_APPN },
		{ "submit_sm_resp", SMPP_COMMAND_SUBMIT_SM, SMPP_STATUS_RINVCMDID },
		{ "submit_multi_resp", SMPP_COMMAND_SUBMIT_MULTI, SMPP_STATUS_RINVCMDID },
		{ "query_sm_resp", SMPP_COMMAND_QUERY_SM, SMPP_STATUS_RINVCMDID },
		{ "replace_sm_resp", SMPP_COMMAND_REPLACE_SM, SMPP_STATUS_RINVCMDID },
		{ "cancel_sm_resp", SMPP_COMMAND_CANCEL_SM, SMPP_STATUS_RINVCMDID },
		{ "generic_nack unknown", 0x00010200, SMPP_STATUS_RINVCMDID },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		smpp_dialect.write_answer(NULL, rows[i].command, rows[i].status, &theirs, out);
		print(rows[i].name, out);
	}
	smpp_dialect.write_lost_framing(NULL, lost, sizeof lost, out);
	print("generic_nack lost", out);
	smpp_dialect.write_keepalive(NULL, NUMBER, out);
	print("enquire_link", out);
	smpp_dialect.write_keepalive_answer(NULL, &theirs, out);
	print("enquire_link_resp", out);
	smpp_dialect.write_unbind(NULL, NUMBER, out);
	print("unbind", out);
	smpp_dialect.write_unbind_answer(NULL, &theirs, out);
	print("unbind_resp", out);
}

int main(void)
{
	struct buf out = buf_over(room, sizeof room);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t) "0123456789abcdef"[i % 16];
	memcpy(headed, (const uint8_t[]){ 5, 0, 3, 0xC8, 3, 2 }, 6);
	memcpy(headed + 6, text, sizeof headed - 6);
	write_binds(&out);
	write_submits(&out);
	write_queries(&out);
	write_answers(&out);
	return EXIT_SUCCESS;
}
