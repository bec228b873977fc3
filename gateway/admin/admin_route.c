/* SPDX-License-Identifier: Apache-2.0 */

/* Which account an sms to a number gets now: the routes in force, how their accounts stand, and what holds all of its class. What
 * is known of the number itself is not asked: what single workers have learnt of it, the opt-out list, caps. */

#include "admin/admin_inner.h"

#include "flow/health.h"
#include "policy/quiet_hours.h"
#include "render/catalogue.h"
#include "route/route_answer.h"

#include <stdio.h>

#define PAGE_OCTETS  2048
#define RULE_OCTETS  160
#define HELD_OCTETS  256
#define SHOWN_OCTETS 64 /* of what is wrong */

struct routing {
	struct admin *admin;
	struct admin_snapshot snapshot;
	struct admin_routing rules;
	struct msisdn to;
	struct route_query query;
	struct route_standing standings[ROUTE_ACCOUNTS_MAX];
	char held[HELD_OCTETS];
};

static int shown(struct slice text)
{
	return text.len < SHOWN_OCTETS ? (int)text.len : SHOWN_OCTETS;
}

/* -- the question -- */

static bool read_class(struct routing *routing, const struct httpd_request *request, struct httpd_response *response)
{
	struct slice name = httpd_query(request, "class");
	struct slice template_name = httpd_query(request, "template");
	routing->query.sms_class = SMS_CLASS_NOTICE;
	routing->query.template_name = template_name;
	if (name.len > 0 && !sms_class_parse(name, &routing->query.sms_class)) {
		httpd_problem(response, 422, "“class” is critical, notice or marketing, not “%.*s”", shown(name),
			      name.at);
		return false;
	}
	if (name.len > 0 || template_name.len == 0)
		return true;
	const struct template *template =
		catalogue_find(routing->rules.catalogue, template_name, (struct slice){ NULL, 0 });
	if (template != NULL) {
		routing->query.sms_class = template_header(template)->sms_class;
		return true;
	}
	struct slice nearest = catalogue_nearest(routing->rules.catalogue, template_name);
	httpd_problem(response, 422, "this gateway has no template “%.*s”%s%.*s%s", shown(template_name),
		      template_name.at, nearest.len ? "; did you mean “" : "", SLICE_ARG(nearest),
		      nearest.len ? "”?" : "");
	return false;
}

static bool read_query(struct routing *routing, const struct httpd_request *request, struct httpd_response *response)
{
	static const char *const keys[] = { "number", "tenant", "class", "template", "at", NULL };
	struct slice number = httpd_query(request, "number");
	struct slice at_text = httpd_query(request, "at");
	struct err_at at = { .err = ERR_OK };
	const char *other = httpd_query_other(request, keys);
	if (other != NULL) {
		httpd_problem(response, 422,
			      "“%.40s” means nothing here; there are number, tenant, class, template and at", other);
		return false;
	}
	routing->query = (struct route_query){
		.to = &routing->to,
		.tenant = httpd_query(request, "tenant"),
		.at = routing->snapshot.at,
		.zone = routing->rules.zone,
	};
	if (number.len == 0) {
		httpd_problem(response, 422, "“number” is missing: /v1/route?number=13900000001");
		return false;
	}
	if (msisdn_parse(number, routing->rules.country, &routing->to, &at) != ERR_OK) {
		httpd_problem(response, 422, "number: %s", at.text);
		return false;
	}
	if (at_text.len > 0 && !civil_parse_rfc3339(at_text, &routing->query.at)) {
		httpd_problem(response, 422, "“at” is a time such as 2026-02-13T08:00:00+08:00, not “%.*s”",
			      shown(at_text), at_text.at);
		return false;
	}
	return read_class(routing, request, response);
}

/* -- how all stands -- */

static struct route_standing standing_of(const struct admin_account *account, wall_ms now)
{
	static const enum route_stand stands[ADMIN_ACCOUNT_STATE_COUNT] = {
		[ADMIN_ACCOUNT_DOWN] = ROUTE_STANDS_DOWN,
		[ADMIN_ACCOUNT_UP] = ROUTE_STANDS_UP,
		[ADMIN_ACCOUNT_REFUSED] = ROUTE_STANDS_REFUSED,
	};
	const struct account_order *order = account->order;
	struct route_standing standing = { stands[account->state], account->for_us, account->reason };
	if (order != NULL && order->stance != ACCOUNT_RUNS) {
		wall_ms since = order->note.since;
		standing.stand = order->stance == ACCOUNT_PAUSED ? ROUTE_STANDS_PAUSED : ROUTE_STANDS_DRAINED;
		standing.for_us = since > 0 && since < now ? (now - since) * US_PER_MS : 0;
		standing.reason = order->reason;
	} else if (account->state == ADMIN_ACCOUNT_UP && account->breaker == BREAKER_OPEN) {
		standing.stand = ROUTE_STANDS_BROKEN;
		standing.reason = "nearly all of its last answers were failures";
	} else if (account->state == ADMIN_ACCOUNT_UP && account->is_failing) {
		standing.stand = ROUTE_STANDS_FAILING;
		standing.reason = account->breaker == BREAKER_HALF_OPEN
					  ? "it was broken, and is tried with one alert at a time"
					  : "half of its last answers, or more, were failures";
	} else if (account->state == ADMIN_ACCOUNT_UP && account->is_resting &&
		   account->again_us >= HEALTH_LONG_REST_US) {
		standing.stand = ROUTE_STANDS_RESTING;
		standing.reason = "the carrier asked to be left alone";
	}
	return standing;
}

/* An account of the table that no worker has made yet is down. */
static void look(struct routing *routing)
{
	const struct admin_snapshot *snapshot = &routing->snapshot;
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX; i++)
		routing->standings[i] = (struct route_standing){ .stand = ROUTE_STANDS_DOWN };
	for (unsigned i = 0; i < snapshot->account_count; i++)
		routing->standings[snapshot->accounts[i].index] = standing_of(&snapshot->accounts[i], snapshot->at);
}

static bool is_paused(const struct route_query *query, const struct pause *pause)
{
	return pause->kind == PAUSE_ALL ||
	       (pause->kind == PAUSE_TEMPLATE && slice_is(query->template_name, pause->name)) ||
	       (pause->kind == PAUSE_TENANT && slice_is(query->tenant, pause->name));
}

/* What holds the class at the time that was asked for; NULL where nothing does. A critical sms goes at any hour. */
static const char *held_by_hours(struct routing *routing)
{
	const struct admin_routing *rules = &routing->rules;
	const struct quiet_hours *const quiet[SMS_CLASS_COUNT] = {
		[SMS_CLASS_NOTICE] = rules->quiet_notice,
		[SMS_CLASS_MARKETING] = rules->quiet_marketing,
	};
	const struct quiet_hours *hours = quiet[routing->query.sms_class];
	wall_ms until = hours != NULL ? quiet_hours_end(hours, routing->query.at, rules->zone) : 0;
	char text[40];
	if (until == 0)
		return NULL;
	size_t len = civil_format_rfc3339(until, rules->zone ? zone_offset_s(rules->zone, until) : 0, text);
	snprintf(routing->held, sizeof routing->held, "quiet hours hold class %s until %.*s",
		 sms_class_name(routing->query.sms_class), (int)len, text);
	return routing->held;
}

/* Why nothing goes out at all; NULL where it does. */
static const char *held_by(struct routing *routing)
{
	const struct admin_snapshot *snapshot = &routing->snapshot;
	char field[PAUSE_TEXT_OCTETS];
	if (snapshot->is_draining)
		return "this gateway is draining";
	if (!snapshot->is_redis_up)
		return "Redis cannot be used";
	if (snapshot->is_redis_full)
		return "Redis is full";
	for (unsigned i = 0; i < snapshot->paused_count; i++) {
		if (!is_paused(&routing->query, &snapshot->paused[i].pause))
			continue;
		pause_format(&snapshot->paused[i].pause, field);
		snprintf(routing->held, sizeof routing->held, "%s is paused; “hongyan resume” ends it", field);
		return routing->held;
	}
	return held_by_hours(routing);
}

void admin_route(void *ctx, const struct httpd_request *request, struct httpd_response *response)
{
	struct admin *admin = ctx;
	struct routing routing = { .admin = admin };
	admin_look(admin, &routing.snapshot);
	admin->view.routing(admin->view.ctx, &routing.rules);
	if (!read_query(&routing, request, response))
		return;
	look(&routing);
	const struct route_asked asked = {
		.table = routing.rules.table,
		.rule_count = routing.rules.rule_count,
		.query = &routing.query,
		.country = routing.rules.country,
		.account_names = routing.rules.account_names,
		.instance = routing.snapshot.instance,
		.standings = routing.standings,
		.held = held_by(&routing),
	};
	/* Reasons have no fixed length: where the room was too small, once more with twice as much. */
	size_t octets = PAGE_OCTETS + (size_t)asked.rule_count * RULE_OCTETS;
	bool gets_it;
	do {
		octets *= 2;
		if (!httpd_response_room(response, octets))
			return;
		response->body.len = 0;
		if (route_answer_write(&asked, &response->body, &gets_it) != ERR_OK) {
			httpd_problem(response, 503, "there is no memory for the answer now; ask again");
			return;
		}
		buf_put_text(&response->body, "\n");
	} while (response->body.full);
}
