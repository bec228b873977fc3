/* SPDX-License-Identifier: Apache-2.0 */
#include "model/account_order.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(account_order, what_was_written_is_read)
{
	static const struct row {
		struct account_change change;
		const char *want_field;
		const char *want_word;
		const char *want_note;
	} rows[] = {
		{ { "cmcc", .stance = ACCOUNT_PAUSED, .who = "li", .reason = "complaints" },
		  "state:cmcc",
		  "paused",
		  "li\tcomplaints" },
		{ { "cmcc", .stance = ACCOUNT_DRAINED, .who = "", .reason = "" }, "state:cmcc", "drained", "\t" },
		{ { "cmcc", .stance = ACCOUNT_RUNS, .who = "li", .reason = "" }, "state:cmcc", "", "li\t" },
		{ { "b-2.x", true, .has_tps = true, .tps = 500, .who = "wang", .reason = "" },
		  "tps:b-2.x",
		  "500",
		  "wang\t" },
		{ { "b-2.x", true, .has_tps = true, .tps = 0, .who = "", .reason = "" }, "tps:b-2.x", "0", "\t" },
		{ { "b-2.x", true, .has_tps = false, .who = "", .reason = "" }, "tps:b-2.x", "", "\t" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct account_change *change = &rows[i].change;
		char field[ACCOUNT_FIELD_OCTETS];
		char word[16];
		char note[ACCOUNT_NOTE_OCTETS];
		char value[512];
		account_change_write(change, field, word, note);
		cr_assert_str_eq(field, rows[i].want_field);
		cr_assert_str_eq(word, rows[i].want_word);
		cr_assert_str_eq(note, rows[i].want_note);
		if (word[0] == '\0')
			continue;
		snprintf(value, sizeof value, "%s 1739404800000 %s", word, note);
		struct account_order order;
		unsigned count = 0;
		cr_assert(account_order_read(slice_of(field), slice_of(value), &order, &count, 1), "%s", value);
		cr_assert_eq(count, 1);
		cr_assert_str_eq(order.name, change->account);
		cr_assert_eq(order.stance, change->stance, "%s", value);
		cr_assert_eq(order.has_tps, change->has_tps, "%s", value);
		cr_assert_eq(order.tps, change->tps, "%s", value);
		const struct pause_note *told = change->is_tps ? &order.tps_note : &order.note;
		cr_assert_eq(told->since, 1739404800000, "%s", value);
		cr_assert_str_eq(told->who, change->who, "%s", value);
		cr_assert_str_eq(order.reason, change->reason, "%s", value);
	}
}

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
