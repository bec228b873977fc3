/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/webhook_door.h"

#include "webhook/webhook_wait.h"
#include "wire/http/http_retry_after.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_OCTETS_MAX 4096 /* nobody reads it; more is not waited for */

struct webhook_door {
	struct webhook_door_options options;
	struct loop *loop;
	struct http_client *client;
	_Atomic bool is_interrupted;
	bool is_over; /* the request under way */
	wall_ms now;
	struct webhook_answer answer;
};

static void on_done(void *ctx, unsigned place, const struct http_result *result)
{
	struct webhook_door *door = ctx;
	struct webhook_answer *answer = &door->answer;
	(void)place;
	*answer = (struct webhook_answer){ .status = 0 };
	if (result->end == HTTP_END_ANSWERED) {
		answer->status = result->status;
		answer->retry_after_ms = http_retry_after_ms(result->retry_after, door->now, WEBHOOK_ASKED_MAX_MS);
		snprintf(answer->reason, sizeof answer->reason, "status %u", result->status);
	} else {
		snprintf(answer->reason, sizeof answer->reason, "%s", result->reason);
	}
	door->is_over = true;
	loop_stop(door->loop);
}

static void on_wake(void *ctx)
{
	struct webhook_door *door = ctx;
	if (atomic_load(&door->is_interrupted))
		loop_stop(door->loop);
}

struct webhook_door *webhook_door_create(const struct webhook_door_options *options)
{
	static const struct http_client_events events = { .on_done = on_done };
	struct webhook_door *door = calloc(1, sizeof *door);
	if (door == NULL)
		return NULL;
	door->options = *options;
	const struct http_client_options client = {
		.places = 1,
		.connect_timeout_us = options->timeout_us,
		.response_timeout_us = options->timeout_us,
		.body_octets_max = ANSWER_OCTETS_MAX,
		.ca = options->ca,
		.guard = options->guard,
	};
	door->loop = loop_create();
	if (door->loop != NULL) {
		loop_on_wake(door->loop, on_wake, door);
		door->client = http_client_create(door->loop, &client, &events, door);
	}
	if (door->client == NULL) {
		webhook_door_destroy(door);
		return NULL;
	}
	return door;
}

void webhook_door_destroy(struct webhook_door *door)
{
	if (door == NULL)
		return;
	http_client_destroy(door->client);
	loop_destroy(door->loop);
	free(door);
}

bool webhook_door_post(struct webhook_door *door, struct slice headers, unsigned header_count, struct slice body,
		       wall_ms now, struct webhook_answer *out)
{
	const struct http_call call = {
		.method = "POST",
		.url = door->options.url,
		.headers = headers.at,
		.header_count = header_count,
		.body = body,
	};
	door->is_over = false;
	door->now = now;
	http_client_start(door->client, 0, &call);
	http_client_flush(door->client);
	/* An interruption that comes before the loop runs wakes it at once: its wake waits in the loop. */
	if (!atomic_load(&door->is_interrupted))
		loop_run(door->loop);
	if (door->is_over) {
		*out = door->answer;
		return true;
	}
	(void)http_client_cancel(door->client, 0);
	return false;
}

void webhook_door_interrupt(struct webhook_door *door)
{
	atomic_store(&door->is_interrupted, true);
	loop_wake(door->loop);
}
