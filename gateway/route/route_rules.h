/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "route/prefix_trie.h"
#include "route/route.h"

/* A table as route_rules.c builds it and route.c reads it. Inside the room only. */

/* A rule with its conditions, ready to be asked. */
struct route_compiled {
	struct route route;
	unsigned condition_count;
	unsigned operators;
	unsigned classes;
	const struct slice *names; /* tenants, then templates */
	unsigned tenant_count;
	unsigned template_count;
	struct route_hours hours;
};

/* A rule under one of its prefixes. */
struct route_entry {
	uint16_t rule;
	uint8_t prefix_len;
	bool is_last; /* of its prefix */
};

struct route_table {
	struct number_plan *plan;
	struct prefix_trie trie; /* value: index of the first entry of the prefix */
	struct route_entry *entries;
	struct route_compiled *rules;
	unsigned rule_count;
	uint8_t *accounts; /* of all rules, one behind another; so are the next three */
	unsigned *weights;
	struct slice *names;
	char *text; /* that names point into */
};
