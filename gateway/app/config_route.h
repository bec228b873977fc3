/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* What routes say beside their values: conditions, the number plan, costs and statuses are read from their texts, and what
 * is wrong with them is reported with its line. Legal when all values have been read. */
void config_route_check(struct config_load *load);
