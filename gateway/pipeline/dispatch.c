/* SPDX-License-Identifier: Apache-2.0 */

/* Dispatch begins what the windows and the rate admit, and a little ahead of the windows: what leaves within AHEAD_US at
 * the present pace, so that no place stands empty while a BEGIN is under way, and few BEGINs do. A BEGIN takes what is
 * there when none is under way, so that a lone alert does not wait; while one is under way a second must be worth it, so
 * that a flood goes in large batches.
 *
 * Lanes of an account share by weight: in each round urgent may take eight segments, normal four, bulk one. What is urgent does not
 * wait for a place or a token to begin: a few segments beyond what is admitted are begun, and leave before all else. Whose turn it
 * is within a lane turns.h tells. */

#include "base/check.h"
#include "pipeline/pipeline_inner.h"
#include "policy/policy.h"

#include <stdlib.h>

#define BEGINS_MAX         2
#define SECOND_BEGIN_LEAST 256
#define AHEAD_US           (8 * US_PER_MS)
#define AHEAD_LEAST        8 /* where fewer leave in that time, nothing begins ahead */
#define AHEAD_MOST         256
#define URGENT_AHEAD       8 /* segments */

#define DOWN_WAIT_MS (30 * MS_PER_S)

static const int lane_weights[WAIT_LANES] = {
	[LANE_URGENT] = 8,
	[LANE_NORMAL] = 4,
	[LANE_BULK] = 1,
};

void dispatch_enqueue(struct pipeline *pipeline, struct parcel *parcel)
{
	struct account *account = &pipeline->accounts[parcel->account];
	struct list *lane = &account->lanes[parcel->lane];
	struct turns *turns = &account->turns[parcel->lane];
	parcel_move(parcel, PARCEL_READY, NULL);
	/* What is in doubt goes first: it is settled the sooner, and takes from what may be in doubt. */
	if (parcel->begun_index != PARCEL_NOT_BEGUN || parcel == pipeline->suspect) {
		list_push_front(lane, &parcel->link);
		turns_add_first(turns, parcel);
	} else {
		list_push(lane, &parcel->link);
		turns_add(turns, parcel);
	}
	account->lane_counts[parcel->lane]++;
	parcel->stage_at = account->queued_at = pipeline_now(pipeline).mono;
	routing_note_queued(pipeline, account);
}

void dispatch_unqueue(struct pipeline *pipeline, struct parcel *parcel)
{
	struct account *account = &pipeline->accounts[parcel->account];
	account->lane_counts[parcel->lane]--;
	turns_remove(&account->turns[parcel->lane], parcel);
	list_remove(&parcel->link);
}

/* -- the set of begun keys -- */

void dispatch_note_begun(struct pipeline *pipeline, struct parcel *parcel)
{
	if (parcel->begun_index != PARCEL_NOT_BEGUN)
		return;
	CHECK(pipeline->begun_count < pipeline->begun_cap);
	parcel->begun_index = pipeline->begun_count;
	pipeline->begun[pipeline->begun_count] = parcel->key;
	pipeline->begun_parcels[pipeline->begun_count++] = parcel;
}

static void forget_begun(struct pipeline *pipeline, struct parcel *parcel)
{
	uint32_t hole = parcel->begun_index;
	if (hole == PARCEL_NOT_BEGUN)
		return;
	uint32_t last = --pipeline->begun_count;
	pipeline->begun[hole] = pipeline->begun[last];
	pipeline->begun_parcels[hole] = pipeline->begun_parcels[last];
	pipeline->begun_parcels[hole]->begun_index = hole;
	parcel->begun_index = PARCEL_NOT_BEGUN;
}

void dispatch_forget(struct pipeline *pipeline, struct parcel *parcel)
{
	forget_begun(pipeline, parcel);
	CHECK(pipeline->held[parcel->key.lane] > 0);
	pipeline->held[parcel->key.lane]--;
	editions_leave(parcel);
	parcel_free(&pipeline->pool, parcel);
}

/* -- who may go -- */

unsigned dispatch_segments_missing(const struct parcel *parcel)
{
	return parcel->encoded.segment_count - (unsigned)__builtin_popcount(parcel->accepted);
}

static bool has_waiting(const struct account *account)
{
	bool has = false;
	for (unsigned lane = 0; lane < WAIT_LANES; lane++)
		has = has || !list_empty(&account->lanes[lane]);
	return has;
}

/* What a long sms takes beyond its lane's share of a round the lane owes in the rounds that follow. */
static struct parcel *next_of_account(struct account *account)
{
	while (has_waiting(account)) {
		for (unsigned lane = 0; lane < WAIT_LANES; lane++) {
			if (account->pass[lane] > 0 && !list_empty(&account->lanes[lane]))
				return turns_next(&account->turns[lane]);
		}
		for (unsigned lane = 0; lane < WAIT_LANES; lane++) {
			int pass = account->pass[lane] + lane_weights[lane];
			account->pass[lane] = pass < lane_weights[lane] ? pass : lane_weights[lane];
		}
	}
	return NULL;
}

/* When what waits for an account that stays down comes back: not all at once. */
wall_ms dispatch_back_by_and_by(struct pipeline *pipeline, wall_ms now)
{
	return now + DOWN_WAIT_MS + (wall_ms)rng_below(&pipeline->rng, (uint64_t)DOWN_WAIT_MS);
}

bool dispatch_is_stale(const struct parcel *parcel, wall_ms now)
{
	return parcel->deadline != 0 && now >= parcel->deadline;
}

/* before: segments that have the first claim; beyond: those for which tokens need not be there yet. Tokens are taken when segments
 * leave, not when they begin: what was held up on its way must not add to what goes now. Until then those that wait have a
 * claim on them. Tokens that come within AHEAD_US count, since BEGIN takes its time; and where the store is slow to answer, all
 * that come until the next BEGIN, which goes when this one is answered, is answered too. A long sms begins with the first
 * token, and goes piece by piece as they come. */
static bool rate_admits(struct account *account, unsigned before, unsigned segments, unsigned beyond, mono_us now)
{
	uint32_t level = lease_level(&account->lease, now, AHEAD_US + 2 * account->pipeline->store_clock.way);
	return level + (uint64_t)beyond >= before + segments || (account->reserved == 0 && level > 0);
}

void dispatch_reserve(struct account *account, const struct parcel *parcel, int segments)
{
	CHECK(segments >= 0 || account->reserved >= (unsigned)-segments);
	account->reserved += (unsigned)segments;
	if (parcel->lane != LANE_URGENT)
		return;
	CHECK(segments >= 0 || account->reserved_urgent >= (unsigned)-segments);
	account->reserved_urgent += (unsigned)segments;
}

static void note_span(struct account *account, mono_us now)
{
	mono_us span = now - account->stride_at;
	if (span < AHEAD_US)
		return;
	bool is_brisk = span < 2 * AHEAD_US && account->stride >= AHEAD_LEAST;
	account->ahead = !is_brisk ? 0 : account->stride < AHEAD_MOST ? account->stride : AHEAD_MOST;
	account->stride = 0;
	account->stride_at = now;
}

void dispatch_note_left(struct account *account, mono_us now)
{
	note_span(account, now);
	account->stride++;
	account->left++;
}

/* Where nothing has left for two spans, or the carrier wants nothing now, what left before says nothing of what leaves next. */
static unsigned ahead_of(const struct account *account, mono_us now)
{
	bool rests = now - account->stride_at >= 2 * AHEAD_US || now < account->congestion.paused_until;
	return rests ? 0 : account->ahead;
}

unsigned dispatch_room(const struct account *account, mono_us now)
{
	const struct carrier *carrier = account->options->carrier;
	unsigned credit = carrier->ops->credit(carrier);
	unsigned room = congestion_room(&account->congestion, account->in_flight, now);
	return (credit < room ? credit : room) + ahead_of(account, now);
}

/* An sms of more segments than the whole window begins when nothing else is out, and goes piece by piece. As long as half of
 * what may be ahead is there, topping up is put off. What is urgent goes before what is begun: only other urgent ones have
 * places that it can't get. most: segments that may be begun. */
static bool admits(struct account *account, const struct parcel *parcel, unsigned most, bool tops_up, mono_us now)
{
	bool is_urgent = parcel->lane == LANE_URGENT;
	unsigned segments = dispatch_segments_missing(parcel);
	unsigned before = is_urgent ? account->reserved_urgent : account->reserved;
	unsigned beyond = is_urgent ? URGENT_AHEAD : 0;
	bool fits = before + segments <= most + beyond && (tops_up || is_urgent);
	bool is_alone = most > 0 && account->reserved == 0 && account->in_flight == 0;
	return (fits || is_alone) && rate_admits(account, before, segments, beyond, now);
}

/* With a suspect about, the parcels that may begin stand in front of their lanes. */
static struct parcel *next_beside_poison(const struct pipeline *pipeline, const struct account *account)
{
	for (unsigned lane = 0; lane < WAIT_LANES; lane++) {
		if (list_empty(&account->lanes[lane]))
			continue;
		struct parcel *parcel = LIST_ITEM(account->lanes[lane].next, struct parcel, link);
		if (poison_may_begin(pipeline, parcel))
			return parcel;
	}
	return NULL;
}

/* Fills the batch with what one account admits. */
static unsigned fill_from(struct pipeline *pipeline, struct account *account, struct now now, struct store_begin *items,
			  unsigned count, unsigned *fresh)
{
	if (!account->is_live || now.mono < account->congestion.paused_until)
		return count;
	note_span(account, now.mono);
	unsigned most = dispatch_room(account, now.mono);
	bool tops_up = most >= account->reserved + ahead_of(account, now.mono) / 2;
	while (count < STORE_BATCH_MAX) {
		struct parcel *parcel =
			poison_is_near(pipeline) ? next_beside_poison(pipeline, account) : next_of_account(account);
		if (parcel == NULL)
			break;
		/* What a dead worker had begun is in doubt already, and must go whatever the limit says. */
		bool is_fresh = parcel->begun_index == PARCEL_NOT_BEGUN;
		if (is_fresh && *fresh == 0)
			break;
		if (dispatch_is_stale(parcel, now.wall)) {
			dispatch_unqueue(pipeline, parcel);
			settling_close(pipeline, parcel, CLOSING_EXPIRED, "expired");
			continue;
		}
		if (budgets_defers(pipeline, parcel, now.wall)) {
			dispatch_unqueue(pipeline, parcel);
			budgets_put_away(pipeline, parcel, now.wall);
			continue;
		}
		const struct pause *pause = pauses_find(pipeline, parcel);
		if (pause != NULL) {
			dispatch_unqueue(pipeline, parcel);
			pauses_put_away(pipeline, parcel, pause, now.wall);
			continue;
		}
		if (protecting_is_quiet(pipeline, parcel, now.wall)) {
			dispatch_unqueue(pipeline, parcel);
			protecting_put_away(pipeline, parcel, now.wall);
			continue;
		}
		if (!admits(account, parcel, most, tops_up, now.mono))
			break;
		*fresh -= is_fresh;
		dispatch_reserve(account, parcel, (int)dispatch_segments_missing(parcel));
		account->pass[parcel->lane] -= (int)dispatch_segments_missing(parcel);
		account->lane_counts[parcel->lane]--;
		turns_take(&account->turns[parcel->lane], parcel);
		metrics_observe_at(pipeline->metrics, METRIC_STAGE_SPAN, STAGE_TURN, now.mono - parcel->stage_at);
		parcel->stage_at = now.mono;
		parcel_move(parcel, PARCEL_BEGINNING, &pipeline->beginning);
		items[count] = (struct store_begin){
			.key = parcel->key,
			.origin = parcel->origin,
			.id = parcel->alert.id,
			.template_name = parcel->alert.template_name,
			.subject = parcel->alert.subject,
			.batch = parcel->alert.batch,
			.reclaimed = parcel->is_reclaimed,
		};
		protecting_ask(pipeline, parcel, &items[count++]);
	}
	return count;
}

unsigned dispatch_waiting(const struct account *account)
{
	unsigned count = 0;
	for (unsigned lane = 0; lane < WAIT_LANES; lane++)
		count += account->lane_counts[lane];
	return count;
}

static unsigned waiting_count(const struct pipeline *pipeline)
{
	unsigned count = 0;
	for (unsigned i = 0; i < pipeline->account_count; i++)
		count += dispatch_waiting(&pipeline->accounts[i]);
	return count;
}

void dispatch_release(struct pipeline *pipeline, struct parcel *parcel)
{
	struct account *account = &pipeline->accounts[parcel->account];
	unsigned segments =
		parcel->encoded.segment_count - (unsigned)__builtin_popcount(parcel->accepted | parcel->submitted);
	dispatch_reserve(account, parcel, -(int)segments);
}

static void begin(struct pipeline *pipeline, struct now now)
{
	static _Thread_local struct store_begin items[STORE_BATCH_MAX];
	if (pipeline->begins_under_way >= BEGINS_MAX || pipeline->is_paused)
		return;
	/* After a crash no more than a window's worth and one batch may be in doubt. */
	unsigned most = pipeline->window_total + STORE_BATCH_MAX;
	unsigned fresh = most > pipeline->begun_count ? most - pipeline->begun_count : 0;
	/* What the dead had begun is in doubt until it is settled: it comes first, or doubt would add up from crash to crash. */
	if (intake_is_adopting(pipeline))
		fresh = 0;
	if (pipeline->begins_under_way > 0 &&
	    (waiting_count(pipeline) < SECOND_BEGIN_LEAST || fresh < SECOND_BEGIN_LEAST))
		return;
	struct list *last_before = pipeline->beginning.prev;
	unsigned count = 0;
	/* Each has its turn to be the first: what may be in doubt is shared by all. */
	unsigned first = pipeline->next_first++;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[(first + i) % pipeline->account_count];
		count = fill_from(pipeline, account, now, items, count, &fresh);
	}
	if (count == 0)
		return;
	if (pipeline->store->ops->begin(pipeline->store, items, count, pipeline->begun, pipeline->begun_count)) {
		pipeline->begins_under_way++;
		for (struct list *link = last_before->next; link != &pipeline->beginning; link = link->next)
			dispatch_note_begun(pipeline, LIST_ITEM(link, struct parcel, link));
		return;
	}
	/* The store is down: back to the front of their lanes, in their order. */
	while (pipeline->beginning.prev != last_before) {
		struct parcel *parcel = LIST_ITEM(pipeline->beginning.prev, struct parcel, link);
		struct account *account = &pipeline->accounts[parcel->account];
		dispatch_release(pipeline, parcel);
		parcel_move(parcel, PARCEL_READY, NULL);
		list_push_front(&account->lanes[parcel->lane], &parcel->link);
		if (parcel->begun_index != PARCEL_NOT_BEGUN)
			turns_add_first(&account->turns[parcel->lane], parcel);
		else
			turns_give_back(&account->turns[parcel->lane], parcel);
		account->lane_counts[parcel->lane]++;
	}
}

/* -- BEGIN's answer -- */

/* What ends an alert that may not go. */
static bool is_closing(enum begin_verdict verdict, enum closing *out)
{
	switch (verdict) {
	case BEGIN_DUPLICATE:
		*out = CLOSING_DUPLICATE;
		return true;
	case BEGIN_CANCELLED:
		*out = CLOSING_CANCELLED;
		return true;
	case BEGIN_SUPERSEDED:
		*out = CLOSING_SUPERSEDED;
		return true;
	case BEGIN_GO:
	case BEGIN_SUPPRESSED:
	case BEGIN_NOT_YET:
	case BEGIN_GONE:
	case BEGIN_LOST:
		break;
	}
	return false;
}

void dispatch_queue_begun(struct account *account, struct parcel *parcel)
{
	struct list *before = &account->begun;
	while (parcel->lane == LANE_URGENT && before->prev != &account->begun &&
	       LIST_ITEM(before->prev, struct parcel, link)->lane != LANE_URGENT)
		before = before->prev;
	parcel_move(parcel, PARCEL_BEGUN, before);
}

/* Those of one BEGIN went together. */
static void note_begun_span(struct pipeline *pipeline, mono_us now, unsigned count)
{
	if (count == 0)
		return;
	const struct parcel *first = LIST_ITEM(pipeline->beginning.next, struct parcel, link);
	metrics_observe_many(pipeline->metrics, METRIC_STAGE_SPAN, STAGE_BEGIN, now - first->stage_at, count);
}

void dispatch_on_begun(void *ctx, const enum begin_verdict *verdicts, const struct begin_note *notes, unsigned count)
{
	static const struct begin_note no_note = { .rule = PROTECTION_NONE };
	struct pipeline *pipeline = ctx;
	struct now now = pipeline_now(pipeline);
	CHECK(pipeline->begins_under_way > 0);
	pipeline->begins_under_way--;
	note_begun_span(pipeline, now.mono, count);
	for (unsigned i = 0; i < count; i++) {
		CHECK(!list_empty(&pipeline->beginning));
		struct parcel *parcel = LIST_ITEM(pipeline->beginning.next, struct parcel, link);
		struct account *account = &pipeline->accounts[parcel->account];
		const struct begin_note *note = notes != NULL ? &notes[i] : &no_note;
		if (verdicts[i] == BEGIN_GO) {
			metrics_add(pipeline->metrics, METRIC_ENTRIES_BEGUN, 1);
			protecting_exempt(pipeline, parcel, note->rule);
			parcel->begun_at = now.mono;
			dispatch_queue_begun(account, parcel);
			continue;
		}
		dispatch_release(pipeline, parcel);
		enum closing closing;
		if (is_closing(verdicts[i], &closing)) {
			settling_close(pipeline, parcel, closing, NULL);
			continue;
		}
		if (protecting_stops(pipeline, parcel, verdicts[i], note, now.wall))
			continue;
		if (verdicts[i] == BEGIN_LOST && parcel->is_restored)
			settling_give_back(pipeline, parcel);
		else
			dispatch_forget(pipeline, parcel);
	}
	if (count > 0 && verdicts[0] == BEGIN_LOST)
		settling_flush(pipeline);
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct carrier *carrier = accounts_carrier(&pipeline->accounts[i]);
		submitting_turn(pipeline, &pipeline->accounts[i], now);
		if (carrier != NULL)
			carrier->ops->flush(carrier); /* the carrier works while we go on */
	}
}

void dispatch_early(struct pipeline *pipeline)
{
	if (pipeline->is_draining || !pipeline->gauges.store_is_up || pipeline->begins_under_way >= BEGINS_MAX ||
	    waiting_count(pipeline) < SECOND_BEGIN_LEAST)
		return;
	begin(pipeline, pipeline_now(pipeline));
	pipeline->store->ops->flush(pipeline->store);
}

/* -- turns -- */

void dispatch_turn(struct pipeline *pipeline, struct now now)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		struct carrier *carrier = accounts_carrier(account);
		bool is_paced = account->lease.rate_per_s > 0 && !list_empty(&account->begun);
		submitting_turn(pipeline, account, now);
		if (is_paced && carrier != NULL)
			carrier->ops->flush(carrier); /* or its tokens would be older than they may be when it leaves */
	}
	if (pipeline->is_draining || !pipeline->gauges.store_is_up)
		return;
	begin(pipeline, now);
}

mono_us dispatch_next_deadline(struct pipeline *pipeline, mono_us now)
{
	mono_us deadline = INT64_MAX;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		struct parcel *parcel = next_of_account(account);
		if (parcel == NULL && list_empty(&account->begun))
			continue;
		mono_us at = sweeping_due(pipeline);
		if (account->is_live && !pipeline->is_draining) {
			mono_us ready = now < account->congestion.paused_until
						? account->congestion.paused_until
						: leasing_next_at(pipeline, account, now);
			/* Not rate but window or BEGIN holds it: an upcall will come. */
			if (ready > now && ready < at)
				at = ready;
		}
		if (at < deadline)
			deadline = at;
	}
	return deadline;
}
