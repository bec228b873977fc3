/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"

#include <criterion/criterion.h>
#include <signal.h>

Test(check, true_goes_on)
{
	unsigned evaluated = 0;
	CHECK(++evaluated);
	cr_assert_eq(evaluated, 1);
}

Test(check, false_stops, .signal = SIGABRT)
{
	CHECK(1 + 1 == 3);
}
