/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof.h"

#include <criterion/criterion.h>
#include <stdalign.h>

#define SOURCE                                                                                                            \
	"类别: 通知\n标题: 余额\n参数 balance 金额 余额 示例=19.53\n参数 note 文字 备注 最长=60 " \
	"可选\n---\n余额{{balance}}元{{#note}}，{{note}}{{/note}}。"

static alignas(max_align_t) char block[PROOF_ARENA_OCTETS];
static struct arena arena;

static void set_up(void)
{
	arena_init(&arena, block, sizeof block, PROOF_ARENA_OCTETS);
}

static void tear_down(void)
{
	arena_fini(&arena);
}

static char shop[] = "shop";
static char shop_signature[] = "电力商城";
static const struct tenant_signature tenants[] = { { shop, shop_signature } };
static const struct proof_rules rules = {
	.signature = { "国家电网", 12 },
	.tenants = tenants,
	.tenant_count = 1,
	.cost = { "0.035", 5 },
};
static const struct alert_param good[] = { { .name = { "balance", 7 }, .value = { "8.00", 4 } } };
static const struct alert_param bad[] = { { .name = { "balance", 7 }, .value = { "acht", 4 } } };

static const char *preview(const char *source, const struct proof_sample *samples, unsigned count, struct slice tenant)
{
	static char json[PROOF_JSON_OCTETS];
	struct buf out = buf_over(json, sizeof json - 1);
	const struct proof_variant variant = { .name = SLICE("balance"),
					       .locale = SLICE("zh-CN"),
					       .source = slice_of(source) };
	proof_preview_write(&variant, samples, count, tenant, &rules, &arena, &out);
	cr_assert(!out.full);
	json[out.len] = '\0';
	return json;
}

static void expect_part(const char *json, const char *want)
{
	cr_expect_not_null(strstr(json, want), "“%s” in %s", want, json);
}

Test(proof_preview, tells_header_texts_counts_and_costs, .init = set_up, .fini = tear_down)
{
	const struct proof_sample samples[] = {
		{ .name = SLICE("好"), .params = good, .param_count = 1, .expect = SLICE("【国家电网】余额8.00元。") },
		{ .name = SLICE("不同"),
		  .locale = SLICE("zh-cn"),
		  .params = good,
		  .param_count = 1,
		  .expect = SLICE("") },
		{ .name = SLICE("坏"), .params = bad, .param_count = 1 },
		{ .name = SLICE("other"), .locale = SLICE("en"), .params = good, .param_count = 1 },
	};
	const char *json = preview(SOURCE, samples, 4, (struct slice){ NULL, 0 });
	expect_part(json, "{\"ok\":true,\"header\":{\"title\":\"余额\",\"class\":\"notice\",\"max_age_s\":0,"
			  "\"signature\":\"\",\"params\":[{\"name\":"
			  "\"balance\",\"label\":\"余额\",\"type\":\"money\",\"sample\":\"19.53\",\"optional\":false,");
	expect_part(json, "\"kind\":\"optional_segment\"");
	expect_part(json, "{\"name\":\"shortest\",\"text\":\"【国家电网】余额0.00元。\",\"encoding\":\"UCS2\","
			  "\"units\":14,\"units_left\":56,"
			  "\"segments\":1,\"cost\":\"0.035\",\"problem\":null}");
	expect_part(json, "\"name\":\"longest\"");
	expect_part(json, "\"segments\":2,\"cost\":\"0.070\"");
	expect_part(json, "\"expected\":\"【国家电网】余额8.00元。\",\"as_expected\":true}");
	expect_part(json, "\"expected\":\"\",\"as_expected\":false}");
	expect_part(json, "{\"name\":\"坏\",\"text\":\"\",");
	expect_part(json, "\"cost\":null,\"problem\":{\"zh\":\"");
	cr_expect_null(strstr(json, "\"name\":\"other\""));
}

Test(proof_preview, a_tenant_has_its_signature, .init = set_up, .fini = tear_down)
{
	expect_part(preview(SOURCE, NULL, 0, SLICE("shop")), "\"text\":\"【电力商城】余额0.00元。\"");
}

Test(proof_preview, a_broken_text_has_marks_only, .init = set_up, .fini = tear_down)
{
	const char *json = preview("类别: 通知\n---\n{{x}}", NULL, 0, (struct slice){ NULL, 0 });
	expect_part(json, "{\"ok\":false,\"header\":null,\"marks\":[{\"from\":11,\"to\":16,\"severity\":\"error\","
			  "\"kind\":\"unknown_parameter\","
			  "\"message\":{\"zh\":\"没有变量“x”，请先添加这个变量\",\"en\":");
	expect_part(json, "\"title\":{\"zh\":\"添加为变量\",\"en\":\"Declare it as a "
			  "parameter\"},\"from\":7,\"to\":7,\"insert\":\"变量 x 文字\\n\"}]}");
	expect_part(json, "\"previews\":[]}");
}

static bool judge(const struct proof_variant *variants, unsigned count, const struct proof_sample *samples,
		  unsigned sample_count, struct proof_marks *marks, struct err_at *at)
{
	*marks = (struct proof_marks){ .count = 0 };
	*at = (struct err_at){ .err = ERR_OK };
	return proof_is_publishable(variants, count, samples, sample_count, &rules, &arena, marks, at);
}

Test(proof_preview, only_what_has_no_error_may_be_published, .init = set_up, .fini = tear_down)
{
	struct proof_variant variants[] = {
		{ SLICE("balance"), SLICE("zh-CN"), SLICE(SOURCE) },
		{ SLICE("balance"), SLICE("en"),
		  SLICE("class: notice\nparam balance money\nparam note text max=9 "
			"optional\n---\n{{balance}}{{#note}}{{note}}{{/note}}") },
	};
	struct proof_sample samples[] = {
		{ .name = SLICE("s"),
		  .locale = SLICE("zh-CN"),
		  .params = good,
		  .param_count = 1,
		  .expect = SLICE("【国家电网】余额8.00元。") },
	};
	struct proof_marks marks;
	struct err_at at;
	cr_assert(judge(variants, 2, samples, 1, &marks, &at), "%s", at.text);

	samples[0].expect = SLICE("余额");
	cr_assert(!judge(variants, 2, samples, 1, &marks, &at));
	cr_expect_str_eq(at.text,
			 "zh-CN: sample “s” does not give the text that it expects, but: 【国家电网】余额8.00元。");
	samples[0] = (struct proof_sample){ .name = SLICE("s"), .params = bad, .param_count = 1 };
	cr_assert(!judge(variants, 2, samples, 1, &marks, &at));
	cr_expect_str_eq(marks.items[marks.count - 1].kind, "sample");

	variants[1].source = SLICE("class: critical\nparam balance money\nparam note text "
				   "optional\n---\n{{balance}}{{#note}}{{note}}{{/note}}");
	cr_assert(!judge(variants, 2, samples, 0, &marks, &at));
	cr_expect_str_eq(at.text,
			 "en: the class is critical here, but notice in the zh-CN variant; both must be the same");
	variants[1].source = SLICE("class: notice\n---\n{{x}}");
	cr_assert(!judge(variants, 2, samples, 0, &marks, &at));
	cr_expect_str_eq(at.text, "en: unknown parameter “x”; declare it above the line “---”");
}
