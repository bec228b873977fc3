/* SPDX-License-Identifier: Apache-2.0 */

/* The files of a folder, and what is in force: compared, fetched, sent. */

#include "cli/cli_templates.h"
#include "render/template.h"
#include "staff/staff_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_OCTETS 4096

static const char *folder(const struct cli_staff *staff)
{
	const char *dir = cli_option(staff->call, "dir");
	return dir != NULL ? dir : staff->settings.templates_dir;
}

/* “balance.tmpl”, “balance.en.tmpl” */
static void put_path(const struct cli_staff *staff, const char *name, const char *locale, char out[static PATH_OCTETS])
{
	bool is_default = strcmp(locale, TEMPLATE_DEFAULT_LOCALE) == 0;
	snprintf(out, PATH_OCTETS, "%s/%s%s%s.tmpl", folder(staff), name, is_default ? "" : ".",
		 is_default ? "" : locale);
}

/* Whether a template is meant: it is named, or none is. */
static bool is_meant(const struct cli_staff *staff, const char *name)
{
	bool is = staff->call->argument_count <= 1;
	for (unsigned i = 1; i < staff->call->argument_count; i++)
		is = is || strcmp(staff->call->arguments[i], name) == 0;
	return is;
}

static bool collect(void *ctx, struct slice name, struct slice locale, struct slice source)
{
	json_t *all = ctx;
	char key[256];
	char language[64];
	snprintf(key, sizeof key, "%.*s", SLICE_ARG(name));
	snprintf(language, sizeof language, "%.*s",
		 SLICE_ARG(locale.len > 0 ? locale : SLICE(TEMPLATE_DEFAULT_LOCALE)));
	json_t *variants = json_object_get(all, key);
	if (variants == NULL) {
		json_object_set_new(all, key, json_object());
		variants = json_object_get(all, key);
	}
	return json_object_set_new(variants, language, json_stringn(source.at, source.len)) == 0;
}

int cli_templates_read(const struct cli_staff *staff, json_t **out)
{
	struct err_at at = { .err = ERR_OK };
	json_t *all = json_object();
	if (staff->call->env->visit_templates(folder(staff), collect, all, &at) != ERR_OK) {
		json_decref(all);
		fprintf(staff->call->env->err, "hongyan: %s\n", at.text);
		return CLI_DATA;
	}
	*out = all;
	return CLI_OK;
}

/* Whoever names a template that is nowhere has mistyped it. */
static int check_names(const struct cli_staff *staff, json_t *files, json_t *live)
{
	for (unsigned i = 1; i < staff->call->argument_count; i++) {
		const char *name = staff->call->arguments[i];
		if (json_object_get(files, name) == NULL && json_object_get(live, name) == NULL)
			return cli_usage(staff->call, "there is no template “%s”, neither in %s nor published", name,
					 folder(staff));
	}
	return CLI_OK;
}

/* Both sides. Owned, set where CLI_OK is returned. */
static int read_both(const struct cli_staff *staff, json_t **files, json_t **live)
{
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = version_all_live(staff->db, live, &at);
	if (outcome != STAFF_OK)
		return cli_staff_failed(staff, outcome, &at);
	int code = cli_templates_read(staff, files);
	if (code == CLI_OK) {
		code = check_names(staff, *files, *live);
		if (code == CLI_OK)
			return CLI_OK;
		json_decref(*files);
	}
	json_decref(*live);
	return code;
}

/* -- diff -- */

struct comparison {
	const struct cli_staff *staff;
	json_t *rows; /* NULL = it is printed for people */
	bool differs;
};

static void tell_difference(struct comparison *comparison, const char *name, const char *locale, const char *what,
			    struct slice live, struct slice file)
{
	char path[PATH_OCTETS];
	FILE *out = comparison->staff->call->env->out;
	comparison->differs = true;
	put_path(comparison->staff, name, locale, path);
	if (comparison->rows != NULL) {
		json_array_append_new(comparison->rows,
				      json_pack("{s:s, s:s, s:s}", "name", name, "locale", locale, "difference", what));
		return;
	}
	fprintf(out, "%s: %s\n", path, what);
	cli_templates_print_diff(out, live, file);
}

static void compare_variant(struct comparison *comparison, const char *name, const char *locale, const json_t *live,
			    const json_t *file)
{
	struct slice before = { json_string_value(live), json_string_length(live) };
	struct slice now = { json_string_value(file), json_string_length(file) };
	if (live == NULL)
		tell_difference(comparison, name, locale, "is not published", before, now);
	else if (file == NULL)
		tell_difference(comparison, name, locale, "is published, and no file", before, now);
	else if (!slice_equal(before, now))
		tell_difference(comparison, name, locale, "differs from what is in force (-)", before, now);
}

static void compare(struct comparison *comparison, const char *name, json_t *live, json_t *files)
{
	const char *locale;
	json_t *text;
	json_object_foreach(files, locale, text)
		compare_variant(comparison, name, locale, json_object_get(live, locale), text);
	json_object_foreach(live, locale, text)
	{
		if (json_object_get(files, locale) == NULL)
			compare_variant(comparison, name, locale, text, NULL);
	}
}

int cli_templates_diff(const struct cli_staff *staff)
{
	json_t *files;
	json_t *live;
	const char *name;
	json_t *value;
	struct comparison comparison = { .staff = staff };
	int code = read_both(staff, &files, &live);
	if (code != CLI_OK)
		return code;
	comparison.rows = staff->call->wants_json ? json_array() : NULL;
	json_object_foreach(files, name, value)
	{
		if (is_meant(staff, name))
			compare(&comparison, name, json_object_get(json_object_get(live, name), "variants"), value);
	}
	json_object_foreach(live, name, value)
	{
		if (is_meant(staff, name) && json_object_get(files, name) == NULL)
			compare(&comparison, name, json_object_get(value, "variants"), NULL);
	}
	if (comparison.rows != NULL)
		cli_staff_print(staff, json_pack("{s:o}", "differences", comparison.rows));
	else if (!comparison.differs)
		fprintf(staff->call->env->out, "%s holds what is in force\n", folder(staff));
	json_decref(files);
	json_decref(live);
	return comparison.differs ? CLI_FAILED : CLI_OK;
}

/* -- pull -- */

/* A file is whole at any time: it is written beside, then takes the place. */
static bool write_file(const struct cli_staff *staff, const char *path, const json_t *text)
{
	char beside[PATH_OCTETS + 8];
	snprintf(beside, sizeof beside, "%s.new", path);
	FILE *file = fopen(beside, "wb");
	size_t len = json_string_length(text);
	bool is_written = file != NULL && fwrite(json_string_value(text), 1, len, file) == len;
	is_written = file != NULL && fclose(file) == 0 && is_written;
	is_written = is_written && rename(beside, path) == 0;
	if (!is_written) {
		fprintf(staff->call->env->err, "hongyan: %s: cannot be written: %s\n", path, strerror(errno));
		unlink(beside);
	}
	return is_written;
}

/* Of which versions the files are, beside them: what is pushed replaces these, and no later ones. */
static void put_versions_path(const struct cli_staff *staff, char out[static PATH_OCTETS])
{
	snprintf(out, PATH_OCTETS, "%s/.versions.json", folder(staff));
}

/* {NAME:version}; owned; empty where nobody has fetched them. */
static json_t *read_versions(const struct cli_staff *staff)
{
	char path[PATH_OCTETS];
	put_versions_path(staff, path);
	json_t *versions = json_load_file(path, 0, NULL);
	if (json_is_object(versions))
		return versions;
	json_decref(versions);
	return json_object();
}

static bool write_versions(const struct cli_staff *staff, const json_t *versions)
{
	char path[PATH_OCTETS];
	char *text = json_dumps(versions, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_t *line = text != NULL ? json_sprintf("%s\n", text) : NULL;
	put_versions_path(staff, path);
	bool is_written = line != NULL && write_file(staff, path, line);
	json_decref(line);
	free(text);
	return is_written;
}

int cli_templates_pull(const struct cli_staff *staff)
{
	struct err_at at = { .err = ERR_OK };
	json_t *live = NULL;
	const char *name, *locale;
	json_t *version, *text;
	unsigned written = 0;
	bool is_well = true;
	json_t *versions = read_versions(staff);
	enum staff_outcome outcome = version_all_live(staff->db, &live, &at);
	if (outcome != STAFF_OK) {
		json_decref(versions);
		return cli_staff_failed(staff, outcome, &at);
	}
	int code = check_names(staff, NULL, live);
	json_object_foreach(live, name, version)
	{
		if (is_meant(staff, name))
			json_object_set(versions, name, json_object_get(version, "version"));
		json_object_foreach(json_object_get(version, "variants"), locale, text)
		{
			char path[PATH_OCTETS];
			if (code != CLI_OK || !is_well || !is_meant(staff, name))
				continue;
			put_path(staff, name, locale, path);
			is_well = write_file(staff, path, text);
			written += is_well;
		}
	}
	is_well = is_well && (code != CLI_OK || write_versions(staff, versions));
	json_decref(versions);
	json_decref(live);
	if (code == CLI_OK && staff->call->wants_json)
		cli_staff_print(staff, json_pack("{s:I}", "written", (json_int_t)written));
	else if (code == CLI_OK)
		fprintf(staff->call->env->out, "%u files in %s hold what is in force\n", written, folder(staff));
	return code != CLI_OK ? code : is_well ? CLI_OK : CLI_FAILED;
}

/* -- push -- */

/* Saves and submits it: somebody else approves it in the console. */
static enum staff_outcome push_draft(const struct cli_staff *staff, const char *name,
				     const struct draft_content *content, struct err_at *at)
{
	json_t *saved = NULL;
	const struct template_life life = cli_templates_life(staff);
	/* A draft that can't be submitted would be in the way of the next try. */
	enum staff_outcome outcome = template_push_check(&life, slice_of(name), content, at);
	if (outcome != STAFF_OK)
		return outcome;
	outcome = draft_save(staff->db, &staff->actor, staff->now, slice_of(name), 0, content, &saved, at);
	if (outcome == STAFF_CONFLICT) {
		*at = (struct err_at){ .err = ERR_OK };
		err_at_set(at, ERR_DUPLICATE, 0, NULL,
			   "%s has a draft already: publish or discard it in the console first", name);
	}
	if (outcome == STAFF_OK)
		outcome = template_submit(&life, slice_of(name), staff_number(saved, "revision"), content->why, at);
	json_decref(saved);
	return outcome;
}

static void tell_pushed(const struct cli_staff *staff, const char *name, int64_t number, json_t *rows)
{
	if (rows != NULL)
		json_array_append_new(rows, json_pack("{s:s, s:I, s:s}", "name", name, "version", (json_int_t)number,
						      "state", number > 0 ? "published" : "review"));
	else if (number > 0)
		fprintf(staff->call->env->out, "%s: version %lld is in force\n", name, (long long)number);
	else
		fprintf(staff->call->env->out, "%s: a draft waits for review\n", name);
}

/* What is kept beside the texts (samples, registrations) goes on with them. */
static enum staff_outcome push_one(const struct cli_staff *staff, const char *name, const json_t *variants,
				   json_t *versions, json_t *rows, struct err_at *at)
{
	json_t *former = NULL;
	int64_t number = 0;
	const char *approved_by = cli_option(staff->call, "approved-by");
	const json_t *base = json_object_get(versions, name);
	const struct template_life life = cli_templates_life(staff);
	enum staff_outcome outcome = version_live(staff->db, slice_of(name), &former, at);
	if (outcome != STAFF_OK)
		return outcome;
	const struct draft_content content = {
		.variants = variants,
		.samples = json_object_get(former, "samples"),
		.registrations = json_object_get(former, "registrations"),
		.why = slice_of(cli_option(staff->call, "why")),
		.has_base = json_is_integer(base),
		.base = json_integer_value(base),
	};
	outcome = approved_by != NULL
			  ? template_push(&life, slice_of(name), &content, slice_of(approved_by), &number, at)
			  : push_draft(staff, name, &content, at);
	json_decref(former);
	if (outcome == STAFF_OK && number > 0 && json_is_integer(base))
		json_object_set_new(versions, name, json_integer(number));
	if (outcome == STAFF_OK)
		tell_pushed(staff, name, number, rows);
	return outcome;
}

/* One after the other; those before one that is refused stay. */
int cli_templates_push(const struct cli_staff *staff)
{
	struct err_at at = { .err = ERR_OK };
	json_t *files;
	json_t *live;
	const char *name = "";
	json_t *variants;
	unsigned count = 0;
	enum staff_outcome outcome = STAFF_OK;
	int code = read_both(staff, &files, &live);
	if (code != CLI_OK)
		return code;
	json_t *versions = read_versions(staff);
	json_t *rows = staff->call->wants_json ? json_array() : NULL;
	json_object_foreach(files, name, variants)
	{
		bool is_same = json_equal(variants, json_object_get(json_object_get(live, name), "variants"));
		if (outcome != STAFF_OK || is_same || !is_meant(staff, name))
			continue;
		count++;
		outcome = push_one(staff, name, variants, versions, rows, &at);
		if (outcome != STAFF_OK)
			fprintf(staff->call->env->err, "hongyan: %s: not sent\n", name);
	}
	json_decref(files);
	json_decref(live);
	if (json_object_size(versions) > 0 && !write_versions(staff, versions))
		code = CLI_FAILED;
	json_decref(versions);
	if (rows != NULL)
		cli_staff_print(staff, json_pack("{s:o}", "pushed", rows));
	else if (count == 0)
		fprintf(staff->call->env->out, "%s holds what is in force: nothing is sent\n", folder(staff));
	return outcome == STAFF_OK ? code : cli_staff_failed(staff, outcome, &at);
}
