/* SPDX-License-Identifier: Apache-2.0 */
#include "store/refusal.h"

/* What is refused by a word of this table has had no effect: Redis looks before it runs a command, and at the latest
 * before a script's first write. */
static const struct refusal refusals[] = {
	{ "OOM", REFUSAL_FULL,
	  "Redis is full (maxmemory): nothing new is begun; raise maxmemory or trim the events, all goes on by "
	  "itself" },
	{ "MISCONF", REFUSAL_PAUSE,
	  "Redis cannot save to its disk and takes no writes (MISCONF): look at its log and its disk" },
	{ "NOREPLICAS", REFUSAL_PAUSE,
	  "Redis has fewer replicas than min-replicas-to-write and takes no writes (NOREPLICAS): bring them back" },
	{ "BUSY", REFUSAL_PAUSE,
	  "Redis is busy with somebody's script and answers nothing else (BUSY): SCRIPT KILL ends it" },
	{ "LOADING", REFUSAL_PAUSE, "Redis loads its data (LOADING): wait" },
	{ "CLUSTERDOWN", REFUSAL_PAUSE, "the Redis Cluster is down (CLUSTERDOWN): bring its nodes back" },
	{ "TRYAGAIN", REFUSAL_PAUSE,
	  "our keys are on their way to another node of the Redis Cluster (TRYAGAIN): wait" },
	{ "ASK", REFUSAL_PAUSE, "our keys are on their way to another node of the Redis Cluster (ASK): wait" },
	{ "MOVED", REFUSAL_RECONNECT,
	  "another node of the Redis Cluster has our keys (MOVED): it is found by itself where redis.cluster is set" },
	{ "READONLY", REFUSAL_RECONNECT,
	  "this Redis is a replica and takes no writes (READONLY): mind the failover, or correct redis.url" },
	{ "MASTERDOWN", REFUSAL_RECONNECT,
	  "this Redis is a replica without its master (MASTERDOWN): mind the failover, or correct redis.url" },
	{ "NOSCRIPT", REFUSAL_RECONNECT, "Redis has forgotten the scripts (NOSCRIPT): they are loaded again" },
	{ "", REFUSAL_RECONNECT, "Redis answers with an error; the call is tried again" },
};

/* EXEC names what refused it behind these words. */
#define EXEC_REFUSED "EXECABORT Transaction discarded because of: "

bool refusal_is_of_one(const struct refusal *refusal)
{
	return refusal->way == REFUSAL_FULL || refusal->word[0] == '\0';
}

const struct refusal *refusal_of(const struct reply *reply)
{
	if (reply == NULL || reply->type != REPLY_ERROR)
		return NULL;
	struct slice text = reply->text;
	if (slice_starts(text, SLICE(EXEC_REFUSED)))
		text = (struct slice){ text.at + sizeof EXEC_REFUSED - 1, text.len - (sizeof EXEC_REFUSED - 1) };
	const struct refusal *refusal = refusals;
	for (; refusal->word[0] != '\0'; refusal++) {
		size_t len = strlen(refusal->word);
		bool is_whole = text.len == len || (text.len > len && text.at[len] == ' ');
		if (is_whole && slice_starts(text, slice_of(refusal->word)))
			break;
	}
	return refusal;
}
