/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX   18
#define CHINA_DIGITS 11
#define SHORT_DIGITS 7

/* Takes a digit at the text's head, also a full-width one (U+FF10 to U+FF19); -1 where there is none. */
static int take_digit(const char *text, size_t len, size_t *octets)
{
	*octets = 1;
	if (text[0] >= '0' && text[0] <= '9')
		return text[0] - '0';
	if (len >= 3 && memcmp(text, "\xEF\xBC", 2) == 0 && (unsigned char)text[2] >= 0x90 &&
	    (unsigned char)text[2] <= 0x99) {
		*octets = 3;
		return (unsigned char)text[2] - 0x90;
	}
	return -1;
}

uint64_t audit_number_parse(const char *text, size_t len)
{
	char digits[DIGITS_MAX + 1];
	size_t count = 0;
	size_t octets;
	for (size_t i = 0; i < len; i += octets) {
		int digit = take_digit(text + i, len - i, &octets);
		if (digit < 0) {
			/* Blanks, signs and brackets may stand between digits; letters make it no number. */
			if ((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z'))
				return 0;
			continue;
		}
		if (count == 0 && digit == 0)
			continue; /* 00, or a trunk prefix */
		if (count == DIGITS_MAX)
			return 0;
		digits[count++] = (char)('0' + digit);
	}
	size_t skip = count == CHINA_DIGITS + 2 && memcmp(digits, "861", 3) == 0 ? 2 : 0;
	uint64_t number = 0;
	for (size_t i = skip; i < count; i++)
		number = number * 10 + (uint64_t)(digits[i] - '0');
	return number;
}

const char *audit_number_mask(uint64_t number, char out[static AUDIT_NUMBER_OCTETS])
{
	if (number == 0) {
		snprintf(out, AUDIT_NUMBER_OCTETS, "?");
		return out;
	}
	size_t len = (size_t)snprintf(out, AUDIT_NUMBER_OCTETS, "%" PRIu64, number);
	size_t head = len >= CHINA_DIGITS ? 3 : len >= SHORT_DIGITS ? 2 : 0;
	size_t tail = len >= CHINA_DIGITS ? 4 : len >= SHORT_DIGITS ? 2 : 0;
	for (size_t i = head; i < len - tail; i++)
		out[i] = '*';
	return out;
}
