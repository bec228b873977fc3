/* SPDX-License-Identifier: Apache-2.0 */

/* The account of the queue is looked at once a second (lua/balance.lua). Each script that moves an entry does all of it or
 * nothing, so that any drift, at any instant, is somebody else's doing. */

#include "store/redis_store_inner.h"

#define RETELL_US (60 * US_PER_S) /* a drift that goes on changing */

bool store_balance_ask(struct redis_store *store, struct command *command)
{
	store_call_begin_script(store, command, SCRIPT_BALANCE, LANE_COUNT + 3);
	store_put_lanes(store, command);
	store_put_key(store, command, KEY_LATER);
	store_put_key(store, command, KEY_HELD);
	store_put_key(store, command, KEY_TOTALS);
	for (unsigned i = 0; i < BALANCE_END_COUNT; i++)
		command_word(command, balance_end_name((enum balance_end)i));
	return true;
}

static bool read_counts(const struct reply *reply, uint64_t *out, unsigned count)
{
	if (reply == NULL || reply->type != REPLY_ARRAY || reply->count != count)
		return false;
	for (unsigned i = 0; i < count; i++)
		out[i] = (uint64_t)reply->elements[i]->integer;
	return true;
}

static bool read_balance(const struct reply *reply, struct balance *out)
{
	const struct reply *drift = reply_at(reply, 0);
	const struct reply *requeued = reply_at(reply, 4);
	if (drift == NULL || requeued == NULL)
		return false;
	*out = (struct balance){
		.is_known = true,
		.drift = drift->integer,
		.requeued = (uint64_t)requeued->integer,
	};
	uint64_t added[LANE_COUNT];
	if (!read_counts(reply_at(reply, 1), added, LANE_COUNT))
		return false;
	memcpy(out->added, added, sizeof out->added);
	out->ready_added = added[LANE_READY];
	return read_counts(reply_at(reply, 2), out->waiting, BALANCE_PLACE_COUNT) &&
	       read_counts(reply_at(reply, 3), out->ended, BALANCE_END_COUNT);
}

static void put_terms(struct log_line *line, const struct balance *balance)
{
	log_int(line, "drift", balance->drift);
	log_uint(line, "added", balance_added(balance));
	for (unsigned i = 0; i < BALANCE_PLACE_COUNT; i++)
		log_uint(line, balance_place_name((enum balance_place)i), balance->waiting[i]);
	for (unsigned i = 0; i < BALANCE_END_COUNT; i++)
		log_uint(line, balance_end_name((enum balance_end)i), balance->ended[i]);
	log_uint(line, "requeued", balance->requeued);
}

static void tell_lost(struct redis_store *store, const struct balance *before, const struct balance *now)
{
	struct log_line line;
	if (!log_begin(&line, store->options->log, LOG_ERROR, "state_lost",
		       "Redis counts less than a moment ago: a stream or the totals were deleted, or Redis was "
		       "restored from "
		       "older data; alerts added since may be lost, others may be sent again"))
		return;
	for (unsigned lane = 0; lane < BALANCE_ADDED_COUNT; lane++) {
		if (now->added[lane] < before->added[lane])
			log_text(&line, "stream", slice_of(store->keys[(unsigned)KEY_LANE + lane]));
	}
	log_uint(&line, "added_before", balance_added(before));
	log_uint(&line, "added", balance_added(now));
	log_uint(&line, "ended_before", balance_ended(before));
	log_uint(&line, "ended", balance_ended(now));
	log_int(&line, "drift", now->drift);
	log_end(&line);
}

static void tell_drift(struct redis_store *store, const struct balance *balance)
{
	static const char missing[] = "the account of the queue does not balance: entries have gone without an end, "
				      "which are lost; somebody trims or "
				      "deletes in alerts:*, ready, later or held, or has lowered the totals";
	static const char surplus[] = "the account of the queue does not balance: more wait or have ended than were "
				      "added; a stream of alerts:* was "
				      "deleted and made anew, or somebody writes to ready, later, held or totals";
	struct log_line line;
	if (log_begin(&line, store->options->log, LOG_ERROR, "account_drift", balance->drift > 0 ? missing : surplus)) {
		put_terms(&line, balance);
		log_end(&line);
	}
}

static void judge(struct redis_store *store, const struct balance *balance, mono_us now)
{
	struct store_account *account = &store->account;
	if (balance->drift == account->told_drift)
		return;
	if (balance->drift != 0 && account->told_drift != 0 && now - account->told_at < RETELL_US)
		return;
	account->told_at = now;
	account->told_drift = balance->drift;
	if (balance->drift != 0)
		tell_drift(store, balance);
	else
		log_write(store->options->log, LOG_INFO, "account_balances", "the account of the queue balances again");
}

mono_us store_balance_answer(struct redis_store *store, const struct reply *reply)
{
	struct balance balance;
	struct balance *known = &store->gauges.balance;
	if (!read_balance(reply, &balance))
		return store->options->balance_us;
	if (known->is_known && balance_has_gone_back(known, &balance))
		tell_lost(store, known, &balance);
	mono_us now = loop_now(store->loop).mono;
	*known = balance;
	store->gauges.balance_at = now;
	judge(store, &balance, now);
	return store->options->balance_us;
}
