/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* What no single value shows: settings that must fit one another. Reports each thing that is wrong; fills what follows
 * from other settings (a sender's type of number, the one route of a file without routes). Legal when all values have
 * been read. */
void config_check(struct config_load *load);
