/* SPDX-License-Identifier: Apache-2.0 */
#include "store/scripts.h"

#include "base/check.h"

void scripts_check(void)
{
	static const char *const names[SCRIPT_COUNT] = {
		[SCRIPT_ADD] = "add",
		[SCRIPT_ADOPT] = "adopt",
		[SCRIPT_ASSEMBLE] = "assemble",
		[SCRIPT_BALANCE] = "balance",
		[SCRIPT_BEGIN] = "begin",
		[SCRIPT_BIND] = "bind",
		[SCRIPT_CLAIM] = "claim",
		[SCRIPT_DROP_HELD] = "drop_held",
		[SCRIPT_HEARTBEAT] = "heartbeat",
		[SCRIPT_LATE] = "late",
		[SCRIPT_LEASE] = "lease",
		[SCRIPT_LEGACY] = "legacy",
		[SCRIPT_MO] = "mo",
		[SCRIPT_MOVE] = "move",
		[SCRIPT_OPTOUT] = "optout",
		[SCRIPT_ORDER] = "order",
		[SCRIPT_OWNED] = "owned",
		[SCRIPT_PAUSE] = "pause",
		[SCRIPT_READER] = "reader",
		[SCRIPT_RECEIPTS] = "receipts",
		[SCRIPT_RECORD] = "record",
		[SCRIPT_REGISTER] = "register",
		[SCRIPT_REQUEUE] = "requeue",
		[SCRIPT_RESEND] = "resend",
		[SCRIPT_RESUME] = "resume",
		[SCRIPT_SETTLE] = "settle",
		[SCRIPT_SETTLE_EACH] = "settle_each",
		[SCRIPT_SIGN_OFF] = "sign_off",
		[SCRIPT_SUBMIT] = "submit",
		[SCRIPT_SUSPECT] = "suspect",
		[SCRIPT_TELL] = "tell",
		[SCRIPT_TRIM] = "trim",
		[SCRIPT_UNPARK] = "unpark",
		[SCRIPT_WITHDRAW] = "withdraw",
	};
	CHECK(script_source_count == SCRIPT_COUNT);
	for (unsigned i = 0; i < SCRIPT_COUNT; i++)
		CHECK(strcmp(script_sources[i].name, names[i]) == 0);
}
