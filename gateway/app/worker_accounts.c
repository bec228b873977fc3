/* SPDX-License-Identifier: Apache-2.0 */
#include "app/worker_accounts.h"

#include "app/config_compare.h"
#include "base/check.h"

#include <stdlib.h>

/* Each slot has what its carrier was made from, and what the configuration in force wants, which is the same but for the
 * time that a change takes: the carrier is closed first, since a contract's links are counted, and then made anew. */

struct slot {
	struct made_carrier *made;
	struct snapshot *made_of;            /* held */
	const struct config_account *wanted; /* NULL = no account; of the snapshot in force */
	bool has_failed;                     /* it can't be made, which the log has told */
	struct pipeline_wish wish;
	bool knows_again; /* an order was looked for; what was said before that is old */
	wall_ms again;    /* as of the last order */
};

struct worker_accounts {
	struct carrier_maker maker;
	struct callbacks *callbacks; /* may be NULL */
	const char *const *names;
	struct snapshot *snapshot; /* in force; held */
	struct pipeline *pipeline;
	struct slot slots[ROUTE_ACCOUNTS_MAX];
	struct pipeline_account first[ROUTE_ACCOUNTS_MAX];
	unsigned first_count;
	unsigned orders_version; /* that the pipeline knows */
	bool must_wish;
};

static void unmake(struct worker_accounts *accounts, unsigned index)
{
	struct slot *slot = &accounts->slots[index];
	if (slot->made != NULL && accounts->callbacks != NULL)
		callbacks_unset_account(accounts->callbacks, index);
	carrier_unmake(slot->made);
	snapshot_release(slot->made_of);
	slot->made = NULL;
	slot->made_of = NULL;
}

static bool make(struct worker_accounts *accounts, unsigned index, struct pipeline_account *out)
{
	struct slot *slot = &accounts->slots[index];
	accounts->maker.config = accounts->snapshot->config;
	slot->made = carrier_make(&accounts->maker, slot->wanted, index, out);
	accounts->maker.made++;
	if (slot->made != NULL)
		slot->made_of = snapshot_hold(accounts->snapshot);
	if (slot->made != NULL && accounts->callbacks != NULL &&
	    !callbacks_set_account(accounts->callbacks, index, slot->wanted, carrier_door(slot->made)))
		unmake(accounts, index);
	slot->has_failed = slot->made == NULL;
	if (slot->made == NULL)
		return false;
	out->name = accounts->names[index];
	return true;
}

struct worker_accounts *worker_accounts_create(const struct carrier_maker *maker, struct callbacks *callbacks,
					       const char *const *names, struct snapshot *snapshot)
{
	struct worker_accounts *accounts = calloc(1, sizeof *accounts);
	if (accounts == NULL)
		return NULL;
	accounts->maker = *maker;
	accounts->callbacks = callbacks;
	accounts->names = names;
	accounts->snapshot = snapshot_hold(snapshot);
	bool made = true;
	for (unsigned i = 0; made && i < ROUTE_ACCOUNTS_MAX; i++) {
		accounts->slots[i].wanted = snapshot_account(snapshot, i);
		if (accounts->slots[i].wanted == NULL)
			break;
		made = make(accounts, i, &accounts->first[i]);
		accounts->first_count = i + 1;
	}
	if (made)
		return accounts;
	worker_accounts_destroy(accounts);
	return NULL;
}

void worker_accounts_destroy(struct worker_accounts *accounts)
{
	if (accounts == NULL)
		return;
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX; i++)
		unmake(accounts, i);
	snapshot_release(accounts->snapshot);
	free(accounts);
}

const struct pipeline_account *worker_accounts_first(const struct worker_accounts *accounts, unsigned *count)
{
	*count = accounts->first_count;
	return accounts->first;
}

void worker_accounts_begin(struct worker_accounts *accounts, struct pipeline *pipeline)
{
	/* Until it is known what operators want, nothing is submitted. */
	static const struct pipeline_wish not_yet = { .is_paused = true };
	accounts->pipeline = pipeline;
	for (unsigned i = 0; i < accounts->first_count; i++) {
		accounts->slots[i].wish = not_yet;
		pipeline_account_wish(pipeline, i, &not_yet);
	}
}

static void log_account(const struct worker_accounts *accounts, unsigned index, const char *code, const char *text)
{
	struct log_line line;
	if (accounts->maker.worker != 0 || !log_begin(&line, accounts->maker.log, LOG_INFO, code, text))
		return;
	log_text(&line, "account", slice_of(accounts->names[index]));
	log_end(&line);
}

/* The same carrier with other limits. */
static void change_in_place(struct worker_accounts *accounts, unsigned index)
{
	const struct config_account *wanted = accounts->slots[index].wanted;
	struct pipeline_account account;
	accounts->maker.config = accounts->snapshot->config;
	carrier_describe(&accounts->maker, wanted, &account);
	account.name = accounts->names[index];
	account.secrets = carrier_secrets(accounts->slots[index].made);
	pipeline_account_change(accounts->pipeline, index, &account);
	log_account(accounts, index, "account_changed", "its limits have changed, its links stay");
}

/* before: what was wanted until now; borrowed. */
static void follow(struct worker_accounts *accounts, unsigned index, const struct config_account *before)
{
	struct slot *slot = &accounts->slots[index];
	mono_us grace = accounts->snapshot->config->drain_timeout_us;
	slot->has_failed = false;
	if (slot->wanted == NULL) {
		if (before != NULL) {
			pipeline_account_remove(accounts->pipeline, index, grace, false);
			log_account(accounts, index, "account_removed", "it is in the configuration no more");
		}
		return;
	}
	if (before == NULL) {
		log_account(accounts, index, "account_added", "it is new in the configuration");
		return;
	}
	if (slot->made == NULL)
		return;
	switch (config_compare_accounts(before, slot->wanted)) {
	case ACCOUNT_SAME:
		break;
	case ACCOUNT_CHANGES_IN_PLACE:
		if (!pipeline_account_is_leaving(accounts->pipeline, index))
			change_in_place(accounts, index);
		break;
	case ACCOUNT_CHANGES_LINKS:
		pipeline_account_remove(accounts->pipeline, index, grace, true);
		log_account(accounts, index, "account_changed", "its links are made anew");
		break;
	}
}

void worker_accounts_follow(struct worker_accounts *accounts, struct snapshot *snapshot)
{
	struct snapshot *before = accounts->snapshot;
	accounts->snapshot = snapshot_hold(snapshot);
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX; i++) {
		const struct config_account *was = accounts->slots[i].wanted;
		accounts->slots[i].wanted = snapshot_account(snapshot, i);
		follow(accounts, i, was);
	}
	accounts->must_wish = true;
	snapshot_release(before);
}

static void come_and_go(struct worker_accounts *accounts, unsigned index)
{
	struct slot *slot = &accounts->slots[index];
	if (slot->made != NULL && pipeline_account_is_absent(accounts->pipeline, index))
		unmake(accounts, index);
	struct pipeline_account account;
	bool is_due = slot->wanted != NULL && slot->made == NULL && !slot->has_failed;
	if (!is_due || pipeline_gauges(accounts->pipeline)->is_draining || !make(accounts, index, &account))
		return;
	pipeline_account_open(accounts->pipeline, index, &account);
	accounts->must_wish = true;
}

static struct pipeline_wish wish_of(const struct account_order *order)
{
	if (order == NULL)
		return (struct pipeline_wish){ .is_paused = false };
	return (struct pipeline_wish){
		.is_paused = order->stance != ACCOUNT_RUNS,
		.rests = order->stance == ACCOUNT_DRAINED,
		.has_tps = order->has_tps,
		.tps = order->tps,
	};
}

static bool is_same_wish(const struct pipeline_wish *a, const struct pipeline_wish *b)
{
	return a->is_paused == b->is_paused && a->rests == b->rests && a->has_tps == b->has_tps && a->tps == b->tps;
}

static void log_wish(const struct worker_accounts *accounts, unsigned index, const struct account_order *order)
{
	struct log_line line;
	if (accounts->maker.worker != 0 || !log_begin(&line, accounts->maker.log, LOG_INFO, "account_ordered",
						      "what operators want of an account has changed"))
		return;
	log_text(&line, "account", slice_of(accounts->names[index]));
	log_text(&line, "state", slice_of(account_stance_name(order ? order->stance : ACCOUNT_RUNS)));
	if (order != NULL && order->has_tps)
		log_uint(&line, "tps", order->tps);
	if (order != NULL && order->note.who[0] != '\0')
		log_text(&line, "by", slice_of(order->note.who));
	if (order != NULL && order->reason[0] != '\0')
		log_text(&line, "reason", slice_of(order->reason));
	log_end(&line);
}

/* Somebody has said that it shall run: what rests or was refused is tried again, also where nothing else changes. */
static void retry(struct worker_accounts *accounts, unsigned index)
{
	if (pipeline_account_retry(accounts->pipeline, index))
		log_account(accounts, index, "account_retried",
			    "an operator resumes it, so that links which are not up are tried now");
}

static void pass_wishes(struct worker_accounts *accounts, const struct redis_store_gauges *orders)
{
	bool is_first = accounts->orders_version == 0;
	accounts->orders_version = orders->orders_version;
	accounts->must_wish = false;
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX; i++) {
		struct slot *slot = &accounts->slots[i];
		if (slot->made == NULL)
			continue;
		const struct account_order *order =
			account_order_find(orders->orders, orders->order_count, accounts->names[i]);
		struct pipeline_wish wish = wish_of(order);
		wall_ms again = order ? order->again : 0;
		/* One that is gone was said long ago, or Redis has lost it: nobody has said anything. */
		bool is_said = slot->knows_again && again != 0 && again != slot->again;
		slot->knows_again = true;
		slot->again = again != 0 ? again : slot->again;
		bool must_retry = is_said && !wish.rests && !slot->wish.rests;
		if (must_retry)
			retry(accounts, i);
		if (is_same_wish(&wish, &slot->wish))
			continue;
		slot->wish = wish;
		pipeline_account_wish(accounts->pipeline, i, &wish);
		if (!is_first || order != NULL)
			log_wish(accounts, i, order);
	}
}

void worker_accounts_turn(struct worker_accounts *accounts, const struct redis_store_gauges *orders)
{
	for (unsigned i = 0; i < ROUTE_ACCOUNTS_MAX; i++) {
		const struct slot *slot = &accounts->slots[i];
		if (slot->made != NULL || slot->wanted != NULL)
			come_and_go(accounts, i);
	}
	if (orders->orders_version == 0)
		return; /* not known yet */
	if (accounts->must_wish || accounts->orders_version != orders->orders_version)
		pass_wishes(accounts, orders);
}
