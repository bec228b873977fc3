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

/* With these limits for its class, the alert is begun. */
static void bring_with(const struct rig_setup *setup, const struct protection_options *protection)
{
	rig_set_up(setup);
	struct pipeline_options options = rig.options;
	options.protection = *protection;
	pipeline_configure(rig.pipeline, &options);
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
