/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "admin/admin.h"
#include "admin/admin_rate.h"
#include "httpd/httpd.h"
#include "loop/loop.h"

/* What the pages share. Each page is a handler (ctx: the admin) and, where it has something to say, a writer that is a
 * function of the facts alone. */

struct admin {
	struct httpd *httpd;
	struct admin_view view;
	struct loop_member member;
	mono_us sample_at;
	struct admin_rate accepted;
	struct admin_rate dead;
	struct admin_rate *submits; /* of each account that metrics have */
};

/* What happened a second, on the mean of the last minute. */
struct admin_rates {
	double accepted_per_s;
	double dead_per_s;
};

/* admin.c: the facts of now; borrowed until the next call. */
void admin_look(struct admin *admin, struct admin_snapshot *out);

void admin_livez(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_readyz(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_metrics(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_accounts(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_status(void *ctx, const struct httpd_request *request, struct httpd_response *response);

/* The body of /readyz. True where the gateway is ready. */
bool admin_readyz_write(const struct admin_snapshot *snapshot, struct buf *out);

/* One account, as /v1/status and /v1/accounts have it. tps_now: segments a second that it submits; negative = not told. now: as
 * of Redis' clock, nearly. */
void admin_account_write(struct buf *out, const struct admin_account *account, double tps_now, wall_ms now);

/* The body of /v1/status. */
void admin_status_write(const struct admin_snapshot *snapshot, const struct admin_rates *rates, struct buf *out);
