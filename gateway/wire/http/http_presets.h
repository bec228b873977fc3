/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/http/http_account.h"

/* Descriptions that we wrote for operators. */

/* The preset of a name; NULL where there is none. Static. */
const struct http_settings *http_preset_find(struct slice name);
