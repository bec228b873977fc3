/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggest.h"

#include <criterion/criterion.h>

Test(suggest, distance)
{
	static const struct {
		const char *a;
		const char *b;
		unsigned want;
	} rows[] = {
		{ "", "", 0 },
		{ "a", "", 1 },
		{ "", "abc", 3 },
		{ "abc", "abc", 0 },
		{ "abc", "axc", 1 },
		{ "abc", "abxc", 1 },
		{ "abc", "ac", 1 },
		{ "abcd", "abdc", 1 },
		{ "ab", "ba", 1 },
		{ "kitten", "sitting", 3 },
		{ "abc", "xyz", 3 },
		{ "ca", "abc", 3 },
		{ "widnow", "window", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned there = suggest_distance(slice_of(rows[i].a), slice_of(rows[i].b));
		unsigned back = suggest_distance(slice_of(rows[i].b), slice_of(rows[i].a));
		cr_assert_eq(there, rows[i].want, "%s to %s: %u", rows[i].a, rows[i].b, there);
		cr_assert_eq(back, rows[i].want, "%s to %s: %u", rows[i].b, rows[i].a, back);
	}
	static char long_text[1000];
	memset(long_text, 'x', sizeof long_text);
	cr_assert_eq(suggest_distance((struct slice){ long_text, 1000 }, SLICE("")), 64, "cut at 64");
}

Test(suggest, nearest)
{
	static const char *const known[] = { "window", "tps", "bind", "binds", "password_file", "system_id" };
	static char long_text[6000];
	memset(long_text, 'w', sizeof long_text);
	const struct {
		struct slice word;
		const char *want;
	} rows[] = {
		{ SLICE("widnow"), "window" },
		{ SLICE("windows"), "window" },
		{ SLICE("tsp"), "tps" },
		{ SLICE("bind"), "bind" },
		{ SLICE("bindss"), "binds" },
		{ SLICE("pasword_fil"), "password_file" },
		{ SLICE("sytem-id"), "system_id" },
		{ SLICE("signature"), NULL },
		{ SLICE("xyz"), NULL },
		{ SLICE(""), NULL },
		{ { long_text, sizeof long_text }, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *nearest = suggest_nearest(rows[i].word, known, sizeof known / sizeof known[0]);
		cr_assert(rows[i].want ? nearest && strcmp(nearest, rows[i].want) == 0 : nearest == NULL,
			  "%.20s: did you mean %s?", rows[i].word.at, nearest ? nearest : "nothing");
	}
	cr_assert_null(suggest_nearest(SLICE("a"), NULL, 0));
}
