/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_account.h"

#include <stdlib.h>
#include <string.h>

#define LANES    3
#define PLACES   3 /* where an alert waits elsewhere */
#define COMMANDS 8 /* behind MULTI */

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

/* Behind MULTI all is looked at in one instant. */
bool audit_account_read(redisContext *link, struct audit_account *account, struct audit_trouble *trouble)
{
	static const char *const commands[COMMANDS] = {
		"XINFO STREAM " AUDIT_KEY("alerts:urgent"),
		"XINFO STREAM " AUDIT_KEY("alerts:normal"),
		"XINFO STREAM " AUDIT_KEY("alerts:bulk"),
		"XLEN " AUDIT_KEY("ready"),
		"HLEN " AUDIT_KEY("later:bodies"),
		"HLEN " AUDIT_KEY("held:bodies"),
		"HGETALL " AUDIT_KEY("totals"),
		"EXEC",
	};
	redisReply *reply = audit_link_ask(link, trouble, "MULTI");
	for (unsigned i = 0; i < COMMANDS && reply; i++) {
		freeReplyObject(reply);
		reply = audit_link_ask(link, trouble, commands[i]);
	}
	if (reply == NULL)
		return false;
	bool is_good = reply->type == REDIS_REPLY_ARRAY && reply->elements == COMMANDS - 1;
	*account = (struct audit_account){ 0 };
	for (unsigned i = 0; i < LANES && is_good; i++) {
		account->added += audit_link_info(reply->element[i], "entries-added");
		account->waiting += audit_link_info(reply->element[i], "length");
	}
	for (unsigned i = LANES; i < LANES + PLACES && is_good; i++)
		account->waiting += reply->element[i]->integer;
	if (is_good)
		account->closed = closed_of(reply->element[LANES + PLACES]);
	freeReplyObject(reply);
	return is_good || audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis gives no account of the queue");
}
