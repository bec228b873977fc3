/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "proof/proof.h"

#include <stdalign.h>

#define SOURCE                                                                                                                 \
	"类别: 通知\n变量 a 文字 甲 示例=电\n变量 b 金额 乙 可选\n---\n网贷请看 http://95598.cn/x 与 " \
	"{{a}}{{#b}}{{b}}{{/b}}\n"

static alignas(max_align_t) char block[PROOF_ARENA_OCTETS];
static struct proof_rules rules = { .cost = SLICE("0.035") };
static const struct proof_variant variant = { .name = SLICE("t"), .locale = SLICE("zh-CN"), .source = SLICE(SOURCE) };

static enum alloc_end parses_words(void *ctx)
{
	(void)ctx;
	struct proof_words *words = NULL;
	struct err_at at = { 0 };
	enum err err = proof_words_parse(SLICE("贷款: 贷款 网贷\nvpn：ＶＰＮ 翻墙\n"), &words, &at);
	enum alloc_end end = alloc_end_of(err);
	if (err != ERR_OK && (words != NULL || at.text[0] == '\0'))
		end = alloc_wrong("words, or no sentence");
	else if (err == ERR_OK && proof_words_category_count(words) != 2)
		end = alloc_wrong("%u categories", proof_words_category_count(words));
	proof_words_destroy(words);
	return end;
}

Test(no_memory, proof_words)
{
	alloc_sweep("a file", parses_words, NULL);
}

static unsigned marks_there_are; /* where there is memory */

/* A text that was not looked at has no clean bill: where something could not be said, no mark is missing without a word. */
static enum alloc_end proofreads(void *ctx)
{
	size_t cap = *(const size_t *)ctx;
	struct arena arena;
	struct proof_marks marks = { .count = 0 };
	struct template *template = NULL;
	arena_init(&arena, block, cap, PROOF_ARENA_OCTETS);
	bool is_good = proof_source(&variant, &rules, &arena, &marks, &template);
	enum alloc_end end = ALLOC_WELL;
	if (marks_there_are == 0)
		marks_there_are = marks.count;
	if (marks.more || marks.error_count > 1 || !is_good)
		end = ALLOC_TOLD;
	else if (marks.count != marks_there_are)
		end = alloc_wrong("%u marks of %u", marks.count, marks_there_are);
	if (template == NULL && is_good)
		end = alloc_wrong("good, but there is no template");
	template_release(template);
	arena_fini(&arena);
	return end;
}

static char whole_preview[PROOF_JSON_OCTETS]; /* as it is where there is memory */

/* What is not as it should be is no “ok” without a problem. */
static enum alloc_end writes_a_preview(void *ctx)
{
	size_t cap = *(const size_t *)ctx;
	static char json[PROOF_JSON_OCTETS];
	struct arena arena;
	struct buf out = buf_over(json, sizeof json - 1);
	arena_init(&arena, block, cap, PROOF_ARENA_OCTETS);
	proof_preview_write(&variant, NULL, 0, (struct slice){ NULL, 0 }, &rules, &arena, &out);
	arena_fini(&arena);
	json[out.len] = '\0';
	if (out.full || out.len < 2 || json[out.len - 1] != '}')
		return alloc_wrong("%zu octets of JSON", out.len);
	if (whole_preview[0] == '\0')
		memcpy(whole_preview, json, out.len);
	if (strcmp(json, whole_preview) == 0)
		return ALLOC_WELL;
	bool is_told = strstr(json, "\"ok\":false") != NULL || strstr(json, "\"problem\":{") != NULL;
	return is_told ? ALLOC_TOLD : alloc_wrong("%.200s", json);
}

static enum alloc_end judges(void *ctx)
{
	(void)ctx;
	struct arena arena;
	struct proof_marks marks = { .count = 0 };
	struct err_at at = { 0 };
	arena_init(&arena, block, sizeof block, PROOF_ARENA_OCTETS);
	bool may = proof_is_publishable(&variant, 1, NULL, 0, &rules, &arena, &marks, &at);
	arena_fini(&arena);
	if (!may && at.text[0] == '\0')
		return alloc_wrong("no sentence");
	return may ? ALLOC_WELL : ALLOC_TOLD;
}

Test(no_memory, proof)
{
	size_t whole = sizeof block;
	size_t little = 64;
	alloc_sweep("a source", proofreads, &whole);
	alloc_sweep("a source, with little room of its own", proofreads, &little);
	alloc_sweep("a preview", writes_a_preview, &whole);
	alloc_sweep("a preview, with little room of its own", writes_a_preview, &little);
	alloc_sweep("may it be published", judges, NULL);
}
