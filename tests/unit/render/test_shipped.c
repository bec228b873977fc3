/* SPDX-License-Identifier: Apache-2.0 */
/* The templates that ship, each with the alert of its header's samples against the text that a customer gets. */
#include "unit/render/render_fixture.h"

#include "base/utf8.h"
#include "render/catalogue.h"
#include "render/template_sample.h"

#include <dirent.h>

#define S             "【国网吉林电力】"
#define ONE_SMS       70 /* characters of one UCS-2 segment */
#define ENGLISH_LIMIT 160

static const struct {
	const char *file;
	const char *want;
} shipped[] = {
	{ "balance", S "截至2月13日,您家电费余额为19.53元。为避免欠费停电,请您及时补充余额。" },
	{ "balance.en", S "As of 13 Feb, your electricity balance is CNY 19.53. Please top up in time to avoid a power "
			  "cut." },
	{ "low_balance",
	  S "截至2月13日，您家（户号2200012345）电费余额为9.80元，已低于20.00元，请及时充值以免影响用电。" },
	{ "low_balance.en",
	  S "As of 13 Feb, the balance of account 2200012345 is CNY 9.80, below CNY 20.00. Please top "
	    "up soon." },
	{ "overdue",
	  S "您家2026年1月电费126.40元已逾期5天，请于2月20日前缴清，以免产生违约金或影响用电。如已缴费请忽略。" },
	{ "overdue.en", S "Your Jan 2026 bill of CNY 126.40 is overdue (days: 5). Please pay by 20 Feb to avoid late "
			  "fees. Ignore this if you have paid." },
	{ "cutoff_warning",
	  S "您家已欠费126.40元，将于14:30（约30分钟后）停电，请立即缴费。缴清后自动恢复供电，如已缴费请"
	    "忽略。" },
	{ "cutoff_warning.en",
	  S "CNY 126.40 is overdue. Power will be cut at 14:30, in about 30 minutes. Please pay now. "
	    "Ignore this if you have paid." },
	{ "cutoff_done",
	  S "因欠费126.40元，您家已于2月13日15:00停电。缴清电费后将自动恢复供电，如有疑问请拨打95598。" },
	{ "cutoff_done.en",
	  S "Your power was cut at 15:00 on 13 Feb as CNY 126.40 is unpaid. It comes back by itself once "
	    "you have paid. Questions: 95598." },
	{ "power_restored", S "您家已于2月13日16:05恢复供电，感谢您及时缴费。如仍未来电，请检查电表开关或拨打95598。" },
	{ "power_restored.en",
	  S "Your power was restored at 16:05 on 13 Feb. Thank you for paying. If it is still off, "
	    "check the meter's switch or call 95598." },
	{ "monthly_bill", S "您家2026年1月用电256千瓦时，电费134.66元，请于2月20日前缴纳。感谢您的支持！" },
	{ "monthly_bill.en", S "Your Jan 2026 bill: 256 kWh, CNY 134.66, due by 20 Feb. Thank you." },
	{ "payment_received",
	  S "您通过网上国网缴纳的电费200.00元已于2月13日09:12到账，当前余额219.53元。感谢您的支持！" },
	{ "payment_received.en",
	  S "We received your payment of CNY 200.00 via the app at 09:12 on 13 Feb. Your balance is "
	    "CNY 219.53. Thank you." },
	{ "phone_binding",
	  S "您正在将本手机号与户号2200012345绑定，验证码048213，10分钟内有效。请勿告知他人，如非本人操作请"
	    "忽略。" },
	{ "phone_binding.en",
	  S "048213 is your code to bind this phone to account 2200012345, valid for 10 minutes. Do not "
	    "share it. Ignore this if it was not you." },
	{ "work_order_expiring",
	  S "故障报修工单GD20260213007将于2月13日17:30到期（朝阳区人民大街），请尽快处理并反馈结果。" },
	{ "work_order_expiring.en",
	  S "Repair order GD20260213007 (Renmin Street) is due at 17:30 on 13 Feb. Please handle "
	    "it and report back." },
};

#define SHIPPED_COUNT (sizeof shipped / sizeof shipped[0])

static struct template *load(const char *file)
{
	static char source[TEMPLATE_OCTETS_MAX];
	char path[512];
	char line[1024];
	struct slice name;
	struct slice locale;
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	static struct template_warnings warnings;
	snprintf(path, sizeof path, SOURCE_DIR "/templates/%s.tmpl", file);
	FILE *stream = fopen(path, "rb");
	cr_assert_not_null(stream, "%s", path);
	size_t len = fread(source, 1, sizeof source, stream);
	fclose(stream);
	cr_assert(template_file_name_parse(slice_of(path), &name, &locale), "%s", path);
	warnings.count = 0;
	enum err err =
		template_compile_report(name, locale, (struct slice){ source, len }, &template, &problem, &warnings);
	template_problem_format(slice_of(path), &problem, TEMPLATE_TONGUE_EN, line, sizeof line);
	cr_assert_eq(err, ERR_OK, "%s", line);
	template_problem_format(slice_of(path), &warnings.items[0], TEMPLATE_TONGUE_EN, line, sizeof line);
	cr_expect_eq(warnings.count, 0, "%s", line);
	return template;
}

static void render(const struct template *template, enum template_sample which, char *out)
{
	static alignas(max_align_t) char block[65536];
	struct arena arena;
	struct alert alert;
	struct sms sms;
	struct err_at at = { .err = ERR_OK };
	struct render_options options = { .signature = SLICE("国网吉林电力"), .zone = &fixture_zone };
	arena_init(&arena, block, sizeof block, 0);
	cr_assert_eq(template_sample_alert(template, which, &arena, &alert), ERR_OK);
	cr_assert_eq(render_alert(template, &alert, &options, &arena, &sms, &at), ERR_OK, "%s", at.text);
	snprintf(out, RENDERED_MAX, "%.*s", SLICE_ARG(sms.text));
}

Test(shipped, texts)
{
	for (size_t i = 0; i < SHIPPED_COUNT; i++) {
		char text[RENDERED_MAX];
		struct template *template = load(shipped[i].file);
		render(template, TEMPLATE_SAMPLE_TYPICAL, text);
		cr_expect_str_eq(text, shipped[i].want, "%s:\n  got  %s\n  want %s", shipped[i].file, text,
				 shipped[i].want);
		bool is_english = strstr(shipped[i].file, ".en") != NULL;
		size_t length = utf8_count(text, strlen(text));
		cr_expect_leq(length, is_english ? ENGLISH_LIMIT : ONE_SMS, "%s: %zu characters", shipped[i].file,
			      length);
		render(template, TEMPLATE_SAMPLE_SHORTEST, text);
		render(template, TEMPLATE_SAMPLE_LONGEST, text);
		template_release(template);
	}
}

Test(shipped, one_catalogue)
{
	struct catalogue *catalogue = catalogue_create(SLICE("zh-CN"));
	for (size_t i = 0; i < SHIPPED_COUNT; i++) {
		char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
		struct template_problem problem = { .kind = PROBLEM_NONE };
		struct template *template = load(shipped[i].file);
		enum err err = catalogue_add(catalogue, &template, &problem);
		template_problem_sentence(&problem, TEMPLATE_TONGUE_EN, sentence, sizeof sentence);
		cr_expect_eq(err, ERR_OK, "%s: %s", shipped[i].file, sentence);
	}
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	for (unsigned i = 0; i < catalogue_count(catalogue); i++) {
		const struct template_header *header = template_header(catalogue_at(catalogue, i));
		cr_expect_not_null(catalogue_find(catalogue, header->name, SLICE("en")), "%.*s",
				   SLICE_ARG(header->name));
		cr_expect_not_null(catalogue_find(catalogue, header->name, SLICE("")), "%.*s", SLICE_ARG(header->name));
		cr_expect(slice_is(template_header(catalogue_find(catalogue, header->name, SLICE("en-US")))->locale,
				   "en"),
			  "%.*s has an English variant", SLICE_ARG(header->name));
		cr_expect_gt(header->max_age_ms, 0, "%.*s", SLICE_ARG(header->name));
	}
	catalogue_release(catalogue);
}

/* A template without a row above is one whose text nobody has looked at. */
Test(shipped, all_are_listed)
{
	DIR *dir = opendir(SOURCE_DIR "/templates");
	cr_assert_not_null(dir);
	unsigned found = 0;
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		size_t len = strlen(entry->d_name);
		if (len < 5 || strcmp(entry->d_name + len - 5, ".tmpl") != 0)
			continue;
		bool is_listed = false;
		for (size_t i = 0; i < SHIPPED_COUNT && !is_listed; i++)
			is_listed = strlen(shipped[i].file) == len - 5 &&
				    memcmp(shipped[i].file, entry->d_name, len - 5) == 0;
		cr_expect(is_listed, "%s", entry->d_name);
		found++;
	}
	closedir(dir);
	cr_expect_eq(found, SHIPPED_COUNT);
}
