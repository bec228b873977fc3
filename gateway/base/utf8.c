/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

static bool is_tail(char octet)
{
	return ((unsigned char)octet & 0xC0u) == 0x80u;
}

size_t utf8_decode_any(const char *text, size_t len, uint32_t *code)
{
	unsigned char lead = (unsigned char)text[0];
	if (lead < 0x80) {
		*code = lead;
		return 1;
	}
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	if (lead < 0xC2 || lead > 0xF4 || len < need)
		return 0;
	uint32_t value = lead & (0xFFu >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if (!is_tail(text[i]))
			return 0;
		value = value << 6 | ((unsigned char)text[i] & 0x3Fu);
	}
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (value < least[need] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*code = value;
	return need;
}

size_t utf8_encode(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		if (code >= 0xD800 && code <= 0xDFFF)
			return 0;
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	if (code > 0x10FFFF)
		return 0;
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

/* Eight ASCII octets at a time: most of an alert is ASCII. */
static size_t ascii_run(const char *text, size_t len)
{
	size_t i = 0;
	for (; i + 8 <= len; i += 8) {
		uint64_t word;
		memcpy(&word, text + i, sizeof word);
		if (word & 0x8080808080808080u)
			break;
	}
	return i;
}

size_t utf8_valid(const char *text, size_t len)
{
	size_t i = 0;
	while (i < len) {
		if ((unsigned char)text[i] < 0x80) {
			size_t run = ascii_run(text + i, len - i);
			i += run ? run : 1;
			continue;
		}
		uint32_t code;
		size_t used = utf8_decode(text + i, len - i, &code);
		if (used == 0)
			return i;
		i += used;
	}
	return len;
}

size_t utf8_whole(const char *text, size_t len)
{
	size_t back = 0;
	while (back < 4 && back < len && is_tail(text[len - 1 - back]))
		back++;
	if (back == len)
		return back < 4 ? 0 : len;
	unsigned char lead = (unsigned char)text[len - 1 - back];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	return need > back + 1 ? len - 1 - back : len;
}

size_t utf8_count(const char *text, size_t len)
{
	size_t count = 0;
	for (size_t i = 0; i < len; count++) {
		uint32_t code;
		size_t used = utf8_decode(text + i, len - i, &code);
		i += used ? used : 1;
	}
	return count;
}
