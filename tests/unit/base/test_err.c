/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/utf8.h"

#include <criterion/criterion.h>
#include <signal.h>

Test(err, names)
{
	for (unsigned i = 0; i < ERR_COUNT; i++) {
		cr_assert_not_null(err_name((enum err)i), "%u", i);
		for (unsigned j = 0; j < i; j++)
			cr_assert_str_neq(err_name((enum err)i), err_name((enum err)j));
	}
	cr_assert_str_eq(err_name(ERR_FORMAT), "format");
	cr_assert_str_eq(err_name(ERR_NOT_FOUND), "not_found");
}

Test(err, the_first_one_wins)
{
	struct err_at at = { 0 };
	cr_assert_eq(err_at_set(&at, ERR_RANGE, 7, "to", "%s is too long", "it"), ERR_RANGE);
	cr_assert_eq(err_at_set(&at, ERR_FORMAT, 9, "id", "another"), ERR_FORMAT, "the caller's own is returned");
	cr_assert(at.err == ERR_RANGE && at.offset == 7);
	cr_assert_str_eq(at.field, "to");
	cr_assert_str_eq(at.text, "it is too long");
	cr_assert_eq(err_at_set(NULL, ERR_FORMAT, 0, NULL, "nobody listens"), ERR_FORMAT);
}

Test(err, long_texts_are_cut_at_a_character)
{
	char text[400];
	for (size_t shift = 0; shift < 3; shift++) {
		size_t len = shift;
		memset(text, 'x', shift);
		for (; len + 4 < sizeof text; len += 3)
			memcpy(text + len, "汉", 3);
		text[len] = '\0';
		struct err_at at = { 0 };
		err_at_set(&at, ERR_RANGE, 0, text, "%s", text);
		cr_assert_eq(utf8_valid(at.text, strlen(at.text)), strlen(at.text), "shift %zu", shift);
		cr_assert_eq(utf8_valid(at.field, strlen(at.field)), strlen(at.field), "shift %zu", shift);
		cr_assert_gt(strlen(at.text), sizeof at.text - 4, "shift %zu", shift);
		cr_assert_gt(strlen(at.field), sizeof at.field - 4, "shift %zu", shift);
	}
}

/* Also where what is quoted was cut before, or is no text at all. */
Test(err, texts_are_utf8)
{
	struct err_at at = { 0 };
	err_at_set(&at, ERR_FORMAT, 0,
		   "a\xFF"
		   "b",
		   "“%.4s” and “%s” are “%s”", "汉字", "\x80\xE4\x80", "ok");
	cr_assert_str_eq(at.field, "a?b");
	cr_assert_str_eq(at.text, "“汉?” and “?” are “ok”");
}

Test(err, no_error_is_a_bug, .signal = SIGABRT)
{
	struct err_at at = { 0 };
	err_at_set(&at, ERR_OK, 0, NULL, "fine");
}

Test(err, a_name_out_of_range_is_a_bug, .signal = SIGABRT)
{
	err_name(ERR_COUNT);
}
