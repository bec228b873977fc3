/* SPDX-License-Identifier: Apache-2.0 */
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ACCOUNT "accounts: [{ name: a, address: \"h:1\", system_id: x }, { name: b, address: \"h:1\", system_id: x }]\n"

Test(config_route, refuses)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want; /* every line that is told */
	} rows[] = {
		{ "operator", ACCOUNT "routes: [{ operator: mobil, accounts: a }]\n",
		  "hongyan.yaml:2:22: routes[1].operator: “mobil” is none of unknown, mobile, unicom, telecom, "
		  "broadnet (did "
		  "you mean “mobile”?)\n" },
		{ "class", ACCOUNT "routes: [{ class: [notice, advert], accounts: a }]\n",
		  "hongyan.yaml:2:19: routes[1].class: “advert” is none of critical, notice, marketing\n" },
		{ "hours", ACCOUNT "routes: [{ hours: \"8-20\", accounts: a }]\n",
		  "hongyan.yaml:2:19: routes[1].hours must be a span such as “08:00-20:00” or “Mon-Fri 08:00-20:00”, "
		  "not "
		  "“8-20”\n" },
		{ "pick", ACCOUNT "routes: [{ pick: cheap, accounts: a }]\n",
		  "hongyan.yaml:2:18: routes[1].pick must be first, weighted or cheapest, not “cheap”\n" },
		{ "weight", ACCOUNT "routes: [{ pick: weighted, accounts: [{ account: a, weight: 10001 }] }]\n",
		  "hongyan.yaml:2:61: routes[1].accounts: weight must be a whole number from 0 to 10000\n" },
		{ "weight without effect", ACCOUNT "routes: [{ accounts: [{ account: a, weight: 3 }, b] }]\n",
		  "hongyan.yaml:2:22: routes[1].accounts: a weight counts only with pick: weighted\n" },
		{ "item with another key", ACCOUNT "routes: [{ accounts: [{ account: a, weigth: 3 }] }]\n",
		  "hongyan.yaml:2:37: routes[1].accounts: unknown key “weigth”; an item has the keys account and "
		  "weight\n" },
		{ "item without a name", ACCOUNT "routes: [{ accounts: [{ weight: 3 }] }]\n",
		  "hongyan.yaml:2:23: routes[1].accounts holds an item without the key account\n" },
		{ "no cost to compare", ACCOUNT "routes: [{ pick: cheapest, accounts: [a, b] }]\n",
		  "hongyan.yaml:2:18: routes[1].pick is cheapest, but account “a” has no cost\n"
		  "hongyan.yaml:2:18: routes[1].pick is cheapest, but account “b” has no cost\n" },
		{ "cost", "accounts: [{ name: a, address: \"h:1\", system_id: x, cost: 3 Fen }]\n",
		  "hongyan.yaml:1:59: accounts[a].cost must be an amount such as 0.035, with at most six digits behind "
		  "the "
		  "point, not “3 Fen”\n" },
		{ "cost, too fine", "accounts: [{ name: a, address: \"h:1\", system_id: x, cost: 0.0000001 }]\n",
		  "hongyan.yaml:1:59: accounts[a].cost must be an amount such as 0.035, with at most six digits behind "
		  "the "
		  "point, not “0.0000001”\n" },
		{ "cost, a point and no more",
		  "accounts: [{ name: a, address: \"h:1\", system_id: x, cost: \"3.\" }]\n",
		  "hongyan.yaml:1:59: accounts[a].cost must be an amount such as 0.035, with at most six digits behind "
		  "the "
		  "point, not “3.”\n" },
		{ "not mine, no status",
		  "accounts: [{ name: a, address: \"h:1\", system_id: x, not_mine: [0x0B, 0] }]\n",
		  "hongyan.yaml:1:63: accounts[a].not_mine: “0” is no status; write 0x0B or 11\n" },
		{ "plan, operator", "number_plan: { \"86192\": brodnet }\n" ACCOUNT,
		  "hongyan.yaml:1:14: number_plan: “brodnet” is none of unknown, mobile, unicom, telecom, broadnet "
		  "(did you "
		  "mean “broadnet”?)\n" },
		{ "plan, prefix", "number_plan: { \"+86192\": broadnet }\n" ACCOUNT,
		  "hongyan.yaml:1:14: number_plan: “+86192=broadnet” must be a prefix in international form without "
		  "“+” and "
		  "its operator, such as “86192”: broadnet\n" },
		{ "plan, twice", "number_plan: [ 86192=broadnet, 86192=mobile ]\n" ACCOUNT,
		  "hongyan.yaml:1:14: number_plan names the prefix “86192” twice\n" },
		{ "the same conditions twice",
		  ACCOUNT "routes:\n  - { prefix: 86, class: notice, tenant: x, accounts: a }\n"
			  "  - { prefix: [861, 86], tenant: [x], class: [notice], accounts: b }\n",
		  "hongyan.yaml:4:15: prefix “86” is in routes[1] already\n" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config *config = scratch_load(folder, rows[i].text, NULL, errors);
		cr_expect_str_eq(errors, rows[i].want, "%s: got\n%swant\n%s", rows[i].name, errors, rows[i].want);
		config_destroy(config);
	}
	scratch_remove(folder);
}

/* One prefix in several routes, told apart by their conditions. */
Test(config_route, takes)
{
	static const char text[] =
		"number_plan: []\n" ACCOUNT
		"routes:\n  - { prefix: 86, accounts: a }\n  - { prefix: 86, class: notice, accounts: a }\n"
		"  - { prefix: 86, class: marketing, accounts: a }\n  - { prefix: 86, tenant: x, accounts: a }\n"
		"  - { prefix: 86, tenant: y, accounts: a }\n  - { prefix: 86, template: y, accounts: a }\n"
		"  - { prefix: 86, hours: \"08:00-20:00\", accounts: a }\n  - { prefix: 86, hours: \"08:00-20:01\", "
		"accounts: a }\n"
		"  - { prefix: 86, operator: telecom, accounts: a }\n  - { operator: telecom, accounts: [b, { account: "
		"a }] }\n"
		"  - { accounts: [b, a], hours: \"\" }\n";
	static const struct {
		const char *text;
		uint64_t want;
	} costs[] = {
		{ "0", 0 },
		{ "0.000001", 1 },
		{ "3", 3000000 },
		{ "12.5", 12500000 },
		{ "1000000.999999", 1000000999999 },
		{ "0.035000", 35000 },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	struct config *config = scratch_load(folder, text, NULL, errors);
	cr_assert_not_null(config, "%s", errors);
	cr_expect_eq(config->route_count, 11);
	cr_expect(config->routes[9].account_count == 2 && config->routes[9].weights[1] == 1);
	cr_expect_eq(config->routes[10].hours.days, 0);
	config_destroy(config);
	for (size_t i = 0; i < sizeof costs / sizeof costs[0]; i++) {
		char with_cost[256];
		snprintf(with_cost, sizeof with_cost,
			 "accounts: [{ name: a, address: \"h:1\", system_id: x, cost: %s }]\n", costs[i].text);
		config = scratch_load(folder, with_cost, NULL, errors);
		cr_assert_not_null(config, "%s: %s", costs[i].text, errors);
		cr_expect_eq(config->accounts[0].cost, costs[i].want, "%s: %llu", costs[i].text,
			     (unsigned long long)config->accounts[0].cost);
		config_destroy(config);
	}
	scratch_remove(folder);
}
