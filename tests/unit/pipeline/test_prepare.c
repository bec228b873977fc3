/* SPDX-License-Identifier: Apache-2.0 */

/* What an account that takes texts is told of an sms. */

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
