/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "load_alert.h"

#include <stdbool.h>
#include <stdio.h>

/* The way to Redis: XADDs in a pipeline, answers in their order. What goes wrong is said on stderr by the function that
 * meets it. */
struct load_queue;

#define LOAD_QUEUE_PENDING_MAX 4096 /* alerts on the way whose answer has not come */

/* Connects. url: as --redis takes it. produced: NULL, or a file that gets a line per alert that Redis took; borrowed.
 * NULL where Redis is not reachable. */
struct load_queue *load_queue_open(const char *url, FILE *produced);

/* Writes an alert into the pipeline; no octet leaves yet. Room for it is there when fewer than LOAD_QUEUE_PENDING_MAX
 * are pending. json: copied. */
void load_queue_add(struct load_queue *queue, enum load_lane lane, const char *json, size_t len);

/* Sends what was added, noting sent_us (since 1970) for it. False where the connection broke. */
bool load_queue_send(struct load_queue *queue, int64_t sent_us);

/* Takes answers until at most `left` alerts are pending. False where one is an error. */
bool load_queue_take(struct load_queue *queue, size_t left);

size_t load_queue_pending(const struct load_queue *queue);

/* NULL is fine. */
void load_queue_close(struct load_queue *queue);
