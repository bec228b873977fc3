/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

bool number_parse(struct slice text, uint64_t max, uint64_t *out)
{
	if (text.len == 0 || text.len > 20 || (text.len > 1 && text.at[0] == '0'))
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		unsigned digit = (unsigned)(text.at[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value > max)
		return false;
	*out = value;
	return true;
}

int number_hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

bool number_parse_hex(struct slice text, uint64_t *out)
{
	if (text.len > 2 && text.at[0] == '0' && (text.at[1] == 'x' || text.at[1] == 'X'))
		text = (struct slice){ text.at + 2, text.len - 2 };
	if (text.len == 0 || text.len > 16)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < text.len; i++) {
		int digit = number_hex_digit(text.at[i]);
		if (digit < 0)
			return false;
		value = value << 4 | (unsigned)digit;
	}
	*out = value;
	return true;
}
