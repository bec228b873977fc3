/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "admin/admin.h"
#include "admin/admin_backlog.h"
#include "admin/admin_rate.h"
#include "httpd/httpd.h"
#include "loop/loop.h"
#include "model/account_change.h"
#include "model/optout_order.h"

#include <jansson.h>

/* What the pages share. Each page is a handler (ctx: the admin) and, where it has something to say, a writer that is a
 * function of the facts alone. */

/* A change of an account, or of the opt-out list, that is under way. */
struct admin_order {
	bool is_taken;   /* the place is */
	bool is_pending; /* done is yet to come */
	struct account_change change;
	char account[ACCOUNT_NAME_MAX + 1]; /* change's text, for the answer */
	bool is_noted;
	struct account_answer answer;
	struct optout_order optout; /* without its texts */
	struct optout_answer optout_answer;
	struct err_at why;
	struct httpd_client *client; /* who waits; NULL = nobody does any more */
};

#define ADMIN_ORDERS_MAX 16 /* at once */

struct admin {
	struct admin_order orders[ADMIN_ORDERS_MAX];
	struct httpd *httpd;
	struct admin_view view;
	struct loop_member member;
	mono_us sample_at;
	struct admin_rate accepted;
	struct admin_rate dead;
	struct admin_rate *submits; /* of each account that metrics have */
	struct admin_backlog backlog;
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
void admin_startupz(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_metrics(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_account_order(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_config_reload(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_accounts(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_log_level(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_optout(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_route(void *ctx, const struct httpd_request *request, struct httpd_response *response);
void admin_status(void *ctx, const struct httpd_request *request, struct httpd_response *response);

/* admin_order.c: a place for a change, zero but for is_taken and is_pending; NULL where all are taken. */
struct admin_order *admin_order_place(struct admin *admin);
/* Its request has begun to wait. */
void admin_order_wait(struct admin_order *order, const struct httpd_request *request);
/* It is noted, or not; wakes whoever waits. */
void admin_order_done(struct admin_order *order, bool is_noted, const struct err_at *why);
/* Gives the place back, as soon as it is not pending any more. */
void admin_order_leave(struct admin_order *order);
/* Answers that the change can't be asked for now; has_place: there was one. */
void admin_order_refuse(struct httpd_response *response, bool has_place, const char *instead);
/* Answers one of which nobody knows that it is noted. False where it is, and is to be told. */
bool admin_order_failed(const struct httpd_request *request, const struct admin_order *order,
			struct httpd_response *response);
/* The object in a body, an empty one where there is no body; NULL where it is something else, which is told. keys: count of
 * those that name may have. Owned. */
json_t *admin_order_body(const struct httpd_request *request, const char *const keys[], unsigned count,
			 const char *name, struct httpd_response *response);
/* A text of it; "" where it is not there, NULL where it is none, which is told. Borrowed from body. */
const char *admin_order_text(const json_t *body, const char *key, struct httpd_response *response);

/* Who waited for a change is gone; state: its admin_order. */
void admin_order_dropped(void *ctx, void *state);

/* False where the request may change nothing; then it is answered. */
bool admin_may_write(const struct admin *admin, const struct httpd_request *request, struct httpd_response *response);

/* The body of /readyz. True where the gateway is ready. */
bool admin_readyz_write(const struct admin_snapshot *snapshot, struct buf *out);

/* The body of /startupz. True where the start is over, which stays so. */
bool admin_startupz_write(const struct admin_snapshot *snapshot, struct buf *out);

/* One account of a snapshot, as /v1/status and /v1/accounts have it. tps_now: segments a second that it submits; negative = not
 * told. */
void admin_account_write(struct buf *out, const struct admin_snapshot *snapshot, const struct admin_account *account,
			 double tps_now);

/* The log level of a snapshot, as /v1/status and the answer to a change have it. */
void admin_log_level_write(struct buf *out, const struct admin_log_level *level);

/* The members of an object that say how fast something gets shorter, and when it is gone. rate_key: what left a second is
 * called so. */
void admin_outlook_write(struct buf *out, const struct admin_outlook *outlook, const char *rate_key,
			 const struct admin_snapshot *snapshot);

/* The body of /v1/status. */
void admin_status_write(const struct admin_snapshot *snapshot, const struct admin_rates *rates, struct buf *out);
