/* SPDX-License-Identifier: Apache-2.0 */

/* Settling: what became of a parcel goes to the store in batches. A batch goes when it is large, when its first parcel
 * has waited for two milliseconds, or when nothing else is under way. */

#include "base/check.h"
#include "pipeline/doubts.h"
#include "pipeline/pipeline_inner.h"

#include <stdio.h>

#define BATCH_LEAST    256
#define DEAD_LINES_MAX 10 /* log lines a second */
#define BATCH_WAIT_US  (2 * US_PER_MS)
#define TOO_EARLY_MS   (2 * MS_PER_S)

static const char *const dead_words[] = { "malformed", "bad_alert", "too_large", "no_template", "render", "encode",
					  "no_route",  "rejected",  "attempts",  "unanswered",  "poison" };

#define DEAD_WORD_COUNT (sizeof dead_words / sizeof dead_words[0])

const char *const *pipeline_dead_reasons(unsigned *count)
{
	*count = DEAD_WORD_COUNT;
	return dead_words;
}

const char *const *pipeline_stage_names(void)
{
	static const char *const names[STAGE_COUNT] = {
		[STAGE_PREPARE] = "prepare", [STAGE_TURN] = "turn",     [STAGE_BEGIN] = "begin",
		[STAGE_SUBMIT] = "submit",   [STAGE_SETTLE] = "settle",
	};
	return names;
}

const char *const *pipeline_class_names(unsigned *count)
{
	static const char *const names[SMS_CLASS_COUNT + 1] = {
		[SMS_CLASS_CRITICAL] = "critical",
		[SMS_CLASS_NOTICE] = "notice",
		[SMS_CLASS_MARKETING] = "marketing",
		[SMS_CLASS_COUNT] = "none",
	};
	*count = SMS_CLASS_COUNT + 1;
	return names;
}

static void count_closing(struct pipeline *pipeline, const struct parcel *parcel, enum closing closing)
{
	unsigned class = parcel->template != NULL ? parcel->sms.sms_class : SMS_CLASS_COUNT;
	metrics_add_at(pipeline->metrics, METRIC_CLOSINGS, closing, 1);
	metrics_add_at2(pipeline->metrics, METRIC_CLASS_CLOSINGS, class, closing, 1);
	if (closing == CLOSING_ACCEPTED)
		metrics_observe_at(pipeline->metrics, METRIC_ACCEPTED_SPAN, parcel->lane,
				   (pipeline_now(pipeline).wall - (int64_t)parcel->origin.ms) * US_PER_MS);
}

/* True where more is known of it than what the queue holds: a part of it left, or may have. */
static bool is_worth_telling(const struct parcel *parcel)
{
	return parcel->has_left || parcel->is_ambiguous || parcel->accepted != 0;
}

static void settle(struct pipeline *pipeline, struct parcel *parcel)
{
	parcel->settlement.key = parcel->key;
	parcel->settlement.origin = parcel->origin;
	/* A dead consumer that only slept may yet settle what was taken over from it. */
	parcel->settlement.is_shared = parcel->is_shared || parcel->is_reclaimed;
	parcel->settlement.is_restored = parcel->is_restored;
	if (is_worth_telling(parcel))
		parcel->settlement.id = parcel->alert.id;
	budgets_count(pipeline, parcel);
	if (pipeline->settling_count++ == 0)
		pipeline->settling_since = pipeline_now(pipeline).mono;
	parcel->stage_at = pipeline->settling_since;
	parcel_move(parcel, PARCEL_SETTLING, &pipeline->settling);
}

/* A superseding alert that leaves its lane without having been begun is not seen there any more: what it withdraws is
 * noted first. One that would be a dead letter withdraws nothing. */
static void note_withdrawal(struct pipeline *pipeline, const struct parcel *parcel)
{
	struct store_withdrawal withdrawal;
	bool was_seen = parcel->begun_index != PARCEL_NOT_BEGUN || !entry_key_equal(&parcel->key, &parcel->origin);
	if (was_seen || !parcel->alert.supersede || !foresight_withdrawal(&parcel->alert, &withdrawal) ||
	    !routing_covers(pipeline, &parcel->alert, parcel->sms.sms_class))
		return;
	withdrawal.origin = parcel->origin;
	pipeline->store->ops->withdraw(pipeline->store, &withdrawal);
}

static void put_receipt_keys(struct pipeline *pipeline, struct parcel *parcel)
{
	const struct pipeline_account *account = &pipeline->options->accounts[parcel->account];
	struct settlement *settlement = &parcel->settlement;
	if (!account->wants_receipt || parcel->accepted == 0 || parcel->refs == NULL)
		return;
	unsigned count = parcel_ref_count(parcel);
	struct store_receipt_key *keys = arena_alloc(&parcel->arena, count * sizeof *keys);
	if (keys == NULL)
		return; /* the sms went out; its receipt will be unknown, and counted as such */
	unsigned total = count;
	for (unsigned i = 0; i < count; i++) {
		bool is_accepted = i >= parcel->encoded.segment_count || parcel->accepted & 1u << i;
		struct slice ref = parcel_ref(parcel, i);
		total -= is_accepted && ref.len == 0; /* no receipt finds it */
		if (ref.len == 0)
			continue;
		keys[settlement->receipt_key_count++] =
			(struct store_receipt_key){ .carrier_ref = ref, .segment = (uint8_t)(i + 1) };
	}
	settlement->account = account->name;
	settlement->receipt_keys = keys;
	settlement->receipt_total = count > 1 ? total : 0;
	settlement->receipt_value = events_members(parcel);
}

void settling_close(struct pipeline *pipeline, struct parcel *parcel, enum closing closing, const char *reason)
{
	note_withdrawal(pipeline, parcel);
	parcel->settlement = (struct settlement){
		.kind = SETTLE_CLOSE,
		.closing = closing,
	};
	if (closing != CLOSING_CONTROL)
		parcel->settlement.event = events_closing(pipeline, parcel, closing, reason);
	put_receipt_keys(pipeline, parcel);
	count_closing(pipeline, parcel, closing);
	settle(pipeline, parcel);
}

static void count_dead(struct pipeline *pipeline, const struct parcel *parcel, const char *word)
{
	unsigned index = 0;
	while (index < DEAD_WORD_COUNT && strcmp(dead_words[index], word) != 0)
		index++;
	CHECK(index < DEAD_WORD_COUNT);
	metrics_add_at(pipeline->metrics, METRIC_DEAD, index, 1);
	count_closing(pipeline, parcel, CLOSING_DEAD);
}

/* A run of bad alerts must not flood the log: the dead letters themselves hold each reason. */
static void log_dead(struct pipeline *pipeline, const struct parcel *parcel, const char *reason)
{
	mono_us now = pipeline_now(pipeline).mono;
	struct log_line line;
	if (now - pipeline->dead_logged_at >= US_PER_S) {
		unsigned unsaid = pipeline->dead_logged > DEAD_LINES_MAX ? pipeline->dead_logged - DEAD_LINES_MAX : 0;
		if (unsaid > 0 &&
		    log_begin(&line, pipeline->log, LOG_WARN, "dead_letters", "more alerts became dead letters")) {
			log_uint(&line, "count", unsaid);
			log_end(&line);
		}
		pipeline->dead_logged_at = now;
		pipeline->dead_logged = 0;
	}
	if (++pipeline->dead_logged > DEAD_LINES_MAX ||
	    !log_begin(&line, pipeline->log, LOG_WARN, "dead_letter", "an alert became a dead letter"))
		return;
	char origin[ENTRY_KEY_OCTETS];
	size_t len = entry_key_format(&parcel->origin, origin);
	log_text(&line, "entry", (struct slice){ origin, len });
	log_text(&line, "reason", slice_of(reason));
	struct slice trace_id = alert_trace_id(&parcel->alert);
	if (trace_id.len > 0)
		log_text(&line, "trace_id", trace_id);
	log_end(&line);
}

void settling_dead(struct pipeline *pipeline, struct parcel *parcel, const char *word, const char *field,
		   const char *text)
{
	char reason[400];
	if (field != NULL && field[0] != '\0')
		snprintf(reason, sizeof reason, "%s: field “%s”: %s", word, field, text);
	else
		snprintf(reason, sizeof reason, "%s: %s", word, text);
	struct slice kept = arena_copy(&parcel->arena, slice_of(reason));
	parcel->settlement = (struct settlement){
		.kind = SETTLE_DEAD,
		.closing = CLOSING_DEAD,
		.event = events_closing(pipeline, parcel, CLOSING_DEAD, reason),
		.reason = kept.at ? kept : slice_of(word),
		.body = parcel->body,
		/* What was accepted of it would reach the phone once more, should it be brought back. */
		.ambiguous = parcel->is_ambiguous || parcel->accepted != 0,
	};
	put_receipt_keys(pipeline, parcel);
	count_dead(pipeline, parcel, word);
	log_dead(pipeline, parcel, reason);
	settle(pipeline, parcel);
}

wall_ms settling_not_at_once(const struct pipeline *pipeline, const struct parcel *parcel, wall_ms due_at)
{
	wall_ms now = pipeline_now(pipeline).wall;
	wall_ms least = parcel->key.lane == LANE_READY ? now + TOO_EARLY_MS : now;
	return due_at > least ? due_at : least;
}

void settling_later(struct pipeline *pipeline, struct parcel *parcel, wall_ms due_at)
{
	note_withdrawal(pipeline, parcel);
	parcel->settlement = (struct settlement){
		.kind = SETTLE_LATER,
		.body = parcel->body,
		.state = events_state(pipeline, parcel),
		.attempt = parcel->attempts,
		.ambiguous = parcel->is_ambiguous,
		.due_at = due_at,
	};
	doubts_put_keys(pipeline, parcel);
	metrics_add(pipeline->metrics, METRIC_LATER, 1);
	settle(pipeline, parcel);
}

void settling_give_back(struct pipeline *pipeline, struct parcel *parcel)
{
	if (is_worth_telling(parcel))
		settling_later(pipeline, parcel, pipeline_now(pipeline).wall);
	else
		dispatch_forget(pipeline, parcel);
}

void settling_hold(struct pipeline *pipeline, struct parcel *parcel, const char *reason)
{
	bool has_account = parcel->submitted != 0 || parcel->state_segments > 0;
	parcel->settlement = (struct settlement){
		.kind = SETTLE_HOLD,
		.event = events_held(pipeline, parcel, reason, has_account),
		.body = parcel->body,
		.state = events_state(pipeline, parcel),
		.attempt = parcel->attempts,
		.ambiguous = true,
	};
	doubts_put_keys(pipeline, parcel);
	metrics_add_at(pipeline->metrics, METRIC_HELD, parcel->account, 1);
	settle(pipeline, parcel);
}

static void send_batch(struct pipeline *pipeline)
{
	struct settlement *batch[STORE_BATCH_MAX];
	unsigned count = 0;
	while (count < STORE_BATCH_MAX && !list_empty(&pipeline->settling)) {
		struct parcel *parcel = LIST_ITEM(pipeline->settling.next, struct parcel, link);
		list_remove(&parcel->link);
		batch[count++] = &parcel->settlement;
	}
	pipeline->settling_count -= count;
	pipeline->settles_under_way++;
	pipeline->store->ops->settle(pipeline->store, batch, count);
}

bool settling_may_wait(const struct pipeline *pipeline)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		if (pipeline->accounts[i].in_flight > 0)
			return true;
	}
	return false;
}

void settling_flush(struct pipeline *pipeline)
{
	while (pipeline->settling_count > 0)
		send_batch(pipeline);
}

void settling_turn(struct pipeline *pipeline, struct now now)
{
	while (pipeline->settling_count >= BATCH_LEAST)
		send_batch(pipeline);
	if (pipeline->settling_count == 0)
		return;
	bool waited = now.mono - pipeline->settling_since >= BATCH_WAIT_US;
	if (waited || !settling_may_wait(pipeline))
		send_batch(pipeline);
	else
		return;
	pipeline->settling_since = now.mono;
}

mono_us settling_next_deadline(const struct pipeline *pipeline)
{
	return pipeline->settling_count > 0 ? pipeline->settling_since + BATCH_WAIT_US : INT64_MAX;
}

void settling_on_settled(void *ctx, struct settlement *const *settlements, unsigned count)
{
	struct pipeline *pipeline = ctx;
	CHECK(pipeline->settles_under_way > 0);
	pipeline->settles_under_way--;
	if (count > 0) {
		const struct parcel *first = LIST_ITEM(settlements[0], struct parcel, settlement);
		metrics_observe_many(pipeline->metrics, METRIC_STAGE_SPAN, STAGE_SETTLE,
				     pipeline_now(pipeline).mono - first->stage_at, count);
	}
	for (unsigned i = 0; i < count; i++) {
		struct parcel *parcel = LIST_ITEM(settlements[i], struct parcel, settlement);
		budgets_note_settled(pipeline, settlements[i]);
		dispatch_forget(pipeline, parcel);
	}
	budgets_tell(pipeline);
}
