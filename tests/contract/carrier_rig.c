/* SPDX-License-Identifier: Apache-2.0 */
#include "contract/carrier_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define UNTIL_US (10 * US_PER_S)

static struct carrier_rig *upcall(void *ctx)
{
	struct carrier_rig *rig = ctx;
	cr_assert_not(rig->in_downcall, "%s: an upcall inside a downcall", rig->row);
	cr_assert_not(rig->is_closed, "%s: an upcall after on_closed", rig->row);
	return rig;
}

static void on_state(void *ctx, enum carrier_state state, const char *reason)
{
	struct carrier_rig *rig = upcall(ctx);
	cr_assert_not_null(reason, "%s: a state without a reason", rig->row);
	cr_assert(rig->state_count == 0 || rig->state != state, "%s: state %d told twice", rig->row, (int)state);
	rig->state = state;
	rig->state_count++;
}

static void on_credit(void *ctx)
{
	upcall(ctx)->credit_count++;
}

static void note(const struct carrier_rig *rig, struct rig_outcome *out, uint64_t token, const struct outcome *outcome)
{
	cr_assert_lt((unsigned)outcome->outcome_class, (unsigned)OUTCOME_COUNT, "%s", rig->row);
	cr_assert_leq(outcome->carrier_ref.len, (size_t)CARRIER_REF_MAX, "%s", rig->row);
	*out = (struct rig_outcome){ token, outcome->outcome_class, outcome->native_code, "", outcome->is_queried };
	snprintf(out->ref, sizeof out->ref, "%.*s", SLICE_ARG(outcome->carrier_ref));
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	struct carrier_rig *rig = upcall(ctx);
	cr_assert_lt(rig->outcome_count, (unsigned)RIG_TOLD_MAX);
	struct rig_outcome *told = &rig->outcomes[rig->outcome_count++];
	note(rig, told, token, outcome);
	if (rig->on_outcome != NULL)
		rig->on_outcome(rig, told);
}

static void on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	struct carrier_rig *rig = upcall(ctx);
	cr_assert_lt(rig->late_count, (unsigned)RIG_TOLD_MAX);
	cr_assert_eq(key->segment, 1 + key->origin.seq % 3, "%s: a late answer of another segment", rig->row);
	cr_assert_eq(key->origin.lane, LANE_BULK, "%s: a late answer of another lane", rig->row);
	note(rig, &rig->lates[rig->late_count++], key->origin.seq, outcome);
}

static void on_receipt(void *ctx, receipt_token token, const struct receipt *receipt)
{
	struct carrier_rig *rig = upcall(ctx);
	cr_assert_lt(rig->receipt_count, (unsigned)RIG_TOLD_MAX);
	struct rig_receipt *told = &rig->receipts[rig->receipt_count++];
	*told = (struct rig_receipt){ token, receipt->state, "" };
	snprintf(told->ref, sizeof told->ref, "%.*s", SLICE_ARG(receipt->carrier_ref));
}

static mono_us on_again(void *ctx)
{
	upcall(ctx);
	return 0;
}

static void on_closed(void *ctx)
{
	upcall(ctx)->is_closed = true;
}

void carrier_rig_start(struct carrier_rig *rig, const struct carrier_kit *kit, const struct carrier_setup *setup)
{
	*rig = (struct carrier_rig){ .kit = kit, .row = kit->name, .window = setup->window ? setup->window : 4 };
	kit->start(rig, setup);
	cr_assert_not_null(rig->carrier, "%s", rig->row);
}

void carrier_rig_open_only(struct carrier_rig *rig)
{
	static const struct carrier_events events = {
		.on_state = on_state,
		.on_credit = on_credit,
		.on_outcome = on_outcome,
		.on_late = on_late,
		.on_receipt = on_receipt,
		.on_again = on_again,
		.on_closed = on_closed,
	};
	rig->in_downcall = true;
	rig->carrier->ops->open(rig->carrier, &events, rig);
	rig->in_downcall = false;
}

void carrier_rig_open(struct carrier_rig *rig)
{
	carrier_rig_open_only(rig);
	carrier_rig_until(rig, rig_is_up, 0, "it comes up");
}

static bool is_closed(struct carrier_rig *rig, unsigned ignored)
{
	(void)ignored;
	return rig->is_closed;
}

void carrier_rig_finish(struct carrier_rig *rig, mono_us grace_us)
{
	rig->in_downcall = true;
	rig->carrier->ops->close(rig->carrier, grace_us);
	rig->in_downcall = false;
	carrier_rig_until(rig, is_closed, 0, "it closes");
	for (unsigned i = 0; i < 20; i++)
		rig->kit->turn(rig);
	rig->in_downcall = true;
	rig->carrier->ops->destroy(rig->carrier);
	rig->in_downcall = false;
	rig->kit->finish(rig);
}

enum submit_answer carrier_rig_submit(struct carrier_rig *rig, uint64_t token)
{
	static const char text[] = "hello";
	static const struct submit_text whole = { .text = { text, sizeof text - 1 } };
	uint8_t octets[sizeof text];
	struct msisdn to = { "8613900000001", 13 };
	struct segment segment = { .octets = octets, .octets_len = sizeof text - 1, .index = 1, .total = 1 };
	struct submit submit = {
		.token = token,
		.key = { .origin = { .ms = 7, .seq = token, .lane = LANE_BULK }, .segment = (uint8_t)(1 + token % 3) },
		.to = &to,
		.segment = &segment,
		.encoding = ENCODING_GSM7,
		.text = &whole,
		.wants_receipt = true,
	};
	memcpy(octets, text, sizeof text);
	rig->in_downcall = true;
	enum submit_answer answer = rig->carrier->ops->submit(rig->carrier, &submit);
	rig->in_downcall = false;
	/* It was borrowed until the call returned, not longer. */
	memset(octets, 0xEE, sizeof octets);
	memset(&to, 0xEE, sizeof to);
	memset(&segment, 0xEE, sizeof segment);
	memset(&submit, 0xEE, sizeof submit);
	return answer;
}

void carrier_rig_flush(struct carrier_rig *rig)
{
	rig->in_downcall = true;
	rig->carrier->ops->flush(rig->carrier);
	rig->in_downcall = false;
}

void carrier_rig_submit_all(struct carrier_rig *rig, uint64_t first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		cr_assert_eq(carrier_rig_submit(rig, first + i), SUBMIT_TAKEN, "%s: submit %u of %u", rig->row, i + 1,
			     count);
	carrier_rig_flush(rig);
}

unsigned carrier_rig_credit(struct carrier_rig *rig)
{
	return rig->carrier->ops->credit(rig->carrier);
}

void carrier_rig_until(struct carrier_rig *rig, bool (*holds)(struct carrier_rig *rig, unsigned argument),
		       unsigned argument, const char *what)
{
	mono_us give_up = rig->kit->now(rig) + UNTIL_US;
	while (!holds(rig, argument)) {
		cr_assert_lt(rig->kit->now(rig), give_up, "%s: in vain waited until %s (%u)", rig->row, what, argument);
		rig->kit->turn(rig);
	}
}

void carrier_rig_pass(struct carrier_rig *rig, mono_us span_us)
{
	mono_us end = rig->kit->now(rig) + span_us;
	while (rig->kit->now(rig) < end)
		rig->kit->turn(rig);
}

bool rig_is_up(struct carrier_rig *rig, unsigned ignored)
{
	(void)ignored;
	return rig->state_count > 0 && rig->state == CARRIER_UP;
}

bool rig_is_down(struct carrier_rig *rig, unsigned ignored)
{
	(void)ignored;
	return rig->state_count > 0 && rig->state == CARRIER_DOWN;
}

bool rig_has_outcomes(struct carrier_rig *rig, unsigned count)
{
	return rig->outcome_count >= count;
}

bool rig_has_lates(struct carrier_rig *rig, unsigned count)
{
	return rig->late_count >= count;
}

bool rig_has_receipts(struct carrier_rig *rig, unsigned count)
{
	return rig->receipt_count >= count;
}

const struct rig_outcome *carrier_rig_outcome(struct carrier_rig *rig, uint64_t token)
{
	const struct rig_outcome *found = NULL;
	for (unsigned i = 0; i < rig->outcome_count; i++) {
		if (rig->outcomes[i].token != token)
			continue;
		cr_assert_null(found, "%s: token %llu has two outcomes", rig->row, (unsigned long long)token);
		found = &rig->outcomes[i];
	}
	cr_assert_not_null(found, "%s: token %llu has no outcome", rig->row, (unsigned long long)token);
	return found;
}
