/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "base/log.h"
#include "store/redis_ask.h"

#include <stdatomic.h>

/* A thread that posts events to one endpoint. It has a group of readers of its own, so that an endpoint which is away holds nobody
 * up: what it has not got waits in Redis, and at most one batch of entries is in memory. Events go out in the order of the
 * stream, one request after the other; an entry is acknowledged when all of its events were taken, and what was not is sent again
 * at the next start, with the same ids. Of several processes one at a time sends to an endpoint. */

#define WEBHOOK_TROUBLE_OCTETS 256
#define WEBHOOK_PROCESS_OCTETS 96

struct webhook_sender_options {
	const struct config_webhook *webhook; /* borrowed, as are all texts */
	struct redis_place redis;
	const char *instance; /* a process of this name that was here before is dead */
	const char *process;  /* the instance's name, a colon, and what is this start's alone */
	int64_t give_up_ms;
	uint64_t seed;
	const struct log *log;
};

/* What it has done; any thread may look. */
struct webhook_sender_status {
	_Atomic uint64_t delivered; /* events that the endpoint took */
	_Atomic uint64_t requests;
	_Atomic uint64_t failures; /* requests that it did not take */
	_Atomic uint64_t given_up; /* events that were too old before it took them */
	_Atomic uint64_t unread;   /* that are no events, or were deleted before they were read */
	_Atomic uint64_t behind;   /* entries that wait in Redis, as of the last look */
	_Atomic bool is_well;      /* the endpoint took the last request, or none was sent yet */
	_Atomic bool is_gone;      /* it has said 410 */
	_Atomic bool has_redis;
	_Atomic bool is_active; /* this process sends; else another one does */
};

struct webhook_sender;

/* Starts the thread. NULL: why not is in at. */
struct webhook_sender *webhook_sender_start(const struct webhook_sender_options *options, struct err_at *at);

const struct webhook_sender_status *webhook_sender_status(const struct webhook_sender *sender);

/* Tells it to end: a request under way is broken off. Does not wait. */
void webhook_sender_end(struct webhook_sender *sender);

/* Waits for its end, after webhook_sender_end, and frees it. NULL is fine. */
void webhook_sender_destroy(struct webhook_sender *sender);
