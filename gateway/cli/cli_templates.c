/* SPDX-License-Identifier: Apache-2.0 */

/* The published templates, for those who keep files in git: what is in force, and how it got there; files are compared with it, sent
 * there, and fetched from there. */

#include "cli/cli_templates.h"
#include "cli/cli_redis.h"
#include "cli/cli_time.h"
#include "cli/cli_verb.h"
#include "staff/staff_json.h"
#include "staff/template_life.h"

#include <stdlib.h>

#define NAME_COLUMN 24

enum verb { VERB_LIST, VERB_HISTORY, VERB_DIFF, VERB_PULL, VERB_PUSH, VERB_PUBLISH, VERB_ROLLBACK, VERB_COUNT };

static const struct cli_verb verbs[VERB_COUNT] = {
	[VERB_LIST] = { "list", 0, 0, "" },
	[VERB_HISTORY] = { "history", 1, 1, "" },
	[VERB_DIFF] = { "diff", 0, CLI_ARGUMENTS_MAX - 1, "dir" },
	[VERB_PULL] = { "pull", 0, CLI_ARGUMENTS_MAX - 1, "dir" },
	[VERB_PUSH] = { "push", 0, CLI_ARGUMENTS_MAX - 1, "dir why approved-by" },
	[VERB_PUBLISH] = { "publish", 1, 1, "at" },
	[VERB_ROLLBACK] = { "rollback", 2, 2, "why" },
};

/* -- list, history -- */

static const char *when(const struct cli_staff *staff, int64_t at, char out[static CLI_TIME_OCTETS])
{
	return at > 0 ? cli_time_format(at, staff->settings.zone, out) : "-";
}

static void print_live(const struct cli_staff *staff, const char *name, const json_t *version, const json_t *draft)
{
	char at[CLI_TIME_OCTETS];
	struct slice by = staff_text(version, "by");
	fprintf(staff->call->env->out, "%-*s  %5lld  %-19s  %-24.*s  %s\n", NAME_COLUMN, name,
		(long long)staff_number(version, "version"), when(staff, staff_number(version, "at"), at), (int)by.len,
		by.at, draft != NULL ? json_string_value(json_object_get(draft, "state")) : "");
}

static enum staff_outcome list_rows(const struct cli_staff *staff, json_t *live, json_t *drafts, json_t *rows,
				    struct err_at *at)
{
	const char *name;
	json_t *published;
	enum staff_outcome outcome = STAFF_OK;
	json_object_foreach(live, name, published)
	{
		json_t *version = NULL;
		const json_t *draft = json_object_get(drafts, name);
		outcome = version_live(staff->db, slice_of(name), &version, at);
		if (outcome != STAFF_OK)
			return outcome;
		json_t *shown = version != NULL ? version : json_incref(published);
		if (rows == NULL)
			print_live(staff, name, shown, draft);
		else
			json_array_append_new(rows,
					      json_pack("{s:s, s:I, s:I, s:s%, s:s?}", "name", name, "version",
							(json_int_t)staff_number(shown, "version"), "at",
							(json_int_t)staff_number(shown, "at"), "by",
							staff_text(shown, "by").at, staff_text(shown, "by").len,
							"draft", json_string_value(json_object_get(draft, "state"))));
		json_decref(shown);
	}
	return outcome;
}

static int list(const struct cli_staff *staff)
{
	struct err_at at = { .err = ERR_OK };
	json_t *live = NULL;
	json_t *drafts = NULL;
	json_t *rows = staff->call->wants_json ? json_array() : NULL;
	enum staff_outcome outcome = version_all_live(staff->db, &live, &at);
	if (outcome == STAFF_OK)
		outcome = draft_all(staff->db, &drafts, &at);
	if (outcome == STAFF_OK && rows == NULL)
		fprintf(staff->call->env->out, "%-*s  %5s  %-19s  %-24s  %s\n", NAME_COLUMN, "template", "version",
			"published", "by", "draft");
	if (outcome == STAFF_OK)
		outcome = list_rows(staff, live, drafts, rows, &at);
	json_decref(live);
	json_decref(drafts);
	if (outcome != STAFF_OK) {
		json_decref(rows);
		return cli_staff_failed(staff, outcome, &at);
	}
	if (rows != NULL)
		cli_staff_print(staff, json_pack("{s:o}", "templates", rows));
	return CLI_OK;
}

static void print_version(const struct cli_staff *staff, const json_t *version)
{
	char at[CLI_TIME_OCTETS];
	int64_t from = staff_number(version, "from");
	struct slice approved = staff_text(version, "approved_by");
	FILE *out = staff->call->env->out;
	fprintf(out, "%5lld  %s  %-9.*s  %.*s", (long long)staff_number(version, "version"),
		when(staff, staff_number(version, "at"), at), SLICE_ARG(staff_text(version, "kind")),
		SLICE_ARG(staff_text(version, "by")));
	if (approved.len > 0)
		fprintf(out, ", approved by %.*s", SLICE_ARG(approved));
	if (from > 0)
		fprintf(out, ", the words of version %lld", (long long)from);
	fprintf(out, "  %.*s\n", SLICE_ARG(staff_text(version, "why")));
}

static int history(const struct cli_staff *staff, const char *name)
{
	struct err_at at = { .err = ERR_OK };
	json_t *versions = NULL;
	size_t i;
	const json_t *version;
	enum staff_outcome outcome = version_list(staff->db, slice_of(name), &versions, &at);
	if (outcome == STAFF_OK && json_array_size(versions) == 0) {
		err_at_set(&at, ERR_NOT_FOUND, 0, NULL, "template “%s” was never published", name);
		outcome = STAFF_NOT_FOUND;
	}
	if (outcome != STAFF_OK) {
		json_decref(versions);
		return cli_staff_failed(staff, outcome, &at);
	}
	if (staff->call->wants_json) {
		cli_staff_print(staff, json_pack("{s:o}", "versions", versions));
		return CLI_OK;
	}
	json_array_foreach(versions, i, version) print_version(staff, version);
	json_decref(versions);
	return CLI_OK;
}

/* -- publish, rollback -- */

static int done(const struct cli_staff *staff, enum staff_outcome outcome, const char *name, int64_t number,
		const struct err_at *at)
{
	if (outcome != STAFF_OK)
		return cli_staff_failed(staff, outcome, at);
	if (staff->call->wants_json)
		cli_staff_print(staff, json_pack("{s:s, s:I}", "name", name, "version", (json_int_t)number));
	else if (number > 0)
		fprintf(staff->call->env->out, "%s: version %lld is in force\n", name, (long long)number);
	else
		fprintf(staff->call->env->out, "%s: it is on the schedule\n", name);
	return CLI_OK;
}

/* The draft as it stands: who types this has seen what “list” says of it. */
static int publish(const struct cli_staff *staff, const char *name)
{
	struct err_at at = { .err = ERR_OK };
	json_t *draft = NULL;
	wall_ms due_at = 0;
	int64_t number = 0;
	const struct template_life life = cli_templates_life(staff);
	const char *time = cli_option(staff->call, "at");
	if (time != NULL &&
	    (!cli_time_parse(slice_of(time), staff->now, staff->settings.zone, &due_at) || due_at <= staff->now))
		return cli_usage(staff->call, "--at takes a time to come, such as 2026-02-13T08:00:00+08:00");
	enum staff_outcome outcome = draft_get(staff->db, slice_of(name), &draft, &at);
	if (outcome == STAFF_OK)
		outcome =
			template_publish(&life, slice_of(name), staff_number(draft, "revision"), due_at, &number, &at);
	json_decref(draft);
	return done(staff, outcome, name, number, &at);
}

static int roll_back(const struct cli_staff *staff, const char *name, const char *version)
{
	struct err_at at = { .err = ERR_OK };
	char *end;
	int64_t number = 0;
	const struct template_life life = cli_templates_life(staff);
	long long from = strtoll(version, &end, 10);
	if (from < 1 || *end != '\0')
		return cli_usage(staff->call, "“%s” is no version: “hongyan templates history %s” has their numbers",
				 version, name);
	enum staff_outcome outcome =
		template_roll_back(&life, slice_of(name), from, slice_of(cli_option(staff->call, "why")), &number, &at);
	return done(staff, outcome, name, number, &at);
}

/* -- the command -- */

struct template_life cli_templates_life(const struct cli_staff *staff)
{
	return (struct template_life){
		.db = staff->db,
		.rules = &staff->settings.template_rules,
		.actor = &staff->actor,
		.now = staff->now,
	};
}

static int act(const struct cli_staff *staff, enum verb verb)
{
	const struct cli_call *call = staff->call;
	switch (verb) {
	case VERB_LIST:
		return list(staff);
	case VERB_HISTORY:
		return history(staff, call->arguments[1]);
	case VERB_DIFF:
		return cli_templates_diff(staff);
	case VERB_PULL:
		return cli_templates_pull(staff);
	case VERB_PUSH:
		return cli_templates_push(staff);
	case VERB_PUBLISH:
		return publish(staff, call->arguments[1]);
	default:
		return roll_back(staff, call->arguments[1], call->arguments[2]);
	}
}

static int run(const struct cli_call *call)
{
	unsigned verb;
	struct cli_staff staff;
	int code = cli_verb_read(call, verbs, VERB_COUNT, &verb);
	if (code != CLI_OK)
		return code;
	code = cli_staff_open(call, &staff);
	if (code == CLI_OK)
		code = act(&staff, (enum verb)verb);
	cli_staff_close(&staff);
	return code;
}

const struct cli_command cli_templates = {
	.name = "templates",
	.arguments = "list|history|diff|pull|push|publish|rollback [NAME…] [VERSION]",
	.arguments_min = 1,
	.arguments_max = CLI_ARGUMENTS_MAX - 1,
	.summary = "The published templates: what is in force, and files against it",
	.details = "list: what is in force, since when, and which drafts there are. history NAME: all its versions.\n"
		   "diff [NAME…]: the files of the folder against what is in force; exit code 1 where they differ.\n"
		   "pull [NAME…]: writes what is in force into the folder.\n"
		   "push [NAME…]: files that differ become drafts that wait for review in the console; with\n"
		   "--approved-by, for texts that were reviewed elsewhere, they are published at once.\n"
		   "publish NAME: the draft that was approved, now or at a time. rollback NAME VERSION: a new version\n"
		   "with the words of a former one. All of it is in the audit log under your name.\n"
		   "  hongyan templates push balance --why \"new tariff\" --approved-by wang\n",
	.options = { { "dir", "FOLDER", "Of the files (default: templates.dir)" },
		     { "why", "TEXT", "For the history" },
		     { "approved-by", "NAME", "Who has reviewed the texts: somebody else than you" },
		     { "at", "TIME", "When it is to be published (default: now)" },
		     CLI_REDIS_OPTION },
	.run = run,
};
