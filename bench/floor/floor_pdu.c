/* SPDX-License-Identifier: Apache-2.0 */
#include "floor_pdu.h"

#include <string.h>

enum { BIND_TRANSCEIVER = 0x09, SUBMIT_SM = 0x04, INTERFACE_VERSION = 0x34, TON_INTERNATIONAL = 1, NPI_ISDN = 1 };
enum { DATA_CODING_UCS2 = 8, REGISTERED_DELIVERY = 1 };

static const char text[] = "【国网吉林电力】截至2月13日,您家电费余额为19.53元。为避免欠费停电,请您及时补充余额。";

static void put_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_u8(struct floor_pdu *pdu, unsigned value)
{
	pdu->octets[pdu->len++] = (uint8_t)value;
}

static void put_c_string(struct floor_pdu *pdu, const char *value)
{
	size_t len = strlen(value) + 1;
	memcpy(pdu->octets + pdu->len, value, len);
	pdu->len += len;
}

/* The text has no character beyond U+FFFF: one to three octets of UTF-8 become one unit. */
static void put_ucs2(struct floor_pdu *pdu, const char *utf8)
{
	const uint8_t *at = (const uint8_t *)utf8;
	while (*at != 0) {
		unsigned unit = *at;
		if (unit < 0x80) {
			at += 1;
		} else if (unit < 0xE0) {
			unit = (unit & 0x1Fu) << 6 | (at[1] & 0x3Fu);
			at += 2;
		} else {
			unit = (unit & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
			at += 3;
		}
		put_u8(pdu, unit >> 8);
		put_u8(pdu, unit & 0xFF);
	}
}

static void begin(struct floor_pdu *pdu, uint32_t command_id)
{
	memset(pdu, 0, sizeof *pdu);
	put_u32(pdu->octets + 4, command_id);
	put_u32(pdu->octets + 12, 1);
	pdu->len = FLOOR_PDU_HEADER_LEN;
}

void floor_pdu_bind(struct floor_pdu *out)
{
	begin(out, BIND_TRANSCEIVER);
	put_c_string(out, "floor");
	put_c_string(out, "");
	put_c_string(out, "");
	put_u8(out, INTERFACE_VERSION);
	put_u8(out, 0);
	put_u8(out, 0);
	put_c_string(out, "");
	put_u32(out->octets, (uint32_t)out->len);
}

void floor_pdu_submit(struct floor_pdu *out)
{
	begin(out, SUBMIT_SM);
	put_c_string(out, ""); /* service_type */
	put_u8(out, 0);
	put_u8(out, NPI_ISDN);
	put_c_string(out, "10690001");
	put_u8(out, TON_INTERNATIONAL);
	put_u8(out, NPI_ISDN);
	out->digits_at = out->len + 5;
	put_c_string(out, "8613900000000");
	put_u8(out, 0);        /* esm_class */
	put_u8(out, 0);        /* protocol_id */
	put_u8(out, 0);        /* priority_flag */
	put_c_string(out, ""); /* schedule_delivery_time */
	put_c_string(out, ""); /* validity_period */
	put_u8(out, REGISTERED_DELIVERY);
	put_u8(out, 0); /* replace_if_present_flag */
	put_u8(out, DATA_CODING_UCS2);
	put_u8(out, 0); /* sm_default_msg_id */
	size_t length_at = out->len;
	put_u8(out, 0);
	put_ucs2(out, text);
	out->octets[length_at] = (uint8_t)(out->len - length_at - 1);
	put_u32(out->octets, (uint32_t)out->len);
}

void floor_pdu_number(const struct floor_pdu *submit, uint8_t *copy, uint32_t message, uint32_t sequence_number)
{
	memcpy(copy, submit->octets, submit->len);
	put_u32(copy + 12, sequence_number);
	for (size_t i = 8; i-- > 0; message /= 10)
		copy[submit->digits_at + i] = (uint8_t)('0' + message % 10);
}

uint32_t floor_pdu_read_u32(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}
