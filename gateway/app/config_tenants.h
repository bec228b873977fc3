/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"

/* Daily budgets and signatures of tenants. */

/* Reads what was written as lines into budgets and signatures, and reports what is wrong. */
void config_check_tenants(struct config_load *load);

/* Frees them. */
void config_tenants_fini(struct config_tenants *tenants);
