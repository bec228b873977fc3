/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_receipt_id.h"

#include <stdint.h>

enum { LIMBS = 8 }; /* 64 hexadecimal digits; as many decimal ones need less */

static struct slice skip_zeros(struct slice id)
{
	while (id.len > 1 && id.at[0] == '0') {
		id.at++;
		id.len--;
	}
	return id;
}

/* 16 and more: no digit. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

/* Reads the number, lowest limb first; false where it is none of that base, or has more than SMPP_RECEIPT_ID_MAX digits. */
static bool read_number(struct slice id, unsigned base, uint32_t limbs[static LIMBS])
{
	if (id.len == 0 || id.len > SMPP_RECEIPT_ID_MAX)
		return false;
	memset(limbs, 0, LIMBS * sizeof *limbs);
	for (size_t i = 0; i < id.len; i++) {
		uint64_t carry = digit_value(id.at[i]);
		if (carry >= base)
			return false;
		for (unsigned limb = 0; limb < LIMBS; limb++) {
			carry += (uint64_t)limbs[limb] * base;
			limbs[limb] = (uint32_t)carry;
			carry >>= 32;
		}
	}
	return true;
}

/* Divides the number by base; returns the remainder. */
static unsigned take_digit(uint32_t limbs[static LIMBS], unsigned base)
{
	uint64_t rest = 0;
	for (unsigned limb = LIMBS; limb-- > 0;) {
		rest = rest << 32 | limbs[limb];
		limbs[limb] = (uint32_t)(rest / base);
		rest %= base;
	}
	return (unsigned)rest;
}

static bool is_zero(const uint32_t limbs[static LIMBS])
{
	uint32_t all = 0;
	for (unsigned limb = 0; limb < LIMBS; limb++)
		all |= limbs[limb];
	return all == 0;
}

/* Writes digits from the back of out to its front; returns how many, 0 where they are too many. */
static size_t write_number(uint32_t limbs[static LIMBS], unsigned base, const char *alphabet,
			   char out[static SMPP_RECEIPT_ID_MAX])
{
	size_t at = SMPP_RECEIPT_ID_MAX;
	do {
		if (at == 0)
			return 0;
		out[--at] = alphabet[take_digit(limbs, base)];
	} while (!is_zero(limbs));
	return SMPP_RECEIPT_ID_MAX - at;
}

static struct slice convert(struct slice id, unsigned from, unsigned to, const char *alphabet,
			    char out[static SMPP_RECEIPT_ID_MAX])
{
	uint32_t limbs[LIMBS];
	size_t len = read_number(skip_zeros(id), from, limbs) ? write_number(limbs, to, alphabet, out) : 0;
	return (struct slice){ out + SMPP_RECEIPT_ID_MAX - len, len };
}

/* The letters in one case, at the back of out; empty where there are too many. */
static struct slice copy(struct slice id, enum smpp_receipt_id form, char out[static SMPP_RECEIPT_ID_MAX])
{
	if (id.len > SMPP_RECEIPT_ID_MAX)
		return (struct slice){ out, 0 };
	char *at = out + SMPP_RECEIPT_ID_MAX - id.len;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		bool is_upper = c >= 'A' && c <= 'Z';
		bool is_lower = c >= 'a' && c <= 'z';
		bool flips = (is_upper && form == SMPP_RECEIPT_ID_LOWER) || (is_lower && form == SMPP_RECEIPT_ID_UPPER);
		at[i] = (char)(flips ? c ^ 0x20 : c);
	}
	return (struct slice){ at, id.len };
}

struct slice smpp_receipt_id_rewrite(enum smpp_receipt_id form, unsigned digits, struct slice id,
				     char out[static SMPP_RECEIPT_ID_MAX], const char **note)
{
	if (form == SMPP_RECEIPT_ID_AS_IS && digits == 0)
		return id;
	struct slice result;
	switch (form) {
	case SMPP_RECEIPT_ID_DEC_TO_HEX:
		result = convert(id, 10, 16, "0123456789abcdef", out);
		break;
	case SMPP_RECEIPT_ID_DEC_TO_HEX_UPPER:
		result = convert(id, 10, 16, "0123456789ABCDEF", out);
		break;
	case SMPP_RECEIPT_ID_HEX_TO_DEC:
		result = convert(id, 16, 10, "0123456789", out);
		break;
	default:
		result = copy(digits > 0 ? skip_zeros(id) : id, form, out);
	}
	if (result.len == 0) {
		*note = "receipt whose id is no number as receipt_id says";
		return id;
	}
	while (result.len < digits && result.len < SMPP_RECEIPT_ID_MAX) {
		*(char *)(uintptr_t)--result.at = '0';
		result.len++;
	}
	return result;
}
