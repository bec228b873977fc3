/* SPDX-License-Identifier: Apache-2.0 */

/* A receipt's way: with others it goes to the store, which finds its alert and writes the event → when that is durable, the
 * carrier gets its answer. A receipt may overtake the settlement of its own sms: what waits to be settled goes to the store
 * before a batch of receipts does, and one that finds nothing is looked up again a few times, the first times soon. One that
 * brings our reference back may be the only word of a submit that was never answered (doubts.c): it settles that, and is
 * looked up again. One that nobody knows of is given up at last, and remembered (unmatched.c): over HTTP its carrier was asked
 * to come again long before, and comes; then one look is enough. When all places are taken, or when a drain waits for nothing
 * but receipts, the carrier is asked to come again later. */

#include "base/check.h"
#include "base/json.h"
#include "base/utf8.h"
#include "pipeline/doubts.h"
#include "pipeline/pipeline_inner.h"
#include "pipeline/unmatched.h"

#include <stdlib.h>

#define SLOTS         STORE_RECEIPTS_MAX
#define EVENT_OCTETS  2048
#define BATCHES       3 /* under way at a time */
#define BATCH_OCTETS  131072
#define BATCH_LEAST   256
#define BATCH_WAIT_US (2 * US_PER_MS)
#define ERROR_OCTETS  16

static const mono_us again_us[] = { 10 * US_PER_MS, 100 * US_PER_MS, US_PER_S, 5 * US_PER_S, 30 * US_PER_S };

enum slot_state { SLOT_FREE, SLOT_LOOKING, SLOT_WAITING, SLOT_FILLING, SLOT_RECORDING };

struct slot {
	struct list link; /* of free, waiting, filling or a batch */
	enum slot_state state;
	struct account *account;
	uint32_t account_life; /* of the carrier that asked */
	receipt_token token;
	enum message_state message_state;
	uint8_t tries;
	mono_us again_at;
	char ref[CARRIER_REF_MAX + 1];
	uint8_t ref_len;
	char doubt[DOUBTS_REF_OCTETS];
	uint8_t doubt_len; /* 0 = it brings no reference of ours */
	bool is_word;      /* it has settled a submit that was never answered */
	char error[ERROR_OCTETS];
	uint8_t error_len;
};

/* Receipts that the store was given, until it answers. */
struct batch {
	struct list slots; /* in the order of events */
	bool is_under_way;
	struct store_receipt_event events[SLOTS];
	char octets[BATCH_OCTETS];
};

struct receipts {
	struct slot slots[SLOTS];
	struct list free;
	struct list waiting; /* in order of again_at, nearly */
	struct list filling; /* those of the next batch */
	unsigned open;
	unsigned filling_count;
	mono_us filling_since;
	struct batch batches[BATCHES]; /* the store knows them as SLOTS + their index */
	unsigned under_way;
	struct unmatched unmatched;
};

struct receipts *receipts_create(struct pipeline *pipeline)
{
	(void)pipeline;
	struct receipts *receipts = calloc(1, sizeof *receipts);
	if (receipts == NULL)
		return NULL;
	list_init(&receipts->free);
	list_init(&receipts->waiting);
	list_init(&receipts->filling);
	for (unsigned i = 0; i < BATCHES; i++)
		list_init(&receipts->batches[i].slots);
	for (unsigned i = 0; i < SLOTS; i++)
		list_push(&receipts->free, &receipts->slots[i].link);
	return receipts;
}

void receipts_destroy(struct receipts *receipts)
{
	free(receipts);
}

unsigned receipts_open(const struct pipeline *pipeline)
{
	return pipeline->receipts->open;
}

/* Answers the carrier and frees the place. */
static void finish(struct receipts *receipts, struct slot *slot, bool durable)
{
	struct carrier *carrier = slot->account->options->carrier;
	if (carrier != NULL && slot->account_life == slot->account->life)
		carrier->ops->receipt_done(carrier, slot->token, durable);
	slot->state = SLOT_FREE;
	list_remove(&slot->link);
	list_push_front(&receipts->free, &slot->link);
	receipts->open--;
}

static void fill(struct pipeline *pipeline, struct slot *slot)
{
	struct receipts *receipts = pipeline->receipts;
	if (receipts->filling_count++ == 0)
		receipts->filling_since = pipeline_now(pipeline).mono;
	slot->state = SLOT_FILLING;
	list_remove(&slot->link);
	list_push(&receipts->filling, &slot->link);
}

/* Is it the word of a submit that was never answered? */
static void ask_doubt(struct pipeline *pipeline, struct slot *slot)
{
	struct receipts *receipts = pipeline->receipts;
	struct store_receipt receipt = {
		.account = slot->account->options->name,
		.carrier_ref = { slot->doubt, slot->doubt_len },
		.token = (uint64_t)(slot - receipts->slots),
	};
	slot->state = SLOT_LOOKING;
	list_remove(&slot->link);
	if (!pipeline->store->ops->find_receipt(pipeline->store, &receipt))
		finish(receipts, slot, false);
}

void receipts_on_receipt(void *ctx, receipt_token token, const struct receipt *receipt)
{
	struct account *account = ctx;
	struct pipeline *pipeline = account->pipeline;
	struct receipts *receipts = pipeline->receipts;
	struct carrier *carrier = account->options->carrier;
	metrics_add_at(pipeline->metrics, METRIC_RECEIPTS, receipt->state, 1);
	if (receipt->carrier_ref.len == 0 || receipt->carrier_ref.len > CARRIER_REF_MAX ||
	    receipt->carrier_ref.at[0] == DOUBTS_MARK) {
		metrics_add_at(pipeline->metrics, METRIC_RECEIPTS_UNKNOWN, account->index, 1);
		carrier->ops->receipt_done(carrier, token, true);
		return;
	}
	if (list_empty(&receipts->free) || pipeline->refuses_receipts) {
		carrier->ops->receipt_done(carrier, token, false);
		return;
	}
	struct slot *slot = LIST_ITEM(receipts->free.next, struct slot, link);
	slot->account = account;
	slot->account_life = account->life;
	slot->token = token;
	slot->message_state = receipt->state;
	slot->tries = 0;
	slot->doubt_len = 0;
	slot->is_word = false;
	if (receipt->user_reference != 0 && account->options->sends_reference)
		slot->doubt_len = (uint8_t)doubts_ref(receipt->user_reference, receipt->from, slot->doubt).len;
	slot->ref_len = (uint8_t)receipt->carrier_ref.len;
	memcpy(slot->ref, receipt->carrier_ref.at, slot->ref_len);
	struct buf error = buf_over(slot->error, ERROR_OCTETS);
	secrets_hide(account->options->secrets, receipt->error, &error);
	slot->error_len = (uint8_t)utf8_whole(slot->error, error.len);
	receipts->open++;
	fill(pipeline, slot);
}

/* True where all but their ids is the same. */
static bool is_like(const struct slot *slot, const struct slot *other)
{
	return slot->account == other->account && slot->message_state == other->message_state &&
	       slot->error_len == other->error_len && memcmp(slot->error, other->error, slot->error_len) == 0;
}

/* The parts of an event that many have in common, behind one another. */
static void put_common(struct pipeline *pipeline, const struct slot *slot, struct buf *buf,
		       struct store_receipt_event *out)
{
	bool is_delivered = slot->message_state == MESSAGE_STATE_DELIVERED;
	buf_put(buf, " ", 1); /* in front of a part: what is written next puts its comma behind it */
	char *start = buf->at + buf->len;
	events_put_head(pipeline, buf, is_delivered ? "delivered" : "undelivered");
	json_key_text(buf, "account", slice_of(slot->account->options->name));
	json_key(buf, "segment");
	char *end = buf->at + buf->len;
	buf_put(buf, " ", 1);
	char *tail = buf->at + buf->len;
	json_key_text(buf, "state", slice_of(message_state_name(slot->message_state)));
	json_key_text_if(buf, "error", (struct slice){ slot->error, slot->error_len });
	char *more = buf->at + buf->len;
	json_key_text(buf, "at", events_at(pipeline));
	out->head = (struct slice){ start, (size_t)(end - start) };
	out->tail = (struct slice){ tail, (size_t)(more - tail) };
	out->more = (struct slice){ more, (size_t)(buf->at + buf->len - more) };
}

/* The account's name lives as long as the batch: the account's own goes with a reload. */
static const char *put_name(struct buf *buf, const char *name)
{
	const char *at = buf->at + buf->len;
	buf_put(buf, name, strlen(name) + 1);
	return at;
}

/* before: the one in front of it in the batch, with its event; NULL for the first. False where there is no room. */
static bool put_event(struct pipeline *pipeline, const struct slot *slot, const struct slot *before,
		      const struct store_receipt_event *event_before, struct buf *buf, struct store_receipt_event *out)
{
	bool is_of_same = before != NULL && before->account == slot->account;
	*out = (struct store_receipt_event){
		.account = is_of_same ? event_before->account : put_name(buf, slot->account->options->name),
		.carrier_ref = { slot->ref, slot->ref_len },
		.state = slot->message_state,
	};
	if (!message_state_is_final(slot->message_state))
		return true;
	if (before != NULL && is_like(slot, before)) {
		out->head = event_before->head;
		out->tail = event_before->tail;
		out->more = event_before->more;
	} else {
		put_common(pipeline, slot, buf, out);
	}
	buf_put(buf, ":", 1); /* or a comma would come in front of it */
	size_t start = buf->len;
	events_put_ref(buf, out->carrier_ref);
	out->ref = (struct slice){ buf->at + start, buf->len - start };
	return !buf->full;
}

/* The carrier comes with it again because our answer was too late. */
static bool was_given_up(const struct pipeline *pipeline, const struct slot *slot)
{
	return unmatched_knows(&pipeline->receipts->unmatched, slot->account->options->name,
			       (struct slice){ slot->ref, slot->ref_len }, slot->message_state,
			       pipeline_now(pipeline).mono);
}

static void give_up(struct pipeline *pipeline, struct slot *slot)
{
	metrics_add_at(pipeline->metrics, METRIC_RECEIPTS_UNKNOWN, slot->account->index, 1);
	unmatched_note(&pipeline->receipts->unmatched, slot->account->options->name,
		       (struct slice){ slot->ref, slot->ref_len }, slot->message_state, pipeline_now(pipeline).mono);
	finish(pipeline->receipts, slot, true);
}

static void look_again(struct pipeline *pipeline, struct slot *slot)
{
	struct receipts *receipts = pipeline->receipts;
	bool has_room = receipts->open < SLOTS / 2;
	if (!has_room || pipeline->is_draining) {
		/* Only one that was looked up often enough is given up; any other comes again later. */
		finish(receipts, slot, false);
		return;
	}
	slot->state = SLOT_WAITING;
	slot->again_at = pipeline_now(pipeline).mono + again_us[slot->tries++];
	list_remove(&slot->link);
	list_push(&receipts->waiting, &slot->link);
}

static void again_or_unknown(struct pipeline *pipeline, struct slot *slot)
{
	if (!slot->is_word && was_given_up(pipeline, slot)) {
		metrics_add_at(pipeline->metrics, METRIC_RECEIPTS_REPEATED, slot->account->index, 1);
		finish(pipeline->receipts, slot, true);
	} else if (slot->tries == sizeof again_us / sizeof again_us[0]) {
		give_up(pipeline, slot);
	} else {
		look_again(pipeline, slot);
	}
}

/* Whatever the receipt says became of it, the carrier had taken it: soon it belongs to something. */
static void settle_doubt(struct slot *slot, struct slice value, uint8_t segment)
{
	struct submit_key key;
	if (value.at == NULL || !doubts_parse(value, segment, &key))
		return;
	outcomes_accepted_late(slot->account, &key, (struct slice){ slot->ref, slot->ref_len });
	if (!slot->is_word)
		slot->tries = 0;
	slot->is_word = true;
}

void receipts_on_found(void *ctx, uint64_t token, struct slice value, uint8_t segment)
{
	struct pipeline *pipeline = ctx;
	struct receipts *receipts = pipeline->receipts;
	CHECK(token < SLOTS && receipts->slots[token].state == SLOT_LOOKING);
	struct slot *slot = &receipts->slots[token];
	settle_doubt(slot, value, segment);
	again_or_unknown(pipeline, slot);
}

static void note_answer(struct pipeline *pipeline, struct slot *slot, char answer)
{
	struct receipts *receipts = pipeline->receipts;
	if (answer == STORE_RECEIPT_UNKNOWN && slot->doubt_len > 0) {
		ask_doubt(pipeline, slot);
	} else if (answer == STORE_RECEIPT_UNKNOWN) {
		again_or_unknown(pipeline, slot);
	} else {
		metrics_add_at(pipeline->metrics, METRIC_RECEIPTS_FOUND, slot->account->index, 1);
		if (answer == STORE_RECEIPT_REPEATED)
			metrics_add_at(pipeline->metrics, METRIC_RECEIPTS_REPEATED, slot->account->index, 1);
		finish(receipts, slot, true);
	}
}

/* A look-up that was lost with its connection comes here too, by its own token. */
void receipts_on_recorded(void *ctx, uint64_t token, struct slice answers)
{
	struct pipeline *pipeline = ctx;
	struct receipts *receipts = pipeline->receipts;
	if (token < SLOTS) {
		CHECK(receipts->slots[token].state == SLOT_LOOKING);
		finish(receipts, &receipts->slots[token], false);
		return;
	}
	CHECK(token - SLOTS < BATCHES && receipts->batches[token - SLOTS].is_under_way);
	struct batch *batch = &receipts->batches[token - SLOTS];
	batch->is_under_way = false;
	receipts->under_way--;
	for (size_t i = 0; !list_empty(&batch->slots); i++) {
		struct slot *slot = LIST_ITEM(batch->slots.next, struct slot, link);
		CHECK(answers.at == NULL || i < answers.len);
		if (answers.at != NULL)
			note_answer(pipeline, slot, answers.at[i]);
		else
			finish(receipts, slot, false);
	}
}

/* While a batch is under way another one goes only when it is large; while submits are, each waits for company. */
static bool is_due(const struct pipeline *pipeline, mono_us now)
{
	const struct receipts *receipts = pipeline->receipts;
	if (receipts->filling_count == 0 || receipts->under_way == BATCHES)
		return false;
	if (receipts->filling_count >= BATCH_LEAST || receipts->under_way > 0)
		return receipts->filling_count >= BATCH_LEAST;
	return now - receipts->filling_since >= BATCH_WAIT_US || !settling_may_wait(pipeline);
}

static struct batch *free_batch(struct receipts *receipts)
{
	unsigned i = 0;
	while (receipts->batches[i].is_under_way)
		i++;
	CHECK(i < BATCHES);
	return &receipts->batches[i];
}

static void record(struct pipeline *pipeline)
{
	struct receipts *receipts = pipeline->receipts;
	struct batch *batch = free_batch(receipts);
	struct buf buf = buf_over(batch->octets, sizeof batch->octets);
	unsigned count = 0;
	const struct slot *before = NULL;
	for (struct list *link = receipts->filling.next; link != &receipts->filling; link = link->next) {
		const struct slot *slot = LIST_ITEM(link, struct slot, link);
		struct store_receipt_event *event = &batch->events[count];
		if (buf.cap - buf.len < EVENT_OCTETS ||
		    !put_event(pipeline, slot, before, before ? event - 1 : NULL, &buf, event))
			break;
		before = slot;
		count++;
	}
	CHECK(count > 0);
	/* The keys of what the carrier has accepted must be there before they are looked for. */
	settling_flush(pipeline);
	uint64_t token = SLOTS + (uint64_t)(batch - receipts->batches);
	batch->is_under_way = pipeline->store->ops->record(pipeline->store, batch->events, count, token);
	receipts->under_way += batch->is_under_way;
	receipts->filling_count -= count;
	while (count-- > 0) {
		struct slot *slot = LIST_ITEM(receipts->filling.next, struct slot, link);
		if (!batch->is_under_way) {
			finish(receipts, slot, false);
			continue;
		}
		slot->state = SLOT_RECORDING;
		list_remove(&slot->link);
		list_push(&batch->slots, &slot->link);
	}
}

void receipts_drain(struct pipeline *pipeline)
{
	struct receipts *receipts = pipeline->receipts;
	while (!list_empty(&receipts->waiting))
		finish(receipts, LIST_ITEM(receipts->waiting.next, struct slot, link), false);
}

void receipts_turn(struct pipeline *pipeline, mono_us now)
{
	struct receipts *receipts = pipeline->receipts;
	struct list *link = receipts->waiting.next;
	while (link != &receipts->waiting) {
		struct slot *slot = LIST_ITEM(link, struct slot, link);
		link = link->next;
		if (now >= slot->again_at)
			fill(pipeline, slot);
	}
	if (is_due(pipeline, now))
		record(pipeline);
}

mono_us receipts_next_deadline(const struct pipeline *pipeline)
{
	const struct receipts *receipts = pipeline->receipts;
	bool waits_for_company = receipts->filling_count > 0 && receipts->under_way == 0;
	mono_us deadline = waits_for_company ? receipts->filling_since + BATCH_WAIT_US : INT64_MAX;
	for (struct list *link = receipts->waiting.next; link != &receipts->waiting; link = link->next) {
		const struct slot *slot = LIST_ITEM(link, struct slot, link);
		if (slot->again_at < deadline)
			deadline = slot->again_at;
	}
	return deadline;
}
