/* SPDX-License-Identifier: Apache-2.0 */

/* Puts alerts, one a line on stdin, on the queue with hiredis; prints the entries, by which events will name them.
 * usage: queue HOST PORT <alerts.ndjson        cc -o queue queue.c -lhiredis */

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPTS    6
#define LINE_OCTETS 16640 /* an alert has at most 16,384 */

static redisContext *redis;

static int reach(const char *host, int port)
{
	struct timeval patience = { .tv_sec = 5 };
	if (redis != NULL && redis->err == 0)
		return 1;
	if (redis != NULL)
		redisFree(redis);
	redis = redisConnectWithTimeout(host, port, patience);
	return redis != NULL && redis->err == 0 && redisSetTimeout(redis, patience) == REDIS_OK;
}

/* A connection that breaks leaves open whether the alert was added. It is added again: the same id is sent once. An error
 * of Redis says that it was not (it is full, it loads its data): a moment later it may be. */
static int add(const char *host, int port, const char *alert, size_t len)
{
	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (attempt > 0)
			sleep(1u << (attempt - 1));
		if (!reach(host, port)) {
			fprintf(stderr, "no connection: %s\n", redis != NULL ? redis->errstr : "out of memory");
			continue;
		}
		redisReply *reply = redisCommand(redis, "XADD {hongyan}:alerts:normal * alert %b", alert, len);
		int is_added = reply != NULL && reply->type == REDIS_REPLY_STRING;
		if (is_added)
			printf("%s\n", reply->str);
		else
			fprintf(stderr, "not added: %s\n", reply != NULL ? reply->str : redis->errstr);
		freeReplyObject(reply);
		if (is_added)
			return 1;
	}
	return 0;
}

int main(int argc, char *argv[])
{
	char line[LINE_OCTETS];
	int port = 0;
	int is_good = argc == 3 && sscanf(argv[2], "%d", &port) == 1;
	while (is_good && fgets(line, sizeof line, stdin) != NULL)
		is_good = add(argv[1], port, line, strcspn(line, "\n"));
	if (redis != NULL)
		redisFree(redis);
	return is_good ? 0 : 1;
}
