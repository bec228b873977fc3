/* SPDX-License-Identifier: Apache-2.0 */
#include "render/text_reader.h"

#include "base/buf.h"
#include "render/template_param.h"

#define SECTIONS_MAX    16 /* inside each other */
#define FULLWIDTH_COLON SLICE("：")

struct reader {
	struct template_draft *draft;
	const char *at;   /* next octet to read */
	const char *text; /* start of the words not yet made a node */
	const char *end;
	uint32_t open[SECTIONS_MAX]; /* nodes of the sections around at, outermost first */
	unsigned open_count;
};

/* {{#name:format}} taken apart. */
struct tag {
	struct slice whole;
	struct slice name;   /* of a comment: nothing */
	struct slice format; /* absent = none */
	char sigil;          /* '#', '^', '/', '!' or 0 */
};

static enum err add_node(struct reader *reader, struct template_node node)
{
	struct template_draft *draft = reader->draft;
	if (draft->node_count == TEMPLATE_NODES_MAX)
		return template_draft_fail_number(draft, PROBLEM_TAG_MANY, node.text.at, TEMPLATE_NODES_MAX);
	draft->nodes[draft->node_count++] = node;
	return ERR_OK;
}

/* Makes the words from reader->text to end a node. */
static enum err add_text(struct reader *reader, const char *end)
{
	if (end == reader->text)
		return ERR_OK;
	struct slice text = { reader->text, (size_t)(end - reader->text) };
	return add_node(reader, (struct template_node){ .kind = NODE_TEXT, .text = text });
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Where a tag is alone on its line (mustache(5): blanks around it and the line end go with it), moves *from back to
 * the line's start and reader->at behind its end. */
static void take_line(struct reader *reader, const char **from)
{
	const char *start = *from;
	const char *stop = reader->at;
	while (start > reader->text && is_blank(start[-1]))
		start--;
	while (stop < reader->end && is_blank(*stop))
		stop++;
	bool at_start = start == reader->draft->text_part.at || start[-1] == '\n';
	if (!at_start || (stop < reader->end && *stop != '\n'))
		return;
	*from = start;
	reader->at = stop < reader->end ? stop + 1 : stop;
}

static enum err refuse_sigil(struct template_draft *draft, const char *at)
{
	switch (*at) {
	case '>':
		return template_draft_fail_bare(draft, PROBLEM_TAG_PARTIAL, at - 2);
	case '=':
		return template_draft_fail_bare(draft, PROBLEM_TAG_DELIMITER, at - 2);
	default:
		return template_draft_fail_one(draft, PROBLEM_TAG_BLOCK, at - 2, (struct slice){ at, 1 });
	}
}

/* Splits what stands between the braces; the name is checked, but not yet known to be a parameter. */
static enum err split(struct template_draft *draft, struct slice inner, struct tag *tag)
{
	inner = template_draft_trim(inner, true);
	size_t colon = 0;
	size_t len = 0;
	for (; len < inner.len && colon == 0; len++) {
		struct slice rest = { inner.at + len, inner.len - len };
		colon = rest.at[0] == ':' ? 1 : slice_starts(rest, FULLWIDTH_COLON) ? FULLWIDTH_COLON.len : 0;
	}
	len -= colon > 0;
	tag->name = template_draft_trim((struct slice){ inner.at, len }, true);
	if (colon > 0) {
		struct slice rest = { inner.at + len + colon, inner.len - len - colon };
		tag->format = template_draft_trim(rest, true);
	}
	if (tag->name.len == 0)
		return template_draft_fail_bare(draft, PROBLEM_TAG_EMPTY, tag->whole.at);
	if (slice_is(tag->name, "."))
		return template_draft_fail_bare(draft, PROBLEM_TAG_ITERATOR, tag->whole.at);
	if (template_param_name_ok(tag->name))
		return ERR_OK;
	bool is_dotted = memchr(tag->name.at, '.', tag->name.len) != NULL;
	return template_draft_fail_one(draft, is_dotted ? PROBLEM_TAG_DOTTED : PROBLEM_TAG_NAME, tag->whole.at,
				       tag->name);
}

/* Reads the tag at reader->at, which begins with “{{”. */
static enum err read_tag(struct reader *reader, struct tag *tag)
{
	struct template_draft *draft = reader->draft;
	const char *open = reader->at;
	const char *at = open + 2;
	bool is_triple = at < reader->end && *at == '{';
	at += is_triple;
	while (at < reader->end && is_blank(*at) && !is_triple)
		at++;
	const char *closing = is_triple ? "}}}" : "}}";
	size_t closing_len = strlen(closing);
	const char *close = memmem(at, (size_t)(reader->end - at), closing, closing_len);
	if (close == NULL)
		return template_draft_fail_bare(draft, PROBLEM_TAG_OPEN, open);
	*tag = (struct tag){ .whole = { open, (size_t)(close - open) + closing_len } };
	reader->at = close + closing_len;
	if (!is_triple && close > at && strchr("#^/!&><=$%", *at) != NULL)
		tag->sigil = *at++;
	if (tag->sigil == '!')
		return ERR_OK;
	struct slice inner = { at, (size_t)(close - at) };
	if (memmem(inner.at, inner.len, "{{", 2) != NULL)
		return template_draft_fail_bare(draft, PROBLEM_TAG_OPEN, open);
	if (tag->sigil != '\0' && strchr("><=$%", tag->sigil) != NULL)
		return refuse_sigil(draft, at - 1);
	if (tag->sigil == '&')
		tag->sigil = '\0';
	return split(draft, inner, tag);
}

static enum err fail_unknown(struct template_draft *draft, const struct tag *tag)
{
	struct slice nearest = template_param_nearest(draft->params, draft->header.param_count, tag->name, true);
	const struct slice args[] = { tag->name, nearest };
	return template_draft_fail(draft, PROBLEM_TAG_PARAM, tag->whole.at, tag->name, args, 2);
}

/* The parameter that a tag means: by name, else by label. */
static enum err resolve(struct template_draft *draft, const struct tag *tag, uint16_t *out)
{
	unsigned count = draft->header.param_count;
	unsigned found = template_param_find(draft->params, count, tag->name, 0);
	for (unsigned i = 0; i < count && found == TEMPLATE_PARAM_NONE; i++) {
		if (!slice_equal(draft->params[i].label, tag->name))
			continue;
		for (unsigned other = i + 1; other < count; other++) {
			if (!slice_equal(draft->params[other].label, tag->name))
				continue;
			const struct slice args[] = { tag->name, draft->params[i].name, draft->params[other].name };
			return template_draft_fail(draft, PROBLEM_TAG_AMBIGUOUS, tag->whole.at, tag->name, args, 3);
		}
		found = i;
	}
	if (found == TEMPLATE_PARAM_NONE)
		return fail_unknown(draft, tag);
	*out = (uint16_t)found;
	return ERR_OK;
}

static enum err resolve_format(struct template_draft *draft, const struct tag *tag, unsigned param, value_format *out)
{
	enum template_type type = draft->params[param].type;
	struct slice name = draft->params[param].name;
	const char *nearest = NULL;
	if (tag->format.at == NULL || value_format_parse(type, tag->format, out, &nearest))
		return ERR_OK;
	char list[TEMPLATE_PROBLEM_ARG_OCTETS];
	struct buf buf = buf_over(list, sizeof list);
	value_format_list(type, &buf);
	struct slice type_name = slice_of(template_type_name(type));
	if (buf.len == 0) {
		const struct slice args[] = { type_name, tag->name };
		return template_draft_fail(draft, PROBLEM_TAG_FORMAT_NONE, tag->whole.at, name, args, 2);
	}
	const struct slice args[] = { tag->format, type_name, slice_of(nearest), buf_slice(&buf) };
	return template_draft_fail(draft, PROBLEM_TAG_FORMAT, tag->whole.at, name, args, 4);
}

static enum err open_section(struct reader *reader, const struct tag *tag)
{
	struct template_draft *draft = reader->draft;
	struct template_node node = { .kind = tag->sigil == '#' ? NODE_SECTION : NODE_INVERTED, .text = tag->whole };
	if (tag->format.at != NULL)
		return template_draft_fail_one(draft, PROBLEM_TAG_FORMAT_SECTION, tag->whole.at, tag->name);
	enum err err = resolve(draft, tag, &node.param);
	if (err != ERR_OK)
		return err;
	if (reader->open_count == SECTIONS_MAX)
		return template_draft_fail_number(draft, PROBLEM_SECTION_DEEP, tag->whole.at, SECTIONS_MAX);
	reader->open[reader->open_count++] = draft->node_count;
	return add_node(reader, node);
}

static enum err close_section(struct reader *reader, const struct tag *tag)
{
	struct template_draft *draft = reader->draft;
	if (reader->open_count == 0)
		return template_draft_fail_one(draft, PROBLEM_SECTION_STRAY, tag->whole.at, tag->name);
	struct template_node *section = &draft->nodes[reader->open[reader->open_count - 1]];
	unsigned count = draft->header.param_count;
	struct slice name = draft->params[section->param].name;
	if (!slice_equal(tag->name, name) &&
	    (template_param_find(draft->params, count, tag->name, 0) != TEMPLATE_PARAM_NONE ||
	     !slice_equal(tag->name, draft->params[section->param].label))) {
		char digits[12];
		struct buf buf = buf_over(digits, sizeof digits);
		buf_put_uint(&buf, template_draft_line(draft, section->text.at));
		const struct slice args[] = { tag->name, name, buf_slice(&buf) };
		return template_draft_fail(draft, PROBLEM_SECTION_CROSSED, tag->whole.at, name, args, 3);
	}
	section->end = draft->node_count;
	reader->open_count--;
	return ERR_OK;
}

static enum err put_tag(struct reader *reader, const struct tag *tag)
{
	if (tag->sigil == '!')
		return ERR_OK;
	if (tag->sigil == '#' || tag->sigil == '^')
		return open_section(reader, tag);
	if (tag->sigil == '/')
		return close_section(reader, tag);
	struct template_node node = { .kind = NODE_VALUE, .text = tag->whole };
	enum err err = resolve(reader->draft, tag, &node.param);
	if (err == ERR_OK)
		err = resolve_format(reader->draft, tag, node.param, &node.format);
	return err == ERR_OK ? add_node(reader, node) : err;
}

enum err text_reader_read(struct template_draft *draft)
{
	struct slice part = draft->text_part;
	struct reader reader = { .draft = draft, .at = part.at, .text = part.at, .end = part.at + part.len };
	for (;;) {
		const char *open = memmem(reader.at, (size_t)(reader.end - reader.at), "{{", 2);
		if (open == NULL)
			break;
		struct tag tag;
		reader.at = open;
		enum err err = read_tag(&reader, &tag);
		if (err == ERR_OK && tag.sigil != '\0')
			take_line(&reader, &open);
		if (err == ERR_OK)
			err = add_text(&reader, open);
		if (err == ERR_OK)
			err = put_tag(&reader, &tag);
		if (err != ERR_OK)
			return err;
		reader.text = reader.at;
	}
	if (reader.open_count > 0) {
		const struct template_node *section = &draft->nodes[reader.open[reader.open_count - 1]];
		return template_draft_fail_one(draft, PROBLEM_SECTION_OPEN, section->text.at,
					       draft->params[section->param].name);
	}
	return add_text(&reader, reader.end);
}
