/* SPDX-License-Identifier: Apache-2.0 */

/* How much of its memory Redis uses, looked at as often as the heartbeat goes: at half of it people are told, while there is still time. */

#include "store/redis_store_inner.h"

#include "base/number.h"
#include "store/redis_info.h"

bool store_memory_ask(struct redis_store *store, struct command *command)
{
	(void)command; /* the scratch one */
	store_server_look(store, false);
	return true;
}

/* Told at half, taken back at less than 45 %. */
static void judge(struct redis_store *store)
{
	struct redis_store_gauges *gauges = &store->gauges;
	uint64_t percent = gauges->memory_max == 0 ? 0 : gauges->memory_used / (gauges->memory_max / 100 + 1);
	bool was_half_full = gauges->is_half_full;
	gauges->is_half_full = gauges->memory_max != 0 &&
			       (gauges->memory_used > gauges->memory_max / 2 || (was_half_full && percent >= 45));
	if (was_half_full == gauges->is_half_full)
		return;
	struct log_line line;
	if (log_begin(&line, store->options->log, gauges->is_half_full ? LOG_WARN : LOG_INFO,
		      gauges->is_half_full ? "redis_half_full" : "redis_half_empty",
		      gauges->is_half_full
			      ? "Redis uses over half of its maxmemory: give it more, or keep events for a "
				"shorter time, before it is full and nothing new goes out"
			      : "Redis uses less than half of its maxmemory again")) {
		log_uint(&line, "used_octets", gauges->memory_used);
		log_uint(&line, "max_octets", gauges->memory_max);
		log_end(&line);
	}
}

mono_us store_memory_answer(struct redis_store *store, const struct reply *reply)
{
	uint64_t used;
	uint64_t most;
	if (!store_server_will_do(store, reply))
		redis_link_break(store->main,
				 store->unfit); /* it has become so, and is looked at before it is up again */
	else if (reply->type == REPLY_TEXT &&
		 number_parse(redis_info_find(reply->text, "used_memory"), UINT64_MAX, &used) &&
		 number_parse(redis_info_find(reply->text, "maxmemory"), UINT64_MAX, &most)) {
		store->gauges.memory_used = used;
		store->gauges.memory_max = most;
		judge(store);
	}
	return store->options->heartbeat_us;
}
