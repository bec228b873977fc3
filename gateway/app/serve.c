/* SPDX-License-Identifier: Apache-2.0 */

/* The main thread: what is shared is made and frozen, workers start, the admin address serves, signals are awaited, the
 * drain is led. */

#include "app/serve.h"

#include "app/fd_need.h"
#include "app/reload.h"
#include "app/serve_inner.h"
#include "app/template_dir.h"
#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#define EXIT_FAILED 1
#define EXIT_CONFIG 78

/* -- what is shared -- */

static void tell_problem(void *ctx, const char *line, bool is_warning)
{
	(void)ctx;
	fprintf(stderr, "%s%s\n", is_warning ? "warning: " : "", line);
}

/* Whoever holds the lock knows that no earlier process of this instance lives: the kernel gives it up with the process. */
static bool take_lock(struct serve *serve)
{
	const char *path = serve->config->instance.lock_file;
	serve->lock_fd = -1;
	if (path == NULL)
		return true;
	serve->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (serve->lock_fd < 0) {
		fprintf(stderr, "%s: cannot be opened: %s; set instance.lock_file to a place that can be written\n",
			path, strerror(errno));
		return false;
	}
	if (flock(serve->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		fprintf(stderr,
			"%s: another process of instance “%s” holds the lock; stop it, or give each its own "
			"instance.name and instance.lock_file\n",
			path, serve->config->instance.name);
		return false;
	}
	if (!crumbs_open(&serve->crumbs, serve->lock_fd))
		fprintf(stderr,
			"%s: cannot be written: %s; an alert that makes the gateway crash will not be found by "
			"itself\n",
			path, strerror(errno));
	return true;
}

static void make_labels(struct serve *serve)
{
	static const char *lanes[LANE_COUNT];
	static const char *classes[OUTCOME_COUNT];
	static const char *closings[CLOSING_COUNT];
	static const char *states[MESSAGE_STATE_COUNT];
	static const char *const calls[] = { "read", "begin", "settle" };
	static const char *const versions[] = { HONGYAN_VERSION };
	for (unsigned i = 0; i < LANE_COUNT; i++)
		lanes[i] = lane_name((enum lane)i);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		classes[i] = outcome_class_name((enum outcome_class)i);
	for (unsigned i = 0; i < CLOSING_COUNT; i++)
		closings[i] = closing_name((enum closing)i);
	for (unsigned i = 0; i < MESSAGE_STATE_COUNT; i++)
		states[i] = i == MESSAGE_STATE_NONE ? "NONE" : message_state_name((enum message_state)i);
	/* Copies: blocks of metrics outlive the configuration at hand. */
	static char tenants[TENANT_BUDGETS_MAX][ALERT_NAME_MAX + 1];
	static const char *tenant_names[TENANT_BUDGETS_MAX];
	const struct config_tenants *with_budget = &serve->config->tenants;
	for (unsigned i = 0; i < with_budget->budget_count; i++) {
		snprintf(tenants[i], sizeof tenants[i], "%s", with_budget->budgets[i].name);
		tenant_names[i] = tenants[i];
	}
	unsigned reason_count;
	const char *const *reasons = pipeline_dead_reasons(&reason_count);
	unsigned template_class_count;
	const char *const *template_classes = pipeline_class_names(&template_class_count);
	serve->labels = (struct metrics_labels){
		.names = {
			[METRIC_LABEL_ACCOUNT] = serve->slots.names,
			[METRIC_LABEL_LANE] = lanes,
			[METRIC_LABEL_CLASS] = classes,
			[METRIC_LABEL_EVENT] = closings,
			[METRIC_LABEL_REASON] = reasons,
			[METRIC_LABEL_STAGE] = pipeline_stage_names(),
			[METRIC_LABEL_TEMPLATE_CLASS] = template_classes,
			[METRIC_LABEL_STATE] = states,
			[METRIC_LABEL_CALL] = calls,
			[METRIC_LABEL_RULE] = protection_labels(),
			[METRIC_LABEL_TENANT] = tenant_names,
			[METRIC_LABEL_VERSION] = versions,
		},
		.count = {
			[METRIC_LABEL_ACCOUNT] = ROUTE_ACCOUNTS_MAX,
			[METRIC_LABEL_LANE] = LANE_COUNT,
			[METRIC_LABEL_CLASS] = OUTCOME_COUNT,
			[METRIC_LABEL_EVENT] = CLOSING_COUNT,
			[METRIC_LABEL_REASON] = reason_count,
			[METRIC_LABEL_STAGE] = STAGE_COUNT,
			[METRIC_LABEL_TEMPLATE_CLASS] = template_class_count,
			[METRIC_LABEL_STATE] = MESSAGE_STATE_COUNT,
			[METRIC_LABEL_CALL] = 3,
			[METRIC_LABEL_RULE] = PROTECTION_COUNT,
			[METRIC_LABEL_TENANT] = with_budget->budget_count,
			[METRIC_LABEL_VERSION] = 1,
		},
	};
}

/* Every worker needs a link of every account. */
static unsigned workers_wanted(const struct config *config)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned count = config->workers;
	unsigned most = WORKERS_MAX;
	for (unsigned i = 0; i < config->account_count; i++) {
		const struct config_account *account = &config->accounts[i];
		most = config_account_links(account) < most ? config_account_links(account) : most;
	}
	if (count == 0)
		count = processors >= 4 ? (unsigned)processors / 2 : 1;
	if (count > most)
		fprintf(stderr, "note: %u workers instead of %u: each needs a link of every account\n", most, count);
	return count < most ? count : most;
}

/* -- workers, signals, the end -- */

static void on_worker_done(void *ctx)
{
	struct serve *serve = ctx;
	atomic_fetch_sub(&serve->workers_running, 1);
	loop_wake(serve->loop);
}

static void on_adder_closed(void *ctx)
{
	struct serve *serve = ctx;
	loop_stop(serve->loop);
}

/* The last worker is gone. */
static void end_loop(struct serve *serve)
{
	if (serve->adder == NULL)
		loop_stop(serve->loop);
	else if (!serve->is_adder_closing)
		adder_close(serve->adder, on_adder_closed, serve);
	serve->is_adder_closing = true;
}

static void on_wake(void *ctx)
{
	struct serve *serve = ctx;
	if (serve->admin != NULL)
		order_desk_tell(&serve->orders);
	serve_follow_templates(serve);
	if (atomic_load(&serve->workers_running) == 0)
		end_loop(serve);
}

static void on_order_answered(void *ctx)
{
	struct serve *serve = ctx;
	loop_wake(serve->loop);
}

static bool start_workers(struct serve *serve)
{
	crumbs_hand_on(&serve->crumbs);
	for (unsigned i = 0; i < serve->worker_count; i++) {
		serve->worker_options[i] = (struct worker_options){
			.snapshot = serve->snapshot,
			.account_names = serve->slots.names,
			.log = &serve->sink.log,
			.metrics = serve->worker_metrics[i],
			.index = i,
			.count = serve->worker_count,
			.nonce = serve->nonce,
			.callbacks = &serve->callbacks,
			.adopts_instance = serve->lock_fd >= 0,
			.crumb = serve->crumbs.places ? &serve->crumbs.places[i] : NULL,
			.suspects = serve->crumbs.found,
			.suspect_count = serve->crumbs.found_count,
			.orders = i == 0 ? &serve->orders : NULL,
			.on_done = on_worker_done,
			.ctx = serve,
		};
		atomic_fetch_add(&serve->workers_running, 1);
		serve->workers[i] = worker_start(&serve->worker_options[i]);
		if (serve->workers[i] != NULL)
			continue;
		atomic_fetch_sub(&serve->workers_running, 1);
		fprintf(stderr, "a worker could not be started: out of memory, threads or file descriptors\n");
		return false;
	}
	return true;
}

static void stop_workers(struct serve *serve, mono_us grace_us)
{
	for (unsigned i = 0; i < serve->worker_count; i++) {
		if (serve->workers[i] != NULL)
			worker_drain(serve->workers[i], grace_us);
	}
}

/* The admin address must go too: it would ask workers that are not there. */
static void give_up(struct serve *serve)
{
	admin_destroy(serve->admin);
	api_destroy(serve->api);
	serve->admin = NULL;
	serve->api = NULL;
	serve->stops++; /* from now on nothing is read again either */
	serve_supervisor_stopping(serve);
	stop_workers(serve, 0);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct serve *serve = handle->data;
	(void)number;
	/* The first asks for an orderly end, the second for a quick one. */
	if (serve->stops == 0)
		serve_supervisor_stopping(serve);
	stop_workers(serve, serve->stops++ == 0 ? serve->config->drain_timeout_us : 0);
}

struct telling {
	const struct log *log;
	admin_on_line *tell; /* NULL = the log only */
	void *ctx;
};

static void tell_reload(void *ctx, const char *line, bool is_warning)
{
	const struct telling *telling = ctx;
	log_write(telling->log, is_warning ? LOG_WARN : LOG_ERROR, is_warning ? "reload_warning" : "reload_error",
		  line);
	if (telling->tell != NULL)
		telling->tell(telling->ctx, line, is_warning);
}

/* What has no line yet. */
static void refuse_reload(const struct telling *telling, const char *why)
{
	log_write(telling->log, LOG_WARN, "reload_refused", why);
	if (telling->tell != NULL)
		telling->tell(telling->ctx, why, false);
}

static bool reload(struct serve *serve, admin_on_line *tell, void *tell_ctx)
{
	struct telling telling = { &serve->sink.log, tell, tell_ctx };
	struct carrier_maker maker = {
		.loop = serve->loop,
		.log = &serve->sink.log,
		.worker_count = serve->worker_count,
	};
	struct snapshot *snapshot;
	if (serve->stops > 0) {
		refuse_reload(&telling, "the gateway is draining; the configuration is read at its next start");
		return false;
	}
	if (reload_read(serve->first_config, &maker, &serve->slots, &snapshot, tell_reload, &telling) != ERR_OK) {
		log_write(&serve->sink.log, LOG_ERROR, "reload_refused",
			  "the configuration in force stays, since the file has errors");
		return false;
	}
	for (unsigned i = 0; i < serve->worker_count; i++)
		worker_reload(serve->workers[i], snapshot);
	snapshot_release(serve->snapshot);
	serve->snapshot = snapshot;
	serve->config = snapshot->config;
	log_shift_configure(&serve->log_shift, serve->config->log.level);
	log_write(&serve->sink.log, LOG_INFO, "reloaded", "the configuration has been read again, and is in force");
	return true;
}

bool serve_reload(struct serve *serve, admin_on_line *tell, void *tell_ctx)
{
	serve_supervisor_reloading(serve);
	bool is_taken = reload(serve, tell, tell_ctx);
	serve_supervisor_reloaded(serve, is_taken);
	return is_taken;
}

static void on_reload_signal(uv_signal_t *handle, int number)
{
	(void)number;
	serve_reload(handle->data, NULL, NULL);
}

static void watch_signals(struct serve *serve)
{
	static const int numbers[] = { SIGTERM, SIGINT };
	for (unsigned i = 0; i < 2; i++) {
		CHECK(uv_signal_init(loop_uv(serve->loop), &serve->signals[i]) == 0);
		serve->signals[i].data = serve;
		CHECK(uv_signal_start(&serve->signals[i], on_signal, numbers[i]) == 0);
	}
	CHECK(uv_signal_init(loop_uv(serve->loop), &serve->reload_signal) == 0);
	serve->reload_signal.data = serve;
	CHECK(uv_signal_start(&serve->reload_signal, on_reload_signal, SIGHUP) == 0);
	signal(SIGPIPE, SIG_IGN);
}

static bool make_metrics(struct serve *serve)
{
	make_labels(serve);
	serve->main_metrics = metrics_create(&serve->labels);
	serve->blocks[0] = serve->main_metrics;
	bool made = serve->main_metrics != NULL;
	for (unsigned i = 0; made && i < serve->worker_count; i++) {
		serve->worker_metrics[i] = metrics_create(&serve->labels);
		serve->blocks[i + 1] = serve->worker_metrics[i];
		made = serve->worker_metrics[i] != NULL;
	}
	if (made)
		metrics_set(serve->main_metrics, METRIC_BUILD_INFO, 1);
	return made;
}

/* False where there are too few file descriptors for the links; that some connections over HTTP may be turned away is told
 * only. */
static bool has_file_descriptors(const struct serve *serve)
{
	char text[512];
	struct buf out = buf_over(text, sizeof text);
	struct fd_need need = fd_need_of(serve->config, serve->worker_count);
	enum fd_verdict verdict = fd_need_judge(&need, fd_need_raise_limit(), &out);
	if (verdict != FD_ENOUGH)
		fprintf(stderr, "%s%.*s\n", verdict == FD_SCARCE ? "warning: " : "", SLICE_ARG(buf_slice(&out)));
	return verdict != FD_TOO_FEW;
}

/* Returns the exit code, 0 = go on. */
static int prepare(struct serve *serve)
{
	if (serve->config->account_count > ROUTE_ACCOUNTS_MAX) {
		fprintf(stderr, "%s: accounts: at most %u accounts can be routed to\n", serve->config->path,
			ROUTE_ACCOUNTS_MAX);
		return EXIT_CONFIG;
	}
	struct catalogue *shipped;
	if (template_dir_load(serve->config->templates.dir, serve->config->locale, &shipped, tell_problem, serve) !=
	    ERR_OK)
		return EXIT_CONFIG;
	serve->catalogue = shipped;
	struct err_at at = { .err = ERR_OK };
	if (snapshot_create(serve->first_config, NULL, &serve->slots, &serve->snapshot, &at) != ERR_OK) {
		fprintf(stderr, "%s: %s: %s\n", serve->config->path, at.field, at.text);
		return EXIT_CONFIG;
	}
	if (getrandom(&serve->nonce, sizeof serve->nonce, 0) != sizeof serve->nonce || !take_lock(serve))
		return EXIT_FAILED;
	serve->worker_count = workers_wanted(serve->config);
	if (!has_file_descriptors(serve))
		return EXIT_FAILED;
	serve->loop = loop_create();
	if (serve->loop == NULL || !make_metrics(serve)) {
		fprintf(stderr, "out of memory or file descriptors\n");
		return EXIT_FAILED;
	}
	serve->started = loop_now(serve->loop);
	loop_on_wake(serve->loop, on_wake, serve);
	log_shift_init(&serve->log_shift, &serve->sink.log, serve->config->log.level, serve->loop);
	return 0;
}

static void finish(struct serve *serve)
{
	admin_destroy(serve->admin);
	adder_destroy(serve->adder);
	api_destroy(serve->api);
	serve_supervisor_end(serve);
	serve_end_templates(serve);
	for (unsigned i = 0; serve->loop != NULL && i < 2; i++) {
		if (serve->signals[i].data != NULL)
			uv_close((uv_handle_t *)&serve->signals[i], NULL);
	}
	if (serve->loop != NULL && serve->reload_signal.data != NULL)
		uv_close((uv_handle_t *)&serve->reload_signal, NULL);
	if (serve->log_shift.log != NULL)
		log_shift_fini(&serve->log_shift);
	loop_destroy(serve->loop);
	for (unsigned i = 0; i < serve->worker_count; i++)
		metrics_destroy(serve->worker_metrics[i]);
	metrics_destroy(serve->main_metrics);
	snapshot_release(serve->snapshot);
	catalogue_release(serve->catalogue);
	crumbs_close(&serve->crumbs);
	if (serve->lock_fd >= 0)
		close(serve->lock_fd);
	callbacks_release(&serve->callbacks);
	order_desk_fini(&serve->orders);
	free(serve);
}

int serve_run(const struct config *config)
{
	struct serve *serve = calloc(1, sizeof *serve);
	if (serve == NULL)
		return EXIT_FAILED;
	serve->first_config = config;
	serve->config = config;
	serve->lock_fd = -1;
	serve->supervisor.fd = -1;
	log_sink_init(&serve->sink, config->log.level);
	order_desk_init(&serve->orders, on_order_answered, serve);
	int code = prepare(serve);
	if (code != 0) {
		finish(serve);
		return code;
	}
	watch_signals(serve);
	serve_supervisor_begin(serve);
	/* The address first: where it is taken, no worker has touched anything yet. */
	bool started = serve_start_admin(serve) && serve_listen_api(serve) &&
		       callbacks_reserve(config, &serve->callbacks) && start_workers(serve) && serve_open_api(serve) &&
		       serve_watch_templates(serve);
	if (started)
		log_write(&serve->sink.log, LOG_INFO, "started", "hongyan " HONGYAN_VERSION " serves");
	else
		give_up(serve);
	if (atomic_load(&serve->workers_running) > 0)
		loop_run(serve->loop);
	for (unsigned i = 0; i < serve->worker_count; i++) {
		if (serve->workers[i] != NULL)
			worker_join(serve->workers[i]);
		serve->workers[i] = NULL;
	}
	log_write(&serve->sink.log, LOG_INFO, "stopped", "the gateway has stopped");
	finish(serve);
	return started ? 0 : EXIT_FAILED;
}
