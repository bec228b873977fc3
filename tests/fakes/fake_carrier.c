/* SPDX-License-Identifier: Apache-2.0 */

/* A submit: QUEUED (not flushed) → FLYING → ARRIVED at the SMSC, which decides whether and when it answers. Its outcome
 * is told once: the answer, UNKNOWN at its deadline (then it goes to the overdue ones, where its answer may still come
 * late), or what the end of the link makes of it. */

#include "fakes/fake_carrier.h"

#include "base/check.h"
#include "base/list.h"
#include "fakes/fake_memory.h"

#include <stdlib.h>

enum place_state { PLACE_QUEUED, PLACE_FLYING, PLACE_ARRIVED, PLACE_BROKEN };

struct place {
	struct list link; /* of outstanding or overdue */
	enum place_state state;
	uint64_t token;
	struct submit_key key;
	bool wants_receipt;
	mono_us act_at;
	mono_us answer_at; /* INT64_MAX = never */
	mono_us deadline;
	enum outcome_class outcome_class;
	bool is_about_account;
	uint64_t ref;
};

#define RECEIPTS_MAX 256 /* out at one time */

struct fake_carrier {
	struct carrier base;
	struct fake_carrier_options options;
	const struct carrier_events *events;
	void *ctx;
	struct rng rng;
	enum carrier_state state; /* as told */
	bool is_open;
	bool is_up;
	bool is_unbinding;
	bool rests;
	bool has_rest_to_tell; /* to act on in the next turn */
	unsigned links;        /* where they are counted; all of them have one window */
	unsigned permitted;
	mono_us link_at; /* when the next one is made or ended */
	bool is_closing;
	bool is_closed;
	bool had_credit;
	mono_us up_at;
	mono_us close_deadline;
	unsigned upcalls; /* of this turn */
	struct list outstanding;
	struct list overdue;
	unsigned outstanding_count;
	unsigned overdue_count;
	int receipts[RECEIPTS_MAX]; /* index at the SMSC of each that is out; -1 = free */
	uint32_t generation;        /* of the connection: receipts of an earlier one can't be answered */
};

static struct fake_carrier *of(const struct carrier *base)
{
	return (struct fake_carrier *)(uintptr_t)base;
}

static mono_us now_of(const struct fake_carrier *carrier)
{
	return carrier->options.env->now.mono;
}

static mono_us up_to(struct fake_carrier *carrier, mono_us most)
{
	return (mono_us)rng_below(&carrier->rng, (uint64_t)most + 1);
}

/* All its binds are with other workers. */
static bool has_no_leave(const struct fake_carrier *carrier)
{
	return carrier->options.links > 0 && carrier->permitted == 0;
}

static bool takes_submits(const struct fake_carrier *carrier)
{
	return carrier->is_open && carrier->is_up && !carrier->is_unbinding && !carrier->rests &&
	       !carrier->is_closing && !has_no_leave(carrier);
}

/* -- the SMSC's side -- */

static void arrive(struct fake_carrier *carrier, struct place *place, mono_us now)
{
	static const enum outcome_class classes[SMSC_FATE_COUNT] = {
		[SMSC_ACCEPT] = OUTCOME_ACCEPTED,     [SMSC_THROTTLE] = OUTCOME_THROTTLED,
		[SMSC_TEMPORARY] = OUTCOME_TEMPORARY, [SMSC_REJECT] = OUTCOME_REJECTED,
		[SMSC_REFUSE] = OUTCOME_REJECTED,     [SMSC_SILENT] = OUTCOME_ACCEPTED,
		[SMSC_LOSE] = OUTCOME_UNKNOWN,        [SMSC_LATE] = OUTCOME_ACCEPTED,
	};
	struct smsc_model *smsc = carrier->options.smsc;
	enum smsc_fate fate = smsc_model_fate(smsc);
	place->state = PLACE_ARRIVED;
	place->outcome_class = classes[fate];
	place->is_about_account = fate == SMSC_REFUSE;
	place->answer_at = now == INT64_MAX ? INT64_MAX : now + up_to(carrier, smsc->mood->latency_max_us);
	if (fate == SMSC_LATE && now != INT64_MAX)
		place->answer_at = place->deadline + 1 + up_to(carrier, smsc->mood->late_us);
	if (fate == SMSC_SILENT || fate == SMSC_LOSE)
		place->answer_at = INT64_MAX;
	if (place->outcome_class == OUTCOME_ACCEPTED || place->outcome_class == OUTCOME_UNKNOWN)
		smsc_model_meet(smsc, &place->key, now_of(carrier));
	if (place->outcome_class == OUTCOME_ACCEPTED)
		place->ref = smsc_model_take(smsc, &place->key, place->wants_receipt, now_of(carrier));
	if (smsc->plant == PLANT_SETTLE_BEFORE_OUTCOME) {
		place->outcome_class = OUTCOME_ACCEPTED;
		place->answer_at = now;
	}
}

static void act_on(struct fake_carrier *carrier, struct list *places, mono_us now)
{
	for (struct list *link = places->next; link != places; link = link->next) {
		struct place *place = LIST_ITEM(link, struct place, link);
		if (place->state == PLACE_FLYING && place->act_at <= now)
			arrive(carrier, place, now);
	}
}

void fake_carrier_act(struct carrier *base, mono_us now)
{
	act_on(of(base), &of(base)->outstanding, now);
	act_on(of(base), &of(base)->overdue, now);
}

/* -- the end of a link -- */

static void forget_overdue(struct fake_carrier *carrier)
{
	while (!list_empty(&carrier->overdue)) {
		struct place *place = LIST_ITEM(carrier->overdue.next, struct place, link);
		list_remove(&place->link);
		free(place);
	}
	carrier->overdue_count = 0;
}

static void give_receipts_back(struct fake_carrier *carrier)
{
	for (unsigned i = 0; i < RECEIPTS_MAX; i++) {
		if (carrier->receipts[i] >= 0)
			smsc_model_answer_receipt(carrier->options.smsc, (unsigned)carrier->receipts[i], false,
						  now_of(carrier));
		carrier->receipts[i] = -1;
	}
	carrier->generation++;
}

/* Outcomes are told in the next turn; what is on its way arrives or does not. */
static void end_link(struct fake_carrier *carrier)
{
	carrier->is_up = carrier->is_unbinding = false;
	carrier->links = 0;
	carrier->up_at = now_of(carrier) + 1 + up_to(carrier, carrier->options.reconnect_max_us);
	for (struct list *link = carrier->outstanding.next; link != &carrier->outstanding; link = link->next) {
		struct place *place = LIST_ITEM(link, struct place, link);
		bool never_left = place->state == PLACE_QUEUED;
		if (place->state == PLACE_FLYING && rng_below(&carrier->rng, 2) == 0)
			arrive(carrier, place, INT64_MAX);
		place->state = PLACE_BROKEN;
		place->answer_at = 0;
		place->outcome_class = never_left ? OUTCOME_TEMPORARY : OUTCOME_UNKNOWN;
	}
	for (struct list *link = carrier->overdue.next; link != &carrier->overdue; link = link->next) {
		struct place *place = LIST_ITEM(link, struct place, link);
		if (place->state == PLACE_FLYING && rng_below(&carrier->rng, 2) == 0)
			arrive(carrier, place, INT64_MAX);
	}
	forget_overdue(carrier);
	give_receipts_back(carrier);
}

void fake_carrier_break(struct carrier *base)
{
	if (of(base)->is_up)
		end_link(of(base));
}

void fake_carrier_unbind(struct carrier *base)
{
	if (of(base)->is_up)
		of(base)->is_unbinding = true;
}

/* -- the worker's side -- */

static void tell_state(struct fake_carrier *carrier)
{
	bool is_refused = carrier->options.smsc->mood->refuses_credentials && !carrier->is_up;
	enum carrier_state state = takes_submits(carrier)          ? CARRIER_UP
				   : is_refused && !carrier->rests ? CARRIER_REFUSED
								   : CARRIER_DOWN;
	if (state == carrier->state)
		return;
	carrier->state = state;
	carrier->upcalls++;
	carrier->events->on_state(carrier->ctx, state, state == CARRIER_UP ? "bound" : "the carrier ended the link");
}

static void come_up(struct fake_carrier *carrier, mono_us now)
{
	const struct smsc_mood *mood = carrier->options.smsc->mood;
	bool is_open_to_us = !mood->refuses_links && !mood->refuses_credentials;
	/* Its outcomes come first. */
	if (carrier->is_up || carrier->rests || carrier->is_closing || now < carrier->up_at || has_no_leave(carrier) ||
	    !list_empty(&carrier->outstanding))
		return;
	if (!is_open_to_us) {
		carrier->up_at = now + US_PER_S;
		return;
	}
	carrier->is_up = true;
	if (carrier->options.links == 0)
		return;
	carrier->links = 1;
	carrier->link_at = now + 1 + up_to(carrier, carrier->options.reconnect_max_us);
}

/* The others come and go one by one; the last one ends when all is answered. */
static void step_links(struct fake_carrier *carrier, mono_us now)
{
	if (!carrier->is_up || carrier->permitted == 0 || carrier->links == carrier->permitted ||
	    now < carrier->link_at)
		return;
	bool is_more = carrier->links < carrier->permitted;
	if (is_more && (carrier->options.smsc->mood->refuses_links || carrier->is_closing || carrier->rests))
		return;
	carrier->links = is_more ? carrier->links + 1 : carrier->links - 1;
	carrier->link_at = now + 1 + up_to(carrier, carrier->options.reconnect_max_us);
}

static void tell_outcome(struct fake_carrier *carrier, struct place *place, bool is_overdue)
{
	char ref[SMSC_REF_OCTETS];
	struct outcome outcome = { .outcome_class = is_overdue ? OUTCOME_UNKNOWN : place->outcome_class };
	if (outcome.outcome_class == OUTCOME_ACCEPTED)
		outcome.carrier_ref = (struct slice){ ref, smsc_model_format_ref(place->ref, ref) };
	else if (place->state == PLACE_ARRIVED && !is_overdue)
		outcome.native_code = 0x100 + (uint32_t)place->outcome_class;
	outcome.is_about_account = !is_overdue && place->is_about_account;
	uint64_t token = place->token;
	list_remove(&place->link);
	carrier->outstanding_count--;
	carrier->upcalls++;
	bool keeps = is_overdue && place->state != PLACE_QUEUED && carrier->options.late_max > 0;
	if (keeps) {
		list_push(&carrier->overdue, &place->link);
		if (++carrier->overdue_count > carrier->options.late_max) {
			struct place *oldest = LIST_ITEM(carrier->overdue.next, struct place, link);
			list_remove(&oldest->link);
			free(oldest);
			carrier->overdue_count--;
		}
	} else {
		free(place);
	}
	carrier->events->on_outcome(carrier->ctx, token, &outcome);
}

static void tell_outcomes(struct fake_carrier *carrier, mono_us now)
{
	struct list *link = carrier->outstanding.next;
	while (link != &carrier->outstanding) {
		struct place *place = LIST_ITEM(link, struct place, link);
		bool is_answered = place->state >= PLACE_ARRIVED && place->answer_at <= now;
		bool is_overdue = !is_answered && place->deadline <= now;
		/* An upcall may submit, which puts places at the end only. */
		link = link->next;
		if (is_answered || is_overdue)
			tell_outcome(carrier, place, is_overdue);
	}
}

static void tell_lates(struct fake_carrier *carrier, mono_us now)
{
	struct list *link = carrier->overdue.next;
	while (link != &carrier->overdue) {
		struct place *place = LIST_ITEM(link, struct place, link);
		link = link->next;
		if (place->state != PLACE_ARRIVED || place->answer_at > now)
			continue;
		char ref[SMSC_REF_OCTETS];
		struct outcome outcome = { .outcome_class = place->outcome_class };
		if (outcome.outcome_class == OUTCOME_ACCEPTED)
			outcome.carrier_ref = (struct slice){ ref, smsc_model_format_ref(place->ref, ref) };
		list_remove(&place->link);
		carrier->overdue_count--;
		carrier->upcalls++;
		carrier->events->on_late(carrier->ctx, &place->key, &outcome);
		free(place);
	}
}

static void tell_receipts(struct fake_carrier *carrier, mono_us now)
{
	for (unsigned i = 0; i < RECEIPTS_MAX && takes_submits(carrier); i++) {
		if (carrier->receipts[i] >= 0)
			continue;
		int index = smsc_model_next_receipt(carrier->options.smsc, now);
		if (index < 0)
			return;
		carrier->receipts[i] = index;
		char ref[SMSC_REF_OCTETS];
		struct receipt receipt = { .state = MESSAGE_STATE_DELIVERED };
		size_t len = smsc_model_format_ref(carrier->options.smsc->receipts[index].ref, ref);
		receipt.carrier_ref = (struct slice){ ref, len };
		carrier->upcalls++;
		carrier->events->on_receipt(carrier->ctx, (uint64_t)carrier->generation << 32 | i, &receipt);
	}
}

static void closing_turn(struct fake_carrier *carrier, mono_us now)
{
	if (carrier->is_up && !list_empty(&carrier->outstanding) && now < carrier->close_deadline)
		return;
	if (carrier->is_up)
		end_link(carrier);
	tell_outcomes(carrier, now);
	tell_state(carrier);
	carrier->is_closed = true;
	carrier->upcalls++;
	carrier->events->on_closed(carrier->ctx);
}

bool fake_carrier_turn(struct carrier *base, mono_us now)
{
	struct fake_carrier *carrier = of(base);
	carrier->upcalls = 0;
	carrier->has_rest_to_tell = false;
	if (!carrier->is_open || carrier->is_closed)
		return false;
	tell_outcomes(carrier, now);
	tell_lates(carrier, now);
	bool is_over = carrier->is_unbinding || carrier->rests || has_no_leave(carrier);
	if (is_over && carrier->is_up && list_empty(&carrier->outstanding))
		end_link(carrier);
	come_up(carrier, now);
	step_links(carrier, now);
	tell_state(carrier);
	tell_receipts(carrier, now);
	if (carrier->is_closing) {
		closing_turn(carrier, now);
		return true;
	}
	bool has_credit = base->ops->credit(base) > 0;
	if (has_credit && !carrier->had_credit) {
		carrier->upcalls++;
		carrier->events->on_credit(carrier->ctx);
	}
	carrier->had_credit = base->ops->credit(base) > 0;
	return carrier->upcalls > 0;
}

static void least(mono_us *deadline, mono_us at)
{
	if (at < *deadline)
		*deadline = at;
}

static bool has_receipt_place(const struct fake_carrier *carrier)
{
	unsigned place = 0;
	while (place < RECEIPTS_MAX && carrier->receipts[place] >= 0)
		place++;
	return place < RECEIPTS_MAX;
}

mono_us fake_carrier_next_deadline(const struct carrier *base)
{
	const struct fake_carrier *carrier = of(base);
	mono_us deadline = INT64_MAX;
	if (!carrier->is_open || carrier->is_closed)
		return deadline;
	for (struct list *link = carrier->outstanding.next; link != &carrier->outstanding; link = link->next) {
		const struct place *place = LIST_ITEM(link, struct place, link);
		least(&deadline, place->deadline);
		if (place->state == PLACE_FLYING)
			least(&deadline, place->act_at);
		else if (place->state != PLACE_QUEUED)
			least(&deadline, place->answer_at);
	}
	for (struct list *link = carrier->overdue.next; link != &carrier->overdue; link = link->next) {
		const struct place *place = LIST_ITEM(link, struct place, link);
		least(&deadline, place->state == PLACE_FLYING ? place->act_at : place->answer_at);
	}
	if (carrier->has_rest_to_tell)
		least(&deadline, 0);
	if (carrier->is_up && carrier->permitted > 0 && carrier->links != carrier->permitted &&
	    !carrier->options.smsc->mood->refuses_links && !carrier->is_closing && !carrier->rests)
		least(&deadline, carrier->link_at);
	if (!carrier->is_up && !carrier->rests && !has_no_leave(carrier))
		least(&deadline, carrier->up_at);
	else if (takes_submits(carrier) && has_receipt_place(carrier))
		least(&deadline, smsc_model_next_due(carrier->options.smsc));
	if (carrier->is_closing)
		least(&deadline, carrier->close_deadline);
	return deadline;
}

/* -- the port -- */

static void open_carrier(struct carrier *base, const struct carrier_events *events, void *ctx)
{
	struct fake_carrier *carrier = of(base);
	CHECK(!carrier->is_open);
	carrier->is_open = true;
	carrier->events = events;
	carrier->ctx = ctx;
	carrier->up_at = now_of(carrier) + up_to(carrier, carrier->options.reconnect_max_us);
}

static enum submit_answer submit(struct carrier *base, const struct submit *submit)
{
	struct fake_carrier *carrier = of(base);
	if (!takes_submits(carrier))
		return SUBMIT_DOWN;
	bool has_no_room = carrier->options.full_per_million > 0 && carrier->outstanding_count > 0 &&
			   rng_below(&carrier->rng, 1000000) < carrier->options.full_per_million;
	if (carrier->outstanding_count >= carrier->options.window || has_no_room)
		return SUBMIT_FULL;
	struct place *place = fake_memory_take(1, sizeof *place);
	*place = (struct place){
		.state = PLACE_QUEUED,
		.token = submit->token,
		.key = submit->key,
		.wants_receipt = submit->wants_receipt,
		.answer_at = INT64_MAX,
		.deadline = now_of(carrier) + carrier->options.response_timeout_us,
	};
	list_init(&place->link);
	list_push(&carrier->outstanding, &place->link);
	carrier->had_credit = ++carrier->outstanding_count < carrier->options.window;
	if (carrier->options.on_taken != NULL)
		carrier->options.on_taken(carrier->options.ctx, submit);
	return SUBMIT_TAKEN;
}

static void flush(struct carrier *base)
{
	struct fake_carrier *carrier = of(base);
	if (!carrier->is_up)
		return;
	for (struct list *link = carrier->outstanding.prev; link != &carrier->outstanding; link = link->prev) {
		struct place *place = LIST_ITEM(link, struct place, link);
		if (place->state != PLACE_QUEUED)
			break;
		place->state = PLACE_FLYING;
		place->act_at = now_of(carrier) + up_to(carrier, carrier->options.smsc->mood->latency_max_us);
	}
}

static unsigned credit(const struct carrier *base)
{
	const struct fake_carrier *carrier = of(base);
	return takes_submits(carrier) ? carrier->options.window - carrier->outstanding_count : 0;
}

static void receipt_done(struct carrier *base, receipt_token token, bool durable)
{
	struct fake_carrier *carrier = of(base);
	uint32_t place = (uint32_t)token;
	CHECK(place < RECEIPTS_MAX);
	if ((uint32_t)(token >> 32) != carrier->generation || carrier->receipts[place] < 0)
		return;
	smsc_model_answer_receipt(carrier->options.smsc, (unsigned)carrier->receipts[place], durable, now_of(carrier));
	carrier->receipts[place] = -1;
}

static void rest(struct carrier *base, bool rests)
{
	struct fake_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closing);
	if (rests == carrier->rests)
		return;
	flush(base);
	carrier->rests = rests;
	carrier->has_rest_to_tell = true;
	carrier->up_at = now_of(carrier);
}

static void permit(struct carrier *base, unsigned links)
{
	struct fake_carrier *carrier = of(base);
	links = links < carrier->options.links ? links : carrier->options.links;
	if (links == carrier->permitted)
		return;
	carrier->permitted = links;
	carrier->has_rest_to_tell = true;
	carrier->link_at = now_of(carrier) + 1 + up_to(carrier, carrier->options.response_timeout_us / 2);
}

static void cut(struct carrier *base)
{
	fake_carrier_break(base);
}

static unsigned held(const struct carrier *base)
{
	return of(base)->links;
}

static void retry(struct carrier *base)
{
	struct fake_carrier *carrier = of(base);
	if (!carrier->is_up && !carrier->rests)
		carrier->up_at = now_of(carrier);
}

static mono_us again_at(const struct carrier *base)
{
	const struct fake_carrier *carrier = of(base);
	return carrier->is_up || carrier->rests || carrier->is_closing ? 0 : carrier->up_at;
}

static void close_carrier(struct carrier *base, mono_us grace_us)
{
	struct fake_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closed);
	flush(base);
	carrier->is_closing = true;
	carrier->close_deadline = now_of(carrier) + grace_us;
}

static void free_carrier(struct fake_carrier *carrier)
{
	while (!list_empty(&carrier->outstanding)) {
		struct place *place = LIST_ITEM(carrier->outstanding.next, struct place, link);
		list_remove(&place->link);
		free(place);
	}
	forget_overdue(carrier);
	free(carrier);
}

static void destroy(struct carrier *base)
{
	if (base == NULL)
		return;
	CHECK(!of(base)->is_open || of(base)->is_closed);
	free_carrier(of(base));
}

void fake_carrier_crash(struct carrier *base)
{
	fake_carrier_break(base);
	free_carrier(of(base));
}

unsigned fake_carrier_links(const struct carrier *base)
{
	return of(base)->links;
}

unsigned fake_carrier_outstanding(const struct carrier *base)
{
	return of(base)->outstanding_count;
}

struct carrier *fake_carrier_create(const struct fake_carrier_options *options)
{
	static const struct carrier_ops ops = {
		.open = open_carrier,
		.submit = submit,
		.flush = flush,
		.credit = credit,
		.receipt_done = receipt_done,
		.rest = rest,
		.permit = permit,
		.cut = cut,
		.held = held,
		.retry = retry,
		.again_at = again_at,
		.close = close_carrier,
		.destroy = destroy,
	};
	struct fake_carrier *carrier = fake_memory_take(1, sizeof *carrier);
	carrier->options = *options;
	carrier->permitted = options->links;
	carrier->base = (struct carrier){ .ops = &ops, .name = carrier->options.name };
	rng_seed(&carrier->rng, options->seed);
	list_init(&carrier->outstanding);
	list_init(&carrier->overdue);
	for (unsigned i = 0; i < RECEIPTS_MAX; i++)
		carrier->receipts[i] = -1;
	return &carrier->base;
}
