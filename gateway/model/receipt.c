/* SPDX-License-Identifier: Apache-2.0 */
#include "model/receipt.h"

#include "base/check.h"

const char *message_state_name(enum message_state state)
{
	static const char *const names[MESSAGE_STATE_COUNT] = {
		[MESSAGE_STATE_ENROUTE] = "ENROUTE",
		[MESSAGE_STATE_DELIVERED] = "DELIVERED",
		[MESSAGE_STATE_EXPIRED] = "EXPIRED",
		[MESSAGE_STATE_DELETED] = "DELETED",
		[MESSAGE_STATE_UNDELIVERABLE] = "UNDELIVERABLE",
		[MESSAGE_STATE_ACCEPTED] = "ACCEPTED",
		[MESSAGE_STATE_UNKNOWN] = "UNKNOWN",
		[MESSAGE_STATE_REJECTED] = "REJECTED",
		[MESSAGE_STATE_SKIPPED] = "SKIPPED",
	};
	CHECK((unsigned)state < MESSAGE_STATE_COUNT);
	return names[state];
}

bool message_state_is_final(enum message_state state)
{
	switch (state) {
	case MESSAGE_STATE_DELIVERED:
	case MESSAGE_STATE_EXPIRED:
	case MESSAGE_STATE_DELETED:
	case MESSAGE_STATE_UNDELIVERABLE:
	case MESSAGE_STATE_REJECTED:
	case MESSAGE_STATE_SKIPPED:
		return true;
	default:
		/* ACCEPTED is an intermediate state to most carriers, UNKNOWN says nothing. */
		return false;
	}
}
