/* SPDX-License-Identifier: Apache-2.0 */

/* What takes alerts off the model's queue, and what is kept about them: totals, events, dead letters, waiting alerts,
 * receipt keys. */

#include "fakes/queue_model.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/json.h"
#include "base/number.h"
#include "fakes/fake_memory.h"
#include "model/outcome.h"
#include "model/sms.h"

#include <stdio.h>
#include <stdlib.h>

/* Room for one more in an array of the model's. */
static void *grown(void *array, unsigned count, unsigned *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 64;
	void *bigger = fake_memory_grow(array, *cap * size);
	return bigger;
}

static void tell(struct queue_model *model, struct slice event)
{
	if (event.len == 0)
		return;
	model->events = grown(model->events, model->event_count, &model->event_cap, sizeof *model->events);
	model->events[model->event_count++] = text_copy(event);
}

/* -- receipt keys: a head, then the value -- */

struct receipt_head {
	uint8_t segment;
	uint8_t total; /* of an sms of several segments, else 0 */
	bool told[MESSAGE_STATE_COUNT];
	struct entry_key origin;
};

static struct slice receipt_field(char *out, size_t cap, const char *account, struct slice carrier_ref)
{
	struct buf buf = buf_over(out, cap);
	buf_put_text(&buf, account);
	buf_put(&buf, ":", 1);
	for (size_t i = 0; i < carrier_ref.len; i++) {
		char letter = carrier_ref.at[i];
		buf_put_u8(&buf, (uint8_t)(letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter));
	}
	CHECK(!buf.full);
	return buf_slice(&buf);
}

static void keep_receipt(struct queue_model *model, const char *account, struct slice carrier_ref,
			 const struct receipt_head *head, struct slice value)
{
	char field[256];
	char text[8192];
	struct buf buf = buf_over(text, sizeof text);
	struct text_row *row =
		text_table_take(model->receipts, receipt_field(field, sizeof field, account, carrier_ref));
	buf_put(&buf, head, sizeof *head);
	buf_put_slice(&buf, value);
	CHECK(!buf.full);
	row->number = (uint64_t)(model->now / model->receipt_window_ms);
	text_row_set(row, buf_slice(&buf));
}

static struct text_row *receipt_row(struct queue_model *model, const char *account, struct slice carrier_ref)
{
	char field[256];
	struct text_row *row =
		text_table_find(model->receipts, receipt_field(field, sizeof field, account, carrier_ref));
	uint64_t now = (uint64_t)(model->now / model->receipt_window_ms);
	return row == NULL || row->number + 1 < now ? NULL : row;
}

struct slice queue_model_find_receipt(struct queue_model *model, const char *account, struct slice carrier_ref,
				      uint8_t *segment)
{
	const struct text_row *row = receipt_row(model, account, carrier_ref);
	if (row == NULL)
		return (struct slice){ NULL, 0 };
	struct receipt_head head;
	memcpy(&head, row->value.at, sizeof head);
	if (head.total == 0 && head.told[MESSAGE_STATE_DELIVERED])
		return (struct slice){ NULL, 0 };
	*segment = head.segment;
	return (struct slice){ row->value.at + sizeof head, row->value.len - sizeof head };
}

/* What is known of the segments of one sms: '-', then a line for each; or 'd', 'u': what was told. */
static struct text_row *parts_row(struct queue_model *model, const struct entry_key *origin)
{
	char key[1 + ENTRY_KEY_OCTETS] = "*";
	size_t len = entry_key_format(origin, key + 1);
	struct text_row *row = text_table_take(model->receipts, (struct slice){ key, 1 + len });
	if (row->value.len == 0)
		text_row_set(row, SLICE("-"));
	row->number = (uint64_t)(model->now / model->receipt_window_ms);
	return row;
}

static void put_detail(struct buf *buf, unsigned segment, const struct store_receipt_event *event)
{
	buf_put_text(buf, "{\"segment\":");
	buf_put_uint(buf, segment);
	buf_put_slice(buf, event->tail);
	buf_put_slice(buf, event->more);
	buf_put_text(buf, ",\"ref\":");
	buf_put_slice(buf, event->ref);
	buf_put_u8(buf, '}');
}

/* The lines in order of their segments, which have one digit here or two; commas between them. */
static void put_details(struct buf *buf, struct slice lines)
{
	buf_put_text(buf, ",\"segments_detail\":[");
	unsigned put = 0;
	for (unsigned segment = 1; segment <= SMS_SEGMENTS_MAX; segment++) {
		char mark[24];
		int len = snprintf(mark, sizeof mark, "\n{\"segment\":%u,", segment);
		const char *at = memmem(lines.at, lines.len, mark, (size_t)len);
		if (at == NULL)
			continue;
		const char *end = memchr(at + 1, '\n', (size_t)(lines.at + lines.len - at - 1));
		if (put++ > 0)
			buf_put_u8(buf, ',');
		buf_put(buf, at + 1, (size_t)((end ? end : lines.at + lines.len) - at - 1));
	}
	buf_put_u8(buf, ']');
}

/* Adds a segment to what is known. True where its sms is to be told now: details then has the event's last member. */
static bool note_segment(struct text_row *parts, const struct receipt_head *head,
			 const struct store_receipt_event *event, struct buf *details, char *answer)
{
	char text[16384];
	struct buf known = buf_over(text, sizeof text);
	char mark[24];
	int len = snprintf(mark, sizeof mark, "\n{\"segment\":%u,", head->segment);
	bool is_known = memmem(parts->value.at, parts->value.len, mark, (size_t)len) != NULL;
	*answer = STORE_RECEIPT_REPEATED;
	if (parts->value.at[0] != '-' || is_known)
		return false;
	*answer = STORE_RECEIPT_FOUND;
	buf_put_slice(&known, parts->value);
	buf_put_u8(&known, '\n');
	put_detail(&known, head->segment, event);
	CHECK(!known.full);
	unsigned count = 0;
	for (size_t i = 0; i < known.len; i++)
		count += known.at[i] == '\n';
	bool is_delivered = event->state == MESSAGE_STATE_DELIVERED;
	if (is_delivered && count < head->total) {
		text_row_set(parts, buf_slice(&known));
		return false;
	}
	put_details(details, buf_slice(&known));
	text_row_set(parts, is_delivered ? SLICE("d") : SLICE("u"));
	return true;
}

static void tell_receipt(struct queue_model *model, const struct text_row *row, const struct receipt_head *head,
			 const struct store_receipt_event *event, struct slice details)
{
	char octets[16384];
	struct buf buf = buf_over(octets, sizeof octets);
	buf_put_u8(&buf, '{');
	buf_put(&buf, row->value.at + sizeof *head, row->value.len - sizeof *head);
	buf_put_slice(&buf, event->head);
	buf_put_uint(&buf, head->segment);
	buf_put_slice(&buf, event->tail);
	buf_put_text(&buf, ",\"refs\":[");
	buf_put_slice(&buf, event->ref);
	buf_put_u8(&buf, ']');
	buf_put_slice(&buf, details);
	buf_put_u8(&buf, '}');
	CHECK(!buf.full);
	tell(model, buf_slice(&buf));
}

static char record_receipt(struct queue_model *model, const struct store_receipt_event *event)
{
	struct text_row *row = receipt_row(model, event->account, event->carrier_ref);
	if (row == NULL)
		return STORE_RECEIPT_UNKNOWN;
	struct receipt_head head;
	memcpy(&head, row->value.at, sizeof head);
	if (!message_state_is_final(event->state))
		return STORE_RECEIPT_FOUND;
	char octets[16384];
	struct buf details = buf_over(octets, sizeof octets);
	bool is_over = head.told[MESSAGE_STATE_DELIVERED];
	char answer = is_over || head.told[event->state] ? STORE_RECEIPT_REPEATED : STORE_RECEIPT_FOUND;
	bool is_told = answer == STORE_RECEIPT_FOUND;
	if (head.total > 0) {
		is_told = note_segment(parts_row(model, &head.origin), &head, event, &details, &answer);
	} else {
		head.told[event->state] = true;
		memcpy((char *)(uintptr_t)row->value.at, &head, sizeof head);
	}
	if (is_told)
		tell_receipt(model, row, &head, event, buf_slice(&details));
	return answer;
}

void queue_model_record_receipts(struct queue_model *model, const struct store_receipt_event *events, unsigned count,
				 char *answers)
{
	for (unsigned i = 0; i < count; i++)
		answers[i] = record_receipt(model, &events[i]);
}

void queue_model_age_receipts(struct queue_model *model)
{
	for (unsigned i = 0; i < TEXT_TABLE_BUCKETS; i++) {
		for (struct text_row *row = model->receipts->buckets[i]; row != NULL; row = row->next)
			row->number--;
	}
}

/* -- SETTLE -- */

/* True where it was pending, for whomever. */
static bool take_off(struct queue_model *model, const struct entry_key *key)
{
	struct queue_entry *entry = queue_model_find(model, key);
	if (entry == NULL || entry->is_settled || entry->owner == QUEUE_NOBODY)
		return false;
	entry->is_settled = true;
	struct queue_lane *lane = &model->lanes[key->lane];
	lane->live--;
	while (lane->first < lane->next && lane->entries[lane->first]->is_settled)
		lane->first++;
	CHECK(model->consumers[entry->owner].pending > 0);
	model->consumers[entry->owner].pending--;
	return true;
}

static struct queue_waiting kept(const struct settlement *settlement, wall_ms at)
{
	return (struct queue_waiting){
		.origin = settlement->origin,
		.due_at = at,
		.attempt = settlement->attempt,
		.ambiguous = settlement->ambiguous,
		.state = text_copy(settlement->state),
		.body = text_copy(settlement->body),
	};
}

static void wait(struct queue_model *model, const struct settlement *settlement)
{
	model->waiting = grown(model->waiting, model->waiting_count, &model->waiting_cap, sizeof *model->waiting);
	struct queue_waiting *waiting = &model->waiting[model->waiting_count++];
	*waiting = kept(settlement, settlement->due_at);
	if (settlement->parked_on.len > 0) {
		waiting->parked_on = text_copy(settlement->parked_on);
		waiting->park_rank = settlement->park_rank;
		return;
	}
	if (settlement->paused_by.at == NULL)
		return;
	/* Where the pause has ended meanwhile, nobody would look for it. */
	if (queue_model_is_paused(model, settlement->paused_by))
		waiting->paused_by = text_copy(settlement->paused_by);
	else
		waiting->due_at = 0;
}

static void hold(struct queue_model *model, const struct settlement *settlement)
{
	model->held = grown(model->held, model->held_count, &model->held_cap, sizeof *model->held);
	model->held[model->held_count++] = kept(settlement, model->now);
}

/* Takes what waits or is held under an origin out; false where it does neither. out: owned by the caller. */
static bool take_waiting(struct queue_waiting *list, unsigned *count, const struct entry_key *origin,
			 struct queue_waiting *out)
{
	unsigned i = 0;
	while (i < *count && !entry_key_equal(&list[i].origin, origin))
		i++;
	if (i == *count)
		return false;
	*out = list[i];
	list[i] = list[--*count];
	return true;
}

static void free_waiting(struct queue_waiting *waiting)
{
	free((char *)(uintptr_t)waiting->state.at);
	free((char *)(uintptr_t)waiting->body.at);
	free((char *)(uintptr_t)waiting->paused_by.at);
	free((char *)(uintptr_t)waiting->parked_on.at);
}

/* An acceptance is true whoever has the entry now: what others have let wait or held is not closed yet. */
static bool is_accepted_elsewhere(struct queue_model *model, const struct settlement *settlement)
{
	struct queue_waiting waiting;
	if (settlement->kind != SETTLE_CLOSE || settlement->closing != CLOSING_ACCEPTED ||
	    (!take_waiting(model->waiting, &model->waiting_count, &settlement->origin, &waiting) &&
	     !take_waiting(model->held, &model->held_count, &settlement->origin, &waiting)))
		return false;
	free_waiting(&waiting);
	return true;
}

static void bury(struct queue_model *model, const struct settlement *settlement)
{
	model->dead = grown(model->dead, model->dead_count, &model->dead_cap, sizeof *model->dead);
	model->dead[model->dead_count++] = (struct queue_dead){
		.origin = settlement->origin,
		.reason = text_copy(settlement->reason),
		.body = text_copy(settlement->body),
	};
}

/* Only that it was accepted counts of what another consumer owns. */
static bool is_anothers(struct queue_model *model, unsigned consumer, const struct settlement *settlement)
{
	const struct queue_entry *entry = queue_model_find(model, &settlement->key);
	if (entry == NULL || entry->is_settled || entry->owner == QUEUE_NOBODY || entry->owner == consumer)
		return false;
	return settlement->kind != SETTLE_CLOSE || settlement->closing != CLOSING_ACCEPTED;
}

static void settle_one(struct queue_model *model, unsigned consumer, bool careful, const struct settlement *settlement)
{
	for (unsigned k = 0; k < settlement->receipt_key_count; k++) {
		const struct store_receipt_key *key = &settlement->receipt_keys[k];
		struct receipt_head head = {
			.segment = key->segment,
			.total = (uint8_t)settlement->receipt_total,
			.origin = settlement->origin,
		};
		keep_receipt(model, settlement->account, key->carrier_ref, &head, settlement->receipt_value);
	}
	bool is_robbery = is_anothers(model, consumer, settlement);
	if (careful && is_robbery && model->plant != PLANT_CAREFUL_TAKES_ALL) {
		model->refused++;
		return;
	}
	model->robbed += is_robbery;
	bool was_pending = take_off(model, &settlement->key);
	if (careful && !was_pending && !is_accepted_elsewhere(model, settlement)) {
		model->refused++;
		return;
	}
	switch (settlement->kind) {
	case SETTLE_LATER:
		wait(model, settlement);
		break;
	case SETTLE_HOLD:
		hold(model, settlement);
		break;
	case SETTLE_DEAD:
		CHECK(settlement->closing == CLOSING_DEAD);
		bury(model, settlement);
		model->totals[CLOSING_DEAD]++;
		break;
	case SETTLE_CLOSE:
		model->totals[settlement->closing]++;
		break;
	}
	tell(model, settlement->event);
}

bool queue_model_settle(struct queue_model *model, unsigned consumer, bool careful,
			struct settlement *const *settlements, unsigned count)
{
	if (!model->consumers[consumer].is_alive)
		return false;
	for (unsigned i = 0; i < count; i++)
		settle_one(model, consumer, careful, settlements[i]);
	return true;
}

/* -- late answers -- */

/* The value of a member of the alert's JSON; good enough for alerts without escapes. Absent where it is not there. */
static struct slice member_text(struct slice json, const char *key)
{
	char pattern[40];
	int len = snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
	const char *at = json.len ? memmem(json.at, json.len, pattern, (size_t)len) : NULL;
	if (at == NULL)
		return (struct slice){ NULL, 0 };
	at += len;
	const char *end = memchr(at, '"', (size_t)(json.at + json.len - at));
	return (struct slice){ at, end ? (size_t)(end - at) : 0 };
}

/* Of a state “reference segments accepted throttles doubts hash account,… ref ref …” what late answers ask for. */
struct late_state {
	unsigned reference;
	unsigned segments;
	unsigned accepted;
	unsigned throttles;
	unsigned doubts;
	unsigned hash;
	char account[128]; /* with what belongs to it */
	char exempt[32];   /* the rule behind that: “name,3rs:opted_out,…”; or empty */
	char refs[SMS_SEGMENTS_MAX][2 * CARRIER_REF_MAX + 1];
};

static bool read_state(struct slice state, struct late_state *out)
{
	char text[4096];
	int skip = 0;
	CHECK(state.len < sizeof text);
	snprintf(text, sizeof text, "%.*s", SLICE_ARG(state));
	memset(out, 0, sizeof *out);
	if (sscanf(text, "%u %u %u %u %u %u %127s%n", &out->reference, &out->segments, &out->accepted, &out->throttles,
		   &out->doubts, &out->hash, out->account, &skip) != 7)
		return false;
	sscanf(out->account, "%*[^,],%*[0-9rs]:%31[^,]", out->exempt);
	CHECK(out->segments >= 1 && out->segments <= SMS_SEGMENTS_MAX);
	char *rest = text + skip;
	for (unsigned i = 0; i < out->segments; i++) {
		char *word = strtok_r(NULL, " ", &rest);
		CHECK(word != NULL);
		snprintf(out->refs[i], sizeof out->refs[i], "%s", word);
	}
	return true;
}

static struct slice write_state(const struct late_state *state, struct buf *buf)
{
	buf_put_format(buf, "%u %u %u %u %u %u %s", state->reference, state->segments, state->accepted,
		       state->throttles, state->doubts, state->hash, state->account);
	for (unsigned i = 0; i < state->segments; i++)
		buf_put_format(buf, " %s", state->refs[i]);
	CHECK(!buf->full);
	return buf_slice(buf);
}

/* The mark behind the attempts on the account: “name,3rs,…”. */
static bool was_resent(const struct late_state *state)
{
	const char *at = strchr(state->account, ',');
	at = at ? at + 1 + strspn(at + 1, "0123456789") : "";
	at += *at == 'r';
	return *at == 's';
}

/* Marks the part in the state of a long sms. False where it is another's, or marked already. */
static bool mark_part(struct late_state *state, const struct store_late *late)
{
	unsigned segment = late->key.segment;
	size_t name_len = strcspn(state->account, ",");
	bool is_of_it = late->key.reference == state->reference && segment <= state->segments &&
			strlen(late->account) == name_len && strncmp(state->account, late->account, name_len) == 0;
	if (!is_of_it || state->accepted >> (segment - 1) & 1)
		return false;
	state->accepted |= 1u << (segment - 1);
	struct buf hex = buf_over(state->refs[segment - 1], sizeof state->refs[0] - 1);
	if (late->carrier_ref.len > 0)
		buf_put_hex(&hex, late->carrier_ref.at, late->carrier_ref.len);
	if (late->carrier_ref.len > 0)
		state->refs[segment - 1][hex.len] = '\0';
	return true;
}

/* The octets of a message id of the state; out: CARRIER_REF_MAX. */
static struct slice ref_of(const struct late_state *state, unsigned segment, char *out)
{
	const char *hex = state->refs[segment - 1];
	size_t len = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)(number_hex_digit(hex[2 * i]) << 4 | number_hex_digit(hex[2 * i + 1]));
	return (struct slice){ out, len };
}

/* True where the alert is whole now; then state has all message ids, and it may be closed. */
static bool take_late(struct queue_waiting *waiting, const struct store_late *late, struct late_state *state)
{
	if (!read_state(waiting->state, state))
		return false;
	if (state->segments == 1) {
		state->accepted = 0;
		state->reference = late->key.reference;
		snprintf(state->account, sizeof state->account, "%s", late->account);
	}
	if (!mark_part(state, late))
		return false;
	if (state->accepted == (1u << state->segments) - 1)
		return true;
	char octets[4096];
	struct buf buf = buf_over(octets, sizeof octets);
	struct slice text = text_copy(write_state(state, &buf));
	free((char *)(uintptr_t)waiting->state.at);
	waiting->state = text;
	return false;
}

static bool take_whole(struct queue_waiting *list, unsigned *count, const struct store_late *late,
		       struct late_state *state, struct queue_waiting *out)
{
	for (unsigned i = 0; i < *count; i++) {
		if (entry_key_equal(&list[i].origin, &late->key.origin))
			return take_late(&list[i], late, state) && take_waiting(list, count, &late->key.origin, out);
	}
	return false;
}

void queue_model_settle_late(struct queue_model *model, const struct store_late *late)
{
	struct queue_waiting waiting;
	struct late_state state;
	if (late->is_queried && receipt_row(model, late->account, late->carrier_ref) != NULL)
		return; /* it is another alert's */
	if (!take_whole(model->waiting, &model->waiting_count, late, &state, &waiting) &&
	    !take_whole(model->held, &model->held_count, late, &state, &waiting))
		return;
	const struct entry_key *origin = &late->key.origin;
	char id[ENTRY_ID_OCTETS];
	char octets[4096];
	struct buf buf = buf_over(octets, sizeof octets);
	json_open(&buf, '{');
	json_key_text_if(&buf, "id", member_text(waiting.body, "id"));
	json_key_text(&buf, "entry", (struct slice){ id, entry_id_format(origin, id) });
	json_key_text(&buf, "stream", slice_of(lane_name(origin->lane)));
	json_key_text_if(&buf, "template", member_text(waiting.body, "template"));
	struct slice known = { octets + 1, buf.len - 1 };
	json_key_text(&buf, "event", SLICE("accepted"));
	json_key_text(&buf, "at", late->at);
	json_key_text(&buf, "account", slice_of(late->account));
	json_key(&buf, "refs");
	json_open(&buf, '[');
	unsigned awaited = 0;
	for (unsigned i = 0; i < state.segments; i++) {
		char octets_of_ref[CARRIER_REF_MAX];
		awaited += ref_of(&state, i + 1, octets_of_ref).len > 0;
	}
	for (unsigned i = 0; i < state.segments; i++) {
		char octets_of_ref[CARRIER_REF_MAX];
		struct slice ref = ref_of(&state, i + 1, octets_of_ref);
		json_text(&buf, ref);
		struct receipt_head head = {
			.segment = (uint8_t)(i + 1),
			.total = state.segments > 1 ? (uint8_t)awaited : 0,
			.origin = *origin,
		};
		if (ref.len > 0)
			keep_receipt(model, late->account, ref, &head, known);
	}
	json_close(&buf, ']');
	json_key_uint(&buf, "segments", state.segments);
	json_key_bool(&buf, "late", true);
	/* One doubt is the submit that this answers; with another one the carrier may have taken both. */
	if (state.doubts > 1 || (state.segments > 1 && was_resent(&state))) {
		json_key_bool(&buf, "ambiguous", true);
	}
	if (late->is_queried)
		json_key_text(&buf, "settled_by", SLICE("query"));
	json_key_text_if(&buf, "consent", member_text(waiting.body, "consent"));
	json_key_text_if(&buf, "exempt", slice_of(state.exempt));
	json_close(&buf, '}');
	CHECK(!buf.full);
	model->totals[CLOSING_ACCEPTED]++;
	tell(model, buf_slice(&buf));
	if (model->plant != PLANT_LATE_CLOSES_TWICE) {
		free_waiting(&waiting);
		return;
	}
	model->waiting = grown(model->waiting, model->waiting_count, &model->waiting_cap, sizeof *model->waiting);
	model->waiting[model->waiting_count++] = waiting;
}
