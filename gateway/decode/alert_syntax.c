/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/alert_syntax.h"

#include <stdint.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_control(struct slice text, size_t i)
{
	unsigned char c = (unsigned char)text.at[i];
	if (c == 0xC2 && i + 1 < text.len)
		return (unsigned char)text.at[i + 1] < 0xA0;
	return c < 0x20 || c == 0x7F;
}

#define EACH(octet) (0x0101010101010101u * (uint64_t)(octet))

/* Eight octets at a time may pass where all are printable ASCII: 0x01 more than 0x7E sets the top bit, 0x20 less than
 * a control character too. */
bool alert_syntax_is_printable(struct slice text)
{
	for (size_t i = 0; i < text.len;) {
		uint64_t word = EACH(0x80);
		if (i + 8 <= text.len)
			memcpy(&word, text.at + i, sizeof word);
		if (((word + EACH(1)) | (word - EACH(0x20)) | word) & EACH(0x80)) {
			size_t end = i + 8 <= text.len ? i + 8 : text.len;
			for (; i < end; i++)
				if (is_control(text, i))
					return false;
		} else {
			i += 8;
		}
	}
	return true;
}

#define SUBTAG_MAX 8

bool alert_syntax_is_locale(struct slice text)
{
	size_t len = 0; /* of the subtag at hand */
	bool is_first = true;
	bool is_private = false; /* behind an “x”, where subtags may be single letters */
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (c == '-') {
			bool is_x = len == 1 && (text.at[i - 1] == 'x' || text.at[i - 1] == 'X');
			bool is_i = len == 1 && (text.at[i - 1] == 'i' || text.at[i - 1] == 'I');
			if (len == 0 || (is_first && len == 1 && !is_x && !is_i))
				return false;
			is_private = is_private || is_x;
			is_first = false;
			len = 0;
		} else if (is_letter(c) || (is_digit(c) && !is_first)) {
			if (++len > SUBTAG_MAX)
				return false;
		} else {
			return false;
		}
	}
	return len >= 2 || (len == 1 && is_private);
}

/* count lower-case hexadecimal digits at *at, not all zero unless zero_ok; moves past them. */
static bool hex_part(struct slice text, size_t *at, size_t count, bool zero_ok)
{
	if (text.len - *at < count)
		return false;
	bool is_zero = true;
	for (size_t i = 0; i < count; i++) {
		char c = text.at[*at + i];
		if (!is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		is_zero = is_zero && c == '0';
	}
	*at += count;
	return zero_ok || !is_zero;
}

static bool dash(struct slice text, size_t *at)
{
	if (*at == text.len || text.at[*at] != '-')
		return false;
	++*at;
	return true;
}

bool alert_syntax_is_traceparent(struct slice text)
{
	size_t at = 0;
	if (!hex_part(text, &at, 2, true) || !dash(text, &at) || !hex_part(text, &at, 32, false) || !dash(text, &at) ||
	    !hex_part(text, &at, 16, false) || !dash(text, &at) || !hex_part(text, &at, 2, true))
		return false;
	if (slice_starts(text, SLICE("ff")))
		return false;
	return at == text.len || (!slice_starts(text, SLICE("00")) && text.at[at] == '-');
}
