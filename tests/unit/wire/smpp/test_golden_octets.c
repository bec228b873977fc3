/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/wire/smpp/golden.h"

#include "base/check.h"
#include "base/number.h"

#define HEX_MAX (1u << 19)

const char *golden_plain(const char *hex)
{
	static char plain[HEX_MAX];
	size_t len = 0;
	for (; *hex; hex++) {
		CHECK(len < sizeof plain - 1);
		if (*hex != ' ')
			plain[len++] = *hex;
	}
	plain[len] = '\0';
	return plain;
}

uint8_t *golden_octets(const char *hex, size_t *len)
{
	const char *plain = golden_plain(hex);
	CHECK(strlen(plain) % 2 == 0);
	*len = strlen(plain) / 2;
	uint8_t *octets = malloc(*len);
	for (size_t i = 0; i < *len; i++) {
		int high = number_hex_digit(plain[2 * i]);
		int low = number_hex_digit(plain[2 * i + 1]);
		CHECK(high >= 0 && low >= 0);
		octets[i] = (uint8_t)(high << 4 | low);
	}
	return octets;
}

uint8_t *golden_copy(const uint8_t *at, size_t len)
{
	uint8_t *copy = malloc(len);
	if (len)
		memcpy(copy, at, len);
	return copy;
}

const char *golden_hex(struct slice octets)
{
	static char hex[HEX_MAX];
	struct buf out = buf_over(hex, sizeof hex - 1);
	buf_put_hex(&out, octets.at, octets.len);
	CHECK(!out.full);
	hex[out.len] = '\0';
	return hex;
}
