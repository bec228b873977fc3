/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "world.h"

#include <hiredis/hiredis.h>

/* Several of Redis in one scenario, each on a port of 127.0.0.1: masters, replicas, Sentinels, nodes of a Cluster. */

struct redis_node {
	struct process process;
	uint16_t port;
	uint16_t bus_port; /* where nodes of a Cluster speak with each other */
};

/* Starts a redis-server, without a file on disk, with these options behind (NULL-terminated; NULL = none), and waits until it answers. */
void redis_node_start(struct redis_node *node, const char *name, const char *const options[]);

/* Starts a Sentinel that watches a master of the name “hongyan”, alone: what it says is enough. */
void redis_node_start_sentinel(struct redis_node *node, const char *name, const struct redis_node *master);

/* One command, on a connection of its own; NULL where the node does not answer. Errors are replies. Free it. */
redisReply *redis_node_call(const struct redis_node *node, const char *format, ...);

/* The same where the answer does not matter; fails on an error. */
void redis_node_do(const struct redis_node *node, const char *format, ...);

/* True where INFO holds that line (“role:master”). */
bool redis_node_says(const struct redis_node *node, const char *line);
