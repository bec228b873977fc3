/* SPDX-License-Identifier: Apache-2.0 */
#include "app/history_role.h"

#include "api/api_lookup.h"
#include "app/config.h"
#include "app/history_writer.h"
#include "app/log_sink.h"
#include "app/redis_address.h"
#include "app/role_signals.h"
#include "loop/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define EXIT_FAILED 1
#define EXIT_CONFIG 78

struct role {
	const struct config *config;
	struct log_sink sink;
	struct loop *loop;
	/* A seal for each thread. */
	struct history_seal *write_seal;
	struct history_seal *read_seal;
	struct history_book *written;
	struct history_book *read;
	struct history_writer *writer;
	struct api_lookup *lookup;
	struct role_signals signals;
};

static void on_state(void *ctx, struct api_lookup_state *out)
{
	struct role *role = ctx;
	const struct history_writer_status *status = history_writer_status(role->writer);
	*out = (struct api_lookup_state){
		.events = atomic_load(&status->events),
		.unread = atomic_load(&status->unread),
		.behind = atomic_load(&status->behind),
		.written = atomic_load(&status->written),
		.is_well = atomic_load(&status->is_well),
	};
	history_writer_trouble(role->writer, out->trouble);
}

static void on_end(void *ctx)
{
	struct role *role = ctx;
	loop_stop(role->loop);
}

static bool open_books(struct role *role, struct err_at *at)
{
	const struct config_history *history = &role->config->history;
	struct slice key = slice_of(history->key);
	const struct zone *zone = &role->config->zone;
	return history_seal_create(key, &role->write_seal, at) == ERR_OK &&
	       history_seal_create(key, &role->read_seal, at) == ERR_OK &&
	       history_book_open(history->dir, role->write_seal, zone, HISTORY_WRITE, &role->written, at) == ERR_OK &&
	       history_book_open(history->dir, role->read_seal, zone, HISTORY_READ, &role->read, at) == ERR_OK;
}

static bool listen_for_questions(struct role *role, struct err_at *at)
{
	const struct config_address *listen = &role->config->history.listen;
	const struct api_lookup_view view = {
		.tokens = role->config->api.tokens,
		.admin_token = role->config->admin.token != NULL ? role->config->admin.token : "",
		.country = role->config->country,
		.book = role->read,
		.state = on_state,
		.ctx = role,
	};
	return listen->host == NULL ||
	       api_lookup_start(role->loop, listen->host, listen->port, &view, &role->lookup, at) == ERR_OK;
}

static bool start_writer(struct role *role, struct err_at *at)
{
	const struct history_writer_options options = {
		.redis = redis_address_place(&role->config->redis),
		.book = role->written,
		.keep_ms = role->config->history.retention_ms,
		.log = &role->sink.log,
	};
	role->writer = history_writer_start(&options);
	if (role->writer == NULL)
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory or threads");
	return role->writer != NULL;
}

static void finish(struct role *role)
{
	api_lookup_destroy(role->lookup);
	history_writer_stop(role->writer);
	history_book_close(role->written);
	history_book_close(role->read);
	history_seal_destroy(role->write_seal);
	history_seal_destroy(role->read_seal);
	role_signals_end(&role->signals);
	loop_destroy(role->loop);
}

int history_role_run(const struct config *config)
{
	struct role role = { .config = config };
	struct err_at at = { .err = ERR_OK };
	if (config->history.dir == NULL || *config->history.dir == '\0') {
		fprintf(stderr, "%s: history.dir is not set: there is no history to write\n", config->path);
		return EXIT_CONFIG;
	}
	log_sink_init(&role.sink, config->log.level);
	umask(077); /* what lies there is nobody else's business */
	role.loop = loop_create();
	if (role.loop == NULL) {
		fprintf(stderr, "out of memory or file descriptors\n");
		return EXIT_FAILED;
	}
	role_signals_watch(&role.signals, role.loop, &role.sink.log, on_end, &role);
	/* The folder and the address first: where either is taken, nothing was touched yet. */
	bool started = open_books(&role, &at) && listen_for_questions(&role, &at) && start_writer(&role, &at);
	if (started) {
		log_write(&role.sink.log, LOG_INFO, "history_started", "hongyan " HONGYAN_VERSION " keeps the history");
		loop_run(role.loop);
		log_write(&role.sink.log, LOG_INFO, "history_stopped", "the history has stopped");
	} else {
		fprintf(stderr, "%s: history: %s\n", config->path, at.text);
	}
	finish(&role);
	return started ? 0 : EXIT_FAILED;
}
