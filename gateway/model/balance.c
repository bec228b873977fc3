/* SPDX-License-Identifier: Apache-2.0 */
#include "model/balance.h"

#include "base/check.h"

const char *balance_place_name(enum balance_place place)
{
	CHECK((unsigned)place < BALANCE_PLACE_COUNT);
	if ((unsigned)place < LANE_COUNT)
		return lane_name((enum lane)place);
	return place == BALANCE_LATER ? "later" : "held";
}

const char *balance_end_name(enum balance_end end)
{
	static const char *const names[BALANCE_END_COUNT] = {
		[BALANCE_ACCEPTED] = "accepted",
		[BALANCE_EXPIRED] = "expired",
		[BALANCE_CANCELLED] = "cancelled",
		[BALANCE_SUPERSEDED] = "superseded",
		[BALANCE_SUPPRESSED] = "suppressed",
		[BALANCE_DUPLICATE] = "duplicate",
		[BALANCE_DEAD] = "dead",
		[BALANCE_CONTROL] = "control",
		[BALANCE_WRITTEN_OFF] = "written_off",
	};
	CHECK((unsigned)end < BALANCE_END_COUNT);
	return names[end];
}

static uint64_t sum(const uint64_t *counts, unsigned count)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < count; i++)
		total += counts[i];
	return total;
}

uint64_t balance_added(const struct balance *balance)
{
	return sum(balance->added, BALANCE_ADDED_COUNT);
}

uint64_t balance_waiting(const struct balance *balance)
{
	return sum(balance->waiting, BALANCE_PLACE_COUNT);
}

uint64_t balance_ended(const struct balance *balance)
{
	return sum(balance->ended, BALANCE_END_COUNT);
}

static bool is_less(const uint64_t *now, const uint64_t *before, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (now[i] < before[i])
			return true;
	}
	return false;
}

bool balance_has_gone_back(const struct balance *before, const struct balance *now)
{
	CHECK(before->is_known && now->is_known);
	/* What people wrote off they may take back. */
	return is_less(now->added, before->added, BALANCE_ADDED_COUNT) ||
	       is_less(now->ended, before->ended, BALANCE_WRITTEN_OFF) || now->requeued < before->requeued;
}
