/* SPDX-License-Identifier: Apache-2.0 */

/* What a worker makes of each answer, as gateway/store/store_….c do. */

#include "base/check.h"
#include "base/number.h"
#include "explorer/explorer_worker.h"
#include "store/intents.h"

#include <stdio.h>
#include <string.h>

static bool is_error(const redisReply *reply, const char *word)
{
	return reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, word, strlen(word)) == 0;
}

static bool parse_range(const redisReply *from_reply, const redisReply *to_reply, enum lane lane,
			struct entry_key *from, struct entry_key *to)
{
	return entry_id_parse(explorer_text(from_reply), lane, from) &&
	       entry_id_parse(explorer_text(to_reply), lane, to);
}

/* -- READ -- */

static void range_lost(struct explorer_world *world, struct explorer_worker *worker, const struct entry_key *to)
{
	for (unsigned i = 0; i < worker->lost_count; i++) {
		if (entry_key_equal(&worker->lost[i].to, to))
			return;
	}
	struct claim *claim = claims_ending(&worker->claims, to);
	if (claim == NULL || worker->lost_count == EXPLORER_LOST_MAX)
		return;
	explorer_tell(world, "      w%u does not know what is in a range of lane %s", worker->number,
		      lane_name(to->lane));
	worker->lost[worker->lost_count++] = (struct explorer_lost){ .after = claim->from, .to = *to };
	claim->outstanding++;
}

static void note_claims(struct explorer_world *world, struct explorer_worker *worker, const redisReply *claim,
			const redisReply *const *brought)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		const redisReply *range = explorer_at(claim, lane);
		struct entry_key from;
		struct entry_key to;
		if (!parse_range(explorer_at(range, 0), explorer_at(range, 1), (enum lane)lane, &from, &to)) {
			explorer_fail(world, "a claim has no range");
			return;
		}
		worker->cursors[lane] = to;
		unsigned count = brought[lane] != NULL ? (unsigned)brought[lane]->elements : 0;
		if (!entry_key_equal(&from, &to))
			CHECK(claims_add(&worker->claims, &from, &to, count) == ERR_OK);
		else if (count > 0)
			explorer_fail(world, "w%u read %u entries of lane %s without a claim", worker->number, count,
				      lane_name((enum lane)lane));
	}
	const redisReply *left = explorer_at(claim, LANE_COUNT);
	for (unsigned i = 0; i < worker->given_back_count; i++) {
		bool is_left = false;
		for (size_t k = 0; left != NULL && k < left->elements; k++)
			is_left = is_left || left->element[k]->integer == (long long)i + 1;
		if (is_left)
			range_lost(world, worker, &worker->given_back[i]);
		else
			claims_remove(&worker->claims, &worker->given_back[i]);
	}
}

static void take_read(struct explorer_world *world, struct explorer_worker *worker, const redisReply *claim,
		      const redisReply *const *brought)
{
	note_claims(world, worker, claim, brought);
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		explorer_deliver(world, worker, (enum lane)lane, brought[lane], false);
}

static void take_executed(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	const redisReply *brought[LANE_COUNT];
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != LANE_COUNT + 1) {
		explorer_fail(world, "READ is answered with something else");
		return;
	}
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		brought[lane] = explorer_at(explorer_at(reply->element[lane], 0), 1);
	take_read(world, worker, reply->element[LANE_COUNT], brought);
}

static void take_script_read(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	const redisReply *brought[LANE_COUNT];
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		brought[lane] = explorer_at(explorer_at(reply, LANE_COUNT + 1), lane);
	take_read(world, worker, reply, brought);
}

/* -- the look-out and BEGIN -- */

static void go_on_from(struct explorer_worker *worker, const redisReply *pairs)
{
	for (size_t i = 0; pairs != NULL && pairs->type == REDIS_REPLY_ARRAY && i + 1 < pairs->elements; i += 2) {
		struct slice lane = explorer_text_at(pairs, i);
		unsigned number = lane.len == 1 ? (unsigned)(lane.at[0] - '1') : LOOKOUT_LANES;
		struct entry_key at;
		if (number < LOOKOUT_LANES && entry_id_parse(explorer_text_at(pairs, i + 1), (enum lane)number, &at) &&
		    entry_id_compare(&worker->look_at[number], &at) < 0)
			worker->look_at[number] = at;
	}
}

static void look_from(struct explorer_worker *worker, const redisReply *pairs)
{
	for (unsigned lane = 0; lane < LOOKOUT_LANES; lane++)
		worker->look_at[lane] = (struct entry_key){ .lane = (enum lane)lane };
	go_on_from(worker, pairs);
}

static void take_look_from(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	look_from(worker, reply);
	worker->lookout_is_known = true;
	worker->lookout_generation = world->generation;
	worker->lanes_looked = worker->lanes_behind = 0;
	worker->is_doubted = worker->waits = false;
}

static void take_look(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	unsigned lane = explorer_worker_look_lane(worker);
	bool is_full = reply->elements == world->scenario->look_count;
	worker->noted_count = 0;
	for (size_t i = 0; i < reply->elements; i++) {
		struct entry_key key;
		struct explorer_record *record =
			entry_id_parse(explorer_text_at(reply->element[i], 0), (enum lane)lane, &key)
				? explorer_world_record(world, &key)
				: NULL;
		if (record == NULL) {
			explorer_fail(world, "a look has found an entry that nobody added");
			return;
		}
		if (record->spec->kind == SPEC_CANCEL || record->spec->supersedes)
			worker->noted[worker->noted_count++] = record;
		worker->look_at[lane] = key;
	}
	worker->has_note = worker->noted_count > 0 || is_full;
	worker->note_lane = lane;
	worker->is_doubted = worker->is_doubted || worker->has_note;
	explorer_tell(world, "      %s: %zu entries, %u of them withdraw others", lane_name((enum lane)lane),
		      reply->elements, worker->noted_count);
	worker->lanes_looked |= 1u << lane;
	worker->lanes_behind &= ~(1u << lane);
	if (is_full)
		worker->lanes_behind |= 1u << lane;
	/* All is looked through: what waited for it is asked again, with a look of its own. */
	if (worker->waits && worker->lanes_behind == 0) {
		worker->waits = false;
		worker->lanes_looked = 0;
	}
}

static void apply_verdict(struct explorer_world *world, struct explorer_worker *worker, struct explorer_item *item,
			  char letter)
{
	static const char letters[] = "DCSR";
	static const enum closing closings[] = { CLOSING_DUPLICATE, CLOSING_CANCELLED, CLOSING_SUPERSEDED,
						 CLOSING_SUPPRESSED };
	const char *at = strchr(letters, letter);
	if (letter == 'R' && item->record->was_let_go)
		explorer_fail(world, "%s was let go, and is stopped now: it counts twice", item->record->origin);
	if (letter == 'G') {
		item->phase = ITEM_GO;
		item->record->was_let_go = true;
	} else if (letter == 'X') {
		claims_settled(&worker->claims, &item->key);
		item->phase = ITEM_FREE;
	} else if (at != NULL) {
		item->phase = ITEM_DECIDED;
		item->fate = FATE_CLOSE;
		item->closing = closings[at - letters];
	} else {
		explorer_fail(world, "BEGIN says %c of %s", letter, item->record->origin);
	}
	explorer_tell(world, "      %s: %c%s", item->record->origin, letter, item->is_ambiguous ? ", in doubt" : "");
}

static void take_begin(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	if (worker->is_doubted) {
		/* Asked again when all is noted and looked through. */
		worker->waits = worker->lanes_behind != 0;
		worker->lanes_looked = 0;
		return;
	}
	struct slice verdicts = explorer_text(reply);
	unsigned place = 0;
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_BEGINNING)
			continue;
		apply_verdict(world, worker, item, place < verdicts.len ? verdicts.at[place] : 'G');
		place++;
	}
	bool has_notes = verdicts.len > place && verdicts.at[place] == ' ';
	if (verdicts.at == NULL || (verdicts.len != 0 && verdicts.len != place && !has_notes))
		explorer_fail(world, "BEGIN is answered with something else");
	worker->is_round = false;
}

/* -- SETTLE -- */

/* True where a settlement made by itself had no effect because another consumer owns its entry. */
static bool stays_with_owner(const redisReply *left, unsigned place)
{
	for (size_t i = 0; left->type == REDIS_REPLY_ARRAY && i < left->elements; i++) {
		if (left->element[i]->integer == (long long)place)
			return true;
	}
	return false;
}

static void take_settled(struct explorer_worker *worker, const redisReply *reply)
{
	unsigned place = 0;
	for (unsigned i = 0; i < EXPLORER_ITEMS_MAX; i++) {
		struct explorer_item *item = &worker->items[i];
		if (item->phase != ITEM_SETTLING)
			continue;
		if (!stays_with_owner(reply, ++place)) {
			key_set_remove(&worker->orphan_intents, &item->key);
			claims_settled(&worker->claims, &item->key);
		}
		item->phase = ITEM_FREE;
	}
	worker->is_settling = false;
}

/* -- adoption and what was lost -- */

static void note_intent(void *ctx, const struct entry_key *key)
{
	struct explorer_worker *worker = ctx;
	CHECK(key_set_add(&worker->orphan_intents, key) == ERR_OK);
}

static void end_adoption(struct explorer_worker *worker)
{
	worker->orphan[0] = '\0';
	worker->orphan_is_fenced = false;
	key_set_fini(&worker->orphan_intents);
}

static void take_fence(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	if (intents_read(explorer_text_at(reply, 0), note_intent, worker) != ERR_OK)
		explorer_fail(world, "the intents of %s can't be read", worker->orphan);
	worker->orphan_is_fenced = true;
}

static void take_range(struct explorer_world *world, struct explorer_worker *worker, const redisReply *range)
{
	const redisReply *number = explorer_at(range, 0);
	struct entry_key from;
	struct entry_key to;
	enum lane lane = number != NULL ? (enum lane)(number->integer - 1) : LANE_COUNT;
	if (lane >= LANE_COUNT || !parse_range(explorer_at(range, 1), explorer_at(range, 2), lane, &from, &to)) {
		explorer_fail(world, "an adoption brings no range");
		return;
	}
	CHECK(claims_add(&worker->claims, &from, &to, 1) == ERR_OK);
	unsigned delivered = explorer_deliver(world, worker, lane, explorer_at(range, 3), true);
	struct claim *claim = claims_ending(&worker->claims, &to);
	if (claim != NULL)
		claim->outstanding += delivered;
	claims_settled(&worker->claims, &to);
}

static void take_adopt(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	for (size_t i = 2; i < reply->elements; i++)
		take_range(world, worker, reply->element[i]);
	if (reply->elements < 2 || reply->element[1]->integer == 0)
		end_adoption(worker);
}

static void take_owned(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	worker->may_have_lost = false;
	for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 2 < reply->elements; i += 3) {
		uint64_t lane;
		struct entry_key from;
		struct entry_key to;
		if (!number_parse(explorer_text_at(reply, i), LANE_COUNT, &lane) || lane == 0 ||
		    !parse_range(reply->element[i + 1], reply->element[i + 2], (enum lane)(lane - 1), &from, &to)) {
			explorer_fail(world, "what is owned has no range");
			return;
		}
		if (claims_ending(&worker->claims, &to) != NULL)
			continue;
		CHECK(claims_add(&worker->claims, &from, &to, 0) == ERR_OK);
		range_lost(world, worker, &to);
	}
}

static void take_fetched(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	struct explorer_lost *range = &worker->lost[0];
	struct claim *claim = claims_ending(&worker->claims, &range->to);
	unsigned delivered = explorer_deliver(world, worker, range->to.lane, reply, true);
	if (claim != NULL)
		claim->outstanding += delivered;
	if (reply->elements == world->scenario->adopt_max &&
	    entry_id_parse(explorer_text_at(reply->element[reply->elements - 1], 0), range->to.lane, &range->after))
		return;
	struct entry_key to = range->to;
	claims_settled(&worker->claims, &to);
	worker->lost_count--;
	memmove(worker->lost, worker->lost + 1, worker->lost_count * sizeof *worker->lost);
}

static bool is_process_alive(const struct explorer_world *world, struct slice name)
{
	for (unsigned i = 0; i < world->worker_count; i++) {
		if (world->workers[i].is_alive && slice_is(name, world->workers[i].name))
			return true;
	}
	return false;
}

/* Dead is who is not among the workers, and whose heartbeat has stood still: of those here, who was killed. */
static void take_heartbeat(struct explorer_world *world, struct explorer_worker *worker, const redisReply *reply)
{
	const redisReply *workers = explorer_at(reply, 1);
	const redisReply *consumers = explorer_at(reply, 2);
	look_from(worker, explorer_at(reply, 5));
	for (size_t i = 0; consumers != NULL && i < consumers->elements && worker->orphan[0] == '\0'; i++) {
		struct slice name = explorer_text_at(consumers, i);
		bool is_listed = false;
		for (size_t k = 0; workers != NULL && k + 1 < workers->elements; k += 2)
			is_listed = is_listed || slice_equal(name, explorer_text_at(workers, k));
		char orphan[EXPLORER_NAME_OCTETS];
		snprintf(orphan, sizeof orphan, "%.*s", SLICE_ARG(name));
		if (!slice_is(name, worker->name) && (!is_listed || !is_process_alive(world, name)))
			explorer_worker_adopts(worker, orphan);
	}
}

/* -- all of it -- */

static void take_upkeep(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step,
			const redisReply *reply)
{
	if (step == STEP_REGISTER)
		worker->is_signed_on = worker->has_signed_on = true;
	else if (step == STEP_HEARTBEAT)
		take_heartbeat(world, worker, reply);
	else if (step == STEP_PAUSES)
		worker->knows_pause = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0;
	else if (step == STEP_FENCE)
		take_fence(world, worker, reply);
	else if (step == STEP_ADOPT)
		take_adopt(world, worker, reply);
	else if (step == STEP_OWNED)
		take_owned(world, worker, reply);
	else if (step == STEP_FETCH)
		take_fetched(world, worker, reply);
	else if (step == STEP_LATE)
		worker->late = NULL;
	else if (step == STEP_SIGN_OFF)
		explorer_worker_die(worker);
}

void explorer_worker_take(struct explorer_world *world, struct explorer_worker *worker, enum explorer_step step,
			  const redisReply *reply)
{
	if (is_error(reply, "FENCED")) {
		explorer_worker_fenced(world, worker);
		return;
	}
	if (reply->type == REDIS_REPLY_ERROR) {
		explorer_fail(world, "%s is answered with %s", explorer_step_name(step), reply->str);
		return;
	}
	switch (step) {
	case STEP_READ:
		take_executed(world, worker, reply);
		break;
	case STEP_READ_UNCLAIMED:
		/* Without its claim, what it brought is not ours; both connections begin anew. */
		explorer_worker_lose(worker, STEP_READ);
		explorer_worker_disconnect(worker);
		break;
	case STEP_READ_FULL:
		take_script_read(world, worker, reply);
		break;
	case STEP_LOOK_FROM:
		take_look_from(world, worker, reply);
		break;
	case STEP_LOOK:
		take_look(world, worker, reply);
		break;
	case STEP_NOTE:
		worker->has_note = false;
		go_on_from(worker, reply);
		break;
	case STEP_NOTE_OWN:
		worker->own_note_count--;
		memmove(worker->own_notes, worker->own_notes + 1, worker->own_note_count * sizeof worker->own_notes[0]);
		break;
	case STEP_BEGIN:
		take_begin(world, worker, reply);
		break;
	case STEP_RECEIPTS:
		worker->has_kept_receipts = true;
		break;
	case STEP_SETTLE:
		take_settled(worker, reply);
		break;
	default:
		take_upkeep(world, worker, step, reply);
		break;
	}
}
