/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"

#include <stdbool.h>

/* The account of the queue: each entry that was ever added waits somewhere, or has ended in one way. */

#define BALANCE_ADDED_COUNT LANE_READY /* the producers' lanes */

/* Where entries wait. The lanes come first. */
enum balance_place { BALANCE_LATER = LANE_COUNT, BALANCE_HELD, BALANCE_PLACE_COUNT };

/* How entries have ended. */
enum balance_end {
	BALANCE_ACCEPTED,
	BALANCE_EXPIRED,
	BALANCE_CANCELLED,
	BALANCE_SUPERSEDED,
	BALANCE_SUPPRESSED,
	BALANCE_DUPLICATE,
	BALANCE_DEAD,
	BALANCE_CONTROL,
	BALANCE_WRITTEN_OFF, /* by hand: people know what became of them */
	BALANCE_END_COUNT
};

struct balance {
	bool is_known;
	uint64_t added[BALANCE_ADDED_COUNT];
	uint64_t waiting[BALANCE_PLACE_COUNT];
	uint64_t ended[BALANCE_END_COUNT];
	uint64_t
		ready_added; /* to the lane ready: each alert that comes back from waiting, every time; no part of the account */
	uint64_t requeued; /* dead ones that were brought back, so that they wait or have ended once more */
	int64_t drift;     /* added + requeued − waiting − ended: 0, or somebody else had a hand in it */
};

/* “urgent” … “ready”, “later”, “held”. */
const char *balance_place_name(enum balance_place place);

/* Name of the counter in the store (“accepted”). */
const char *balance_end_name(enum balance_end end);

/* Sums of the three kinds. */
uint64_t balance_added(const struct balance *balance);
uint64_t balance_waiting(const struct balance *balance);
uint64_t balance_ended(const struct balance *balance);

/* True where something that only ever grows has become less: the store has lost what came after. Both are known. */
bool balance_has_gone_back(const struct balance *before, const struct balance *now);
