/* SPDX-License-Identifier: Apache-2.0 */

/* How much of its memory Redis uses, looked at as often as the heartbeat goes: at half of it people are told, while there is still time. */

#include "store/redis_store_inner.h"

#include "base/number.h"

bool store_memory_ask(struct redis_store *store, struct command *command)
{
	(void)store;
	command_begin(command);
	command_word(command, "INFO");
	command_word(command, "memory");
	return true;
}

/* The number of a line “name:123”. */
static bool find_number(struct slice text, const char *name, uint64_t *out)
{
	size_t name_len = strlen(name);
	while (text.len > 0) {
		const char *end = memchr(text.at, '\r', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;
		if (len > name_len && text.at[name_len] == ':' && memcmp(text.at, name, name_len) == 0)
			return number_parse((struct slice){ text.at + name_len + 1, len - name_len - 1 }, UINT64_MAX,
					    out);
		size_t skip = len + 2 < text.len ? len + 2 : text.len;
		text = (struct slice){ text.at + skip, text.len - skip };
	}
	return false;
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
	if (reply->type == REPLY_TEXT && find_number(reply->text, "used_memory", &used) &&
	    find_number(reply->text, "maxmemory", &most)) {
		store->gauges.memory_used = used;
		store->gauges.memory_max = most;
		judge(store);
	}
	return store->options->heartbeat_us;
}
