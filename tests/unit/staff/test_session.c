/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/session_inner.h"

#include <criterion/criterion.h>

#define IDS 64

/* 256 bits, each of them left to chance: in so many ids no digit is the same everywhere (by chance once in 10^76). */
Test(session, ids_are_random_all_over)
{
	static char ids[IDS][SESSION_ID_OCTETS];
	for (unsigned i = 0; i < IDS; i++) {
		session_id_make(ids[i]);
		cr_assert_eq(strlen(ids[i]), 64);
		cr_assert_eq(strspn(ids[i], "0123456789abcdef"), 64);
	}
	for (unsigned at = 0; at < 64; at++) {
		unsigned same = 0;
		for (unsigned i = 0; i < IDS; i++)
			same += ids[i][at] == ids[0][at];
		cr_expect_lt(same, IDS, "digit %u is always %c", at, ids[0][at]);
	}
}
