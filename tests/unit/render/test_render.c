/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/render/render_fixture.h"

#include "base/utf8.h"

#define BALANCE      "title: 电费余额提醒\nclass: notice\nmax_age: 12h\nparam date date 截至日期\nparam balance money 余额"
#define BALANCE_TEXT "截至{{date}},您家电费余额为{{balance}}元。为避免欠费停电,请您及时补充余额。"

Test(render, model_text)
{
	struct fixture fixture;
	cr_assert_eq(fixture_compile(&fixture, NULL, BALANCE, BALANCE_TEXT), ERR_OK);
	const struct pair pairs[PAIRS_MAX] = { { "balance", "19.53" }, { "date", "2026-02-13" } };
	cr_expect_eq(fixture_render(&fixture, pairs, NULL), ERR_OK);
	cr_expect_str_eq(fixture.rendered, "截至2月13日,您家电费余额为19.53元。为避免欠费停电,请您及时补充余额。");
	cr_expect_eq(fixture_render(&fixture, pairs, "国网吉林电力"), ERR_OK);
	cr_expect_str_eq(fixture.rendered,
			 "【国网吉林电力】截至2月13日,您家电费余额为19.53元。为避免欠费停电,请您及时补充余额。");
	fixture_fini(&fixture);
}

Test(render, sms_carries_the_header)
{
	static alignas(max_align_t) char block[4096];
	struct arena arena;
	struct fixture fixture;
	arena_init(&arena, block, sizeof block, 0);
	cr_assert_eq(fixture_compile(&fixture, NULL, BALANCE, BALANCE_TEXT), ERR_OK);
	struct alert_param params[] = { { SLICE("date"), SLICE("2026-02-13"), false },
					{ SLICE("balance"), SLICE("19.53"), true } };
	struct alert alert = { .kind = ALERT_SEND, .params = params, .param_count = 2 };
	struct render_options options = { .signature = SLICE("国网吉林电力") };
	struct sms sms;
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(render_alert(fixture.template, &alert, &options, &arena, &sms, &at), ERR_OK);
	cr_expect_eq(sms.sms_class, SMS_CLASS_NOTICE);
	cr_expect_eq(sms.max_age_ms, 12 * 3600 * 1000);
	cr_expect_eq(sms.template_version, template_header(fixture.template)->version);
	cr_expect(slice_is(sms.template_name, "test"));
	cr_expect_eq(utf8_count(sms.text.at, sms.text.len), 47);
	cr_expect_eq(at.err, ERR_OK);
	cr_expect_lt(arena.first_used, 512, "%zu octets of the parcel's arena", arena.first_used);
	cr_expect_eq(arena.overflow_octets, 0);
	fixture_fini(&fixture);
}

Test(render, signatures)
{
	static const struct {
		const char *name;
		const char *header;
		const char *text;
		const char *configured;
		bool carrier_adds;
		const char *want;
	} rows[] = {
		{ "configured", "class: notice", "您好", "甲", false, "【甲】您好" },
		{ "configured with brackets", "class: notice", "您好", "【甲】", false, "【甲】您好" },
		{ "none configured", "class: notice", "您好", NULL, false, "您好" },
		{ "the carrier adds it", "class: notice", "您好", "甲", true, "您好" },
		{ "of the template", "class: notice\nsignature: 乙", "您好", "甲", false, "【乙】您好" },
		{ "of the template, carrier adds", "class: notice\nsignature: 乙", "您好", "甲", true, "您好" },
		{ "none", "class: notice\nsignature: none", "您好", "甲", false, "您好" },
		{ "none, Chinese", "类别: 通知\n签名: 无", "您好", "甲", false, "您好" },
		{ "in the text", "class: notice", "【丙】您好", "甲", false, "【丙】您好" },
		{ "a value cannot be one", "class: notice\nparam v text", "{{v}}您好", "甲", false,
		  "【甲】〔丁〕您好" },
		{ "leading newline is no text", "class: notice", "\n\n您好\n\n", "甲", false, "【甲】您好" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static alignas(max_align_t) char block[4096];
		struct arena arena;
		struct fixture fixture;
		arena_init(&arena, block, sizeof block, 0);
		cr_assert_eq(fixture_compile(&fixture, NULL, rows[i].header, rows[i].text), ERR_OK, "%s", rows[i].name);
		struct alert_param param = { SLICE("v"), SLICE("【丁】"), false };
		struct alert alert = { .kind = ALERT_SEND, .params = &param };
		alert.param_count = template_header(fixture.template)->param_count;
		struct render_options options = {
			.signature = slice_of(rows[i].configured),
			.signature_mode = rows[i].carrier_adds ? RENDER_SIGNATURE_NONE : RENDER_SIGNATURE_FIRST,
		};
		struct sms sms = { .template_version = 0 };
		cr_expect_eq(render_alert(fixture.template, &alert, &options, &arena, &sms, NULL), ERR_OK, "%s",
			     rows[i].name);
		cr_expect(slice_is(sms.text, rows[i].want), "%s: %.*s", rows[i].name, SLICE_ARG(sms.text));
		fixture_fini(&fixture);
	}
}

Test(render, parameters)
{
	static const struct {
		const char *name;
		struct pair pairs[PAIRS_MAX];
		enum err want;
		const char *field;
		const char *sentence;
	} rows[] = {
		{ "misspelt",
		  { { "date", "2026-02-13" }, { "balnace", "1" } },
		  ERR_NOT_FOUND,
		  "balnace",
		  "unknown parameter “balnace” (did you mean “balance”?)" },
		{ "foreign",
		  { { "phone", "1" } },
		  ERR_NOT_FOUND,
		  "phone",
		  "unknown parameter “phone”; the template does not declare it" },
		{ "hostile name",
		  { { "a\x1B[2Jb\xFF", "1" } },
		  ERR_NOT_FOUND,
		  "a?[2Jb?",
		  "unknown parameter “a?[2Jb?”; the template does not declare it" },
		{ "a label is no parameter of an alert",
		  { { "余额", "1" } },
		  ERR_NOT_FOUND,
		  "余额",
		  "unknown parameter “余额”; the template does not declare it" },
		{ "missing",
		  { { "date", "2026-02-13" } },
		  ERR_NOT_FOUND,
		  "balance",
		  "parameter “balance” (余额) is missing or empty" },
		{ "all missing",
		  { { NULL, NULL } },
		  ERR_NOT_FOUND,
		  "date",
		  "parameter “date” (截至日期) is missing or empty" },
		{ "empty",
		  { { "date", "2026-02-13" }, { "balance", "" } },
		  ERR_NOT_FOUND,
		  "balance",
		  "parameter “balance” (余额) is missing or empty" },
		{ "twice",
		  { { "date", "2026-02-13" }, { "date", "2026-02-14" }, { "balance", "1" } },
		  ERR_DUPLICATE,
		  "date",
		  "parameter “date” is given twice" },
		{ "twice, first empty",
		  { { "date", "" }, { "date", "2026-02-14" }, { "balance", "1" } },
		  ERR_DUPLICATE,
		  "date",
		  "parameter “date” is given twice" },
		{ "wrong form",
		  { { "date", "13.02.2026" }, { "balance", "1" } },
		  ERR_FORMAT,
		  "date",
		  "parameter “date” (截至日期) must be of type date, like 2026-02-13; it looks like “99.99.9999”" },
	};
	struct fixture fixture;
	cr_assert_eq(fixture_compile(&fixture, NULL, BALANCE, BALANCE_TEXT), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum err err = fixture_render(&fixture, rows[i].pairs, NULL);
		cr_expect_eq(err, rows[i].want, "%s: %s", rows[i].name, err_name(err));
		cr_expect_str_eq(fixture.problem.field, rows[i].field, "%s: %s", rows[i].name, fixture.problem.field);
		cr_expect_str_eq(fixture.rendered, rows[i].sentence, "%s: %s", rows[i].name, fixture.rendered);
	}
	fixture_fini(&fixture);
}

Test(render, error_for_the_dead_letter)
{
	static alignas(max_align_t) char block[4096];
	struct arena arena;
	struct fixture fixture;
	arena_init(&arena, block, sizeof block, 0);
	cr_assert_eq(fixture_compile(&fixture, NULL, BALANCE, BALANCE_TEXT), ERR_OK);
	struct alert_param param = { SLICE("balnace"), SLICE("1"), false };
	struct alert alert = { .kind = ALERT_SEND, .params = &param, .param_count = 1 };
	struct render_options options = { .signature = SLICE("甲") };
	struct sms sms = { .template_version = 77 };
	struct err_at at = { .err = ERR_OK };
	cr_expect_eq(render_alert(fixture.template, &alert, &options, &arena, &sms, &at), ERR_NOT_FOUND);
	cr_expect_eq(at.err, ERR_NOT_FOUND);
	cr_expect_str_eq(at.field, "balnace");
	cr_expect_str_eq(at.text, "unknown parameter “balnace” (did you mean “balance”?)");
	cr_expect_eq(at.line, 0);
	cr_expect_eq(sms.template_version, 77, "out is untouched");
	cr_expect_eq(render_alert(fixture.template, &alert, &options, &arena, &sms, NULL), ERR_NOT_FOUND);
	fixture_fini(&fixture);
}

/* Texts at and over the limit, with characters of one and of three octets. */
Test(render, length_limit)
{
	static const struct {
		const char *character;
		unsigned times; /* of a value of 100 characters */
		unsigned more;  /* single characters behind them */
		enum template_problem_kind want;
	} rows[] = {
		{ "a", 20, 0, PROBLEM_NONE },           { "a", 20, 1, PROBLEM_RESULT_LONG },
		{ "电", 20, 0, PROBLEM_NONE },          { "电", 20, 1, PROBLEM_RESULT_LONG },
		{ "😀", 20, 0, PROBLEM_NONE },           { "😀", 20, 1, PROBLEM_RESULT_LONG },
		{ "电", 1000, 0, PROBLEM_RESULT_LONG },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fixture fixture;
		char text[8192] = "";
		char value[512] = "";
		size_t len = strlen(rows[i].character);
		for (unsigned k = 0; k < 100; k++)
			memcpy(value + k * len, rows[i].character, len + 1);
		for (unsigned k = 0; k < rows[i].times; k++)
			memcpy(text + k * 5, "{{v}}", 6);
		for (unsigned k = 0; k < rows[i].more; k++)
			text[strlen(text)] = 'x';
		cr_assert_eq(fixture_compile(&fixture, NULL, "class: notice\nparam v text max=100", text), ERR_OK);
		fixture_render(&fixture, (const struct pair[PAIRS_MAX]){ { "v", value } }, NULL);
		cr_expect_eq(fixture.problem.kind, rows[i].want, "%s × %u00 + %u: kind %d", rows[i].character,
			     rows[i].times, rows[i].more, fixture.problem.kind);
		if (rows[i].want == PROBLEM_NONE)
			cr_expect_eq(utf8_count(fixture.rendered, strlen(fixture.rendered)), 2000);
		fixture_fini(&fixture);
	}
}

Test(render, nothing_left_to_send)
{
	struct fixture fixture;
	cr_assert_eq(
		fixture_compile(&fixture, NULL, "class: notice\nparam v text optional", "{{#v}}{{v}}{{/v}}\n{{v}}"),
		ERR_OK);
	const struct pair pairs[PAIRS_MAX] = { { NULL, NULL } };
	cr_expect_eq(fixture_render(&fixture, pairs, "甲"), ERR_FORMAT);
	cr_expect_eq(fixture.problem.kind, PROBLEM_RESULT_EMPTY);
	fixture_fini(&fixture);
}

/* Every size of arena gives the text or a clean “no room”, and needs no heap. */
Test(render, small_arenas)
{
	static alignas(max_align_t) char block[4096];
	struct fixture fixture;
	cr_assert_eq(fixture_compile(&fixture, NULL, "class: notice\nparam v text", "您好{{v}}"), ERR_OK);
	struct alert_param param = { SLICE("v"), SLICE("a\x01z"), false };
	struct alert alert = { .kind = ALERT_SEND, .params = &param, .param_count = 1 };
	struct render_options options = { .signature = SLICE("甲") };
	unsigned failed = 0;
	for (size_t cap = 0; cap <= 512; cap += 16) {
		struct arena arena;
		struct sms sms;
		struct err_at at = { .err = ERR_OK };
		arena_init(&arena, block, cap, 0);
		enum err err = render_alert(fixture.template, &alert, &options, &arena, &sms, &at);
		cr_expect(err == ERR_OK || err == ERR_FULL, "%zu: %s", cap, err_name(err));
		cr_expect(err == ERR_FULL || slice_is(sms.text, "【甲】您好az"), "%zu", cap);
		failed += err == ERR_FULL;
	}
	cr_expect(failed > 3 && failed < 30, "%u", failed);
	fixture_fini(&fixture);
}
