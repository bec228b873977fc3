/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_nodes.h"

#include "scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 16

static redisReply *call(const struct redis_node *node, const char *format, va_list args)
{
	redisContext *connection = redisConnect("127.0.0.1", node->port);
	redisReply *reply = connection && !connection->err ? redisvCommand(connection, format, args) : NULL;
	if (connection != NULL)
		redisFree(connection);
	return reply;
}

redisReply *redis_node_call(const struct redis_node *node, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = call(node, format, args);
	va_end(args);
	return reply;
}

void redis_node_do(const struct redis_node *node, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = call(node, format, args);
	va_end(args);
	if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
		FAIL("%s: %s: %s", node->process.name, format, reply ? reply->str : "no answer");
	freeReplyObject(reply);
}

static bool answers(const struct redis_node *node)
{
	if (!process_lives(&node->process))
		FAIL("%s has ended; is redis-server installed?", node->process.name);
	redisReply *reply = redis_node_call(node, "PING");
	bool is_good = reply != NULL && reply->type == REDIS_REPLY_STATUS;
	freeReplyObject(reply);
	return is_good;
}

bool redis_node_says(const struct redis_node *node, const char *line)
{
	char whole[128];
	snprintf(whole, sizeof whole, "\n%s\r", line);
	redisReply *reply = redis_node_call(node, "INFO");
	bool says = reply != NULL && reply->str != NULL && strstr(reply->str, whole) != NULL;
	freeReplyObject(reply);
	return says;
}

void redis_node_start(struct redis_node *node, const char *name, const char *const options[])
{
	char port[8], bus_port[8], folder[WORLD_PATH_OCTETS], file[64];
	*node = (struct redis_node){ .process = { .in = -1, .out = -1 }, .port = world_free_port() };
	node->bus_port = world_free_port();
	snprintf(port, sizeof port, "%u", node->port);
	snprintf(bus_port, sizeof bus_port, "%u", node->bus_port);
	snprintf(file, sizeof file, "%s.nodes", name);
	world_path(folder, "");
	const char *argv[20 + OPTIONS_MAX] = { "redis-server",
					       "--port",
					       port,
					       "--cluster-port",
					       bus_port,
					       "--dir",
					       folder,
					       "--save",
					       "",
					       "--hz",
					       "100",
					       "--cluster-config-file",
					       file,
					       "--repl-diskless-sync-delay",
					       "0" };
	size_t count = 15;
	for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
		EXPECT(i < OPTIONS_MAX);
		argv[count++] = options[i];
	}
	process_start(&node->process, name, argv, false);
	AWAIT(20, answers(node));
}

void redis_node_start_sentinel(struct redis_node *node, const char *name, const struct redis_node *master)
{
	char text[512], file[64], path[WORLD_PATH_OCTETS], folder[WORLD_PATH_OCTETS];
	*node = (struct redis_node){ .process = { .in = -1, .out = -1 }, .port = world_free_port() };
	snprintf(file, sizeof file, "%s.conf", name);
	world_path(path, file);
	world_path(folder, "");
	snprintf(text, sizeof text,
		 "port %u\ndir %s\nsentinel monitor hongyan 127.0.0.1 %u 1\n"
		 "sentinel down-after-milliseconds hongyan 300\nsentinel failover-timeout hongyan 4000\n",
		 node->port, folder, master->port);
	world_write(file, text);
	process_start(&node->process, name, (const char *const[]){ "redis-server", path, "--sentinel", NULL }, false);
	AWAIT(20, answers(node));
}
