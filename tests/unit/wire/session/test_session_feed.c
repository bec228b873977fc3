/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_link.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct tiny_link link;

Test(session_feed, answers_and_strays)
{
	static const struct {
		const char *name;
		enum tiny_kind kind;
		uint32_t number; /* 2 is the outstanding submit */
		unsigned want_outcomes;
		unsigned want_strays;
		unsigned want_odd;
	} rows[] = {
		{ "its answer", TINY_SUBMIT_ANSWER, 2, 1, 0, 0 },
		{ "its refusal", TINY_REFUSED, 2, 1, 0, 0 },
		{ "unknown number", TINY_SUBMIT_ANSWER, 3, 0, 1, 1 },
		{ "number 0", TINY_SUBMIT_ANSWER, 0, 0, 1, 1 },
		{ "largest number", TINY_SUBMIT_ANSWER, UINT32_MAX, 0, 1, 1 },
		{ "same low bits", TINY_SUBMIT_ANSWER, 2 + (1u << 20), 0, 1, 1 },
		{ "a second bind answer", TINY_BIND_ANSWER, 1, 0, 1, 1 },
		{ "bind answer for a submit", TINY_BIND_ANSWER, 2, 0, 1, 1 },
		{ "keep-alive answer for a submit", TINY_KEEPALIVE_ANSWER, 2, 0, 1, 1 },
		{ "unbind answer unasked", TINY_UNBIND_ANSWER, 2, 0, 1, 1 },
		{ "refusal of nothing", TINY_REFUSED, 0, 0, 1, 1 },
		{ "an unknown frame", 'X', 2, 0, 0, 1 },
		{ "an odd frame", 'O', 2, 0, 0, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		tiny_link_open(&link, NULL);
		tiny_link_bind(&link);
		cr_assert_eq(tiny_link_submit(&link, 1), SUBMIT_TAKEN);
		tiny_link_sent(&link, NULL, 0);
		cr_assert_eq(tiny_link_feed(&link, rows[i].kind, rows[i].number, OUTCOME_REJECTED), SESSION_END_NONE,
			     "%s", rows[i].name);
		cr_assert_eq(session_state(link.session), SESSION_BOUND, "%s", rows[i].name);
		cr_assert_eq(link.outcome_count, rows[i].want_outcomes, "%s", rows[i].name);
		cr_assert_eq(session_credit(link.session), 3 + rows[i].want_outcomes, "%s", rows[i].name);
		cr_assert_eq(session_counts(link.session)->stray_answers, rows[i].want_strays, "%s", rows[i].name);
		cr_assert_eq(session_counts(link.session)->odd_frames, rows[i].want_odd, "%s", rows[i].name);
		cr_assert_eq(link.note_count, rows[i].want_odd, "%s", rows[i].name);
		cr_assert_eq(link.bound_count, 1, "%s", rows[i].name);
		cr_assert_eq(session_out(link.session).len, 0, "%s: answered", rows[i].name);
		tiny_link_close(&link);
	}
}

Test(session_feed, a_refusal_never_accepts)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	tiny_link_submit(&link, 1);
	tiny_link_feed(&link, TINY_REFUSED, 2, OUTCOME_ACCEPTED);
	cr_assert_eq(link.outcome_count, 1);
	cr_assert_eq(link.outcomes[0].outcome_class, OUTCOME_UNKNOWN);
	tiny_link_close(&link);
}

Test(session_feed, three_refusals_of_nothing_in_a_row)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	cr_assert_eq(tiny_link_submit(&link, 1), SUBMIT_TAKEN);
	tiny_link_feed(&link, TINY_REFUSED, 0, 0);
	tiny_link_feed(&link, TINY_REFUSED, 99, 0);
	tiny_link_feed(&link, TINY_KEEPALIVE, 1, 0); /* breaks the row */
	tiny_link_feed(&link, TINY_REFUSED, 0, 0);
	tiny_link_feed(&link, TINY_REFUSED, 99, 0);
	tiny_link_feed(&link, TINY_REFUSED, 2, OUTCOME_REJECTED); /* so does one of ours */
	tiny_link_feed(&link, TINY_REFUSED, 0, 0);
	cr_assert_eq(tiny_link_feed(&link, TINY_REFUSED, 0, 0), SESSION_END_NONE);
	cr_assert_eq(tiny_link_feed(&link, TINY_REFUSED, 0, 0), SESSION_END_FRAMING);
	cr_assert_str_eq(session_reason(link.session), "the peer refused 3 frames in a row that we did not send");
	cr_assert_eq(session_counts(link.session)->stray_answers, 7);
	tiny_link_close(&link);
}

Test(session_feed, their_requests_are_answered_in_every_state)
{
	static const struct {
		const char *name;
		enum tiny_kind kind;
		enum tiny_kind want_kind;
		uint8_t want_code;
	} rows[] = {
		{ "keep-alive", TINY_KEEPALIVE, TINY_KEEPALIVE_ANSWER, 0 },
		{ "incoming", TINY_INCOMING, TINY_INCOMING_ANSWER, TINY_INCOMING_STATUS },
	};
	for (int state = SESSION_BINDING; state <= SESSION_UNBINDING; state++) {
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			tiny_link_open(&link, NULL);
			session_start(link.session, link.now);
			if (state >= SESSION_BOUND)
				tiny_link_feed(&link, TINY_BIND_ANSWER, 1, 0);
			if (state == SESSION_UNBINDING)
				session_unbind(link.session, link.now);
			tiny_link_sent(&link, NULL, 0);
			cr_assert_eq((int)session_state(link.session), state);
			tiny_link_feed(&link, rows[i].kind, 4711, 0);
			struct tiny_frame answer = tiny_link_sent_one(&link);
			cr_assert_eq(answer.kind, rows[i].want_kind, "%s in state %d", rows[i].name, state);
			cr_assert_eq(answer.number, 4711, "%s in state %d", rows[i].name, state);
			cr_assert_eq(answer.code, rows[i].want_code, "%s in state %d", rows[i].name, state);
			tiny_link_close(&link);
		}
	}
}

Test(session_feed, receipts_are_answered_when_durable)
{
	tiny_link_open(&link, NULL);
	session_start(link.session, link.now);
	tiny_link_sent(&link, NULL, 0);
	/* A receipt may come in the same octets as the bind's answer. */
	char memory[64];
	struct buf buf = buf_over(memory, sizeof memory);
	tiny_write(&buf, TINY_BIND_ANSWER, 1, OUTCOME_ACCEPTED, (struct slice){ 0 });
	tiny_write(&buf, TINY_RECEIPT, 31, 0, SLICE("ref"));
	tiny_write(&buf, TINY_RECEIPT, 32, 0, SLICE("ref"));
	cr_assert_eq(session_feed(link.session, (const uint8_t *)memory, buf.len, link.now), SESSION_END_NONE);
	cr_assert_eq(link.receipt_count, 2);
	cr_assert_eq(session_counts(link.session)->receipts, 2);
	cr_assert_eq(session_out(link.session).len, 0, "not yet durable, not yet answered");
	session_answer_receipt(link.session, &link.receipts[1], true);
	session_answer_receipt(link.session, &link.receipts[0], false);
	struct tiny_frame frames[2];
	cr_assert_eq(tiny_link_sent(&link, frames, 2), 2);
	cr_assert(frames[0].kind == TINY_RECEIPT_ANSWER && frames[0].number == 32 && frames[0].code == 0);
	cr_assert(frames[1].kind == TINY_RECEIPT_ANSWER && frames[1].number == 31);
	cr_assert_eq(frames[1].code, TINY_AGAIN_LATER);
	session_lost(link.session, link.now);
	session_answer_receipt(link.session, &link.receipts[0], true);
	cr_assert_eq(session_out(link.session).len, 0);
	tiny_link_close(&link);
}

Test(session_feed, messages_from_phones_are_answered_when_durable)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	char memory[64];
	struct buf buf = buf_over(memory, sizeof memory);
	tiny_write(&buf, TINY_MO, 31, 0, SLICE("TD"));
	tiny_write(&buf, TINY_MO, 32, 0, SLICE("TD"));
	cr_assert_eq(session_feed(link.session, (const uint8_t *)memory, buf.len, link.now), SESSION_END_NONE);
	cr_assert_eq(link.mo_count, 2);
	cr_assert_eq(session_counts(link.session)->mos, 2);
	cr_assert_eq(session_out(link.session).len, 0, "not yet durable, not yet answered");
	session_answer_receipt(link.session, &link.mos[1], true);
	session_answer_receipt(link.session, &link.mos[0], false);
	struct tiny_frame frames[2];
	cr_assert_eq(tiny_link_sent(&link, frames, 2), 2);
	cr_assert(frames[0].kind == TINY_MO_ANSWER && frames[0].number == 32 && frames[0].code == 0);
	cr_assert(frames[1].kind == TINY_MO_ANSWER && frames[1].number == 31);
	cr_assert_eq(frames[1].code, TINY_AGAIN_LATER);
	tiny_link_close(&link);
}

/* One stream of everything, cut in all ways, has one effect. */
static size_t whole_stream(char *memory, size_t cap)
{
	static char long_ref[3000];
	struct buf buf = buf_over(memory, cap);
	tiny_write(&buf, TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED, SLICE("id-1"));
	tiny_write(&buf, TINY_KEEPALIVE, 50, 0, (struct slice){ 0 });
	tiny_write(&buf, TINY_RECEIPT, 51, 0, (struct slice){ long_ref, sizeof long_ref });
	tiny_write(&buf, TINY_SUBMIT_ANSWER, 4, OUTCOME_REJECTED, (struct slice){ 0 });
	tiny_write(&buf, 'X', 0, 0, SLICE("??"));
	tiny_write(&buf, TINY_SUBMIT_ANSWER, 3, OUTCOME_ACCEPTED, SLICE("id-2"));
	cr_assert(!buf.full);
	return buf.len;
}

Test(session_feed, frames_may_be_cut_anywhere)
{
	static char stream[4096];
	size_t len = whole_stream(stream, sizeof stream);
	static const size_t pieces[] = { 1, 2, 3, 7, 9, 10, 11, 13, 19, 64, 1000, 4096 };
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		tiny_link_open(&link, NULL);
		tiny_link_bind(&link);
		for (uint64_t token = 1; token <= 3; token++)
			cr_assert_eq(tiny_link_submit(&link, token), SUBMIT_TAKEN);
		tiny_link_sent(&link, NULL, 0);
		for (size_t at = 0; at < len; at += pieces[i]) {
			/* A copy of its own, so that a look beyond the piece is seen by the sanitizer. */
			size_t some = len - at < pieces[i] ? len - at : pieces[i];
			uint8_t *piece = malloc(some);
			memcpy(piece, stream + at, some);
			enum session_end end = session_feed(link.session, piece, some, link.now);
			cr_assert_eq(end, SESSION_END_NONE, "pieces of %zu at %zu", pieces[i], at);
			free(piece);
		}
		cr_assert_eq(link.outcome_count, 3, "pieces of %zu", pieces[i]);
		cr_assert_str_eq(link.outcomes[0].carrier_ref, "id-1", "pieces of %zu", pieces[i]);
		cr_assert_eq(link.outcomes[1].token, 3, "pieces of %zu", pieces[i]);
		cr_assert_str_eq(link.outcomes[2].carrier_ref, "id-2", "pieces of %zu", pieces[i]);
		cr_assert_eq(link.receipt_count, 1, "pieces of %zu", pieces[i]);
		cr_assert_eq(link.note_count, 1, "pieces of %zu", pieces[i]);
		cr_assert_eq(tiny_link_sent_one(&link).kind, TINY_KEEPALIVE_ANSWER, "pieces of %zu", pieces[i]);
		tiny_link_close(&link);
	}
}

Test(session_feed, lost_framing)
{
	static const struct {
		const char *name;
		struct slice octets;
		const char *want_reason;
	} rows[] = {
		{ "shorter than a header", SLICE("\0\0\0\x09s12345"),
		  "framing is lost: no tiny frame begins with 00000009" },
		{ "length 0", SLICE("\0\0\0\0s12345"), "framing is lost: no tiny frame begins with 00000000" },
		{ "too long", SLICE("\0\0\x10\x01s12345"), "framing is lost: no tiny frame begins with 00001001" },
		{ "4 GiB", SLICE("\xff\xff\xff\xffs12345"), "framing is lost: no tiny frame begins with ffffffff" },
		{ "HTTP", SLICE("HTTP/1.1 400 Bad Request\r\n"),
		  "framing is lost: no tiny frame begins with 48545450" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (int cut = 0; cut < 2; cut++) {
			tiny_link_open(&link, NULL);
			tiny_link_bind(&link);
			tiny_link_submit(&link, 1);
			tiny_link_sent(&link, NULL, 0);
			const uint8_t *at = (const uint8_t *)rows[i].octets.at;
			size_t first = cut ? 3 : 0;
			cr_assert_eq(session_feed(link.session, at, first, link.now), SESSION_END_NONE);
			enum session_end end =
				session_feed(link.session, at + first, rows[i].octets.len - first, link.now);
			cr_assert_eq(end, SESSION_END_FRAMING, "%s: %s", rows[i].name, session_end_name(end));
			/* A header that came in pieces is judged as soon as it is whole. */
			size_t shown = strlen("framing is lost: no tiny frame begins with ") + 8;
			cr_assert_eq(strncmp(session_reason(link.session), rows[i].want_reason, shown), 0, "%s: %s",
				     rows[i].name, session_reason(link.session));
			cr_assert(cut || strcmp(session_reason(link.session), rows[i].want_reason) == 0, "%s: %s",
				  rows[i].name, session_reason(link.session));
			cr_assert_eq(tiny_link_sent_one(&link).kind, TINY_LAST_WORD, "%s", rows[i].name);
			cr_assert_eq(link.outcome_count, 0, "%s", rows[i].name);
			session_lost(link.session, link.now);
			cr_assert_eq(link.outcome_count, 1, "%s", rows[i].name);
			tiny_link_close(&link);
		}
	}
}

/* What had not begun to leave stays here, and is not in doubt; what has begun is made whole, so that the last word is
 * a frame. */
Test(session_feed, no_submit_follows_lost_framing)
{
	static const struct {
		const char *name;
		size_t octets_written; /* of three frames of 38 octets */
		size_t want_rest;      /* of the one that has begun */
		enum outcome_class want[3];
	} rows[] = {
		{ "nothing", 0, 0, { OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "an octet", 1, 37, { OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "one frame", 38, 0, { OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "one frame and a part", 50, 26, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY } },
		{ "all", 114, 0, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		tiny_link_open(&link, NULL);
		tiny_link_bind(&link);
		tiny_link_submit_many(&link, 1, 3);
		tiny_link_write(&link, rows[i].octets_written);
		session_feed(link.session, (const uint8_t *)"HTTP/1.1 400", 12, link.now);
		struct slice out = session_out(link.session);
		cr_assert_geq(out.len, rows[i].want_rest, "%s: %zu octets wait", rows[i].name, out.len);
		tiny_link_write(&link, rows[i].want_rest);
		cr_assert_eq(tiny_link_sent_one(&link).kind, TINY_LAST_WORD, "%s", rows[i].name);
		session_lost(link.session, link.now);
		for (unsigned j = 0; j < 3; j++)
			cr_assert_eq(link.outcomes[j].outcome_class, rows[i].want[j], "%s: submit %u is %s",
				     rows[i].name, j, outcome_class_name(link.outcomes[j].outcome_class));
		cr_assert_eq(link.outcome_count, 3, "%s", rows[i].name);
		tiny_link_close(&link);
	}
}

static void in_three_rounds(struct tiny_link *at)
{
	at->options.write_timeout_us = 100 * US_PER_S;
}

/* So does one whose time is over; and what waits for a peer that is dead, or that refuses what was never sent. */
Test(session_feed, no_submit_follows_other_ends)
{
	static const char *const rows[] = { "late", "dead", "refusals" };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		tiny_link_open(&link, i == 1 ? NULL : in_three_rounds);
		tiny_link_bind(&link);
		tiny_link_submit_many(&link, 1, 2);
		if (i == 0)
			tiny_link_pass(&link, US_PER_S);
		cr_assert_eq(session_out(link.session).len, 76, "%s", rows[i]);
		if (i == 0)
			session_feed(link.session, (const uint8_t *)"HTTP/1.1 400", 12, link.now);
		for (unsigned k = 0; i == 1 && k < 6; k++)
			tiny_link_pass(&link, US_PER_S);
		for (unsigned k = 0; i == 2 && k < 3; k++)
			tiny_link_feed(&link, TINY_REFUSED, 99, 0);
		if (i == 0)
			cr_assert_eq(tiny_link_sent_one(&link).kind, TINY_LAST_WORD, "%s", rows[i]);
		cr_assert_eq(session_out(link.session).len, 0, "%s: %zu octets wait", rows[i],
			     session_out(link.session).len);
		session_lost(link.session, link.now);
		for (unsigned j = 0; j < 2; j++)
			cr_assert_eq(link.outcomes[j].outcome_class, i == 2 ? OUTCOME_TEMPORARY : OUTCOME_UNKNOWN, "%s",
				     rows[i]);
		tiny_link_close(&link);
	}
}

static void without_last_word(struct tiny_link *at)
{
	at->dialect.write_lost_framing = NULL;
}

Test(session_feed, frames_before_the_lost_framing_count)
{
	tiny_link_open(&link, without_last_word);
	tiny_link_bind(&link);
	tiny_link_submit(&link, 1);
	tiny_link_sent(&link, NULL, 0);
	char memory[64];
	struct buf buf = buf_over(memory, sizeof memory);
	tiny_write(&buf, TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED, (struct slice){ 0 });
	buf_put(&buf, "garbage garbage", 15);
	cr_assert_eq(session_feed(link.session, (const uint8_t *)memory, buf.len, link.now), SESSION_END_FRAMING);
	cr_assert_eq(link.outcome_count, 1);
	cr_assert_eq(session_out(link.session).len, 0);
	tiny_link_close(&link);
}

Test(session_feed, the_rest_of_a_frame_has_a_deadline)
{
	char memory[64];
	struct buf buf = buf_over(memory, sizeof memory);
	tiny_write(&buf, TINY_KEEPALIVE, 1, 0, (struct slice){ 0 });
	const uint8_t *frame = (const uint8_t *)memory;
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	/* The clock starts with a frame's first octet, and no further octet of it moves it. */
	session_feed(link.session, frame, 4, link.now);
	mono_us deadline = link.now + 4 * US_PER_S;
	cr_assert_eq(session_next_deadline(link.session), deadline);
	link.now += 3 * US_PER_S;
	session_feed(link.session, frame + 4, 5, link.now);
	cr_assert_eq(session_next_deadline(link.session), deadline);
	/* The end of one and the beginning of the next: a new clock. */
	session_feed(link.session, frame + 9, 1, link.now);
	session_feed(link.session, frame, 2, link.now);
	cr_assert_eq(session_next_deadline(link.session), link.now + 4 * US_PER_S);
	memory[10] = memory[0];
	session_feed(link.session, frame + 2, 9, link.now + 1);
	cr_assert_eq(session_next_deadline(link.session), link.now + 1 + 4 * US_PER_S);
	tiny_link_sent(&link, NULL, 0);
	cr_assert_eq(tiny_link_pass(&link, 4 * US_PER_S), SESSION_END_NONE);
	cr_assert_eq(tiny_link_pass(&link, 1), SESSION_END_DEAD);
	cr_assert_str_eq(session_reason(link.session), "the rest of a frame did not come");
	tiny_link_close(&link);
}

static uint64_t next_token;

static void submit_again(struct tiny_link *at)
{
	if (next_token < 200 && tiny_link_submit(at, next_token) == SUBMIT_TAKEN)
		next_token++;
	if (at->receipt_count)
		session_answer_receipt(at->session, &at->receipts[at->receipt_count - 1], true);
	cr_assert_eq(session_credit(at->session) + session_outstanding(at->session), 4);
}

Test(session_feed, upcalls_may_submit_and_answer)
{
	next_token = 0;
	tiny_link_open(&link, NULL);
	link.in_upcall = submit_again;
	tiny_link_bind(&link);
	cr_assert_eq(next_token, 1, "the first submit comes from on_bound");
	while (link.outcome_count < 200) {
		struct tiny_frame frames[32];
		unsigned count = tiny_link_sent(&link, frames, 32);
		cr_assert(count > 0 && count <= 32);
		char memory[512];
		struct buf buf = buf_over(memory, sizeof memory);
		for (unsigned i = 0; i < count; i++) {
			if (frames[i].kind == TINY_SUBMIT)
				tiny_write(&buf, TINY_SUBMIT_ANSWER, frames[i].number, OUTCOME_ACCEPTED, SLICE("x"));
			if (frames[i].kind == TINY_SUBMIT && link.outcome_count % 7 == 0)
				tiny_write(&buf, TINY_RECEIPT, frames[i].number, 0, SLICE("x"));
		}
		session_feed(link.session, (const uint8_t *)memory, buf.len, link.now);
	}
	for (unsigned i = 0; i < 200; i++)
		cr_assert_eq(link.outcomes[i].token, i);
	cr_assert_eq(session_outstanding(link.session), 0);
	tiny_link_close(&link);
}

static void unbind_now(struct tiny_link *at)
{
	session_unbind(at->session, at->now);
}

Test(session_feed, upcalls_may_unbind)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	tiny_link_submit(&link, 1);
	tiny_link_submit(&link, 2);
	tiny_link_sent(&link, NULL, 0);
	link.in_upcall = unbind_now;
	tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED);
	cr_assert_eq(session_state(link.session), SESSION_UNBINDING);
	struct tiny_frame unbind = tiny_link_sent_one(&link);
	cr_assert_eq(unbind.kind, TINY_UNBIND);
	cr_assert_eq(tiny_link_feed(&link, TINY_UNBIND_ANSWER, unbind.number, 0), SESSION_END_NONE);
	/* The last outstanding one ends by its deadline, and with it the session. */
	cr_assert_eq(tiny_link_pass(&link, US_PER_S), SESSION_END_UNBOUND);
	cr_assert_eq(link.outcome_count, 2);
	tiny_link_close(&link);
}
