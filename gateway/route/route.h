/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "model/msisdn.h"
#include "model/sms.h"
#include "route/number_plan.h"
#include "route/route_hours.h"

#include <stdint.h>

/* Which account an sms goes to. Of the rules whose conditions all hold
 *   1. the one with the longest prefix of the number counts;
 *   2. of equal prefixes one that asks for the number's operator before one that does not;
 *   3. then the one with more conditions (operator, tenant, class, template, hours);
 *   4. then the one written first.
 * Of its accounts the first one that is open takes the sms, in the order that the rule's pick says. The table is
 * immutable and may be shared by threads. Indexes of accounts are opaque here. */

#define ROUTE_ACCOUNTS_MAX 64
#define ROUTE_RULES_MAX    4096
#define ROUTE_PREFIX_MAX   MSISDN_DIGITS_MAX
#define ROUTE_NAMES_MAX    1024 /* tenants and templates of one rule, each */
#define ROUTE_WEIGHT_MAX   10000

#define ROUTE_NONE (-1) /* no rule covers the number */
#define ROUTE_WAIT (-2) /* a rule covers it, but none of its accounts is open */

/* In what order a rule's accounts are asked. */
enum route_order {
	ROUTE_FIRST,    /* as written */
	ROUTE_WEIGHTED, /* drawn by weight, by the number: the same number draws the same order everywhere */
	ROUTE_CHEAPEST, /* by cost; of equal cost as written */
	ROUTE_ORDER_COUNT
};

/* One rule of the configuration. All is borrowed until route_create returns. */
struct route_rule {
	const struct slice *prefixes; /* digits of the international form without “+”; an empty one fits every number */
	unsigned prefix_count;        /* 0 = every number */
	const uint8_t *accounts;      /* indexes below ROUTE_ACCOUNTS_MAX, first choice first, none twice */
	unsigned account_count;       /* at least 1 */
	const unsigned *weights;      /* of each account, 0–ROUTE_WEIGHT_MAX; NULL = all alike; only where weighted */
	const uint64_t *costs;        /* of each account, in any unit; only where cheapest */
	enum route_order order;
	/* Conditions; what is 0 asks for nothing. */
	unsigned operators; /* bit n for enum number_operator n */
	unsigned classes;   /* bit n for enum sms_class n */
	const struct slice *tenants;
	unsigned tenant_count;
	const struct slice *templates;
	unsigned template_count;
	struct route_hours hours;
};

/* What is asked of a table. All is borrowed for the call. */
struct route_query {
	const struct msisdn *to;
	struct slice tenant; /* absent fits no rule that names tenants */
	struct slice template_name;
	enum sms_class sms_class;
	wall_ms at;
	const struct zone *zone; /* that hours are meant in; NULL = UTC */
};

/* What a rule says; borrowed from the table. */
struct route {
	unsigned rule; /* its index in the configuration */
	unsigned account_count;
	uint64_t accounts_mask;  /* bit n for account n */
	const uint8_t *accounts; /* first choice first, unless drawn by weight */
	const unsigned *weights; /* where drawn by weight; NULL otherwise */
	enum route_order order;
};

struct route_table;

/* Builds a table. rules: rule_count of them, in order; none at all is a table that covers nothing. extras: blocks beside
 * the number plan's own.
 * out: owned by the caller, set on success only. at: field is “routes[2].prefix[0]” or alike; may be NULL.
 * ERR_FORMAT: a prefix with other than digits; ERR_RANGE: too many or too long, no account, an account out of range, a
 * weight too large; ERR_DUPLICATE: an account twice in a rule, a block twice; ERR_MEMORY. */
MUST_CHECK enum err route_create(const struct route_rule *rules, size_t rule_count,
				 const struct number_plan_extra *extras, size_t extra_count, struct route_table **out,
				 struct err_at *at);

/* Frees the table; NULL is fine. */
void route_destroy(struct route_table *table);

/* The table's number plan; borrowed. */
const struct number_plan *route_plan(const struct route_table *table);

/* The rule that counts; NULL where none fits. Takes a step per digit and one per rule in between. */
const struct route *route_find(const struct route_table *table, const struct route_query *query);

/* The rule that would count if all hours were open now; NULL where none fits at any time. */
const struct route *route_find_any_time(const struct route_table *table, const struct route_query *query);

/* The next instant, at least a minute's begin after query->at, at which a rule that is closed now opens; query->at where
 * one is open; false where none fits at any time. */
bool route_opens(const struct route_table *table, const struct route_query *query, wall_ms *out);

/* The accounts of all rules whose hours are open then, a bit each. Takes a step per rule. zone: as in a query. */
uint64_t route_open_accounts(const struct route_table *table, wall_ms at, const struct zone *zone);

/* A number as 64 well mixed bits, different for each number and never 0: what drawing by weight goes by. */
uint64_t route_key(const struct msisdn *msisdn);

/* The account that an sms goes to: the first in the route's order of those whose bit is set in open; ROUTE_NONE where
 * route is NULL, ROUTE_WAIT where none is open. */
int route_pick(const struct route *route, const struct msisdn *msisdn, uint64_t open);

/* All accounts of the route in the order in which they are asked for a number. out: account_count of them. */
void route_list(const struct route *route, const struct msisdn *msisdn, uint8_t out[static ROUTE_ACCOUNTS_MAX]);

/* -- for people -- */

/* What keeps a rule from counting. */
enum route_verdict {
	ROUTE_FITS,
	ROUTE_OTHER_OPERATOR,
	ROUTE_OTHER_TENANT,
	ROUTE_OTHER_CLASS,
	ROUTE_OTHER_TEMPLATE,
	ROUTE_CLOSED,
	ROUTE_VERDICT_COUNT
};

/* A rule with a prefix of the number. */
struct route_finding {
	const struct route *route;
	unsigned prefix_len; /* digits that it fits by */
	enum route_verdict verdict;
	wall_ms opens; /* where closed: when it opens; else 0 */
};

/* The rules with a prefix of the number, in the order in which they are looked at; the first that fits is what route_find
 * says. Returns how many were put into out, at most cap. */
unsigned route_explain(const struct route_table *table, const struct route_query *query, struct route_finding *out,
		       unsigned cap);
