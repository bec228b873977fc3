/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_lines.h"

#include "audit/audit_parser.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool audit_trouble_set(struct audit_trouble *trouble, enum audit_result result, const char *format, ...)
{
	va_list args;
	if (trouble->result != AUDIT_CLEAN)
		return false;
	trouble->result = result;
	va_start(args, format);
	vsnprintf(trouble->text, sizeof trouble->text, format, args);
	va_end(args);
	return false;
}

bool audit_trouble_memory(struct audit_trouble *trouble)
{
	return audit_trouble_set(trouble, AUDIT_FAILED, "out of memory");
}

/* -- files -- */

static bool add_path(struct audit_files *files, const char *folder, const char *name, size_t len,
		     struct audit_trouble *trouble)
{
	if (files->count == AUDIT_FILES_MAX)
		return audit_trouble_set(trouble, AUDIT_BAD_INPUT, "more than %d files at once; join some of them",
					 AUDIT_FILES_MAX);
	char *path = NULL;
	int made =
		folder ? asprintf(&path, "%s/%.*s", folder, (int)len, name) : asprintf(&path, "%.*s", (int)len, name);
	if (made < 0)
		return audit_trouble_memory(trouble);
	files->paths[files->count++] = path;
	return true;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits at *at without leading zeros; *at moves behind them. */
static size_t take_digits(const char **at, const char **digits)
{
	while (**at == '0' && is_digit((*at)[1]))
		++*at;
	*digits = *at;
	while (is_digit(**at))
		++*at;
	return (size_t)(*at - *digits);
}

/* The order of names as people count: events-9 comes before events-10. */
static int in_order(const struct dirent **a, const struct dirent **b)
{
	const char *left = (*a)->d_name;
	const char *right = (*b)->d_name;
	while (*left && *right) {
		if (is_digit(*left) && is_digit(*right)) {
			const char *left_digits;
			const char *right_digits;
			size_t left_len = take_digits(&left, &left_digits);
			size_t right_len = take_digits(&right, &right_digits);
			if (left_len != right_len)
				return left_len < right_len ? -1 : 1;
			int order = memcmp(left_digits, right_digits, left_len);
			if (order != 0)
				return order;
		} else if (*left++ != *right++) {
			return (unsigned char)left[-1] < (unsigned char)right[-1] ? -1 : 1;
		}
	}
	int rest = (*left != '\0') - (*right != '\0');
	return rest ? rest : strcmp((*a)->d_name, (*b)->d_name);
}

/* Puts the folder's files in place of the folder, which is the last path. */
static bool open_folder(struct audit_files *files, struct audit_trouble *trouble)
{
	char *folder = files->paths[--files->count];
	struct dirent **names = NULL;
	int count = scandir(folder, &names, is_shown, in_order);
	bool is_good = count >= 0 ||
		       audit_trouble_set(trouble, AUDIT_BAD_INPUT, "%s: cannot be read: %s", folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		is_good = is_good && add_path(files, folder, names[i]->d_name, strlen(names[i]->d_name), trouble);
		free(names[i]);
	}
	free(names);
	free(folder);
	return is_good;
}

bool audit_files_find(struct audit_files *files, const char *list, struct audit_trouble *trouble)
{
	*files = (struct audit_files){ .count = 0 };
	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		struct stat about;
		if (!add_path(files, NULL, at, len, trouble))
			return false;
		const char *path = files->paths[files->count - 1];
		if (stat(path, &about) != 0)
			return audit_trouble_set(trouble, AUDIT_BAD_INPUT, "%s: cannot be read: %s", path,
						 strerror(errno));
		if (S_ISDIR(about.st_mode) && !open_folder(files, trouble))
			return false;
		at += len;
		if (*at == '\0')
			return true;
	}
}

void audit_files_fini(struct audit_files *files)
{
	while (files->count)
		free(files->paths[--files->count]);
}

/* -- lines -- */

bool audit_lines_wrong(const struct audit_place *place, struct audit_trouble *trouble, const char *what)
{
	return audit_trouble_set(trouble, AUDIT_BAD_INPUT, "%s:%u: %s", place->name, place->line, what);
}

json_t *audit_lines_parse(const char *text, size_t len, int *error_at)
{
	json_error_t error;
	json_t *value = json_loadb(text, len, JSON_ALLOW_NUL, &error);
	/* A whole number may have more digits than fit; what it is exactly does not matter here. */
	if (value == NULL)
		value = json_loadb(text, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
	*error_at = value ? 0 : error.position > 0 ? error.position : 1;
	return value;
}

bool audit_lines_take(const json_t *value, int error_at, const struct audit_place *place, audit_take *take, void *ctx,
		      struct audit_trouble *trouble)
{
	/* The parser's own words would quote the line, and with it a phone number. */
	if (value == NULL)
		return audit_trouble_set(trouble, AUDIT_BAD_INPUT, "%s:%u: malformed JSON, at octet %d", place->name,
					 place->line, error_at);
	if (!json_is_object(value))
		return audit_lines_wrong(place, trouble, "an object is wanted, “{…}”");
	return take(ctx, value, place, trouble);
}

bool audit_lines_one(const char *line, size_t len, const struct audit_place *place, audit_take *take, void *ctx,
		     struct audit_trouble *trouble)
{
	int error_at;
	json_t *value = audit_lines_parse(line, len, &error_at);
	bool is_good = audit_lines_take(value, error_at, place, take, ctx, trouble);
	json_decref(value);
	return is_good;
}

bool audit_lines_read(const struct audit_files *files, audit_take *take, void *ctx, struct audit_trouble *trouble)
{
	struct audit_parser *parser = audit_parser_create();
	bool is_good = parser != NULL || audit_trouble_memory(trouble);
	for (unsigned i = 0; i < files->count && is_good; i++) {
		struct audit_place place = { .name = files->paths[i], .file = i };
		int fd = open(files->paths[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			is_good = audit_trouble_set(trouble, AUDIT_BAD_INPUT, "%s: cannot be read: %s", place.name,
						    strerror(errno));
			break;
		}
		is_good = audit_parser_read(parser, fd, &place, take, ctx, trouble);
		close(fd);
	}
	audit_parser_destroy(parser);
	return is_good;
}
