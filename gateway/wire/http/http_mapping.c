/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_mapping.h"

#include "wire/http/http_setting.h"

#define PARAMS_MAX 32

static struct slice trim(struct slice text)
{
	while (text.len && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = (struct slice){ text.at + 1, text.len - 1 };
	while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* Cuts text at the first mark; rest is what is behind it. False where there is no mark. */
static bool cut(struct slice *text, char mark, struct slice *rest)
{
	const char *found = text->len ? memchr(text->at, mark, text->len) : NULL;
	if (found == NULL)
		return false;
	*rest = (struct slice){ found + 1, (size_t)(text->at + text->len - found - 1) };
	text->len = (size_t)(found - text->at);
	return true;
}

static enum err malformed(struct err_at *at, unsigned line)
{
	return err_at_set(at, ERR_FORMAT, line, "templates",
			  "entry %u is not of the form “name = CODE” or “name = CODE (param, theirs=ours)”", line + 1);
}

static enum err no_room(struct err_at *at, unsigned line)
{
	return err_at_set(at, ERR_FULL, line, "templates", "takes too much memory at entry %u", line + 1);
}

/* What stands between the brackets. */
static enum err read_params(struct slice list, unsigned line, struct arena *arena, struct http_mapping *row,
			    struct err_at *at)
{
	struct http_mapped_param *params = arena_alloc(arena, sizeof *params * PARAMS_MAX);
	if (params == NULL)
		return no_room(at, line);
	struct slice rest = list;
	bool more = trim(list).len > 0;
	while (more) {
		struct slice item = rest;
		more = cut(&item, ',', &rest);
		struct slice ours;
		bool is_renamed = cut(&item, '=', &ours);
		struct slice theirs = trim(item);
		ours = is_renamed ? trim(ours) : theirs;
		if (theirs.len == 0 || ours.len == 0)
			return malformed(at, line);
		if (row->param_count == PARAMS_MAX)
			return err_at_set(at, ERR_RANGE, line, "templates", "has more than %d parameters at entry %u",
					  PARAMS_MAX, line + 1);
		params[row->param_count++] =
			(struct http_mapped_param){ arena_copy(arena, theirs), arena_copy(arena, ours) };
	}
	row->params = params;
	return ERR_OK;
}

static enum err read_line(struct slice line, unsigned number, struct arena *arena, struct http_mapping *row,
			  struct err_at *at)
{
	struct slice name = line;
	struct slice code;
	if (!http_setting_is_plain(line))
		return err_at_set(at, ERR_FORMAT, number, "templates",
				  "has a line break or another control character at entry %u", number + 1);
	if (!cut(&name, '=', &code))
		return malformed(at, number);
	struct slice list = { NULL, 0 };
	if (cut(&code, '(', &list)) {
		list = trim(list);
		if (list.len == 0 || list.at[list.len - 1] != ')')
			return malformed(at, number);
		list.len--;
	}
	name = trim(name);
	code = trim(code);
	if (name.len == 0 || code.len == 0 || memchr(code.at, '=', code.len))
		return malformed(at, number);
	row->name = arena_copy(arena, name);
	row->code = arena_copy(arena, code);
	if (row->name.at == NULL || row->code.at == NULL)
		return no_room(at, number);
	return read_params(list, number, arena, row, at);
}

enum err http_mappings_read(struct http_lines lines, struct arena *arena, struct http_mappings *out, struct err_at *at)
{
	if (lines.count == 0)
		return ERR_OK;
	struct http_mapping *rows = arena_alloc(arena, sizeof *rows * lines.count);
	if (rows == NULL)
		return no_room(at, 0);
	memset(rows, 0, sizeof *rows * lines.count);
	struct http_mappings made = { rows, 0 };
	for (unsigned i = 0; i < lines.count; i++) {
		enum err err = read_line(slice_of(lines.at[i]), i, arena, &rows[i], at);
		if (err)
			return err;
		if (http_mapping_find(&made, rows[i].name))
			return err_at_set(at, ERR_DUPLICATE, i, "templates", "maps “%.*s” twice",
					  SLICE_ARG(rows[i].name));
		made.count++;
	}
	*out = made;
	return ERR_OK;
}

const struct http_mapping *http_mapping_find(const struct http_mappings *mappings, struct slice name)
{
	for (unsigned i = 0; i < mappings->count; i++) {
		if (slice_equal(mappings->rows[i].name, name))
			return &mappings->rows[i];
	}
	return NULL;
}

struct slice http_message_param(const struct http_message *message, struct slice name)
{
	for (unsigned i = 0; i < message->param_count; i++) {
		if (slice_equal(message->params[i].name, name))
			return message->params[i].value;
	}
	return (struct slice){ NULL, 0 };
}
