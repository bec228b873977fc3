/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <criterion/criterion.h>

/* From the vectors of draft-eastlake-fnv. */
Test(hash, vectors)
{
	static const struct {
		struct slice text;
		uint32_t want32;
		uint64_t want64;
	} rows[] = {
		{ { NULL, 0 }, HASH32_START, HASH64_START },
		{ SLICE("a"), 0xE40C292C, 0xAF63DC4C8601EC8C },
		{ SLICE("foobar"), 0xBF9CF968, 0x85944171F73967E8 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_assert_eq(hash32(HASH32_START, rows[i].text), rows[i].want32, "row %zu", i);
		cr_assert_eq(hash64(HASH64_START, rows[i].text), rows[i].want64, "row %zu", i);
	}
}

Test(hash, of_parts_as_of_the_whole)
{
	cr_assert_eq(hash32(hash32_octet(HASH32_START, 'f'), SLICE("oobar")), hash32(HASH32_START, SLICE("foobar")));
	cr_assert_eq(hash64(hash64_octet(HASH64_START, 'f'), SLICE("oobar")), hash64(HASH64_START, SLICE("foobar")));
}
