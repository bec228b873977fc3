/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_account.h"

#include <stdlib.h>
#include <string.h>

enum { ADDED, WAITING, LISTED, TOTALS, PARTS };

/* One script looks at all in one instant. A full Redis would refuse a MULTI, and lets a script read that says it does nothing
 * else. */
static const char script[] = "#!lua flags=no-writes,allow-oom\n"
			     "local added, waiting = 0, redis.call('XLEN', KEYS[4])\n"
			     "for i = 1, 3 do\n"
			     "  if redis.call('EXISTS', KEYS[i]) == 1 then\n"
			     "    local info = redis.call('XINFO', 'STREAM', KEYS[i])\n"
			     "    for k = 1, #info, 2 do\n"
			     "      if info[k] == 'entries-added' then added = added + info[k + 1] end\n"
			     "      if info[k] == 'length' then waiting = waiting + info[k + 1] end\n"
			     "    end\n"
			     "  end\n"
			     "end\n"
			     "waiting = waiting + redis.call('HLEN', KEYS[5]) + redis.call('HLEN', KEYS[6])\n"
			     "return { added, waiting, redis.call('LLEN', KEYS[8]), redis.call('HGETALL', KEYS[7]) }\n";

/* How many entries the totals say were closed. */
static long long closed_of(const redisReply *totals)
{
	long long closed = 0;
	for (size_t i = 0; totals->type == REDIS_REPLY_ARRAY && i + 1 < totals->elements; i += 2) {
		long long count = strtoll(totals->element[i + 1]->str, NULL, 10);
		const char *name = totals->element[i]->str;
		if (strcmp(name, "requeued") == 0)
			closed -= count;
		else if (strcmp(name, "held") != 0)
			closed += count;
	}
	return closed;
}

bool audit_account_read(redisContext *link, struct audit_account *account, struct audit_trouble *trouble)
{
	redisReply *reply = audit_link_ask(link, trouble, "EVAL %s 8 %s %s %s %s %s %s %s %s", script,
					   AUDIT_KEY("alerts:urgent"), AUDIT_KEY("alerts:normal"),
					   AUDIT_KEY("alerts:bulk"), AUDIT_KEY("ready"), AUDIT_KEY("later:bodies"),
					   AUDIT_KEY("held:bodies"), AUDIT_KEY("totals"), AUDIT_KEY("alerts:list"));
	if (reply == NULL)
		return false;
	bool is_good = reply->type == REDIS_REPLY_ARRAY && reply->elements == PARTS;
	*account = (struct audit_account){ 0 };
	if (is_good) {
		account->added = reply->element[ADDED]->integer;
		account->waiting = reply->element[WAITING]->integer;
		account->listed = reply->element[LISTED]->integer;
		account->closed = closed_of(reply->element[TOTALS]);
	}
	freeReplyObject(reply);
	return is_good || audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis gives no account of the queue");
}
