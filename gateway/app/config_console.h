/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* Reports what is wrong with the console's settings. */
void config_check_console(struct config_load *load);
