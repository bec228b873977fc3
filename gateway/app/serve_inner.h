/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "admin/admin.h"
#include "api/api.h"
#include "app/crumbs.h"
#include "app/log_shift.h"
#include "app/log_sink.h"
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
	struct catalogue *catalogue;
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
	unsigned stops; /* signals so far */
};

/* serve.c: reads the configuration again. All or nothing: what was in force stays so where anything is wrong, and then it is
 * false. tell: gets each thing that is worth telling as a line, as the log does; may be NULL. */
bool serve_reload(struct serve *serve, admin_on_line *tell, void *tell_ctx);

/* serve_admin.c: listens; false where that can't be done, which is told on stderr. */
bool serve_start_admin(struct serve *serve);

/* serve_api.c: the same for the submit API, which takes nothing yet. */
bool serve_listen_api(struct serve *serve);
/* From now on it does. False where there is no memory for it, which is told on stderr. */
bool serve_open_api(struct serve *serve);
