/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "carrier/receipt_door.h"
#include "loop/loop.h"
#include "metrics/metrics.h"

/* Where providers call: one worker's listener for receipts over HTTP. A request is checked (secret, signature, address), read,
 * its receipts go through the doors of its account, and it is answered when all of them are durable: the answer makes the
 * provider forget. Nothing is told to one who is not the provider. */

#define CALLBACKS_CONNECTIONS_MAX 256 /* of each worker */

/* The address, held for all workers before there are any; zero is none. */
struct callbacks_place {
	int fd;
	uint16_t port; /* 0 = nothing is held */
};

/* Takes config->callbacks.listen, if there is one. False where it can't be had; stderr has been told why. */
bool callbacks_reserve(const struct config *config, struct callbacks_place *out);
void callbacks_release(struct callbacks_place *place);

struct callbacks_options {
	struct loop *loop;
	const struct config_callbacks *settings;
	uint16_t port; /* of settings->listen, the same in all workers */
	const struct log *log;
	struct metrics *metrics; /* may be NULL */
};

struct callbacks;

/* Listens, and takes nobody's receipts yet. options: copied, but for what it points to. out: owned, set on success only. at: why not. Errors of httpd_create. */
MUST_CHECK enum err callbacks_create(const struct callbacks_options *options, struct callbacks **out,
				     struct err_at *at);

/* The account of an index (that of its metrics) takes receipts by that door; where it has no callback, or door is NULL, it takes
 * none. Both are borrowed until callbacks_unset_account. False where there is no memory. */
MUST_CHECK bool callbacks_set_account(struct callbacks *callbacks, unsigned index, const struct config_account *account,
				      struct receipt_door *door);

/* It takes none any more. */
void callbacks_unset_account(struct callbacks *callbacks, unsigned index);

/* Takes no new connections; requests that wait get their answers, for at most grace_us. on_stopped: once, in a later turn.
 * Legal once. */
void callbacks_stop(struct callbacks *callbacks, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx);

/* Frees it. Legal when all doors are closed, or were never opened. NULL is fine. */
void callbacks_destroy(struct callbacks *callbacks);
