/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of port/store.h where two workers get receipts of the same sms. */

#include "contract/store_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define RIG    (&store_rig_shared)
#define ALERTS 3

/* Each alert has one segment, and a text of its own to be told of it. */
static void settle_alerts(void)
{
	static const struct store_receipt_key keys[ALERTS] = { { SLICE("m-0"), 1 },
							       { SLICE("m-1"), 1 },
							       { SLICE("M-2"), 1 } };
	static const struct slice values[ALERTS] = { SLICE("\"id\":\"a0\""), SLICE("\"id\":\"the one in the middle\""),
						     SLICE("\"id\":\"a2\"") };
	for (unsigned i = 0; i < ALERTS; i++) {
		struct settlement settlement = { .kind = SETTLE_CLOSE, .closing = CLOSING_ACCEPTED };
		settlement.account = "cmcc";
		settlement.receipt_keys = &keys[i];
		settlement.receipt_key_count = 1;
		settlement.receipt_value = values[i];
		store_rig_settle(RIG, 0, &i, 1, &settlement);
	}
	store_rig_until(RIG, 0, rig_has_settled, ALERTS, "all are settled");
}

static struct store_receipt_event delivered(const char *ref)
{
	return (struct store_receipt_event){
		.account = "cmcc",
		.carrier_ref = slice_of(ref),
		.state = MESSAGE_STATE_DELIVERED,
		.head = SLICE(",\"segment\":"),
		.ref = SLICE("\"r\""),
	};
}

static void record(unsigned slot, const struct store_receipt_event *events, unsigned count)
{
	struct store *store = RIG->slots[slot].store;
	RIG->slots[slot].in_downcall = true;
	cr_assert(store->ops->record(store, events, count, 1), "%s", RIG->row);
	store->ops->flush(store);
	RIG->slots[slot].in_downcall = false;
}

/* Both have read what is kept with the keys before one of them tells it. */
Test(store_contract, two_workers_tell_a_receipt_once)
{
	const struct store_receipt_event firsts[] = { delivered("m-1") };
	const struct store_receipt_event seconds[] = { delivered("m-0"), delivered("m-1"), delivered("m-2") };
	for (unsigned kit = 0; kit < store_kit_count; kit++) {
		store_rig_start(RIG, store_kits[kit]);
		store_rig_open(RIG, 0, &(struct store_setup){ .nonce = 1 });
		for (unsigned i = 0; i < ALERTS; i++) {
			char id[8];
			snprintf(id, sizeof id, "a%u", i);
			store_rig_add(RIG, LANE_NORMAL, id);
		}
		store_rig_read_all(RIG, 0, ALERTS);
		settle_alerts();
		store_rig_open(RIG, 1, &(struct store_setup){ .instance = "two", .nonce = 2 });
		record(0, firsts, 1);
		record(1, seconds, 3);
		store_rig_until(RIG, 0, rig_has_recorded, 1, "the one is recorded");
		store_rig_until(RIG, 1, rig_has_recorded, 1, "the other is recorded");
		bool was_first = RIG->slots[0].answers[0] == 'f';
		cr_assert_str_eq(RIG->slots[0].answers, was_first ? "f" : "r", "%s", RIG->row);
		cr_assert_str_eq(RIG->slots[1].answers, was_first ? "frf" : "fff", "%s", RIG->row);
		store_rig_expect_events(RIG, "\"segment\":", ALERTS);
		store_rig_expect_events(RIG, "{\"id\":\"a0\",\"segment\":1,\"refs\":[\"r\"]}", 1);
		store_rig_expect_events(RIG, "{\"id\":\"the one in the middle\",\"segment\":1,\"refs\":[\"r\"]}", 1);
		store_rig_expect_events(RIG, "{\"id\":\"a2\",\"segment\":1,\"refs\":[\"r\"]}", 1);
		store_rig_finish(RIG);
	}
}
