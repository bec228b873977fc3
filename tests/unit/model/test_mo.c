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
		{ "whole", { number, SLICE("10690001"), SLICE("退订"), true, 1, 1, 0, false, none }, true },
		{ "of nobody, to nobody, without text", { none, none, none, true, 1, 1, 0, false, none }, true },
		{ "a name", { SLICE("Bank 1"), number, SLICE("x"), true, 1, 1, 0, false, none }, true },
		{ "a part", { number, number, SLICE("x"), true, 2, 3, 9, false, none }, true },
		{ "a part whose reference is 0", { number, number, SLICE("x"), true, 2, 3, 0, false, none }, true },
		{ "octets", { number, number, SLICE("\xff\x00"), false, 1, 1, 0, false, none }, true },
		{ "octets said to be text", { number, number, SLICE("\xff"), true, 1, 1, 0, false, none }, false },
		{ "half a character", { number, number, SLICE("\xe9\x80"), true, 1, 1, 0, false, none }, false },
		{ "part 0", { number, number, SLICE("x"), true, 0, 1, 0, false, none }, false },
		{ "part behind the last", { number, number, SLICE("x"), true, 3, 2, 1, false, none }, false },
		{ "a reference of what is whole", { number, number, SLICE("x"), true, 1, 1, 5, false, none }, false },
		{ "a number with a control character",
		  { SLICE("86\n1"), number, SLICE("x"), true, 1, 1, 0, false, none },
		  false },
		{ "a number that is not ASCII",
		  { number, SLICE("８６"), SLICE("x"), true, 1, 1, 0, false, none },
		  false },
		{ "a number too long",
		  { { long_text, MO_ADDRESS_MAX + 1 }, number, SLICE("x"), true, 1, 1, 0, false, none },
		  false },
		{ "as long as can be",
		  { number, number, { long_text, MO_OCTETS_MAX }, true, 1, 1, 0, false, none },
		  true },
		{ "an id", { number, number, none, true, 1, 1, 0, false, { long_text, MO_ID_MAX } }, true },
		{ "an id too long",
		  { number, number, none, true, 1, 1, 0, false, { long_text, MO_ID_MAX + 1 } },
		  false },
		{ "an id with a control character",
		  { number, number, none, true, 1, 1, 0, false, SLICE("\n") },
		  false },
		{ "a text too long",
		  { number, number, { long_text, MO_OCTETS_MAX + 1 }, true, 1, 1, 0, false, none },
		  false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(mo_is_valid(&rows[i].mo), rows[i].want, "%s", rows[i].name);
}
