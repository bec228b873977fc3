/* SPDX-License-Identifier: Apache-2.0 */

/* Producers that know lists only push their alerts on one. Ten times a second it is looked whether something is there; that
 * is moved to the streams (lua/legacy.lua), at once again while there is more. */

#include "store/redis_store_inner.h"

#define INTERVAL_US (100 * US_PER_MS)
#define MOVE_MAX    256
#define MOVE_OCTETS (1024 * 1024)

bool store_legacy_ask(struct redis_store *store, struct command *command)
{
	if (store->legacy_waits) {
		store_call_begin_script(store, command, SCRIPT_LEGACY, 3);
		store_put_key(store, command, KEY_LEGACY);
		command_word(command, store->keys[(unsigned)KEY_LANE + LANE_URGENT]);
		command_word(command, store->keys[(unsigned)KEY_LANE + LANE_NORMAL]);
		command_int(command, MOVE_MAX);
		command_int(command, MOVE_OCTETS);
		return true;
	}
	command_begin(command);
	command_word(command, "LLEN");
	store_put_key(store, command, KEY_LEGACY);
	return true;
}

mono_us store_legacy_answer(struct redis_store *store, const struct reply *reply)
{
	const struct reply *moved = reply_at(reply, 0);
	const struct reply *left = moved != NULL ? reply_at(reply, 1) : reply;
	if (moved != NULL)
		store->gauges.legacy_moved += (uint64_t)moved->integer;
	store->legacy_waits = left != NULL && left->integer > 0;
	return store->legacy_waits ? 0 : INTERVAL_US;
}
