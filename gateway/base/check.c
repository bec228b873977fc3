/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void check_failed(const char *expression, const char *file, int line)
{
	fprintf(stderr, "hongyan: bug: %s:%d: “%s” does not hold; stopping so that nothing is lost\n", file, line,
		expression);
	abort();
}
