/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_link.h"

#include <criterion/criterion.h>

static struct tiny_link link;

Test(session, bind_answers)
{
	static const struct {
		const char *name;
		enum tiny_kind kind;
		uint32_t number;
		uint8_t code;
		enum session_end want_end;
		enum session_state want_state;
		const char *want_reason;
	} rows[] = {
		{ "accepted", TINY_BIND_ANSWER, 1, OUTCOME_ACCEPTED, SESSION_END_NONE, SESSION_BOUND,
		  "not connected yet" },
		{ "credentials", TINY_BIND_ANSWER, 1, OUTCOME_LINK_REFUSED, SESSION_END_REFUSED, SESSION_BINDING,
		  "the carrier refused the bind: TINY_STATUS (0x00000004)" },
		{ "busy", TINY_BIND_ANSWER, 1, OUTCOME_TEMPORARY, SESSION_END_RETRY, SESSION_BINDING,
		  "the carrier refused the bind: TINY_STATUS (0x00000002)" },
		{ "rejected", TINY_BIND_ANSWER, 1, OUTCOME_REJECTED, SESSION_END_REJECTED, SESSION_BINDING,
		  "the carrier refused the bind: TINY_STATUS (0x00000003)" },
		{ "generic_nack", TINY_REFUSED, 1, OUTCOME_REJECTED, SESSION_END_REJECTED, SESSION_BINDING,
		  "the carrier refused the bind: TINY_STATUS (0x00000003)" },
		{ "generic_nack, credentials", TINY_REFUSED, 1, OUTCOME_LINK_REFUSED, SESSION_END_REFUSED,
		  SESSION_BINDING, "the carrier refused the bind: TINY_STATUS (0x00000004)" },
		{ "generic_nack with status 0", TINY_REFUSED, 1, OUTCOME_ACCEPTED, SESSION_END_RETRY, SESSION_BINDING,
		  "the carrier refused the bind: TINY_STATUS (0x00000000)" },
		{ "another number", TINY_BIND_ANSWER, 2, OUTCOME_ACCEPTED, SESSION_END_NONE, SESSION_BINDING,
		  "not connected yet" },
		{ "answer to something else", TINY_SUBMIT_ANSWER, 1, OUTCOME_ACCEPTED, SESSION_END_NONE,
		  SESSION_BINDING, "not connected yet" },
		{ "unbind", TINY_UNBIND, 9, 0, SESSION_END_RETRY, SESSION_BINDING,
		  "the carrier unbound instead of answering the bind" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		tiny_link_open(&link, NULL);
		cr_assert_eq(session_state(link.session), SESSION_CLOSED);
		session_start(link.session, link.now);
		cr_assert_eq(session_state(link.session), SESSION_BINDING);
		cr_assert_eq(tiny_link_submit(&link, 1), SUBMIT_DOWN, "%s", rows[i].name);
		enum session_end end = tiny_link_feed(&link, rows[i].kind, rows[i].number, rows[i].code);
		cr_assert_eq(end, rows[i].want_end, "%s: ended as %s", rows[i].name, session_end_name(end));
		cr_assert_eq(session_state(link.session), rows[i].want_state, "%s", rows[i].name);
		cr_assert_str_eq(session_reason(link.session), rows[i].want_reason, "%s", rows[i].name);
		bool bound = rows[i].want_state == SESSION_BOUND;
		cr_assert_eq(link.bound_count, bound, "%s", rows[i].name);
		cr_assert_eq(session_credit(link.session), bound ? 4 : 0, "%s", rows[i].name);
		cr_assert_eq(tiny_link_submit(&link, 1), bound ? SUBMIT_TAKEN : SUBMIT_DOWN, "%s", rows[i].name);
		tiny_link_close(&link);
	}
}

Test(session, no_bind_answer)
{
	tiny_link_open(&link, NULL);
	cr_assert_eq(session_next_deadline(link.session), INT64_MAX);
	cr_assert_eq(tiny_link_pass(&link, US_PER_S), SESSION_END_NONE);
	session_start(link.session, link.now);
	tiny_link_assert_ends(&link, "bind", 2 * US_PER_S, SESSION_END_DEAD, "no answer to the bind");
	session_lost(link.session, link.now);
	cr_assert_eq(session_state(link.session), SESSION_CLOSED);
	cr_assert_str_eq(session_reason(link.session), "no answer to the bind", "the reason outlives the connection");
	tiny_link_close(&link);
}

Test(session, writes_blocked)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	/* A submit that is only partly written, then nothing: the deadline runs since the last write. */
	cr_assert_eq(tiny_link_submit(&link, 1), SUBMIT_TAKEN);
	link.now += 100 * MS;
	tiny_link_write(&link, 3);
	cr_assert_eq(tiny_link_pass(&link, US_PER_S), SESSION_END_NONE);
	tiny_link_assert_outcome(&link, 0, 1, OUTCOME_UNKNOWN);
	tiny_link_assert_ends(&link, "write", 4 * US_PER_S, SESSION_END_DEAD,
			      "the peer takes no octets from us any more");
	tiny_link_close(&link);
}

Test(session, receipt_answer_is_dated_by_the_next_tick)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	tiny_link_feed(&link, TINY_RECEIPT, 70, 0);
	/* Answered nine quiet seconds later: the write deadline must not count them. */
	link.now += 9 * US_PER_S;
	session_answer_receipt(link.session, &link.receipts[0], true);
	cr_assert_leq(session_next_deadline(link.session), link.now + 5 * US_PER_S);
	cr_assert_eq(tiny_link_pass(&link, 0), SESSION_END_NONE);
	cr_assert_eq(tiny_link_pass(&link, 1 * US_PER_S), SESSION_END_NONE);
	cr_assert_eq(session_counts(link.session)->keepalives, 1);
	cr_assert_eq(tiny_link_pass(&link, 1 * US_PER_S), SESSION_END_NONE);
	struct tiny_frame frames[2];
	cr_assert_eq(tiny_link_sent(&link, frames, 2), 2);
	cr_assert_eq(frames[0].kind, TINY_RECEIPT_ANSWER);
	cr_assert_eq(frames[0].number, 70);
	tiny_link_close(&link);
}

Test(session, window_and_numbers)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	tiny_link_submit_many(&link, 10, 4);
	cr_assert_eq(session_credit(link.session), 0);
	cr_assert_eq(session_outstanding(link.session), 4);
	cr_assert_eq(tiny_link_submit(&link, 14), SUBMIT_FULL);
	struct tiny_frame frames[8];
	cr_assert_eq(tiny_link_sent(&link, frames, 8), 4);
	for (unsigned i = 0; i < 4; i++) {
		cr_assert_eq(frames[i].kind, TINY_SUBMIT);
		cr_assert_eq(frames[i].number, i + 2);
		cr_assert_eq(frames[i].token, i + 10);
	}
	/* In any order; the place is free at once, the number is not given again. */
	static const struct {
		uint32_t number;
		uint64_t token;
		enum outcome_class outcome_class;
	} answers[] = {
		{ 4, 12, OUTCOME_ACCEPTED },
		{ 2, 10, OUTCOME_THROTTLED },
		{ 5, 13, OUTCOME_REJECTED },
		{ 3, 11, OUTCOME_LINK_REFUSED },
	};
	for (unsigned i = 0; i < 4; i++) {
		tiny_link_feed(&link, TINY_SUBMIT_ANSWER, answers[i].number, (uint8_t)answers[i].outcome_class);
		tiny_link_assert_outcome(&link, i, answers[i].token, answers[i].outcome_class);
		cr_assert_eq(link.outcomes[i].native_code, (uint32_t)answers[i].outcome_class);
		cr_assert_eq(session_credit(link.session), i + 1);
	}
	cr_assert_eq(tiny_link_submit(&link, 14), SUBMIT_TAKEN);
	cr_assert_eq(tiny_link_sent_one(&link).number, 6);
	cr_assert_eq(session_counts(link.session)->submits, 5);
	cr_assert_eq(session_counts(link.session)->answers, 4);
	tiny_link_close(&link);
}

Test(session, response_timeout_and_late_answers)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	tiny_link_submit_many(&link, 20, 4); /* numbers 2–5 */
	tiny_link_sent(&link, NULL, 0);
	cr_assert_eq(session_next_deadline(link.session), link.now + US_PER_S);
	cr_assert_eq(tiny_link_pass(&link, US_PER_S - 1), SESSION_END_NONE);
	cr_assert_eq(link.outcome_count, 0);
	cr_assert_eq(tiny_link_pass(&link, 1), SESSION_END_NONE);
	for (unsigned i = 0; i < 4; i++)
		tiny_link_assert_outcome(&link, i, 20 + i, OUTCOME_UNKNOWN);
	cr_assert_eq(session_credit(link.session), 4);
	cr_assert_eq(session_counts(link.session)->timeouts, 4);
	/* Three are still known, the oldest is not; each late answer comes by once. */
	tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED);
	cr_assert_eq(link.late_count, 0);
	cr_assert_eq(session_counts(link.session)->stray_answers, 1);
	tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 4, OUTCOME_ACCEPTED);
	tiny_link_feed(&link, TINY_REFUSED, 5, OUTCOME_REJECTED);
	tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 4, OUTCOME_ACCEPTED);
	cr_assert_eq(link.late_count, 2);
	cr_assert_eq(link.lates[0].token, 22);
	cr_assert_eq(link.lates[0].outcome_class, OUTCOME_ACCEPTED);
	cr_assert_eq(link.lates[1].token, 23);
	cr_assert_eq(link.lates[1].outcome_class, OUTCOME_REJECTED);
	cr_assert_eq(session_counts(link.session)->late_answers, 2);
	cr_assert_eq(session_counts(link.session)->stray_answers, 2);
	cr_assert_eq(link.outcome_count, 4);
	tiny_link_close(&link);
}

static void few_numbers(struct tiny_link *at)
{
	at->options.window = 2;
	at->options.late_max = 2;
	at->dialect.number_max = 8;
}

Test(session, numbers_wrap_and_pass_over_known_ones)
{
	tiny_link_open(&link, few_numbers);
	tiny_link_bind(&link);
	tiny_link_submit_many(&link, 1, 2); /* numbers 2 and 3 become late and stay known */
	tiny_link_sent(&link, NULL, 0);
	tiny_link_pass(&link, US_PER_S);
	static const uint32_t want[] = { 4, 5, 6, 7, 8, 1, 4, 5, 6, 7, 8, 1, 4 };
	for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++) {
		cr_assert_eq(tiny_link_submit(&link, 100 + i), SUBMIT_TAKEN);
		uint32_t number = tiny_link_sent_one(&link).number;
		cr_assert_eq(number, want[i], "submit %u has number %u, not %u", i, number, want[i]);
		tiny_link_feed(&link, TINY_SUBMIT_ANSWER, number, OUTCOME_ACCEPTED);
	}
	tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 3, OUTCOME_ACCEPTED);
	cr_assert_eq(link.late_count, 1);
	tiny_link_close(&link);
}

Test(session, keepalive_is_asked_after_idle_time_only)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	tiny_link_submit_many(&link, 1, 4);
	tiny_link_sent(&link, NULL, 0);
	tiny_link_pass(&link, 6 * US_PER_S);
	tiny_link_feed(&link, TINY_RECEIPT, 1, 0); /* a sign of life */
	tiny_link_submit_many(&link, 5, 4);
	tiny_link_sent(&link, NULL, 0);
	cr_assert_eq(tiny_link_pass(&link, 9 * US_PER_S), SESSION_END_NONE);
	cr_assert_eq(session_counts(link.session)->keepalives, 0);
	tiny_link_submit_many(&link, 9, 4); /* a full window does not keep us from asking */
	tiny_link_sent(&link, NULL, 0);
	cr_assert_eq(tiny_link_pass(&link, 1 * US_PER_S - 1), SESSION_END_NONE);
	cr_assert_eq(session_next_deadline(link.session), link.now + 1);
	cr_assert_eq(tiny_link_pass(&link, 1), SESSION_END_NONE);
	struct tiny_frame ask = tiny_link_sent_one(&link);
	cr_assert_eq(ask.kind, TINY_KEEPALIVE);
	cr_assert_eq(tiny_link_feed(&link, TINY_KEEPALIVE_ANSWER, ask.number, 0), SESSION_END_NONE);
	cr_assert_eq(session_counts(link.session)->stray_answers, 0);
	/* Answered: the idle time begins anew. A second answer is a stray one. */
	tiny_link_feed(&link, TINY_KEEPALIVE_ANSWER, ask.number, 0);
	cr_assert_eq(session_counts(link.session)->stray_answers, 1);
	for (unsigned i = 0; i < 9; i++)
		cr_assert_eq(tiny_link_pass(&link, US_PER_S), SESSION_END_NONE);
	cr_assert_eq(session_counts(link.session)->keepalives, 1);
	cr_assert_eq(tiny_link_pass(&link, US_PER_S), SESSION_END_NONE);
	cr_assert_eq(session_counts(link.session)->keepalives, 2);
	tiny_link_sent(&link, NULL, 0);
	tiny_link_assert_ends(&link, "keep-alive", 3 * US_PER_S, SESSION_END_DEAD, "no answer to the keep-alive");
	tiny_link_close(&link);
}

Test(session, any_frame_answers_a_keepalive)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	for (unsigned round = 1; round <= 20; round++) {
		tiny_link_pass(&link, 10 * US_PER_S);
		cr_assert_eq(session_counts(link.session)->keepalives, round);
		cr_assert_eq(tiny_link_sent_one(&link).kind, TINY_KEEPALIVE);
		cr_assert_eq(tiny_link_feed(&link, TINY_RECEIPT, round, 0), SESSION_END_NONE);
	}
	/* A refusal of the question is a sign of life as well. */
	tiny_link_pass(&link, 10 * US_PER_S);
	uint32_t number = tiny_link_sent_one(&link).number;
	tiny_link_feed(&link, TINY_REFUSED, number, OUTCOME_REJECTED);
	cr_assert_eq(session_counts(link.session)->stray_answers, 0);
	cr_assert_eq(tiny_link_pass(&link, 9 * US_PER_S), SESSION_END_NONE);
	tiny_link_close(&link);
}

static void large_window(struct tiny_link *at)
{
	at->options.window = 1000;
	at->segment_octets = 1000;
}

Test(session, a_full_buffer_takes_no_submit_but_answers)
{
	tiny_link_open(&link, large_window);
	tiny_link_bind(&link);
	size_t taken = 0;
	while (tiny_link_submit(&link, taken) == SUBMIT_TAKEN)
		taken++;
	cr_assert_eq(taken, SESSION_OUT_OCTETS_MIN * 3 / 4 / 1018);
	cr_assert_eq(session_credit(link.session), 1000 - taken);
	/* The peer's requests are answered, and we may unbind, until the last quarter is full too. */
	for (unsigned i = 0; i < 100; i++)
		tiny_link_feed(&link, TINY_KEEPALIVE, 1000 + i, 0);
	tiny_link_feed(&link, TINY_INCOMING, 1, 0);
	tiny_link_feed(&link, TINY_RECEIPT, 2, 0);
	session_answer_receipt(link.session, &link.receipts[0], false);
	cr_assert_eq(session_counts(link.session)->answers_dropped, 0);
	cr_assert_eq(tiny_link_submit(&link, taken), SUBMIT_FULL);
	for (unsigned i = 0; i < 1000; i++)
		tiny_link_feed(&link, TINY_KEEPALIVE, 2000 + i, 0);
	cr_assert_gt(session_counts(link.session)->answers_dropped, 400);
	cr_assert_leq(session_out(link.session).len, SESSION_OUT_OCTETS_MIN);
	/* A little is read, and there is room again; the order of frames is kept through it all. */
	static struct tiny_frame frames[2000];
	tiny_link_write(&link, 6 * 1018);
	cr_assert_eq(tiny_link_submit(&link, taken), SUBMIT_TAKEN);
	unsigned count = tiny_link_sent(&link, frames, 2000);
	cr_assert_eq(frames[0].token, 6);
	cr_assert_eq(frames[count - 1].token, taken);
	cr_assert_eq(frames[taken - 6].kind, TINY_KEEPALIVE_ANSWER);
	cr_assert_eq(frames[taken - 6].number, 1000);
	cr_assert_eq(frames[taken + 94].kind, TINY_INCOMING_ANSWER);
	cr_assert_eq(frames[taken + 94].code, TINY_INCOMING_STATUS);
	cr_assert_eq(frames[taken + 95].kind, TINY_RECEIPT_ANSWER);
	cr_assert_eq(frames[taken + 95].code, TINY_AGAIN_LATER);
	tiny_link_close(&link);
}

Test(session, the_buffer_stays_in_order_under_partial_writes)
{
	tiny_link_open(&link, large_window);
	tiny_link_bind(&link);
	/* The peer's own copy of the stream, checked frame by frame. */
	static char seen[4 * TINY_OCTETS_MAX];
	size_t seen_len = 0;
	uint64_t next = 0;
	uint64_t taken = 0;
	for (unsigned step = 0; step < 20000; step++) {
		link.segment_octets = (uint16_t)(step * 37 % 1500);
		taken += tiny_link_submit(&link, taken) == SUBMIT_TAKEN;
		struct slice out = session_out(link.session);
		size_t some = step * 131 % 3000;
		some = some < out.len ? some : out.len;
		memcpy(seen + seen_len, out.at, some);
		seen_len += some;
		tiny_link_write(&link, some);
		struct tiny_frame frame;
		size_t used = 0;
		while (tiny_read((struct slice){ seen + used, seen_len - used }, &frame)) {
			cr_assert_eq(frame.kind, TINY_SUBMIT);
			cr_assert_eq(frame.token, next++, "step %u", step);
			used += frame.len;
			link.outcome_count = 0;
			tiny_link_feed(&link, TINY_SUBMIT_ANSWER, frame.number, OUTCOME_ACCEPTED);
			cr_assert_eq(link.outcomes[0].token, frame.token, "step %u", step);
		}
		memmove(seen, seen + used, seen_len - used);
		seen_len -= used;
	}
	cr_assert_gt(next, 10000);
	tiny_link_close(&link);
}

Test(session, end_names)
{
	static const char *const want[] = { "none", "refused", "rejected", "retry", "dead", "framing", "unbound" };
	for (int i = 0; i <= SESSION_END_UNBOUND; i++)
		cr_assert_str_eq(session_end_name((enum session_end)i), want[i]);
}
