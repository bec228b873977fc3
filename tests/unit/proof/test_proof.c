/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof.h"

#include "base/utf8.h"

#include <criterion/criterion.h>
#include <stdalign.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define ZH  "类别: 通知\n参数 a 文字 甲\n参数 b 金额 乙 可选\n---\n"
#define ZH0 "类别: 通知\n---\n"
#define EN  "class: notice\nparam a text alpha\n---\n"
#define USE "{{a}}{{#b}}{{b}}{{/b}}"

static alignas(max_align_t) char block[PROOF_ARENA_OCTETS];
static struct arena arena;
static struct proof_words *words;
static const struct slice domains[] = { { "95598.cn", 8 } };

static void set_up(void)
{
	arena_init(&arena, block, sizeof block, PROOF_ARENA_OCTETS);
	cr_assert_eq(proof_words_parse(SLICE("贷款: 贷款 网贷\n"), &words, NULL), ERR_OK);
}

static void tear_down(void)
{
	arena_fini(&arena);
	proof_words_destroy(words);
}

static struct proof_rules the_rules(void)
{
	return (struct proof_rules){
		.cost = SLICE("0.035"), .words = words, .link_domains = domains, .link_domain_count = 1
	};
}

static bool proofread(struct slice source, struct slice locale, struct proof_marks *marks)
{
	const struct proof_rules rules = the_rules();
	const struct proof_variant variant = { .name = SLICE("t"), .locale = locale, .source = source };
	*marks = (struct proof_marks){ .count = 0 };
	return proof_source(&variant, &rules, &arena, marks, NULL);
}

static const struct proof_mark *find(const struct proof_marks *marks, const char *kind)
{
	for (unsigned i = 0; i < marks->count; i++)
		if (strcmp(marks->items[i].kind, kind) == 0)
			return &marks->items[i];
	return NULL;
}

/* Octets of the source before a place in UTF-16 units. */
static size_t octets_before(struct slice source, uint32_t units)
{
	size_t at = 0;
	for (uint32_t i = 0; i < units && at < source.len; i++) {
		uint32_t code;
		size_t used = utf8_decode(source.at + at, source.len - at, &code);
		i += used == 4;
		at += used > 0 ? used : 1;
	}
	return at;
}

static struct slice part(struct slice source, uint32_t from, uint32_t to)
{
	size_t start = octets_before(source, from);
	return (struct slice){ source.at + start, octets_before(source, to) - start };
}

static struct slice apply(struct slice source, const struct proof_fix *fix)
{
	struct slice gone = part(source, fix->from, fix->to);
	size_t before = (size_t)(gone.at - source.at);
	char *text = arena_alloc(&arena, source.len + fix->insert.len + 1);
	struct buf buf = buf_over(text, source.len + fix->insert.len);
	buf_put(&buf, source.at, before);
	buf_put_slice(&buf, fix->insert);
	buf_put(&buf, gone.at + gone.len, source.len - before - gone.len);
	return buf_slice(&buf);
}

static const struct row {
	const char *name;
	const char *locale;
	const char *source;
	const char *kind;
	enum proof_severity severity;
	const char *want; /* what is marked */
	unsigned fix_count;
	const char *want_fixed; /* by the first fix; NULL = not looked at */
} rows[] = {
	{ "unknown, near", "zh-CN", ZH "{{aa}}" USE, "unknown_parameter", PROOF_ERROR, "{{aa}}", 2, ZH "{{a}}" USE },
	{ "unknown, far", "zh-CN", ZH0 "您{{balance}}", "unknown_parameter", PROOF_ERROR, "{{balance}}", 1,
	  "类别: 通知\n变量 balance 文字\n---\n您{{balance}}" },
	{ "unknown, English", "en", "class: notice\r\n---\r\n{{x}}", "unknown_parameter", PROOF_ERROR, "{{x}}", 1,
	  "class: notice\r\nparam x text\r\n---\r\n{{x}}" },
	{ "unknown section", "zh-CN", ZH "{{a}}{{#bb}}甲{{/bb}}{{#b}}{{b}}{{/b}}", "unknown_parameter", PROOF_ERROR,
	  "{{#bb}}", 2, ZH "{{a}}{{#b}}甲{{/b}}{{#b}}{{b}}{{/b}}" },
	{ "section not closed", "zh-CN", ZH "{{a}}{{#b}}{{b}}", "unbalanced_section", PROOF_ERROR, "{{#b}}", 2,
	  ZH "{{a}}{{#b}}{{b}}{{/b}}" },
	{ "section not opened", "zh-CN", ZH USE "{{/b}}", "unbalanced_section", PROOF_ERROR, "{{/b}}", 1, ZH USE },
	{ "sections crossed", "zh-CN", ZH "{{#b}}{{a}}{{b}}{{/a}}", "unbalanced_section", PROOF_ERROR, "{{/a}}", 1,
	  ZH "{{#b}}{{a}}{{b}}{{/b}}" },
	{ "tag not closed", "zh-CN", ZH USE "您{{a}好", "tag_open", PROOF_ERROR, "{{a}好", 1, ZH USE "您{{a}}好" },
	{ "tag empty", "zh-CN", ZH USE "{{}}", "tag_empty", PROOF_ERROR, "{{}}", 1, ZH USE },
	{ "full-width braces", "zh-CN", ZH USE "｛｛a｝｝", "tag_fullwidth", PROOF_ERROR, "｛｛a｝｝", 1,
	  ZH USE "{{a}}" },
	{ "format unknown", "zh-CN", "类别: 通知\n参数 d 日期\n---\n{{d:月日日}}", "tag_format", PROOF_ERROR,
	  "{{d:月日日}}", 1, "类别: 通知\n参数 d 日期\n---\n{{d:月日}}" },
	{ "format not offered", "zh-CN", ZH USE "{{a:月}}", "tag_format_none", PROOF_ERROR, "{{a:月}}", 1,
	  ZH USE "{{a}}" },
	{ "brackets", "zh-CN", ZH USE "请看【通知】", "bracket", PROOF_ERROR, "【", 1, NULL },
	{ "own signature", "zh-CN", ZH0 "【电力】您好", "bracket", PROOF_ERROR, NULL, 0, NULL },
	{ "class missing", "zh-CN", "标题: 甲\n---\n您好", "class_missing", PROOF_ERROR, "---", 1,
	  "标题: 甲\n类别: 通知\n---\n您好" },
	{ "class unknown", "en", "class: notce\n---\nHi", "class_unknown", PROOF_ERROR, "notce", 1,
	  "class: notice\n---\nHi" },
	{ "key unknown", "en", "clas: notice\n---\nHi", "key_unknown", PROOF_ERROR, "clas", 1,
	  "class: notice\n---\nHi" },
	{ "key twice", "en", "class: notice\nclass: notice\n---\nHi", "key_twice", PROOF_ERROR, "class", 1,
	  "class: notice\n---\nHi" },
	{ "type unknown", "en", "class: notice\nparam a mony\n---\n{{a}}", "param_type", PROOF_ERROR, "mony", 1,
	  "class: notice\nparam a money\n---\n{{a}}" },
	{ "no dashes", "zh-CN", "类别: 通知\n您好", "key_no_colon", PROOF_ERROR, "您好", 0, NULL },
	{ "no text", "zh-CN", "类别: 通知\n---\n", "no_text", PROOF_ERROR, "---", 0, NULL },
	{ "no opt-out", "zh-CN", "类别: 营销\n---\n大优惠", "no_opt_out", PROOF_ERROR, "大优惠", 1,
	  "类别: 营销\n---\n大优惠拒收请回复R" },
	{ "control character", "zh-CN", ZH0 "您\x07好", "control", PROOF_ERROR, "\x07", 1, ZH0 "您好" },
	{ "not UTF-8", "zh-CN", ZH0 "您\xFF好", "not_utf8", PROOF_ERROR, "\xFF", 1, ZH0 "您好" },
	{ "single braces", "zh-CN", ZH USE "{a}", "single_brace", PROOF_WARNING, "{a}", 1, ZH USE "{{a}}" },
	{ "stray closing", "zh-CN", ZH USE "a}}", "stray_close", PROOF_WARNING, "}}", 1, ZH USE "a" },
	{ "unused", "zh-CN", ZH "{{a}}", "unused", PROOF_WARNING, "b", 1, "类别: 通知\n参数 a 文字 甲\n---\n{{a}}" },
	{ "optional, bare", "zh-CN", ZH "{{a}}{{b}}", "bare", PROOF_WARNING, "{{b}}", 1, ZH USE },
	{ "invisible", "zh-CN", ZH0 "您\xE2\x80\x8B好", "invisible", PROOF_WARNING, "\xE2\x80\x8B", 1, ZH0 "您好" },
	{ "no-break blank", "zh-CN", ZH0 "您\xC2\xA0好", "invisible", PROOF_WARNING, "\xC2\xA0", 1, ZH0 "您 好" },
	{ "tab", "zh-CN", ZH0 "您\t好", "tab", PROOF_WARNING, "\t", 1, ZH0 "您 好" },
	{ "emoji", "zh-CN", ZH0 "您好😀。", "emoji", PROOF_WARNING, "😀", 1, ZH0 "您好。" },
	{ "joined emoji", "zh-CN", ZH0 "👨‍👩‍👧好", "emoji", PROOF_WARNING, "👨‍👩‍👧", 1,
	  ZH0 "好" },
	{ "emoji in line", "zh-CN", ZH0 "❤️好", "emoji", PROOF_WARNING, "❤️", 1, ZH0 "好" },
	{ "rare", "zh-CN", ZH0 "您好𠮷先生", "rare_character", PROOF_WARNING, "𠮷", 0, NULL },
	{ "rare, basic plane", "zh-CN", ZH0 "㐀先生", "rare_character", PROOF_WARNING, "㐀", 0, NULL },
	{ "not rare", "zh-CN", ZH0 "朱镕基喆①℃￥·—…《》", "rare_character", PROOF_WARNING, NULL, 0, NULL },
	{ "typographic apostrophe", "en", EN "It’s {{a}}", "not_gsm7", PROOF_COST, "’", 1, EN "It's {{a}}" },
	{ "dash", "en", EN "{{a}} – x", "not_gsm7", PROOF_COST, "–", 1, EN "{{a}} - x" },
	{ "ellipsis", "en", EN "{{a}}…x", "not_gsm7", PROOF_COST, "…", 1, EN "{{a}}...x" },
	{ "full-width digit", "en", EN "{{a}} ９", "not_gsm7", PROOF_COST, "９", 1, EN "{{a}} 9" },
	{ "ideographic blank", "en", EN "{{a}}\xE3\x80\x80x", "not_gsm7", PROOF_COST, "\xE3\x80\x80", 1, EN "{{a}} x" },
	{ "Chinese anyway", "zh-CN", ZH0 "您’好", "not_gsm7", PROOF_COST, NULL, 0, NULL },
	{ "Russian anyway", "ru", "class: notice\n---\n“Да”", "not_gsm7", PROOF_COST, NULL, 0, NULL },
	{ "forbidden", "zh-CN", ZH USE "可办理贷-款。", "forbidden_word", PROOF_ERROR, "贷-款", 1, ZH USE "可办理。" },
	{ "forbidden in a choice", "zh-CN", "类别: 通知\n参数 c 选项 丙 选项=a:网贷,b:乙\n---\n{{c}}", "forbidden_word",
	  PROOF_ERROR, "网贷", 1, NULL },
	{ "link", "zh-CN", ZH0 "见 https://evil.com/x。", "link", PROOF_ERROR, "https://evil.com", 1, NULL },
	{ "link allowed", "zh-CN", ZH0 "见 https://www.95598.CN:443/x", "link", PROOF_ERROR, NULL, 0, NULL },
	{ "link, allowed name in front", "zh-CN", ZH0 "见 https://95598.cn.evil.com", "link", PROOF_ERROR,
	  "https://95598.cn.evil.com", 1, NULL },
	{ "link, allowed name behind", "zh-CN", ZH0 "见 http://evil95598.cn/", "link", PROOF_ERROR,
	  "http://evil95598.cn", 1, NULL },
	{ "link, allowed name as user", "zh-CN", ZH0 "见 https://95598.cn@evil.com/", "link", PROOF_ERROR,
	  "https://95598.cn@evil.com", 1, NULL },
	{ "link without scheme", "zh-CN", ZH0 "登录evil.com查看", "link", PROOF_ERROR, "evil.com", 1, ZH0 "登录查看" },
	{ "link with a parameter as host", "zh-CN", ZH USE "https://{{a}}/x", "link", PROOF_ERROR, "https://{{a}}", 0,
	  NULL },
	{ "link with a parameter behind the host", "zh-CN", ZH USE "https://95598.cn{{a}}", "link", PROOF_ERROR,
	  "https://95598.cn{{a}}", 0, NULL },
	{ "a link goes with its path", "zh-CN", ZH0 "登录 https://evil.com/hb?a=1#x。谢谢", "link", PROOF_ERROR,
	  "https://evil.com", 1, ZH0 "登录 。谢谢" },
	{ "amounts are no links", "zh-CN", ZH0 "共19.53元，电话95598", "link", PROOF_ERROR, NULL, 0, NULL },
	{ "double blank", "en", EN "{{a}}  x", "blanks", PROOF_COST, "  ", 1, EN "{{a}} x" },
	{ "blank at a line's end", "zh-CN", ZH0 "您好 \n再见", "blanks", PROOF_COST, " ", 1, ZH0 "您好\n再见" },
	{ "blank at the text's end", "zh-CN", ZH0 "您好  \n", "blanks", PROOF_COST, NULL, 0, NULL },
	{ "commas", "zh-CN", ZH0 "甲，乙，丙,丁", "commas", PROOF_WARNING, ",", 1, ZH0 "甲，乙，丙，丁" },
	{ "comma in a number", "zh-CN", ZH0 "甲，乙1,234元", "commas", PROOF_WARNING, NULL, 0, NULL },
	{ "many segments", "zh-CN", "类别: 通知\n参数 a 文字 内容 最长=500\n---\n您好{{a}}", "segments", PROOF_WARNING,
	  "{{a}}", 0, NULL },
	{ "optional segment", "en",
	  "class: notice\nparam a text max=150\nparam b text max=20 optional\n---\n{{a}}{{#b}} {{b}}{{/b}}",
	  "optional_segment", PROOF_COST, "{{#b}}", 0, NULL },
	{ "longest too long", "zh-CN", "类别: 通知\n参数 a 文字 最长=2000\n---\n您好{{a}}", "longest", PROOF_WARNING,
	  "您好{{a}}", 0, NULL },
};

static void check_row(const struct row *row, struct slice source)
{
	struct proof_marks marks;
	bool is_ok = proofread(source, slice_of(row->locale), &marks);
	const struct proof_mark *mark = find(&marks, row->kind);
	cr_expect_eq(mark != NULL, row->want != NULL, "%s: mark %s", row->name, row->kind);
	if (mark == NULL || row->want == NULL)
		return;
	struct slice marked = part(source, mark->from, mark->to);
	cr_expect(slice_is(marked, row->want), "%s: marked “%.*s”", row->name, SLICE_ARG(marked));
	cr_expect_eq(mark->severity, row->severity, "%s", row->name);
	cr_expect(!is_ok || row->severity != PROOF_ERROR, "%s", row->name);
	cr_expect_eq(mark->fix_count, row->fix_count, "%s: %u fixes", row->name, mark->fix_count);
	cr_expect(mark->message[TEMPLATE_TONGUE_EN].len > 0 && mark->message[TEMPLATE_TONGUE_ZH].len > 0, "%s",
		  row->name);
	unsigned before = 0;
	for (unsigned i = 0; i < marks.count; i++)
		before += strcmp(marks.items[i].kind, row->kind) == 0;
	for (unsigned f = 0; f < mark->fix_count; f++) {
		struct slice fixed = apply(source, &mark->fixes[f]);
		struct proof_marks after;
		proofread(fixed, slice_of(row->locale), &after);
		unsigned left = 0;
		for (unsigned i = 0; i < after.count; i++)
			left += strcmp(after.items[i].kind, row->kind) == 0;
		cr_expect_lt(left, before, "%s: fix %u leaves “%.*s”", row->name, f, SLICE_ARG(fixed));
		if (f == 0 && row->want_fixed != NULL && source.at == row->source)
			cr_expect(slice_is(fixed, row->want_fixed), "%s: fixed to “%.*s”", row->name, SLICE_ARG(fixed));
	}
}

Test(proof, each_mark_has_its_extent_and_its_fix_removes_it, .init = set_up, .fini = tear_down)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_row(&rows[i], slice_of(rows[i].source));
		arena_reset(&arena);
	}
}

/* The same sources with a BOM, Windows line ends, and a picture in a remark before all. */
Test(proof, places_are_right_whatever_stands_before_them, .init = set_up, .fini = tear_down)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		static char text[4096];
		struct buf buf = buf_over(text, sizeof text);
		if (strcmp(rows[i].kind, "emoji") == 0 || strchr(rows[i].source, '\r') != NULL)
			continue;
		buf_put_text(&buf, "\xEF\xBB\xBF# 😀\r\n");
		for (const char *at = rows[i].source; *at != '\0'; at++)
			buf_put_text(&buf, *at == '\n' ? "\r\n" : (char[]){ *at, '\0' });
		check_row(&rows[i], buf_slice(&buf));
		arena_reset(&arena);
	}
}

Test(proof, a_good_text_has_no_mark, .init = set_up, .fini = tear_down)
{
	struct proof_marks marks;
	cr_assert(proofread(SLICE(ZH "您好{{a}}，余额{{#b}}{{b}}元{{/b}}。"), SLICE("zh-CN"), &marks));
	cr_assert_eq(marks.count, 0, "%s", marks.count ? marks.items[0].kind : "");
}

Test(proof, marks_are_bounded, .init = set_up, .fini = tear_down)
{
	static char text[8192];
	struct buf buf = buf_over(text, sizeof text);
	struct proof_marks marks;
	buf_put_text(&buf, ZH0);
	for (int i = 0; i < 200; i++)
		buf_put_text(&buf, "贷款😀");
	cr_assert(!proofread(buf_slice(&buf), SLICE("zh-CN"), &marks));
	cr_assert_eq(marks.count, PROOF_MARKS_MAX);
	cr_assert(marks.more);
}

Test(proof, costs_are_exact)
{
	static const struct {
		const char *cost;
		unsigned segments;
		const char *want; /* NULL = not told */
	} costs[] = {
		{ "0.035", 2, "0.070" },
		{ "0.035", 0, "0.000" },
		{ "1", 3, "3" },
		{ "0.1", 11, "1.1" },
		{ "0.000001", 255, "0.000255" },
		{ "12.50", 4, "50.00" },
		{ "1000000.999999", 2, "2000001.999998" },
		{ "", 1, NULL },
		{ "1.", 1, NULL },
		{ ".5", 1, NULL },
		{ "0.0000001", 1, NULL },
		{ "1,5", 1, NULL },
		{ "0.x", 1, NULL },
	};
	for (size_t i = 0; i < COUNT(costs); i++) {
		char text[64] = "";
		struct buf buf = buf_over(text, sizeof text - 1);
		cr_expect_eq(proof_cost_write(slice_of(costs[i].cost), costs[i].segments, &buf), costs[i].want != NULL,
			     "%s", costs[i].cost);
		cr_expect_str_eq(text, costs[i].want ? costs[i].want : "", "%s", costs[i].cost);
	}
}
