/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_find.h"

#include "base/number.h"

#include <stdio.h>

void redis_find_ask(const struct redis_finder *finder, const char *tag, struct command *command)
{
	command_begin(command);
	if (finder->way == REDIS_FIND_BY_SENTINEL) {
		command_word(command, "SENTINEL");
		command_word(command, "GET-MASTER-ADDR-BY-NAME");
		command_word(command, finder->master);
		return;
	}
	/* A node that has not the slot says who has, and a replica names its master. */
	char key[128];
	snprintf(key, sizeof key, "%s:claims", tag);
	command_word(command, "EXISTS");
	command_word(command, key);
}

static bool take(struct slice host, struct slice port, struct stream_address *out)
{
	uint64_t number;
	if (host.len == 0 || host.len >= sizeof out->host || !number_parse(port, UINT16_MAX, &number) || number == 0)
		return false;
	snprintf(out->host, sizeof out->host, "%.*s", SLICE_ARG(host));
	out->port = (uint16_t)number;
	return true;
}

static bool read_sentinel(const struct redis_finder *finder, const struct reply *reply, struct stream_address *out,
			  char *why, size_t cap)
{
	if (take(reply_text_at(reply, 0), reply_text_at(reply, 1), out))
		return true;
	if (reply->type == REPLY_ERROR)
		snprintf(why, cap, "a Sentinel refuses us: %.*s", SLICE_ARG(reply->text));
	else
		snprintf(why, cap, "a Sentinel knows no master of the name %s; look at redis.sentinel_master",
			 finder->master);
	return false;
}

/* “MOVED 3999 127.0.0.1:6381”; an empty host is that of who says it. */
static bool read_moved(const struct stream_address *seed, struct slice text, struct stream_address *out)
{
	slice_cut(&text, ' ');
	slice_cut(&text, ' ');
	const char *colon = text.len > 0 ? memrchr(text.at, ':', text.len) : NULL;
	if (colon == NULL)
		return false;
	struct slice host = { text.at, (size_t)(colon - text.at) };
	struct slice port = { colon + 1, text.len - host.len - 1 };
	return take(host.len > 0 ? host : slice_of(seed->host), port, out);
}

static bool read_node(const struct stream_address *seed, const struct reply *reply, struct stream_address *out,
		      char *why, size_t cap)
{
	if (reply->type == REPLY_INTEGER) {
		*out = *seed;
		return true;
	}
	if (reply->type == REPLY_ERROR && slice_starts(reply->text, SLICE("MOVED ")) &&
	    read_moved(seed, reply->text, out))
		return true;
	snprintf(why, cap, "a node of the Redis Cluster does not say who has our keys: %.*s",
		 SLICE_ARG(reply->type == REPLY_ERROR ? reply->text : SLICE("it answers with something else")));
	return false;
}

bool redis_find_read(const struct redis_finder *finder, const struct stream_address *seed, const struct reply *reply,
		     struct stream_address *out, char *why, size_t cap)
{
	if (finder->way == REDIS_FIND_BY_SENTINEL)
		return read_sentinel(finder, reply, out, why, cap);
	return read_node(seed, reply, out, why, cap);
}
