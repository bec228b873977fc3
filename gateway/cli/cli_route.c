/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/cli_command.h"
#include "cli/cli_time.h"
#include "render/catalogue.h"
#include "route/prefix_trie.h"
#include "route/route.h"

#include <stdlib.h>
#include <time.h>

#define JSON_OCTETS (512 * 1024)

/* One question: which account gets an sms, and why. */
struct routing {
	const struct cli_call *call;
	struct cli_settings settings;
	const struct route_table *table;
	struct msisdn to;
	struct route_query query;
	struct route_finding *findings; /* route_count × PREFIX_TRIE_DEPTH at most */
	unsigned finding_count;
	const struct route_finding *counts; /* the one that counts; NULL = none */
};

static int tell(const struct routing *routing, const char *what, const char *text)
{
	const struct cli_env *env = routing->call->env;
	if (!routing->call->wants_json) {
		fprintf(env->err, "%s: %s\n", what, text);
		return CLI_DATA;
	}
	char octets[1024];
	struct buf out = buf_over(octets, sizeof octets);
	json_open(&out, '{');
	json_key_text(&out, "error", slice_of(text));
	json_key_text(&out, "field", slice_of(what));
	json_close(&out, '}');
	fprintf(env->out, "%.*s\n", (int)out.len, out.at);
	return CLI_DATA;
}

/* -- the question -- */

static void tell_errors_only(void *ctx, const char *line, bool is_warning)
{
	if (!is_warning)
		cli_tell_problem(ctx, line, is_warning);
}

/* The class of the template that was named. */
static int read_template_class(struct routing *routing, const char *name)
{
	const struct cli_env *env = routing->call->env;
	struct catalogue *catalogue = NULL;
	const char *dir = routing->settings.templates_dir;
	if (env->load_templates(dir, routing->settings.locale, &catalogue, tell_errors_only, env->err) != ERR_OK)
		return CLI_DATA;
	const struct template *template = catalogue_find(catalogue, slice_of(name), (struct slice){ NULL, 0 });
	int code = CLI_OK;
	if (template != NULL) {
		routing->query.sms_class = template_header(template)->sms_class;
	} else {
		struct slice nearest = catalogue_nearest(catalogue, slice_of(name));
		char text[256];
		snprintf(text, sizeof text, "there is no such template in %.100s%s%.*s%s", dir,
			 nearest.len ? " (did you mean “" : "", SLICE_ARG(nearest), nearest.len ? "”?)" : "");
		code = tell(routing, name, text);
	}
	catalogue_destroy(catalogue);
	return code;
}

static int read_class(struct routing *routing)
{
	const char *name = cli_option(routing->call, "class");
	const char *template_name = cli_option(routing->call, "template");
	routing->query.sms_class = SMS_CLASS_NOTICE;
	routing->query.template_name = slice_of(template_name);
	if (name == NULL)
		return template_name ? read_template_class(routing, template_name) : CLI_OK;
	if (sms_class_parse(slice_of(name), &routing->query.sms_class))
		return CLI_OK;
	return cli_usage(routing->call, "--class is critical, notice or marketing, not “%s”", name);
}

static int read_query(struct routing *routing)
{
	const struct cli_call *call = routing->call;
	const char *at_text = cli_option(call, "at");
	wall_ms now = (wall_ms)time(NULL) * MS_PER_S;
	struct err_at at = { 0 };
	routing->query = (struct route_query){
		.to = &routing->to,
		.tenant = slice_of(cli_option(call, "tenant")),
		.at = now,
		.zone = routing->settings.zone,
	};
	if (at_text && !cli_time_parse(slice_of(at_text), now, routing->settings.zone, &routing->query.at))
		return cli_usage(call, "--at is a time such as “2026-02-13 08:00”, not “%s”", at_text);
	if (msisdn_parse(slice_of(call->arguments[0]), routing->settings.country, &routing->to, &at) != ERR_OK)
		return tell(routing, "NUMBER", at.text);
	return read_class(routing);
}

/* -- the answer -- */

/* Why a route does not count, in a word for programs and one for people. */
static const struct {
	const char *word;
	const char *text;
} reasons[ROUTE_VERDICT_COUNT] = {
	[ROUTE_FITS] = { "behind", "fits too, but comes behind" },
	[ROUTE_OTHER_OPERATOR] = { "operator", "for other operators" },
	[ROUTE_OTHER_TENANT] = { "tenant", "for other tenants" },
	[ROUTE_OTHER_CLASS] = { "class", "for other classes" },
	[ROUTE_OTHER_TEMPLATE] = { "template", "for other templates" },
	[ROUTE_CLOSED] = { "closed", "closed until" },
};

/* What was found about a route; NULL where it has no prefix of the number. */
static const struct route_finding *finding_of(const struct routing *routing, unsigned rule)
{
	for (unsigned i = 0; i < routing->finding_count; i++) {
		if (routing->findings[i].route->rule == rule)
			return &routing->findings[i];
	}
	return NULL;
}

static void put_prefix(const struct routing *routing, const struct route_finding *finding, FILE *out)
{
	if (finding->prefix_len > 0)
		fprintf(out, "prefix %.*s", (int)finding->prefix_len, routing->to.digits);
	else
		fputs("every prefix", out);
}

static void print_number(const struct routing *routing)
{
	FILE *out = routing->call->env->out;
	const struct route_query *query = &routing->query;
	const struct number_block *block = number_plan_find(route_plan(routing->table), &routing->to);
	char masked[MSISDN_MASK_OCTETS];
	char at[CLI_TIME_OCTETS];
	msisdn_mask(&routing->to, routing->settings.country, masked);
	fprintf(out, "%s: ", masked);
	if (block == NULL)
		fputs("in no block of the number plan, so nobody knows whose", out);
	else
		fprintf(out, "block %s, %s (%s%s)", block->prefix, number_operator_name(block->owner),
			block->is_configured ? "by the configuration" : number_kind_name(block->kind),
			block->is_portable ? "; a kept number may be another's" : "");
	fprintf(out, "\nat %s, class %s", cli_time_format(query->at, query->zone, at),
		sms_class_name(query->sms_class));
	if (query->template_name.len)
		fprintf(out, ", template %.*s", SLICE_ARG(query->template_name));
	if (query->tenant.len)
		fprintf(out, ", tenant %.*s", SLICE_ARG(query->tenant));
	fputc('\n', out);
}

static void print_accounts(const struct routing *routing)
{
	static const char *const orders[ROUTE_ORDER_COUNT] = { [ROUTE_FIRST] = "as written",
							       [ROUTE_WEIGHTED] = "drawn by weight",
							       [ROUTE_CHEAPEST] = "the cheapest first" };
	FILE *out = routing->call->env->out;
	const struct route *route = routing->counts->route;
	uint8_t accounts[ROUTE_ACCOUNTS_MAX];
	route_list(route, &routing->to, accounts);
	fprintf(out, "\nroutes[%u] counts: ", route->rule + 1);
	put_prefix(routing, routing->counts, out);
	fprintf(out, "; the first of these that is up gets it (%s):\n", orders[route->order]);
	for (unsigned i = 0; i < route->account_count; i++)
		fprintf(out, "  %u  %s\n", i + 1, routing->settings.account_names[accounts[i]]);
}

static void print_others(const struct routing *routing)
{
	FILE *out = routing->call->env->out;
	const char *before = "\n";
	for (unsigned rule = 0; rule < routing->settings.route_count; rule++) {
		const struct route_finding *finding = finding_of(routing, rule);
		if (routing->counts != NULL && rule == routing->counts->route->rule)
			continue;
		fprintf(out, "%snot routes[%u]: ", before, rule + 1);
		before = "";
		if (finding == NULL) {
			fputs("for other prefixes\n", out);
			continue;
		}
		char at[CLI_TIME_OCTETS];
		bool is_closed = finding->verdict == ROUTE_CLOSED;
		put_prefix(routing, finding, out);
		fprintf(out, ", %s%s%s\n", reasons[finding->verdict].text, is_closed ? " " : "",
			is_closed ? cli_time_format(finding->opens, routing->query.zone, at) : "");
	}
}

static void print_outcome(const struct routing *routing)
{
	FILE *out = routing->call->env->out;
	wall_ms opens;
	char at[CLI_TIME_OCTETS];
	print_number(routing);
	if (routing->counts != NULL)
		print_accounts(routing);
	else if (route_opens(routing->table, &routing->query, &opens))
		fprintf(out, "\nno route is open: it waits until %s\n",
			cli_time_format(opens, routing->query.zone, at));
	else
		fprintf(out, "\nno route fits: it would be dead as no_route\n");
	print_others(routing);
}

static void put_instant(struct buf *out, const char *key, wall_ms at, const struct zone *zone)
{
	char text[40];
	size_t len = civil_format_rfc3339(at, zone ? zone_offset_s(zone, at) : 0, text);
	json_key_text(out, key, (struct slice){ text, len });
}

static void put_number(const struct routing *routing, struct buf *out)
{
	const struct route_query *query = &routing->query;
	const struct number_block *block = number_plan_find(route_plan(routing->table), &routing->to);
	char masked[MSISDN_MASK_OCTETS];
	size_t len = msisdn_mask(&routing->to, routing->settings.country, masked);
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

static void put_others(const struct routing *routing, struct buf *out)
{
	json_key(out, "others");
	json_open(out, '[');
	for (unsigned rule = 0; rule < routing->settings.route_count; rule++) {
		const struct route_finding *finding = finding_of(routing, rule);
		if (routing->counts != NULL && rule == routing->counts->route->rule)
			continue;
		json_open(out, '{');
		json_key_uint(out, "route", rule + 1);
		json_key_text(out, "why", slice_of(finding ? reasons[finding->verdict].word : "prefix"));
		if (finding != NULL)
			json_key_text(out, "prefix", (struct slice){ routing->to.digits, finding->prefix_len });
		if (finding != NULL && finding->verdict == ROUTE_CLOSED)
			put_instant(out, "opens", finding->opens, routing->query.zone);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void print_json(const struct routing *routing)
{
	static char octets[JSON_OCTETS];
	struct buf out = buf_over(octets, sizeof octets);
	wall_ms opens;
	json_open(&out, '{');
	put_number(routing, &out);
	if (routing->counts != NULL) {
		const struct route *route = routing->counts->route;
		uint8_t accounts[ROUTE_ACCOUNTS_MAX];
		route_list(route, &routing->to, accounts);
		json_key_uint(&out, "route", route->rule + 1);
		json_key_text(&out, "prefix", (struct slice){ routing->to.digits, routing->counts->prefix_len });
		json_key(&out, "accounts");
		json_open(&out, '[');
		for (unsigned i = 0; i < route->account_count; i++)
			json_text(&out, slice_of(routing->settings.account_names[accounts[i]]));
		json_close(&out, ']');
	} else if (route_opens(routing->table, &routing->query, &opens)) {
		put_instant(&out, "waits_until", opens, routing->query.zone);
	}
	put_others(routing, &out);
	json_close(&out, '}');
	fprintf(routing->call->env->out, "%.*s\n", (int)out.len, out.at);
}

static int answer(struct routing *routing)
{
	unsigned cap = routing->settings.route_count * PREFIX_TRIE_DEPTH;
	routing->findings = calloc(cap + 1, sizeof *routing->findings);
	if (routing->findings == NULL) {
		fprintf(routing->call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	routing->finding_count = route_explain(routing->table, &routing->query, routing->findings, cap);
	for (unsigned i = 0; i < routing->finding_count && routing->counts == NULL; i++) {
		if (routing->findings[i].verdict == ROUTE_FITS)
			routing->counts = &routing->findings[i];
	}
	if (routing->call->wants_json)
		print_json(routing);
	else
		print_outcome(routing);
	free(routing->findings);
	return routing->counts ? CLI_OK : CLI_FAILED;
}

static int run(const struct cli_call *call)
{
	const struct cli_env *env = call->env;
	struct routing routing = { .call = call };
	const struct config *config = NULL;
	struct err_at at = { 0 };
	const char *path = cli_option(call, "config");
	enum err err = env->load(path, &config, &routing.settings, cli_tell_problem, env->err);
	if (err == ERR_NOT_FOUND && path == NULL)
		fprintf(env->err, "there is no configuration; name its file with --config\n");
	if (err == ERR_OK) {
		err = env->make_routes(config, &routing.table, &at);
		if (err != ERR_OK)
			fprintf(env->err, "%s: %s\n", at.field, at.text);
	}
	if (err != ERR_OK)
		return CLI_CONFIG;
	int code = read_query(&routing);
	return code == CLI_OK ? answer(&routing) : code;
}

const struct cli_command cli_route = {
	.name = "route",
	.arguments = "NUMBER",
	.arguments_min = 1,
	.arguments_max = 1,
	.summary = "Tell which account gets an sms to a number, and why",
	.details =
		"It goes by the configuration alone: which accounts are up tells “hongyan accounts list”, and what a "
		"running\n"
		"gateway has learnt of a number is not asked. Exit 1 where no route fits, or none that is open.\n",
	.options = { { "tenant", "NAME", "Tenant of the alert" },
		     { "class", "NAME", "critical, notice or marketing; default: the template's, or notice" },
		     { "template", "NAME", "Template of the alert" },
		     { "at", "TIME", "When it is sent; default: now" },
		     { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, "
		       "/etc/hongyan/hongyan.yaml)" } },
	.run = run,
};
