/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_redis.h"

#include "app/config_check.h"
#include "store/redis_find.h"

#include <stdlib.h>
#include <string.h>

static void complain(struct config_load *load, enum err err, const char *path, const char *text)
{
	config_report(load->report, err, config_check_place(load->root, path), false, path, "%s %s", path, text);
}

static void read_seeds(struct config_load *load, const char *path, const struct config_lines *lines,
		       struct redis_finder *out)
{
	for (unsigned i = 0; i < lines->count; i++) {
		struct err_at at = { .err = ERR_OK };
		struct stream_address *seed = &out->seeds[out->seed_count];
		if (out->seed_count == REDIS_SEEDS_MAX) {
			complain(load, ERR_RANGE, path, "has more than 8 addresses; a few are enough to ask");
			return;
		}
		if (stream_address_parse(slice_of(lines->at[i]), seed, &at) != ERR_OK || seed->port == 0) {
			config_report(load->report, ERR_FORMAT, config_check_place(load->root, path), false, path,
				      "%s: “%s” is no host:port", path, lines->at[i]);
			return;
		}
		out->seed_count++;
	}
}

static void check_sentinels(struct config_load *load, const struct config_redis *redis, struct redis_finder *out)
{
	out->way = REDIS_FIND_BY_SENTINEL;
	read_seeds(load, "redis.sentinels", &redis->sentinels, out);
	snprintf(out->master, sizeof out->master, "%s", redis->sentinel_master);
	out->username = slice_of(redis->sentinel_user);
	out->password = slice_of(redis->sentinel_password);
}

static void check_cluster(struct config_load *load, const struct config_redis *redis, struct redis_finder *out)
{
	out->way = REDIS_FIND_BY_CLUSTER;
	read_seeds(load, "redis.cluster", &redis->cluster, out);
	if (redis->url.db != 0)
		complain(load, ERR_RANGE, "redis.url", "has a database other than 0, and a Redis Cluster has no other");
}

void config_check_redis_finder(struct config_load *load)
{
	struct config_redis *redis = &load->config->redis;
	bool has_sentinels = redis->sentinels.count > 0;
	bool has_cluster = redis->cluster.count > 0;
	if (!has_sentinels && !has_cluster)
		return;
	if (has_sentinels && has_cluster) {
		complain(load, ERR_FORMAT, "redis.cluster",
			 "is given, and so is redis.sentinels: it can be one of them");
		return;
	}
	if (redis->url.is_unix) {
		complain(load, ERR_FORMAT, "redis.url",
			 "is a socket of this host; with redis.sentinels or redis.cluster it begins with redis:// or "
			 "rediss://");
		return;
	}
	redis->finder = calloc(1, sizeof *redis->finder);
	if (redis->finder == NULL)
		complain(load, ERR_MEMORY, "redis", "does not fit into memory");
	else if (has_sentinels)
		check_sentinels(load, redis, redis->finder);
	else
		check_cluster(load, redis, redis->finder);
}

void config_redis_finder_fini(struct config_redis *redis)
{
	free(redis->finder);
	redis->finder = NULL;
}
