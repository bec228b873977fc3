/* SPDX-License-Identifier: Apache-2.0 */

/* What becomes of an sms by what its submits bring: elsewhere, held, expired. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct outcome refused = {
	.outcome_class = OUTCOME_REJECTED, .native_code = 10, .native_name = "ESME_RINVSRCADR", .is_about_account = true
};
static const struct outcome rejected = { .outcome_class = OUTCOME_REJECTED, .native_code = 11 };
static const struct outcome temporary = { .outcome_class = OUTCOME_TEMPORARY, .native_code = 8 };
static const struct outcome throttled = { .outcome_class = OUTCOME_THROTTLED, .native_code = 88 };
static const struct outcome unknown = { .outcome_class = OUTCOME_UNKNOWN };

static const struct rig_setup two_ways = { .is_short = true, .has_way = true };
static const struct rig_setup careful = { .is_short = true,
					  .has_way = true,
					  .header = "class: notice\non_unknown: hold" };

static void begin_new(const struct rig_setup *setup)
{
	rig_set_up(setup);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
}

/* It comes back with the state that it went away with. */
static void come_back(const struct store_entry *like)
{
	char state[256];
	memcpy(state, rig.state, sizeof state);
	rig_bring(LANE_READY, state, like);
}

static void expect_settled(unsigned count, enum settle_kind kind, const char *name)
{
	rig_turn();
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled_count, count, "%s: settled %u times", name, rig.settled_count);
	cr_assert_eq(rig.settled.kind, kind, "%s: kind %d", name, (int)rig.settled.kind);
	rig_assert_nothing_is_held(name);
}

/* -- the account rests -- */

Test(outcomes, a_throttled_account_rests_as_long_as_it_says)
{
	static const struct {
		const char *name;
		struct outcome outcome;
		mono_us want_us;
	} rows[] = {
		{ "our own pause", { .outcome_class = OUTCOME_THROTTLED }, 100 * US_PER_MS },
		{ "its own, longer", { .outcome_class = OUTCOME_THROTTLED, .retry_after_ms = 3000 }, 3 * US_PER_S },
		{ "its own, shorter", { .outcome_class = OUTCOME_THROTTLED, .retry_after_ms = 5 }, 100 * US_PER_MS },
		{ "of another class", { .outcome_class = OUTCOME_TEMPORARY, .retry_after_ms = 2000 }, 2 * US_PER_S },
		{ "not asked for", { .outcome_class = OUTCOME_TEMPORARY }, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin_new(&(struct rig_setup){ .is_short = true });
		mono_us before = rig.now.mono;
		rig_answer(0, 0, &rows[i].outcome);
		mono_us until = rig.pipeline->accounts[0].congestion.paused_until;
		cr_expect_eq(until > before ? until - before : 0, rows[i].want_us, "%s: %lld", rows[i].name,
			     (long long)until);
		expect_settled(1, SETTLE_LATER, rows[i].name);
		rig_tear_down();
	}
}

/* -- elsewhere -- */

Test(outcomes, what_one_account_refuses_another_one_gets)
{
	begin_new(&two_ways);
	rig_answer(0, 0, &refused);
	cr_assert_eq(rig.settled_count, 0);
	cr_assert_eq(rig.pipeline->begun_count, 1, "it stays among what is begun");
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1);
	cr_assert_eq(rig.players[1].submit_count, 1);
	rig_accept(1, 0, "m1");
	expect_settled(1, SETTLE_CLOSE, "elsewhere");
	cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED);
	cr_assert_not_null(strstr(rig.event, "\"account\":\"other\",\"refs\":[\"m1\"],\"segments\":1,\"attempt\":2}"),
			   "%s", rig.event);
	rig_tear_down();
}

Test(outcomes, never_back_and_forth)
{
	begin_new(&two_ways);
	rig_answer(0, 0, &refused);
	rig_turn();
	rig_answer_begin();
	rig_answer(1, 0, &refused);
	expect_settled(1, SETTLE_DEAD, "both refuse");
	cr_assert_not_null(
		strstr(rig.event, "\"reason\":\"rejected: account “other” answered rejected ESME_RINVSRCADR"), "%s",
		rig.event);
	cr_assert_eq(rig.players[0].submit_count + rig.players[1].submit_count, 2);
	rig_tear_down();
}

/* The second time, in another life of the parcel; and it is not tried there again. */
Test(outcomes, temporary_for_the_second_time)
{
	begin_new(&two_ways);
	rig_answer(0, 0, &temporary);
	expect_settled(1, SETTLE_LATER, "the first time");
	cr_assert_not_null(strstr(rig.state, " down,1 -"), "%s", rig.state);
	come_back(&(struct store_entry){ .attempt = 1 });
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 2);
	rig_answer(0, 1, &temporary);
	rig_turn();
	rig_answer_begin();
	cr_assert_eq(rig.players[1].submit_count, 1);
	rig_answer(1, 0, &throttled);
	expect_settled(2, SETTLE_LATER, "throttled by the other");
	cr_assert_not_null(strstr(rig.state, " other,0,down -"), "%s", rig.state);
	cr_assert_eq(rig.settled.attempt, 2);
	rig_pass(5 * US_PER_S);
	come_back(&(struct store_entry){ .attempt = 2 });
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 2, "it goes back to who refused it");
	rig_accept(1, 1, "m1");
	expect_settled(3, SETTLE_CLOSE, "accepted");
	rig_tear_down();
}

Test(outcomes, who_stays_where_it_is)
{
	static const struct row {
		const char *name;
		bool has_way;
		bool other_is_down;
		bool is_ambiguous;
		const struct outcome *outcome;
		enum settle_kind want;
	} rows[] = {
		{ "no other way", false, false, false, &refused, SETTLE_DEAD },
		{ "the other way is down", true, true, false, &refused, SETTLE_LATER },
		{ "it may have arrived before", true, false, true, &refused, SETTLE_DEAD },
		{ "of the sms, not the account", true, false, false, &rejected, SETTLE_DEAD },
		{ "temporary, the first time", true, false, false, &temporary, SETTLE_LATER },
		{ "throttled", true, false, false, &throttled, SETTLE_LATER },
		{ "no answer", true, false, false, &unknown, SETTLE_LATER },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true, .has_way = rows[i].has_way });
		rig_bring(LANE_READY, "", &(struct store_entry){ .ambiguous = rows[i].is_ambiguous });
		rig_answer_begin();
		if (rows[i].other_is_down)
			rig_tell(1, CARRIER_DOWN);
		rig_answer(0, 0, rows[i].outcome);
		expect_settled(1, rows[i].want, rows[i].name);
		cr_assert_eq(rig.players[1].submit_count, 0, "%s", rows[i].name);
		rig_tear_down();
	}
}

/* The other account was away for a moment: it is tried first when it is back, and who refused it is left alone. */
Test(outcomes, who_was_away_is_tried_when_it_is_back)
{
	begin_new(&two_ways);
	rig_tell(1, CARRIER_DOWN);
	rig_answer(0, 0, &refused);
	expect_settled(1, SETTLE_LATER, "it waits for the other account");
	rig_tell(1, CARRIER_UP);
	come_back(&(struct store_entry){ .attempt = rig.settled.attempt });
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1);
	cr_assert_eq(rig.players[1].submit_count, 1);
	rig_accept(1, 0, "m");
	expect_settled(2, SETTLE_CLOSE, "the other one took it");
	rig_tear_down();
}

/* A long sms: refused as a whole it goes as a whole, with one part accepted or without an answer it stays. */
Test(outcomes, parts)
{
	static const struct row {
		const char *name;
		const struct outcome *outcomes[3];
		bool want_elsewhere;
		enum settle_kind want;
		bool want_ambiguous;
	} rows[] = {
		{ "all refused", { &refused, &refused, &refused }, true, SETTLE_CLOSE, false },
		{ "one part accepted", { &refused, NULL, &refused }, false, SETTLE_DEAD, true },
		{ "one part unanswered", { &refused, &unknown, &refused }, false, SETTLE_DEAD, true },
		{ "one part speaks of the sms", { &refused, &rejected, &refused }, false, SETTLE_DEAD, false },
		{ "one part later, one unanswered", { &temporary, &unknown, NULL }, false, SETTLE_LATER, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin_new(&(struct rig_setup){ .has_way = true });
		cr_assert_eq(rig.players[0].submit_count, 3);
		for (unsigned k = 0; k < 3; k++) {
			if (rows[i].outcomes[k] != NULL)
				rig_answer(0, k, rows[i].outcomes[k]);
			else
				rig_accept(0, k, "m");
		}
		rig_turn();
		if (rows[i].want_elsewhere) {
			rig_answer_begin();
			cr_assert_eq(rig.players[1].submit_count, 3, "%s", rows[i].name);
			for (unsigned k = 0; k < 3; k++)
				rig_accept(1, k, "n");
		}
		expect_settled(1, rows[i].want, rows[i].name);
		cr_assert_eq(rig.players[1].submit_count, rows[i].want_elsewhere ? 3 : 0, "%s", rows[i].name);
		bool says_so = rig.settled.ambiguous || strstr(rig.event, "\"ambiguous\":true") != NULL;
		cr_assert_eq(says_so, rows[i].want_ambiguous, "%s", rows[i].name);
		rig_tear_down();
	}
}

Test(outcomes, a_drain_sends_nothing_elsewhere)
{
	begin_new(&two_ways);
	pipeline_drain(rig.pipeline, US_PER_S);
	rig_answer(0, 0, &refused);
	expect_settled(1, SETTLE_LATER, "in a drain");
	cr_assert_not_null(strstr(rig.state, " down,0,down -"), "%s", rig.state);
	cr_assert(!rig.settled.ambiguous && rig.settled.attempt == 1);
	rig_tear_down();

	begin_new(&two_ways);
	rig_answer(0, 0, &refused);
	pipeline_drain(rig.pipeline, US_PER_S);
	expect_settled(1, SETTLE_LATER, "it waited for the other one");
	cr_assert_not_null(strstr(rig.state, " other,0,down -"), "%s", rig.state);
	cr_assert_not(rig.settled.ambiguous);
	rig_tear_down();
}

/* -- held -- */

Test(outcomes, what_must_not_arrive_twice_is_held)
{
	begin_new(&careful);
	rig_answer(0, 0, &unknown);
	expect_settled(1, SETTLE_HOLD, "unanswered");
	cr_assert(rig.settled.ambiguous && rig.settled.attempt == 0);
	cr_assert_not_null(strstr(rig.state, " 1 0 0 1 "), "%s", rig.state);
	const char *members = "{\"id\":\"a\",\"entry\":\"1770944400000-0\",\"stream\":\"normal\",\"template\":\"t\",";
	cr_assert_eq(strncmp(rig.event, members, strlen(members)), 0, "%s", rig.event);
	cr_assert_not_null(strstr(rig.event,
				  ",\"event\":\"held\",\"at\":\"2026-02-13T01:00:00.000Z\",\"to\":\"+8613800000001\","
				  "\"account\":\"down\",\"reason\":\"unanswered\",\"ambiguous\":true}"),
			   "%s", rig.event);
	rig_tear_down();
}

/* A human lets it go once more: to the same account, marked; and only once. */
Test(outcomes, a_human_sends_it_on_once)
{
	begin_new(&careful);
	rig_answer(0, 0, &unknown);
	expect_settled(1, SETTLE_HOLD, "unanswered");
	const struct store_entry by_human = { .ambiguous = true, .resend = true };
	come_back(&by_human);
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 2);
	rig_answer(0, 1, &throttled);
	expect_settled(2, SETTLE_LATER, "throttled: it still may go");
	cr_assert(rig.settled.ambiguous);
	rig_pass(5 * US_PER_S);
	come_back(&(struct store_entry){ .ambiguous = true });
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 3, "throttled is not sent");
	rig_answer(0, 2, &unknown);
	expect_settled(3, SETTLE_HOLD, "unanswered again");
	cr_assert_not_null(strstr(rig.state, " 1 0 1 2 "), "%s", rig.state);
	come_back(&(struct store_entry){ .ambiguous = true });
	expect_settled(4, SETTLE_HOLD, "no human sent it on");
	come_back(&by_human);
	rig_answer_begin();
	rig_accept(0, 3, "m");
	expect_settled(5, SETTLE_CLOSE, "accepted");
	cr_assert_not_null(strstr(rig.event, "\"ambiguous\":true"), "%s", rig.event);
	rig_tear_down();
}

Test(outcomes, what_a_dead_worker_had_begun)
{
	static const struct row {
		const char *name;
		const char *header;
		enum lane lane;
		struct store_entry like;
		bool want_held;
	} rows[] = {
		{ "may be sent twice",
		  "class: notice",
		  LANE_NORMAL,
		  { .ambiguous = true, .in_doubt = true, .reclaimed = true },
		  false },
		{ "must not",
		  "class: notice\non_unknown: hold",
		  LANE_NORMAL,
		  { .ambiguous = true, .in_doubt = true, .reclaimed = true },
		  true },
		{ "its class says so",
		  "class: marketing",
		  LANE_NORMAL,
		  { .ambiguous = true, .in_doubt = true, .reclaimed = true },
		  true },
		{ "not begun", "class: marketing", LANE_NORMAL, { .reclaimed = true }, false },
		{ "sent on by a human, not begun",
		  "class: marketing",
		  LANE_READY,
		  { .ambiguous = true, .resend = true, .reclaimed = true },
		  false },
		{ "sent on by a human, begun",
		  "class: marketing",
		  LANE_READY,
		  { .ambiguous = true, .resend = true, .in_doubt = true, .reclaimed = true },
		  true },
		{ "doubtful since before its template said so",
		  "class: marketing",
		  LANE_READY,
		  { .ambiguous = true },
		  true },
		{ "it said so, and does not any more", "class: critical", LANE_READY, { .ambiguous = true }, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .header = rows[i].header });
		rig_bring(rows[i].lane, "", &rows[i].like);
		if (!rows[i].want_held) {
			rig_answer_begin();
			cr_assert_eq(rig.players[0].submit_count, 3, "%s", rows[i].name);
			rig_tear_down();
			continue;
		}
		expect_settled(1, SETTLE_HOLD, rows[i].name);
		cr_assert_eq(rig.players[0].submit_count, 0, "%s", rows[i].name);
		cr_assert_eq(rig.settled.is_shared, rows[i].like.reclaimed, "%s", rows[i].name);
		cr_assert_not_null(strstr(rig.event, "\"event\":\"held\""), "%s: %s", rows[i].name, rig.event);
		cr_assert_not_null(strstr(rig.event, "\"reason\":\"interrupted\",\"ambiguous\":true}"), "%s: %s",
				   rows[i].name, rig.event);
		cr_assert_null(strstr(rig.event, "account"), "%s: nobody knows it", rows[i].name);
		rig_tear_down();
	}
}

/* With a resend in doubt already, no answer to that one either is the end. */
Test(outcomes, a_crash_counts_as_a_submit_without_an_answer)
{
	static const struct store_entry likes[] = {
		{ .ambiguous = true, .in_doubt = true, .reclaimed = true },
		{ .ambiguous = true }, /* with a state that nobody can read any more */
	};
	for (unsigned i = 0; i < 2; i++) {
		rig_set_up(&two_ways);
		rig_bring(i == 0 ? LANE_NORMAL : LANE_READY, "", &likes[i]);
		rig_answer_begin();
		rig_answer(0, 0, &unknown);
		expect_settled(1, SETTLE_DEAD, "sent twice, answered never");
		cr_assert_not_null(strstr(rig.event, "answered none of 2 submits"), "%s", rig.event);
		cr_assert_not_null(strstr(rig.event, "\"ambiguous\":true"), "%s", rig.event);
		rig_tear_down();
	}
}

/* A late answer finds the settlement still unsent: it goes first, and the answer behind it. */
Test(outcomes, a_late_answer_comes_behind_its_settlement)
{
	begin_new(&careful);
	rig_answer(0, 0, &unknown);
	const struct submit_key key = { .origin = { RIG_START, 0, LANE_NORMAL }, .segment = 1 };
	const struct outcome late = { .outcome_class = OUTCOME_ACCEPTED, .carrier_ref = SLICE("m") };
	rig.players[0].events->on_late(rig.players[0].ctx, &key, &late);
	cr_assert_eq(rig.settling_count, 1, "its settlement is with the store");
	cr_assert_eq(rig.late_count, 1);
	cr_assert(entry_key_equal(&rig.late_key.origin, &key.origin));
	expect_settled(1, SETTLE_HOLD, "held");
	rig_tear_down();
}

static void answer_late(unsigned account, uint16_t reference, uint8_t segment, const char *ref)
{
	const struct submit_key key = { { RIG_START, 0, LANE_NORMAL }, reference, segment };
	const struct outcome late = { .outcome_class = OUTCOME_ACCEPTED, .carrier_ref = slice_of(ref) };
	rig.players[account].events->on_late(rig.players[account].ctx, &key, &late);
}

/* It is back in memory, and waits for a place in the window or for its BEGIN: the answer that comes now spares it. */
Test(outcomes, a_late_answer_finds_what_has_come_back)
{
	static const struct row {
		const char *name;
		bool is_beginning;
		bool is_twice; /* it was begun since, by one that died */
		unsigned account;
		bool want_spared;
		bool want_ambiguous;
	} rows[] = {
		{ "it waits", false, false, 0, true, false },
		{ "it waits, and is in doubt twice", false, true, 0, true, true },
		{ "it is being begun", true, false, 0, true, false },
		{ "it is being begun, and is in doubt twice", true, true, 0, true, true },
		{ "of another account", true, false, 1, false, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		rig_answer(0, 0, &unknown);
		rig_turn();
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", row->name);
		rig.players[0].room = row->is_beginning ? 10 : 0;
		come_back(&(struct store_entry){ .ambiguous = true, .in_doubt = row->is_twice });
		cr_assert_eq(rig.beginning, row->is_beginning, "%s", row->name);
		answer_late(row->account, 0, 1, "m");
		if (row->is_beginning)
			rig_answer_begin();
		cr_assert_eq(rig.late_count, 0, "%s", row->name);
		cr_assert_eq(rig.players[0].submit_count, row->want_spared ? 1 : 2, "%s", row->name);
		if (!row->want_spared)
			rig_accept(0, 1, "n");
		expect_settled(2, SETTLE_CLOSE, row->name);
		cr_assert_not_null(strstr(rig.event, row->want_spared ? "\"refs\":[\"m\"]" : "\"refs\":[\"n\"]"),
				   "%s: %s", row->name, rig.event);
		cr_assert_eq(strstr(rig.event, "\"ambiguous\":true") != NULL, row->want_ambiguous, "%s: %s", row->name,
			     rig.event);
		rig_tear_down();
	}
}

/* What the carrier said when it was asked only the store can judge: it finds what waits or is held there, and nothing that is in
 * memory. */
Test(outcomes, a_question_settles_in_the_store_alone)
{
	static const struct {
		const char *name;
		bool is_back;
	} rows[] = { { "it waits in the store", false }, { "it has come back", true } };
	const struct submit_key key = { { RIG_START, 0, LANE_NORMAL }, 0, 1 };
	const struct outcome told = { .outcome_class = OUTCOME_ACCEPTED,
				      .carrier_ref = SLICE("m"),
				      .is_queried = true };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		rig_answer(0, 0, &unknown);
		rig_turn();
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
		if (rows[i].is_back)
			come_back(&(struct store_entry){ .ambiguous = true });
		rig.players[0].events->on_late(rig.players[0].ctx, &key, &told);
		cr_assert_eq(rig.late_count, rows[i].is_back ? 0 : 1, "%s", rows[i].name);
		cr_assert_eq(rig.late_is_queried, !rows[i].is_back, "%s", rows[i].name);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		if (rows[i].is_back) {
			rig_answer_begin();
			rig_accept(0, 1, "n");
			expect_settled(2, SETTLE_CLOSE, "sent once more");
			cr_assert_not_null(strstr(rig.event, "\"ambiguous\":true"), "%s", rig.event);
		}
		rig_tear_down();
	}
}

/* It was another's already when the late answer came: that one sends it once more, and our event is the first one. */
Test(outcomes, a_late_answer_after_a_fence)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	rig_answer(0, 0, &unknown);
	rig_turn();
	rig_pass(10 * US_PER_MS);
	rig.players[0].room = 0;
	come_back(&(struct store_entry){ .ambiguous = true });
	answer_late(0, 0, 1, "m");
	rig.store_events->on_fenced(rig.store_ctx);
	expect_settled(2, SETTLE_CLOSE, "accepted, whoever has it");
	cr_assert(rig.settled.is_shared);
	cr_assert_not_null(strstr(rig.event, "\"ambiguous\":true"), "%s", rig.event);
	rig_tear_down();
}

/* Of a long sms only what is still missing goes again; parts of another text are no parts of it. */
Test(outcomes, late_answers_to_parts)
{
	static const struct row {
		const char *name;
		unsigned room;       /* of the window when it comes back */
		uint16_t off;        /* of the reference */
		unsigned parts;      /* answered late, from the first on */
		unsigned want_again; /* submits */
	} rows[] = {
		{ "one, while it is being begun", 10, 0, 1, 2 },
		{ "all, while it is being begun", 10, 0, 3, 0 },
		{ "one, while it waits", 0, 0, 1, 2 },
		{ "all, while it waits", 0, 0, 3, 0 },
		{ "of another text", 10, 1, 3, 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		begin_new(&(struct rig_setup){ 0 });
		for (unsigned k = 0; k < 3; k++)
			rig_answer(0, k, &unknown);
		rig_turn();
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", row->name);
		uint16_t reference = rig.players[0].keys[0].reference;
		rig.players[0].room = row->room;
		come_back(&(struct store_entry){ .ambiguous = true });
		for (uint8_t k = 1; k <= row->parts; k++)
			answer_late(0, (uint16_t)(reference + row->off), k, "m");
		rig.players[0].room = 10;
		rig_turn();
		if (rig.beginning > 0)
			rig_answer_begin();
		cr_assert_eq(rig.players[0].submit_count, 3 + row->want_again, "%s: %u", row->name,
			     rig.players[0].submit_count);
		for (unsigned k = 0; k < row->want_again; k++)
			rig_accept(0, 3 + k, "n");
		expect_settled(2, SETTLE_CLOSE, row->name);
		cr_assert_eq(strstr(rig.event, "\"ambiguous\":true") != NULL, row->want_again > 0, "%s: %s", row->name,
			     rig.event);
		rig_tear_down();
	}
}

/* The clock was set back, so that it looks too early again: what was tried has had its time, and goes on. */
Test(outcomes, what_was_tried_does_not_wait_for_its_time_again)
{
	rig_set_up(&(struct rig_setup){ 0 });
	rig.now.wall -= 60 * 1000;
	rig.not_before = RIG_START;
	rig_bring(LANE_READY, "77 3 0 2 0 99 down - - -", &(struct store_entry){ .attempt = 4 });
	rig_turn();
	cr_assert_eq(rig.settled_count, 0);
	cr_assert_eq(rig.beginning, 1);
	rig_answer_begin();
	for (unsigned i = 0; i < 3; i++)
		rig_accept(0, i, "m");
	expect_settled(1, SETTLE_CLOSE, "tried before");
	rig_tear_down();
}

/* Parts were sent again before the first answers came: the phone may have them twice, though no answer is missing now. */
Test(outcomes, late_answers_behind_a_resend)
{
	begin_new(&(struct rig_setup){ 0 });
	for (unsigned k = 0; k < 3; k++)
		rig_answer(0, k, &unknown);
	rig_turn();
	rig_pass(10 * US_PER_MS);
	come_back(&(struct store_entry){ .ambiguous = true });
	rig_answer_begin();
	rig_accept(0, 3, "n1");
	rig_answer(0, 4, &temporary);
	rig_answer(0, 5, &temporary);
	expect_settled(2, SETTLE_LATER, "two parts are missing");
	cr_assert_not_null(strstr(rig.state, " down,1s "), "%s", rig.state);
	come_back(&(struct store_entry){ .ambiguous = true });
	for (uint8_t k = 2; k <= 3; k++)
		answer_late(0, rig.players[0].keys[0].reference, k, "m");
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 6);
	expect_settled(3, SETTLE_CLOSE, "all is there");
	cr_assert_not_null(strstr(rig.event, "\"refs\":[\"n1\",\"m\",\"m\"]"), "%s", rig.event);
	cr_assert_not_null(strstr(rig.event, "\"ambiguous\":true"), "%s", rig.event);
	rig_tear_down();
}

/* -- parts of it are out already -- */

/* Where they can't be completed the text goes whole: the phone may get them twice, which is said. */
Test(outcomes, parts_that_cannot_be_completed_are_told)
{
	static const struct row {
		const char *name;
		const char *state;
		unsigned crashes;
		enum settle_kind want;
		bool want_ambiguous;
	} rows[] = {
		{ "its text has changed", "77 3 2 0 0 99 down - 6d -", 0, SETTLE_CLOSE, true },
		{ "its account is gone", "77 3 2 0 0 99 gone - 6d -", 0, SETTLE_CLOSE, true },
		{ "its text has changed, nothing was out", "77 3 0 0 0 99 down - - -", 0, SETTLE_CLOSE, false },
		{ "its account is gone, nothing was out", "77 3 0 0 0 99 gone - - -", 0, SETTLE_CLOSE, false },
		{ "it becomes a dead letter at once", "77 3 2 0 0 99 down - 6d -", 3, SETTLE_DEAD, true },
		{ "likewise, nothing was out", "77 3 0 0 0 99 down - - -", 3, SETTLE_DEAD, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		rig_set_up(&(struct rig_setup){ 0 });
		rig_bring(LANE_READY, row->state, &(struct store_entry){ .crashes = row->crashes });
		if (row->want == SETTLE_CLOSE) {
			rig_answer_begin();
			cr_assert_eq(rig.players[0].submit_count, 3, "%s", row->name);
			for (unsigned k = 0; k < 3; k++)
				rig_accept(0, k, "n");
		}
		expect_settled(1, row->want, row->name);
		bool says_so = row->want == SETTLE_DEAD ? rig.settled.ambiguous
							: strstr(rig.event, "\"ambiguous\":true") != NULL;
		cr_assert_eq(says_so, row->want_ambiguous, "%s: %s", row->name, rig.event);
		rig_tear_down();
	}
}

/* However it ends, what was accepted of it is told: it is paid for, and has a receipt. */
Test(outcomes, an_end_tells_of_the_parts_that_are_out)
{
	for (unsigned is_back = 0; is_back < 2; is_back++) {
		begin_new(&(struct rig_setup){ .life_ms = 5000 });
		rig.pipeline->account_options[0].wants_receipt = true;
		rig_accept(0, 0, "n1");
		rig_answer(0, 1, &throttled);
		rig_answer(0, 2, &throttled);
		expect_settled(1, SETTLE_LATER, "it waits");
		rig.players[0].room = is_back ? 0 : 10;
		rig.now.wall += is_back ? 0 : 6000;
		come_back(NULL);
		if (is_back) { /* its time is over while it waits for a place */
			rig.now.wall += 6000;
			rig_pass(2 * US_PER_S);
		}
		expect_settled(2, SETTLE_CLOSE, is_back ? "in memory" : "in the queue");
		cr_assert_not_null(strstr(rig.event, "\"event\":\"expired\""), "%s", rig.event);
		cr_assert_not_null(
			strstr(rig.event, "\"account\":\"down\",\"refs\":[\"n1\",\"\",\"\"],\"segments\":1,"), "%s",
			rig.event);
		cr_assert_eq(rig.settled.receipt_key_count, 1);
		rig_tear_down();
	}
}

/* -- expired -- */

Test(outcomes, no_retry_that_comes_too_late)
{
	static const struct row {
		const char *name;
		const struct outcome *outcome;
		enum settle_kind want;
		wall_ms want_due; /* from the alert's beginning */
	} rows[] = {
		{ "temporary", &temporary, SETTLE_CLOSE, 0 },
		{ "throttled", &throttled, SETTLE_CLOSE, 0 },
		{ "an answer may come until then", &unknown, SETTLE_LATER, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin_new(&(struct rig_setup){ .is_short = true, .life_ms = 1 });
		rig_answer(0, 0, rows[i].outcome);
		rig_turn();
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, rows[i].want, "%s", rows[i].name);
		if (rows[i].want == SETTLE_CLOSE)
			cr_assert_eq(rig.settled.closing, CLOSING_EXPIRED, "%s", rows[i].name);
		else
			cr_assert_eq(rig.settled.due_at, RIG_START + rows[i].want_due, "%s", rows[i].name);
		rig_tear_down();
	}
}
