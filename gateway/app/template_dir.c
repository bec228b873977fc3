/* SPDX-License-Identifier: Apache-2.0 */
#include "app/template_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH_OCTETS 4096
#define LINE_OCTETS (PATH_OCTETS + TEMPLATE_PROBLEM_SENTENCE_OCTETS)

struct loading {
	struct catalogue *catalogue;
	template_dir_on_problem *on_problem;
	void *ctx;
	enum err err; /* the first */
};

static void fail(struct loading *loading, enum err err, const char *line)
{
	if (loading->err == ERR_OK)
		loading->err = err;
	if (loading->on_problem != NULL)
		loading->on_problem(loading->ctx, line, false);
}

static enum err err_of_errno(void)
{
	return errno == ENOMEM ? ERR_MEMORY : ERR_IO;
}

static void fail_errno(struct loading *loading, const char *path)
{
	char line[LINE_OCTETS];
	enum err err = err_of_errno();
	snprintf(line, sizeof line, "%s: cannot be read: %s", path, strerror(errno));
	fail(loading, err, line);
}

/* Reads a whole file. Owned by the caller; NULL where it cannot be read (errno says why). One octet more than allowed is
 * enough for the compiler to say that it is too large. */
static char *read_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	size_t cap = TEMPLATE_OCTETS_MAX + 1;
	char *octets = malloc(cap);
	if (octets != NULL) {
		*len = fread(octets, 1, cap, file);
		if (ferror(file)) {
			free(octets);
			octets = NULL;
		}
	}
	fclose(file);
	return octets;
}

static void tell_warnings(struct loading *loading, const char *path, const struct template_warnings *warnings)
{
	char line[LINE_OCTETS];
	for (unsigned i = 0; loading->on_problem != NULL && i < warnings->count; i++) {
		template_problem_format(slice_of(path), &warnings->items[i], TEMPLATE_TONGUE_EN, line, sizeof line);
		loading->on_problem(loading->ctx, line, true);
	}
}

static void load_file(void *ctx, const char *path)
{
	struct loading *loading = ctx;
	size_t len;
	char *octets = read_file(path, &len);
	if (octets == NULL) {
		fail_errno(loading, path);
		return;
	}
	char line[LINE_OCTETS];
	struct slice name;
	struct slice locale;
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	struct template_warnings warnings = { .count = 0 };
	const char *base = strrchr(path, '/');
	if (!template_file_name_parse(slice_of(base ? base + 1 : path), &name, &locale)) {
		snprintf(line, sizeof line, "%s: the file's name must be NAME.tmpl or NAME.LOCALE.tmpl", path);
		fail(loading, ERR_FORMAT, line);
		free(octets);
		return;
	}
	struct slice source = { octets, len };
	enum err err = template_compile_report(name, locale, source, &template, &problem, &warnings);
	tell_warnings(loading, path, &warnings);
	if (err == ERR_OK)
		err = catalogue_add(loading->catalogue, &template, &problem);
	if (err != ERR_OK) {
		template_problem_format(slice_of(path), &problem, TEMPLATE_TONGUE_EN, line, sizeof line);
		fail(loading, err == ERR_MEMORY ? ERR_MEMORY : ERR_FORMAT, line);
	}
	template_release(template);
	free(octets);
}

static int is_template(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return len > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + len - 5, ".tmpl") == 0;
}

/* Calls visit with the path of each file; -1 where the folder cannot be read (errno says why), else how many there are. */
static int walk(const char *dir, void (*visit)(void *ctx, const char *path), void *ctx)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_template, alphasort);
	if (count < 0)
		return -1;
	char path[PATH_OCTETS];
	for (int i = 0; i < count; i++) {
		int len = snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
		if (len > 0 && (size_t)len < sizeof path)
			visit(ctx, path);
		free(entries[i]);
	}
	free(entries);
	return count;
}

static void load_all(struct loading *loading, const char *dir)
{
	char line[PATH_OCTETS];
	int count = walk(dir, load_file, loading);
	if (count < 0)
		fail_errno(loading, dir);
	if (count == 0) {
		snprintf(line, sizeof line, "%s: holds no template (*.tmpl)", dir);
		fail(loading, ERR_NOT_FOUND, line);
	}
}

enum err template_dir_load(const char *dir, const char *default_locale, struct catalogue **out,
			   template_dir_on_problem *on_problem, void *ctx)
{
	struct loading loading = { .on_problem = on_problem, .ctx = ctx };
	loading.catalogue = catalogue_create(slice_of(default_locale));
	if (loading.catalogue == NULL)
		return ERR_MEMORY;
	load_all(&loading, dir);
	if (loading.err == ERR_OK)
		loading.err = catalogue_freeze(loading.catalogue);
	if (loading.err != ERR_OK) {
		catalogue_release(loading.catalogue);
		return loading.err;
	}
	*out = loading.catalogue;
	return ERR_OK;
}

/* -- as they are -- */

struct visiting {
	template_dir_on_file *on_file;
	void *ctx;
	struct err_at *at;
	enum err err; /* the first */
};

static void visit_file(void *ctx, const char *path)
{
	struct visiting *visiting = ctx;
	struct slice name;
	struct slice locale;
	size_t len;
	if (visiting->err != ERR_OK)
		return;
	char *octets = read_file(path, &len);
	if (octets == NULL)
		visiting->err = err_at_set(visiting->at, err_of_errno(), 0, NULL, "%s: cannot be read: %s", path,
					   strerror(errno));
	else if (!template_file_name_parse(slice_of(path), &name, &locale))
		visiting->err = err_at_set(visiting->at, ERR_FORMAT, 0, NULL,
					   "%s: the file's name must be NAME.tmpl or NAME.LOCALE.tmpl", path);
	else if (!visiting->on_file(visiting->ctx, name, locale, (struct slice){ octets, len }))
		visiting->err = err_at_set(visiting->at, ERR_MEMORY, 0, NULL, "%s: out of memory", path);
	free(octets);
}

enum err template_dir_visit(const char *dir, template_dir_on_file *on_file, void *ctx, struct err_at *at)
{
	struct visiting visiting = { .on_file = on_file, .ctx = ctx, .at = at };
	int count = walk(dir, visit_file, &visiting);
	if (count < 0)
		return err_at_set(at, err_of_errno(), 0, NULL, "%s: cannot be read: %s", dir, strerror(errno));
	if (count == 0)
		return err_at_set(at, ERR_NOT_FOUND, 0, NULL, "%s: holds no template (*.tmpl)", dir);
	return visiting.err;
}
