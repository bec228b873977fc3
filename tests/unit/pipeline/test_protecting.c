/* SPDX-License-Identifier: Apache-2.0 */

/* What protects recipients: what BEGIN is asked, and what its answer does to an alert. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void expect_event(const char *name, const char *want)
{
	cr_assert_not_null(strstr(rig.event, want), "%s: %s", name, rig.event);
}

#define HOUR_MS INT64_C(3600000)

/* The test begins at 01:00 UTC, which is the zone. */
static const struct quiet_hours until_two = { 0, 120 };
static const struct quiet_hours after_a_minute = { 61, 120 };

static void set_up_with(const struct rig_setup *setup, const struct protection_options *protection)
{
	rig_set_up(setup);
	struct pipeline_options options = rig.options;
	options.protection = *protection;
	pipeline_configure(rig.pipeline, &options);
}

/* Under these rules for its class, the alert comes. */
static void bring_with(const struct rig_setup *setup, const struct protection_options *protection)
{
	set_up_with(setup, protection);
	rig_bring(LANE_NORMAL, "", NULL);
	rig_pass(10 * US_PER_MS);
}

Test(protecting, asks_what_its_class_says)
{
	static const struct protection_options protection = {
		.limits = {
			[SMS_CLASS_CRITICAL] = { .is_exempt = true, .heeds_optout = true },
			[SMS_CLASS_NOTICE] = { .minute_max = 2, .identical_ms = 1000 },
		},
	};
	static const struct {
		const char *header;
		enum sms_class sms_class;
	} rows[] = { { "class: critical", SMS_CLASS_CRITICAL }, { "class: notice", SMS_CLASS_NOTICE } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bring_with(&(struct rig_setup){ .is_short = true, .header = rows[i].header }, &protection);
		const struct protection_limits *want = &protection.limits[rows[i].sms_class];
		cr_assert_eq(rig.begun.sms_class, rows[i].sms_class);
		cr_assert_eq(rig.begun.limits.is_exempt, want->is_exempt, "%s", rows[i].header);
		cr_assert_eq(rig.begun.limits.heeds_optout, want->heeds_optout, "%s", rows[i].header);
		cr_assert_eq(rig.begun.limits.minute_max, want->minute_max, "%s", rows[i].header);
		cr_assert_eq(rig.begun.number.len, strlen("8613800000001"), "%s", rows[i].header);
		cr_assert_eq(rig.begun.text_hash != 0, want->identical_ms > 0, "%s", rows[i].header);
		rig_tear_down();
	}
}

Test(protecting, does_what_begin_says)
{
	static const struct {
		const char *name;
		enum begin_verdict verdict;
		struct begin_note note;
		unsigned life_ms;
		enum settle_kind want;
		const char *event;
	} rows[] = {
		{ "opted out",
		  BEGIN_SUPPRESSED,
		  { PROTECTION_OPTED_OUT, 0 },
		  0,
		  SETTLE_CLOSE,
		  "\"reason\":\"opted_out\"" },
		{ "identical",
		  BEGIN_SUPPRESSED,
		  { PROTECTION_IDENTICAL, 9 },
		  0,
		  SETTLE_CLOSE,
		  "\"reason\":\"identical\"" },
		{ "has to wait", BEGIN_NOT_YET, { PROTECTION_MINUTE_CAP, 30000 }, 60000, SETTLE_LATER, "" },
		{ "would wait for too long",
		  BEGIN_NOT_YET,
		  { PROTECTION_MINUTE_CAP, 30000 },
		  30000,
		  SETTLE_CLOSE,
		  "\"reason\":\"minute_cap\"" },
	};
	static const struct protection_options protection = { .limits = { [SMS_CLASS_NOTICE] = { .minute_max = 1 } } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bring_with(&(struct rig_setup){ .is_short = true, .life_ms = rows[i].life_ms }, &protection);
		wall_ms then = rig.now.wall;
		rig_answer_begin_with(rows[i].verdict, &rows[i].note);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, rows[i].want, "%s", rows[i].name);
		cr_assert_eq(rig.players[0].submit_count, 0, "%s", rows[i].name);
		if (rows[i].want == SETTLE_LATER) {
			cr_assert_eq(rig.settled.due_at, then + rows[i].note.wait_ms, "%s", rows[i].name);
		} else {
			cr_assert_eq(rig.settled.closing, CLOSING_SUPPRESSED, "%s", rows[i].name);
			expect_event(rows[i].name, "\"event\":\"suppressed\"");
			expect_event(rows[i].name, rows[i].event);
		}
		rig_assert_nothing_is_held(rows[i].name);
		rig_tear_down();
	}
}

/* It comes back in a while; past its end it is expired, since nobody knows that a rule would have stopped it. */
Test(protecting, what_cannot_be_checked_waits)
{
	static const struct {
		const char *name;
		unsigned life_ms;
		wall_ms least, most;
	} rows[] = {
		{ "for as long as it takes", 0, 30000, 60000 },
		{ "no longer than it is of use", 20000, 19000, 20000 },
	};
	static const struct protection_options protection = { .limits = {
								      [SMS_CLASS_NOTICE] = { .heeds_optout = true } } };
	static const struct begin_note note = { PROTECTION_UNCHECKED, 0 };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bring_with(&(struct rig_setup){ .is_short = true, .life_ms = rows[i].life_ms }, &protection);
		wall_ms then = rig.now.wall;
		rig_answer_begin_with(BEGIN_NOT_YET, &note);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
		cr_assert_geq(rig.settled.due_at - then, rows[i].least, "%s", rows[i].name);
		cr_assert_leq(rig.settled.due_at - then, rows[i].most, "%s", rows[i].name);
		cr_assert_eq(rig.players[0].submit_count, 0, "%s", rows[i].name);
		rig_assert_nothing_is_held(rows[i].name);
		rig_tear_down();
	}
}

Test(protecting, tells_what_would_have_stopped_a_critical_one)
{
	static const struct begin_note note = { PROTECTION_OPTED_OUT, 0 };
	static const struct protection_options protection = {
		.limits = { [SMS_CLASS_CRITICAL] = { .is_exempt = true, .heeds_optout = true } },
	};
	bring_with(&(struct rig_setup){ .is_short = true, .header = "class: critical" }, &protection);
	rig_answer_begin_with(BEGIN_GO, &note);
	rig_accept(0, 0, "r1");
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.closing, CLOSING_ACCEPTED);
	expect_event("accepted", "\"exempt\":\"opted_out\"");
	rig_tear_down();
}

/* Half of it is on the phone: the rest follows, whatever the customer has said since. */
Test(protecting, what_has_begun_to_arrive_goes_on)
{
	static const struct outcome away = { .outcome_class = OUTCOME_TEMPORARY };
	static const struct protection_options protection = {
		.limits = { [SMS_CLASS_NOTICE] = { .heeds_optout = true, .minute_max = 1 } },
	};
	bring_with(&(struct rig_setup){ .is_short = false }, &protection);
	cr_assert(rig.begun.limits.heeds_optout);
	rig_answer_begin();
	rig_accept(0, 0, "r1");
	rig_answer(0, 1, &away);
	rig_answer(0, 2, &away);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.kind, SETTLE_LATER);
	char state[sizeof rig.state];
	memcpy(state, rig.state, sizeof state);
	rig_bring(LANE_READY, state, &(struct store_entry){ .attempt = 1 });
	rig_pass(10 * US_PER_MS);
	cr_assert_not(rig.begun.limits.heeds_optout);
	cr_assert_eq(rig.begun.limits.minute_max, 0);
	rig_tear_down();
}

Test(protecting, quiet_hours)
{
	static const struct {
		const char *name;
		const char *header;
		unsigned life_ms;
		int64_t spread_ms;
		enum settle_kind want;
	} rows[] = {
		{ "waits for their end", "class: notice", 0, 0, SETTLE_LATER },
		{ "waits for its share", "class: notice", 0, 1800000, SETTLE_LATER },
		{ "of no use by then", "class: notice", 3600000, 0, SETTLE_CLOSE },
		{ "another class", "class: marketing", 0, 0, SETTLE_HOLD }, /* it is begun: nothing is settled */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct protection_options protection = { .quiet = { [SMS_CLASS_NOTICE] = until_two },
							       .spread_ms = rows[i].spread_ms };
		bring_with(
			&(struct rig_setup){ .is_short = true, .header = rows[i].header, .life_ms = rows[i].life_ms },
			&protection);
		cr_assert_eq(rig.settled_count, rows[i].want != SETTLE_HOLD, "%s", rows[i].name);
		cr_assert_eq(rig.beginning, rows[i].want == SETTLE_HOLD, "%s", rows[i].name);
		if (rows[i].want != SETTLE_HOLD)
			cr_assert_eq(rig.settled.kind, rows[i].want, "%s", rows[i].name);
		if (rows[i].want == SETTLE_LATER) {
			wall_ms behind = rig.settled.due_at - (RIG_START + HOUR_MS);
			cr_assert(behind >= 0 && behind <= rows[i].spread_ms, "%s: %lld", rows[i].name,
				  (long long)behind);
			cr_assert_eq(behind > 0, rows[i].spread_ms > 0, "%s: %lld", rows[i].name, (long long)behind);
		} else if (rows[i].want == SETTLE_CLOSE) {
			expect_event(rows[i].name, "\"event\":\"suppressed\"");
			expect_event(rows[i].name, "\"reason\":\"quiet_hours\"");
		}
		rig_tear_down();
	}
}

Test(protecting, quiet_hours_are_told_of_a_critical_one)
{
	static const struct protection_options protection = { .quiet = { [SMS_CLASS_CRITICAL] = { 0, 120 } } };
	bring_with(&(struct rig_setup){ .is_short = true, .header = "class: critical" }, &protection);
	rig_answer_begin();
	rig_accept(0, 0, "r1");
	rig_pass(10 * US_PER_MS);
	expect_event("accepted", "\"exempt\":\"quiet_hours\"");
	rig_tear_down();
}

/* It waits for a place, or was begun and could not leave, when they begin; or a reload brings them. */
Test(protecting, quiet_hours_begin)
{
	static const struct {
		const char *name;
		bool is_begun;
		bool is_reloaded;
	} rows[] = { { "waits", false, false }, { "begun", true, false }, { "a reload", true, true } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct protection_options protection = { .quiet = { [SMS_CLASS_NOTICE] = after_a_minute } };
		set_up_with(&(struct rig_setup){ .is_short = true },
			    rows[i].is_reloaded ? &(struct protection_options){ .spread_ms = 0 } : &protection);
		rig.players[0].room = rows[i].is_begun;
		rig_bring(LANE_NORMAL, "", NULL);
		rig_pass(10 * US_PER_MS);
		rig.players[0].room = 0;
		if (rows[i].is_begun)
			rig_answer_begin();
		rig_pass(500 * US_PER_MS);
		cr_assert_eq(rig.settled_count, 0, "%s", rows[i].name);
		if (rows[i].is_reloaded) {
			struct pipeline_options options = rig.options;
			options.protection.quiet[SMS_CLASS_NOTICE] = until_two;
			pipeline_configure(rig.pipeline, &options);
		} else {
			rig.now.wall += 61 * MS_PER_S;
		}
		rig_pass(2 * US_PER_S);
		cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
		cr_assert_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
		cr_assert_eq(rig.settled.due_at, RIG_START + HOUR_MS, "%s: %lld", rows[i].name,
			     (long long)rig.settled.due_at);
		cr_assert_eq(rig.players[0].submit_count, 0, "%s", rows[i].name);
		rig_assert_nothing_is_held(rows[i].name);
		rig_tear_down();
	}
}

/* What it comes back with is kept over the night. */
Test(protecting, a_retry_keeps_its_state)
{
	static const struct protection_options protection = { .quiet = { [SMS_CLASS_NOTICE] = { 0, 120 } } };
	static const char state[] = "7 1 0 2 1 5 down,3";
	bring_with(&(struct rig_setup){ .is_short = true }, &(struct protection_options){ .spread_ms = 0 });
	rig_tear_down();
	set_up_with(&(struct rig_setup){ .is_short = true }, &protection);
	rig_bring(LANE_READY, state, &(struct store_entry){ .attempt = 4, .ambiguous = true });
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.kind, SETTLE_LATER);
	cr_assert_eq(rig.settled.attempt, 4);
	cr_assert(rig.settled.ambiguous);
	unsigned throttles = 0, doubts = 0;
	cr_assert_eq(sscanf(rig.state, "7 1 0 %u %u", &throttles, &doubts), 2, "%s", rig.state);
	cr_assert(throttles == 2 && doubts >= 1, "%s", rig.state);
	rig_tear_down();
}

/* What may have arrived and must not be sent twice is for a human, by night and without consent, too. */
Test(protecting, what_must_not_be_sent_twice_is_held)
{
	static const struct protection_options protection = { .quiet = { [SMS_CLASS_MARKETING] = { 0, 120 } },
							      .needs_consent = true };
	set_up_with(&(struct rig_setup){ .is_short = true, .header = "class: marketing" }, &protection);
	rig_bring(LANE_NORMAL, "", &(struct store_entry){ .in_doubt = true, .ambiguous = true, .reclaimed = true });
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled.kind, SETTLE_HOLD);
	rig_tear_down();
}

Test(protecting, marketing_needs_consent)
{
	static const struct {
		const char *name;
		const char *header;
		bool has_consent;
		bool is_needed;
		bool goes;
	} rows[] = {
		{ "without it", "class: marketing", false, true, false },
		{ "with it", "class: marketing", true, true, true },
		{ "nobody asks", "class: marketing", false, false, true },
		{ "a notice", "class: notice", false, true, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up_with(&(struct rig_setup){ .is_short = true, .header = rows[i].header },
			    &(struct protection_options){ .needs_consent = rows[i].is_needed });
		rig.has_consent = rows[i].has_consent;
		rig_bring(LANE_NORMAL, "", NULL);
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(rig.beginning, rows[i].goes, "%s", rows[i].name);
		if (!rows[i].goes) {
			expect_event(rows[i].name, "\"event\":\"suppressed\"");
			expect_event(rows[i].name, "\"reason\":\"no_consent\"");
			rig_tear_down();
			continue;
		}
		rig_answer_begin();
		rig_accept(0, 0, "r1");
		rig_pass(10 * US_PER_MS);
		cr_assert_eq(strstr(rig.event, "\"consent\":\"form 7\"") != NULL, rows[i].has_consent, "%s: %s",
			     rows[i].name, rig.event);
		rig_tear_down();
	}
}
