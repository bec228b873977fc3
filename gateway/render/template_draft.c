/* SPDX-License-Identifier: Apache-2.0 */
#include "render/template_draft.h"

#include "base/buf.h"

#define IDEOGRAPHIC_SPACE SLICE("\xE3\x80\x80")

unsigned template_draft_line(const struct template_draft *draft, const char *at)
{
	unsigned line = 1;
	for (const char *c = draft->source.at; c < at; c++)
		line += *c == '\n';
	return line;
}

/* Octets of the original before the given line (from 1): its line ends may be longer than ours. */
static size_t line_offset(struct slice original, unsigned line)
{
	size_t offset = 0;
	while (line > 1 && offset < original.len)
		line -= original.at[offset++] == '\n';
	return offset;
}

static void place(const struct template_draft *draft, const char *at, struct template_problem *problem)
{
	const char *start = at;
	while (start > draft->source.at && start[-1] != '\n')
		start--;
	problem->line = template_draft_line(draft, at);
	problem->column = (unsigned)(at - start) + 1;
	size_t bom = slice_starts(draft->original, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
	problem->offset =
		line_offset(draft->original, problem->line) + (problem->line == 1 ? bom : 0) + (size_t)(at - start);
}

enum err template_draft_fail(struct template_draft *draft, enum template_problem_kind kind, const char *at,
			     struct slice field, const struct slice args[], unsigned arg_count)
{
	if (draft->problem != NULL && draft->problem->kind == PROBLEM_NONE)
		place(draft, at, draft->problem);
	return template_problem_set(draft->problem, kind, field, args, arg_count);
}

enum err template_draft_fail_bare(struct template_draft *draft, enum template_problem_kind kind, const char *at)
{
	return template_draft_fail(draft, kind, at, (struct slice){ NULL, 0 }, NULL, 0);
}

enum err template_draft_fail_one(struct template_draft *draft, enum template_problem_kind kind, const char *at,
				 struct slice arg)
{
	return template_draft_fail(draft, kind, at, (struct slice){ NULL, 0 }, &arg, 1);
}

enum err template_draft_fail_number(struct template_draft *draft, enum template_problem_kind kind, const char *at,
				    unsigned number)
{
	char digits[20];
	struct buf buf = buf_over(digits, sizeof digits);
	buf_put_uint(&buf, number);
	return template_draft_fail_one(draft, kind, at, buf_slice(&buf));
}

void template_draft_warn(struct template_draft *draft, enum template_problem_kind kind, const char *at,
			 struct slice field, struct slice arg)
{
	struct template_warnings *warnings = draft->warnings;
	if (warnings == NULL)
		return;
	if (warnings->count == TEMPLATE_WARNINGS_MAX) {
		warnings->more = true;
		return;
	}
	struct template_problem *problem = &warnings->items[warnings->count++];
	*problem = (struct template_problem){ .kind = PROBLEM_NONE };
	place(draft, at, problem);
	template_problem_set(problem, kind, field, &arg, 1);
}

static size_t blank_octets(struct slice text, bool with_newlines)
{
	if (text.len > 0 && (text.at[0] == ' ' || text.at[0] == '\t' || (text.at[0] == '\n' && with_newlines)))
		return 1;
	return slice_starts(text, IDEOGRAPHIC_SPACE) ? IDEOGRAPHIC_SPACE.len : 0;
}

struct slice template_draft_trim(struct slice text, bool with_newlines)
{
	for (size_t blank; (blank = blank_octets(text, with_newlines)) > 0;)
		text = (struct slice){ text.at + blank, text.len - blank };
	while (text.len > 0) {
		struct slice last = { text.at + text.len - 1, 1 };
		if (blank_octets(last, with_newlines) > 0)
			text.len--;
		else if (text.len >= 3 && blank_octets((struct slice){ last.at - 2, 3 }, false) == 3)
			text.len -= 3;
		else
			break;
	}
	return text;
}
