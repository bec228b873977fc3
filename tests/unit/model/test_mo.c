/* SPDX-License-Identifier: Apache-2.0 */
#include "model/mo.h"

#include <criterion/criterion.h>

static char long_text[MO_OCTETS_MAX + 1];

Test(mo, validity)
{
	static const struct slice number = SLICE("8613900000001");
	static const struct slice none = { NULL, 0 };
	memset(long_text, 'a', sizeof long_text);
	const struct {
		const char *name;
		struct mo mo;
		bool want;
	} rows[] = {
		{ "whole", { number, SLICE("10690001"), SLICE("退订"), true, 1, 1, 0, false }, true },
		{ "of nobody, to nobody, without text", { none, none, none, true, 1, 1, 0, false }, true },
		{ "a name", { SLICE("Bank 1"), number, SLICE("x"), true, 1, 1, 0, false }, true },
		{ "a part", { number, number, SLICE("x"), true, 2, 3, 9, false }, true },
		{ "a part whose reference is 0", { number, number, SLICE("x"), true, 2, 3, 0, false }, true },
		{ "octets", { number, number, SLICE("\xff\x00"), false, 1, 1, 0, false }, true },
		{ "octets said to be text", { number, number, SLICE("\xff"), true, 1, 1, 0, false }, false },
		{ "half a character", { number, number, SLICE("\xe9\x80"), true, 1, 1, 0, false }, false },
		{ "part 0", { number, number, SLICE("x"), true, 0, 1, 0, false }, false },
		{ "part behind the last", { number, number, SLICE("x"), true, 3, 2, 1, false }, false },
		{ "a reference of what is whole", { number, number, SLICE("x"), true, 1, 1, 5, false }, false },
		{ "a number with a control character", { SLICE("86\n1"), number, SLICE("x"), true, 1, 1, 0, false }, false },
		{ "a number that is not ASCII", { number, SLICE("８６"), SLICE("x"), true, 1, 1, 0, false }, false },
		{ "a number too long",
		  { { long_text, MO_ADDRESS_MAX + 1 }, number, SLICE("x"), true, 1, 1, 0, false },
		  false },
		{ "as long as can be", { number, number, { long_text, MO_OCTETS_MAX }, true, 1, 1, 0, false }, true },
		{ "a text too long", { number, number, { long_text, MO_OCTETS_MAX + 1 }, true, 1, 1, 0, false }, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(mo_is_valid(&rows[i].mo), rows[i].want, "%s", rows[i].name);
}
