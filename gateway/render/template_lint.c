/* SPDX-License-Identifier: Apache-2.0 */
#include "render/template_lint.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "render/invisible.h"
#include "render/template_param.h"

#include <stdlib.h>
#include <utf8proc.h>

#define BRACKET_OPEN  SLICE("【")
#define BRACKET_CLOSE SLICE("】")

static const struct slice none = { NULL, 0 };

static const char *find(struct slice text, const char *part)
{
	return memmem(text.at, text.len, part, strlen(part));
}

/* Octets of the signature that the text itself begins with, 0 where it does not. */
static enum err own_signature(struct template_draft *draft, size_t *octets)
{
	struct slice text = draft->nodes[0].text;
	*octets = 0;
	if (draft->nodes[0].kind != NODE_TEXT || !slice_starts(text, BRACKET_OPEN))
		return ERR_OK;
	const char *close = find(text, BRACKET_CLOSE.at);
	const char *inner = text.at + BRACKET_OPEN.len;
	size_t length = close != NULL ? utf8_count(inner, (size_t)(close - inner)) : 0;
	if (length == 0 || length > TEMPLATE_SIGNATURE_MAX)
		return template_draft_fail_number(draft, PROBLEM_SIGNATURE, text.at, TEMPLATE_SIGNATURE_MAX);
	if (draft->header.signature.at != NULL)
		return template_draft_fail_bare(draft, PROBLEM_SIGNATURE_TWICE, text.at);
	draft->header.has_no_signature = true;
	*octets = (size_t)(close - text.at) + BRACKET_CLOSE.len;
	return ERR_OK;
}

static enum err check_words(struct template_draft *draft, struct slice text)
{
	const char *const kept[] = { BRACKET_OPEN.at, BRACKET_CLOSE.at };
	for (size_t i = 0; i < 2; i++) {
		const char *at = find(text, kept[i]);
		if (at != NULL)
			return template_draft_fail_one(draft, PROBLEM_BRACKET, at, slice_of(kept[i]));
	}
	const char *braces = find(text, "｛｛");
	if (braces == NULL)
		braces = find(text, "｝｝");
	return braces ? template_draft_fail_bare(draft, PROBLEM_TAG_FULLWIDTH, braces) : ERR_OK;
}

static bool is_known(const struct template_draft *draft, struct slice name)
{
	for (unsigned i = 0; i < draft->header.param_count; i++)
		if (slice_equal(draft->params[i].name, name) || slice_equal(draft->params[i].label, name))
			return true;
	return false;
}

/* {name} where {{name}} was meant, “}}” without a beginning, tabs. */
static void warn_words(struct template_draft *draft, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\t')
			template_draft_warn(draft, PROBLEM_WARN_TAB, text.at + i, none, none);
		if (text.at[i] == '}' && i + 1 < text.len && text.at[i + 1] == '}')
			template_draft_warn(draft, PROBLEM_WARN_STRAY_CLOSE, text.at + i++, none, none);
		if (text.at[i] != '{')
			continue;
		struct slice rest = { text.at + i + 1, text.len - i - 1 };
		const char *close = memchr(rest.at, '}', rest.len);
		struct slice name = { rest.at, close ? (size_t)(close - rest.at) : 0 };
		if (is_known(draft, template_draft_trim(name, false)))
			template_draft_warn(draft, PROBLEM_WARN_SINGLE_BRACE, text.at + i, none, name);
	}
}

/* True where the node stands in a section that shows only when the parameter is there. */
static bool is_guarded(const struct template_draft *draft, unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		const struct template_node *node = &draft->nodes[i];
		if (node->kind == NODE_SECTION && node->end > index && node->param == draft->nodes[index].param)
			return true;
	}
	return false;
}

static void warn_tag(struct template_draft *draft, unsigned index)
{
	const struct template_node *node = &draft->nodes[index];
	const struct template_param *param = &draft->params[node->param];
	bool can_be_false = param->is_optional || param->type == TEMPLATE_TEXT || param->type == TEMPLATE_ENUM;
	if (node->kind != NODE_VALUE && !can_be_false)
		template_draft_warn(draft, PROBLEM_WARN_ALWAYS, node->text.at, param->name, none);
	if (node->kind == NODE_VALUE && param->is_optional && !is_guarded(draft, index))
		template_draft_warn(draft, PROBLEM_WARN_BARE, node->text.at, param->name, param->name);
}

static void warn_unused(struct template_draft *draft)
{
	for (unsigned i = 0; i < draft->header.param_count; i++) {
		bool is_used = false;
		for (unsigned n = 0; n < draft->node_count && !is_used; n++)
			is_used = draft->nodes[n].kind != NODE_TEXT && draft->nodes[n].param == i;
		struct slice name = draft->params[i].name;
		if (!is_used)
			template_draft_warn(draft, PROBLEM_WARN_UNUSED, name.at, name, none);
	}
}

static void warn_invisible(struct template_draft *draft)
{
	struct slice source = draft->source;
	for (size_t i = 0; i < source.len;) {
		uint32_t code = 0;
		size_t used = utf8_decode(source.at + i, source.len - i, &code);
		if (invisible_is(code) || code == 0xA0) {
			char name[16];
			struct buf buf = buf_over(name, sizeof name);
			buf_put_format(&buf, "U+%04X", (unsigned)code);
			template_draft_warn(draft, PROBLEM_WARN_INVISIBLE, source.at + i, none, buf_slice(&buf));
		}
		i += used ? used : 1;
	}
}

/* True where composing changes the text; malloc failures count as “no”, since this is only a warning. */
static bool is_decomposed(struct slice text)
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)text.at, (utf8proc_ssize_t)text.len, &composed,
					    UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	bool differs = len >= 0 && !slice_equal((struct slice){ (const char *)composed, (size_t)len }, text);
	free(composed);
	return differs;
}

static void warn_not_nfc(struct template_draft *draft)
{
	struct slice rest = draft->source;
	if (!is_decomposed(rest))
		return;
	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');
		if (is_decomposed(line))
			template_draft_warn(draft, PROBLEM_WARN_NOT_NFC, line.at, none, none);
	}
}

/* In a section it might not be shown. */
static bool is_shown_always(const struct template_draft *draft, unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		if (draft->nodes[i].kind != NODE_TEXT && draft->nodes[i].kind != NODE_VALUE &&
		    draft->nodes[i].end > index)
			return false;
	}
	return true;
}

static enum err check_opt_out(struct template_draft *draft)
{
	static const char *const ways[] = { "拒收", "退订", "STOP", "opt out", "unsubscribe", "Unsubscribe" };
	if (draft->header.sms_class != SMS_CLASS_MARKETING)
		return ERR_OK;
	for (unsigned n = 0; n < draft->node_count; n++)
		for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
			if (draft->nodes[n].kind == NODE_TEXT && find(draft->nodes[n].text, ways[i]) != NULL &&
			    is_shown_always(draft, n))
				return ERR_OK;
	return template_draft_fail_bare(draft, PROBLEM_NO_OPT_OUT, draft->text_part.at);
}

enum err template_lint_run(struct template_draft *draft)
{
	size_t signature_octets;
	enum err err = own_signature(draft, &signature_octets);
	warn_unused(draft);
	warn_invisible(draft);
	warn_not_nfc(draft);
	for (unsigned i = 0; i < draft->node_count && err == ERR_OK; i++) {
		struct slice text = draft->nodes[i].text;
		size_t skip = i == 0 ? signature_octets : 0;
		if (draft->nodes[i].kind != NODE_TEXT) {
			warn_tag(draft, i);
			continue;
		}
		err = check_words(draft, (struct slice){ text.at + skip, text.len - skip });
		warn_words(draft, text);
	}
	return err == ERR_OK ? check_opt_out(draft) : err;
}
