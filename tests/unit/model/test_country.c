/* SPDX-License-Identifier: Apache-2.0 */
#include "model/country.h"

#include <criterion/criterion.h>

Test(country, find)
{
	static const struct {
		const char *code;
		const char *want_calling; /* NULL = none */
	} rows[] = {
		{ "CN", "86" }, { "cn", "86" }, { "Us", "1" }, { "GB", "44" },
		{ "XX", NULL }, { "", NULL },   { "C", NULL }, { "CHN", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct country *country = country_find(slice_of(rows[i].code));
		cr_expect_eq(country == NULL, rows[i].want_calling == NULL, "%s", rows[i].code);
		if (country != NULL && rows[i].want_calling != NULL)
			cr_expect_str_eq(country->calling, rows[i].want_calling, "%s", rows[i].code);
	}
}

/* Every code that is offered exists, fits into an international number, and is found by its calling code. */
Test(country, table_holds_together)
{
	unsigned count = 0;
	for (const char *code = country_codes(); *code != '\0'; code += code[2] == ' ' ? 3 : 2, count++) {
		const struct country *country = country_find((struct slice){ code, 2 });
		cr_assert(country != NULL, "%.2s", code);
		cr_expect_leq(strlen(country->calling) + country->national_max, 15, "%.2s", code);
		cr_expect_leq(country->national_min, country->national_max, "%.2s", code);
		cr_expect_eq(country_of_international(slice_of(country->calling)), country, "%.2s", code);
	}
	cr_expect_eq(count, 14);
}

Test(country, judge)
{
	static const struct {
		const char *code;
		const char *national;
		enum national want;
	} rows[] = {
		{ "CN", "13900010001", NATIONAL_MOBILE },      { "CN", "1390001000", NATIONAL_BAD_LENGTH },
		{ "CN", "139000100011", NATIONAL_BAD_LENGTH }, { "CN", "12900010001", NATIONAL_BAD_LEAD },
		{ "CN", "23900010001", NATIONAL_BAD_LEAD },    { "CN", "", NATIONAL_BAD_LENGTH },
		{ "HK", "91234567", NATIONAL_MOBILE },         { "HK", "01234567", NATIONAL_BAD_LEAD },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(country_judge(country_find(slice_of(rows[i].code)), slice_of(rows[i].national)),
			     rows[i].want, "%s %s", rows[i].code, rows[i].national);
}
