/* SPDX-License-Identifier: Apache-2.0 */
#include "app/role_signals.h"

#include "base/check.h"

#include <signal.h>

#define COUNT 3

static void on_signal(uv_signal_t *handle, int number)
{
	struct role_signals *signals = handle->data;
	if (number == SIGHUP)
		log_write(signals->log, LOG_WARN, "reload_ignored",
			  "this process reads its configuration when it starts: restart it");
	else
		signals->on_end(signals->ctx);
}

void role_signals_watch(struct role_signals *signals, struct loop *loop, const struct log *log,
			void (*on_end)(void *ctx), void *ctx)
{
	static const int numbers[COUNT] = { SIGTERM, SIGINT, SIGHUP };
	signals->log = log;
	signals->on_end = on_end;
	signals->ctx = ctx;
	for (unsigned i = 0; i < COUNT; i++) {
		CHECK(uv_signal_init(loop_uv(loop), &signals->handles[i]) == 0);
		signals->handles[i].data = signals;
		CHECK(uv_signal_start(&signals->handles[i], on_signal, numbers[i]) == 0);
	}
	signal(SIGPIPE, SIG_IGN);
}

void role_signals_end(struct role_signals *signals)
{
	for (unsigned i = 0; i < COUNT; i++) {
		if (signals->handles[i].data != NULL)
			uv_close((uv_handle_t *)&signals->handles[i], NULL);
	}
}
