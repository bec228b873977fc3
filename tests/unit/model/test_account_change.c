/* SPDX-License-Identifier: Apache-2.0 */
#include "model/account_change.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(account_change, what_was_written_is_read)
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
		char word[ACCOUNT_WORD_OCTETS];
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

Test(account_change, flaws)
{
	static const char *const long_who = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg";
	static const struct row {
		const char *name;
		const char *who;
		const char *reason;
		const char *want_of; /* NULL = fine */
	} rows[] = {
		{ "nobody, nothing", "", "", NULL },
		{ "Chinese", "李", "运营商维护", NULL },
		{ "a line", "li", "two\nlines", "reason" },
		{ "a tab, which parts who and why", "l\ti", "", "by" },
		{ "DEL", "li\x7F", "", "by" },
		{ "C1", "li", "\xC2\x85", "reason" },
		{ "no UTF-8", "li", "\xFF", "reason" },
		{ "cut UTF-8", "\xE6\x9D", "", "by" },
		{ "as long as can be", long_who, "", NULL },
		{ "a reason may be longer", "", long_who, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct account_change change = { "cmcc", .who = rows[i].who, .reason = rows[i].reason };
		const char *of = NULL;
		const char *flaw = account_change_flaw(&change, &of);
		cr_assert_eq(flaw != NULL, rows[i].want_of != NULL, "%s: %s", rows[i].name, flaw);
		if (flaw != NULL)
			cr_assert_str_eq(of, rows[i].want_of, "%s", rows[i].name);
	}
	char who[PAUSE_WHO_MAX + 2];
	memset(who, 'a', sizeof who);
	who[PAUSE_WHO_MAX + 1] = '\0';
	const char *of;
	cr_assert_str_eq(account_change_flaw(&(struct account_change){ "a", .who = who, .reason = "" }, &of),
			 "is a name of at most 64 octets without control characters");
}

Test(account_change, answers)
{
	static const struct row {
		struct account_change change;
		const char *value;
		bool was_so;
		const char *want; /* NULL = no answer to that change */
	} rows[] = {
		{ { "cmcc", .stance = ACCOUNT_PAUSED, .who = "wang", .reason = "" },
		  "paused 1739404800000 li\tcom\"plaints",
		  true,
		  "{\"account\":\"cmcc\",\"state\":\"paused\",\"reason\":\"com\\\"plaints\","
		  "\"since\":\"2025-02-13T00:00:00.000Z\",\"by\":\"li\",\"was_so\":true}" },
		{ { "cmcc", .stance = ACCOUNT_RUNS, .who = "", .reason = "" },
		  "",
		  false,
		  "{\"account\":\"cmcc\",\"state\":\"runs\",\"was_so\":false}" },
		{ { "b", true, .has_tps = true, .tps = 5, .who = "", .reason = "" },
		  "5 1739404800000 \t",
		  false,
		  "{\"account\":\"b\",\"tps\":5,\"since\":\"2025-02-13T00:00:00.000Z\",\"was_so\":false}" },
		{ { "b", true, .has_tps = false, .who = "", .reason = "" },
		  "",
		  true,
		  "{\"account\":\"b\",\"tps\":null,\"was_so\":true}" },
		{ { "b", true, .has_tps = true, .tps = 5, .who = "", .reason = "" }, "many", false, NULL },
		{ { "b", .stance = ACCOUNT_PAUSED, .who = "", .reason = "" }, "", false, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char octets[512];
		struct buf out = buf_over(octets, sizeof octets - 1);
		struct account_answer answer;
		bool is_read = account_answer_read(&rows[i].change, slice_of(rows[i].value), rows[i].was_so, &answer);
		cr_assert_eq(is_read, rows[i].want != NULL, "%zu", i);
		if (!is_read)
			continue;
		account_answer_write(&rows[i].change, &answer, &out);
		octets[out.len] = '\0';
		cr_assert_str_eq(octets, rows[i].want);
	}
}
