/* SPDX-License-Identifier: Apache-2.0 */

/* What Redis is, looked at before anything is read from it and then as often as its memory: one that throws keys away when memory is short
 * would lose alerts, so nothing is begun there; what is only unwise is told. */

#include "store/redis_store_inner.h"

#include "base/buf.h"
#include "base/number.h"
#include "store/redis_info.h"

#include <stdlib.h>

#define CLOCKS_APART_MS 2000

/* Told by the first worker of a process only, and when it changes. */
static void tell_change(struct redis_store *store, bool *was, bool is, const char *const events[2],
			const char *const texts[2])
{
	if (store->options->worker != 0 || *was == is)
		return;
	*was = is;
	log_write(store->options->log, is ? LOG_WARN : LOG_INFO, events[is], texts[is]);
}

void store_server_look(struct redis_store *store, bool is_first)
{
	struct command *command = &store->scratch;
	command_begin(command);
	command_word(command, "INFO");
	command_word(command, "memory");
	command_word(command, "persistence");
	if (is_first) {
		command_word(command, "server");
		command_word(command, "replication");
	}
}

bool store_server_will_do(struct redis_store *store, const struct reply *reply)
{
	static const char *const events[2] = { "redis_durable", "redis_not_durable" };
	static const char *const texts[2] = {
		"Redis writes what it is told to its disk again",
		"Redis writes nothing to its disk as it goes (appendonly no): if it ends, all alerts that wait are gone"
	};
	uint64_t most = 0;
	struct slice policy = redis_info_find(reply->text, "maxmemory_policy");
	struct slice durable = redis_info_find(reply->text, "aof_enabled");
	if (reply->type != REPLY_TEXT) /* it may not be ours to know */
		return true;
	if (durable.len > 0)
		tell_change(store, &store->is_not_durable, slice_is(durable, "0"), events, texts);
	bool has_limit = number_parse(redis_info_find(reply->text, "maxmemory"), UINT64_MAX, &most) && most > 0;
	if (!has_limit || policy.len == 0 || slice_is(policy, "noeviction"))
		return true;
	struct buf out = buf_over(store->unfit, sizeof store->unfit - 1);
	buf_put_format(
		&out,
		"Redis would throw alerts away when memory is short: its maxmemory-policy is %.*s; set noeviction, "
		"and nothing waits any more",
		policy.len < 32 ? (int)policy.len : 32, policy.at);
	store->unfit[out.len] = '\0';
	return false;
}

void store_server_clock(struct redis_store *store, wall_ms redis_ms)
{
	static const char *const events[2] = { "clocks_agree", "clocks_apart" };
	static const char *const texts[2] = { "Redis' clock and that of this host are the same again",
					      "Redis' clock and that of this host are more than 2 s apart: what may be "
					      "sent until when goes by Redis' clock; set "
					      "both by NTP" };
	int64_t apart_ms = redis_ms - loop_now(store->loop).wall;
	tell_change(store, &store->are_clocks_apart, llabs(apart_ms) > CLOCKS_APART_MS, events, texts);
}
