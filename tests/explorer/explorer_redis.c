/* SPDX-License-Identifier: Apache-2.0 */
#include "explorer/explorer_redis.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SHA_OCTETS 41

struct explorer_redis {
	pid_t pid;
	bool is_durable;
	char dir[64];
	redisContext *connection;
	char *texts[SCRIPT_COUNT]; /* NULL = the store's own */
	char shas[SCRIPT_COUNT][SHA_OCTETS];
	const char *check;
	char check_sha[SHA_OCTETS];
};

static _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "explorer: %s: %s\n", what, why);
	exit(70);
}

static void become_server(const struct explorer_redis *redis)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int nothing = open("/dev/null", O_RDWR);
	if (chdir(redis->dir) != 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0)
		_exit(126);
	execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", "redis.sock", "--save", "",
	       "--appendonly", redis->is_durable ? "yes" : "no", "--appendfsync", "always", "--logfile", "redis.log",
	       "--auto-aof-rewrite-percentage", "0", (char *)NULL);
	_exit(127);
}

/* PING is answered with an error while it is still loading. */
static bool answers(struct explorer_redis *redis)
{
	redisReply *reply = redisCommand(redis->connection, "PING");
	bool is_good = reply != NULL && reply->type == REDIS_REPLY_STATUS;
	freeReplyObject(reply);
	return is_good;
}

static void connect_to(struct explorer_redis *redis)
{
	char path[96];
	snprintf(path, sizeof path, "%s/redis.sock", redis->dir);
	for (int tries = 0; tries < 20000; tries++) {
		if (waitpid(redis->pid, NULL, WNOHANG) == redis->pid)
			give_up("redis-server", "it has ended; is it installed?");
		redis->connection = redisConnectUnix(path);
		if (redis->connection != NULL && redis->connection->err == 0 && answers(redis))
			return;
		redisFree(redis->connection);
		redis->connection = NULL;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	give_up("redis-server", "it does not answer");
}

static void load(struct explorer_redis *redis, const char *text, size_t len, char *sha)
{
	redisReply *reply = explorer_redis_call(redis, "SCRIPT LOAD %b", text, len);
	snprintf(sha, SHA_OCTETS, "%s", reply->str);
	freeReplyObject(reply);
}

static void load_all(struct explorer_redis *redis)
{
	for (unsigned i = 0; i < SCRIPT_COUNT; i++) {
		struct slice text = script_sources[i].text;
		if (redis->texts[i] != NULL)
			text = slice_of(redis->texts[i]);
		load(redis, text.at, text.len, redis->shas[i]);
	}
	if (redis->check != NULL)
		load(redis, redis->check, strlen(redis->check), redis->check_sha);
}

static void spawn(struct explorer_redis *redis)
{
	char path[96];
	snprintf(path, sizeof path, "%s/redis.sock", redis->dir);
	unlink(path);
	redis->pid = fork();
	if (redis->pid < 0)
		give_up("fork", "no process");
	if (redis->pid == 0)
		become_server(redis);
	connect_to(redis);
	load_all(redis);
}

struct explorer_redis *explorer_redis_start(bool is_durable)
{
	struct explorer_redis *redis = calloc(1, sizeof *redis);
	if (redis == NULL)
		give_up("memory", "none is left");
	redis->is_durable = is_durable;
	snprintf(redis->dir, sizeof redis->dir, "/tmp/hongyan-explorer-XXXXXX");
	if (mkdtemp(redis->dir) == NULL)
		give_up(redis->dir, "can't be made");
	spawn(redis);
	return redis;
}

static void kill_server(struct explorer_redis *redis)
{
	kill(redis->pid, SIGKILL);
	waitpid(redis->pid, NULL, 0);
	redisFree(redis->connection);
	redis->connection = NULL;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

void explorer_redis_end(struct explorer_redis *redis)
{
	kill_server(redis);
	nftw(redis->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	for (unsigned i = 0; i < SCRIPT_COUNT; i++)
		free(redis->texts[i]);
	free(redis);
}

void explorer_redis_kill(struct explorer_redis *redis)
{
	kill_server(redis);
	spawn(redis);
}

void explorer_redis_load(struct explorer_redis *redis, enum script script, const char *text)
{
	free(redis->texts[script]);
	redis->texts[script] = strdup(text);
	if (redis->texts[script] == NULL)
		give_up("memory", "none is left");
	load(redis, text, strlen(text), redis->shas[script]);
}

void explorer_redis_load_own(struct explorer_redis *redis)
{
	for (unsigned i = 0; i < SCRIPT_COUNT; i++) {
		free(redis->texts[i]);
		redis->texts[i] = NULL;
	}
	load_all(redis);
}

const char *explorer_redis_sha(const struct explorer_redis *redis, enum script script)
{
	return redis->shas[script];
}

const char *explorer_redis_load_check(struct explorer_redis *redis, const char *text)
{
	redis->check = text;
	load(redis, text, strlen(text), redis->check_sha);
	return redis->check_sha;
}

void explorer_redis_ask(struct explorer_redis *redis, const char *octets, size_t len, redisReply **replies,
			unsigned count)
{
	if (len > 0 && redisAppendFormattedCommand(redis->connection, octets, len) != REDIS_OK)
		give_up("redis-server", redis->connection->errstr);
	for (unsigned i = 0; i < count; i++) {
		void *reply;
		if (redisGetReply(redis->connection, &reply) != REDIS_OK)
			give_up("redis-server", redis->connection->errstr);
		replies[i] = reply;
	}
}

redisReply *explorer_redis_call(struct explorer_redis *redis, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	redisReply *reply = redisvCommand(redis->connection, format, args);
	va_end(args);
	if (reply == NULL)
		give_up("redis-server", redis->connection->errstr);
	if (reply->type == REDIS_REPLY_ERROR)
		give_up(format, reply->str);
	return reply;
}
