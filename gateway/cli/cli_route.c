/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/cli_admin.h"
#include "cli/cli_command.h"
#include "cli/cli_fetch.h"
#include "cli/cli_printable.h"
#include "cli/cli_route_page.h"
#include "cli/cli_time.h"
#include "render/catalogue.h"
#include "route/route_answer.h"

#include <stdlib.h>
#include <time.h>

#define JSON_OCTETS   (512 * 1024)
#define SOURCE_OCTETS 400

/* One question: which account gets an sms, and why. A running gateway answers it where there is one, else the configuration. */
struct routing {
	const struct cli_call *call;
	const struct config *config; /* NULL = there is none, and --url says whom to ask */
	struct cli_settings settings;
	struct msisdn to;
	struct route_query query;
	char source[SOURCE_OCTETS]; /* of the answer, for people */
};

/* field: of the question; NULL where the gateway alone knows which. */
static int tell(const struct routing *routing, const char *field, const char *text)
{
	const struct cli_env *env = routing->call->env;
	if (!routing->call->wants_json) {
		fprintf(env->err, "%s: %s\n", field != NULL ? field : "the gateway", text);
		return CLI_DATA;
	}
	char octets[1024];
	struct buf out = buf_over(octets, sizeof octets);
	json_open(&out, '{');
	json_key_text(&out, "error", slice_of(text));
	json_key_text_if(&out, "field", slice_of(field));
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
	catalogue_release(catalogue);
	return code;
}

static int read_class(struct routing *routing)
{
	const char *name = cli_option(routing->call, "class");
	routing->query.sms_class = SMS_CLASS_NOTICE;
	routing->query.template_name = slice_of(cli_option(routing->call, "template"));
	if (name == NULL || sms_class_parse(slice_of(name), &routing->query.sms_class))
		return CLI_OK;
	return cli_usage(routing->call, "--class is critical, notice or marketing, not “%s”", name);
}

/* A local time is one of the configuration's zone; without one it would be read as UTC, and nobody would notice. */
static bool lacks_zone(const struct routing *routing, const char *text)
{
	wall_ms at;
	bool is_date = strchr(text, '-') != NULL;
	return routing->config == NULL && is_date && !civil_parse_rfc3339(slice_of(text), &at);
}

/* Without a configuration the gateway judges the number. */
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
	if (at_text && lacks_zone(routing, at_text))
		return cli_usage(
			call, "without a configuration --at needs its zone, as “2026-02-13T08:00:00+08:00”, not “%s”",
			at_text);
	if (routing->config != NULL &&
	    msisdn_parse(slice_of(call->arguments[0]), routing->settings.country, &routing->to, &at) != ERR_OK)
		return tell(routing, "NUMBER", at.text);
	return read_class(routing);
}

/* -- the answer -- */

/* text: one, that len octets long; it is what programs get. */
static int print(const struct routing *routing, const char *text, size_t len)
{
	FILE *out = routing->call->env->out;
	json_t *answer = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	bool is_answer = cli_route_is_answer(answer);
	bool gets_it = is_answer && cli_route_gets_it(answer);
	if (is_answer && routing->call->wants_json)
		fwrite(text, 1, len, out);
	else if (is_answer)
		cli_route_page(answer, routing->source, out);
	json_decref(answer);
	if (is_answer)
		return gets_it ? CLI_OK : CLI_FAILED;
	fprintf(routing->call->env->err, "hongyan: what answers is no gateway; is the port the one of admin.listen?\n");
	return CLI_UNREACHABLE;
}

/* By the configuration alone. */
static int answer_offline(struct routing *routing)
{
	static char octets[JSON_OCTETS];
	const struct cli_call *call = routing->call;
	const char *template_name = cli_option(call, "template");
	const struct route_table *table = NULL;
	struct buf out = buf_over(octets, sizeof octets);
	struct err_at at = { 0 };
	bool gets_it;
	if (template_name != NULL && cli_option(call, "class") == NULL) {
		int code = read_template_class(routing, template_name);
		if (code != CLI_OK)
			return code;
	}
	if (call->env->make_routes(routing->config, &table, &at) != ERR_OK) {
		fprintf(call->env->err, "%s: %s\n", at.field, at.text);
		return CLI_CONFIG;
	}
	const struct route_asked asked = {
		.table = table,
		.rule_count = routing->settings.route_count,
		.query = &routing->query,
		.country = routing->settings.country,
		.account_names = routing->settings.account_names,
	};
	if (route_answer_write(&asked, &out, &gets_it) != ERR_OK || out.full) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	buf_put_text(&out, "\n");
	return print(routing, out.at, out.len);
}

/* The question as an address, on base. Owned; NULL where there is no memory. */
static char *url_of(const struct routing *routing, const char *base)
{
	const struct cli_call *call = routing->call;
	char at[40] = "";
	if (cli_option(call, "at") != NULL)
		at[civil_format_rfc3339(routing->query.at, 0, at)] = '\0';
	const char *const pairs[][2] = {
		{ "number", call->arguments[0] },
		{ "tenant", cli_option(call, "tenant") },
		{ "class", cli_option(call, "class") },
		{ "template", cli_option(call, "template") },
		{ "at", at[0] ? at : NULL },
	};
	char *url = cli_fetch_url(base, "/v1/route");
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		url = cli_fetch_add(url, pairs[i][0], pairs[i][1]);
	return url;
}

/* What a gateway does not take. */
static int tell_problem(const struct routing *routing, const char *body, size_t len)
{
	json_t *problem = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	char detail[CLI_PRINTABLE_OCTETS];
	cli_printable(problem, "detail", detail);
	int code = tell(routing, NULL, detail[0] != '\0' ? detail : "takes no such question");
	json_decref(problem);
	return code;
}

/* Asks the gateway at base. is_answered: false where nothing came of it, for a reason that is in source then. */
static int ask(struct routing *routing, const char *base, bool *is_answered)
{
	char *url = url_of(routing, base);
	char *body = NULL;
	size_t len = 0;
	unsigned status = 0;
	struct err_at at = { 0 };
	int code = CLI_UNREACHABLE;
	*is_answered = false;
	if (url == NULL) {
		snprintf(routing->source, sizeof routing->source, "out of memory");
	} else if (cli_fetch_any(url, &status, &body, &len, &at) != ERR_OK) {
		snprintf(routing->source, sizeof routing->source, "%s", at.text);
	} else if (status == 422) {
		*is_answered = true;
		code = tell_problem(routing, body, len);
	} else if (status != 200) {
		snprintf(routing->source, sizeof routing->source, "%s answers with status %u: %s", base, status,
			 status >= 500 ? "it cannot answer now" : "it is older than this command, or no gateway");
	} else {
		*is_answered = true;
		snprintf(routing->source, sizeof routing->source, "from the running gateway at %s", base);
		code = print(routing, body, len);
	}
	free(body);
	free(url);
	return code;
}

/* A gateway that was named must answer; where none was, the configuration does. */
static int answer(struct routing *routing)
{
	const struct cli_call *call = routing->call;
	const char *url = cli_option(call, "url");
	bool is_answered = false;
	int code = CLI_FAILED;
	char *base = cli_option(call, "offline") ? NULL
		     : url                       ? cli_fetch_url(url, "")
			   : cli_fetch_listener(routing->settings.admin_host, routing->settings.admin_port);
	if (base != NULL)
		code = ask(routing, base, &is_answered);
	if (base != NULL && !is_answered && url != NULL)
		fprintf(call->env->err, "hongyan: %s; does the gateway run?\n", routing->source);
	if (is_answered || url != NULL) {
		free(base);
		return code;
	}
	char why[SOURCE_OCTETS];
	memcpy(why, routing->source, sizeof why);
	snprintf(routing->source, sizeof routing->source, "from the configuration only%s%.300s",
		 base ? ", so how its accounts are is not known: " : " (--offline)", base ? why : "");
	free(base);
	return answer_offline(routing);
}

static int run(const struct cli_call *call)
{
	const struct cli_env *env = call->env;
	struct routing routing = { .call = call };
	const char *path = cli_option(call, "config");
	const char *url = cli_option(call, "url");
	if (url != NULL && cli_option(call, "offline") != NULL)
		return cli_usage(call, "--offline asks no gateway, and --url names one");
	enum err err = env->load(path, &routing.config, &routing.settings, cli_tell_problem, env->err);
	bool needs_none = err == ERR_NOT_FOUND && path == NULL && url != NULL;
	if (err == ERR_NOT_FOUND && path == NULL && url == NULL)
		fprintf(env->err, "there is no configuration; name its file with --config\n");
	if (err != ERR_OK && !needs_none)
		return CLI_CONFIG;
	int code = read_query(&routing);
	return code == CLI_OK ? answer(&routing) : code;
}

const struct cli_command cli_route = {
	.name = "route",
	.arguments = "NUMBER",
	.arguments_min = 1,
	.arguments_max = 1,
	.summary = "Tell which account gets an sms to a number now, and why",
	.details =
		"The running gateway is asked at its admin address: its answer says how each account of the route is "
		"now (up, failing, resting, broken, paused, drained, down, refused), since when and why, and which one "
		"gets "
		"it. Where "
		"none answers, or with --offline, the answer goes by the configuration alone, and says so. What single "
		"workers have learnt of a number is not asked.\n"
		"Exit 0 where an account gets it; 1 where none does: no route fits or is open, none of its accounts "
		"takes it "
		"now, or all is held; 65 for a wrong number or an unknown template; 69 where --url names a gateway and "
		"none answers; 78 for a wrong configuration.\n",
	.options = { { "tenant", "NAME", "Tenant of the alert" },
		     { "class", "NAME", "critical, notice or marketing; default: the template's, or notice" },
		     { "template", "NAME", "Template of the alert" },
		     { "at", "TIME", "When it is sent; default: now" },
		     { "offline", NULL, "Ask no gateway; go by the configuration alone" },
		     { "url", "URL", "The gateway's admin address (default: admin.listen of the configuration)" },
		     { "config", "FILE",
		       "Configuration (default: HONGYAN_CONFIG, hongyan.yaml, "
		       "/etc/hongyan/hongyan.yaml)" } },
	.run = run,
};
