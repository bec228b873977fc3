/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "render/catalogue.h"
#include "render/render.h"
#include "render/template.h"
#include "render/template_sample.h"

#include <stdalign.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define BALANCE                                                                                          \
	"标题: 电费余额提醒\n类别: 通知\n时效: 12小时\n"                                 \
	"变量 date 日期 截至日期 示例=2026-02-13\n变量 balance 金额 余额 示例=19.53\n" \
	"变量 how 选项 方式 选项=wechat：微信、bank：银行代扣 可选\n---\n"            \
	"截至{{date}},您家电费余额为{{balance}}元。{{#how}}请用{{how}}缴费。{{/how}}"

static enum alloc_end compiles(void *ctx)
{
	struct slice source = *(const struct slice *)ctx;
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	struct template_warnings warnings = { .count = 0 };
	enum err err =
		template_compile_report(SLICE("balance"), SLICE("zh-CN"), source, &template, &problem, &warnings);
	enum alloc_end end = alloc_end_of(err);
	if (err != ERR_OK && template != NULL)
		end = alloc_wrong("a template and an error");
	else if (err == ERR_MEMORY && problem.kind != PROBLEM_MEMORY)
		end = alloc_wrong("the problem is %d", (int)problem.kind);
	else if (err == ERR_OK && !slice_is(template_header(template)->name, "balance"))
		end = alloc_wrong("another name");
	template_release(template);
	return end;
}

/* What is wrong with the text is told, or that there is no memory to look at it. */
static enum alloc_end does_not_compile(void *ctx)
{
	(void)ctx;
	struct template *template = NULL;
	struct err_at at = { 0 };
	enum err err = template_compile(SLICE("t"), SLICE("en"), SLICE("class: notice\n---\n{{what}}"), &template, &at);
	if (template != NULL || at.text[0] == '\0')
		return alloc_wrong("no error");
	return err == ERR_NOT_FOUND ? ALLOC_WELL : alloc_end_of(err);
}

Test(no_memory, compile)
{
	struct slice source = SLICE(BALANCE);
	alloc_sweep("a template", compiles, &source);
	alloc_sweep("one with an error", does_not_compile, NULL);
}

static const struct {
	struct slice name;
	struct slice locale;
	struct slice source;
} texts[] = {
	{ SLICE("balance"), SLICE("zh-CN"), SLICE(BALANCE) },
	{ SLICE("paid"), SLICE("zh-CN"), SLICE("类别: 通知\n---\n已缴费。") },
	{ SLICE("paid"), SLICE("en"), SLICE("class: notice\n---\nPaid.") },
};

/* More than the first rows of a catalogue, so that it grows. */
static enum alloc_end fills(struct catalogue *catalogue)
{
	for (size_t i = 0; i < 40 + COUNT(texts); i++) {
		char own[] = "t00";
		own[1] = (char)('0' + i / 10);
		own[2] = (char)('0' + i % 10);
		bool is_text = i < COUNT(texts);
		struct template *template = NULL;
		struct template_problem problem = { .kind = PROBLEM_NONE };
		enum err err = template_compile_report(
			is_text ? texts[i].name : slice_of(own), is_text ? texts[i].locale : SLICE("zh-CN"),
			is_text ? texts[i].source : texts[1].source, &template, &problem, NULL);
		unsigned before = catalogue_count(catalogue);
		if (err == ERR_OK)
			err = catalogue_add(catalogue, &template, &problem);
		template_release(template);
		if (err != ERR_OK && (problem.kind != PROBLEM_MEMORY || catalogue_count(catalogue) != before))
			return alloc_wrong("the problem is %d", (int)problem.kind);
		if (err != ERR_OK)
			return alloc_end_of(err);
	}
	return ALLOC_WELL;
}

static enum alloc_end makes_catalogues(void *ctx)
{
	(void)ctx;
	struct catalogue *first = catalogue_create(SLICE("zh-CN"));
	struct catalogue *second = first != NULL ? catalogue_create(SLICE("en")) : NULL;
	enum alloc_end end = second != NULL ? fills(first) : ALLOC_TOLD;
	if (end == ALLOC_WELL)
		end = alloc_end_of(catalogue_freeze(first));
	unsigned kept = 0;
	while (end == ALLOC_WELL && kept < catalogue_count(first)) {
		unsigned before = catalogue_count(second);
		struct slice name = template_header(catalogue_at(first, kept))->name;
		if (!catalogue_keep(second, first, name, 0))
			end = catalogue_count(second) == before ? ALLOC_TOLD : alloc_wrong("half a name was kept");
		kept += catalogue_count(second) - before;
	}
	catalogue_release(first);
	if (end == ALLOC_WELL)
		end = alloc_end_of(catalogue_freeze(second));
	if (end == ALLOC_WELL && catalogue_find(second, SLICE("paid"), SLICE("en-GB")) == NULL)
		end = alloc_wrong("what was kept is not there");
	catalogue_release(second);
	return end;
}

Test(no_memory, catalogue)
{
	alloc_sweep("two catalogues", makes_catalogues, NULL);
}

/* A text that is longer than the arena's first block. Without memory for it the alert is tried again (ERR_FULL), and the arena
 * serves the next one. */
static enum alloc_end renders(void *ctx)
{
	const struct template *template = ctx;
	static alignas(max_align_t) char block[16];
	static struct alert_param params[] = { { .name = SLICE("date"), .value = SLICE("2026-02-13") },
					       { .name = SLICE("balance"), .value = SLICE("19.53") } };
	const struct alert alert = { .kind = ALERT_SEND, .params = params, .param_count = COUNT(params) };
	const struct render_options options = { .signature = SLICE("国网吉林电力") };
	struct arena arena;
	struct sms sms = { .template_version = 0 };
	arena_init(&arena, block, sizeof block, 100000);
	enum err err = render_alert(template, &alert, &options, &arena, &sms, NULL);
	enum alloc_end end = err == ERR_FULL ? ALLOC_TOLD : alloc_end_of(err);
	if (err == ERR_OK && !slice_is(sms.text, "【国网吉林电力】截至2月13日,您家电费余额为19.53元。"))
		end = alloc_wrong("%.*s", SLICE_ARG(sms.text));
	arena_fini(&arena);
	return end;
}

Test(no_memory, render)
{
	struct template *template = NULL;
	cr_assert_eq(template_compile(SLICE("balance"), SLICE("zh-CN"), SLICE(BALANCE), &template, NULL), ERR_OK);
	alloc_sweep("a text", renders, template);
	template_release(template);
}
