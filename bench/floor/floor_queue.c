/* SPDX-License-Identifier: Apache-2.0 */
/* Entries lie in a ring by number; an entry's slot is free again when it is acknowledged. Commands are written as Redis'
 * protocol directly, answers come in their order: a READ's are arrays, those of ACKs are numbers and of no interest. */
#include "floor_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING_CAP  16384
#define READ_CAP  (256 * 1024)
#define WRITE_CAP (256 * 1024)
#define GROUP     "floor"
#define AHEAD_MAX (2 * FLOOR_QUEUE_BATCH) /* entries here or asked for and not yet given: Redis is never without work */

struct floor_queue {
	redisContext *redis;
	char key[96];
	struct floor_entry ring[RING_CAP];
	uint64_t came; /* entries that ever came in; ring[came % RING_CAP] is the next free slot */
	uint64_t given;
	uint64_t acknowledged;
	unsigned reads_out;
	bool is_empty;
	bool keeps_pending;
	unsigned due_count; /* entries to acknowledge */
	const struct floor_entry *due[RING_CAP];
	size_t out_len;
	char out[WRITE_CAP];
	char in[READ_CAP];
};

_Noreturn static void die(const char *what, const char *why)
{
	fprintf(stderr, "floor: %s: %s\n", what, why);
	exit(1);
}

static redisReply *ask(struct floor_queue *queue, const char *command)
{
	redisReply *reply = redisCommand(queue->redis, command);
	if (reply == NULL)
		die(command, queue->redis->errstr);
	return reply;
}

struct floor_queue *floor_queue_open(const char *url, const char *stream, bool keeps_pending)
{
	struct floor_queue *queue = calloc(1, sizeof *queue);
	if (queue == NULL)
		die("memory", "none");
	char address[256];
	bool is_unix = strncmp(url, "unix:", 5) == 0;
	snprintf(address, sizeof address, "%s", is_unix ? url + 5 : url);
	char *colon = is_unix ? NULL : strrchr(address, ':');
	if (colon != NULL)
		*colon = '\0';
	queue->redis = is_unix ? redisConnectUnix(address)
			       : redisConnect(address, colon != NULL ? (int)strtol(colon + 1, NULL, 10) : 6379);
	if (queue->redis == NULL || queue->redis->err != 0)
		die(url, queue->redis != NULL ? queue->redis->errstr : "out of memory");
	snprintf(queue->key, sizeof queue->key, "%s", stream);
	queue->keeps_pending = keeps_pending;
	redisReply *reply = redisCommand(queue->redis, "XGROUP CREATE %s " GROUP " 0 MKSTREAM", stream);
	if (reply == NULL || reply->type == REDIS_REPLY_ERROR)
		die(stream, reply != NULL ? reply->str : queue->redis->errstr);
	freeReplyObject(reply);
	fcntl(queue->redis->fd, F_SETFL, fcntl(queue->redis->fd, F_GETFL) | O_NONBLOCK);
	return queue;
}

int floor_queue_fd(const struct floor_queue *queue)
{
	return queue->redis->fd;
}

/* [[key, [[id, [field, value]], …]]] */
static void take_entries(struct floor_queue *queue, const redisReply *reply)
{
	queue->reads_out--;
	if (reply->type != REDIS_REPLY_ARRAY) {
		queue->is_empty = true;
		return;
	}
	const redisReply *entries = reply->element[0]->element[1];
	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *id = entries->element[i]->element[0];
		struct floor_entry *slot = &queue->ring[queue->came++ % RING_CAP];
		size_t len = (size_t)id->len;
		if (slot->id_len != 0 || len >= FLOOR_QUEUE_ID_CAP)
			die("entries", "an older one was never answered");
		memcpy(slot->id, id->str, len);
		slot->id_len = (uint8_t)len;
	}
}

void floor_queue_receive(struct floor_queue *queue)
{
	ssize_t got = read(queue->redis->fd, queue->in, READ_CAP);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		die("Redis", got == 0 ? "closed the connection" : strerror(errno));
	redisReaderFeed(queue->redis->reader, queue->in, (size_t)got);
	for (;;) {
		void *answer = NULL;
		if (redisReaderGetReply(queue->redis->reader, &answer) != REDIS_OK)
			die("Redis", queue->redis->reader->errstr);
		if (answer == NULL)
			return;
		redisReply *reply = answer;
		if (reply->type == REDIS_REPLY_ERROR)
			die("Redis", reply->str);
		if (reply->type != REDIS_REPLY_INTEGER)
			take_entries(queue, reply);
		freeReplyObject(reply);
	}
}

const struct floor_entry *floor_queue_next(struct floor_queue *queue)
{
	return queue->given < queue->came ? &queue->ring[queue->given++ % RING_CAP] : NULL;
}

void floor_queue_acknowledge(struct floor_queue *queue, const struct floor_entry *entry)
{
	queue->due[queue->due_count++] = entry;
}

static void put(struct floor_queue *queue, const char *octets, size_t len)
{
	if (queue->out_len + len > WRITE_CAP)
		die("ACK", "is larger than the buffer");
	memcpy(queue->out + queue->out_len, octets, len);
	queue->out_len += len;
}

static void put_word(struct floor_queue *queue, const char *word, size_t len)
{
	char head[16];
	put(queue, head, (size_t)snprintf(head, sizeof head, "$%zu\r\n", len));
	put(queue, word, len);
	put(queue, "\r\n", 2);
}

static void put_ids(struct floor_queue *queue, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		put_word(queue, queue->due[i]->id, queue->due[i]->id_len);
}

static void put_ack(struct floor_queue *queue, unsigned count)
{
	char head[32];
	put(queue, head, (size_t)snprintf(head, sizeof head, "*%u\r\n$4\r\nXACK\r\n", count + 3));
	put_word(queue, queue->key, strlen(queue->key));
	put_word(queue, GROUP, strlen(GROUP));
	put_ids(queue, count);
	put(queue, head, (size_t)snprintf(head, sizeof head, "*%u\r\n$4\r\nXDEL\r\n", count + 2));
	put_word(queue, queue->key, strlen(queue->key));
	put_ids(queue, count);
	for (unsigned i = 0; i < count; i++)
		queue->ring[queue->due[i] - queue->ring].id_len = 0;
	queue->due_count -= count;
	memmove(queue->due, queue->due + count, queue->due_count * sizeof queue->due[0]);
	queue->acknowledged += count;
}

static void put_read(struct floor_queue *queue)
{
	static const char group[] = "$10\r\nXREADGROUP\r\n$5\r\nGROUP\r\n$5\r\n" GROUP "\r\n$1\r\nc\r\n";
	static const char count[] = "$5\r\nCOUNT\r\n$3\r\n512\r\n";
	put(queue, queue->keeps_pending ? "*9\r\n" : "*10\r\n", queue->keeps_pending ? 4 : 5);
	put(queue, group, sizeof group - 1);
	put(queue, count, sizeof count - 1);
	if (!queue->keeps_pending)
		put_word(queue, "NOACK", 5);
	put_word(queue, "STREAMS", 7);
	put_word(queue, queue->key, strlen(queue->key));
	put_word(queue, ">", 1);
	queue->reads_out++;
}

static void write_out(struct floor_queue *queue)
{
	size_t at = 0;
	while (at < queue->out_len) {
		ssize_t written = write(queue->redis->fd, queue->out + at, queue->out_len - at);
		if (written > 0) {
			at += (size_t)written;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = queue->redis->fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			die("Redis", strerror(errno));
		}
	}
	queue->out_len = 0;
}

void floor_queue_send(struct floor_queue *queue, bool all)
{
	while (queue->due_count >= FLOOR_QUEUE_BATCH || (all && queue->due_count > 0))
		put_ack(queue, queue->due_count < FLOOR_QUEUE_BATCH ? queue->due_count : FLOOR_QUEUE_BATCH);
	while (!queue->is_empty && queue->came - queue->given + queue->reads_out * FLOOR_QUEUE_BATCH < AHEAD_MAX)
		put_read(queue);
	if (queue->out_len > 0)
		write_out(queue);
}

bool floor_queue_is_done(const struct floor_queue *queue)
{
	return queue->is_empty && queue->acknowledged == queue->came;
}

double floor_queue_server_cpu_us(struct floor_queue *queue)
{
	int flags = fcntl(queue->redis->fd, F_GETFL);
	double cpu_s = 0;
	fcntl(queue->redis->fd, F_SETFL, flags & ~O_NONBLOCK);
	redisReply *reply = NULL;
	/* Answers of the last ACKs come first. */
	for (reply = ask(queue, "INFO cpu"); reply->type != REDIS_REPLY_STRING;) {
		void *answer = NULL;
		freeReplyObject(reply);
		if (redisGetReply(queue->redis, &answer) != REDIS_OK)
			die("INFO cpu", queue->redis->errstr);
		reply = answer;
	}
	static const char *const fields[] = { "used_cpu_sys:", "used_cpu_user:" };
	for (size_t i = 0; i < 2; i++) {
		const char *at = strstr(reply->str, fields[i]);
		if (at != NULL)
			cpu_s += strtod(at + strlen(fields[i]), NULL);
	}
	freeReplyObject(reply);
	fcntl(queue->redis->fd, F_SETFL, flags);
	return cpu_s * 1e6;
}

void floor_queue_close(struct floor_queue *queue)
{
	redisFree(queue->redis);
	free(queue);
}
