/* SPDX-License-Identifier: Apache-2.0 */

/* Routing: which account a parcel goes to. The table of routes says which may have it and in what order; accounts that
 * rest or fail come behind those that work, and those that have called the number none of theirs come last. */

#include "pipeline/pipeline_inner.h"

static struct route_query query_for(const struct pipeline *pipeline, const struct alert *alert,
				    enum sms_class sms_class)
{
	return (struct route_query){
		.to = &alert->to,
		.tenant = alert->tenant,
		.template_name = alert->template_name,
		.sms_class = sms_class,
		.at = pipeline_now(pipeline).wall,
		.zone = pipeline->options->render.zone,
	};
}

bool routing_covers(const struct pipeline *pipeline, const struct alert *alert, enum sms_class sms_class)
{
	struct route_query query = query_for(pipeline, alert, sms_class);
	return route_find_any_time(pipeline->options->routes, &query) != NULL;
}

const struct route *routing_find(const struct pipeline *pipeline, const struct parcel *parcel)
{
	struct route_query query = query_for(pipeline, &parcel->alert, parcel->sms.sms_class);
	return route_find(pipeline->options->routes, &query);
}

const struct route *routing_find_any_time(const struct pipeline *pipeline, const struct parcel *parcel)
{
	struct route_query query = query_for(pipeline, &parcel->alert, parcel->sms.sms_class);
	return route_find_any_time(pipeline->options->routes, &query);
}

const struct route *routing_find_next(const struct pipeline *pipeline, const struct parcel *parcel)
{
	struct route_query query = query_for(pipeline, &parcel->alert, parcel->sms.sms_class);
	if (!route_opens(pipeline->options->routes, &query, &query.at))
		return NULL;
	return route_find(pipeline->options->routes, &query);
}

wall_ms routing_opens(const struct pipeline *pipeline, const struct parcel *parcel)
{
	struct route_query query = query_for(pipeline, &parcel->alert, parcel->sms.sms_class);
	wall_ms opens = query.at;
	bool is_covered = route_opens(pipeline->options->routes, &query, &opens);
	/* Past its deadline it is closed as expired, for which no route need be open. */
	if (is_covered && parcel->deadline != 0 && parcel->deadline < opens)
		opens = parcel->deadline;
	return settling_not_at_once(pipeline, parcel, opens);
}

int routing_pick(const struct pipeline *pipeline, const struct parcel *parcel, const struct route *route, uint64_t open)
{
	const struct msisdn *to = &parcel->alert.to;
	uint64_t strangers = route_memory_find(pipeline->memory, to, pipeline_now(pipeline).wall);
	int account = route_pick(route, to, open & ~pipeline->behind & ~strangers);
	if (account == ROUTE_WAIT && (pipeline->behind & open) != 0)
		account = route_pick(route, to, open & ~strangers);
	if (account == ROUTE_WAIT && strangers != 0)
		account = route_pick(route, to, open);
	return account;
}

void routing_note(struct pipeline *pipeline, const struct account *account, const struct parcel *parcel,
		  const struct outcome *outcome, wall_ms now)
{
	if (outcome->outcome_class == OUTCOME_ACCEPTED)
		route_memory_accepted(pipeline->memory, &parcel->alert.to, account->index);
	else if (outcome->is_not_mine)
		route_memory_refused(pipeline->memory, &parcel->alert.to, account->index, now);
}

/* One that is tried again after it was broken is as any other until it has its alert. */
static bool is_behind(const struct account *account, mono_us now)
{
	bool is_tried = account->breaker.state == BREAKER_HALF_OPEN && !breaking_has_probe(account);
	return (account->is_failing && !is_tried) || account->congestion.paused_until - now >= HEALTH_LONG_REST_US;
}

void routing_note_queued(struct pipeline *pipeline, const struct account *account)
{
	if (account->breaker.state == BREAKER_HALF_OPEN)
		pipeline->behind |= UINT64_C(1) << account->index;
}

void routing_turn(struct pipeline *pipeline, mono_us now)
{
	uint64_t behind = 0;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		if (is_behind(&pipeline->accounts[i], now))
			behind |= UINT64_C(1) << i;
	}
	pipeline->behind = behind;
}
