/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/receipt_door.h"

#include <criterion/criterion.h>

#define PLACES 3

/* A pipeline that keeps tokens, or answers at once. */
struct setup {
	struct receipt_door *door;
	receipt_token tokens[8];
	unsigned offered;
	bool answers_at_once;
	unsigned durable, lost;
};

static void on_receipt(void *ctx, receipt_token token, const struct receipt *receipt)
{
	struct setup *setup = ctx;
	cr_expect(slice_is(receipt->carrier_ref, "ref"));
	setup->tokens[setup->offered++] = token;
	if (setup->answers_at_once)
		receipt_door_done(setup->door, token, true);
}

static void on_done(void *ctx, bool durable)
{
	struct setup *setup = ctx;
	if (durable)
		setup->durable++;
	else
		setup->lost++;
}

static bool offer(struct setup *setup)
{
	return receipt_door_offer(setup->door, &(struct receipt){ .carrier_ref = SLICE("ref") }, on_done, setup);
}

static void on_mo(void *ctx, receipt_token token, const struct mo *mo)
{
	struct setup *setup = ctx;
	cr_expect(slice_is(mo->octets, "R"));
	setup->tokens[setup->offered++] = token;
	if (setup->answers_at_once)
		receipt_door_done(setup->door, token, true);
}

static const struct carrier_events events = { .on_receipt = on_receipt, .on_mo = on_mo };

Test(receipt_door, each_receipt_is_answered_once)
{
	struct setup setup = { .door = receipt_door_create(PLACES) };
	cr_expect_not(offer(&setup), "closed");
	receipt_door_open(setup.door, &events, &setup);
	for (unsigned i = 0; i < PLACES; i++)
		cr_expect(offer(&setup));
	cr_expect_not(offer(&setup), "all places are taken");
	receipt_door_done(setup.door, setup.tokens[1], true);
	receipt_door_done(setup.door, setup.tokens[1], true);
	receipt_door_done(setup.door, 77, true);
	cr_expect_eq(setup.durable, 1);
	cr_expect(offer(&setup), "its place is free again");
	receipt_door_done(setup.door, setup.tokens[1], false);
	cr_expect_eq(setup.lost, 0, "an old token names nobody");
	receipt_door_done(setup.door, setup.tokens[3], false);
	cr_expect_eq(setup.lost, 1);
	receipt_door_close(setup.door);
	cr_expect_eq(setup.lost, 3, "those that waited");
	cr_expect_eq(setup.durable, 1);
	cr_expect_not(offer(&setup), "closed");
	receipt_door_destroy(setup.door);
	receipt_door_destroy(NULL);
}

Test(receipt_door, answers_within_the_offer)
{
	struct setup setup = { .door = receipt_door_create(1), .answers_at_once = true };
	receipt_door_open(setup.door, &events, &setup);
	for (unsigned i = 1; i <= 8; i++) {
		cr_expect(offer(&setup));
		cr_expect_eq(setup.durable, i);
	}
	receipt_door_close(setup.door);
	cr_expect_eq(setup.lost, 0);
	receipt_door_destroy(setup.door);
}

/* They share the places with receipts. */
Test(receipt_door, messages_from_phones)
{
	const struct mo mo = { .octets = SLICE("R"), .is_text = true, .part = 1, .total = 1 };
	struct setup setup = { .door = receipt_door_create(PLACES) };
	cr_expect_not(receipt_door_offer_mo(setup.door, &mo, on_done, &setup), "closed");
	receipt_door_open(setup.door, &events, &setup);
	cr_expect(receipt_door_offer_mo(setup.door, &mo, on_done, &setup));
	cr_expect(offer(&setup));
	cr_expect(receipt_door_offer_mo(setup.door, &mo, on_done, &setup));
	cr_expect_not(receipt_door_offer_mo(setup.door, &mo, on_done, &setup), "all places are taken");
	receipt_door_done(setup.door, setup.tokens[0], true);
	receipt_door_done(setup.door, setup.tokens[2], false);
	cr_expect_eq(setup.durable, 1);
	cr_expect_eq(setup.lost, 1);
	setup.answers_at_once = true;
	cr_expect(receipt_door_offer_mo(setup.door, &mo, on_done, &setup));
	cr_expect_eq(setup.durable, 2);
	receipt_door_close(setup.door);
	cr_expect_eq(setup.lost, 2);
	receipt_door_destroy(setup.door);
}
