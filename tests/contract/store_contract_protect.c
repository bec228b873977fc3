/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h that protect recipients: who opted out, caps of a number and class, the same text again. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RIG (&store_rig_shared)
#define A   "8613900000001"
#define B   "8613900000002"

static const unsigned places[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };

/* An alert, and what BEGIN must say of it. */
struct row {
	const char *id;
	const char *to; /* NULL = its class asks nothing */
	const char *sms_class;
	const char *text;
	enum begin_verdict want;
	enum protection_rule rule;
};

static struct rig_slot *slot(unsigned number)
{
	return &RIG->slots[number];
}

static void start(const struct store_kit *kit)
{
	store_rig_start(RIG, kit);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
}

static void add(const struct row *row)
{
	char body[RIG_TEXT];
	if (row->to == NULL)
		snprintf(body, sizeof body, "{\"id\":\"%s\"}", row->id);
	else
		snprintf(body, sizeof body, "{\"id\":\"%s\",\"to\":\"%s\",\"class\":\"%s\",\"text\":\"%s\"}", row->id,
			 row->to, row->sms_class, row->text);
	store_rig_add_body(RIG, LANE_URGENT, body);
}

static void expect(unsigned number, unsigned first, const struct row *rows, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct begin_note *note = &slot(number)->notes[first + i];
		cr_assert_eq(slot(number)->verdicts[first + i], rows[i].want, "%s, %s: verdict %d", RIG->row,
			     rows[i].id, (int)slot(number)->verdicts[first + i]);
		cr_assert_eq(note->rule, rows[i].rule, "%s, %s: by %s", RIG->row, rows[i].id,
			     protection_name(note->rule));
		if (rows[i].want == BEGIN_NOT_YET && rows[i].rule != PROTECTION_UNCHECKED)
			cr_assert(note->wait_ms > 0 && note->wait_ms <= 24 * 3600 * MS_PER_S, "%s, %s: for %lld ms",
				  RIG->row, rows[i].id, (long long)note->wait_ms);
	}
}

/* Adds alerts, reads them, and begins them in batches of the given size. */
static void begin(const struct row *rows, unsigned count, unsigned batch)
{
	unsigned first = slot(0)->entry_count;
	unsigned verdicts = slot(0)->verdict_count;
	for (unsigned i = 0; i < count; i++)
		add(&rows[i]);
	store_rig_read_all(RIG, 0, first + count);
	for (unsigned i = 0; i < count; i += batch) {
		unsigned answered = slot(0)->begun_count;
		unsigned some = count - i < batch ? count - i : batch;
		cr_assert(store_rig_begin(RIG, 0, places + first + i, some), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_begun, answered + 1, "BEGIN is answered");
	}
	expect(0, verdicts, rows, count);
}

static void opt_out(const char *number)
{
	const struct mo mo = { slice_of(number), SLICE("10690001"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } };
	const struct store_mo item = { "cmcc", &mo, SLICE("now"), slice_of(number), SLICE("R") };
	slot(0)->in_downcall = true;
	cr_assert(slot(0)->store->ops->record_mo(slot(0)->store, &item, 1), "%s", RIG->row);
	slot(0)->store->ops->flush(slot(0)->store);
	slot(0)->in_downcall = false;
	store_rig_until(RIG, 0, rig_has_recorded_mo, slot(0)->mo_recorded_count + 1, "it is durable");
}

Test(store_contract, whoever_opted_out_gets_nothing_but_what_is_critical)
{
	static const struct row before[] = { { "early", A, "notice", "", BEGIN_GO, PROTECTION_NONE } };
	static const struct row rows[] = {
		{ "notice", A, "notice", "", BEGIN_SUPPRESSED, PROTECTION_OPTED_OUT },
		{ "other", B, "notice", "", BEGIN_GO, PROTECTION_NONE },
		{ "critical", A, "critical", "", BEGIN_GO, PROTECTION_OPTED_OUT },
		{ "marketing", A, "marketing", "", BEGIN_GO, PROTECTION_NONE }, /* its class does not ask */
		{ "plain", NULL, NULL, NULL, BEGIN_GO, PROTECTION_NONE },
		{ "early", A, "notice", "", BEGIN_DUPLICATE, PROTECTION_NONE },
		{ "notice", A, "notice", "", BEGIN_DUPLICATE, PROTECTION_NONE }, /* it has taken its id */
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned batch = 1; batch <= 7; batch += 6) {
			start(store_kits[kit]);
			RIG->limits[SMS_CLASS_NOTICE] = (struct protection_limits){ .heeds_optout = true };
			RIG->limits[SMS_CLASS_CRITICAL] =
				(struct protection_limits){ .heeds_optout = true, .is_exempt = true };
			begin(before, 1, 1);
			opt_out(A);
			begin(rows, sizeof rows / sizeof rows[0], batch);
			store_rig_finish(RIG);
		}
	}
}

Test(store_contract, caps_of_a_number_hold_for_each_class)
{
	static const struct row rows[] = {
		{ "a1", A, "notice", "", BEGIN_GO, PROTECTION_NONE },
		{ "a1", A, "notice", "", BEGIN_DUPLICATE, PROTECTION_NONE }, /* it does not count */
		{ "a2", A, "notice", "", BEGIN_GO, PROTECTION_NONE },
		{ "a3", A, "notice", "", BEGIN_NOT_YET, PROTECTION_MINUTE_CAP },
		{ "b1", B, "notice", "", BEGIN_GO, PROTECTION_NONE },
		{ "m1", A, "marketing", "", BEGIN_GO, PROTECTION_NONE },
		{ "m2", A, "marketing", "", BEGIN_SUPPRESSED, PROTECTION_DAY_CAP },
		{ "m3", B, "marketing", "", BEGIN_GO, PROTECTION_NONE },
		{ "c1", A, "critical", "", BEGIN_GO, PROTECTION_NONE },
		{ "c2", A, "critical", "", BEGIN_GO, PROTECTION_DAY_CAP },
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned batch = 1; batch <= 10; batch += 9) {
			start(store_kits[kit]);
			RIG->limits[SMS_CLASS_NOTICE] = (struct protection_limits){ .minute_max = 2, .day_max = 3 };
			RIG->limits[SMS_CLASS_MARKETING] = (struct protection_limits){ .day_max = 1 };
			RIG->limits[SMS_CLASS_CRITICAL] =
				(struct protection_limits){ .day_max = 1, .minute_max = 5, .is_exempt = true };
			begin(rows, sizeof rows / sizeof rows[0], batch);
			cr_assert(slot(0)->notes[3].wait_ms <= 60 * MS_PER_S, "%s: %lld", RIG->row,
				  (long long)slot(0)->notes[3].wait_ms);
			store_rig_finish(RIG);
		}
	}
}

Test(store_contract, what_is_over_the_cap_of_a_day_may_wait)
{
	static const struct row rows[] = {
		{ "a1", A, "notice", "", BEGIN_GO, PROTECTION_NONE },
		{ "a2", A, "notice", "", BEGIN_NOT_YET, PROTECTION_DAY_CAP },
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(store_kits[kit]);
		RIG->limits[SMS_CLASS_NOTICE] = (struct protection_limits){ .day_max = 1, .day_waits = true };
		begin(rows, 2, 2);
		cr_assert_gt(slot(0)->notes[1].wait_ms, 23 * 3600 * MS_PER_S, "%s: %lld", RIG->row,
			     (long long)slot(0)->notes[1].wait_ms);
		store_rig_finish(RIG);
	}
}

/* Many for one number are not to come back all at once, for one of them to go; but who comes when there is a place gets it. */
Test(store_contract, who_waits_for_a_number_has_a_turn_of_its_own)
{
	enum { COUNT = 6, MOST = 2 };
	static const struct row rows[COUNT] = {
		{ "a1", A, "notice", "", BEGIN_GO, PROTECTION_NONE },
		{ "a2", A, "notice", "", BEGIN_GO, PROTECTION_NONE },
		{ "a3", A, "notice", "", BEGIN_NOT_YET, PROTECTION_MINUTE_CAP },
		{ "a4", A, "notice", "", BEGIN_NOT_YET, PROTECTION_MINUTE_CAP },
		{ "a5", A, "notice", "", BEGIN_NOT_YET, PROTECTION_MINUTE_CAP },
		{ "a6", A, "notice", "", BEGIN_NOT_YET, PROTECTION_MINUTE_CAP },
	};
	for (unsigned batch = 1; batch <= COUNT; batch += COUNT - 1) {
		start(&store_kit_redis);
		RIG->limits[SMS_CLASS_NOTICE] = (struct protection_limits){ .minute_max = MOST };
		begin(rows, COUNT, batch);
		for (unsigned i = MOST + 1; i < COUNT; i++) {
			int64_t more = slot(0)->notes[i].wait_ms - slot(0)->notes[i - 1].wait_ms;
			/* Batches are asked for one after the other. */
			cr_assert(more <= 30 * MS_PER_S + 1 && more > 25 * MS_PER_S, "%u: %lld ms more", i,
				  (long long)more);
		}
		store_rig_finish(RIG);
	}
}

Test(store_contract, the_same_text_goes_once_to_a_number_within_its_window)
{
	static const struct row rows[] = {
		{ "a1", A, "notice", "x", BEGIN_GO, PROTECTION_NONE },
		{ "a2", A, "notice", "x", BEGIN_SUPPRESSED, PROTECTION_IDENTICAL },
		{ "a3", A, "notice", "y", BEGIN_GO, PROTECTION_NONE },
		{ "c1", A, "critical", "x", BEGIN_GO, PROTECTION_IDENTICAL },
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned batch = 1; batch <= 4; batch += 3) {
			start(store_kits[kit]);
			RIG->limits[SMS_CLASS_NOTICE] =
				(struct protection_limits){ .identical_ms = 3600 * (int64_t)MS_PER_S };
			RIG->limits[SMS_CLASS_CRITICAL] = RIG->limits[SMS_CLASS_NOTICE];
			RIG->limits[SMS_CLASS_CRITICAL].is_exempt = true;
			begin(rows, 4, batch);
			store_rig_finish(RIG);
		}
	}
}

Test(store_contract, a_window_ends)
{
	static const struct row first[] = { { "a1", A, "notice", "x", BEGIN_GO, PROTECTION_NONE } };
	static const struct row then[] = { { "a2", A, "notice", "x", BEGIN_GO, PROTECTION_NONE } };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(store_kits[kit]);
		RIG->limits[SMS_CLASS_NOTICE] = (struct protection_limits){ .identical_ms = 100 };
		begin(first, 1, 1);
		store_rig_pass(RIG, 150 * US_PER_MS);
		begin(then, 1, 1);
		store_rig_finish(RIG);
	}
}

/* Begun again, it leaves about then: so its window begins then. */
Test(store_contract, a_window_counts_from_the_latest_begin)
{
	static const struct row first = { "a1", A, "notice", "x", BEGIN_GO, PROTECTION_NONE };
	static const struct row then[] = { { "a2", A, "notice", "x", BEGIN_SUPPRESSED, PROTECTION_IDENTICAL } };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(store_kits[kit]);
		RIG->limits[SMS_CLASS_NOTICE] = (struct protection_limits){ .identical_ms = 2000 };
		begin(&first, 1, 1);
		store_rig_pass(RIG, 1500 * US_PER_MS);
		cr_assert(store_rig_begin(RIG, 0, places, 1), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_begun, 2, "BEGIN is answered");
		expect(0, 1, &first, 1);
		store_rig_pass(RIG, US_PER_S);
		begin(then, 1, 1);
		store_rig_finish(RIG);
	}
}

/* Generations as of now, so that none begins in between. span_ms: of one; 0 = the key has none. */
static void spoil(const char *key, int64_t span_ms)
{
	if (span_ms == 0)
		RIG->kit->meddle(RIG, "SET {hongyan}:%s mine", key);
	for (int i = -1; i <= 1 && span_ms > 0; i++)
		RIG->kit->meddle(RIG, "SET {hongyan}:%s:%lld mine", key,
				 (long long)(time(NULL) * MS_PER_S / span_ms + i));
}

/* Somebody has made a key of another type of what a rule goes by: only what the rule is for waits, and what is exempt goes. */
Test(store_contract, what_cannot_be_checked_waits)
{
	static const struct {
		const char *key;
		int64_t span_ms;
		struct protection_limits limits;
	} rows[] = {
		{ "optout", 0, { .heeds_optout = true } },
		{ "texts", 3600 * MS_PER_S, { .identical_ms = 3600 * MS_PER_S } },
		{ "caps:day", 24 * 3600 * MS_PER_S, { .day_max = 5 } },
		{ "caps:minute", 60 * MS_PER_S, { .minute_max = 5 } },
	};
	static const struct row alerts[] = {
		{ "a1", A, "notice", "x", BEGIN_NOT_YET, PROTECTION_UNCHECKED },
		{ "c1", A, "critical", "y", BEGIN_GO, PROTECTION_UNCHECKED },
		{ "m1", A, "marketing", "z", BEGIN_GO, PROTECTION_NONE }, /* its class does not ask */
		{ "a1", A, "notice", "x", BEGIN_DUPLICATE, PROTECTION_NONE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start(&store_kit_redis);
		RIG->limits[SMS_CLASS_NOTICE] = rows[i].limits;
		RIG->limits[SMS_CLASS_CRITICAL] = rows[i].limits;
		RIG->limits[SMS_CLASS_CRITICAL].is_exempt = true;
		spoil(rows[i].key, rows[i].span_ms);
		begin(alerts, sizeof alerts / sizeof alerts[0], 1);
		cr_assert_eq(RIG->kit->said(RIG, "\"protection_unread\""), 1, "%s: once a minute", rows[i].key);
		char said[64];
		snprintf(said, sizeof said, "\"key\":\"{hongyan}:%s", rows[i].key);
		cr_assert_eq(RIG->kit->said(RIG, said), 1, "%s", rows[i].key);
		cr_assert_eq(RIG->kit->said(RIG, "store_error"), 0, "%s", rows[i].key);
		store_rig_finish(RIG);
	}
}

static void call_begin(void *ctx)
{
	(void)ctx;
	cr_assert(store_rig_begin(RIG, 0, places, 1), "%s", RIG->row);
}

/* The answer of a BEGIN is lost, it is asked again, and the alert comes back from waiting: it has counted once. */
Test(store_contract, an_alert_counts_once_however_often_it_is_begun)
{
	static const struct row rows[] = {
		{ "a2", A, "notice", "y", BEGIN_GO, PROTECTION_NONE },
		{ "a3", A, "notice", "z", BEGIN_NOT_YET, PROTECTION_MINUTE_CAP },
	};
	static const struct row counted = { "a1", A, "notice", "x", BEGIN_GO, PROTECTION_NONE };
	static const struct settlement later = { .kind = SETTLE_LATER, .due_at = 1, .attempt = 1 };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(store_kits[kit]);
		RIG->limits[SMS_CLASS_NOTICE] =
			(struct protection_limits){ .minute_max = 2, .day_max = 9, .identical_ms = 3600 * MS_PER_S };
		add(&counted);
		store_rig_read_all(RIG, 0, 1);
		RIG->kit->lose(RIG, true, call_begin, NULL);
		store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
		expect(0, 0, &counted, 1);
		store_rig_settle(RIG, 0, places, 1, &later);
		store_rig_until(RIG, 0, rig_has_settled, 1, "it waits");
		store_rig_read_all(RIG, 0, 2);
		cr_assert(store_rig_begin(RIG, 0, places + 1, 1), "%s", RIG->row);
		store_rig_until(RIG, 0, rig_has_begun, 2, "BEGIN is answered");
		expect(0, 1, &counted, 1);
		begin(rows, 2, 1);
		store_rig_finish(RIG);
	}
}

/* Its worker dies between BEGIN and the carrier; another one takes it over, and it goes. */
Test(store_contract, an_alert_that_was_taken_over_counts_once)
{
	static const struct row counted = { "a1", A, "notice", "x", BEGIN_GO, PROTECTION_NONE };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(store_kits[kit]);
		RIG->limits[SMS_CLASS_NOTICE] = (struct protection_limits){ .minute_max = 1 };
		begin(&counted, 1, 1);
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .is_quick = true, .adopts_instance = true });
		store_rig_until(RIG, 1, rig_has_orphans, 1, "something is left of the dead one");
		store_rig_adopt_all(RIG, 1);
		cr_assert_eq(slot(1)->entry_count, 1, "%s", RIG->row);
		cr_assert(store_rig_begin(RIG, 1, places, 1), "%s", RIG->row);
		store_rig_until(RIG, 1, rig_has_begun, 1, "BEGIN is answered");
		expect(1, 0, &counted, 1);
		store_rig_finish(RIG);
	}
}
