/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gateway_process.h"

/* Scenarios of the other files. */
void admin_flood(void);
