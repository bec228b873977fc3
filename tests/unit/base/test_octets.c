/* SPDX-License-Identifier: Apache-2.0 */
#include "base/octets.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(octets, in_order)
{
	static const uint8_t input[] = { 0xFE, 0x12, 0x34, 0x89, 0xAB, 0xCD, 0xEF, 'x', 'y' };
	struct octets octets = octets_over(input, sizeof input);
	cr_assert_eq(octets_u8(&octets), 0xFE);
	cr_assert_eq(octets_u16(&octets), 0x1234);
	cr_assert_eq(octets_u32(&octets), 0x89ABCDEF);
	cr_assert_eq(octets_left(&octets), 2);
	cr_assert_eq(octets_take(&octets, 2), input + 7);
	cr_assert_eq(octets_left(&octets), 0);
	cr_assert_not_null(octets_take(&octets, 0));
	cr_assert(!octets.short_read);
}

Test(octets, short_reads_stick)
{
	for (unsigned kind = 0; kind < 4; kind++) {
		uint8_t *input = malloc(3);
		memset(input, 0xFF, 3);
		struct octets octets = octets_over(input, 3);
		octets_u16(&octets);
		octets_u16(&octets);
		cr_assert(octets.short_read);
		cr_assert_eq(octets.used, 2, "nothing is used by a short read");
		cr_assert_eq(octets_u8(&octets), 0, "zeros from then on");
		cr_assert_eq(octets_u32(&octets), 0);
		cr_assert_null(octets_take(&octets, 0));
		free(input);
	}
	struct octets octets = octets_over("abc", 3);
	cr_assert_null(octets_take(&octets, SIZE_MAX));
	octets = octets_over(NULL, 0);
	cr_assert_eq(octets_u8(&octets), 0);
	cr_assert(octets.short_read);
}
