/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit.h"

#include <jansson.h>
#include <stdint.h>

#define AUDIT_LINE_MAX  (1024 * 1024) /* octets of one line */
#define AUDIT_FILES_MAX 1024

/* Files of JSON lines, and what is wrong with one. */

/* What hinders the audit: the result that it ends with, and a sentence. The first one wins. */
struct audit_trouble {
	enum audit_result result; /* AUDIT_CLEAN = none */
	char text[512];
};

/* Notes it; returns false, so that a step can end with it. */
bool audit_trouble_set(struct audit_trouble *trouble, enum audit_result result, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Of no memory. */
bool audit_trouble_memory(struct audit_trouble *trouble);

/* The files that an option names, in order. */
struct audit_files {
	char *paths[AUDIT_FILES_MAX]; /* owned */
	unsigned count;
};

/* list: paths with commas between them; a folder stands for its files in the order of their names, numbers in them by
 * value, those with a leading dot left out. False where one is not there. */
bool audit_files_find(struct audit_files *files, const char *list, struct audit_trouble *trouble);
void audit_files_fini(struct audit_files *files);

/* Where a line comes from. */
struct audit_place {
	const char *name; /* of the file, or of what else holds it */
	unsigned file;
	uint32_t line; /* from 1 */
};

/* Takes one line's object, borrowed for the call. False ends the reading, with trouble set. */
typedef bool audit_take(void *ctx, const json_t *object, const struct audit_place *place,
			struct audit_trouble *trouble);

/* Parses a JSON text. error_at: the octet where it is malformed, or 0. Owned; NULL where it is malformed. */
json_t *audit_lines_parse(const char *text, size_t len, int *error_at);

/* Gives what was parsed to take, where it is an object. */
bool audit_lines_take(const json_t *value, int error_at, const struct audit_place *place, audit_take *take, void *ctx,
		      struct audit_trouble *trouble);

/* One line: parsed and given to take. */
bool audit_lines_one(const char *line, size_t len, const struct audit_place *place, audit_take *take, void *ctx,
		     struct audit_trouble *trouble);

/* All lines of all files. */
bool audit_lines_read(const struct audit_files *files, audit_take *take, void *ctx, struct audit_trouble *trouble);

/* A line's member is not as it should be: notes where and what, returns false. */
bool audit_lines_wrong(const struct audit_place *place, struct audit_trouble *trouble, const char *what);
