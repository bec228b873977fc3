/* SPDX-License-Identifier: Apache-2.0 */

/* What Redis refuses for a while waits, and has its effect once. */

#include "contract/store_rig.h"
#include "store/redis_store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const unsigned places[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
static const struct settlement accepted = { .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED };

#define RIG (&store_rig_shared)

/* What each error does to the calls; refusal.c has the table. */
static const struct row {
	const char *word;
	bool takes_settles; /* and READs: only what is new waits */
	bool is_down;       /* the pipeline is told */
	bool reconnects;
	bool is_another;   /* who was a replica meanwhile may hold an earlier state: what was being begun is void */
	const char *event; /* of the one line in the log */
} rows[] = {
	{ "OOM", true, false, false, false, "\"redis_full\"" },     { "MISCONF", false, true, false, false, NULL },
	{ "NOREPLICAS", false, true, false, false, NULL },          { "BUSY", false, true, false, false, NULL },
	{ "READONLY", false, true, true, true, "\"store_error\"" },
};

#define ROWS (sizeof rows / sizeof rows[0])

static struct rig_slot *slot(unsigned number)
{
	return &RIG->slots[number];
}

static void add(const char *prefix, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char id[16];
		snprintf(id, sizeof id, "%s%u", prefix, i);
		store_rig_add(RIG, LANE_NORMAL, id);
	}
}

static uint64_t reconnects(unsigned number)
{
	return redis_store_gauges(slot(number)->store)->reconnects;
}

/* Six entries are read, two of them begun, two more wait in the queue. */
static void start(const struct row *row)
{
	store_rig_start(RIG, &store_kit_redis);
	RIG->row = row->word;
	store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
	add("a", 6);
	store_rig_read_all(RIG, 0, 6);
	cr_assert(store_rig_begin(RIG, 0, places, 2), "%s", RIG->row);
	store_rig_until(RIG, 0, rig_has_begun, 1, "BEGIN is answered");
	add("b", 2);
}

static void expect_refused(const struct row *row, unsigned reads)
{
	cr_assert_eq(slot(0)->begun_count, 1, "%s: something new was begun", RIG->row);
	cr_assert_eq(slot(0)->settled_count, row->takes_settles ? 2 : 0, "%s: %u settled", RIG->row,
		     slot(0)->settled_count);
	cr_assert_eq(slot(0)->is_up, !row->is_down, "%s: the pipeline was told something else", RIG->row);
	if (row->reconnects)
		return; /* that ends the READ */
	cr_assert_eq(slot(0)->read_count, reads + row->takes_settles, "%s: %u READs are over", RIG->row,
		     slot(0)->read_count - reads);
	cr_assert_eq(slot(0)->entry_count, row->takes_settles ? 8 : 6, "%s", RIG->row);
}

/* All has its effect once. */
static void expect_all_done(const struct row *row)
{
	store_rig_until(RIG, 0, rig_is_up, 0, "it is up again");
	store_rig_until(RIG, 0, rig_has_begun, 3, "what was refused is begun");
	store_rig_until(RIG, 0, rig_has_settled, 2, "what was sent is settled");
	while (slot(0)->store->ops->is_reading(slot(0)->store))
		RIG->kit->turn(RIG);
	store_rig_read_all(RIG, 0, 8);
	cr_assert_eq(slot(0)->verdict_count, 6, "%s: %u verdicts", RIG->row, slot(0)->verdict_count);
	cr_assert(store_rig_begin(RIG, 0, places + 6, 2), "%s", RIG->row);
	store_rig_until(RIG, 0, rig_has_begun, 4, "the rest is begun");
	for (unsigned i = 0; i < 8; i++) {
		bool is_void = row->is_another && i >= 2 && i < 6;
		cr_assert_eq(slot(0)->verdicts[i], is_void ? BEGIN_LOST : BEGIN_GO, "%s: verdict %u is %d", RIG->row, i,
			     (int)slot(0)->verdicts[i]);
	}
	store_rig_settle(RIG, 0, places + 2, 6, &accepted);
	store_rig_until(RIG, 0, rig_has_settled, 8, "all is settled");
	cr_assert_eq(RIG->kit->total(RIG, CLOSING_ACCEPTED), 8, "%s", RIG->row);
	cr_assert_eq(RIG->kit->depth(RIG), 0, "%s", RIG->row);
	store_rig_expect_events(RIG, "accepted", 8);
	store_rig_expect_balance(RIG);
}

Test(store_contract, what_redis_refuses_waits_and_has_its_effect_once)
{
	for (const struct row *row = rows; row < rows + ROWS; row++) {
		start(row);
		uint64_t connections = reconnects(0);
		unsigned reads = slot(0)->read_count;
		RIG->kit->refuse(RIG, row->word, true);
		cr_assert(store_rig_begin(RIG, 0, places + 2, 1), "%s", RIG->row);
		cr_assert(store_rig_begin(RIG, 0, places + 3, 3), "%s", RIG->row);
		store_rig_settle(RIG, 0, places, 2, &accepted);
		store_rig_read(RIG, 0, 64, false);
		store_rig_pass(RIG, 1200 * US_PER_MS);
		expect_refused(row, reads);
		RIG->kit->refuse(RIG, row->word, false);
		expect_all_done(row);
		cr_assert_eq(reconnects(0) != connections, row->reconnects, "%s: reconnected %u times", RIG->row,
			     (unsigned)(reconnects(0) - connections));
		cr_assert_eq(slot(0)->up_count, 1u + row->is_down, "%s: it came up %u times", RIG->row,
			     slot(0)->up_count);
		if (row->event != NULL)
			cr_assert_eq(RIG->kit->said(RIG, row->event), 1, "%s: %u lines %s", RIG->row,
				     RIG->kit->said(RIG, row->event), row->event);
		cr_assert_leq(RIG->kit->said(RIG, "\"level\":\"error\""), row->event != NULL, "%s", RIG->row);
		store_rig_finish(RIG);
	}
}

/* Whoever dies while Redis refuses, or just before. */
Test(store_contract, the_dead_are_taken_over_whatever_redis_refuses)
{
	for (const struct row *row = rows; row < rows + ROWS; row++) {
		start(row);
		RIG->kit->crash(RIG, 0);
		store_rig_open(RIG, 1, &(struct store_setup){ .nonce = 2, .adopts_instance = true });
		RIG->kit->refuse(RIG, row->word, true);
		store_rig_pass(RIG, 300 * US_PER_MS);
		if (!row->takes_settles)
			RIG->kit->refuse(RIG, row->word, false);
		/* An adoption that is refused is over; then they are found once more. */
		while (slot(1)->entry_count < 6)
			store_rig_adopt_all(RIG, 1);
		cr_assert_eq(slot(1)->entry_count, 6, "%s: %u entries", RIG->row, slot(1)->entry_count);
		for (unsigned i = 0; i < 6; i++)
			cr_assert_eq(slot(1)->entries[i].ambiguous, i < 2, "%s: entry %u", RIG->row, i);
		store_rig_finish(RIG);
	}
}

/* A Redis that is full when a worker comes or goes does not keep it from that. */
Test(store_contract, a_full_redis_lets_come_and_go)
{
	start(&rows[0]);
	RIG->kit->refuse(RIG, "OOM", true);
	store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2 });
	store_rig_read_all(RIG, 1, 2);
	store_rig_close(RIG, 0, US_PER_S);
	store_rig_until(RIG, 1, rig_has_orphans, 1, "it finds what was left");
	store_rig_adopt_all(RIG, 1);
	cr_assert_eq(slot(1)->entry_count, 8, "%u entries", slot(1)->entry_count);
	store_rig_finish(RIG);
}

/* While Redis refuses heartbeats nobody's is seen to go on: that is not the silence of the dead. */
Test(store_contract, nobody_dies_of_a_pause)
{
	for (const struct row *row = rows; row < rows + ROWS; row++) {
		store_rig_start(RIG, &store_kit_redis);
		RIG->row = row->word;
		for (unsigned i = 0; i < RIG_SLOTS; i++) {
			static const char *const instances[RIG_SLOTS] = { "one", "two", "three" };
			store_rig_open(RIG, i,
				       &(struct store_setup){ .instance = instances[i], .nonce = i, .is_quick = true });
		}
		store_rig_pass(RIG, 200 * US_PER_MS);
		RIG->kit->refuse(RIG, row->word, true);
		store_rig_pass(RIG, 1000 * US_PER_MS);
		RIG->kit->refuse(RIG, row->word, false);
		store_rig_pass(RIG, 500 * US_PER_MS);
		for (unsigned i = 0; i < RIG_SLOTS; i++)
			cr_assert_eq(slot(i)->fenced_count, 0, "%s: slot %u was taken for dead", RIG->row, i);
		store_rig_finish(RIG);
	}
}
