/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/admin_inner.h"

#include "base/check.h"
#include "metrics/metrics.h"
#include "model/closing.h"

#include <stdlib.h>

static const struct httpd_route routes[] = {
	{ HTTPD_GET, "/livez", admin_livez },
	{ HTTPD_GET, "/readyz", admin_readyz },
	{ HTTPD_GET, "/startupz", admin_startupz },
	{ HTTPD_GET, "/metrics", admin_metrics },
	{ HTTPD_GET, "/v1/status", admin_status },
	{ HTTPD_GET, "/v1/accounts", admin_accounts },
	{ HTTPD_GET, "/v1/route", admin_route },
	{ HTTPD_POST, "/v1/accounts/", admin_account_order },
	{ HTTPD_PUT, "/v1/accounts/", admin_account_order },
	{ HTTPD_POST, "/v1/config/reload", admin_config_reload },
	{ HTTPD_POST, "/v1/log", admin_log_level },
	{ HTTPD_POST, "/v1/optouts/", admin_optout },
};

/* Whoever else floods from the address of the kubelet or of a balancer must not have the gateway taken for dead. */
static const char *const probes[] = { "/livez", "/readyz", "/startupz", NULL };

#define BODY_OCTETS_MAX 4096 /* a name and a reason, with room */
#define REQUESTS_PER_S  500  /* of one address: a status takes some 100 µs of the loop */
#define REQUESTS_BURST  2000
#define ROUTE_COUNT     (sizeof routes / sizeof routes[0])

void admin_look(struct admin *admin, struct admin_snapshot *out)
{
	const struct admin_view *view = &admin->view;
	*out = (struct admin_snapshot){ 0 };
	if (view->refresh != NULL)
		view->refresh(view->ctx);
	view->snapshot(view->ctx, out);
	admin_snapshot_count(out, view->blocks, view->block_count);
	admin_backlog_fill(&admin->backlog, out);
}

static uint64_t closed(const struct admin_view *view, enum closing closing)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < view->block_count; i++)
		total += (uint64_t)metrics_value(view->blocks[i], METRIC_CLOSINGS, closing, 0);
	return total;
}

static unsigned account_count(const struct admin *admin)
{
	return metrics_label_count(admin->view.blocks[0], METRIC_LABEL_ACCOUNT);
}

static uint64_t submitted(const struct admin_view *view, unsigned account)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < view->block_count; i++)
		total += (uint64_t)metrics_value(view->blocks[i], METRIC_SUBMITS, account, 0);
	return total;
}

static void on_turn(void *ctx, struct now now)
{
	struct admin *admin = ctx;
	if (now.mono < admin->sample_at)
		return;
	admin_rate_note(&admin->accepted, now.mono, closed(&admin->view, CLOSING_ACCEPTED));
	admin_rate_note(&admin->dead, now.mono, closed(&admin->view, CLOSING_DEAD));
	for (unsigned i = 0; i < account_count(admin); i++)
		admin_rate_note(&admin->submits[i], now.mono, submitted(&admin->view, i));
	struct admin_snapshot snapshot = { 0 };
	admin->view.snapshot(admin->view.ctx, &snapshot);
	admin_backlog_note(&admin->backlog, &snapshot, now.mono, admin->view.own_block);
	admin->sample_at = now.mono + US_PER_S;
}

static mono_us on_next_deadline(void *ctx)
{
	const struct admin *admin = ctx;
	return admin->sample_at;
}

static void free_admin(struct admin *admin)
{
	admin_backlog_fini(&admin->backlog);
	free(admin->submits);
	free(admin);
}

enum err admin_start(struct loop *loop, const struct admin_options *options, const struct admin_view *view,
		     struct admin **out, struct err_at *at)
{
	CHECK(view->snapshot != NULL && view->routing != NULL && view->token != NULL && view->order != NULL &&
	      view->optout != NULL && view->reload != NULL && view->set_log_level != NULL);
	CHECK(view->block_count >= 1);
	struct admin *admin = calloc(1, sizeof *admin);
	if (admin == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the admin address");
	admin->view = *view;
	admin->submits = calloc(account_count(admin) + 1, sizeof *admin->submits);
	if (admin->submits == NULL || !admin_backlog_init(&admin->backlog, account_count(admin))) {
		free_admin(admin);
		return err_at_set(at, ERR_MEMORY, 0, NULL, "no memory for the admin address");
	}
	/* Before the server's own member, in whose turn on_stopped may destroy both: only what comes later in a turn must
	 * not be removed by it. */
	admin->member = (struct loop_member){ .turn = on_turn, .next_deadline = on_next_deadline, .ctx = admin };
	loop_add(loop, &admin->member);
	struct httpd_options limits = {
		.host = options->host,
		.port = options->port,
		.body_octets_max = BODY_OCTETS_MAX,
		.on_dropped = admin_order_dropped,
		.requests_per_s = REQUESTS_PER_S,
		.requests_burst = REQUESTS_BURST,
		.unrated = probes,
	};
	enum err err = httpd_create(loop, &limits, routes, ROUTE_COUNT, admin, &admin->httpd, at);
	if (err != ERR_OK) {
		loop_remove(&admin->member);
		free_admin(admin);
		return err;
	}
	*out = admin;
	return ERR_OK;
}

uint16_t admin_port(const struct admin *admin)
{
	return httpd_port(admin->httpd);
}

void admin_stop(struct admin *admin, mono_us grace_us, void (*on_stopped)(void *ctx), void *ctx)
{
	httpd_stop(admin->httpd, grace_us, on_stopped, ctx);
}

void admin_destroy(struct admin *admin)
{
	if (admin == NULL)
		return;
	loop_remove(&admin->member);
	httpd_destroy(admin->httpd);
	free_admin(admin);
}
