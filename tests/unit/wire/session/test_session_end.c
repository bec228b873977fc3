/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_link.h"

#include <criterion/criterion.h>

static struct tiny_link link;

Test(session_end, lost_tells_what_never_left)
{
	static const struct {
		const char *name;
		size_t octets_written; /* of three frames of 38 octets */
		enum outcome_class want[3];
	} rows[] = {
		{ "nothing", 0, { OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "one octet", 1, { OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "one frame", 38, { OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "one frame and an octet", 39, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY } },
		{ "two frames", 76, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY } },
		{ "all", 114, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		tiny_link_open(&link, NULL);
		tiny_link_bind(&link);
		tiny_link_submit_many(&link, 1, 3);
		cr_assert_eq(session_out(link.session).len, 114);
		for (size_t written = 0; written < rows[i].octets_written; written++)
			tiny_link_write(&link, 1);
		session_lost(link.session, link.now);
		cr_assert_eq(link.outcome_count, 3, "%s", rows[i].name);
		for (unsigned j = 0; j < 3; j++) {
			cr_assert_eq(link.outcomes[j].token, j + 1, "%s", rows[i].name);
			cr_assert_eq(link.outcomes[j].outcome_class, rows[i].want[j], "%s: submit %u is %s",
				     rows[i].name, j, outcome_class_name(link.outcomes[j].outcome_class));
			cr_assert_eq(link.outcomes[j].native_code, 0, "%s", rows[i].name);
		}
		cr_assert_eq(session_state(link.session), SESSION_CLOSED);
		cr_assert_str_eq(session_reason(link.session), "the connection was lost");
		cr_assert_eq(session_out(link.session).len, 0);
		session_lost(link.session, link.now);
		cr_assert_eq(link.outcome_count, 3, "%s: told twice", rows[i].name);
		tiny_link_close(&link);
	}
}

/* The kernel had them, and tells that it has not sent the last ones. */
Test(session_end, what_the_kernel_has_not_sent_never_left)
{
	static const struct {
		const char *name;
		size_t octets_written; /* of three frames of 38 octets */
		size_t unsent;
		enum outcome_class want[3];
	} rows[] = {
		{ "nothing", 114, 0, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN } },
		{ "less than a frame", 114, 37, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_UNKNOWN } },
		{ "a frame", 114, 38, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY } },
		{ "a frame and an octet", 114, 39, { OUTCOME_UNKNOWN, OUTCOME_UNKNOWN, OUTCOME_TEMPORARY } },
		{ "all", 114, 114, { OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "the bind too", 114, 1000, { OUTCOME_TEMPORARY, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
		{ "with octets that wait here", 76, 38, { OUTCOME_UNKNOWN, OUTCOME_TEMPORARY, OUTCOME_TEMPORARY } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		tiny_link_open(&link, NULL);
		tiny_link_bind(&link);
		tiny_link_submit_many(&link, 1, 3);
		for (size_t written = 0; written < rows[i].octets_written; written++)
			tiny_link_write(&link, 1);
		session_unsent(link.session, rows[i].unsent);
		session_lost(link.session, link.now);
		for (unsigned j = 0; j < 3; j++)
			cr_assert_eq(link.outcomes[j].outcome_class, rows[i].want[j], "%s: submit %u is %s",
				     rows[i].name, j, outcome_class_name(link.outcomes[j].outcome_class));
		session_unsent(link.session, 1); /* closed: nothing to tell */
		tiny_link_close(&link);
	}
}

static void submit_on_loss(struct tiny_link *at)
{
	cr_assert_eq(tiny_link_submit(at, 50), SUBMIT_DOWN);
	cr_assert_eq(session_credit(at->session), 0);
}

Test(session_end, a_new_connection_knows_nothing_of_the_last)
{
	tiny_link_open(&link, NULL);
	tiny_link_bind(&link);
	cr_assert_eq(session_generation(link.session), 1);
	tiny_link_submit_many(&link, 1, 2);
	tiny_link_sent(&link, NULL, 0);
	tiny_link_pass(&link, US_PER_S); /* two late ones */
	tiny_link_submit_many(&link, 3, 1);
	tiny_link_feed(&link, 0, 0, 0);
	session_feed(link.session, (const uint8_t *)"\0\0", 2, link.now); /* half a frame */
	link.in_upcall = submit_on_loss;
	session_lost(link.session, link.now);
	link.in_upcall = NULL;
	tiny_link_assert_outcome(&link, 2, 3, OUTCOME_TEMPORARY);
	tiny_link_bind(&link);
	cr_assert_eq(session_generation(link.session), 2);
	cr_assert_eq(session_credit(link.session), 4);
	tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED);
	cr_assert_eq(link.late_count, 0, "numbers of the old connection are forgotten");
	cr_assert_eq(tiny_link_submit(&link, 9), SUBMIT_TAKEN);
	cr_assert_eq(tiny_link_sent_one(&link).number, 2, "numbers begin again");
	tiny_link_close(&link);
}

Test(session_end, our_unbind)
{
	static const struct {
		const char *name;
		bool answer_submit;
		bool answer_unbind;
		enum tiny_kind unbind_answer;
		bool ends;
		const char *want_reason;
	} rows[] = {
		{ "all answered", true, true, TINY_UNBIND_ANSWER, true, "we ended the session (unbind)" },
		{ "unbind refused", true, true, TINY_REFUSED, true, "we ended the session (unbind)" },
		{ "unbind crosses theirs", true, true, TINY_UNBIND, true, "the carrier ended the session (unbind)" },
		{ "submit open", false, true, TINY_UNBIND_ANSWER, false, "we ended the session (unbind)" },
		{ "unbind open", true, false, 0, false, "unbinding took too long; 0 submits without an answer" },
		{ "both open", false, false, 0, false, "unbinding took too long; 0 submits without an answer" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = rows[i].name;
		tiny_link_open(&link, NULL);
		tiny_link_bind(&link);
		tiny_link_submit_many(&link, 1, 2); /* numbers 2, 3 */
		session_unbind(link.session, link.now);
		session_unbind(link.session, link.now);
		cr_assert_eq(session_state(link.session), SESSION_UNBINDING, "%s", name);
		cr_assert_eq(tiny_link_submit(&link, 3), SUBMIT_DOWN, "%s", name);
		struct tiny_frame frames[4];
		cr_assert_eq(tiny_link_sent(&link, frames, 4), 3, "%s", name);
		cr_assert_eq(frames[2].kind, TINY_UNBIND, "%s", name);
		cr_assert_eq(tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 3, OUTCOME_ACCEPTED), SESSION_END_NONE);
		if (rows[i].answer_submit)
			cr_assert_eq(tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED), SESSION_END_NONE);
		if (rows[i].answer_unbind)
			tiny_link_feed(&link, rows[i].unbind_answer, frames[2].number, 0);
		tiny_link_sent(&link, NULL, 0);
		cr_assert_eq(link.end, rows[i].ends ? SESSION_END_UNBOUND : SESSION_END_NONE, "%s: %s", name,
			     session_end_name(link.end));
		if (!rows[i].ends) {
			tiny_link_pass(&link, US_PER_S);
			tiny_link_pass(&link, 5 * US_PER_S - 1);
			cr_assert_eq(link.end == SESSION_END_UNBOUND, rows[i].answer_unbind, "%s", name);
			cr_assert_eq(tiny_link_pass(&link, 1), SESSION_END_UNBOUND, "%s", name);
		}
		cr_assert_str_eq(session_reason(link.session), rows[i].want_reason, "%s", name);
		cr_assert_eq(link.outcome_count, 2, "%s", name);
		cr_assert_eq(link.unbinding_count, 0, "%s: only their unbind is news", name);
		session_lost(link.session, link.now);
		cr_assert_eq(link.outcome_count, 2, "%s", name);
		tiny_link_close(&link);
	}
}

static void slow_answers(struct tiny_link *at)
{
	at->options.response_timeout_us = 60 * US_PER_S;
}

Test(session_end, their_unbind)
{
	tiny_link_open(&link, slow_answers);
	tiny_link_bind(&link);
	tiny_link_submit_many(&link, 1, 3); /* numbers 2–4 */
	tiny_link_sent(&link, NULL, 0);
	cr_assert_eq(tiny_link_feed(&link, TINY_UNBIND, 77, 0), SESSION_END_NONE);
	cr_assert_eq(session_state(link.session), SESSION_UNBINDING);
	cr_assert_eq(link.unbinding_count, 1);
	struct tiny_frame frames[2];
	cr_assert_eq(tiny_link_sent(&link, frames, 2), 0, "not answered while answers are owed to us");
	cr_assert_eq(tiny_link_submit(&link, 4), SUBMIT_DOWN);
	tiny_link_feed(&link, TINY_UNBIND, 78, 0);
	cr_assert_eq(link.unbinding_count, 1, "asked again, told once");
	/* Receipts and answers still count. */
	tiny_link_feed(&link, TINY_RECEIPT, 5, 0);
	cr_assert_eq(link.receipt_count, 1);
	cr_assert_eq(tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 3, OUTCOME_ACCEPTED), SESSION_END_NONE);
	tiny_link_assert_outcome(&link, 0, 2, OUTCOME_ACCEPTED);
	tiny_link_assert_ends(&link, "their unbind", 6 * US_PER_S, SESSION_END_UNBOUND,
			      "unbinding took too long; 2 submits without an answer");
	struct tiny_frame answer = tiny_link_sent_one(&link);
	cr_assert_eq(answer.kind, TINY_UNBIND_ANSWER);
	cr_assert_eq(answer.number, 78);
	session_lost(link.session, link.now);
	tiny_link_assert_outcome(&link, 1, 1, OUTCOME_UNKNOWN);
	tiny_link_assert_outcome(&link, 2, 3, OUTCOME_UNKNOWN);
	tiny_link_close(&link);
}

Test(session_end, their_unbind_ends_when_all_is_answered)
{
	tiny_link_open(&link, slow_answers);
	tiny_link_bind(&link);
	tiny_link_submit_many(&link, 1, 1);
	tiny_link_sent(&link, NULL, 0);
	tiny_link_feed(&link, TINY_UNBIND, 77, 0);
	cr_assert_eq(tiny_link_feed(&link, TINY_SUBMIT_ANSWER, 2, OUTCOME_ACCEPTED), SESSION_END_UNBOUND);
	cr_assert_eq(tiny_link_sent_one(&link).kind, TINY_UNBIND_ANSWER);
	session_lost(link.session, link.now);
	/* With nothing outstanding it ends at once, with the answer in out. */
	tiny_link_bind(&link);
	cr_assert_eq(tiny_link_feed(&link, TINY_UNBIND, 78, 0), SESSION_END_UNBOUND);
	cr_assert_eq(link.unbinding_count, 2);
	cr_assert_eq(tiny_link_sent_one(&link).kind, TINY_UNBIND_ANSWER);
	cr_assert_str_eq(session_reason(link.session), "the carrier ended the session (unbind)");
	tiny_link_close(&link);
}

Test(session_end, unbind_does_nothing_unless_bound)
{
	tiny_link_open(&link, NULL);
	session_unbind(link.session, link.now);
	cr_assert_eq(session_state(link.session), SESSION_CLOSED);
	session_start(link.session, link.now);
	session_unbind(link.session, link.now);
	cr_assert_eq(session_state(link.session), SESSION_BINDING);
	tiny_link_close(&link);
	session_destroy(NULL);
}
