/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_desk.h"

#include "render/template_param.h"

/* What the compiler says gets an extent (it names a point) and, where it is plain what to do, a way to mend it. */

static const struct slice nothing = { "", 0 };

static const char *kind_name(struct proof_desk *desk, enum template_problem_kind kind)
{
	static const char *const names[PROBLEM_COUNT] = {
#define PROBLEM(name, err, english, chinese) [PROBLEM_##name] = #name,
#include "render/problem_defs.def"
#undef PROBLEM
	};
	switch (kind) {
	case PROBLEM_TAG_PARAM:
		return "unknown_parameter";
	case PROBLEM_SECTION_OPEN:
	case PROBLEM_SECTION_CROSSED:
	case PROBLEM_SECTION_STRAY:
		return "unbalanced_section";
	default:
		break;
	}
	const char *name = names[kind];
	name += strncmp(name, "WARN_", 5) == 0 ? 5 : 0;
	size_t len = strlen(name) + 1;
	char *copy = arena_alloc(desk->arena, len);
	if (copy == NULL)
		return "problem";
	for (size_t i = 0; i < len; i++)
		copy[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i]);
	return copy;
}

static struct slice rest_at(const struct proof_desk *desk, size_t at)
{
	return (struct slice){ desk->source.at + at, desk->source.len - at };
}

static size_t behind_first(const struct proof_desk *desk, size_t from, const char *end)
{
	struct slice line = { desk->source.at + from, proof_desk_line_end(desk, from) - from };
	const char *at = memmem(line.at, line.len, end, strlen(end));
	return at != NULL ? (size_t)(at - desk->source.at) + strlen(end) : from + line.len;
}

static size_t extent_end(const struct proof_desk *desk, const struct template_problem *problem, size_t from)
{
	uint32_t code;
	struct slice rest = rest_at(desk, from);
	struct slice word = slice_of(problem->args[0]);
	struct slice field = slice_of(problem->field);
	if (rest.len == 0)
		return from;
	switch (problem->kind) {
	case PROBLEM_NOT_UTF8:
	case PROBLEM_CONTROL:
	case PROBLEM_WARN_INVISIBLE:
	case PROBLEM_WARN_TAB:
		return from + proof_desk_character(desk, from, &code).len;
	case PROBLEM_TAG_FULLWIDTH:
		return slice_starts(rest, SLICE("｛｛")) ? behind_first(desk, from, "｝｝") : from + SLICE("｝｝").len;
	case PROBLEM_WARN_SINGLE_BRACE:
		return behind_first(desk, from, "}");
	case PROBLEM_WARN_STRAY_CLOSE:
		return from + 2;
	case PROBLEM_SIGNATURE_TWICE:
		return behind_first(desk, from, "】");
	default:
		break;
	}
	if (slice_starts(rest, SLICE("{{")) && from >= desk->body)
		return proof_desk_tag(desk, from).to;
	if (word.len > 0 && slice_starts(rest, word))
		return from + word.len;
	return field.len > 0 && slice_starts(rest, field) ? from + field.len : proof_desk_line_end(desk, from);
}

/* A source of one tag and one name, written anew. */
static struct slice join(struct proof_desk *desk, const struct slice parts[], size_t count)
{
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		len += parts[i].len;
	char *text = arena_alloc(desk->arena, len + 1);
	if (text == NULL)
		return nothing;
	struct buf buf = buf_over(text, len);
	for (size_t i = 0; i < count; i++)
		buf_put_slice(&buf, parts[i]);
	return buf_slice(&buf);
}

static struct slice between(const struct proof_desk *desk, size_t from, size_t to)
{
	return (struct slice){ desk->source.at + from, to - from };
}

static size_t offset_of(const struct proof_desk *desk, struct slice part)
{
	return (size_t)(part.at - desk->source.at);
}

/* The name in a tag becomes another; of a section in both its tags. */
static void fix_rename(struct proof_desk *desk, struct proof_mark *mark, const struct proof_tag *tag, struct slice name)
{
	size_t from = offset_of(desk, tag->name);
	size_t to = from + tag->name.len;
	if (tag->sigil != '#' && tag->sigil != '^') {
		proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, to, name);
		return;
	}
	struct proof_tag other;
	for (size_t at = tag->to; proof_desk_next_tag(desk, &at, &other);) {
		if (other.sigil != '/' || !slice_equal(other.name, tag->name))
			continue;
		size_t second = offset_of(desk, other.name);
		const struct slice parts[] = { name, between(desk, to, second), name };
		proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, second + other.name.len, join(desk, parts, 3));
		return;
	}
	proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, to, name);
}

static void fix_unknown(struct proof_desk *desk, struct proof_mark *mark, const struct proof_tag *tag,
			struct slice nearest)
{
	if (nearest.len > 0)
		fix_rename(desk, mark, tag, nearest);
	const struct slice parts[] = { desk->is_chinese ? SLICE("变量 ") : SLICE("param "), tag->name,
				       desk->is_chinese ? SLICE(" 文字") : SLICE(" text"),
				       proof_desk_line_break(desk) };
	proof_desk_fix(desk, mark, PROOF_FIX_DECLARE, desk->rule, desk->rule, join(desk, parts, 4));
}

/* “}}” behind the name where it is missing. */
static void fix_unclosed(struct proof_desk *desk, struct proof_mark *mark, const struct proof_tag *tag)
{
	size_t from = tag->name.len > 0 ? offset_of(desk, tag->name) : tag->from + 2;
	size_t to = from;
	while (to < desk->end) {
		uint32_t code;
		size_t next = to + proof_desk_character(desk, to, &code).len;
		if (code == 0xFFFD || !template_param_name_ok(between(desk, from, next)))
			break;
		to = next;
	}
	if (to == from)
		proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, tag->from, tag->from + 2, nothing);
	else
		proof_desk_fix(desk, mark, PROOF_FIX_ADD, to, to + (to < desk->end && desk->source.at[to] == '}'),
			       SLICE("}}"));
}

static void fix_format(struct proof_desk *desk, struct proof_mark *mark, const struct proof_tag *tag,
		       struct slice nearest)
{
	if (tag->format == 0 || !tag->is_closed)
		return;
	size_t colon = desk->source.at[tag->format] == ':' ? 1 : SLICE("：").len;
	size_t stop = tag->to - (desk->source.at[tag->from + 2] == '{' ? 3 : 2);
	if (nearest.len > 0)
		proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, tag->format + colon, stop, nearest);
	else
		proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, tag->format, stop, nothing);
}

static void fix_section(struct proof_desk *desk, struct proof_mark *mark, const struct template_problem *problem,
			const struct proof_tag *tag)
{
	bool is_open = problem->kind == PROBLEM_SECTION_OPEN;
	const struct slice parts[] = { SLICE("{{/"), slice_of(problem->args[is_open ? 0 : 1]), SLICE("}}") };
	if (is_open)
		proof_desk_fix(desk, mark, PROOF_FIX_ADD, desk->end, desk->end, join(desk, parts, 3));
	else if (problem->kind == PROBLEM_SECTION_CROSSED)
		proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, tag->from, tag->to, join(desk, parts, 3));
	if (problem->kind != PROBLEM_SECTION_CROSSED)
		proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, tag->from, tag->to, nothing);
}

static void fix_tag(struct proof_desk *desk, struct proof_mark *mark, const struct template_problem *problem,
		    const struct proof_tag *tag)
{
	switch (problem->kind) {
	case PROBLEM_TAG_PARAM:
		fix_unknown(desk, mark, tag, slice_of(problem->args[1]));
		return;
	case PROBLEM_TAG_OPEN:
		fix_unclosed(desk, mark, tag);
		return;
	case PROBLEM_TAG_FORMAT:
		fix_format(desk, mark, tag, slice_of(problem->args[2]));
		return;
	case PROBLEM_TAG_FORMAT_NONE:
	case PROBLEM_TAG_FORMAT_SECTION:
		fix_format(desk, mark, tag, nothing);
		return;
	case PROBLEM_TAG_AMBIGUOUS:
		fix_rename(desk, mark, tag, slice_of(problem->args[1]));
		fix_rename(desk, mark, tag, slice_of(problem->args[2]));
		return;
	case PROBLEM_WARN_BARE: {
		struct slice name = slice_of(problem->args[0]);
		const struct slice parts[] = { SLICE("{{#"), name, SLICE("}}"), between(desk, tag->from, tag->to),
					       SLICE("{{/"), name, SLICE("}}") };
		proof_desk_fix(desk, mark, PROOF_FIX_WRAP, tag->from, tag->to, join(desk, parts, 7));
		return;
	}
	case PROBLEM_SECTION_OPEN:
	case PROBLEM_SECTION_CROSSED:
	case PROBLEM_SECTION_STRAY:
		fix_section(desk, mark, problem, tag);
		return;
	case PROBLEM_TAG_EMPTY:
	case PROBLEM_TAG_PARTIAL:
	case PROBLEM_TAG_DELIMITER:
	case PROBLEM_TAG_BLOCK:
	case PROBLEM_TAG_ITERATOR:
	case PROBLEM_TAG_NAME:
		proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, tag->from, tag->to, nothing);
		return;
	default:
		return;
	}
}

static void fix_fullwidth(struct proof_desk *desk, struct proof_mark *mark, size_t from, size_t to)
{
	struct slice whole = between(desk, from, to);
	size_t brace = SLICE("｛｛").len;
	bool has_end = whole.len >= 2 * brace && memcmp(whole.at + whole.len - brace, "｝｝", brace) == 0;
	if (slice_starts(whole, SLICE("｝｝")) || !has_end) {
		proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, from + brace,
			       slice_starts(whole, SLICE("｝｝")) ? SLICE("}}") : SLICE("{{"));
		return;
	}
	const struct slice parts[] = { SLICE("{{"), between(desk, from + brace, to - brace), SLICE("}}") };
	proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, to, join(desk, parts, 3));
}

static void fix_header(struct proof_desk *desk, struct proof_mark *mark, const struct template_problem *problem,
		       size_t from, size_t to)
{
	struct slice nearest = slice_of(problem->args[1]);
	switch (problem->kind) {
	case PROBLEM_KEY_UNKNOWN:
	case PROBLEM_CLASS_UNKNOWN:
	case PROBLEM_PARAM_TYPE:
	case PROBLEM_WORD_UNKNOWN:
		if (nearest.len > 0)
			proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, to, nearest);
		return;
	case PROBLEM_KEY_TWICE:
	case PROBLEM_PARAM_TWICE:
	case PROBLEM_WARN_UNUSED:
		proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, proof_desk_line_start(desk, from),
			       proof_desk_line_behind(desk, from), nothing);
		return;
	case PROBLEM_CLASS_MISSING: {
		const struct slice parts[] = { desk->is_chinese ? SLICE("类别: 通知") : SLICE("class: notice"),
					       proof_desk_line_break(desk) };
		proof_desk_fix(desk, mark, PROOF_FIX_ADD, desk->rule, desk->rule, join(desk, parts, 2));
		return;
	}
	default:
		return;
	}
}

static void fix_text(struct proof_desk *desk, struct proof_mark *mark, const struct template_problem *problem,
		     size_t from, size_t to)
{
	switch (problem->kind) {
	case PROBLEM_NOT_UTF8:
	case PROBLEM_CONTROL:
	case PROBLEM_WARN_STRAY_CLOSE:
	case PROBLEM_SIGNATURE_TWICE:
		proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, from, to, nothing);
		return;
	case PROBLEM_WARN_INVISIBLE:
		if (slice_is(slice_of(problem->args[0]), "U+00A0"))
			proof_desk_fix(desk, mark, PROOF_FIX_BLANK, from, to, SLICE(" "));
		else
			proof_desk_fix(desk, mark, PROOF_FIX_REMOVE, from, to, nothing);
		return;
	case PROBLEM_WARN_TAB:
		proof_desk_fix(desk, mark, PROOF_FIX_BLANK, from, to, SLICE(" "));
		return;
	case PROBLEM_WARN_SINGLE_BRACE: {
		const struct slice parts[] = { SLICE("{{"), slice_of(problem->args[0]), SLICE("}}") };
		proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, to, join(desk, parts, 3));
		return;
	}
	case PROBLEM_TAG_FULLWIDTH:
		fix_fullwidth(desk, mark, from, to);
		return;
	case PROBLEM_BRACKET:
		if (to - from == SLICE("【").len)
			proof_desk_fix(desk, mark, PROOF_FIX_REPLACE, from, to,
				       slice_is(between(desk, from, to), "【") ? SLICE("〔") : SLICE("〕"));
		return;
	case PROBLEM_NO_OPT_OUT:
		proof_desk_fix(desk, mark, PROOF_FIX_ADD, desk->end, desk->end,
			       desk->is_chinese ? SLICE("拒收请回复R") : SLICE(" Reply STOP to opt out."));
		return;
	default:
		fix_header(desk, mark, problem, from, to);
	}
}

/* A problem of the whole file, or at the end of one, is shown in the line that it is in. */
static void widen(const struct proof_desk *desk, size_t *from, size_t *to)
{
	*from = *from < desk->source.len ? *from : desk->source.len;
	if (*to > *from)
		return;
	*to = proof_desk_line_end(desk, proof_desk_line_start(desk, *from));
	*from = proof_desk_line_start(desk, *from);
}

void proof_problem_mark(struct proof_desk *desk, const struct template_problem *problem)
{
	char english[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	char chinese[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	size_t from = problem->offset < desk->source.len ? problem->offset : desk->source.len;
	size_t to = extent_end(desk, problem, from);
	if (problem->kind == PROBLEM_NO_DASHES || problem->kind == PROBLEM_NO_TEXT)
		to = from;
	widen(desk, &from, &to);
	template_problem_sentence(problem, TEMPLATE_TONGUE_EN, english, sizeof english);
	template_problem_sentence(problem, TEMPLATE_TONGUE_ZH, chinese, sizeof chinese);
	enum proof_severity severity = template_problem_err(problem->kind) == ERR_OK ? PROOF_WARNING : PROOF_ERROR;
	struct proof_mark *mark = proof_desk_mark_as(desk, kind_name(desk, problem->kind), severity, from, to,
						     arena_copy(desk->arena, slice_of(english)),
						     arena_copy(desk->arena, slice_of(chinese)));
	if (mark == NULL)
		return;
	mark->is_compilers = true;
	if (from >= desk->body && slice_starts(rest_at(desk, from), SLICE("{{"))) {
		struct proof_tag tag = proof_desk_tag(desk, from);
		fix_tag(desk, mark, problem, &tag);
	}
	if (mark->fix_count == 0)
		fix_text(desk, mark, problem, from, to);
}

void proof_bracket_mark(struct proof_desk *desk, size_t at)
{
	struct template_problem problem = { .kind = PROBLEM_NONE };
	const struct slice bracket = between(desk, at, at + SLICE("【").len);
	(void)template_problem_set(&problem, PROBLEM_BRACKET, (struct slice){ NULL, 0 }, &bracket, 1);
	problem.offset = at;
	proof_problem_mark(desk, &problem);
}
