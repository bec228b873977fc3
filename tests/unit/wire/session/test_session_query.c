/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_link.h"

#include <criterion/criterion.h>

static struct tiny_link link;
static struct references *references;

static void with_references(struct tiny_link *at)
{
	references = references_create((struct reference_range){ 1, 1000 }, 0);
	at->options.references = references;
	at->options.queries_max = 2;
}

static void set_up(void)
{
	tiny_link_open(&link, with_references);
	tiny_link_bind(&link);
}

static void tear_down(void)
{
	tiny_link_close(&link);
	references_destroy(references);
}

static void sent_query(uint16_t want_reference, uint32_t want_number)
{
	struct tiny_frame frame = tiny_link_sent_one(&link);
	cr_assert_eq(frame.kind, TINY_QUERY);
	cr_assert_eq(frame.token, want_reference);
	cr_assert_eq(frame.number, want_number);
}

static void feed_answer(enum tiny_kind kind, uint32_t number, uint8_t code, const char *ref)
{
	char memory[64];
	struct buf buf = buf_over(memory, sizeof memory);
	tiny_write(&buf, kind, number, code, slice_of(ref));
	cr_assert_eq(session_feed(link.session, (const uint8_t *)memory, buf.len, link.now), SESSION_END_NONE);
}

/* Submits with references 1…count go out and are never answered. */
static void leave_unanswered(unsigned count)
{
	struct tiny_frame frames[8];
	tiny_link_submit_many(&link, 10, count);
	cr_assert_eq(tiny_link_sent(&link, frames, 8), count);
	for (unsigned i = 0; i < count; i++)
		cr_assert_eq(frames[i].code, i + 1, "each has a reference of its own");
	tiny_link_pass(&link, US_PER_S);
	cr_assert_eq(link.unanswered_count, count);
	for (unsigned i = 0; i < count; i++) {
		cr_assert_eq(link.unanswered[i].token, 10 + i);
		cr_assert_eq(link.unanswered[i].user_reference, i + 1);
		tiny_link_assert_outcome(&link, i, 10 + i, OUTCOME_UNKNOWN);
	}
}

Test(session_query, answers)
{
	static const struct {
		const char *name;
		enum tiny_kind kind;
		uint8_t code;
		enum query_answer want;
	} rows[] = {
		{ "found", TINY_QUERY_ANSWER, QUERY_FOUND, QUERY_FOUND },
		{ "absent", TINY_QUERY_ANSWER, QUERY_ABSENT, QUERY_ABSENT },
		{ "later", TINY_QUERY_ANSWER, QUERY_LATER, QUERY_LATER },
		{ "unsupported", TINY_QUERY_ANSWER, QUERY_UNSUPPORTED, QUERY_UNSUPPORTED },
		{ "refused", TINY_REFUSED, OUTCOME_REJECTED, QUERY_UNSUPPORTED },
		{ "refused as too fast", TINY_REFUSED, OUTCOME_THROTTLED, QUERY_LATER },
		{ "refused for now", TINY_REFUSED, OUTCOME_TEMPORARY, QUERY_LATER },
		{ "refused with success", TINY_REFUSED, OUTCOME_ACCEPTED, QUERY_UNSUPPORTED },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up();
		leave_unanswered(1);
		cr_assert_eq(session_query(link.session, 1, link.now), SUBMIT_TAKEN);
		sent_query(1, 3);
		feed_answer(rows[i].kind, 3, rows[i].code, "m-1");
		cr_assert_eq(link.query_count, 1, "%s", rows[i].name);
		bool is_found = rows[i].want == QUERY_FOUND;
		cr_assert_eq(link.queries[0].user_reference, 1, "%s", rows[i].name);
		cr_assert_eq(link.queries[0].answer, rows[i].want, "%s: %d", rows[i].name, link.queries[0].answer);
		cr_assert_str_eq(link.queries[0].carrier_ref, is_found ? "m-1" : "", "%s", rows[i].name);
		cr_assert_eq(link.queries[0].state, is_found ? MESSAGE_STATE_DELIVERED : MESSAGE_STATE_NONE, "%s",
			     rows[i].name);
		cr_assert_eq(link.outcome_count, 1, "%s", rows[i].name);
		cr_assert_eq(session_credit(link.session), 4, "%s", rows[i].name);
		feed_answer(TINY_QUERY_ANSWER, 3, QUERY_FOUND, "m-1");
		cr_assert_eq(link.query_count, 1, "%s: once", rows[i].name);
		cr_assert_eq(session_counts(link.session)->stray_answers, 1, "%s", rows[i].name);
		tear_down();
	}
}

/* A question takes a place like a submit; a submit's answer is none of a question's, nor the other way round. */
Test(session_query, places)
{
	set_up();
	cr_assert_eq(session_query(link.session, 1, link.now), SUBMIT_TAKEN);
	cr_assert_eq(session_query(link.session, 2, link.now), SUBMIT_TAKEN);
	cr_assert_eq(session_query(link.session, 3, link.now), SUBMIT_FULL, "two at a time");
	cr_assert_eq(session_credit(link.session), 2);
	cr_assert_eq(session_outstanding(link.session), 0);
	tiny_link_submit_many(&link, 10, 2);
	cr_assert_eq(tiny_link_submit(&link, 12), SUBMIT_FULL);
	feed_answer(TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED, "");
	feed_answer(TINY_QUERY_ANSWER, 4, QUERY_FOUND, "m");
	cr_assert(link.query_count == 0 && link.outcome_count == 0);
	feed_answer(TINY_QUERY_ANSWER, 2, QUERY_ABSENT, "");
	feed_answer(TINY_QUERY_ANSWER, 3, QUERY_ABSENT, "");
	cr_assert_eq(link.query_count, 2);
	tiny_link_submit_many(&link, 12, 2);
	cr_assert_eq(session_query(link.session, 3, link.now), SUBMIT_FULL, "the window is full");
	session_unbind(link.session, link.now);
	cr_assert_eq(session_query(link.session, 3, link.now), SUBMIT_DOWN);
	tear_down();
}

/* Without an answer, or with its connection, a question ends all the same. */
Test(session_query, ends)
{
	set_up();
	leave_unanswered(2);
	cr_assert_eq(session_query(link.session, 1, link.now), SUBMIT_TAKEN);
	cr_assert_eq(session_next_deadline(link.session), link.now + US_PER_S);
	tiny_link_pass(&link, US_PER_S - 1);
	cr_assert_eq(link.query_count, 0);
	tiny_link_pass(&link, 1);
	cr_assert_eq(link.query_count, 1);
	cr_assert(link.queries[0].user_reference == 1 && link.queries[0].answer == QUERY_UNANSWERED);
	cr_assert_eq(session_query(link.session, 2, link.now), SUBMIT_TAKEN);
	session_lost(link.session, link.now);
	cr_assert_eq(link.query_count, 2);
	cr_assert(link.queries[1].user_reference == 2 && link.queries[1].answer == QUERY_LOST);
	cr_assert_eq(session_query(link.session, 2, link.now), SUBMIT_DOWN);
	tear_down();
}

/* What an answer, or its want, means for the reference: see references.h. */
Test(session_query, references)
{
	static const struct {
		const char *name;
		uint8_t code;
		const char *ref;
		bool want_again; /* given out again at once */
	} rows[] = {
		{ "accepted", OUTCOME_ACCEPTED, "m", true }, { "accepted without an id", OUTCOME_ACCEPTED, "", false },
		{ "refused", OUTCOME_REJECTED, "", true },   { "throttled", OUTCOME_THROTTLED, "", true },
		{ "unknown", OUTCOME_UNKNOWN, "", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up();
		cr_assert_eq(tiny_link_submit(&link, 10), SUBMIT_TAKEN);
		feed_answer(TINY_SUBMIT_ANSWER, 2, rows[i].code, rows[i].ref);
		cr_assert_eq(link.unanswered_count, 0, "%s", rows[i].name);
		for (unsigned k = 2; k <= 1000; k++)
			cr_assert_eq(references_take(references), k);
		cr_assert_eq(references_take(references), rows[i].want_again ? 1 : 0, "%s", rows[i].name);
		tear_down();
	}
}

/* A late answer is told with its reference; what never left gives it back, what may have left is told. */
Test(session_query, late_and_lost)
{
	set_up();
	leave_unanswered(1);
	feed_answer(TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED, "m");
	cr_assert_eq(link.answered_count, 1);
	cr_assert(link.answered[0].token == 10 && link.answered[0].user_reference == 1);
	cr_assert_eq(link.late_count, 1);
	tiny_link_submit_many(&link, 20, 1);
	tiny_link_write(&link, 1);
	tiny_link_submit_many(&link, 21, 1);
	session_lost(link.session, link.now);
	cr_assert_eq(link.unanswered_count, 2, "the one of which an octet left");
	cr_assert(link.unanswered[1].token == 20 && link.unanswered[1].user_reference == 2);
	for (unsigned k = 4; k <= 1000; k++)
		cr_assert_eq(references_take(references), k);
	cr_assert_eq(references_take(references), 3);
	cr_assert_eq(references_take(references), 0);
	tear_down();
}

/* A submit that is not taken uses no number; one for which there is none carries none, and is not told. */
Test(session_query, numbers_run_out)
{
	set_up();
	link.segment_octets = 4000;
	tiny_link_submit_many(&link, 10, 3);
	cr_assert_eq(tiny_link_submit(&link, 13), SUBMIT_FULL, "the output buffer is full");
	for (unsigned k = 5; k <= 1000; k++)
		cr_assert_eq(references_take(references), k);
	cr_assert_eq(references_take(references), 4, "it is free again");
	references_stop(references);
	struct tiny_frame frames[8];
	tiny_link_sent(&link, frames, 8);
	cr_assert_eq(tiny_link_submit(&link, 13), SUBMIT_TAKEN);
	cr_assert_eq(tiny_link_sent_one(&link).code, 0);
	tiny_link_pass(&link, US_PER_S);
	cr_assert_eq(link.outcome_count, 4);
	cr_assert_eq(link.unanswered_count, 3);
	tear_down();
}
