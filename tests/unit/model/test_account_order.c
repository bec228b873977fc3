/* SPDX-License-Identifier: Apache-2.0 */
#include "model/account_order.h"

#include <criterion/criterion.h>

Test(account_order, fields_of_one_account_are_one_order)
{
	struct account_order orders[2];
	unsigned count = 0;
	cr_assert(account_order_read(SLICE("tps:a"), SLICE("7 1 li\t"), orders, &count, 2));
	cr_assert(account_order_read(SLICE("state:b"), SLICE("paused 2 \t"), orders, &count, 2));
	cr_assert(account_order_read(SLICE("state:a"), SLICE("drained 3 wang\tnight work"), orders, &count, 2));
	cr_assert_not(account_order_read(SLICE("state:c"), SLICE("paused 2 \t"), orders, &count, 2), "no place");
	cr_assert_eq(count, 2);
	const struct account_order *order = account_order_find(orders, count, "a");
	cr_assert_not_null(order);
	cr_assert(order->has_tps && order->tps == 7 && order->stance == ACCOUNT_DRAINED);
	cr_assert_str_eq(order->reason, "night work");
	cr_assert_str_eq(order->tps_note.who, "li");
	cr_assert_str_eq(order->note.who, "wang");
	cr_assert_null(account_order_find(orders, count, "c"));
}

/* The hash is anybody's to write into. */
Test(account_order, what_is_none_is_not_read)
{
	static const struct row {
		const char *field;
		const char *value;
	} rows[] = {
		{ "", "paused 1 li" },
		{ "state:", "paused 1 li" },
		{ "cmcc", "paused 1 li" },
		{ "state:a", "" },
		{ "state:a", "runs 1 li" },
		{ "state:a", "stopped 1 li" },
		{ "tps:a", "" },
		{ "tps:a", "many 1 li" },
		{ "tps:a", "1000001 1 li" },
		{ "tps:a", "-1 1 li" },
		{ "tps:", "5 1 li" },
		{ "state:abcdefghijklmnopqrstuvwxyz0123456", "paused 1 li" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct account_order orders[4];
		unsigned count = 0;
		cr_assert_not(account_order_read(slice_of(rows[i].field), slice_of(rows[i].value), orders, &count, 4),
			      "“%s”: “%s”", rows[i].field, rows[i].value);
		for (unsigned k = 0; k < count; k++)
			cr_assert(orders[k].stance == ACCOUNT_RUNS && !orders[k].has_tps, "“%s”: “%s”", rows[i].field,
				  rows[i].value);
	}
}

Test(account_order, when_it_was_last_said_to_run)
{
	struct account_order orders[2];
	unsigned count = 0;
	cr_assert(account_order_read(SLICE("again:a"), SLICE("1770940700000"), orders, &count, 2));
	cr_assert_eq(count, 1);
	cr_expect_eq(orders[0].again, 1770940700000);
	cr_expect_eq(orders[0].stance, ACCOUNT_RUNS);
	cr_expect_not(account_order_read(SLICE("again:a"), SLICE("soon"), orders, &count, 2));
	cr_expect_eq(orders[0].again, 1770940700000);
}
