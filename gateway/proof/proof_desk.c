/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_desk.h"

#include "base/json.h"
#include "base/utf8.h"
#include "render/header_reader.h"

#include <stdlib.h>

#define SENTENCE_OCTETS 512

struct words {
	const char *text[TEMPLATE_TONGUE_COUNT];
};

static const struct {
	enum proof_severity severity;
	const char *kind;
	struct words words;
} kinds[] = {
#define MARK(name, severity, kind, english, chinese) { PROOF_##severity, kind, { { english, chinese } } },
#define FIX(name, english, chinese)
#include "proof/proof_defs.def"
};

static const struct words titles[] = {
#define MARK(name, severity, kind, english, chinese)
#define FIX(name, english, chinese) { { english, chinese } },
#include "proof/proof_defs.def"
};

const char *proof_severity_name(enum proof_severity severity)
{
	static const char *const names[PROOF_SEVERITY_COUNT] = { "error", "warning", "cost" };
	return names[severity];
}

/* Writes a sentence with its arguments into the arena; cut at a character where it is too long. */
static struct slice say(struct arena *arena, const char *text, const struct slice args[3])
{
	char octets[SENTENCE_OCTETS];
	size_t len = 0;
	for (const char *at = text; *at != '\0';) {
		bool is_arg = at[0] == '{' && at[1] >= '0' && at[1] <= '2' && at[2] == '}';
		struct slice part = is_arg ? args[at[1] - '0'] : (struct slice){ at, 1 };
		size_t room = sizeof octets - len;
		if (part.len > room)
			part.len = utf8_whole(part.at, room);
		if (part.len > 0)
			memcpy(octets + len, part.at, part.len);
		len += part.len;
		at += is_arg ? 3 : 1;
	}
	return arena_copy(arena, (struct slice){ octets, utf8_whole(octets, len) });
}

static void find_body(struct proof_desk *desk)
{
	size_t at = slice_starts(desk->source, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
	desk->rule = desk->body = desk->end = desk->source.len;
	for (; at < desk->source.len; at = proof_desk_line_behind(desk, at)) {
		struct slice line = { desk->source.at + at, proof_desk_line_end(desk, at) - at };
		if (!header_reader_is_rule(template_draft_trim(line, false)))
			continue;
		desk->rule = at;
		desk->body = proof_desk_line_behind(desk, at);
		break;
	}
	while (desk->end > desk->body) {
		struct slice rest = { desk->source.at + desk->body, desk->end - desk->body };
		size_t len = template_draft_trim(rest, true).len > 0 ? rest.len : 0;
		char last = rest.at[rest.len - 1];
		if (len == 0)
			desk->end = desk->body;
		else if (last == ' ' || last == '\t' || last == '\r' || last == '\n')
			desk->end--;
		else if (rest.len >= 3 && memcmp(rest.at + rest.len - 3, "\xE3\x80\x80", 3) == 0)
			desk->end -= 3;
		else
			break;
	}
}

bool proof_desk_begin(struct proof_desk *desk, const struct proof_variant *variant, const struct proof_rules *rules,
		      struct arena *arena, struct proof_marks *marks)
{
	struct slice locale = variant->locale.len > 0 ? variant->locale : SLICE(TEMPLATE_DEFAULT_LOCALE);
	*desk = (struct proof_desk){
		.variant = variant,
		.rules = rules,
		.arena = arena,
		.marks = marks,
		.source = variant->source.at != NULL ? variant->source : SLICE(""),
		.is_chinese = locale.len >= 2 && (locale.at[0] | 0x20) == 'z' && (locale.at[1] | 0x20) == 'h',
	};
	if (marks->items == NULL)
		marks->items = arena_alloc(arena, PROOF_MARKS_MAX * sizeof *marks->items);
	find_body(desk);
	return marks->items != NULL;
}

struct proof_mark *proof_desk_mark_as(struct proof_desk *desk, const char *kind, enum proof_severity severity,
				      size_t from, size_t to, struct slice english, struct slice chinese)
{
	struct proof_marks *marks = desk->marks;
	for (unsigned i = 0; i < marks->count; i++)
		if (marks->items[i].from == from && strcmp(marks->items[i].kind, kind) == 0 &&
		    slice_equal(marks->items[i].locale, desk->variant->locale) && from < to)
			return NULL;
	marks->error_count += severity == PROOF_ERROR;
	if (marks->count == PROOF_MARKS_MAX || english.at == NULL || chinese.at == NULL) {
		marks->more = true;
		return NULL;
	}
	struct proof_mark *mark = &marks->items[marks->count++];
	*mark = (struct proof_mark){
		.from = (uint32_t)from,
		.to = (uint32_t)to,
		.severity = severity,
		.kind = kind,
		.locale = desk->variant->locale,
		.message = { [TEMPLATE_TONGUE_EN] = english, [TEMPLATE_TONGUE_ZH] = chinese },
	};
	return mark;
}

struct proof_mark *proof_desk_mark(struct proof_desk *desk, enum proof_kind kind, size_t from, size_t to,
				   const struct slice args[3])
{
	const struct words *words = &kinds[kind].words;
	return proof_desk_mark_as(desk, kinds[kind].kind, kinds[kind].severity, from, to,
				  say(desk->arena, words->text[TEMPLATE_TONGUE_EN], args),
				  say(desk->arena, words->text[TEMPLATE_TONGUE_ZH], args));
}

void proof_desk_fix(struct proof_desk *desk, struct proof_mark *mark, enum proof_fix_kind kind, size_t from, size_t to,
		    struct slice insert)
{
	if (mark == NULL || mark->fix_count == PROOF_FIXES_MAX)
		return;
	const struct slice args[3] = { insert };
	struct slice copy = insert.len > 0 ? arena_copy(desk->arena, insert) : SLICE("");
	struct proof_fix fix = { .from = (uint32_t)from, .to = (uint32_t)to, .insert = copy };
	for (int tongue = 0; tongue < TEMPLATE_TONGUE_COUNT; tongue++) {
		fix.title[tongue] = say(desk->arena, titles[kind].text[tongue], args);
		if (fix.title[tongue].at == NULL)
			return;
	}
	if (copy.at != NULL)
		mark->fixes[mark->fix_count++] = fix;
}

static int compare(const void *left, const void *right)
{
	const struct proof_mark *a = left;
	const struct proof_mark *b = right;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	return strcmp(a->kind, b->kind);
}

/* UTF-16 units before a place; a malformed octet counts one. */
static uint32_t units_before(struct slice source, size_t offset)
{
	uint32_t units = 0;
	for (size_t at = 0; at < offset && at < source.len; units++) {
		uint32_t code;
		size_t used = utf8_decode(source.at + at, source.len - at, &code);
		units += used == 4;
		at += used > 0 ? used : 1;
	}
	return units;
}

static unsigned line_of(struct slice source, size_t offset)
{
	unsigned line = 1;
	for (size_t at = 0; at < offset && at < source.len; at++)
		line += source.at[at] == '\n';
	return line;
}

void proof_desk_finish(struct proof_desk *desk, unsigned first)
{
	struct proof_mark *items = desk->marks->items + first;
	unsigned count = desk->marks->count - first;
	if (count > 0)
		qsort(items, count, sizeof *items, compare);
	for (unsigned i = 0; i < count; i++) {
		items[i].line = line_of(desk->source, items[i].from);
		items[i].from = units_before(desk->source, items[i].from);
		items[i].to = units_before(desk->source, items[i].to);
		for (unsigned f = 0; f < items[i].fix_count; f++) {
			items[i].fixes[f].from = units_before(desk->source, items[i].fixes[f].from);
			items[i].fixes[f].to = units_before(desk->source, items[i].fixes[f].to);
		}
	}
}

/* -- places in the source -- */

struct slice proof_desk_character(const struct proof_desk *desk, size_t at, uint32_t *code)
{
	size_t used = utf8_decode(desk->source.at + at, desk->source.len - at, code);
	if (used == 0)
		*code = 0xFFFD;
	return (struct slice){ desk->source.at + at, used > 0 ? used : 1 };
}

size_t proof_desk_line_start(const struct proof_desk *desk, size_t at)
{
	while (at > 0 && desk->source.at[at - 1] != '\n')
		at--;
	return at;
}

size_t proof_desk_line_behind(const struct proof_desk *desk, size_t at)
{
	const char *end = at < desk->source.len ? memchr(desk->source.at + at, '\n', desk->source.len - at) : NULL;
	return end != NULL ? (size_t)(end - desk->source.at) + 1 : desk->source.len;
}

size_t proof_desk_line_end(const struct proof_desk *desk, size_t at)
{
	size_t end = proof_desk_line_behind(desk, at);
	if (end > at && desk->source.at[end - 1] == '\n')
		end--;
	if (end > at && desk->source.at[end - 1] == '\r')
		end--;
	return end;
}

struct slice proof_desk_line_break(const struct proof_desk *desk)
{
	const char *end = desk->source.len > 0 ? memchr(desk->source.at, '\n', desk->source.len) : NULL;
	bool is_dos = end != NULL && end > desk->source.at && end[-1] == '\r';
	return is_dos ? SLICE("\r\n") : SLICE("\n");
}

struct proof_tag proof_desk_tag(const struct proof_desk *desk, size_t at)
{
	const char *text = desk->source.at;
	struct proof_tag tag = { .from = at };
	size_t start = at + 2;
	bool is_triple = start < desk->source.len && text[start] == '{';
	start += is_triple;
	while (start < desk->source.len && (text[start] == ' ' || text[start] == '\t'))
		start++;
	if (!is_triple && start < desk->source.len && strchr("#^/!&><=$%", text[start]) != NULL && text[start] != '\0')
		tag.sigil = text[start++];
	const char *close = memmem(text + start, desk->source.len - start, "}}", 2);
	size_t stop = close != NULL ? (size_t)(close - text) : desk->source.len;
	tag.is_closed = close != NULL && (tag.sigil == '!' || memmem(text + start, stop - start, "{{", 2) == NULL);
	if (!tag.is_closed)
		stop = proof_desk_line_end(desk, at) > start ? proof_desk_line_end(desk, at) : start;
	tag.to = tag.is_closed ? stop + 2 : stop;
	tag.to += tag.is_closed && is_triple && tag.to < desk->source.len && text[tag.to] == '}';
	struct slice inner = { text + start, stop - start };
	for (size_t i = 0; i < inner.len && tag.format == 0; i++) {
		bool is_colon =
			inner.at[i] == ':' || slice_starts((struct slice){ inner.at + i, inner.len - i }, SLICE("："));
		if (is_colon)
			tag.format = start + i;
	}
	if (tag.format > 0)
		inner.len = tag.format - start;
	tag.name = template_draft_trim(inner, true);
	return tag;
}

bool proof_desk_next_tag(const struct proof_desk *desk, size_t *at, struct proof_tag *out)
{
	const char *open = *at < desk->end ? memmem(desk->source.at + *at, desk->end - *at, "{{", 2) : NULL;
	if (open == NULL)
		return false;
	*out = proof_desk_tag(desk, (size_t)(open - desk->source.at));
	*at = out->to;
	return true;
}
