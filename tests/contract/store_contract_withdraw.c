/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h about what withdraws alerts: cancels, and alerts that supersede others. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define RIG     (&store_rig_shared)
#define MANY    1300 /* more than any store looks at in one go */
#define SAME_MS UINT64_C(1700000000123)

static struct rig_slot *slot(void)
{
	return &RIG->slots[0];
}

static void start(unsigned kit)
{
	store_rig_start(RIG, store_kits[kit]);
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
}

struct case_entry {
	enum lane lane;
	const char *body;
	char want; /* G, C, S, D; 0 = it is no alert to begin */
};

#define ALERT(id, more)   "{\"id\":\"" id "\",\"template\":\"t\"" more "}"
#define SUBJECT(s)        ",\"subject\":\"" s "\""
#define SUPERSEDE         ",\"supersede\":true"
#define BATCH(b)          ",\"batch\":\"" b "\""
#define CANCEL(id)        "{\"cancel\":\"" id "\"}"
#define CANCEL_BATCH(b)   "{\"cancel_batch\":\"" b "\"}"
#define CANCEL_SUBJECT(s) "{\"cancel_subject\":\"" s "\",\"template\":\"t\"}"
#define CANCEL_OTHER(s)   "{\"cancel_subject\":\"" s "\",\"template\":\"other\"}"
#define CASE_ENTRIES      6

/* In the order of adding; a millisecond passes between two. */
static const struct {
	const char *name;
	struct case_entry entries[CASE_ENTRIES];
} cases[] = {
	{ "an id",
	  { { LANE_NORMAL, ALERT("a", ""), 'C' },
	    { LANE_NORMAL, ALERT("b", ""), 'G' },
	    { LANE_URGENT, CANCEL("a"), 0 } } },
	{ "an id, before the alert",
	  { { LANE_URGENT, CANCEL("a"), 0 },
	    { LANE_BULK, ALERT("a", ""), 'C' },
	    { LANE_BULK, ALERT("aa", ""), 'G' } } },
	{ "a batch",
	  { { LANE_BULK, ALERT("a", BATCH("run")), 'C' },
	    { LANE_BULK, ALERT("b", BATCH("ru")), 'G' },
	    { LANE_URGENT, CANCEL_BATCH("run"), 0 },
	    { LANE_BULK, ALERT("c", BATCH("run")), 'C' },
	    { LANE_BULK, ALERT("run", ""), 'G' } } },
	{ "a subject: what was added before",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s")), 'C' },
	    { LANE_NORMAL, ALERT("b", SUBJECT("ss")), 'G' },
	    { LANE_URGENT, CANCEL_SUBJECT("s"), 0 },
	    { LANE_NORMAL, ALERT("c", SUBJECT("s")), 'G' } } },
	{ "a subject of another template",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s")), 'G' }, { LANE_URGENT, CANCEL_OTHER("s"), 0 } } },
	{ "superseded",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s")), 'S' },
	    { LANE_NORMAL, ALERT("b", SUBJECT("s") SUPERSEDE), 'G' },
	    { LANE_NORMAL, ALERT("c", SUBJECT("s")), 'G' } } },
	{ "superseded twice",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'S' },
	    { LANE_BULK, ALERT("b", SUBJECT("s") SUPERSEDE), 'S' },
	    { LANE_URGENT, ALERT("c", SUBJECT("s") SUPERSEDE), 'G' } } },
	{ "superseded, then cancelled",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s")), 'C' },
	    { LANE_NORMAL, ALERT("b", SUBJECT("s") SUPERSEDE), 'C' },
	    { LANE_URGENT, CANCEL_SUBJECT("s"), 0 },
	    { LANE_NORMAL, ALERT("c", SUBJECT("s")), 'G' } } },
	{ "the same alert again does not end itself",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'G' },
	    { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'D' } } },
	{ "nor what came between",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'S' },
	    { LANE_NORMAL, ALERT("b", SUBJECT("s") SUPERSEDE), 'G' },
	    { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'D' } } },
	{ "nor what came between on other lanes",
	  { { LANE_BULK, ALERT("a", SUBJECT("s") SUPERSEDE), 'S' },
	    { LANE_NORMAL, ALERT("b", SUBJECT("s") SUPERSEDE), 'G' },
	    { LANE_URGENT, ALERT("c", SUBJECT("s")), 'G' },
	    { LANE_BULK, ALERT("a", SUBJECT("s") SUPERSEDE), 'D' } } },
	{ "what was withdrawn does not come back with its id",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s")), 'S' },
	    { LANE_NORMAL, ALERT("b", SUBJECT("s") SUPERSEDE), 'G' },
	    { LANE_NORMAL, ALERT("a", SUBJECT("s")), 'D' },
	    { LANE_NORMAL, ALERT("c", SUBJECT("s")), 'G' } } },
	{ "nor behind a cancel",
	  { { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'C' },
	    { LANE_URGENT, CANCEL_SUBJECT("s"), 0 },
	    { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'D' },
	    { LANE_NORMAL, ALERT("b", SUBJECT("s")), 'G' } } },
	{ "a cancel on a lane with alerts",
	  { { LANE_URGENT, ALERT("a", ""), 'C' },
	    { LANE_URGENT, CANCEL("a"), 0 },
	    { LANE_URGENT, ALERT("b", ""), 'G' } } },
};

static char letter_of(enum begin_verdict verdict)
{
	return verdict == BEGIN_GO           ? 'G'
	       : verdict == BEGIN_CANCELLED  ? 'C'
	       : verdict == BEGIN_SUPERSEDED ? 'S'
	       : verdict == BEGIN_DUPLICATE  ? 'D'
					     : '?';
}

/* Places of the alerts in the slot, in the order in which they were added. */
static unsigned places_of(const struct case_entry *entries, const struct entry_key *keys, unsigned *places)
{
	unsigned count = 0;
	for (unsigned i = 0; i < CASE_ENTRIES && entries[i].body != NULL; i++) {
		if (entries[i].want == 0)
			continue;
		struct rig_entry *entry = store_rig_entry(RIG, 0, &keys[i]);
		places[count++] = (unsigned)(entry - slot()->entries);
	}
	return count;
}

static void expect(const char *name, const struct case_entry *entries)
{
	unsigned at = 0;
	for (unsigned i = 0; i < CASE_ENTRIES && entries[i].body != NULL; i++) {
		if (entries[i].want == 0)
			continue;
		char got = letter_of(slot()->verdicts[at++]);
		cr_assert_eq(got, entries[i].want, "%s, %s: %s: %c, not %c", RIG->row, name, entries[i].body, got,
			     entries[i].want);
	}
}

static unsigned add_case(const struct case_entry *entries, struct entry_key *keys)
{
	unsigned count = 0;
	for (; count < CASE_ENTRIES && entries[count].body != NULL; count++) {
		keys[count] = store_rig_add_body(RIG, entries[count].lane, entries[count].body);
		store_rig_pass(RIG, 2 * US_PER_MS);
	}
	return count;
}

Test(store_contract, begin_knows_what_the_queue_withdraws)
{
	for (unsigned row = 0; row < sizeof cases / sizeof cases[0]; row++) {
		for (unsigned kit = 0; kit < store_kit_count; kit++) {
			struct entry_key keys[CASE_ENTRIES];
			unsigned places[CASE_ENTRIES];
			start(kit);
			unsigned added = add_case(cases[row].entries, keys);
			store_rig_read_all(RIG, 0, added);
			unsigned count = places_of(cases[row].entries, keys, places);
			cr_assert(store_rig_begin(RIG, 0, places, count), "%s", RIG->row);
			store_rig_until(RIG, 0, rig_has_begun, 1, cases[row].name);
			expect(cases[row].name, cases[row].entries);
			store_rig_finish(RIG);
		}
	}
}

/* Entries of one millisecond on several lanes, and their numbers in it: there a cancel is the later one, and of two alerts
 * that supersede each other one stays. */
Test(store_contract, what_withdraws_within_one_millisecond)
{
	static const struct {
		const char *name;
		struct case_entry entries[CASE_ENTRIES];
		unsigned numbers[CASE_ENTRIES];
	} rows[] = {
		{ "a superseding alert of a higher number, and a cancel",
		  { { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'C' }, { LANE_URGENT, CANCEL_SUBJECT("s"), 0 } },
		  { 3, 0 } },
		{ "a cancel, and a superseding alert of a higher number",
		  { { LANE_URGENT, CANCEL_SUBJECT("s"), 0 }, { LANE_BULK, ALERT("a", SUBJECT("s") SUPERSEDE), 'C' } },
		  { 0, 3 } },
		{ "each supersedes the other, the urgent one has the lower number",
		  { { LANE_URGENT, ALERT("a", SUBJECT("s") SUPERSEDE), 'G' },
		    { LANE_NORMAL, ALERT("b", SUBJECT("s") SUPERSEDE), 'S' } },
		  { 0, 5 } },
		{ "each supersedes the other, the urgent one has the higher number",
		  { { LANE_NORMAL, ALERT("a", SUBJECT("s") SUPERSEDE), 'S' },
		    { LANE_URGENT, ALERT("b", SUBJECT("s") SUPERSEDE), 'G' } },
		  { 0, 5 } },
	};
	for (unsigned row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		for (unsigned kit = 0; kit < store_kit_count; kit++) {
			struct entry_key keys[CASE_ENTRIES];
			unsigned places[CASE_ENTRIES];
			start(kit);
			unsigned added = 0;
			for (; rows[row].entries[added].body != NULL; added++) {
				const struct case_entry *entry = &rows[row].entries[added];
				keys[added] = (struct entry_key){ SAME_MS, rows[row].numbers[added], entry->lane };
				RIG->kit->add_at(RIG, &keys[added], entry->body);
			}
			RIG->added += added;
			store_rig_read_all(RIG, 0, added);
			unsigned count = places_of(rows[row].entries, keys, places);
			cr_assert(store_rig_begin(RIG, 0, places, count), "%s", RIG->row);
			store_rig_until(RIG, 0, rig_has_begun, 1, rows[row].name);
			expect(rows[row].name, rows[row].entries);
			store_rig_finish(RIG);
		}
	}
}

/* What withdraws lies far behind what is begun, and nobody has read it. */
Test(store_contract, however_far_behind_it_lies)
{
	static const unsigned first[] = { 0, 1 };
	static const struct case_entry ends[] = { { LANE_URGENT, CANCEL("a0"), 'C' },
						  { LANE_BULK, ALERT("z", SUBJECT("s1") SUPERSEDE), 'S' } };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		start(kit);
		for (unsigned i = 0; i < MANY; i++) {
			char body[RIG_TEXT];
			snprintf(body, sizeof body, ALERT("a%u", SUBJECT("s%u")), i, i);
			store_rig_add_body(RIG, LANE_BULK, body);
		}
		store_rig_read(RIG, 0, 2, false);
		store_rig_until(RIG, 0, rig_has_entries, 2, "two are read");
		for (unsigned i = 0; i < 2; i++) {
			cr_assert(store_rig_begin(RIG, 0, &first[i], 1), "%s", RIG->row);
			store_rig_until(RIG, 0, rig_has_begun, 2 * i + 1, "BEGIN is answered");
			cr_assert_eq(slot()->verdicts[2 * i], BEGIN_GO, "%s: too early", RIG->row);
			store_rig_add_body(RIG, ends[i].lane, ends[i].body);
			cr_assert(store_rig_begin(RIG, 0, &first[i], 1), "%s", RIG->row);
			store_rig_until(RIG, 0, rig_has_begun, 2 * i + 2, "BEGIN is answered");
			cr_assert_eq(letter_of(slot()->verdicts[2 * i + 1]), ends[i].want, "%s", RIG->row);
		}
		store_rig_finish(RIG);
	}
}

static void call_begin(void *ctx)
{
	(void)ctx;
	static const unsigned first[] = { 0 };
	cr_assert(store_rig_begin(RIG, 0, first, 1), "%s", RIG->row);
}

Test(store_contract, a_withdrawal_holds_through_a_broken_connection)
{
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned done = 0; done < 2; done++) {
			start(kit);
			store_rig_add(RIG, LANE_NORMAL, "a");
			store_rig_read_all(RIG, 0, 1);
			store_rig_add_body(RIG, LANE_URGENT, CANCEL("a"));
			RIG->kit->lose(RIG, done, call_begin, NULL);
			store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
			cr_assert_eq(slot()->verdicts[0], BEGIN_CANCELLED, "%s", RIG->row);
			store_rig_finish(RIG);
		}
	}
}

static void call_withdraw(void *ctx)
{
	slot()->in_downcall = true;
	slot()->store->ops->withdraw(slot()->store, ctx);
	slot()->store->ops->flush(slot()->store);
	slot()->in_downcall = false;
}

/* An entry on a lane that nobody has looked through; it is noted and then settled, and its note stays. */
Test(store_contract, what_is_withdrawn_stays_so_when_its_entry_is_gone)
{
	static const unsigned cancel[] = { 1 };
	static const struct settlement control = { .kind = SETTLE_CLOSE, .closing = CLOSING_CONTROL };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		for (unsigned lost = 0; lost < 2; lost++) {
			start(kit);
			store_rig_add(RIG, LANE_NORMAL, "a");
			store_rig_read_all(RIG, 0, 1);
			struct entry_key key = store_rig_add_body(RIG, LANE_BULK, CANCEL("a"));
			store_rig_read_all(RIG, 0, 2);
			struct store_withdrawal withdrawal = { .kind = WITHDRAWAL_ID,
							       .name = SLICE("a"),
							       .origin = key };
			if (lost)
				RIG->kit->lose(RIG, false, call_withdraw, &withdrawal);
			else
				call_withdraw(&withdrawal);
			store_rig_settle(RIG, 0, cancel, 1, &control);
			store_rig_until(RIG, 0, rig_has_settled, 1, "the cancel is settled");
			call_begin(NULL);
			store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
			cr_assert_eq(slot()->verdicts[0], BEGIN_CANCELLED, "%s", RIG->row);
			cr_assert_eq(RIG->kit->total(RIG, CLOSING_CONTROL), 1, "%s", RIG->row);
			store_rig_expect_balance(RIG);
			store_rig_finish(RIG);
		}
	}
}
