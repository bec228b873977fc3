/* SPDX-License-Identifier: Apache-2.0 */

/* What an account that takes texts is told of an sms, and when one goes that has its time to come. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>

Test(prepare, an_account_that_takes_texts_gets_the_text)
{
	static const struct {
		const char *name;
		enum concat concat;
		bool wants_params;
	} rows[] = {
		{ "cut here", CONCAT_UDH8, false },
		{ "the text", CONCAT_TEXT, false },
		{ "the text and the parameters", CONCAT_TEXT, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .header = "class: critical" });
		rig.pipeline->account_options[0].concat = rows[i].concat;
		rig.pipeline->account_options[0].wants_params = rows[i].wants_params;
		rig_bring(LANE_NORMAL, "", NULL);
		rig_answer_begin();
		const struct submit_text *text = rig.players[0].text;
		if (rows[i].concat != CONCAT_TEXT) {
			cr_assert_eq(rig.players[0].submit_count, 3, "%s", rows[i].name);
			cr_assert_null(text, "%s", rows[i].name);
			rig_tear_down();
			continue;
		}
		cr_assert_eq(rig.players[0].submit_count, 1, "%s: the carrier cuts", rows[i].name);
		cr_assert_not_null(text, "%s", rows[i].name);
		cr_expect(slice_starts(text->text, SLICE("【国网】")), "%s: %.*s", rows[i].name, SLICE_ARG(text->text));
		cr_expect(slice_is(text->template_name, "t") && slice_is(text->alert_id, "a"), "%s", rows[i].name);
		cr_expect_eq(text->sms_class, SMS_CLASS_CRITICAL, "%s", rows[i].name);
		cr_expect_eq(text->param_count, rows[i].wants_params, "%s", rows[i].name);
		if (rows[i].wants_params)
			cr_expect(slice_is(text->params[0].name, "n") && slice_is(text->params[0].value, "7"), "%s",
				  rows[i].name);
		rig_tear_down();
	}
}

/* Our clock decides; the queue's, which is ahead of it, brings the same entry a few times at most meanwhile. */
Test(prepare, too_early_by_our_clock)
{
	static const struct {
		const char *name;
		enum lane lane;
		wall_ms left_ms; /* until its time has come */
		wall_ms want_ms; /* how long it is put away for; 0 = it goes */
	} rows[] = {
		{ "for the first time", LANE_NORMAL, 1000, 1000 },
		{ "brought back a moment early", LANE_READY, 1, 2000 },
		{ "brought back early", LANE_READY, 1999, 2000 },
		{ "resumed long before", LANE_READY, 60000, 60000 },
		{ "its time is here", LANE_READY, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rig_set_up(&(struct rig_setup){ .is_short = true });
		rig.not_before = RIG_START + 3600 * 1000;
		rig.now.wall = rig.not_before - rows[i].left_ms;
		wall_ms from = rig.now.wall;
		rig_bring(rows[i].lane, "", NULL);
		if (rows[i].want_ms > 0) {
			rig_pass(10 * US_PER_MS);
			cr_assert_eq(rig.settled_count, 1, "%s", rows[i].name);
			cr_expect_eq(rig.settled.kind, SETTLE_LATER, "%s", rows[i].name);
			cr_expect_eq(rig.settled.due_at - from, rows[i].want_ms, "%s: %lld", rows[i].name,
				     (long long)(rig.settled.due_at - from));
		} else {
			rig_answer_begin();
			cr_expect_eq(rig.players[0].submit_count, 1, "%s", rows[i].name);
		}
		rig.not_before = 0;
		rig_tear_down();
	}
}
