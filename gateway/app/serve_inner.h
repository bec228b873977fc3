/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "admin/admin.h"
#include "api/api.h"
#include "app/catalogue_watch.h"
#include "app/crumbs.h"
#include "app/log_shift.h"
#include "app/log_sink.h"
#include "app/supervisor.h"
#include "app/template_rules.h"
#include "app/worker.h"

/* What the files of the main thread share. */

#define WORKERS_MAX CRUMBS_MAX

struct serve {
	const struct config *first_config; /* that the process was started with; borrowed */
	const struct config *config;       /* in force: of the snapshot */
	struct snapshot *snapshot;         /* held */
	struct slot_names slots;
	struct log_sink sink;
	struct log_shift log_shift;
	struct loop *loop;
	const struct catalogue *catalogue; /* in force; before the first is known, that of the templates' folder */
	struct catalogue_watch *watch;
	struct config_template_rules template_rules; /* of the start's configuration */
	struct loop_member board_member;
	mono_us board_at;     /* when the board is written next */
	bool is_on_board;     /* board_member is there */
	bool knows_templates; /* of Redis: workers may begin */
	uint64_t templates_turn;
	unsigned templates_broken;
	int lock_fd; /* -1 = none */
	struct callbacks_place callbacks;
	struct crumbs crumbs;
	uint64_t nonce;
	struct metrics_labels labels;
	struct metrics *main_metrics;
	const struct metrics *blocks[WORKERS_MAX + 1];
	struct metrics *worker_metrics[WORKERS_MAX];
	struct worker_options worker_options[WORKERS_MAX];
	struct worker *workers[WORKERS_MAX];
	unsigned worker_count;
	_Atomic unsigned workers_running;
	struct admin *admin;
	struct api *api;     /* NULL = there is none */
	struct adder *adder; /* its connection; NULL = none yet */
	bool is_adder_closing;
	struct admin_account admin_accounts[ROUTE_ACCOUNTS_MAX];
	struct admin_tenant admin_tenants[TENANT_BUDGETS_MAX];
	struct worker_status statuses[WORKERS_MAX];
	uv_signal_t signals[2];
	uv_signal_t reload_signal;
	struct now started;
	struct order_desk orders;
	unsigned stops;              /* signals so far */
	bool has_begun[WORKERS_MAX]; /* its connection to Redis has worked once */
	struct supervisor supervisor;
	struct loop_member supervisor_member; /* where there is one */
	mono_us supervisor_at;                /* when it is told next */
	bool has_said_ready;                  /* the start is over, and it knows */
	bool owes_ready;                      /* it waits for the end of a reload */
	char status_told[160];
};

/* serve.c: reads the configuration again. All or nothing: what was in force stays so where anything is wrong, and then it is
 * false. tell: gets each thing that is worth telling as a line, as the log does; may be NULL. */
bool serve_reload(struct serve *serve, admin_on_line *tell, void *tell_ctx);

/* serve_admin.c: what the gateway does; out: zeroed before. What it points to is borrowed until the next call. */
void serve_snapshot(struct serve *serve, struct admin_snapshot *out);

/* serve_supervisor.c: tells whoever started us, if he wants to know, from now on. */
void serve_supervisor_begin(struct serve *serve);
/* Before the loop is destroyed. */
void serve_supervisor_end(struct serve *serve);
/* The configuration is about to be read again. */
void serve_supervisor_reloading(struct serve *serve);
/* It was; is_taken: and is in force. */
void serve_supervisor_reloaded(struct serve *serve, bool is_taken);
/* The end has begun. */
void serve_supervisor_stopping(struct serve *serve);

/* serve_templates.c: the published templates are looked at from now on. False where the system gives no thread, which is told on
 * stderr. */
bool serve_watch_templates(struct serve *serve);
/* In the loop: hands news on to all workers. */
void serve_follow_templates(struct serve *serve);
/* Before the loop is destroyed; without the call above too. */
void serve_end_templates(struct serve *serve);

/* serve_admin.c: listens; false where that can't be done, which is told on stderr. */
bool serve_start_admin(struct serve *serve);

/* serve_api.c: the same for the submit API, which takes nothing yet. */
bool serve_listen_api(struct serve *serve);
/* From now on it does. False where there is no memory for it, which is told on stderr. */
bool serve_open_api(struct serve *serve);
