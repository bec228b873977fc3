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

static void print_row(const struct cli_staff *staff, const char *name, const json_t *version, const json_t *draft)
{
	char at[CLI_TIME_OCTETS];
	char number[24] = "-"; /* it was never published, or is not now */
	struct slice by = staff_text(version, "by");
	if (version != NULL)
		snprintf(number, sizeof number, "%lld", (long long)staff_number(version, "version"));
	fprintf(staff->call->env->out, "%-*s  %7s  %-19s  %-24.*s  %s\n", NAME_COLUMN, name, number,
		when(staff, staff_number(version, "at"), at), (int)by.len, by.len > 0 ? by.at : "",
		draft != NULL ? json_string_value(json_object_get(draft, "state")) : "");
}

static json_t *row_of(const char *name, const json_t *version, const json_t *draft)
{
	struct slice by = staff_text(version, "by");
	return json_pack("{s:s, s:I, s:I, s:s%, s:s?}", "name", name, "version",
			 (json_int_t)staff_number(version, "version"), "at", (json_int_t)staff_number(version, "at"),
			 "by", by.len > 0 ? by.at : "", by.len, "draft",
			 json_string_value(json_object_get(draft, "state")));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is in force, and what has only a draft so far, by name. names: room for all. */
static size_t names_of(json_t *live, json_t *drafts, const char **names)
{
	size_t count = 0;
	const char *name;
	json_t *value;
	json_object_foreach(live, name, value) names[count++] = name;
	json_object_foreach(drafts, name, value)
	{
		if (json_object_get(live, name) == NULL)
			names[count++] = name;
	}
	qsort(names, count, sizeof *names, by_name);
	return count;
}

static enum staff_outcome list_rows(const struct cli_staff *staff, json_t *live, json_t *drafts, json_t *rows,
				    struct err_at *at)
{
	enum staff_outcome outcome = STAFF_OK;
	const char **names = calloc(json_object_size(live) + json_object_size(drafts) + 1, sizeof *names);
	if (names == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	size_t count = names_of(live, drafts, names);
	for (size_t i = 0; i < count && outcome == STAFF_OK; i++) {
		json_t *version = NULL;
		const json_t *draft = json_object_get(drafts, names[i]);
		outcome = version_live(staff->db, slice_of(names[i]), &version, at);
		if (outcome == STAFF_OK && rows == NULL)
			print_row(staff, names[i], version, draft);
		else if (outcome == STAFF_OK)
			json_array_append_new(rows, row_of(names[i], version, draft));
		json_decref(outcome == STAFF_OK ? version : NULL);
	}
	free(names);
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
		fprintf(staff->call->env->out, "%-*s  %7s  %-19s  %-24s  %s\n", NAME_COLUMN, "template", "version",
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

/* “, written by li, zhang” */
static void print_authors(FILE *out, const json_t *version)
{
	size_t i;
	const json_t *author;
	json_array_foreach(json_object_get(version, "authors"), i, author)
		fprintf(out, "%s%s", i == 0 ? ", written by " : ", ", json_string_value(author));
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
	print_authors(out, version);
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
	const char *why = code == CLI_OK ? cli_option(call, "why") : NULL;
	if (code == CLI_OK && (verb == VERB_PUSH || verb == VERB_ROLLBACK) && (why == NULL || *why == '\0'))
		code = cli_usage(call, "%s wants to know why, for the history: --why TEXT", verbs[verb].name);
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
