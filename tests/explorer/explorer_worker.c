/* SPDX-License-Identifier: Apache-2.0 */

/* What a worker would do next, what it does without Redis, and what it loses: an answer, its connections, its name, its
 * life. */

#include "explorer/explorer_worker.h"

#include "base/check.h"

#include <stdio.h>
#include <string.h>

#define ATTEMPTS_MAX 5

const char *explorer_step_name(enum explorer_step step)
{
	static const char *const names[STEP_COUNT] = {
		[STEP_NONE] = "-",
		[STEP_REGISTER] = "REGISTER",
		[STEP_HEARTBEAT] = "HEARTBEAT",
		[STEP_PAUSES] = "PAUSES",
		[STEP_FENCE] = "FENCE",
		[STEP_ADOPT] = "ADOPT",
		[STEP_OWNED] = "OWNED",
		[STEP_FETCH] = "FETCH",
		[STEP_MOVE] = "MOVE",
		[STEP_READ] = "READ",
		[STEP_READ_UNCLAIMED] = "READ_UNCLAIMED",
		[STEP_READ_FULL] = "READ_FULL",
		[STEP_LOOK_FROM] = "LOOK_FROM",
		[STEP_LOOK] = "LOOK",
		[STEP_NOTE] = "NOTE",
		[STEP_NOTE_OWN] = "NOTE_OWN",
		[STEP_BEGIN] = "BEGIN",
		[STEP_SUBMIT] = "SUBMIT",
		[STEP_ANSWERS] = "ANSWERS",
		[STEP_RECEIPTS] = "RECEIPTS",
		[STEP_SETTLE] = "SETTLE",
		[STEP_LATE] = "LATE",
		[STEP_SIGN_OFF] = "SIGN_OFF",
	};
	return names[step];
}

bool explorer_step_asks_redis(enum explorer_step step)
{
	return step != STEP_SUBMIT && step != STEP_ANSWERS;
}

/* -- what is next -- */

static unsigned in_phase(const struct explorer_worker *worker, enum item_phase phase)
{
	unsigned count = 0;
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++)
		count += worker->items[i].phase == phase;
	return count;
}

struct explorer_item *explorer_worker_item(struct explorer_worker *worker, const struct explorer_record *record)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase != ITEM_FREE && worker->items[i].record == record)
			return &worker->items[i];
	}
	return NULL;
}

static bool has_item(const struct explorer_worker *worker, const struct explorer_record *record)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase != ITEM_FREE && worker->items[i].record == record)
			return true;
	}
	return false;
}

/* A cancel is settled behind its note. */
static bool waits_for_note(const struct explorer_worker *worker, const struct explorer_item *item)
{
	for (unsigned i = 0; i < worker->own_note_count; i++) {
		if (worker->own_notes[i] == item->record)
			return true;
	}
	return false;
}

static bool can_settle(const struct explorer_worker *worker)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase == ITEM_DECIDED && !waits_for_note(worker, &worker->items[i]))
			return true;
	}
	return false;
}

static bool has_accepted(const struct explorer_worker *worker, enum item_phase phase)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		const struct explorer_item *item = &worker->items[i];
		if (item->phase == phase && item->fate == FATE_CLOSE && item->closing == CLOSING_ACCEPTED)
			return true;
	}
	return false;
}

static enum explorer_step settle_step(const struct explorer_worker *worker)
{
	if (worker->is_settling)
		return has_accepted(worker, ITEM_SETTLING) && !worker->has_kept_receipts ? STEP_RECEIPTS : STEP_SETTLE;
	return has_accepted(worker, ITEM_DECIDED) ? STEP_RECEIPTS : STEP_SETTLE;
}

static enum explorer_step round_step(const struct explorer_world *world, const struct explorer_worker *worker)
{
	if (!worker->lookout_is_known || worker->lookout_generation != world->generation)
		return STEP_LOOK_FROM;
	bool has_looked = worker->is_round && !worker->waits && (worker->lanes_needed & ~worker->lanes_looked) == 0;
	return has_looked ? STEP_BEGIN : STEP_LOOK;
}

unsigned explorer_worker_look_lane(const struct explorer_worker *worker)
{
	unsigned open = worker->waits ? worker->lanes_behind : worker->lanes_needed & ~worker->lanes_looked;
	unsigned lane = 0;
	while ((open & 1u << lane) == 0)
		lane++;
	return lane;
}

static bool has_idle_claims(const struct explorer_worker *worker)
{
	struct entry_key one;
	return claims_idle(&worker->claims, &one, 1) > 0;
}

static void add(enum explorer_step *out, unsigned *count, bool is_open, enum explorer_step step)
{
	if (is_open)
		out[(*count)++] = step;
}

unsigned explorer_worker_steps(const struct explorer_world *world, const struct explorer_worker *worker,
			       enum explorer_step *out)
{
	unsigned count = 0;
	if (!worker->is_alive)
		return 0;
	if (!worker->is_signed_on) {
		out[0] = STEP_REGISTER;
		return 1;
	}
	/* What a look has found is noted at once. */
	if (worker->has_note) {
		out[0] = STEP_NOTE;
		return 1;
	}
	/* What was under way is done first, in the order of asking. */
	add(out, &count, worker->own_note_count > 0, STEP_NOTE_OWN);
	add(out, &count, worker->is_settling, settle_step(worker));
	add(out, &count, worker->is_round, round_step(world, worker));
	add(out, &count, worker->late != NULL && !has_item(worker, worker->late), STEP_LATE);
	add(out, &count, worker->may_have_lost, STEP_OWNED);
	add(out, &count, in_phase(worker, ITEM_GO) > 0, STEP_SUBMIT);
	add(out, &count, in_phase(worker, ITEM_SENT) > 0, STEP_ANSWERS);
	add(out, &count, !worker->is_settling && can_settle(worker), settle_step(worker));
	bool is_up = !worker->may_have_lost;
	add(out, &count, is_up && worker->lost_count > 0, STEP_FETCH);
	add(out, &count, worker->orphan[0] != '\0' && !worker->orphan_is_fenced, STEP_FENCE);
	add(out, &count, is_up && worker->lost_count == 0 && worker->orphan_is_fenced, STEP_ADOPT);
	add(out, &count, worker->knows_pause != world->is_paused, STEP_PAUSES);
	add(out, &count, is_up && !worker->is_round && in_phase(worker, ITEM_READY) > 0, round_step(world, worker));
	add(out, &count, worker->orphan[0] == '\0' && world->sight.has_orphan, STEP_HEARTBEAT);
	add(out, &count, world->sight.due > 0, STEP_MOVE);
	bool may_read = is_up && !world->is_ending && in_phase(worker, ITEM_FREE) > 4 * world->scenario->read_max;
	bool wants_read = world->sight.unread > 0 || has_idle_claims(worker);
	add(out, &count, may_read && wants_read, STEP_READ);
	add(out, &count, may_read && wants_read, STEP_READ_FULL);
	add(out, &count, may_read && world->sight.unread > 0, STEP_READ_UNCLAIMED);
	add(out, &count, world->is_ending && count == 0, STEP_SIGN_OFF);
	return count;
}

bool explorer_worker_may_leave(const struct explorer_worker *worker)
{
	unsigned at_hand = in_phase(worker, ITEM_BEGINNING) + in_phase(worker, ITEM_GO) + in_phase(worker, ITEM_SENT) +
			   in_phase(worker, ITEM_DECIDED) + in_phase(worker, ITEM_SETTLING);
	return worker->is_alive && worker->is_signed_on && at_hand == 0 && !worker->has_note &&
	       worker->own_note_count == 0;
}

/* -- without Redis -- */

/* A BEGIN is asked, or asked again: what was withdrawn until now may not go. */
static void ask_begin(struct explorer_world *world, struct explorer_worker *worker)
{
	worker->lanes_looked = 0;
	worker->is_doubted = false;
	worker->lanes_needed = 1u << LANE_URGENT;
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_BEGINNING)
			continue;
		item->may_not_go = explorer_world_is_withdrawn(world, item->record) ? "it was withdrawn" : NULL;
		if (item->is_reclaimed && !item->record->is_waiting)
			item->may_not_go = "it had ended";
		if (item->record->spec->subject != NULL)
			worker->lanes_needed = (1u << LOOKOUT_LANES) - 1;
	}
}

static bool is_paused(const struct explorer_worker *worker, const struct explorer_item *item)
{
	const char *batch = item->record->spec->batch;
	return worker->knows_pause && batch != NULL && strcmp(batch, "b") == 0;
}

static void start_round(struct explorer_world *world, struct explorer_worker *worker)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_READY)
			continue;
		item->phase = ITEM_BEGINNING;
		item->is_begun = true;
	}
	worker->is_round = true;
	ask_begin(world, worker);
}

/* What withdraws others and leaves its lane without having been begun is not seen there any more. */
static void note_what_leaves(struct explorer_worker *worker, const struct explorer_item *item)
{
	if (item->record->spec->supersedes && !item->is_begun && entry_key_equal(&item->key, &item->record->key) &&
	    worker->own_note_count < EXPLORER_NOTES_MAX)
		worker->own_notes[worker->own_note_count++] = item->record;
}

/* True where something is left to begin. */
static bool put_away_paused(struct explorer_worker *worker)
{
	bool is_left = false;
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_READY)
			continue;
		if (is_paused(worker, item)) {
			item->phase = ITEM_DECIDED;
			item->fate = FATE_LATER;
			item->is_put_away = true;
			note_what_leaves(worker, item);
		} else {
			is_left = true;
		}
	}
	return is_left;
}

static void submit(struct explorer_world *world, struct explorer_worker *worker)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_GO)
			continue;
		struct explorer_record *record = item->record;
		const char *outcomes = record->spec->outcomes;
		size_t last = strlen(outcomes) - 1;
		item->outcome = outcomes[record->submits < last ? record->submits : last];
		record->submits++;
		record->delivered += item->outcome == 'A' || item->outcome == 'U';
		item->phase = ITEM_SENT;
		item->is_submitted = true;
		snprintf(item->ref, sizeof item->ref, "r%u", ++world->refs);
		explorer_tell(world, "      the carrier gets %s (copy %u: %c)", record->origin, record->submits,
			      item->outcome);
		if (item->may_not_go != NULL)
			explorer_fail(world, "%s was sent although %s before its BEGIN was asked", record->origin,
				      item->may_not_go);
	}
}

/* The carrier has a copy that its worker could not settle, or never heard of. */
static void leave_unsettled(struct explorer_item *item)
{
	bool is_delivered = item->is_submitted && (item->outcome == 'A' || item->outcome == 'U');
	if (is_delivered && !item->is_unsettled)
		item->record->unsettled++;
	item->is_unsettled = true;
}

static void decide_unknown(struct explorer_worker *worker, struct explorer_item *item)
{
	struct explorer_record *record = item->record;
	record->doubts++;
	leave_unsettled(item);
	item->is_ambiguous = true;
	item->doubts++;
	if (item->outcome == 'U') {
		record->late_to = (int)worker->number;
		snprintf(record->late_ref, sizeof record->late_ref, "%s", item->ref);
	}
	item->may_resend = false;
	if (item->record->spec->holds) {
		item->fate = FATE_HOLD;
		item->reason = "unanswered";
	} else if (item->doubts == 1) {
		item->fate = FATE_LATER;
	} else {
		item->fate = FATE_DEAD;
		item->closing = CLOSING_DEAD;
		item->reason = "unanswered: by the carrier";
	}
}

static void decide(struct explorer_worker *worker, struct explorer_item *item)
{
	item->phase = ITEM_DECIDED;
	item->fate = FATE_CLOSE;
	item->closing = CLOSING_ACCEPTED;
	if (item->outcome == 'A' || item->late_accepted)
		return;
	if (item->outcome == 'T' && item->attempt < ATTEMPTS_MAX) {
		item->fate = FATE_LATER;
		item->attempt++;
		return;
	}
	if (item->outcome == 'U' || item->outcome == 'u') {
		decide_unknown(worker, item);
		return;
	}
	item->fate = FATE_DEAD;
	item->closing = CLOSING_DEAD;
	item->reason = "rejected: by the carrier";
}

static void start_settle(struct explorer_worker *worker)
{
	worker->is_settling = true;
	worker->is_careful = false;
	worker->has_kept_receipts = false;
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_DECIDED || waits_for_note(worker, item))
			continue;
		item->phase = ITEM_SETTLING;
		worker->is_careful = worker->is_careful || item->is_shared || item->is_reclaimed;
	}
}

/* What it was let go before it slept is asked again. */
static void begin_anew(struct explorer_worker *worker)
{
	for (unsigned i = 0; worker->is_go_old && i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase == ITEM_GO)
			worker->items[i].phase = ITEM_READY;
	}
	worker->is_go_old = false;
}

void explorer_worker_prepare(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step)
{
	begin_anew(worker);
	if ((step == STEP_LOOK_FROM || step == STEP_LOOK) && !worker->is_round && put_away_paused(worker))
		start_round(world, worker);
	if (step == STEP_LOOK && worker->is_round && !worker->waits && worker->lanes_looked == 0)
		ask_begin(world, worker);
	if ((step == STEP_RECEIPTS || step == STEP_SETTLE) && !worker->is_settling)
		start_settle(worker);
	if (step == STEP_SUBMIT)
		submit(world, worker);
	for (unsigned i = 0; step == STEP_ANSWERS && i < EXPLORER_ITEMS_MAX; i++) {
		if (worker->items[i].phase == ITEM_SENT)
			decide(worker, &worker->items[i]);
	}
}

/* -- what it loses -- */

static void forget_lookout(struct explorer_worker *worker)
{
	worker->lookout_is_known = false;
	worker->has_note = false;
	worker->lanes_behind = 0;
	worker->lanes_looked = 0;
	worker->is_doubted = worker->waits = false;
}

static void main_broke(struct explorer_worker *worker)
{
	worker->is_signed_on = false;
	forget_lookout(worker);
}

void explorer_worker_lose(struct explorer_worker *worker, enum explorer_step step)
{
	if (step == STEP_READ || step == STEP_READ_FULL || step == STEP_READ_UNCLAIMED) {
		worker->may_have_lost = true;
		return;
	}
	main_broke(worker);
	/* An answer that is lost goes again with care. */
	if (worker->is_settling && (step == STEP_RECEIPTS || step == STEP_SETTLE))
		worker->is_careful = true;
	if (worker->is_settling)
		worker->has_kept_receipts = false;
	if (step == STEP_ADOPT || step == STEP_FETCH)
		worker->may_have_lost = true;
	if (step == STEP_FENCE)
		worker->orphan[0] = '\0';
	if (step == STEP_LATE)
		worker->late = NULL;
	if (step == STEP_SIGN_OFF)
		explorer_worker_die(worker);
}

void explorer_worker_disconnect(struct explorer_worker *worker)
{
	main_broke(worker);
	worker->has_kept_receipts = false;
}

void explorer_worker_die(struct explorer_worker *worker)
{
	worker->is_alive = false;
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_FREE && item->is_begun) {
			item->record->doubts++;
			leave_unsettled(item);
		}
		item->phase = ITEM_FREE;
	}
}

void explorer_worker_adopts(struct explorer_worker *worker, const char *orphan)
{
	snprintf(worker->orphan, sizeof worker->orphan, "%s", orphan);
	worker->orphan_is_fenced = false;
}

/* What was not begun, or not sent, is others' now; of what was sent the first truth wins, and others send it too. */
static void let_go(struct explorer_worker *worker)
{
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase == ITEM_FREE)
			continue;
		if (item->is_begun)
			item->record->doubts++;
		leave_unsettled(item);
		if (item->phase == ITEM_READY || item->phase == ITEM_BEGINNING || item->phase == ITEM_GO) {
			item->phase = ITEM_FREE;
			continue;
		}
		item->is_shared = true;
		if (!item->is_submitted)
			continue;
		item->is_ambiguous = true;
		item->doubts++;
	}
}

void explorer_worker_fenced(struct explorer_world *world, struct explorer_worker *worker)
{
	explorer_tell(world, "      w%u is fenced", worker->number);
	snprintf(worker->name, sizeof worker->name, "gw:%u:%u", worker->number, ++worker->renames);
	worker->has_signed_on = false;
	main_broke(worker);
	worker->orphan[0] = '\0';
	worker->orphan_is_fenced = false;
	key_set_fini(&worker->orphan_intents);
	claims_clear(&worker->claims);
	worker->lost_count = 0;
	worker->may_have_lost = false;
	worker->is_round = false;
	worker->is_go_old = false;
	worker->is_careful = true;
	worker->has_kept_receipts = false;
	let_go(worker);
}

void explorer_worker_late(struct explorer_world *world, struct explorer_worker *worker, struct explorer_record *record)
{
	struct explorer_item *item = explorer_worker_item(worker, record);
	record->late_to = -1;
	explorer_tell(world, "      w%u gets the late answer for %s", worker->number, record->origin);
	/* That it waits or is held may be on its way to Redis: then this comes behind it. */
	if (item == NULL || item->phase == ITEM_DECIDED || item->phase == ITEM_SETTLING)
		worker->late = record;
	else if (item->phase == ITEM_SENT)
		item->late_accepted = true;
}
