/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route.h"

#include "base/check.h"
#include "route/prefix_trie.h"
#include "route/route_rules.h"

#include <stdlib.h>

/* Each prefix leads to the rules that have it, in the order in which they are looked at; the prefixes of a number are
 * gone through from the longest to the shortest. */

/* Whose a number is, looked up when the first rule asks. */
struct asked {
	const struct route_query *query;
	const struct number_plan *plan;
	bool is_known;
	enum number_operator owner;
};

static enum number_operator owner_of(struct asked *asked)
{
	if (!asked->is_known) {
		const struct number_block *block = number_plan_find(asked->plan, asked->query->to);
		asked->owner = block ? block->owner : OPERATOR_UNKNOWN;
		asked->is_known = true;
	}
	return asked->owner;
}

static bool is_among(struct slice name, const struct slice *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (slice_equal(name, names[i]))
			return true;
	return false;
}

/* All conditions but the hours. */
static enum route_verdict judge(const struct route_compiled *rule, struct asked *asked)
{
	const struct route_query *query = asked->query;
	if (rule->condition_count == 0)
		return ROUTE_FITS;
	if (rule->operators != 0 && !(rule->operators >> owner_of(asked) & 1))
		return ROUTE_OTHER_OPERATOR;
	if (rule->classes != 0 && !(rule->classes >> query->sms_class & 1))
		return ROUTE_OTHER_CLASS;
	if (rule->tenant_count != 0 &&
	    (query->tenant.len == 0 || !is_among(query->tenant, rule->names, rule->tenant_count)))
		return ROUTE_OTHER_TENANT;
	if (rule->template_count != 0 &&
	    !is_among(query->template_name, rule->names + rule->tenant_count, rule->template_count))
		return ROUTE_OTHER_TEMPLATE;
	return ROUTE_FITS;
}

static bool is_open(const struct route_compiled *rule, const struct route_query *query)
{
	return route_hours_wait(&rule->hours, query->at, query->zone) == 0;
}

uint64_t route_open_accounts(const struct route_table *table, wall_ms at, const struct zone *zone)
{
	uint64_t accounts = 0;
	for (unsigned i = 0; i < table->rule_count; i++) {
		if (route_hours_wait(&table->rules[i].hours, at, zone) == 0)
			accounts |= table->rules[i].route.accounts_mask;
	}
	return accounts;
}

static wall_ms opening_of(const struct route_compiled *rule, const struct route_query *query)
{
	return route_hours_opens(&rule->hours, query->at, query->zone);
}

/* Goes through the rules with a prefix of the number. */
struct walk {
	const struct route_table *table;
	uint32_t starts[PREFIX_TRIE_DEPTH];
	unsigned left;
	const struct route_entry *entry; /* NULL = the next prefix's first */
};

static struct walk walk_begin(const struct route_table *table, const struct msisdn *msisdn)
{
	struct walk walk = { .table = table };
	walk.left = prefix_trie_find(&table->trie, msisdn, walk.starts);
	return walk;
}

static const struct route_entry *walk_next(struct walk *walk)
{
	if (walk->entry != NULL && !walk->entry->is_last)
		return ++walk->entry;
	if (walk->left == 0)
		return NULL;
	walk->entry = &walk->table->entries[walk->starts[--walk->left]];
	return walk->entry;
}

static const struct route *find(const struct route_table *table, const struct route_query *query, bool minds_hours)
{
	struct asked asked = { .query = query, .plan = table->plan };
	struct walk walk = walk_begin(table, query->to);
	for (const struct route_entry *entry; (entry = walk_next(&walk)) != NULL;) {
		const struct route_compiled *rule = &table->rules[entry->rule];
		if (judge(rule, &asked) == ROUTE_FITS && (!minds_hours || is_open(rule, query)))
			return &rule->route;
	}
	return NULL;
}

const struct route *route_find(const struct route_table *table, const struct route_query *query)
{
	return find(table, query, true);
}

const struct route *route_find_any_time(const struct route_table *table, const struct route_query *query)
{
	return find(table, query, false);
}

bool route_opens(const struct route_table *table, const struct route_query *query, wall_ms *out)
{
	struct asked asked = { .query = query, .plan = table->plan };
	struct walk walk = walk_begin(table, query->to);
	wall_ms first = INT64_MAX;
	for (const struct route_entry *entry; (entry = walk_next(&walk)) != NULL;) {
		const struct route_compiled *rule = &table->rules[entry->rule];
		wall_ms opens = judge(rule, &asked) == ROUTE_FITS ? opening_of(rule, query) : INT64_MAX;
		if (opens < first)
			first = opens;
	}
	if (first == INT64_MAX)
		return false;
	*out = first;
	return true;
}

unsigned route_explain(const struct route_table *table, const struct route_query *query, struct route_finding *out,
		       unsigned cap)
{
	struct asked asked = { .query = query, .plan = table->plan };
	struct walk walk = walk_begin(table, query->to);
	unsigned count = 0;
	for (const struct route_entry *entry; count < cap && (entry = walk_next(&walk)) != NULL; count++) {
		const struct route_compiled *rule = &table->rules[entry->rule];
		struct route_finding finding = { &rule->route, entry->prefix_len, judge(rule, &asked), 0 };
		if (finding.verdict == ROUTE_FITS && !is_open(rule, query)) {
			finding.verdict = ROUTE_CLOSED;
			finding.opens = opening_of(rule, query);
		}
		out[count] = finding;
	}
	return count;
}

/* Finaliser of splitmix64: each input has an output of its own, and 0 alone gives 0. */
static uint64_t mix(uint64_t bits)
{
	bits = (bits ^ bits >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
	return bits ^ bits >> 31;
}

uint64_t route_key(const struct msisdn *msisdn)
{
	uint64_t number = 1; /* no number is the same with a nought in front */
	for (unsigned i = 0; i < msisdn->len; i++)
		number = number * 10 + (uint64_t)(msisdn->digits[i] - '0');
	return mix(number);
}

/* Of the places left, the one that the key falls on when each is as wide as its weight. Those without weight come when
 * no other is left. */
static unsigned draw(const struct route *route, uint64_t key, uint64_t left)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < route->account_count; i++)
		total += left >> i & 1 ? route->weights[i] : 0;
	uint64_t mark = (key >> 32) * total >> 32;
	for (unsigned i = 0; i < route->account_count; i++) {
		uint64_t width = left >> i & 1 ? route->weights[i] : 0;
		if (left >> i & 1 && (mark < width || total == 0))
			return i;
		mark -= width;
	}
	CHECK(left == 0);
	return 0;
}

/* What an account that is away would have got is drawn among the others again, so that nobody else's numbers move. */
static int pick_weighted(const struct route *route, const struct msisdn *msisdn, uint64_t open)
{
	uint64_t left = UINT64_MAX >> (64 - route->account_count);
	for (uint64_t key = route_key(msisdn); left != 0; key = mix(key + 1)) {
		unsigned place = draw(route, key, left);
		if (open >> route->accounts[place] & 1)
			return route->accounts[place];
		left &= ~(UINT64_C(1) << place);
	}
	return ROUTE_WAIT;
}

int route_pick(const struct route *route, const struct msisdn *msisdn, uint64_t open)
{
	if (route == NULL)
		return ROUTE_NONE;
	if ((open & route->accounts_mask) == 0)
		return ROUTE_WAIT;
	if (route->order == ROUTE_WEIGHTED)
		return pick_weighted(route, msisdn, open);
	for (unsigned i = 0; i < route->account_count; i++)
		if (open >> route->accounts[i] & 1)
			return route->accounts[i];
	return ROUTE_WAIT;
}

void route_list(const struct route *route, const struct msisdn *msisdn, uint8_t out[static ROUTE_ACCOUNTS_MAX])
{
	uint64_t open = route->accounts_mask;
	for (unsigned i = 0; i < route->account_count; i++) {
		out[i] = (uint8_t)route_pick(route, msisdn, open);
		open &= ~(UINT64_C(1) << out[i]);
	}
}

const struct number_plan *route_plan(const struct route_table *table)
{
	return table->plan;
}
