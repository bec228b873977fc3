/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_rules.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define RULE(what, count, who, many)                                                                    \
	{                                                                                               \
		.prefixes = (what), .prefix_count = (count), .accounts = (who), .account_count = (many) \
	}

static const struct slice china[] = { { "86", 2 } };
static const uint8_t cmcc_backup[] = { 0, 1 };

Test(route_rules, refuses)
{
	static const struct slice plus[] = { { "86", 2 }, { "+86", 3 } };
	static const struct slice too_long[] = { { "1234567890123456", 16 } };
	static const uint8_t twice[] = { 0, 1, 0 };
	static const unsigned heavy[] = { 10000, 10001 };
	static const uint8_t out_of_range[] = { 64 };
	static const struct {
		const char *name;
		struct route_rule rule;
		size_t rule_count;
		enum err want;
		const char *want_field;
		const char *want_text;
	} rows[] = {
		{ "plus", RULE(plus, 2, cmcc_backup, 2), 1, ERR_FORMAT, "routes[0].prefix[1]", "without “+”" },
		{ "too long", RULE(too_long, 1, cmcc_backup, 2), 1, ERR_RANGE, "routes[0].prefix[0]", "at most 15" },
		{ "no account", RULE(china, 1, NULL, 0), 1, ERR_RANGE, "routes[0].accounts", "names no account" },
		{ "account twice", RULE(china, 1, twice, 3), 1, ERR_DUPLICATE, "routes[0].accounts[2]", "twice" },
		{ "no such account", RULE(china, 1, out_of_range, 1), 1, ERR_RANGE, "routes[0].accounts[0]",
		  "account 65" },
		{ "weight",
		  { .accounts = cmcc_backup, .account_count = 2, .weights = heavy, .order = ROUTE_WEIGHTED },
		  1,
		  ERR_RANGE,
		  "routes[0].accounts[1]",
		  "weight 10001" },
		{ "too many rules", RULE(china, 1, cmcc_backup, 2), ROUTE_RULES_MAX + 1, ERR_RANGE, "routes",
		  "4097 rules" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err_at at = { 0 };
		struct route_table *table = (struct route_table *)1;
		cr_expect_eq(route_create(&rows[i].rule, rows[i].rule_count, NULL, 0, &table, &at), rows[i].want, "%s",
			     rows[i].name);
		cr_expect_str_eq(at.field, rows[i].want_field, "%s: %s", rows[i].name, at.field);
		cr_expect(strstr(at.text, rows[i].want_text), "%s: %s", rows[i].name, at.text);
		cr_expect_eq((uintptr_t)table, 1, "%s: out was touched", rows[i].name);
	}
}

/* What rules were made of may go: names are copied. */
Test(route_rules, keeps_copies)
{
	char tenant[] = "billing";
	char template_name[] = "welcome";
	char prefix[] = "86";
	uint8_t accounts[] = { 4, 2 };
	const struct slice tenants[] = { { "", 0 }, { tenant, 7 } };
	const struct slice templates[] = { { template_name, 7 } };
	const struct slice prefixes[] = { { prefix, 2 } };
	const struct route_rule rule = {
		.prefixes = prefixes,
		.prefix_count = 1,
		.accounts = accounts,
		.account_count = 2,
		.tenants = tenants,
		.tenant_count = 2,
		.templates = templates,
		.template_count = 1,
		.classes = 1u << SMS_CLASS_NOTICE,
	};
	struct route_table *table;
	struct msisdn msisdn = { .digits = "8613900000001", .len = 13 };
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &table, NULL), ERR_OK);
	memset(tenant, 'x', 7);
	memset(template_name, 'x', 7);
	memset(prefix, '9', 2);
	memset(accounts, 0, sizeof accounts);
	const struct route_query query = { .to = &msisdn,
					   .tenant = SLICE("billing"),
					   .template_name = SLICE("welcome"),
					   .sms_class = SMS_CLASS_NOTICE };
	const struct route *route = route_find(table, &query);
	cr_assert_not_null(route);
	cr_expect(route->accounts[0] == 4 && route->accounts[1] == 2);
	cr_expect_eq(table->rules[0].condition_count, 3);
	route_destroy(table);
}

/* A block that the configuration gives away changes whose rule counts. */
Test(route_rules, number_plan_of_the_configuration)
{
	static const struct route_rule rules[] = {
		{ .accounts = cmcc_backup, .account_count = 1, .operators = 1u << OPERATOR_MOBILE },
		{ .accounts = cmcc_backup, .account_count = 2, .operators = 1u << OPERATOR_BROADNET },
	};
	static const struct number_plan_extra given[] = { { { "861391", 6 }, OPERATOR_BROADNET } };
	static const struct number_plan_extra wrong[] = { { { "86x", 3 }, OPERATOR_BROADNET } };
	struct route_table *table;
	struct err_at at = { 0 };
	struct msisdn msisdn = { .digits = "8613910000001", .len = 13 };
	const struct route_query query = { .to = &msisdn };
	for (size_t count = 0; count < 2; count++) {
		cr_assert_eq(route_create(rules, COUNT(rules), given, count, &table, NULL), ERR_OK);
		cr_expect_eq(route_find(table, &query)->rule, count);
		cr_expect_eq(number_plan_find(route_plan(table), &msisdn)->is_configured, count == 1);
		route_destroy(table);
	}
	table = NULL;
	cr_expect_eq(route_create(rules, COUNT(rules), wrong, 1, &table, &at), ERR_FORMAT);
	cr_expect_null(table);
}
