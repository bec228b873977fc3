/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slice.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(slice, comparisons)
{
	const struct slice absent = { NULL, 0 };
	static const struct {
		const char *name;
		struct slice a;
		struct slice b;
		bool want_equal;
		bool want_starts; /* a starts with b */
	} rows[] = {
		{ "both absent", { NULL, 0 }, { NULL, 0 }, true, true },
		{ "absent and empty", { NULL, 0 }, SLICE(""), true, true },
		{ "same", SLICE("abc"), SLICE("abc"), true, true },
		{ "prefix", SLICE("abc"), SLICE("ab"), false, true },
		{ "longer", SLICE("ab"), SLICE("abc"), false, false },
		{ "other", SLICE("abc"), SLICE("abd"), false, false },
		{ "empty prefix", SLICE("abc"), SLICE(""), false, true },
		{ "NUL inside", SLICE("a\0b"), SLICE("a\0c"), false, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cr_assert_eq(slice_equal(rows[i].a, rows[i].b), rows[i].want_equal, "%s", rows[i].name);
		cr_assert_eq(slice_starts(rows[i].a, rows[i].b), rows[i].want_starts, "%s", rows[i].name);
	}
	cr_assert(slice_is(SLICE("abc"), "abc"));
	cr_assert(!slice_is(SLICE("a\0b"), "a"));
	cr_assert_eq(slice_of(NULL).at, NULL);
	cr_assert_eq(slice_of("abc").len, 3);
	char text[8];
	snprintf(text, sizeof text, "%.*s|", SLICE_ARG(absent));
	cr_assert_str_eq(text, "|");
}

Test(slice, cut)
{
	static const struct {
		struct slice text;
		const char *want_part;
		const char *want_rest;
	} rows[] = {
		{ { NULL, 0 }, "", "" },        { SLICE(""), "", "" },    { SLICE("a"), "a", "" },
		{ SLICE("a,"), "a", "" },       { SLICE(",a"), "", "a" }, { SLICE(",,"), "", "," },
		{ SLICE("a,b,c"), "a", "b,c" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice rest = rows[i].text;
		struct slice part = slice_cut(&rest, ',');
		cr_assert(slice_is(part, rows[i].want_part), "row %zu", i);
		cr_assert(slice_is(rest, rows[i].want_rest), "row %zu", i);
		cr_assert_eq(part.at, rows[i].text.at, "row %zu", i);
	}
	struct slice rest = SLICE("a\0b");
	cr_assert(slice_is(slice_cut(&rest, '\0'), "a"), "NUL is a mark like others");
	cr_assert(slice_is(rest, "b"));
}

Test(slice, order)
{
	/* Each before those below it. */
	static const struct slice rows[] = { { NULL, 0 }, SLICE("\0"), SLICE("a"),   SLICE("a\0"),
					     SLICE("ab"), SLICE("b"),  SLICE("\xFF") };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
			int order = slice_compare(rows[i], rows[k]);
			cr_assert_eq((order > 0) - (order < 0), (i > k) - (i < k), "rows %zu and %zu", i, k);
		}
	}
}
