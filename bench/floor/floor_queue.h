/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The stream: entries come in READs of 512, one of them always on its way ahead, and go in ACKs of as many as are
 * answered (XACK and XDEL, variadic). Errors end the program with a message. */

#define FLOOR_QUEUE_BATCH  512
#define FLOOR_QUEUE_ID_CAP 44

struct floor_entry {
	char id[FLOOR_QUEUE_ID_CAP];
	uint8_t id_len;
};

struct floor_queue;

/* Connects to unix:/path or host:port and makes the consumer group. keeps_pending: Redis notes whose each entry is until
 * its ACK, which a gateway needs after a crash and which costs more than all the rest; without, READs say NOACK. */
struct floor_queue *floor_queue_open(const char *url, const char *stream, bool keeps_pending);

/* The socket, to wait for. */
int floor_queue_fd(const struct floor_queue *queue);

/* Reads what has come. */
void floor_queue_receive(struct floor_queue *queue);

/* The next entry, NULL where none is here. Borrowed until floor_queue_acknowledge. */
const struct floor_entry *floor_queue_next(struct floor_queue *queue);

/* Notes that an entry is done. */
void floor_queue_acknowledge(struct floor_queue *queue, const struct floor_entry *entry);

/* Sends ACKs (where 512 are due, or `all`) and the next READ, where fewer than 512 entries wait. */
void floor_queue_send(struct floor_queue *queue, bool all);

/* True once a READ found the stream empty and everything is acknowledged. */
bool floor_queue_is_done(const struct floor_queue *queue);

/* CPU that the server has used, in microseconds; asks it and waits. Only before and after a run. */
double floor_queue_server_cpu_us(struct floor_queue *queue);

void floor_queue_close(struct floor_queue *queue);
