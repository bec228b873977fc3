/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h that are about messages from phones. The stores here take one that comes again within an hour for
 * the same. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define RIG    (&store_rig_shared)
#define NUMBER "8613900000001"

static const struct mo whole = {
	.from = SLICE("13900000001"),
	.to = SLICE("10690001"),
	.octets = SLICE("退订"),
	.is_text = true,
	.part = 1,
	.total = 1,
};

static const struct store_mo optout = {
	.account = "cmcc",
	.mo = &whole,
	.at = SLICE("2026-02-13T01:00:00.123Z"),
	.number = SLICE(NUMBER),
	.keyword = SLICE("退订"),
};

static struct rig_slot *slot(void)
{
	return &RIG->slots[0];
}

static void start(const struct store_kit *kit)
{
	store_rig_start(RIG, kit);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
}

static bool record(const struct store_mo *items, unsigned count)
{
	slot()->in_downcall = true;
	bool is_taken = slot()->store->ops->record_mo(slot()->store, items, count);
	slot()->store->ops->flush(slot()->store);
	slot()->in_downcall = false;
	return is_taken;
}

static void record_all(const struct store_mo *items, unsigned count, const char *want)
{
	cr_assert(record(items, count), "%s", RIG->row);
	store_rig_until(RIG, 0, rig_has_recorded_mo, slot()->mo_recorded_count + 1, "they are durable");
	cr_assert_str_eq(slot()->answers, want, "%s: “%s”, want “%s”", RIG->row, slot()->answers, want);
}

static void call_record(void *ctx)
{
	(void)ctx;
	cr_assert(record(&optout, 1), "%s", RIG->row);
}

static bool is_kept_once(void)
{
	return RIG->kit->mos(RIG) == 1 && RIG->kit->is_opted_out(RIG, NUMBER);
}

Test(store_contract, messages_from_phones_are_kept_and_opt_out)
{
	static const struct mo reply = { SLICE("13900000002"), SLICE("10690001"), SLICE("Y"), true, 1, 1, 0, false,
					 { NULL, 0 } };
	const struct store_mo items[] = {
		optout,
		{ .account = "cmcc", .mo = &reply, .at = SLICE("now"), .number = SLICE("8613900000002") },
	};
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(store_kits[kit]);
		record_all(items, 2, "aa");
		cr_assert_eq(RIG->kit->mos(RIG), 2, "%s", RIG->row);
		cr_assert(RIG->kit->is_opted_out(RIG, NUMBER), "%s", RIG->row);
		cr_assert_not(RIG->kit->is_opted_out(RIG, "8613900000002"), "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Support took the number off the list, and the customer says it again, to a carrier that gives no ids. */
Test(store_contract, an_opt_out_said_again_counts)
{
	start(&store_kit_redis);
	record_all(&optout, 1, "a");
	RIG->kit->meddle(RIG, "HDEL {hongyan}:optout %s", NUMBER);
	record_all(&optout, 1, "r");
	cr_assert(RIG->kit->is_opted_out(RIG, NUMBER));
	cr_assert_eq(RIG->kit->mos(RIG), 1, "kept once");
	store_rig_finish(RIG);
}

/* One is the same as another in all its parts, or it is another. */
Test(store_contract, a_repeated_message_is_kept_once)
{
	static const struct {
		const char *name;
		const char *account;
		struct mo mo;
		char want;
	} rows[] = {
		{ "the first", "cmcc", { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } }, 'a' },
		{ "again", "cmcc", { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } }, 'r' },
		{ "by another account",
		  "cm",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } },
		  'a' },
		{ "from another number",
		  "cmcc",
		  { SLICE("3"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } },
		  'a' },
		{ "to another number",
		  "cmcc",
		  { SLICE("1"), SLICE("3"), SLICE("R"), true, 1, 1, 0, false, { NULL, 0 } },
		  'a' },
		{ "another text",
		  "cmcc",
		  { SLICE("1"), SLICE("2"), SLICE("r"), true, 1, 1, 0, false, { NULL, 0 } },
		  'a' },
		{ "no text", "cmcc", { SLICE("1"), SLICE("2"), SLICE("R"), false, 1, 1, 0, false, { NULL, 0 } }, 'a' },
		{ "a part", "cmcc", { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 2, 7, false, { NULL, 0 } }, 'a' },
		{ "another part",
		  "cmcc",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 2, 2, 7, false, { NULL, 0 } },
		  'a' },
		{ "another reference",
		  "cmcc",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 2, 8, false, { NULL, 0 } },
		  'a' },
		{ "with an id",
		  "cmcc",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, SLICE("m1") },
		  'a' },
		{ "with another id",
		  "cmcc",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, SLICE("m2") },
		  'a' },
		{ "the id again",
		  "cmcc",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, SLICE("m1") },
		  'r' },
		{ "the id by another account",
		  "cm",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 1, 0, false, SLICE("m1") },
		  'a' },
		{ "the part again",
		  "cmcc",
		  { SLICE("1"), SLICE("2"), SLICE("R"), true, 1, 2, 7, false, { NULL, 0 } },
		  'r' },
	};
	unsigned count = sizeof rows / sizeof rows[0];
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned together = 0; together < 2; together++) {
			struct store_mo items[sizeof rows / sizeof rows[0]];
			char want[sizeof rows / sizeof rows[0] + 1] = "";
			start(store_kits[kit]);
			for (unsigned row = 0; row < count; row++) {
				char one[] = { rows[row].want, '\0' };
				items[row] = (struct store_mo){ .account = rows[row].account,
								.mo = &rows[row].mo,
								.at = SLICE("now") };
				want[row] = rows[row].want;
				if (!together)
					record_all(&items[row], 1, one);
			}
			if (together)
				record_all(items, count, want);
			cr_assert_eq(RIG->kit->mos(RIG), count - 3, "%s", RIG->row);
			store_rig_finish(RIG);
		}
	}
}

Test(store_contract, a_whole_batch_of_messages)
{
	static struct mo mos[STORE_MO_MAX];
	static struct store_mo items[STORE_MO_MAX];
	static char texts[STORE_MO_MAX][8];
	static char want[STORE_MO_MAX + 1];
	for (unsigned i = 0; i < STORE_MO_MAX; i++) {
		snprintf(texts[i], sizeof texts[i], "%u", i);
		mos[i] = whole;
		mos[i].octets = slice_of(texts[i]);
		items[i] = optout;
		items[i].mo = &mos[i];
	}
	memset(want, 'a', STORE_MO_MAX);
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(store_kits[kit]);
		record_all(items, STORE_MO_MAX, want);
		cr_assert_eq(RIG->kit->mos(RIG), STORE_MO_MAX, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* The connection is lost with the question or with the answer: it is told as not durable, and asked again it is there once. */
Test(store_contract, a_message_whose_answer_is_lost_is_kept_once)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned done = 0; done < 2; done++) {
			start(store_kits[kit]);
			RIG->kit->lose(RIG, done, call_record, NULL);
			store_rig_until(RIG, 0, rig_has_recorded_mo, 1, "it is told");
			cr_assert_str_eq(slot()->answers, "", "%s", RIG->row);
			cr_assert_eq(RIG->kit->mos(RIG), done, "%s", RIG->row);
			store_rig_until(RIG, 0, rig_is_up, 0, "it comes back");
			record_all(&optout, 1, done ? "r" : "a");
			cr_assert(is_kept_once(), "%s", RIG->row);
			store_rig_finish(RIG);
		}
	}
}

/* What Redis holds, for those who read it. */
Test(store_contract, what_is_kept_of_a_message)
{
	static const struct {
		const char *name;
		struct mo mo;
		struct slice number;
		struct slice keyword;
		const char *want;
	} rows[] = {
		{ "an opt-out",
		  { SLICE("+8613900000001"), SLICE("10690001"), SLICE("退订。"), true, 1, 1, 0, false, { NULL, 0 } },
		  SLICE(NUMBER),
		  SLICE("退订"),
		  "account=cmcc;from=+8613900000001;to=10690001;text=退订。;at=2026-02-13T01:00:00.123Z;number=" NUMBER
		  ";optout=退订;" },
		{ "a part",
		  { SLICE("13900000002"), SLICE("10690001"), SLICE("a"), true, 2, 3, 700, false, { NULL, 0 } },
		  SLICE("8613900000002"),
		  { NULL, 0 },
		  "account=cmcc;from=13900000002;to=10690001;text=a;at=2026-02-13T01:00:00.123Z;number=8613900000002;"
		  "part=2;parts=3;reference=700;" },
		{ "octets of nobody",
		  { SLICE("Bank"), SLICE(""), SLICE("\x00\xff"), false, 1, 1, 0, false, { NULL, 0 } },
		  { NULL, 0 },
		  { NULL, 0 },
		  "account=cmcc;from=Bank;to=;hex=00ff;at=2026-02-13T01:00:00.123Z;" },
		{ "nothing",
		  { SLICE("1"), SLICE("2"), SLICE(""), true, 1, 1, 0, false, { NULL, 0 } },
		  { NULL, 0 },
		  { NULL, 0 },
		  "account=cmcc;from=1;to=2;text=;at=2026-02-13T01:00:00.123Z;" },
	};
	start(&store_kit_redis);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct store_mo item = optout;
		item.mo = &rows[i].mo;
		item.number = rows[i].number;
		item.keyword = rows[i].keyword;
		record_all(&item, 1, "a");
		cr_expect_str_eq(RIG->kit->mo(RIG, i), rows[i].want, "%s: %s", rows[i].name, RIG->kit->mo(RIG, i));
	}
	/* Why and since when it is on the list stays what it was first. */
	const char *why = RIG->kit->optout(RIG, NUMBER);
	static const char *const members[] = { "\"since\":\"2026-02-13T01:00:00.123Z\"", "\"source\":\"mo\"",
					       "\"account\":\"cmcc\"", "\"to\":\"10690001\"", "\"keyword\":\"退订\"" };
	for (unsigned i = 0; i < sizeof members / sizeof members[0]; i++)
		cr_expect(strstr(why, members[i]) != NULL, "%s in %s", members[i], why);
	struct store_mo again = optout;
	again.account = "other";
	record_all(&again, 1, "a");
	cr_expect(strstr(RIG->kit->optout(RIG, NUMBER), "cmcc") != NULL);
	store_rig_finish(RIG);
}

/* A Redis that is full, or takes no writes, takes no messages; the carrier has them still. */
Test(store_contract, refused_messages_are_not_kept)
{
	static const char *const words[] = { "OOM", "NOREPLICAS", "READONLY" };
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		start(&store_kit_redis);
		RIG->kit->refuse(RIG, words[i], true);
		if (record(&optout, 1)) {
			store_rig_until(RIG, 0, rig_has_recorded_mo, 1, "it is told");
			cr_assert_str_eq(slot()->answers, "", "%s", words[i]);
		}
		RIG->kit->refuse(RIG, words[i], false);
		cr_assert_eq(RIG->kit->mos(RIG), 0, "%s", words[i]);
		while (!is_kept_once()) {
			unsigned told = slot()->mo_recorded_count;
			if (record(&optout, 1))
				store_rig_until(RIG, 0, rig_has_recorded_mo, told + 1, "it is told");
			RIG->kit->turn(RIG);
		}
		cr_assert_eq(RIG->kit->said(RIG, "\"mo_error\""), 0, "%s", words[i]);
		store_rig_finish(RIG);
	}
}

/* Somebody else uses the key: it is told once, until it works again. */
Test(store_contract, messages_that_cannot_be_kept_are_told)
{
	start(&store_kit_redis);
	for (unsigned round = 1; round <= 2; round++) {
		RIG->kit->meddle(RIG, "SET {hongyan}:mo x");
		record_all(&optout, 1, "");
		record_all(&optout, 1, "");
		cr_assert_eq(RIG->kit->said(RIG, "\"mo_error\""), round);
		cr_assert_eq(RIG->kit->said(RIG, NUMBER), 0);
		RIG->kit->meddle(RIG, "DEL {hongyan}:mo");
		struct mo other = whole;
		other.to = round == 1 ? SLICE("1") : SLICE("2");
		struct store_mo item = optout;
		item.mo = &other;
		record_all(&item, 1, "a");
	}
	store_rig_finish(RIG);
}

static bool is_trimmed(struct rig_slot *ignored, unsigned want)
{
	(void)ignored;
	return RIG->kit->mos(RIG) == want;
}

/* The stores keep them for an hour, and for as long as a group of readers has not acknowledged them. */
Test(store_contract, old_messages_are_trimmed_behind_their_readers)
{
	for (unsigned has_reader = 0; has_reader < 2; has_reader++) {
		store_rig_start(RIG, &store_kit_redis);
		RIG->kit->meddle(RIG, "XADD {hongyan}:mo 1-1 text old");
		if (has_reader)
			RIG->kit->meddle(RIG, "XGROUP CREATE {hongyan}:mo crm 0");
		store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
		record_all(&optout, 1, "a");
		if (!has_reader) {
			store_rig_until(RIG, 0, is_trimmed, 1, "the old one is trimmed");
		} else {
			store_rig_pass(RIG, 2 * US_PER_S);
			cr_assert_eq(RIG->kit->mos(RIG), 2);
			RIG->kit->meddle(RIG, "XREADGROUP GROUP crm reader NOACK STREAMS {hongyan}:mo >");
			store_rig_until(RIG, 0, is_trimmed, 1, "the old one is trimmed when it is read");
		}
		cr_assert(RIG->kit->is_opted_out(RIG, NUMBER));
		store_rig_finish(RIG);
	}
}
