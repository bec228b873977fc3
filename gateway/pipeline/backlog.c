/* SPDX-License-Identifier: Apache-2.0 */

/* What waits in memory for each account, for status pages. It is looked at between turns, a few times a second, and never while
 * alerts are worked on. */

#include "pipeline/pipeline_inner.h"

#define LOOKED_AT 32 /* alerts of a lane, whose segments are counted; the rest is taken to be like them */

/* Of all alerts on one lane. */
static unsigned segments_of(const struct list *lane, unsigned count)
{
	unsigned looked_at = 0, segments = 0;
	for (const struct list *link = lane->next; link != lane && looked_at < LOOKED_AT; link = link->next) {
		segments += dispatch_segments_missing(LIST_ITEM(link, struct parcel, link));
		looked_at++;
	}
	return looked_at == 0 ? 0 : (unsigned)((uint64_t)segments * count / looked_at);
}

void backlog_look(struct pipeline *pipeline)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		const struct account *account = &pipeline->accounts[i];
		unsigned segments = account->reserved;
		for (unsigned lane = 0; lane < WAIT_LANES; lane++)
			segments += segments_of(&account->lanes[lane], account->lane_counts[lane]);
		pipeline->gauges.account_waiting[i] = dispatch_waiting(account);
		pipeline->gauges.account_segments[i] = segments;
	}
}
