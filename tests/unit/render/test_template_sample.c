/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

#include "base/utf8.h"
#include "render/template_sample.h"

static enum err render_sample(const struct template *template, enum template_sample which, char *out)
{
	static alignas(max_align_t) char block[1 << 20];
	struct arena arena;
	struct alert alert;
	struct sms sms;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	struct render_options options = { .signature = SLICE("国网吉林电力"), .zone = &fixture_zone };
	arena_init(&arena, block, sizeof block, 0);
	enum err err = template_sample_alert(template, which, &arena, &alert);
	cr_assert_eq(err, ERR_OK, "%s", template_sample_name(which));
	err = render_alert_report(template, &alert, &options, &arena, &sms, &problem);
	if (err != ERR_OK)
		template_problem_sentence(&problem, TEMPLATE_TONGUE_EN, out, RENDERED_MAX);
	else
		snprintf(out, RENDERED_MAX, "%.*s", SLICE_ARG(sms.text));
	return err;
}

Test(template_sample, shortest_typical_longest)
{
	static const struct {
		const char *header;
		const char *text;
		const char *want[TEMPLATE_SAMPLE_COUNT];
	} rows[] = {
		{ "class: notice\nparam v text 姓名 max=5", "{{v}}", { "姓", "姓名", "姓名姓名姓" } },
		{ "class: notice\nparam v text sample=\" 张三 \" max=3", "{{v}}", { "张", "张三", "张三张" } },
		{ "class: notice\nparam v text sample=\"\xE2\x80\x8B a\" max=1", "{{v}}", { "a", "a", "a" } },
		{ "class: notice\nparam v text optional sample=张三 max=3",
		  "好{{#v}}{{v}}{{/v}}",
		  { "好", "好张三", "好张三张" } },
		{ "class: notice\nparam v money sample=19.5", "{{v}}", { "0.00", "19.50", "999999999999.99" } },
		{ "class: notice\nparam v money sample=1 max=3", "{{v}}", { "0.00", "1.00", "999.00" } },
		{ "class: notice\nparam v integer max=4 sample=12", "{{v}}", { "0", "12", "9999" } },
		{ "class: notice\nparam v number max=4 sample=1.5", "{{v}}", { "0", "1.5", "9999" } },
		{ "class: notice\nparam v date", "{{v}}", { "1月1日", "2月13日", "12月31日" } },
		{ "class: notice\nparam v time", "{{v}}", { "00:00", "14:30", "23:59" } },
		{ "class: notice\nparam v datetime", "{{v}}", { "1月1日00:00", "2月13日14:30", "12月31日23:59" } },
		{ "class: notice\nparam v enum values=a:微信,b:支付宝支付,c:卡",
		  "{{v}}",
		  { "卡", "微信", "支付宝支付" } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		cr_assert_eq(fixture_compile(&fixture, NULL, rows[i].header, rows[i].text), ERR_OK, "%s: kind %d",
			     rows[i].header, fixture.problem.kind);
		for (int which = 0; which < TEMPLATE_SAMPLE_COUNT; which++) {
			char want[128];
			snprintf(want, sizeof want, "【国网吉林电力】%s", rows[i].want[which]);
			render_sample(fixture.template, (enum template_sample)which, fixture.rendered);
			cr_expect_str_eq(fixture.rendered, want, "%s, %s: %s", rows[i].header,
					 template_sample_name((enum template_sample)which), fixture.rendered);
		}
		fixture_fini(&fixture);
	}
}

Test(template_sample, no_room)
{
	static alignas(max_align_t) char block[256];
	struct fixture fixture;
	cr_assert_eq(fixture_compile(&fixture, NULL, "class: notice\nparam v text\nparam w money", "{{v}}{{w}}"),
		     ERR_OK);
	unsigned failed = 0;
	for (size_t cap = 0; cap <= sizeof block; cap += 16) {
		struct arena arena;
		struct alert alert = { .param_count = 99 };
		arena_init(&arena, block, cap, 0);
		enum err err = template_sample_alert(fixture.template, TEMPLATE_SAMPLE_LONGEST, &arena, &alert);
		cr_expect(err == ERR_OK || (err == ERR_FULL && alert.param_count == 99), "%zu: %s", cap, err_name(err));
		failed += err == ERR_FULL;
	}
	cr_expect_gt(failed, 3);
	fixture_fini(&fixture);
}
