/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "loop/loop.h"

/* The signals of a process beside the gateways (history, webhooks, console): SIGTERM and SIGINT end it, SIGHUP is told to be of no
 * use, SIGPIPE does nothing. */
struct role_signals {
	uv_signal_t handles[3]; /* data NULL = not watched */
	const struct log *log;
	void (*on_end)(void *ctx);
	void *ctx;
};

/* Watches from now on. signals: zeroed before, and stays where it is until the loop is destroyed. log: borrowed as long. on_end:
 * called in the loop for each signal that ends it. */
void role_signals_watch(struct role_signals *signals, struct loop *loop, const struct log *log,
			void (*on_end)(void *ctx), void *ctx);

/* Before the loop is destroyed; legal where nothing was watched. */
void role_signals_end(struct role_signals *signals);
