/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <stdio.h>

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

#define RULE(what, count, who, many)                                                                    \
	{                                                                                               \
		.prefixes = (what), .prefix_count = (count), .accounts = (who), .account_count = (many) \
	}

static const struct route_rule rules[] = {
	RULE(mobile, 2, cmcc_backup, 2), RULE(satellite, 1, telecom, 1), RULE(mobile, 1, telecom, 1),
	RULE(china, 1, last_first, 2),   RULE(exact, 1, telecom, 1),
};

static const struct route *find(const struct route_table *table, const struct msisdn *msisdn)
{
	const struct route_query query = { .to = msisdn };
	return route_find(table, &query);
}

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
	cr_assert_eq(route_create(rules, COUNT(rules), NULL, 0, &table, NULL), ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn msisdn = number(rows[i].digits);
		const struct route *route = find(table, &msisdn);
		cr_expect_eq(route_pick(route, &msisdn, rows[i].live), rows[i].want, "%s", rows[i].name);
		cr_expect_eq(route ? (int)route->rule : -1, rows[i].want_rule, "%s", rows[i].name);
	}
	route_destroy(table);
}

Test(route, rule_for_every_number)
{
	static const struct slice empty[] = { { "", 0 } };
	static const struct route_rule rows[] = { RULE(NULL, 0, cmcc_backup, 2), RULE(empty, 1, cmcc_backup, 2) };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct route_table *table;
		struct msisdn msisdn = number("12125550100");
		cr_assert_eq(route_create(&rows[i], 1, NULL, 0, &table, NULL), ERR_OK);
		const struct route *route = find(table, &msisdn);
		cr_expect_eq(route_pick(route, &msisdn, 2), 1, "row %zu", i);
		cr_expect(route->accounts_mask == 3 && route->account_count == 2 && route->accounts[1] == 1, "row %zu",
			  i);
		route_destroy(table);
	}
}

Test(route, no_rules)
{
	struct route_table *table;
	struct msisdn msisdn = number("8613900010001");
	struct route_finding findings[4];
	const struct route_query query = { .to = &msisdn };
	wall_ms opens = 7;
	cr_assert_eq(route_create(NULL, 0, NULL, 0, &table, NULL), ERR_OK);
	cr_expect_eq(route_pick(find(table, &msisdn), &msisdn, UINT64_MAX), ROUTE_NONE);
	cr_expect_null(route_find_any_time(table, &query));
	cr_expect(!route_opens(table, &query, &opens));
	cr_expect_eq(opens, 7);
	cr_expect_eq(route_explain(table, &query, findings, COUNT(findings)), 0);
	route_destroy(table);
	route_destroy(NULL);
}

/* -- conditions -- */

#define MONDAY_08 INT64_C(1770595200000) /* 2026-02-09, 00:00 UTC: 08:00 in China */
#define HOUR      INT64_C(3600000)
#define SPRING    INT64_C(1774746000000) /* 2026-03-29, 01:00 UTC */

static const struct zone china_zone = { .spans = { { INT64_MIN, 8 * 3600 } }, .span_count = 1 };

/* Account n is of rule n. */
static const uint8_t own[][1] = { { 0 }, { 1 }, { 2 }, { 3 }, { 4 }, { 5 }, { 6 }, { 7 } };
static const struct slice billing[] = { { "billing", 7 }, { "outage", 6 } };
static const struct slice welcome[] = { { "welcome", 7 } };
static const struct slice mobile_139[] = { { "86139", 5 } };

static const struct route_rule conditional[] = {
	RULE(china, 1, own[0], 1),
	{ .accounts = own[1], .account_count = 1, .operators = 1u << OPERATOR_UNICOM },
	{ .prefixes = china,
	  .prefix_count = 1,
	  .accounts = own[2],
	  .account_count = 1,
	  .tenants = billing,
	  .tenant_count = 2 },
	{ .prefixes = china,
	  .prefix_count = 1,
	  .accounts = own[3],
	  .account_count = 1,
	  .tenants = billing,
	  .tenant_count = 2,
	  .classes = 1u << SMS_CLASS_CRITICAL },
	{ .prefixes = china,
	  .prefix_count = 1,
	  .accounts = own[4],
	  .account_count = 1,
	  .operators = 1u << OPERATOR_MOBILE | 1u << OPERATOR_TELECOM },
	{ .prefixes = mobile_139,
	  .prefix_count = 1,
	  .accounts = own[5],
	  .account_count = 1,
	  .templates = welcome,
	  .template_count = 1 },
	{ .prefixes = mobile_139,
	  .prefix_count = 1,
	  .accounts = own[6],
	  .account_count = 1,
	  .classes = 1u << SMS_CLASS_MARKETING,
	  .hours = { 0x1F, 9 * 60, 18 * 60 } },
	{ .accounts = own[7], .account_count = 1 },
};

Test(route, conditions)
{
	static const struct {
		const char *name;
		const char *digits;
		const char *tenant;
		const char *template_name;
		enum sms_class sms_class;
		int want; /* rule; -1 = none */
	} rows[] = {
		{ "plain, of nobody", "8619800000001", NULL, "t", SMS_CLASS_NOTICE, 4 },
		{ "an operator goes before what asks more", "8613400000001", "billing", "t", SMS_CLASS_CRITICAL, 4 },
		{ "more conditions go first", "8613000000001", "billing", "t", SMS_CLASS_CRITICAL, 3 },
		{ "fewer hold", "8613000000001", "billing", "t", SMS_CLASS_NOTICE, 2 },
		{ "second tenant", "8613000000001", "outage", "t", SMS_CLASS_NOTICE, 2 },
		{ "other tenant", "8613000000001", "bill", "t", SMS_CLASS_CRITICAL, 0 },
		{ "no tenant", "8613000000001", NULL, "t", SMS_CLASS_CRITICAL, 0 },
		{ "a shorter prefix comes later, whatever it asks", "8613100000001", NULL, "t", SMS_CLASS_NOTICE, 0 },
		{ "template", "8613900000001", NULL, "welcome", SMS_CLASS_NOTICE, 5 },
		{ "open hours", "8613900000001", NULL, "t", SMS_CLASS_MARKETING, 6 },
		{ "longest prefix does not fit", "8613900000001", NULL, "t", SMS_CLASS_NOTICE, 4 },
		{ "abroad", "12125550100", "billing", "welcome", SMS_CLASS_CRITICAL, 7 },
	};
	struct route_table *table;
	cr_assert_eq(route_create(conditional, COUNT(conditional), NULL, 0, &table, NULL), ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn msisdn = number(rows[i].digits);
		const struct route_query query = {
			.to = &msisdn,
			.tenant = slice_of(rows[i].tenant),
			.template_name = slice_of(rows[i].template_name),
			.sms_class = rows[i].sms_class,
			.at = MONDAY_08 + HOUR,
			.zone = &china_zone,
		};
		const struct route *route = route_find(table, &query);
		cr_expect_eq(route ? (int)route->rule : -1, rows[i].want, "%s: %d", rows[i].name,
			     route ? (int)route->rule : -1);
	}
	route_destroy(table);
}

/* The clocks go forward between the question and the opening: 08:00 of Berlin is 06:00 UTC then. */
Test(route, opens_when_the_clocks_change)
{
	static const struct zone berlin = { .spans = { { INT64_MIN, 3600 }, { SPRING, 7200 } }, .span_count = 2 };
	static const struct route_rule by_day = { .accounts = own[0],
						  .account_count = 1,
						  .hours = { 0x7F, 8 * 60, 20 * 60 } };
	struct route_table *table;
	struct msisdn msisdn = number("4915100000001");
	const struct route_query query = { .to = &msisdn, .at = SPRING - 4 * HOUR, .zone = &berlin };
	struct route_finding finding;
	wall_ms opens = 0;
	cr_assert_eq(route_create(&by_day, 1, NULL, 0, &table, NULL), ERR_OK);
	cr_expect(route_opens(table, &query, &opens));
	cr_expect_eq(opens, SPRING + 5 * HOUR, "%lld minutes off", (long long)((opens - SPRING - 5 * HOUR) / 60000));
	cr_assert_eq(route_explain(table, &query, &finding, 1), 1);
	cr_expect_eq(finding.opens, SPRING + 5 * HOUR);
	route_destroy(table);
}

/* A rule for mobile's numbers by day, one for all classes but marketing at night. */
Test(route, hours)
{
	static const struct slice mobile_numbers[] = { { "86134", 5 } };
	static const struct route_rule rule_rows[] = {
		{ .prefixes = mobile_numbers,
		  .prefix_count = 1,
		  .accounts = own[0],
		  .account_count = 1,
		  .hours = { 0x1F, 8 * 60, 20 * 60 } },
		{ .accounts = own[1],
		  .account_count = 1,
		  .hours = { 0x7F, 22 * 60, 6 * 60 },
		  .classes = 1u << SMS_CLASS_CRITICAL },
	};
	static const struct {
		const char *name;
		const char *digits;
		enum sms_class sms_class;
		wall_ms at;
		int want;
		int want_any_time;
		wall_ms want_opens; /* 0 = never */
	} rows[] = {
		{ "by day", "8613400000001", SMS_CLASS_CRITICAL, MONDAY_08, 0, 0, MONDAY_08 },
		{ "last moment", "8613400000001", SMS_CLASS_NOTICE, MONDAY_08 + 12 * HOUR - 1, 0, 0,
		  MONDAY_08 + 12 * HOUR - 1 },
		{ "closed until the morning", "8613400000001", SMS_CLASS_NOTICE, MONDAY_08 + 12 * HOUR, -1, 0,
		  MONDAY_08 + 24 * HOUR },
		{ "the other opens earlier", "8613400000001", SMS_CLASS_CRITICAL, MONDAY_08 + 12 * HOUR + 1, -1, 0,
		  MONDAY_08 + 14 * HOUR },
		{ "at night the other", "8613400000001", SMS_CLASS_CRITICAL, MONDAY_08 + 14 * HOUR, 1, 0,
		  MONDAY_08 + 14 * HOUR },
		{ "over the weekend", "8613400000001", SMS_CLASS_MARKETING, MONDAY_08 + (4 * 24 + 12) * HOUR, -1, 0,
		  MONDAY_08 + 7 * 24 * HOUR },
		{ "never", "8613000000001", SMS_CLASS_MARKETING, MONDAY_08, -1, -1, 0 },
	};
	struct route_table *table;
	cr_assert_eq(route_create(rule_rows, COUNT(rule_rows), NULL, 0, &table, NULL), ERR_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn msisdn = number(rows[i].digits);
		const struct route_query query = {
			.to = &msisdn, .sms_class = rows[i].sms_class, .at = rows[i].at, .zone = &china_zone
		};
		const struct route *now = route_find(table, &query);
		const struct route *ever = route_find_any_time(table, &query);
		wall_ms opens = 0;
		cr_expect_eq(now ? (int)now->rule : -1, rows[i].want, "%s", rows[i].name);
		cr_expect_eq(ever ? (int)ever->rule : -1, rows[i].want_any_time, "%s: any time", rows[i].name);
		cr_expect_eq(route_opens(table, &query, &opens), rows[i].want_opens != 0, "%s", rows[i].name);
		cr_expect_eq(opens, rows[i].want_opens, "%s: opens %lld", rows[i].name, (long long)opens);
	}
	cr_expect_eq(route_open_accounts(table, MONDAY_08, &china_zone), 1);
	cr_expect_eq(route_open_accounts(table, MONDAY_08 + 13 * HOUR, &china_zone), 0);
	cr_expect_eq(route_open_accounts(table, MONDAY_08 + 14 * HOUR, &china_zone), 2);
	route_destroy(table);
}

Test(route, explains)
{
	static const struct {
		unsigned rule;
		unsigned prefix_len;
		enum route_verdict verdict;
	} want[] = {
		{ 6, 5, ROUTE_CLOSED },         { 5, 5, ROUTE_OTHER_TEMPLATE }, { 4, 2, ROUTE_FITS },
		{ 3, 2, ROUTE_OTHER_CLASS },    { 2, 2, ROUTE_OTHER_TENANT },   { 0, 2, ROUTE_FITS },
		{ 1, 0, ROUTE_OTHER_OPERATOR }, { 7, 0, ROUTE_FITS },
	};
	struct route_table *table;
	struct route_finding got[COUNT(want) + 1];
	struct msisdn msisdn = number("8613900000001");
	const struct route_query query = { .to = &msisdn,
					   .template_name = SLICE("t"),
					   .sms_class = SMS_CLASS_MARKETING,
					   .at = MONDAY_08,
					   .zone = NULL };
	cr_assert_eq(route_create(conditional, COUNT(conditional), NULL, 0, &table, NULL), ERR_OK);
	cr_assert_eq(route_explain(table, &query, got, COUNT(got)), COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		cr_expect_eq(got[i].route->rule, want[i].rule, "%zu: rule %u", i, got[i].route->rule);
		cr_expect_eq(got[i].prefix_len, want[i].prefix_len, "%zu", i);
		cr_expect_eq(got[i].verdict, want[i].verdict, "%zu: %d", i, (int)got[i].verdict);
		cr_expect_eq(got[i].opens, i == 0 ? MONDAY_08 + 9 * HOUR : 0, "%zu", i);
	}
	cr_expect_eq(route_explain(table, &query, got, 3), 3);
	route_destroy(table);
}

/* -- order -- */

/* Of many numbers each account gets its share, and a number always the same account; where one is away, only its numbers
 * move, and they move by weight, too. */
Test(route, weights)
{
	static const uint8_t four[] = { 9, 3, 5, 1 };
	static const unsigned weights[] = { 70, 20, 10, 0 };
	const struct route_rule rule = {
		.accounts = four, .account_count = 4, .weights = weights, .order = ROUTE_WEIGHTED
	};
	enum { NUMBERS = 20000 };
	struct route_table *table;
	unsigned counts[ROUTE_ACCOUNTS_MAX] = { 0 };
	unsigned moved[ROUTE_ACCOUNTS_MAX] = { 0 };
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &table, NULL), ERR_OK);
	for (unsigned i = 0; i < NUMBERS; i++) {
		char digits[16];
		uint8_t order[ROUTE_ACCOUNTS_MAX];
		snprintf(digits, sizeof digits, "86139%08u", i);
		struct msisdn msisdn = number(digits);
		const struct route *route = find(table, &msisdn);
		int first = route_pick(route, &msisdn, UINT64_MAX);
		int without = route_pick(route, &msisdn, UINT64_MAX & ~(UINT64_C(1) << 9));
		cr_assert(first >= 0 && without >= 0 && without != 9);
		counts[first]++;
		if (first == 9)
			moved[without]++;
		else
			cr_assert_eq(first, without, "%s moved from %d to %d", digits, first, without);
		route_list(route, &msisdn, order);
		cr_assert(order[0] == first && order[3] == 1, "%s: who has no weight comes last", digits);
	}
	cr_expect(counts[9] > 13700 && counts[9] < 14300, "%u", counts[9]);
	cr_expect(counts[3] > 3750 && counts[3] < 4250, "%u", counts[3]);
	cr_expect_eq(counts[9] + counts[3] + counts[5], NUMBERS);
	cr_expect(moved[3] > moved[5] * 3 / 2 && moved[3] < moved[5] * 5 / 2, "%u and %u", moved[3], moved[5]);
	struct msisdn msisdn = number("8613900000001");
	cr_expect_eq(route_pick(find(table, &msisdn), &msisdn, 2), 1, "without weight, but the only one");
	cr_expect_eq(route_pick(find(table, &msisdn), &msisdn, 4), ROUTE_WAIT);
	route_destroy(table);
}

Test(route, cheapest)
{
	static const uint8_t four[] = { 9, 3, 5, 1 };
	static const uint64_t costs[] = { 35000, 30000, 35000, 1 };
	static const uint8_t want[] = { 1, 3, 9, 5 };
	const struct route_rule rule = {
		.accounts = four, .account_count = 4, .costs = costs, .order = ROUTE_CHEAPEST
	};
	struct route_table *table;
	struct msisdn msisdn = number("8613900000001");
	uint8_t order[ROUTE_ACCOUNTS_MAX];
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &table, NULL), ERR_OK);
	route_list(find(table, &msisdn), &msisdn, order);
	cr_expect_arr_eq(order, want, sizeof want);
	cr_expect_eq(route_pick(find(table, &msisdn), &msisdn, UINT64_MAX & ~UINT64_C(2)), 3);
	route_destroy(table);
}

Test(route, keys_differ)
{
	const char *const rows[] = { "", "0", "00", "8613900000001", "8613900000002", "861390000000" };
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct msisdn one = number(rows[i]);
		cr_expect_neq(route_key(&one), 0, "%s", rows[i]);
		for (size_t k = 0; k < i; k++) {
			struct msisdn other = number(rows[k]);
			cr_expect_neq(route_key(&one), route_key(&other), "%s and %s", rows[i], rows[k]);
		}
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
			random[i] = (struct route_rule)RULE(&prefixes[i], 1, telecom, 1);
		}
		struct route_table *table;
		cr_assert_eq(route_create(random, RULES, NULL, 0, &table, NULL), ERR_OK);
		for (unsigned k = 0; k < 50; k++) {
			struct msisdn msisdn = { .len = 8 };
			for (size_t j = 0; j < 8; j++)
				msisdn.digits[j] = (char)('0' + rng_below(&rng, 4));
			int want = -1;
			for (int i = 0; i < RULES; i++)
				if (slice_starts((struct slice){ msisdn.digits, 8 }, prefixes[i]) &&
				    (want < 0 || prefixes[i].len > prefixes[want].len))
					want = i;
			const struct route *route = find(table, &msisdn);
			cr_expect_eq(route ? (int)route->rule : -1, want, "round %u, %s", round, msisdn.digits);
		}
		route_destroy(table);
	}
}
