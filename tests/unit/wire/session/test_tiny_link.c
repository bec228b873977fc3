/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_link.h"

#include <criterion/criterion.h>

static void told(struct tiny_link *link, struct told *list, unsigned *count, uint64_t token,
		 const struct outcome *outcome)
{
	cr_assert_lt(*count, TOLD_MAX);
	struct told *told = &list[(*count)++];
	*told = (struct told){ .token = token,
			       .outcome_class = outcome->outcome_class,
			       .native_code = outcome->native_code };
	if (outcome->carrier_ref.len && outcome->carrier_ref.len < sizeof told->carrier_ref)
		memcpy(told->carrier_ref, outcome->carrier_ref.at, outcome->carrier_ref.len);
	if (link->in_upcall)
		link->in_upcall(link);
}

static void on_bound(void *ctx)
{
	struct tiny_link *link = ctx;
	link->bound_count++;
	if (link->in_upcall)
		link->in_upcall(link);
}

static void on_unbinding(void *ctx)
{
	struct tiny_link *link = ctx;
	link->unbinding_count++;
	if (link->in_upcall)
		link->in_upcall(link);
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	struct tiny_link *link = ctx;
	told(link, link->outcomes, &link->outcome_count, token, outcome);
}

static void on_late(void *ctx, const struct submit_key *key, const struct outcome *outcome)
{
	struct tiny_link *link = ctx;
	told(link, link->lates, &link->late_count, key->origin.seq, outcome);
}

static void on_receipt(void *ctx, const struct frame *answer, const struct receipt *receipt)
{
	struct tiny_link *link = ctx;
	cr_assert_eq(receipt->state, MESSAGE_STATE_DELIVERED);
	cr_assert_lt(link->receipt_count, TOLD_MAX);
	link->receipts[link->receipt_count++] = *answer;
	if (link->in_upcall)
		link->in_upcall(link);
}

static void on_mo(void *ctx, const struct frame *answer, const struct mo *mo)
{
	struct tiny_link *link = ctx;
	cr_assert(slice_is(mo->octets, "TD"));
	cr_assert_lt(link->mo_count, TOLD_MAX);
	link->mos[link->mo_count++] = *answer;
	if (link->in_upcall)
		link->in_upcall(link);
}

static void on_note(void *ctx, const char *note, uint32_t command)
{
	struct tiny_link *link = ctx;
	(void)command;
	link->note_count++;
	link->last_note = note;
}

static void on_unanswered(void *ctx, const struct submit_key *key, uint16_t user_reference)
{
	struct tiny_link *link = ctx;
	cr_assert_lt(link->unanswered_count, TOLD_MAX);
	link->unanswered[link->unanswered_count++] =
		(struct told_reference){ .token = key->origin.seq, .user_reference = user_reference };
}

static void on_answered(void *ctx, const struct submit_key *key, uint16_t user_reference, const struct outcome *outcome)
{
	struct tiny_link *link = ctx;
	(void)outcome;
	cr_assert_lt(link->answered_count, TOLD_MAX);
	link->answered[link->answered_count++] =
		(struct told_reference){ .token = key->origin.seq, .user_reference = user_reference };
}

static void on_query(void *ctx, uint16_t user_reference, enum query_answer answer, struct slice carrier_ref,
		     enum message_state state)
{
	struct tiny_link *link = ctx;
	cr_assert_lt(link->query_count, TOLD_MAX);
	struct told_reference *told = &link->queries[link->query_count++];
	*told = (struct told_reference){ .user_reference = user_reference, .answer = answer, .state = state };
	cr_assert_lt(carrier_ref.len, sizeof told->carrier_ref);
	if (carrier_ref.len)
		memcpy(told->carrier_ref, carrier_ref.at, carrier_ref.len);
	if (link->in_upcall)
		link->in_upcall(link);
}

static const struct session_events events = {
	.on_bound = on_bound,
	.on_unbinding = on_unbinding,
	.on_outcome = on_outcome,
	.on_late = on_late,
	.on_receipt = on_receipt,
	.on_mo = on_mo,
	.on_note = on_note,
	.on_unanswered = on_unanswered,
	.on_answered = on_answered,
	.on_query = on_query,
};

void tiny_link_open(struct tiny_link *link, void (*change)(struct tiny_link *link))
{
	*link = (struct tiny_link){
		.dialect = tiny_dialect,
		.options = { .window = 4,
			     .late_max = 3,
			     .bind_timeout_us = 2 * US_PER_S,
			     .response_timeout_us = 1 * US_PER_S,
			     .keepalive_us = 10 * US_PER_S,
			     .keepalive_timeout_us = 3 * US_PER_S,
			     .frame_timeout_us = 4 * US_PER_S,
			     .write_timeout_us = 5 * US_PER_S,
			     .unbind_timeout_us = 6 * US_PER_S,
			     .out_octets = SESSION_OUT_OCTETS_MIN },
		.now = 1000000007,
		.segment_octets = 20,
	};
	if (change)
		change(link);
	link->session = session_create(&link->options, &link->dialect, NULL, &events, link);
	cr_assert_not_null(link->session);
}

void tiny_link_close(struct tiny_link *link)
{
	session_destroy(link->session);
	link->session = NULL;
}

void tiny_link_bind(struct tiny_link *link)
{
	session_start(link->session, link->now);
	struct tiny_frame bind = tiny_link_sent_one(link);
	cr_assert_eq(bind.kind, TINY_BIND);
	cr_assert_eq(bind.number, 1);
	cr_assert_eq(tiny_link_feed(link, TINY_BIND_ANSWER, 1, OUTCOME_ACCEPTED), SESSION_END_NONE);
	cr_assert_eq(session_state(link->session), SESSION_BOUND);
}

enum submit_answer tiny_link_submit(struct tiny_link *link, uint64_t token)
{
	static const uint8_t text[TINY_OCTETS_MAX] = "hello";
	struct segment segment = { .octets = text, .octets_len = link->segment_octets, .index = 1, .total = 1 };
	struct submit submit = { .token = token,
				 .key = { .origin = { .ms = 5, .seq = token }, .segment = 1 },
				 .segment = &segment };
	return session_submit(link->session, &submit, (struct now){ .mono = link->now, .wall = 1 });
}

enum session_end tiny_link_feed(struct tiny_link *link, enum tiny_kind kind, uint32_t number, uint8_t code)
{
	char memory[TINY_HEADER_OCTETS];
	struct buf buf = buf_over(memory, sizeof memory);
	tiny_write(&buf, kind, number, code, (struct slice){ 0 });
	return link->end = session_feed(link->session, (const uint8_t *)memory, buf.len, link->now);
}

enum session_end tiny_link_pass(struct tiny_link *link, mono_us us_later)
{
	link->now += us_later;
	return link->end = session_tick(link->session, link->now);
}

void tiny_link_write(struct tiny_link *link, size_t len)
{
	session_wrote(link->session, len, link->now);
}

unsigned tiny_link_sent(struct tiny_link *link, struct tiny_frame *frames, unsigned max)
{
	struct slice out = session_out(link->session);
	size_t all = out.len;
	unsigned count = 0;
	struct tiny_frame frame;
	for (; out.len && tiny_read(out, &frame); count++) {
		if (count < max)
			frames[count] = frame;
		out.at += frame.len;
		out.len -= frame.len;
	}
	cr_assert_eq(out.len, 0, "what waits is not made of whole frames");
	tiny_link_write(link, all);
	return count;
}

struct tiny_frame tiny_link_sent_one(struct tiny_link *link)
{
	struct tiny_frame frame = { 0 };
	unsigned count = tiny_link_sent(link, &frame, 1);
	cr_assert_eq(count, 1, "%u frames wait, not 1", count);
	return frame;
}

void tiny_link_submit_many(struct tiny_link *link, uint64_t first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		cr_assert_eq(tiny_link_submit(link, first + i), SUBMIT_TAKEN, "submit %u", i);
}

void tiny_link_assert_outcome(const struct tiny_link *link, unsigned index, uint64_t token, enum outcome_class want)
{
	cr_assert_lt(index, link->outcome_count, "outcome %u was not told", index);
	const struct told *told = &link->outcomes[index];
	cr_assert_eq(told->token, token, "outcome %u is of token %llu, not %llu", index,
		     (unsigned long long)told->token, (unsigned long long)token);
	cr_assert_eq(told->outcome_class, want, "outcome %u is %s, not %s", index,
		     outcome_class_name(told->outcome_class), outcome_class_name(want));
}

void tiny_link_assert_ends(struct tiny_link *link, const char *name, mono_us us_later, enum session_end want,
			   const char *want_reason)
{
	cr_assert_eq(session_next_deadline(link->session), link->now + us_later, "%s: next deadline in %lld us", name,
		     (long long)(session_next_deadline(link->session) - link->now));
	cr_assert_eq(tiny_link_pass(link, us_later - 1), SESSION_END_NONE, "%s: too early", name);
	enum session_end end = tiny_link_pass(link, 1);
	cr_assert_eq(end, want, "%s: ended as %s", name, session_end_name(end));
	cr_assert_str_eq(session_reason(link->session), want_reason, "%s", name);
	cr_assert_eq(session_next_deadline(link->session), INT64_MAX, "%s", name);
	cr_assert_eq(tiny_link_pass(link, 1), want, "%s: the end stays", name);
	cr_assert_eq(tiny_link_feed(link, TINY_KEEPALIVE, 1, 0), want, "%s: the end stays", name);
	cr_assert_eq(tiny_link_submit(link, 99), SUBMIT_DOWN, "%s", name);
	cr_assert_eq(session_credit(link->session), 0, "%s", name);
}
