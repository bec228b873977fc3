/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "admin/admin_snapshot.h"
#include "base/err.h"
#include "flow/trend.h"

struct metrics;

/* Looks at snapshots of the gateway, one a second, and says from them how fast each lane and each account gets rid of what waits
 * for it, and when that will be gone. Lanes are judged by the queue's own counters (balance), so by what all gateways do;
 * accounts by what this process submits or, where some of what waits is in the store, which all gateways work off, by what all do. */

struct admin_backlog {
	struct trend lanes[LANE_COUNT];
	struct admin_account_trend {
		struct trend own;      /* segments that left */
		struct trend all;      /* … by all gateways */
		struct trend own_busy; /* the same, since something was there to leave all the time */
		struct trend all_busy;
	} * trends; /* by the account's index in metrics */
	struct admin_outlook *accounts;
	struct admin_outlook lanes_seen[LANE_COUNT];
	bool is_fresh; /* the balance was, at the last look */
	unsigned account_count;
};

/* account_count: how many indexes accounts may have. backlog: zeroed before. False where there is no memory. */
MUST_CHECK bool admin_backlog_init(struct admin_backlog *backlog, unsigned account_count);
void admin_backlog_fini(struct admin_backlog *backlog);

/* Takes a look at a snapshot that has balance, balance_at and the accounts. now: monotonic. metrics: the block of which the outlook is
 * written into, by its writer; NULL = none. */
void admin_backlog_note(struct admin_backlog *backlog, const struct admin_snapshot *snapshot, mono_us now,
			struct metrics *metrics);

/* Fills in what the last look said: the lanes' lengths, where the balance has them, and their outlooks; and those of accounts. The
 * snapshot borrows them until the next look. */
void admin_backlog_fill(const struct admin_backlog *backlog, struct admin_snapshot *out);
