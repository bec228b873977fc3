/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_code.h"

#include "base/suggest.h"

/* The tables lie behind one another in one array, a run for each preset. */
static const struct listed {
	const char *preset;
	struct http_code code;
} listed[] = {
#define CODE(preset, code, outcome, about, rest) \
	{ #preset, { { code, sizeof code - 1 }, code, OUTCOME_##outcome, (about) == 1, (about) == 2, rest, false } },
#include "wire/http/http_codes.def"
#undef CODE
};

#define LISTED_COUNT (sizeof listed / sizeof listed[0])

static enum err malformed(struct err_at *at, unsigned line)
{
	return err_at_set(at, ERR_FORMAT, line, "codes",
			  "entry %u is not of the form “code=class” or “code=class account”", line + 1);
}

static const char not_mine[] = "not_mine";

static bool class_of(struct slice word, enum outcome_class *out)
{
	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		if (i != OUTCOME_ACCEPTED && slice_is(word, outcome_class_name((enum outcome_class)i))) {
			*out = (enum outcome_class)i;
			return true;
		}
	}
	return false;
}

static enum err read_line(const char *line, unsigned number, struct arena *arena, struct http_code *out,
			  struct err_at *at)
{
	const char *mark = strrchr(line, '=');
	if (mark == NULL || mark == line)
		return malformed(at, number);
	struct slice word = slice_of(mark + 1);
	static const char account[] = " account";
	if (word.len > sizeof account - 1 &&
	    memcmp(word.at + word.len - (sizeof account - 1), account, sizeof account - 1) == 0) {
		word.len -= sizeof account - 1;
		out->is_about_account = true;
	}
	if (slice_is(word, not_mine)) {
		out->outcome_class = OUTCOME_REJECTED;
		out->is_about_account = true;
		out->is_about_phone = true;
		out->is_not_mine = true;
	} else if (!class_of(word, &out->outcome_class)) {
		const char *names[OUTCOME_COUNT];
		names[0] = not_mine; /* that of ACCEPTED is none here */
		for (unsigned i = 1; i < OUTCOME_COUNT; i++)
			names[i] = outcome_class_name((enum outcome_class)i);
		const char *nearest = suggest_nearest(word, names, OUTCOME_COUNT);
		return err_at_set(at, ERR_NOT_FOUND, number, "codes", "has the unknown class “%.*s” at entry %u%s%s%s",
				  SLICE_ARG(word), number + 1, nearest ? "; did you mean “" : "",
				  nearest ? nearest : "", nearest ? "”?" : "");
	}
	size_t len = (size_t)(mark - line);
	char *name = arena_alloc(arena, len + 1);
	if (name == NULL)
		return err_at_set(at, ERR_FULL, number, "codes", "takes too much memory at entry %u", number + 1);
	memcpy(name, line, len);
	name[len] = '\0';
	out->code = (struct slice){ name, len };
	out->name = name;
	return ERR_OK;
}

enum err http_codes_read(struct http_lines lines, const char *preset, struct arena *arena, struct http_codes *out,
			 struct err_at *at)
{
	struct http_codes codes = { .preset = preset };
	if (lines.count) {
		struct http_code *rows = arena_alloc(arena, sizeof *rows * lines.count);
		if (rows == NULL)
			return err_at_set(at, ERR_FULL, 0, "codes", "takes too much memory");
		memset(rows, 0, sizeof *rows * lines.count);
		for (unsigned i = 0; i < lines.count; i++) {
			enum err err = read_line(lines.at[i], i, arena, &rows[i], at);
			if (err)
				return err;
		}
		codes.own = rows;
		codes.own_count = lines.count;
	}
	*out = codes;
	return ERR_OK;
}

static bool fits(const struct http_code *row, struct slice code)
{
	size_t len = row->code.len;
	if (row->code.at[len - 1] == '*')
		return slice_starts(code, (struct slice){ row->code.at, len - 1 });
	return slice_equal(row->code, code);
}

const struct http_code *http_code_find(const struct http_codes *codes, struct slice code)
{
	for (unsigned i = 0; i < codes->own_count; i++) {
		if (fits(&codes->own[i], code))
			return &codes->own[i];
	}
	for (size_t i = 0; i < LISTED_COUNT && codes->preset; i++) {
		if (strcmp(listed[i].preset, codes->preset) == 0 && fits(&listed[i].code, code))
			return &listed[i].code;
	}
	return NULL;
}

struct http_code http_code_of_status(unsigned status, bool can_repeat)
{
	static const struct {
		unsigned status;
		const char *name;
		enum outcome_class outcome_class;
		bool is_about_account;
	} rows[] = {
		{ 401, "HTTP 401", OUTCOME_LINK_REFUSED, true },
		{ 402, "HTTP 402", OUTCOME_LINK_REFUSED, true },
		{ 403, "HTTP 403", OUTCOME_LINK_REFUSED, true },
		{ 404, "HTTP 404", OUTCOME_TEMPORARY, true }, /* the URL is wrong, or their service is being moved */
		{ 405, "HTTP 405", OUTCOME_TEMPORARY, true },
		{ 406, "HTTP 406", OUTCOME_REJECTED, true }, /* the description is wrong, not the sms */
		{ 407, "HTTP 407", OUTCOME_LINK_REFUSED, true },
		{ 408, "HTTP 408", OUTCOME_TEMPORARY, false },
		{ 410, "HTTP 410", OUTCOME_TEMPORARY, true },
		{ 411, "HTTP 411", OUTCOME_REJECTED, true },
		{ 415, "HTTP 415", OUTCOME_REJECTED, true },
		{ 421, "HTTP 421", OUTCOME_TEMPORARY, true },
		{ 425, "HTTP 425", OUTCOME_TEMPORARY, false },
		{ 426, "HTTP 426", OUTCOME_REJECTED, true },
		{ 429, "HTTP 429", OUTCOME_THROTTLED, false },
		{ 501, "HTTP 501", OUTCOME_REJECTED, true },
		{ 502, "HTTP 502", OUTCOME_TEMPORARY, false },
		{ 503, "HTTP 503", OUTCOME_TEMPORARY, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].status == status)
			return (struct http_code){ .name = rows[i].name,
						   .outcome_class = rows[i].outcome_class,
						   .is_about_account = rows[i].is_about_account };
	}
	/* A redirect is not followed: it would carry the secrets elsewhere, and nothing was sent. */
	if (status >= 300 && status < 400)
		return (struct http_code){ .name = "HTTP redirect",
					   .outcome_class = OUTCOME_TEMPORARY,
					   .is_about_account = true };
	if (status >= 400 && status < 500)
		return (struct http_code){ .name = "HTTP 4xx", .outcome_class = OUTCOME_REJECTED };
	if (status >= 500 && status < 600 && can_repeat)
		return (struct http_code){ .name = "HTTP 5xx", .outcome_class = OUTCOME_TEMPORARY };
	return (struct http_code){ .name = "HTTP answer not understood", .outcome_class = OUTCOME_UNKNOWN };
}
