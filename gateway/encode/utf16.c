/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/utf16.h"

#include "base/utf8.h"

static inline void put_unit(uint8_t *out, size_t index, uint32_t unit)
{
	out[2 * index] = (uint8_t)(unit >> 8);
	out[2 * index + 1] = (uint8_t)unit;
}

/* Six octets at text as a big-endian number: two characters of three octets each. */
static inline uint64_t load_pair(const unsigned char *text)
{
	uint64_t word;
	memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word >> 16;
}

/* The character of three octets in the low bits of word. */
static inline uint32_t code_of(uint64_t word)
{
	return (uint32_t)((word >> 4 & 0xF000) | (word >> 2 & 0x0FC0) | (word & 0x003F));
}

/* True for the leads of three octets but E0 and ED, under which malformed characters hide (overlong ones, surrogates).
 * lead: E0–EF. */
static inline bool is_safe_lead(uint64_t lead)
{
	return 0xDFFEu >> (lead & 0x0F) & 1;
}

/* Takes pairs of three-octet characters, as Chinese is written in them, eight octets looked at a time; stops before any
 * other. Returns the octets taken. */
static size_t three_octet_run(const unsigned char *text, size_t len, uint8_t *out)
{
	size_t i = 0;
	for (; len - i >= 8; i += 6, out += 4) {
		uint64_t word = load_pair(text + i);
		if ((word & 0xF0C0C0F0C0C0u) != 0xE08080E08080u || !is_safe_lead(word >> 40) ||
		    !is_safe_lead(word >> 16))
			break;
		put_unit(out, 0, code_of(word >> 24));
		put_unit(out, 1, code_of(word));
	}
	return i;
}

size_t utf16_encode(struct slice text, uint8_t *out, size_t *unit_count)
{
	size_t count = 0;
	size_t i = 0;
	while (i < text.len) {
		size_t run = three_octet_run((const unsigned char *)text.at + i, text.len - i, out + 2 * count);
		i += run;
		count += run / 3;
		if (i == text.len)
			break;
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		if (used == 0)
			break;
		if (code >= 0x10000) {
			put_unit(out, count++, 0xD800 + ((code - 0x10000) >> 10));
			code = 0xDC00 + (code & 0x3FF);
		}
		put_unit(out, count++, code);
		i += used;
	}
	*unit_count = count;
	return i;
}
