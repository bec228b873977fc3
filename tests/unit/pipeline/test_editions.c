/* SPDX-License-Identifier: Apache-2.0 */

/* Other templates come into force while alerts wait, are begun, are with the carrier. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* A catalogue with one template; NULL = with another one only. */
static struct catalogue *published(const char *text)
{
	char source[512];
	struct template *template = NULL;
	snprintf(source, sizeof source, "class: notice\nparam n integer n sample=1\n---\n%s", text ? text : "x");
	cr_assert_eq(template_compile(slice_of(text ? "t" : "other"), (struct slice){ NULL, 0 }, slice_of(source),
				      &template, NULL),
		     ERR_OK);
	template_number(template, 2);
	struct catalogue *catalogue = catalogue_create((struct slice){ NULL, 0 });
	cr_assert_eq(catalogue_add(catalogue, &template, NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	return catalogue;
}

/* The pipeline holds it from now on, nobody else does. */
static void follow(const char *text)
{
	struct catalogue *catalogue = published(text);
	cr_assert(pipeline_follow(rig.pipeline, catalogue));
	catalogue_release(catalogue);
}

static void set_up(unsigned room)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	rig.pipeline->account_options[0].concat = CONCAT_TEXT;
	rig.players[0].room = room;
}

static void expect_text(const char *name, const char *want)
{
	const struct submit_text *text = rig.players[0].text;
	cr_assert_not_null(text, "%s: nothing was submitted", name);
	cr_expect(slice_is(text->text, want), "%s: “%.*s” instead of “%s”", name, SLICE_ARG(text->text), want);
}

Test(editions, what_waits_gets_the_new_text_and_what_is_begun_keeps_its_own)
{
	static const struct {
		const char *name;
		bool is_begun;
		const char *want;
	} rows[] = {
		{ "it waits for a place in the window", false, "【国网】新的第7条" },
		{ "its BEGIN is under way", true, "【国网】第7条" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up(rows[i].is_begun ? 10 : 0);
		rig_bring(LANE_NORMAL, "", NULL);
		cr_assert_eq(rig.beginning, rows[i].is_begun, "%s", rows[i].name);
		follow("新的第{{n}}条");
		rig.players[0].room = 10;
		rig_turn();
		rig_answer_begin();
		expect_text(rows[i].name, rows[i].want);
		rig_accept(0, 0, "r");
		rig_pass(10 * US_PER_MS);
		cr_expect_eq(rig.settled.closing, CLOSING_ACCEPTED, "%s", rows[i].name);
		bool says_new = strstr(rig.event, "\"template_version\":2,") != NULL;
		cr_expect_eq(says_new, !rows[i].is_begun, "%s: %s", rows[i].name, rig.event);
		rig_assert_nothing_is_held(rows[i].name);
		rig_tear_down();
	}
}

Test(editions, a_thousand_changes_while_one_waits_take_no_more_room)
{
	set_up(0);
	rig_bring(LANE_NORMAL, "", NULL);
	for (unsigned i = 0; i < 1000; i++)
		follow(i % 2 == 0 ? "一：第{{n}}条" : "二：第{{n}}条");
	rig.players[0].room = 10;
	rig_turn();
	rig_answer_begin();
	expect_text("the last one", "【国网】二：第7条");
	rig_tear_down();
}

Test(editions, what_waits_for_a_template_that_is_gone_is_a_dead_letter)
{
	set_up(0);
	rig_bring(LANE_NORMAL, "", NULL);
	follow(NULL);
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled_count, 1);
	cr_expect_eq(rig.settled.kind, SETTLE_DEAD);
	rig_assert_nothing_is_held("gone");
	rig_tear_down();
}

/* Parts of the former text are with the carrier: the rest of it follows. */
Test(editions, a_long_sms_that_has_begun_to_leave_is_completed_with_its_own_text)
{
	rig_set_up(&(struct rig_setup){ .is_short = false });
	rig_bring(LANE_NORMAL, "", NULL);
	rig.players[0].room = 2;
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 2, "the window is full");
	follow("新的第{{n}}条");
	rig.players[0].room = 10;
	rig_turn();
	cr_assert_eq(rig.players[0].submit_count, 3);
	cr_expect_eq(rig.players[0].numbers[2], 3);
	cr_expect_eq(rig.players[0].references[2], rig.players[0].references[0]);
	for (unsigned i = 0; i < 3; i++)
		rig_accept(0, i, "r");
	rig_pass(10 * US_PER_MS);
	cr_expect_eq(rig.settled.closing, CLOSING_ACCEPTED);
	rig_assert_nothing_is_held("long");
	rig_tear_down();
}

Test(editions, nothing_is_read_before_templates_are_known)
{
	rig_set_up(&(struct rig_setup){ .is_short = true });
	editions_end(rig.pipeline);
	rig.is_reading = false;
	unsigned before = rig.read_count;
	rig_pass(US_PER_S);
	cr_expect_eq(rig.read_count, before);
	follow("第{{n}}条");
	rig_pass(US_PER_S);
	cr_expect_gt(rig.read_count, before);
	rig_tear_down();
}
