/* SPDX-License-Identifier: Apache-2.0 */
#include "route/number_plan.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct msisdn number(const char *digits)
{
	struct msisdn msisdn = { .len = (uint8_t)strlen(digits) };
	memcpy(msisdn.digits, digits, msisdn.len);
	return msisdn;
}

Test(number_plan, blocks)
{
	static const struct {
		const char *digits;
		const char *want_operator; /* NULL = in no block */
		const char *want_kind;
		bool want_portable;
	} rows[] = {
		{ "8613400000001", "mobile", "ordinary", true },
		{ "8613480000001", "mobile", "ordinary", true },
		{ "8613490000001", "telecom", "satellite", false },
		{ "8613500000001", "mobile", "ordinary", true },
		{ "8613900000001", "mobile", "ordinary", true },
		{ "8617200000001", "mobile", "ordinary", true },
		{ "8619800000001", "mobile", "ordinary", true },
		{ "8616500000001", "mobile", "virtual operator", false },
		{ "8617050000001", "mobile", "virtual operator", false },
		{ "8613000000001", "unicom", "ordinary", true },
		{ "8618600000001", "unicom", "ordinary", true },
		{ "8617090000001", "unicom", "virtual operator", false },
		{ "8617100000001", "unicom", "virtual operator", false },
		{ "8613300000001", "telecom", "ordinary", true },
		{ "8619900000001", "telecom", "ordinary", true },
		{ "8617000000001", "telecom", "virtual operator", false },
		{ "8617400000001", "telecom", "satellite", false },
		{ "8619200000001", "broadnet", "ordinary", false },
		{ "8617490000001", "unknown", "satellite", false },
		{ "8617410000001", "unknown", "emergency", false },
		{ "8614000000001", "unknown", "things", false },
		{ "8610640000000", "unknown", "things", false },
		{ "8617030000001", "mobile", "virtual operator", false },
		{ "8617000000001", "telecom", "virtual operator", false },
		{ "861700", "telecom", "virtual operator", false },
		{ "86170", NULL, NULL, false },
		{ "861010000000", NULL, NULL, false },
		{ "8616000000001", NULL, NULL, false },
		{ "12125550100", NULL, NULL, false },
		{ "", NULL, NULL, false },
	};
	struct number_plan *plan;
	cr_assert_eq(number_plan_create(NULL, 0, &plan, NULL), ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn msisdn = number(rows[i].digits);
		const struct number_block *block = number_plan_find(plan, &msisdn);
		cr_expect_eq(block != NULL, rows[i].want_operator != NULL, "%s", rows[i].digits);
		if (block == NULL || rows[i].want_operator == NULL)
			continue;
		cr_expect_str_eq(number_operator_name(block->owner), rows[i].want_operator, "%s", rows[i].digits);
		cr_expect_str_eq(number_kind_name(block->kind), rows[i].want_kind, "%s", rows[i].digits);
		cr_expect_eq(block->is_portable, rows[i].want_portable, "%s", rows[i].digits);
		cr_expect(!block->is_configured, "%s", rows[i].digits);
	}
	number_plan_destroy(plan);
	number_plan_destroy(NULL);
}

Test(number_plan, configured)
{
	static const struct number_plan_extra extras[] = {
		{ { "86192", 5 }, OPERATOR_TELECOM },
		{ { "8619999", 7 }, OPERATOR_BROADNET },
		{ { "44", 2 }, OPERATOR_UNKNOWN },
	};
	static const struct {
		const char *digits;
		const char *want_prefix;
		enum number_operator want;
		enum number_kind want_kind;
		bool want_configured;
	} rows[] = {
		{ "8619200000001", "86192", OPERATOR_TELECOM, NUMBER_ORDINARY, true },
		{ "8619999000001", "8619999", OPERATOR_BROADNET, NUMBER_ORDINARY, true },
		{ "8619990000001", "86199", OPERATOR_TELECOM, NUMBER_ORDINARY, false },
		{ "447700900000", "44", OPERATOR_UNKNOWN, NUMBER_ORDINARY, true },
	};
	struct number_plan *plan;
	cr_assert_eq(number_plan_create(extras, COUNT(extras), &plan, NULL), ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn msisdn = number(rows[i].digits);
		const struct number_block *block = number_plan_find(plan, &msisdn);
		cr_assert_not_null(block, "%s", rows[i].digits);
		cr_expect_str_eq(block->prefix, rows[i].want_prefix);
		cr_expect_eq(block->owner, rows[i].want, "%s", rows[i].digits);
		cr_expect_eq(block->kind, rows[i].want_kind, "%s", rows[i].digits);
		cr_expect_eq(block->is_configured, rows[i].want_configured, "%s", rows[i].digits);
	}
	number_plan_destroy(plan);
}

Test(number_plan, refuses)
{
	static const struct number_plan_extra letters[] = { { { "86x", 3 }, OPERATOR_MOBILE } };
	static const struct number_plan_extra empty[] = { { { "", 0 }, OPERATOR_MOBILE } };
	static const struct number_plan_extra too_long[] = { { { "1234567890123456", 16 }, OPERATOR_MOBILE } };
	static const struct number_plan_extra twice[] = { { { "86192", 5 }, OPERATOR_MOBILE },
							  { { "86", 2 }, OPERATOR_MOBILE },
							  { { "86192", 5 }, OPERATOR_TELECOM } };
	static const struct {
		const char *name;
		const struct number_plan_extra *extras;
		size_t count;
		enum err want;
		const char *want_field;
	} rows[] = {
		{ "letters", letters, 1, ERR_FORMAT, "number_plan[1].prefix" },
		{ "empty", empty, 1, ERR_FORMAT, "number_plan[1].prefix" },
		{ "too long", too_long, 1, ERR_FORMAT, "number_plan[1].prefix" },
		{ "twice", twice, 3, ERR_DUPLICATE, "number_plan[3].prefix" },
		{ "too many", letters, NUMBER_PLAN_EXTRAS_MAX + 1, ERR_RANGE, "number_plan" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		struct number_plan *plan = NULL;
		cr_expect_eq(number_plan_create(rows[i].extras, rows[i].count, &plan, &at), rows[i].want, "%s",
			     rows[i].name);
		cr_expect_str_eq(at.field, rows[i].want_field, "%s", rows[i].name);
		cr_expect_null(plan, "%s", rows[i].name);
	}
}
