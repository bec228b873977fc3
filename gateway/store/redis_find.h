/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "loop/stream.h"
#include "store/command.h"
#include "store/reply.h"

/* Which Redis takes our writes now, where that may change: Sentinels know the master of a name, and each node of a Redis Cluster knows
 * who has the slot of our keys. One of several is asked, one question, and the next one where it fails. */

#define REDIS_SEEDS_MAX          8
#define REDIS_MASTER_NAME_OCTETS 64

enum redis_find_way { REDIS_FIND_BY_SENTINEL, REDIS_FIND_BY_CLUSTER };

struct redis_finder {
	enum redis_find_way way;
	struct stream_address seeds[REDIS_SEEDS_MAX];
	unsigned seed_count;                   /* at least 1 */
	char master[REDIS_MASTER_NAME_OCTETS]; /* as Sentinels name it */
	struct slice username; /* of Sentinels: as of redis_options; nodes of a Cluster take those of Redis */
	struct slice password;
};

/* Makes the question. tag: of the keys (“{hongyan}”). Sentinel: https://redis.io/docs/latest/develop/reference/sentinel-clients/;
 * Cluster: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ (MOVED redirection). */
void redis_find_ask(const struct redis_finder *finder, const char *tag, struct command *command);

/* Reads the answer of a seed. out: where it is. why: a sentence for people where it is not told, cut to cap octets. */
MUST_CHECK bool redis_find_read(const struct redis_finder *finder, const struct stream_address *seed,
				const struct reply *reply, struct stream_address *out, char *why, size_t cap);
