/* SPDX-License-Identifier: Apache-2.0 */
#include "render/template.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "model/alert.h"
#include "render/header_reader.h"
#include "render/invisible.h"
#include "render/template_draft.h"
#include "render/template_lint.h"
#include "render/text_reader.h"

#include <stdlib.h>

/* A file goes through: normalise (BOM, line ends, UTF-8, control characters) → header_reader → text_reader →
 * template_lint → pack. The first error ends it. */

static bool is_locale(struct slice text)
{
	size_t letters = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!is_letter && c != '-' && (c < '0' || c > '9'))
			return false;
		letters += is_letter && letters == i;
	}
	return letters >= 2 && letters <= 3 && text.len <= 35 && (letters == text.len || text.at[letters] == '-');
}

static bool is_name(struct slice text)
{
	if (text.len == 0 || text.len > ALERT_NAME_MAX || text.at[0] == '.' ||
	    utf8_valid(text.at, text.len) != text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!is_plain && c != '_' && c != '-' && c != '.' && c < 0x80)
			return false;
	}
	return true;
}

static enum err check_characters(struct template_draft *draft)
{
	struct slice source = draft->source;
	size_t valid = utf8_valid(source.at, source.len);
	if (valid < source.len)
		return template_draft_fail_bare(draft, PROBLEM_NOT_UTF8, source.at + valid);
	for (size_t i = 0; i < source.len;) {
		uint32_t code = 0;
		size_t used = utf8_decode(source.at + i, source.len - i, &code);
		if (invisible_is_control(code) && code != '\n' && code != '\t') {
			char name[16];
			struct buf buf = buf_over(name, sizeof name);
			buf_put_format(&buf, "U+%04X", (unsigned)code);
			return template_draft_fail_one(draft, PROBLEM_CONTROL, source.at + i, buf_slice(&buf));
		}
		i += used;
	}
	return ERR_OK;
}

/* Copies the file without BOM and with LF line ends, name and locale behind it. memory: room for all three. */
static void copy_source(struct template_draft *draft, struct slice name, struct slice locale, char *memory)
{
	struct slice from = draft->original;
	size_t bom = slice_starts(from, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
	size_t len = 0;
	for (size_t i = bom; i < from.len; i++) {
		if (from.at[i] == '\r' && i + 1 < from.len && from.at[i + 1] == '\n')
			continue;
		memory[len++] = from.at[i];
	}
	draft->source = (struct slice){ memory, len };
	memcpy(memory + len, name.at, name.len);
	memcpy(memory + len + name.len, locale.at, locale.len);
	draft->header.name = (struct slice){ memory + len, name.len };
	draft->header.locale = (struct slice){ memory + len + name.len, locale.len };
}

/* The text without the blank lines before it and the blanks behind it, which nobody means to pay for. */
static struct slice text_proper(struct slice text)
{
	struct slice trimmed = template_draft_trim(text, true);
	const char *start = trimmed.at;
	if (trimmed.len == 0)
		return trimmed;
	while (start > text.at && start[-1] != '\n')
		start--;
	return (struct slice){ start, (size_t)(trimmed.at - start) + trimmed.len };
}

static enum err read_all(struct template_draft *draft)
{
	enum err err = check_characters(draft);
	if (err == ERR_OK)
		err = header_reader_read(draft);
	if (err != ERR_OK)
		return err;
	const char *below = draft->text_part.at;
	draft->text_part = text_proper(draft->text_part);
	err = text_reader_read(draft);
	if (err != ERR_OK)
		return err;
	if (draft->node_count == 0)
		return template_draft_fail_bare(draft, PROBLEM_NO_TEXT, below > draft->source.at ? below - 1 : below);
	return template_lint_run(draft);
}

uint32_t template_fingerprint(struct slice name, struct slice locale, struct slice source)
{
	const struct slice parts[] = { name, locale, source };
	uint64_t hash = HASH64_START;
	for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++)
		hash = hash64_octet(hash64(hash, parts[p]), 0xFF);
	uint32_t folded = (uint32_t)(hash ^ hash >> 32);
	return folded ? folded : 1;
}

/* Moves the draft's tables into one block behind the template itself. source: taken on success. NULL where malloc says
 * no. */
static struct template *pack(const struct template_draft *draft, char *source)
{
	unsigned param_count = draft->header.param_count;
	size_t params_octets = param_count * sizeof(struct template_param);
	size_t choices_octets = draft->choice_count * sizeof(struct template_choice);
	size_t nodes_octets = draft->node_count * sizeof(struct template_node);
	size_t uses_octets = param_count * sizeof(uint16_t);
	struct template *template =
		calloc(1, sizeof *template + params_octets + choices_octets + nodes_octets + uses_octets);
	if (template == NULL)
		return NULL;
	/* Largest alignment first; each size is a multiple of the next alignment. */
	struct template_param *params = (struct template_param *)(void *)(template + 1);
	struct template_choice *choices = (struct template_choice *)(void *)(params + param_count);
	struct template_node *nodes = (struct template_node *)(void *)(choices + draft->choice_count);
	uint16_t *uses = (uint16_t *)(void *)(nodes + draft->node_count);
	if (params_octets > 0)
		memcpy(params, draft->params, params_octets);
	if (choices_octets > 0)
		memcpy(choices, draft->choices, choices_octets);
	memcpy(nodes, draft->nodes, nodes_octets);
	for (unsigned i = 0; i < param_count; i++)
		if (params[i].choices != NULL)
			params[i].choices = choices + (params[i].choices - draft->choices);
	for (unsigned i = 0; i < draft->node_count; i++) {
		if (nodes[i].kind == NODE_TEXT)
			template->literal_octets += nodes[i].text.len;
		else if (nodes[i].kind == NODE_VALUE)
			uses[nodes[i].param]++;
	}
	atomic_init(&template->holders, 1);
	template->header = draft->header;
	template->header.params = params;
	template->nodes = nodes;
	template->node_count = draft->node_count;
	template->uses = uses;
	template->source = source;
	return template;
}

static enum err compile(struct template_draft *draft, struct slice name, struct slice locale, struct template **out)
{
	draft->source = (struct slice){ draft->original.at, 0 };
	if (!is_name(name))
		return template_draft_fail_one(draft, PROBLEM_BAD_NAME, draft->source.at, name);
	if (!is_locale(locale))
		return template_draft_fail_one(draft, PROBLEM_BAD_LOCALE, draft->source.at, locale);
	if (draft->original.len > TEMPLATE_OCTETS_MAX)
		return template_draft_fail_number(draft, PROBLEM_TOO_LARGE, draft->source.at, TEMPLATE_OCTETS_MAX);
	char *memory = malloc(draft->original.len + name.len + locale.len);
	if (memory == NULL)
		return template_draft_fail_bare(draft, PROBLEM_MEMORY, draft->source.at);
	copy_source(draft, name, locale, memory);
	enum err err = read_all(draft);
	if (err == ERR_OK) {
		draft->header.fingerprint =
			template_fingerprint(draft->header.name, draft->header.locale, draft->original);
		draft->header.version = template_fingerprint(draft->header.name, draft->header.locale, draft->source);
		if (draft->header.title.len == 0)
			draft->header.title = draft->header.name;
		*out = pack(draft, memory);
		if (*out == NULL)
			err = template_draft_fail_bare(draft, PROBLEM_MEMORY, draft->source.at);
	}
	if (err != ERR_OK) {
		free(memory);
		return err;
	}
	bool is_chinese = (locale.at[0] | 0x20) == 'z' && (locale.at[1] | 0x20) == 'h';
	(*out)->tongue = is_chinese ? TEMPLATE_TONGUE_ZH : TEMPLATE_TONGUE_EN;
	return ERR_OK;
}

enum err template_compile_report(struct slice name, struct slice locale, struct slice source, struct template **out,
				 struct template_problem *problem, struct template_warnings *warnings)
{
	struct template_draft *draft = calloc(1, sizeof *draft);
	if (draft == NULL)
		return template_problem_set(problem, PROBLEM_MEMORY, (struct slice){ NULL, 0 }, NULL, 0);
	draft->original = source.at != NULL ? source : SLICE("");
	draft->problem = problem;
	draft->warnings = warnings;
	struct template *made = NULL;
	enum err err = compile(draft, name, locale.len > 0 ? locale : SLICE(TEMPLATE_DEFAULT_LOCALE), &made);
	free(draft);
	if (err == ERR_OK)
		*out = made;
	return err;
}

enum err template_compile(struct slice name, struct slice locale, struct slice source, struct template **out,
			  struct err_at *at)
{
	struct template_problem problem = { .kind = PROBLEM_NONE };
	enum err err = template_compile_report(name, locale, source, out, &problem, NULL);
	if (err != ERR_OK)
		template_problem_export(&problem, at);
	return err;
}

struct template *template_hold(struct template *template)
{
	atomic_fetch_add(&template->holders, 1);
	return template;
}

void template_release(struct template *template)
{
	if (template == NULL || atomic_fetch_sub(&template->holders, 1) > 1)
		return;
	free(template->source);
	free(template);
}

void template_number(struct template *template, uint32_t version)
{
	CHECK(version > 0 && atomic_load(&template->holders) == 1);
	template->header.version = version;
}

const struct template_header *template_header(const struct template *template)
{
	return &template->header;
}

static size_t format_line(struct slice file_name, unsigned line, const char *sentence, char *out, size_t cap)
{
	char place[16] = "";
	struct buf digits = buf_over(place, sizeof place - 1);
	if (line > 0) {
		buf_put_text(&digits, ":");
		buf_put_uint(&digits, line);
	}
	const struct slice parts[] = { file_name, file_name.len ? buf_slice(&digits) : SLICE(""),
				       file_name.len ? SLICE(": ") : SLICE(""), slice_of(sentence) };
	struct buf buf = buf_over(out, cap - 1);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		size_t room = buf.cap - buf.len;
		size_t len = parts[i].len > room ? utf8_whole(parts[i].at, room) : parts[i].len;
		buf_put(&buf, parts[i].at, len);
	}
	out[buf.len] = '\0';
	return buf.len;
}

size_t template_error_format(struct slice file_name, const struct err_at *at, char *out, size_t cap)
{
	return format_line(file_name, at->line, at->text, out, cap);
}

size_t template_problem_format(struct slice file_name, const struct template_problem *problem,
			       enum template_tongue tongue, char *out, size_t cap)
{
	char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	template_problem_sentence(problem, tongue, sentence, sizeof sentence);
	return format_line(file_name, problem->line, sentence, out, cap);
}

bool template_file_name_parse(struct slice path, struct slice *name, struct slice *locale)
{
	static const char ending[] = ".tmpl";
	const size_t ending_len = sizeof ending - 1;
	const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
	struct slice stem = path;
	if (slash != NULL)
		stem = (struct slice){ slash + 1, path.len - (size_t)(slash + 1 - path.at) };
	if (stem.len <= ending_len || memcmp(stem.at + stem.len - ending_len, ending, ending_len) != 0)
		return false;
	stem.len -= ending_len;
	*locale = (struct slice){ NULL, 0 };
	const char *dot = memrchr(stem.at, '.', stem.len);
	if (dot != NULL) {
		struct slice tail = { dot + 1, stem.len - (size_t)(dot + 1 - stem.at) };
		if (is_locale(tail)) {
			*locale = tail;
			stem.len = (size_t)(dot - stem.at);
		}
	}
	*name = stem;
	return is_name(stem);
}
