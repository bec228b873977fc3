/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_route.h"

#include "app/config_check.h"
#include "base/number.h"
#include "base/suggest.h"
#include "route/prefix_trie.h"

#include <stdio.h>
#include <stdlib.h>

#define COST_UNIT 1000000u /* a cost is kept in millionths */

/* -- words -- */

/* What a condition's words are. */
struct vocabulary {
	const char *path;
	const char *(*name)(unsigned index);
	unsigned count;
};

static const char *operator_name(unsigned index)
{
	return number_operator_name((enum number_operator)index);
}

static const char *class_name(unsigned index)
{
	return sms_class_name((enum sms_class)index);
}

static const struct vocabulary operators = { "operator", operator_name, OPERATOR_COUNT };
static const struct vocabulary classes = { "class", class_name, SMS_CLASS_COUNT };

static unsigned find_word(const struct vocabulary *words, struct slice text)
{
	unsigned index = 0;
	while (index < words->count && !slice_is(text, words->name(index)))
		index++;
	return index;
}

/* “operator of routes[2] is “mobil”, which is none of … (did you mean …?)”. */
static void tell_word(struct config_load *load, const struct vocabulary *words, const struct tree_node *place,
		      const char *whose, struct slice text)
{
	const char *names[8];
	char list[128];
	struct buf out = buf_over(list, sizeof list);
	for (unsigned i = 0; i < words->count; i++) {
		names[i] = words->name(i);
		buf_put_format(&out, "%s%s", i ? ", " : "", names[i]);
	}
	const char *nearest = suggest_nearest(text, names, words->count);
	config_report(load->report, ERR_NOT_FOUND, place, false, words->path, "%s: “%.*s” is none of %.*s%s%s%s", whose,
		      (int)(text.len < 40 ? text.len : 40), text.at, (int)out.len, out.at,
		      nearest ? " (did you mean “" : "", nearest ? nearest : "", nearest ? "”?)" : "");
}

/* The words as bits. */
static unsigned read_words(struct config_load *load, const struct vocabulary *words, const struct config_lines *lines,
			   const struct tree_node *element, const char *prefix)
{
	unsigned bits = 0;
	for (unsigned i = 0; i < lines->count; i++) {
		unsigned index = find_word(words, slice_of(lines->at[i]));
		char whose[96];
		snprintf(whose, sizeof whose, "%s%s", prefix, words->path);
		if (index == words->count)
			tell_word(load, words, config_check_place(element, words->path), whose, slice_of(lines->at[i]));
		else
			bits |= 1u << index;
	}
	return bits;
}

/* What would be overlooked in silence: weights that nobody draws by, and a missing cost, which would be the lowest one. */
static void check_pick(struct config_load *load, const struct config_route *route, const struct tree_node *element,
		       const char *prefix)
{
	for (unsigned i = 0; i < route->account_count; i++) {
		const struct config_account *account = &load->config->accounts[route->accounts[i]];
		if (route->pick != ROUTE_WEIGHTED && route->weights[i] != 1) {
			config_report(load->report, ERR_RANGE, config_check_place(element, "accounts"), false,
				      "accounts", "%saccounts: a weight counts only with pick: weighted", prefix);
			return;
		}
		if (route->pick == ROUTE_CHEAPEST && *account->cost_text == '\0')
			config_report(load->report, ERR_NOT_FOUND, config_check_place(element, "pick"), false, "pick",
				      "%spick is cheapest, but account “%s” has no cost", prefix, account->name);
	}
}

static void read_route(struct config_load *load, unsigned index)
{
	struct config_route *route = &load->config->routes[index];
	const struct tree_node *element = load->route_nodes[index];
	char prefix[32];
	snprintf(prefix, sizeof prefix, "routes[%u].", index + 1);
	route->operators = read_words(load, &operators, &route->operator_names, element, prefix);
	route->classes = read_words(load, &classes, &route->class_names, element, prefix);
	const char *hours = route->hours_text ? route->hours_text : "";
	if (*hours != '\0' && !route_hours_parse(slice_of(hours), &route->hours))
		config_report(load->report, ERR_FORMAT, config_check_place(element, "hours"), false, "hours",
			      "%shours must be a span such as “08:00-20:00” or “Mon-Fri 08:00-20:00”, not “%s”", prefix,
			      hours);
	check_pick(load, route, element, prefix);
}

/* -- the number plan -- */

/* “86192=broadnet”. */
static bool read_block(struct config_load *load, const char *line, struct number_plan_extra *out)
{
	const struct tree_node *place = config_check_place(load->root, "number_plan");
	const char *sign = strchr(line, '=');
	struct slice prefix = { line, sign ? (size_t)(sign - line) : 0 };
	if (prefix.len == 0 || *prefix.at == '0' || !prefix_trie_takes(prefix)) {
		config_report(load->report, ERR_FORMAT, place, false, "number_plan",
			      "number_plan: “%s” must be a prefix in international form without “+” and its operator, "
			      "such as “86192”: broadnet",
			      line);
		return false;
	}
	unsigned owner = find_word(&operators, slice_of(sign + 1));
	if (owner == OPERATOR_COUNT) {
		tell_word(load, &operators, place, "number_plan", slice_of(sign + 1));
		return false;
	}
	*out = (struct number_plan_extra){ prefix, (enum number_operator)owner };
	return true;
}

static void read_plan(struct config_load *load)
{
	struct config *config = load->config;
	unsigned count = config->number_plan.count;
	config->plan_extras = calloc(count + 1, sizeof *config->plan_extras);
	if (config->plan_extras == NULL) {
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	bool is_good = true;
	for (unsigned i = 0; i < count; i++)
		is_good &= read_block(load, config->number_plan.at[i], &config->plan_extras[i]);
	for (unsigned i = 1; is_good && i < count; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (slice_equal(config->plan_extras[i].prefix, config->plan_extras[j].prefix))
				config_report(load->report, ERR_DUPLICATE,
					      config_check_place(load->root, "number_plan"), false, "number_plan",
					      "number_plan names the prefix “%.*s” twice",
					      SLICE_ARG(config->plan_extras[i].prefix));
		}
	}
}

/* -- accounts -- */

/* Digits, and up to six behind a point. */
static bool parse_cost(struct slice text, uint64_t *out)
{
	const char *point = memchr(text.at, '.', text.len);
	struct slice whole = { text.at, point ? (size_t)(point - text.at) : text.len };
	uint64_t cost;
	if (!number_parse(whole, 1000000, &cost))
		return false;
	cost *= COST_UNIT;
	uint64_t unit = COST_UNIT / 10;
	if (point != NULL && point + 1 == text.at + text.len)
		return false;
	for (const char *digit = point ? point + 1 : NULL; digit && digit < text.at + text.len; digit++, unit /= 10) {
		if (*digit < '0' || *digit > '9' || unit == 0)
			return false;
		cost += (uint64_t)(*digit - '0') * unit;
	}
	*out = cost;
	return true;
}

static bool parse_status(struct slice text, uint64_t *out)
{
	bool is_hex = slice_starts(text, SLICE("0x"));
	bool is_number = is_hex ? number_parse_hex(text, out) : number_parse(text, UINT32_MAX, out);
	return is_number && *out != 0 && *out <= UINT32_MAX;
}

static void read_account(struct config_load *load, unsigned index)
{
	struct config_account *account = &load->config->accounts[index];
	const struct tree_node *element = load->account_nodes[index];
	struct slice cost = slice_of(account->cost_text);
	if (cost.len && !parse_cost(cost, &account->cost))
		config_report(load->report, ERR_FORMAT, config_check_place(element, "cost"), false, "cost",
			      "accounts[%s].cost must be an amount such as 0.035, with at most six digits behind the "
			      "point, not “%s”",
			      account->name, account->cost_text);
	for (unsigned i = 0; i < account->not_mine.count; i++) {
		uint64_t code;
		const struct tree_node *place = config_check_place(element, "not_mine");
		if (!parse_status(slice_of(account->not_mine.at[i]), &code))
			config_report(load->report, ERR_FORMAT, place, false, "not_mine",
				      "accounts[%s].not_mine: “%s” is no status; write 0x0B or 11", account->name,
				      account->not_mine.at[i]);
		else if (i == CONFIG_NOT_MINE_MAX)
			config_report(load->report, ERR_RANGE, place, false, "not_mine",
				      "accounts[%s].not_mine has more than %d statuses", account->name,
				      CONFIG_NOT_MINE_MAX);
		else if (i < CONFIG_NOT_MINE_MAX)
			account->not_mine_codes[account->not_mine_count++] = (uint32_t)code;
	}
}

/* -- the same route twice -- */

/* One prefix of one route. */
struct claim {
	const char *prefix;
	unsigned route;
};

static int compare_claims(const void *left, const void *right)
{
	const struct claim *a = left;
	const struct claim *b = right;
	int order = strcmp(a->prefix, b->prefix);
	return order ? order : a->route < b->route ? -1 : a->route > b->route;
}

static bool are_same_names(const struct config_lines *a, const struct config_lines *b)
{
	bool are_same = a->count == b->count;
	for (unsigned i = 0; are_same && i < a->count; i++)
		are_same = strcmp(a->at[i], b->at[i]) == 0;
	return are_same;
}

static bool are_same_conditions(const struct config_route *a, const struct config_route *b)
{
	return a->operators == b->operators && a->classes == b->classes && a->hours.days == b->hours.days &&
	       a->hours.from == b->hours.from && a->hours.to == b->hours.to &&
	       are_same_names(&a->tenants, &b->tenants) && are_same_names(&a->templates, &b->templates);
}

/* The route before this claim's that has its prefix and its conditions; NULL where there is none. */
static const struct claim *find_twin(const struct config *config, const struct claim *claims, size_t at)
{
	for (size_t i = at; i-- > 0 && strcmp(claims[i].prefix, claims[at].prefix) == 0;)
		if (are_same_conditions(&config->routes[claims[i].route], &config->routes[claims[at].route]))
			return &claims[i];
	return NULL;
}

/* The same prefix under the same conditions in two routes would leave the second one without meaning; so would a second
 * route for all numbers. */
static void check_prefixes(struct config_load *load)
{
	const struct config *config = load->config;
	size_t count = 0;
	for (unsigned i = 0; i < config->route_count; i++)
		count += config->routes[i].prefix_count ? config->routes[i].prefix_count : 1;
	struct claim *claims = calloc(count ? count : 1, sizeof *claims);
	if (claims == NULL) {
		config_report(load->report, ERR_MEMORY, NULL, false, NULL, "out of memory");
		return;
	}
	count = 0;
	for (unsigned i = 0; i < config->route_count; i++) {
		const struct config_route *route = &config->routes[i];
		/* A route whose prefixes were all wrong is not one for every number. */
		if (route->prefix_count == 0 && tree_find(load->route_nodes[i], SLICE("prefix")) == NULL)
			claims[count++] = (struct claim){ "", i };
		for (unsigned j = 0; j < route->prefix_count; j++)
			claims[count++] = (struct claim){ route->prefixes[j], i };
	}
	qsort(claims, count, sizeof *claims, compare_claims);
	for (size_t i = 1; i < count; i++) {
		const struct claim *twin = find_twin(config, claims, i);
		if (twin == NULL)
			continue;
		unsigned earlier = twin->route + 1;
		const struct tree_node *place = config_check_place(load->route_nodes[claims[i].route], "prefix");
		if (*claims[i].prefix)
			config_report(load->report, ERR_DUPLICATE, place, false, "prefix",
				      "prefix “%s” is in routes[%u] already", claims[i].prefix, earlier);
		else
			config_report(load->report, ERR_DUPLICATE, place, false, "prefix",
				      "routes[%u] takes every number, and so does routes[%u] already",
				      claims[i].route + 1, earlier);
	}
	free(claims);
}

void config_route_check(struct config_load *load)
{
	read_plan(load);
	for (unsigned i = 0; i < load->config->account_count; i++)
		read_account(load, i);
	for (unsigned i = 0; i < load->config->route_count; i++)
		read_route(load, i);
	check_prefixes(load);
}
