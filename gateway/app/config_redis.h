/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "app/config_check.h"

/* Checks who is to be asked where Redis is, and sets redis.finder. */
void config_check_redis_finder(struct config_load *load);

void config_redis_finder_fini(struct config_redis *redis);
