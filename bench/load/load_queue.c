/* SPDX-License-Identifier: Apache-2.0 */
/* Commands are written as Redis' protocol directly: formatting one through arguments costs more than the rest. */
#include "load_queue.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KEY_CAP     64
#define ADDRESS_CAP 256

struct pending {
	enum load_lane lane;
	uint32_t json_len;
	int64_t sent_us;
	char json[LOAD_ALERT_CAP];
};

struct load_queue {
	redisContext *redis;
	FILE *produced;
	uint64_t added; /* since the start; pending[added % MAX] is the next free one */
	uint64_t sent;
	uint64_t taken;
	char head[LOAD_LANE_COUNT][KEY_CAP + 64];
	size_t head_len[LOAD_LANE_COUNT];
	char key[LOAD_LANE_COUNT][KEY_CAP];
	struct pending pending[LOAD_QUEUE_PENDING_MAX];
};

static redisContext *connect_url(const char *url, unsigned *db)
{
	char address[ADDRESS_CAP];
	bool is_unix = strncmp(url, "unix:", 5) == 0;
	const char *rest = url + (is_unix ? 5 : 8);
	if (is_unix && strncmp(rest, "//", 2) == 0)
		rest += 2;
	snprintf(address, sizeof address, "%s", rest);
	char *mark = strstr(address, is_unix ? "?db=" : "/");
	if (mark != NULL) {
		*db = (unsigned)strtoul(mark + (is_unix ? 4 : 1), NULL, 10);
		*mark = '\0';
	}
	if (is_unix)
		return redisConnectUnix(address);
	char *colon = strrchr(address, ':');
	if (colon != NULL)
		*colon = '\0';
	return redisConnect(address, colon != NULL ? (int)strtol(colon + 1, NULL, 10) : 6379);
}

static bool select_db(redisContext *redis, unsigned db)
{
	redisReply *reply = redisCommand(redis, "SELECT %u", db);
	bool is_ok = reply != NULL && reply->type != REDIS_REPLY_ERROR;
	if (!is_ok)
		fprintf(stderr, "alert-load: Redis refuses database %u: %s\n", db,
			reply != NULL ? reply->str : redis->errstr);
	if (reply != NULL)
		freeReplyObject(reply);
	return is_ok;
}

struct load_queue *load_queue_open(const char *url, FILE *produced)
{
	struct load_queue *queue = calloc(1, sizeof *queue);
	if (queue == NULL)
		return NULL;
	unsigned db = 0;
	queue->produced = produced;
	queue->redis = connect_url(url, &db);
	if (queue->redis == NULL || queue->redis->err != 0) {
		fprintf(stderr, "alert-load: cannot reach Redis at %s: %s; is redis-server running there?\n", url,
			queue->redis != NULL ? queue->redis->errstr : "out of memory");
		load_queue_close(queue);
		return NULL;
	}
	if (!select_db(queue->redis, db)) {
		load_queue_close(queue);
		return NULL;
	}
	for (unsigned lane = 0; lane < LOAD_LANE_COUNT; lane++) {
		int key_len = snprintf(queue->key[lane], KEY_CAP, "{hongyan}:alerts:%s",
				       load_lane_name((enum load_lane)lane));
		queue->head_len[lane] = (size_t)snprintf(queue->head[lane], sizeof queue->head[lane],
							 "*5\r\n$4\r\nXADD\r\n$%d\r\n%s\r\n$1\r\n*\r\n$5\r\nalert\r\n$",
							 key_len, queue->key[lane]);
	}
	return queue;
}

void load_queue_add(struct load_queue *queue, enum load_lane lane, const char *json, size_t len)
{
	char command[LOAD_ALERT_CAP + KEY_CAP + 128];
	if (load_queue_pending(queue) == LOAD_QUEUE_PENDING_MAX || len >= LOAD_ALERT_CAP)
		abort();
	struct pending *pending = &queue->pending[queue->added++ % LOAD_QUEUE_PENDING_MAX];
	pending->lane = lane;
	pending->json_len = (uint32_t)len;
	if (queue->produced != NULL)
		memcpy(pending->json, json, len);
	size_t at = queue->head_len[lane];
	memcpy(command, queue->head[lane], at);
	at += (size_t)snprintf(command + at, 32, "%zu\r\n", len);
	memcpy(command + at, json, len);
	memcpy(command + at + len, "\r\n", 2);
	if (redisAppendFormattedCommand(queue->redis, command, at + len + 2) != REDIS_OK)
		abort();
}

static bool broken(const struct load_queue *queue)
{
	fprintf(stderr, "alert-load: the connection to Redis broke after %" PRIu64 " alerts: %s\n", queue->taken,
		queue->redis->errstr);
	return false;
}

bool load_queue_send(struct load_queue *queue, int64_t sent_us)
{
	for (; queue->sent < queue->added; queue->sent++)
		queue->pending[queue->sent % LOAD_QUEUE_PENDING_MAX].sent_us = sent_us;
	int is_done = 0;
	while (!is_done) {
		if (redisBufferWrite(queue->redis, &is_done) != REDIS_OK)
			return broken(queue);
	}
	return true;
}

static void note(struct load_queue *queue, const struct pending *pending, const redisReply *reply)
{
	if (queue->produced == NULL)
		return;
	fprintf(queue->produced, "{\"entry\":\"%s\",\"stream\":\"%s\",\"sent_us\":%" PRId64 ",\"alert\":", reply->str,
		queue->key[pending->lane], pending->sent_us);
	fwrite(pending->json, 1, pending->json_len, queue->produced);
	fputs("}\n", queue->produced);
}

bool load_queue_take(struct load_queue *queue, size_t left)
{
	while (load_queue_pending(queue) > left) {
		void *answer = NULL;
		if (redisGetReply(queue->redis, &answer) != REDIS_OK)
			return broken(queue);
		redisReply *reply = answer;
		bool is_ok = reply->type == REDIS_REPLY_STRING;
		if (is_ok)
			note(queue, &queue->pending[queue->taken % LOAD_QUEUE_PENDING_MAX], reply);
		else
			fprintf(stderr, "alert-load: Redis refuses alert %" PRIu64 ": %s\n", queue->taken,
				reply->str != NULL ? reply->str : "unexpected answer");
		freeReplyObject(reply);
		if (!is_ok)
			return false;
		queue->taken++;
	}
	return true;
}

size_t load_queue_pending(const struct load_queue *queue)
{
	return (size_t)(queue->added - queue->taken);
}

void load_queue_close(struct load_queue *queue)
{
	if (queue == NULL)
		return;
	if (queue->redis != NULL)
		redisFree(queue->redis);
	free(queue);
}
