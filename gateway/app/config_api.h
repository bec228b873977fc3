/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* The submit API's settings. */

/* Reads the file of its tokens, and reports what is wrong. */
void config_check_api(struct config_load *load);

/* Frees the tokens. */
void config_api_fini(struct config_api *api);
