/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route.h"

#include "base/rng.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct msisdn number(const char *digits)
{
	struct msisdn msisdn = { .len = (uint8_t)strlen(digits) };
	memcpy(msisdn.digits, digits, msisdn.len);
	return msisdn;
}

static const struct slice mobile[] = { { "86134", 5 }, { "86135", 5 } };
static const struct slice satellite[] = { { "861349", 6 } };
static const struct slice china[] = { { "86", 2 } };
static const struct slice exact[] = { { "8613900010001", 13 } };
static const uint8_t cmcc_backup[] = { 0, 1 };
static const uint8_t telecom[] = { 2 };
static const uint8_t last_first[] = { 63, 0 };

static const struct route_rule rules[] = {
	{ mobile, 2, cmcc_backup, 2 }, { satellite, 1, telecom, 1 }, { mobile, 1, telecom, 1 },
	{ china, 1, last_first, 2 },   { exact, 1, telecom, 1 },
};

Test(route, pick)
{
	static const struct {
		const char *name;
		const char *digits;
		uint64_t live;
		int want;
		int want_rule; /* -1 = none */
	} rows[] = {
		{ "first choice", "8613400010001", 7, 0, 0 },
		{ "second prefix of the rule", "8613500010001", 7, 0, 0 },
		{ "second choice", "8613400010001", 6, 1, 0 },
		{ "none live", "8613400010001", 4, ROUTE_WAIT, 0 },
		{ "nothing live", "8613400010001", 0, ROUTE_WAIT, 0 },
		{ "longer prefix", "8613490010001", 7, 2, 1 },
		{ "longer prefix does not fall back", "8613490010001", 3, ROUTE_WAIT, 1 },
		{ "shorter prefix", "8613600010001", UINT64_MAX, 63, 3 },
		{ "order of the rule, not of the index", "8613600010001", 1, 0, 3 },
		{ "whole number", "8613900010001", 7, 2, 4 },
		{ "number shorter than a prefix", "8613", UINT64_MAX, 63, 3 },
		{ "no rule", "12125550100", UINT64_MAX, ROUTE_NONE, -1 },
		{ "no digits", "", UINT64_MAX, ROUTE_NONE, -1 },
	};
	struct route_table *table;
	cr_assert_eq(route_create(rules, COUNT(rules), &table, NULL), ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn msisdn = number(rows[i].digits);
		const struct route *route = route_find(table, &msisdn);
		cr_expect_eq(route_pick(table, &msisdn, rows[i].live), rows[i].want, "%s", rows[i].name);
		cr_expect_eq(route ? (int)route->rule : -1, rows[i].want_rule, "%s", rows[i].name);
	}
	route_destroy(table);
}

Test(route, rule_for_every_number)
{
	static const struct slice empty[] = { { "", 0 } };
	static const struct route_rule without_prefix = { NULL, 0, cmcc_backup, 2 };
	static const struct route_rule empty_prefix = { empty, 1, cmcc_backup, 2 };
	const struct route_rule *const rows[] = { &without_prefix, &empty_prefix };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct route_table *table;
		struct msisdn msisdn = number("12125550100");
		cr_assert_eq(route_create(rows[i], 1, &table, NULL), ERR_OK);
		cr_expect_eq(route_pick(table, &msisdn, 2), 1, "row %zu", i);
		const struct route *route = route_find(table, &msisdn);
		cr_expect(route->accounts_mask == 3 && route->account_count == 2 && route->accounts[1] == 1, "row %zu",
			  i);
		route_destroy(table);
	}
}

Test(route, no_rules)
{
	struct route_table *table;
	struct msisdn msisdn = number("8613900010001");
	cr_assert_eq(route_create(NULL, 0, &table, NULL), ERR_OK);
	cr_expect_eq(route_pick(table, &msisdn, UINT64_MAX), ROUTE_NONE);
	route_destroy(table);
	route_destroy(NULL);
}

Test(route, refuses)
{
	static const struct slice plus[] = { { "86", 2 }, { "+86", 3 } };
	static const struct slice too_long[] = { { "1234567890123456", 16 } };
	static const uint8_t twice[] = { 0, 1, 0 };
	static const uint8_t out_of_range[] = { 64 };
	static const struct {
		const char *name;
		struct route_rule rule;
		size_t rule_count;
		enum err want;
		const char *want_field;
		const char *want_text;
	} rows[] = {
		{ "plus", { plus, 2, cmcc_backup, 2 }, 1, ERR_FORMAT, "routes[0].prefix[1]", "without “+”" },
		{ "too long", { too_long, 1, cmcc_backup, 2 }, 1, ERR_RANGE, "routes[0].prefix[0]", "at most 15" },
		{ "no account", { china, 1, NULL, 0 }, 1, ERR_RANGE, "routes[0].accounts", "names no account" },
		{ "account twice", { china, 1, twice, 3 }, 1, ERR_DUPLICATE, "routes[0].accounts[2]", "twice" },
		{ "no such account",
		  { china, 1, out_of_range, 1 },
		  1,
		  ERR_RANGE,
		  "routes[0].accounts[0]",
		  "account 65" },
		{ "too many rules",
		  { china, 1, cmcc_backup, 2 },
		  ROUTE_RULES_MAX + 1,
		  ERR_RANGE,
		  "routes",
		  "4097 rules" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		struct route_table *table = (struct route_table *)1;
		cr_expect_eq(route_create(&rows[i].rule, rows[i].rule_count, &table, &at), rows[i].want, "%s",
			     rows[i].name);
		cr_expect_str_eq(at.field, rows[i].want_field, "%s: %s", rows[i].name, at.field);
		cr_expect(strstr(at.text, rows[i].want_text), "%s: %s", rows[i].name, at.text);
		cr_expect_eq((uintptr_t)table, 1, "%s: out was touched", rows[i].name);
	}
}

/* Rules and numbers by chance, against a look through all rules. */
Test(route, random_rules_against_a_plain_search)
{
	enum { RULES = 40 };
	struct rng rng;
	rng_seed(&rng, 11);
	for (unsigned round = 0; round < 200; round++) {
		char digits[RULES][4];
		struct slice prefixes[RULES];
		struct route_rule random[RULES];
		for (size_t i = 0; i < RULES; i++) {
			for (size_t j = 0; j < 4; j++)
				digits[i][j] = (char)('0' + rng_below(&rng, 3));
			prefixes[i] = (struct slice){ digits[i], 1 + rng_below(&rng, 4) };
			random[i] = (struct route_rule){ &prefixes[i], 1, telecom, 1 };
		}
		struct route_table *table;
		cr_assert_eq(route_create(random, RULES, &table, NULL), ERR_OK);
		for (unsigned k = 0; k < 50; k++) {
			struct msisdn msisdn = { .len = 8 };
			for (size_t j = 0; j < 8; j++)
				msisdn.digits[j] = (char)('0' + rng_below(&rng, 4));
			int want = -1;
			for (int i = 0; i < RULES; i++)
				if (slice_starts((struct slice){ msisdn.digits, 8 }, prefixes[i]) &&
				    (want < 0 || prefixes[i].len > prefixes[want].len))
					want = i;
			const struct route *route = route_find(table, &msisdn);
			cr_expect_eq(route ? (int)route->rule : -1, want, "round %u, %s", round, msisdn.digits);
		}
		route_destroy(table);
	}
}
