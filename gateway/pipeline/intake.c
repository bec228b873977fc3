/* SPDX-License-Identifier: Apache-2.0 */

/* Intake asks for as many entries as there are free parcels and no more, one READ ahead; what is not asked for waits in
 * Redis. Each entry is prepared at once. While no account is live nothing is read: the backlog stays where every worker
 * can see it. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"

#define READ_MAX     2048 /* of one lane: more would only make replies large */
#define READ_LEAST   256  /* entries that are worth a READ; or half of the parcels, where those are few */
#define READ_SPAN_US (20 * US_PER_MS)
#define KEPT_MOST    64 /* parcels for each lane; of few parcels a part of them */

/* Shares of a READ when all lanes are full, beside what is kept for each; what a lane does not need, the others get. */
static const unsigned lane_shares[LANE_COUNT] = {
	[LANE_URGENT] = 8,
	[LANE_READY] = 4,
	[LANE_NORMAL] = 4,
	[LANE_BULK] = 1,
};

static void take_entry(struct pipeline *pipeline, const struct store_entry *entry)
{
	struct parcel *parcel = parcel_take(&pipeline->pool);
	CHECK(parcel != NULL); /* places were kept when the entries were asked for */
	parcel->key = entry->key;
	pipeline->held[entry->key.lane]++;
	parcel->origin = entry->origin;
	parcel->attempts = entry->attempt;
	parcel->is_ambiguous = entry->ambiguous;
	parcel->is_reclaimed = entry->reclaimed;
	parcel->is_in_doubt = entry->in_doubt;
	parcel->doubts = entry->in_doubt; /* on top of what its state says */
	parcel->may_resend = entry->resend;
	/* Before anything can end it: what was accepted of it is part of how it ends. */
	parcel->reference = pipeline->next_reference++;
	parcel->has_state = events_state_parse(pipeline, parcel, entry->state);
	if (entry->in_doubt) {
		metrics_add(pipeline->metrics, METRIC_INTENTS_FOUND, 1);
		dispatch_note_begun(pipeline, parcel);
	}
	metrics_add_at(pipeline->metrics, METRIC_ENTRIES_READ, entry->key.lane, 1);
	if (poison_takes(pipeline, parcel, entry))
		return;
	prepare_parcel(pipeline, parcel, entry);
}

void intake_on_read(void *ctx, const struct store_entry *entries, unsigned count, bool last)
{
	struct pipeline *pipeline = ctx;
	/* Two looks at the clock for all that came together, since one each would cost. */
	mono_us began_at = count > 0 ? pipeline_fresh(pipeline) : 0;
	for (unsigned i = 0; i < count; i++) {
		pipeline->lane_hot[entries[i].key.lane]++;
		take_entry(pipeline, &entries[i]);
	}
	if (count > 0)
		metrics_observe_many(pipeline->metrics, METRIC_STAGE_SPAN, STAGE_PREPARE,
				     (pipeline_fresh(pipeline) - began_at) / count, count);
	unsigned *reserved = count > 0 && entries[0].adopted ? &pipeline->adopt_reserved : &pipeline->read_reserved;
	*reserved -= count < *reserved ? count : *reserved;
	pipeline->read_got += count;
	dispatch_early(pipeline);
	if (!last)
		return;
	pipeline->read_reserved = 0;
	pipeline->last_read_was_empty = pipeline->read_got == 0;
}

void intake_on_orphans(void *ctx)
{
	struct pipeline *pipeline = ctx;
	pipeline->may_adopt = true;
}

void intake_on_adopted(void *ctx, bool more)
{
	struct pipeline *pipeline = ctx;
	pipeline->is_adopting = false;
	pipeline->adopt_reserved = 0;
	pipeline->may_adopt = more;
}

static unsigned free_parcels(const struct pipeline *pipeline)
{
	unsigned kept = pipeline->read_reserved + pipeline->adopt_reserved;
	return pipeline->pool.free_count > kept ? pipeline->pool.free_count - kept : 0;
}

bool intake_is_adopting(const struct pipeline *pipeline)
{
	return pipeline->is_adopting || (pipeline->may_adopt && free_parcels(pipeline) > 0);
}

static void adopt(struct pipeline *pipeline)
{
	unsigned count = free_parcels(pipeline);
	if (!pipeline->may_adopt || pipeline->is_adopting || count == 0)
		return;
	if (count > STORE_BATCH_MAX)
		count = STORE_BATCH_MAX;
	pipeline->adopt_reserved = count;
	pipeline->is_adopting =
		pipeline->store->ops->adopt(pipeline->store, count, pipeline->begun, pipeline->begun_count);
	if (!pipeline->is_adopting)
		pipeline->adopt_reserved = 0;
}

/* Parcels that are kept for each stream, so that none that has fewer in memory waits for the others': what is urgent is read
 * though bulk fills the rest. */
static unsigned kept_for_each(const struct pipeline *pipeline)
{
	unsigned count = pipeline->pool.count / 32;
	return count < KEPT_MOST ? count : KEPT_MOST;
}

/* Shares places among the lanes: to each what is kept for it, then of the others a small probe to those that gave nothing
 * last time, and the rest to those that gave. A lane's entries in memory count against what is kept for it. */
static struct store_quota share(const struct pipeline *pipeline, unsigned places)
{
	struct store_quota quota = { { 0 } };
	unsigned each = kept_for_each(pipeline);
	unsigned left = places;
	unsigned shares = 0;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		unsigned kept = pipeline->held[lane] < each ? each - pipeline->held[lane] : 0;
		quota.count[lane] = kept < left ? kept : left;
		left -= quota.count[lane];
		shares += pipeline->lane_hot[lane] ? lane_shares[lane] : 0;
	}
	unsigned probe = shares > 0 ? left / 16 : left / LANE_COUNT;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		if (pipeline->lane_hot[lane] == 0) {
			quota.count[lane] += probe;
			left -= probe;
		}
	}
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		if (pipeline->lane_hot[lane] > 0)
			quota.count[lane] += left * lane_shares[lane] / shares;
		if (quota.count[lane] > READ_MAX)
			quota.count[lane] = READ_MAX;
	}
	return quota;
}

/* A READ for a handful costs as much as one for many. Where nothing else is to be done there is nothing to wait for. */
static bool is_worth_it(const struct pipeline *pipeline, unsigned places)
{
	unsigned half = pipeline->pool.count / 2;
	return places >= (half < READ_LEAST ? half : READ_LEAST) || pipeline->last_read_was_empty;
}

/* But what is urgent must not wait until a slow carrier has made room for many. */
static void read(struct pipeline *pipeline, mono_us now)
{
	unsigned places = free_parcels(pipeline);
	if (places == 0 || (!is_worth_it(pipeline, places) && now < pipeline->read_at + READ_SPAN_US))
		return;
	struct store_quota quota = share(pipeline, places);
	bool has_all = true;
	unsigned sum = 0;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		has_all = has_all && quota.count[lane] > 0;
		sum += quota.count[lane];
	}
	/* A lane without a place may have more: then it is not known that all are empty, and they are looked at when it is due. */
	bool may_wait = pipeline->last_read_was_empty && has_all;
	if (!may_wait && pipeline->last_read_was_empty && now < pipeline->read_at + READ_SPAN_US)
		return;
	pipeline->read_at = now;
	if (sum == 0)
		return;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		pipeline->lane_hot[lane] = quota.count[lane] > 0 ? 0 : pipeline->lane_hot[lane];
	pipeline->read_reserved = sum;
	pipeline->read_got = 0;
	pipeline->store->ops->read(pipeline->store, &quota, may_wait);
}

static bool may_take(const struct pipeline *pipeline)
{
	return !pipeline->is_draining && pipeline->gauges.store_is_up && !pipeline->is_paused &&
	       pipeline->edition != NULL;
}

static bool may_read(const struct pipeline *pipeline)
{
	return pipeline->live != 0 && !poison_is_near(pipeline) && !pipeline->store->ops->is_reading(pipeline->store);
}

/* What is ours already nobody else takes: where others have the links, or may have, it is parked for them. */
static bool may_pass_on(const struct pipeline *pipeline, mono_us now)
{
	bool has_none = false;
	for (unsigned i = 0; i < pipeline->account_count; i++)
		has_none = has_none || parking_others_may(&pipeline->accounts[i], now);
	return has_none;
}

void intake_turn(struct pipeline *pipeline, mono_us now)
{
	if (!may_take(pipeline))
		return;
	if (pipeline->live != 0 || (pipeline->may_adopt && may_pass_on(pipeline, now)))
		adopt(pipeline);
	if (may_read(pipeline))
		read(pipeline, now);
}

mono_us intake_next_deadline(const struct pipeline *pipeline)
{
	bool waits = may_take(pipeline) && free_parcels(pipeline) > 0 && may_read(pipeline);
	return waits ? pipeline->read_at + READ_SPAN_US : INT64_MAX;
}
