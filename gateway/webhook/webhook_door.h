/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"
#include "loop/http_client.h"

#include <stdint.h>

/* An endpoint's address, to which requests are posted one after the other; each is waited for. All but webhook_door_interrupt is
 * for one thread. */

#define WEBHOOK_REASON_OCTETS 160

struct webhook_door_options {
	const char *url;    /* borrowed for the door's life, as are ca and guard */
	mono_us timeout_us; /* of a request */
	struct slice ca;    /* PEM; empty = the system's */
	const struct address_guard *guard;
};

/* What came of a request. */
struct webhook_answer {
	unsigned status;                    /* 0 = there was no answer */
	int64_t retry_after_ms;             /* 0 = not said */
	char reason[WEBHOOK_REASON_OCTETS]; /* where the status is not 2xx: for people */
};

struct webhook_door;

/* NULL where there is no memory, or no file descriptor. */
struct webhook_door *webhook_door_create(const struct webhook_door_options *options);

/* NULL is fine. */
void webhook_door_destroy(struct webhook_door *door);

/* Posts body with headers (lines, each with its NUL) and waits. False where it was interrupted: it may have left or not. */
bool webhook_door_post(struct webhook_door *door, struct slice headers, unsigned header_count, struct slice body,
		       wall_ms now, struct webhook_answer *out);

/* From any thread: ends the request under way, and every later one at once. */
void webhook_door_interrupt(struct webhook_door *door);
