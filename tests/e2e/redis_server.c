/* SPDX-License-Identifier: Apache-2.0 */
#include "redis_server.h"

#include "scenario.h"
#include "world.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct process server = { .in = -1 };
static redisContext *connection;
static char socket_path[WORLD_PATH_OCTETS];
static uint16_t port_used; /* 0 = the socket's */
static unsigned queued;

static bool answers(void)
{
	if (port_used == 0 && !process_lives(&server))
		FAIL("redis-server has ended; is it installed?");
	if (connection == NULL)
		connection = port_used != 0 ? redisConnect("127.0.0.1", port_used) : redisConnectUnix(socket_path);
	redisReply *reply = connection && !connection->err ? redisCommand(connection, "PING") : NULL;
	bool is_good = reply != NULL && reply->type == REDIS_REPLY_STATUS;
	if (reply != NULL)
		freeReplyObject(reply);
	/* A reply of another kind says that it is still loading. */
	if (connection != NULL && connection->err) {
		redisFree(connection);
		connection = NULL;
	}
	return is_good;
}

void redis_server_start(void)
{
	char folder[WORLD_PATH_OCTETS];
	world_path(folder, "");
	world_path(socket_path, "redis.sock");
	unlink(socket_path);
	const char *const argv[] = {
		"redis-server",
		"--port",
		"0",
		"--unixsocket",
		socket_path,
		"--dir",
		folder,
		"--save",
		"",
		"--appendonly",
		"yes",
		"--appendfsync",
		"everysec",
		"--maxclients",
		"1000",
		"--loglevel",
		"warning",
		"--auto-aof-rewrite-percentage",
		"0",
		"--hz",
		"100",
		NULL,
	};
	process_start(&server, "redis", argv, false);
	AWAIT(20, answers());
}

static void disconnect(void)
{
	if (connection != NULL)
		redisFree(connection);
	connection = NULL;
}

void redis_server_use(uint16_t port)
{
	disconnect();
	port_used = port;
	AWAIT(20, answers());
}

/* With “everysec”, what Redis has answered may stay in its own memory for up to two seconds while the disk is busy with the write
 * before: a death then loses it, and no gateway can help that. Here it is the process that dies, with what it answered written. */
static bool has_written(void)
{
	redisReply *reply = redis_server_call("INFO persistence");
	bool has = strstr(reply->str, "\naof_buffer_length:0\r") != NULL;
	freeReplyObject(reply);
	return has;
}

void redis_server_kill(void)
{
	AWAIT(20, has_written());
	process_kill(&server);
	disconnect();
}

void redis_server_stop(void)
{
	disconnect();
	process_signal(&server, SIGTERM);
	EXPECT_COUNT(process_wait(&server, 20), 0);
}

const char *redis_server_url(void)
{
	static char url[WORLD_PATH_OCTETS + 8];
	if (port_used != 0)
		snprintf(url, sizeof url, "redis://127.0.0.1:%u/0", port_used);
	else
		snprintf(url, sizeof url, "unix://%s", socket_path);
	return url;
}

static redisReply *check(redisReply *reply, const char *format)
{
	if (reply == NULL)
		FAIL("no answer to %s: %s", format, connection->errstr);
	if (reply->type == REDIS_REPLY_ERROR)
		FAIL("%s: %s", format, reply->str);
	return reply;
}

redisReply *redis_server_call(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = redisvCommand(connection, format, args);
	va_end(args);
	return check(reply, format);
}

void redis_server_do(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	freeReplyObject(check(redisvCommand(connection, format, args), format));
	va_end(args);
}

redisReply *redis_server_call_argv(int count, const char **argv, const size_t *lens)
{
	return check(redisCommandArgv(connection, count, argv, lens), argv[0]);
}

long long redis_server_int(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = check(redisvCommand(connection, format, args), format);
	va_end(args);
	if (reply->type != REDIS_REPLY_INTEGER)
		FAIL("%s: the answer is no number", format);
	long long value = reply->integer;
	freeReplyObject(reply);
	return value;
}

void redis_server_queue(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	EXPECT(redisvAppendCommand(connection, format, args) == REDIS_OK);
	va_end(args);
	if (++queued == 1000)
		redis_server_drain();
}

void redis_server_drain(void)
{
	for (; queued > 0; queued--) {
		redisReply *reply = NULL;
		if (redisGetReply(connection, (void **)&reply) != REDIS_OK)
			reply = NULL;
		freeReplyObject(check(reply, "a queued command"));
	}
}

long long redis_server_waiting(void)
{
	return redis_server_int("EVAL %s 0", "local n = redis.call('ZCARD', '{hongyan}:later')\n"
					     "n = n + redis.call('ZCARD', '{hongyan}:held')\n"
					     "for _, lane in ipairs({'alerts:urgent', 'alerts:normal', 'alerts:bulk', "
					     "'ready'}) do n = n + redis.call('XLEN', '{hongyan}:' .. lane) end\n"
					     "return n");
}
