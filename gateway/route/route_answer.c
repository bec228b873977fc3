/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_answer.h"

#include "base/check.h"
#include "base/json.h"
#include "route/prefix_trie.h"

#include <stdlib.h>

struct answer {
	const struct route_asked *asked;
	struct route_finding *findings;
	unsigned finding_count;
	const struct route_finding *counts; /* the one that counts; NULL = none */
};

static void put_instant(struct buf *out, const char *key, wall_ms at, const struct zone *zone)
{
	char text[40];
	size_t len = civil_format_rfc3339(at, zone ? zone_offset_s(zone, at) : 0, text);
	json_key_text(out, key, (struct slice){ text, len });
}

static void put_number(const struct answer *answer, struct buf *out)
{
	const struct route_query *query = answer->asked->query;
	const struct number_block *block = number_plan_find(route_plan(answer->asked->table), query->to);
	char masked[MSISDN_MASK_OCTETS];
	size_t len = msisdn_mask(query->to, answer->asked->country, masked);
	json_key_text(out, "to", (struct slice){ masked, len });
	json_key_text(out, "operator", slice_of(number_operator_name(block ? block->owner : OPERATOR_UNKNOWN)));
	if (block != NULL) {
		json_key_text(out, "block", slice_of(block->prefix));
		json_key_text(out, "kind", slice_of(number_kind_name(block->kind)));
		json_key_bool(out, "portable", block->is_portable);
		json_key_bool(out, "configured", block->is_configured);
	}
	put_instant(out, "at", query->at, query->zone);
	json_key_text(out, "class", slice_of(sms_class_name(query->sms_class)));
	json_key_text_if(out, "template", query->template_name);
	json_key_text_if(out, "tenant", query->tenant);
}

static unsigned weight_of(const struct route *route, unsigned account)
{
	unsigned i = 0;
	while (i < route->account_count && route->accounts[i] != account)
		i++;
	CHECK(i < route->account_count);
	return route->weights[i];
}

static void put_route(const struct answer *answer, struct buf *out)
{
	static const char *const orders[ROUTE_ORDER_COUNT] = {
		[ROUTE_FIRST] = "first", [ROUTE_WEIGHTED] = "weighted", [ROUTE_CHEAPEST] = "cheapest"
	};
	const struct route *route = answer->counts->route;
	const struct msisdn *to = answer->asked->query->to;
	uint8_t accounts[ROUTE_ACCOUNTS_MAX];
	route_list(route, to, accounts);
	json_key_uint(out, "route", route->rule + 1);
	json_key_text(out, "prefix", (struct slice){ to->digits, answer->counts->prefix_len });
	json_key_text(out, "pick", slice_of(orders[route->order]));
	json_key(out, "accounts");
	json_open(out, '[');
	for (unsigned i = 0; i < route->account_count; i++)
		json_text(out, slice_of(answer->asked->account_names[accounts[i]]));
	json_close(out, ']');
	if (route->weights == NULL)
		return;
	json_key(out, "weights");
	json_open(out, '[');
	for (unsigned i = 0; i < route->account_count; i++)
		json_uint(out, weight_of(route, accounts[i]));
	json_close(out, ']');
}

/* What was found about a rule; NULL where it has no prefix of the number. */
static const struct route_finding *finding_of(const struct answer *answer, unsigned rule)
{
	for (unsigned i = 0; i < answer->finding_count; i++) {
		if (answer->findings[i].route->rule == rule)
			return &answer->findings[i];
	}
	return NULL;
}

static void put_others(const struct answer *answer, struct buf *out)
{
	static const char *const words[ROUTE_VERDICT_COUNT] = {
		[ROUTE_FITS] = "behind",       [ROUTE_OTHER_OPERATOR] = "operator", [ROUTE_OTHER_TENANT] = "tenant",
		[ROUTE_OTHER_CLASS] = "class", [ROUTE_OTHER_TEMPLATE] = "template", [ROUTE_CLOSED] = "closed",
	};
	const struct route_query *query = answer->asked->query;
	json_key(out, "others");
	json_open(out, '[');
	for (unsigned rule = 0; rule < answer->asked->rule_count; rule++) {
		const struct route_finding *finding = finding_of(answer, rule);
		if (answer->counts != NULL && rule == answer->counts->route->rule)
			continue;
		json_open(out, '{');
		json_key_uint(out, "route", rule + 1);
		json_key_text(out, "why", slice_of(finding ? words[finding->verdict] : "prefix"));
		if (finding != NULL)
			json_key_text(out, "prefix", (struct slice){ query->to->digits, finding->prefix_len });
		if (finding != NULL && finding->verdict == ROUTE_CLOSED)
			put_instant(out, "opens", finding->opens, query->zone);
		json_close(out, '}');
	}
	json_close(out, ']');
}

/* -- now -- */

/* The place in accounts of the one that gets it: one that works before one that fails or rests; negative where none does. */
static int pick(const struct route_asked *asked, const uint8_t *accounts, unsigned count)
{
	int behind = -1;
	for (unsigned i = 0; i < count; i++) {
		enum route_stand stand = asked->standings[accounts[i]].stand;
		if (stand == ROUTE_STANDS_UP)
			return (int)i;
		if (stand > ROUTE_STANDS_UP && behind < 0)
			behind = (int)i;
	}
	return behind;
}

static void put_standing(const char *name, const struct route_standing *standing, bool gets_it, struct buf *out)
{
	static const char *const words[ROUTE_STAND_COUNT] = {
		[ROUTE_STANDS_REFUSED] = "refused", [ROUTE_STANDS_DOWN] = "down",
		[ROUTE_STANDS_PAUSED] = "paused",   [ROUTE_STANDS_DRAINED] = "drained",
		[ROUTE_STANDS_UP] = "up",           [ROUTE_STANDS_FAILING] = "failing",
		[ROUTE_STANDS_RESTING] = "resting", [ROUTE_STANDS_BROKEN] = "broken",
	};
	CHECK((unsigned)standing->stand < ROUTE_STAND_COUNT);
	json_open(out, '{');
	json_key_text(out, "name", slice_of(name));
	json_key_bool(out, "gets_it", gets_it);
	json_key_text(out, "state", slice_of(words[standing->stand]));
	json_key(out, "for_s");
	json_decimal(out, (double)standing->for_us / US_PER_S, 3);
	json_key_text(out, "reason", slice_of(standing->reason ? standing->reason : ""));
	json_close(out, '}');
}

static bool put_now(const struct answer *answer, struct buf *out)
{
	const struct route_asked *asked = answer->asked;
	const struct route *route = answer->counts ? answer->counts->route : NULL;
	uint8_t accounts[ROUTE_ACCOUNTS_MAX];
	if (route != NULL)
		route_list(route, asked->query->to, accounts);
	int picked = route ? pick(asked, accounts, route->account_count) : -1;
	json_open(out, '{');
	json_key_text(out, "instance", slice_of(asked->instance));
	json_key(out, "account");
	if (picked >= 0)
		json_text(out, slice_of(asked->account_names[accounts[picked]]));
	else
		json_absent(out);
	json_key_text(out, "held", slice_of(asked->held ? asked->held : ""));
	json_key(out, "accounts");
	json_open(out, '[');
	for (unsigned i = 0; route != NULL && i < route->account_count; i++)
		put_standing(asked->account_names[accounts[i]], &asked->standings[accounts[i]], (int)i == picked, out);
	json_close(out, ']');
	json_close(out, '}');
	return picked >= 0 && asked->held == NULL;
}

enum err route_answer_write(const struct route_asked *asked, struct buf *out, bool *gets_it)
{
	unsigned cap = asked->rule_count * PREFIX_TRIE_DEPTH;
	struct answer answer = { .asked = asked, .findings = calloc((size_t)cap + 1, sizeof *answer.findings) };
	wall_ms opens;
	if (answer.findings == NULL)
		return ERR_MEMORY;
	answer.finding_count = route_explain(asked->table, asked->query, answer.findings, cap);
	for (unsigned i = 0; i < answer.finding_count && answer.counts == NULL; i++) {
		if (answer.findings[i].verdict == ROUTE_FITS)
			answer.counts = &answer.findings[i];
	}
	bool is_now = asked->instance != NULL;
	bool takes = answer.counts != NULL;
	json_open(out, '{');
	put_number(&answer, out);
	if (answer.counts != NULL)
		put_route(&answer, out);
	else if (route_opens(asked->table, asked->query, &opens))
		put_instant(out, "waits_until", opens, asked->query->zone);
	put_others(&answer, out);
	json_key_text(out, "from", slice_of(is_now ? "gateway" : "configuration"));
	json_key(out, "now");
	if (is_now)
		takes = put_now(&answer, out) && takes;
	else
		json_absent(out);
	json_close(out, '}');
	free(answer.findings);
	if (!out->full)
		*gets_it = takes;
	return ERR_OK;
}
