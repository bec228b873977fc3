/* SPDX-License-Identifier: Apache-2.0 */
#include "app/redis_address.h"

#include <stdio.h>

#define CONNECT_US (5 * US_PER_S)
#define REPLY_US   (10 * US_PER_S)

void redis_address_fill(const struct config_redis *redis, uint64_t seed, struct redis_options *out)
{
	const struct config_redis_url *url = &redis->url;
	*out = (struct redis_options){
		.username = slice_of(url->user),
		.password = slice_of(url->password),
		.database = url->db,
		.finder = redis->finder,
		.tag = CONFIG_REDIS_TAG,
		.connect_timeout_us = CONNECT_US,
		.reply_timeout_us = REPLY_US,
		.jitter_seed = seed,
		.tls = redis->tls,
	};
	snprintf(out->address.host, sizeof out->address.host, "%s", url->is_unix ? url->path : url->address.host);
	out->address.port = url->is_unix ? 0 : url->address.port;
}

struct redis_place redis_address_place(const struct config_redis *redis)
{
	const struct config_redis_url *url = &redis->url;
	return (struct redis_place){ .path = url->is_unix ? url->path : NULL,
				     .host = url->address.host,
				     .port = url->address.port,
				     .database = url->db,
				     .username = url->user,
				     .password = url->password,
				     .tls = redis->tls,
				     .finder = redis->finder,
				     .tag = CONFIG_REDIS_TAG };
}
