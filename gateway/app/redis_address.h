/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "store/redis_ask.h"
#include "store/redis_link.h"

/* How a connection of a running gateway gets to Redis. redis: borrowed as out is. seed: of the jitter between attempts. */
void redis_address_fill(const struct config_redis *redis, uint64_t seed, struct redis_options *out);

/* The same for a connection that is waited for. redis: borrowed as the place is. */
struct redis_place redis_address_place(const struct config_redis *redis);
