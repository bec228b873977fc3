/* SPDX-License-Identifier: Apache-2.0 */

/* An sms that goes to the carrier as one text, and that the carrier cuts into parts itself: each part has its own id, by which
 * its receipt is found. */

#include "pipeline_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define UUID "0d3a9e1c-5b7f-4c2a-9f00-8a6b1c2d3e"

static void begin_new(void)
{
	rig_set_up(&(struct rig_setup){ .has_way = true });
	rig.pipeline->account_options[0].concat = rig.pipeline->account_options[1].concat = CONCAT_TEXT;
	rig.pipeline->account_options[0].wants_receipt = true;
	rig_bring(LANE_NORMAL, "", NULL);
	rig_answer_begin();
	cr_assert_eq(rig.players[0].submit_count, 1);
}

static void expect_settled(enum settle_kind kind, const char *name)
{
	rig_turn();
	rig_pass(10 * US_PER_MS);
	cr_assert_eq(rig.settled_count, 1, "%s: settled %u times", name, rig.settled_count);
	cr_assert_eq(rig.settled.kind, kind, "%s: kind %d", name, (int)rig.settled.kind);
	rig_assert_nothing_is_held(name);
}

Test(outcomes_parts, each_has_a_key_for_its_receipt)
{
	static const struct {
		const char *name;
		const char *refs[4]; /* the first, then the others */
		unsigned count;
		const char *want_keys;
		unsigned want_total; /* of receipts to wait for; 0 = it is told as a whole */
		const char *want_refs;
	} rows[] = {
		{ "one", { "m-1" }, 1, "1=m-1 ", 0, "\"refs\":[\"m-1\"]" },
		{ "three",
		  { UUID "01", UUID "02", UUID "03" },
		  3,
		  "1=" UUID "01 2=" UUID "02 3=" UUID "03 ",
		  3,
		  "\"refs\":[\"" UUID "01\",\"" UUID "02\",\"" UUID "03\"]" },
		{ "one has no id", { "m-1", "", "m-3" }, 3, "1=m-1 3=m-3 ", 2, "\"refs\":[\"m-1\",\"\",\"m-3\"]" },
		{ "the first has none", { "", "m-2" }, 2, "2=m-2 ", 1, "\"refs\":[\"\",\"m-2\"]" },
		{ "none has", { "", "" }, 2, "", 0, "\"refs\":[\"\",\"\"]" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice refs[4];
		for (unsigned k = 0; k < rows[i].count; k++)
			refs[k] = slice_of(rows[i].refs[k]);
		begin_new();
		rig_answer(0, 0,
			   &(struct outcome){ .outcome_class = OUTCOME_ACCEPTED,
					      .carrier_ref = refs[0],
					      .more_refs = refs + 1,
					      .more_count = rows[i].count - 1 });
		memset(refs, 0, sizeof refs); /* they were borrowed */
		expect_settled(SETTLE_CLOSE, rows[i].name);
		cr_assert_str_eq(rig.keys, rows[i].want_keys, "%s: %s", rows[i].name, rig.keys);
		cr_assert_eq(rig.settled.receipt_total, rows[i].want_total, "%s: %u", rows[i].name,
			     rig.settled.receipt_total);
		cr_assert_not_null(strstr(rig.event, rows[i].want_refs), "%s: %s", rows[i].name, rig.event);
		/* What is to be paid for is what we have counted. */
		cr_assert_not_null(strstr(rig.event, "\"segments\":3,"), "%s: %s", rows[i].name, rig.event);
		rig_tear_down();
	}
}

/* As many as a carrier may tell of, each as long as an id may be. */
Test(outcomes_parts, the_longest)
{
	char ids[16][CARRIER_REF_MAX + 1];
	struct slice refs[16];
	for (unsigned i = 0; i < 16; i++) {
		snprintf(ids[i], sizeof ids[i], "%064u", i);
		refs[i] = slice_of(ids[i]);
	}
	begin_new();
	rig_answer(0, 0,
		   &(struct outcome){ .outcome_class = OUTCOME_ACCEPTED,
				      .carrier_ref = refs[0],
				      .more_refs = refs + 1,
				      .more_count = 15 });
	expect_settled(SETTLE_CLOSE, "sixteen");
	cr_assert_eq(rig.settled.receipt_key_count, 16);
	cr_assert_eq(rig.settled.receipt_total, 16);
	cr_assert_not_null(strstr(rig.event, ids[15]), "%s", rig.event);
	rig_tear_down();
}

/* Parts of it may be on the phone: nobody else gets it, and whoever brings it back is told. */
Test(outcomes_parts, what_was_taken_in_part_goes_nowhere_else)
{
	static const struct {
		const char *name;
		struct outcome outcome;
		enum settle_kind want;
	} rows[] = {
		{ "never", { .outcome_class = OUTCOME_REJECTED, .is_in_part = true }, SETTLE_DEAD },
		{ "unclear", { .outcome_class = OUTCOME_UNKNOWN, .is_in_part = true }, SETTLE_LATER },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin_new();
		rig_answer(0, 0, &rows[i].outcome);
		expect_settled(rows[i].want, rows[i].name);
		cr_assert(rig.settled.ambiguous, "%s", rows[i].name);
		cr_assert_eq(strstr(rig.event, "some of its segments were accepted") != NULL,
			     rows[i].want == SETTLE_DEAD, "%s: %s", rows[i].name, rig.event);
		cr_assert_eq(rig.players[1].submit_count, 0, "%s", rows[i].name);
		rig_tear_down();
	}
}
