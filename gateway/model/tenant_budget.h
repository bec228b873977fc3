/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* How many segments a tenant may use on a day. */

#define TENANT_BUDGETS_MAX 64

struct tenant_budget {
	char *name;
	uint64_t segments_per_day; /* at least 1 */
};
