/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_gsm7.h"

#include <stdbool.h>
#include <string.h>

enum { SEPTET_BITS = 7, CR = 0x0D };

/* Bits between the header and the first septet. */
static size_t fill_bits(size_t udh_octets)
{
	return (SEPTET_BITS - udh_octets * 8 % SEPTET_BITS) % SEPTET_BITS;
}

size_t smpp_gsm7_packed_octets(size_t udh_octets, size_t septets)
{
	if (septets == 0)
		return udh_octets;
	return udh_octets + (fill_bits(udh_octets) + septets * SEPTET_BITS + 7) / 8;
}

void smpp_gsm7_pack(const uint8_t *from, size_t udh_octets, size_t septets, uint8_t *out)
{
	if (udh_octets > 0)
		memcpy(out, from, udh_octets);
	const uint8_t *text = from + udh_octets;
	uint8_t *at = out + udh_octets;
	unsigned bit_count = (unsigned)fill_bits(udh_octets);
	unsigned bits = 0; /* those that are not a whole octet yet, lowest first */
	if (septets == 0)
		bit_count = 0;
	for (size_t i = 0; i < septets; i++) {
		bits |= (text[i] & 0x7Fu) << bit_count;
		bit_count += SEPTET_BITS;
		for (; bit_count >= 8; bit_count -= 8) {
			*at++ = (uint8_t)bits;
			bits >>= 8;
		}
	}
	if (bit_count == 1)
		bits |= (unsigned)CR << 1;
	if (bit_count > 0)
		*at = (uint8_t)bits;
}

size_t smpp_gsm7_unpack(const uint8_t *octets, size_t len, size_t udh_octets, uint8_t *septets)
{
	size_t fill = fill_bits(udh_octets);
	if (len * 8 < fill + SEPTET_BITS)
		return 0;
	size_t count = (len * 8 - fill) / SEPTET_BITS;
	for (size_t i = 0; i < count; i++) {
		size_t bit = fill + i * SEPTET_BITS;
		unsigned both = octets[bit / 8];
		if (bit % 8 > 8 - SEPTET_BITS)
			both |= (unsigned)octets[bit / 8 + 1] << 8;
		septets[i] = both >> bit % 8 & 0x7F;
	}
	bool ends_with_octet = (len * 8 - fill) % SEPTET_BITS == 0;
	if (ends_with_octet && (septets[count - 1] == 0 || septets[count - 1] == CR))
		count--;
	return count;
}
