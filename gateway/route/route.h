/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "model/msisdn.h"

#include <stdint.h>

/* Which account an sms goes to: the rule with the longest prefix of the number counts, of equal prefixes the one
 * written first, and of its accounts the first that is live. The table is immutable and may be shared by threads. */

#define ROUTE_ACCOUNTS_MAX 64
#define ROUTE_RULES_MAX    4096
#define ROUTE_PREFIX_MAX   MSISDN_DIGITS_MAX

#define ROUTE_NONE (-1) /* no rule covers the number */
#define ROUTE_WAIT (-2) /* a rule covers it, but none of its accounts is live */

/* One rule of the configuration. All is borrowed until route_create returns. */
struct route_rule {
	const struct slice *prefixes; /* digits of the international form without “+”; an empty one fits every number */
	unsigned prefix_count;        /* 0 = every number */
	const uint8_t *accounts;      /* indexes below ROUTE_ACCOUNTS_MAX, first choice first, none twice */
	unsigned account_count;       /* at least 1 */
};

/* What a rule says; borrowed from the table. */
struct route {
	unsigned rule; /* its index in the configuration */
	unsigned account_count;
	uint64_t accounts_mask;  /* bit n for account n */
	const uint8_t *accounts; /* first choice first */
};

struct route_table;

/* Builds a table. rules: rule_count of them, in order; none at all is a table that covers nothing.
 * out: owned by the caller, set on success only. at: field is “routes[2].prefix[0]” or alike; may be NULL.
 * ERR_FORMAT: a prefix with other than digits; ERR_RANGE: too many or too long, no account, an account out of range;
 * ERR_DUPLICATE: an account twice in a rule; ERR_MEMORY. */
MUST_CHECK enum err route_create(const struct route_rule *rules, size_t rule_count, struct route_table **out,
				 struct err_at *at);

/* Frees the table; NULL is fine. */
void route_destroy(struct route_table *table);

/* The rule that covers a number; NULL where none does. Takes a step per digit. */
const struct route *route_find(const struct route_table *table, const struct msisdn *msisdn);

/* The account for a number: its index, ROUTE_NONE or ROUTE_WAIT. live: bit n set where account n may take it now (an
 * account that already refused this sms is left out by the caller). */
int route_pick(const struct route_table *table, const struct msisdn *msisdn, uint64_t live);
