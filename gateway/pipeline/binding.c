/* SPDX-License-Identifier: Apache-2.0 */

/* A contract permits so many links (binds), whoever makes them. The store shares them out among all workers of all gateways; a
 * worker makes no link before it is told that it may, says every two seconds that it goes on, and ends its links before the others
 * would take it for gone. Who comes new gets its share within seconds: others with more than theirs end some. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#include <stdio.h>

#define RENEW_US  (2 * US_PER_S)
#define SOON_US   US_PER_S       /* where it would like to have more, or has too many still */
#define TELL_US   (5 * US_PER_S) /* Redis is away at the start for longer than a start takes */
#define MARGIN_US (5 * US_PER_S) /* links take a moment to end … */
#define CUT_US    (4 * US_PER_S) /* … and are cut where answers are still out then */

static bool is_shared(const struct account *account)
{
	return account->options->binds > 0 && account->presence != ACCOUNT_ABSENT;
}

static void permit(struct account *account, unsigned links)
{
	struct carrier *carrier = accounts_carrier(account);
	account->permitted = links;
	metrics_set_at(account->pipeline->metrics, METRIC_BINDS_LEASED, account->index, links);
	carrier->ops->permit(carrier, links);
}

bool binding_has_none(const struct account *account, mono_us now)
{
	bool is_told = is_shared(account) && now < account->bind_until;
	return is_told && account->permitted == 0 && !account->wish.rests;
}

void binding_open(struct account *account)
{
	struct pipeline_gauges *gauges = &account->pipeline->gauges;
	account->bind_at = account->bind_until = 0;
	if (account->options->binds == 0)
		return;
	permit(account, 0);
	snprintf(gauges->account_reasons[account->index], sizeof gauges->account_reasons[account->index],
		 "waits for Redis, which shares its binds out");
	account->bind_tell_at = pipeline_now(account->pipeline).mono + TELL_US;
}

/* Nothing else would say why it makes no link. */
static void tell_waits(struct pipeline *pipeline, struct account *account, mono_us now)
{
	struct log_line line;
	if (now < account->bind_tell_at)
		return;
	account->bind_tell_at = INT64_MAX;
	if (!log_begin(&line, pipeline->log, LOG_WARN, "binds_wait",
		       "the account makes no link until Redis, which shares its binds out, says how many it may have"))
		return;
	log_text(&line, "account", slice_of(account->options->name));
	log_end(&line);
}

/* At its first question it would like to have its part of its process, or the first worker would take all, and give back what the
 * others miss only when they ask. Other processes it can't know. */
static unsigned likes_of(const struct account *account)
{
	const struct pipeline_account *options = account->options;
	if (account->presence != ACCOUNT_OPEN || account->wish.rests)
		return 0;
	bool is_first = account->bind_until == 0 && options->bind_share > 0;
	return is_first && options->bind_share < options->binds ? options->bind_share : options->binds;
}

/* The store was away for so long that others may have them. */
static void lapse(struct pipeline *pipeline, struct account *account, mono_us now)
{
	struct log_line line;
	if (account->permitted == 0 || now < account->bind_until)
		return;
	permit(account, 0);
	if (!log_begin(&line, pipeline->log, LOG_WARN, "binds_lapsed",
		       "Redis was away for too long to share the account's binds: its links end until it is back"))
		return;
	log_text(&line, "account", slice_of(account->options->name));
	log_end(&line);
}

/* A carrier that answers nothing keeps links for as long as answers are waited for; others may have them sooner. */
static void cut(struct account *account, mono_us now)
{
	struct carrier *carrier = accounts_carrier(account);
	bool is_over = account->bind_until > 0 && now >= account->bind_until + CUT_US;
	if (is_over && carrier->ops->held(carrier) > 0)
		carrier->ops->cut(carrier);
}

/* What it may make at any moment counts as there: the answer may be long in coming, or be lost. */
static unsigned has_of(const struct account *account)
{
	const struct carrier *carrier = accounts_carrier(account);
	unsigned held = carrier->ops->held(carrier);
	return held > account->permitted ? held : account->permitted;
}

void binding_fenced(struct account *account)
{
	if (!is_shared(account) || account->presence == ACCOUNT_CLOSING)
		return;
	account->bind_at = account->bind_until = 0;
	permit(account, 0);
}

void binding_turn(struct pipeline *pipeline, mono_us now)
{
	struct store_bind asks[STORE_LEASES_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		if (!is_shared(account) || pipeline->carriers_closing)
			continue;
		tell_waits(pipeline, account, now);
		lapse(pipeline, account, now);
		cut(account, now);
		if (pipeline->binding_count > 0 || !pipeline->gauges.store_is_up || now < account->bind_at ||
		    count == STORE_LEASES_MAX)
			continue;
		account->bind_at = now + SOON_US;
		pipeline->binding[count] = account->index;
		asks[count++] = (struct store_bind){
			.account = account->options->name,
			.permitted = account->options->binds,
			.likes = likes_of(account),
			.has = has_of(account),
		};
	}
	if (count == 0 || !pipeline->store->ops->bind(pipeline->store, asks, count))
		return;
	pipeline->binding_count = count;
	pipeline->binding_asked_at = now;
}

void binding_on_bound(void *ctx, const unsigned *links, unsigned count)
{
	struct pipeline *pipeline = ctx;
	CHECK(count == pipeline->binding_count);
	pipeline->binding_count = 0;
	for (unsigned i = 0; i < count && links != NULL; i++) {
		struct account *account = &pipeline->accounts[pipeline->binding[i]];
		if (!is_shared(account) || pipeline->carriers_closing || account->presence == ACCOUNT_CLOSING)
			continue;
		const struct carrier *carrier = accounts_carrier(account);
		bool is_settled = links[i] >= account->options->binds && carrier->ops->held(carrier) <= links[i];
		account->bind_tell_at = INT64_MAX;
		account->bind_until = pipeline->binding_asked_at + STORE_BIND_US - MARGIN_US;
		account->bind_at = pipeline->binding_asked_at + (is_settled ? RENEW_US : SOON_US);
		permit(account, links[i]);
	}
}

mono_us binding_next_deadline(const struct pipeline *pipeline)
{
	mono_us deadline = INT64_MAX;
	for (unsigned i = 0; i < pipeline->account_count && !pipeline->carriers_closing; i++) {
		const struct account *account = &pipeline->accounts[i];
		if (!is_shared(account))
			continue;
		bool may_ask = pipeline->binding_count == 0 && pipeline->gauges.store_is_up;
		if (account->bind_tell_at < deadline)
			deadline = account->bind_tell_at;
		if (may_ask && account->bind_at < deadline)
			deadline = account->bind_at;
		if (account->permitted > 0 && account->bind_until < deadline)
			deadline = account->bind_until;
		else if (account->bind_until > 0 && account->bind_until + CUT_US < deadline &&
			 accounts_carrier(account)->ops->held(accounts_carrier(account)) > 0)
			deadline = account->bind_until + CUT_US;
	}
	return deadline;
}
