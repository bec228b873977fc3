/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* Reports what is wrong with the history's settings together. */
void config_check_history(struct config_load *load);
