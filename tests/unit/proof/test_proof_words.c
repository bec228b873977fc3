/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_words.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const char list[] = "\xEF\xBB\xBF# remarks don't count\r\n贷款: 贷款 网贷平台 网贷\r\n\r\n加微信：加微信 "
			   "加V信\n联系: VPN 加QQ群 加QQ\n贷款: 放贷 # 裸聊\n";

static struct proof_words *parse(const char *text)
{
	struct proof_words *words = NULL;
	struct err_at at = { 0 };
	cr_assert_eq(proof_words_parse(slice_of(text), &words, &at), ERR_OK, "%s", at.text);
	return words;
}

Test(proof_words, categories_stand_in_the_order_of_the_file)
{
	struct proof_words *words = parse(list);
	cr_assert_eq(proof_words_category_count(words), 3);
	cr_assert(slice_is(proof_words_category(words, 0), "贷款"));
	cr_assert(slice_is(proof_words_category(words, 1), "加微信"));
	cr_assert(slice_is(proof_words_category(words, 2), "联系"));
	proof_words_destroy(words);
}

Test(proof_words, words_are_found_however_they_are_written)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want; /* what is found, absent = nothing */
		const char *want_word;
	} rows[] = {
		{ "plain", "本公司不办理贷款。", "贷款", "贷款" },
		{ "the longest", "网贷平台", "网贷平台", "网贷平台" },
		{ "the shorter one", "网贷平", "网贷", "网贷" },
		{ "blanks between", "请加 微　信", "加 微　信", "加微信" },
		{ "signs between", "请加-微*信", "加-微*信", "加微信" },
		{ "invisible between", "加\xE2\x80\x8B微信", "加\xE2\x80\x8B微信", "加微信" },
		{ "full width", "加Ｖ信", "加Ｖ信", "加V信" },
		{ "lower case", "加v信", "加v信", "加V信" },
		{ "a Latin word", "use a vpn now", "vpn", "VPN" },
		{ "within a Latin word", "use vpns now", NULL, NULL },
		{ "behind a Latin letter", "ovpn", NULL, NULL },
		{ "a Latin end", "加qqs", NULL, NULL },
		{ "the longest with Latin", "加QQ群", "加QQ群", "加QQ群" },
		{ "the end of a sentence parts", "信贷。款项", NULL, NULL },
		{ "the end of a line parts", "贷\n款", NULL, NULL },
		{ "a tag parts", "贷{{x}}款", NULL, NULL },
		{ "within a tag", "{{贷款}}", NULL, NULL },
		{ "behind a tag", "{{x}}贷款", "贷款", "贷款" },
		{ "an open tag", "{{贷款", NULL, NULL },
		{ "malformed octets", "\xE8\xB4贷\xFF款", NULL, NULL },
		{ "in a remark", "裸聊", NULL, NULL },
		{ "nothing", "", NULL, NULL },
	};
	struct proof_words *words = parse(list);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice text = slice_of(rows[i].text);
		struct proof_words_hit hit;
		size_t from = 0;
		bool is_found = proof_words_find(words, text, &from, &hit);
		cr_expect_eq(is_found, rows[i].want != NULL, "%s", rows[i].name);
		if (!is_found || rows[i].want == NULL)
			continue;
		struct slice part = { text.at + hit.from, hit.to - hit.from };
		cr_expect(slice_is(part, rows[i].want), "%s: “%.*s”", rows[i].name, SLICE_ARG(part));
		cr_expect(slice_is(hit.word, rows[i].want_word), "%s: “%.*s”", rows[i].name, SLICE_ARG(hit.word));
		cr_expect(!proof_words_find(words, text, &from, &hit), "%s: twice", rows[i].name);
	}
	proof_words_destroy(words);
}

Test(proof_words, no_words_find_nothing)
{
	struct proof_words_hit hit;
	size_t from = 0;
	cr_assert(!proof_words_find(NULL, SLICE("贷款"), &from, &hit));
	cr_assert_eq(proof_words_category_count(NULL), 0);
	proof_words_destroy(NULL);
}

Test(proof_words, a_broken_file_is_refused_with_its_line)
{
	static const struct {
		const char *name;
		const char *text;
		enum err want;
		const char *want_text;
	} rows[] = {
		{ "no colon", "# a\n贷款 网贷\n", ERR_FORMAT, "line 2: expected “category: word word …”" },
		{ "no word", "贷款: a\n\n赌博:  \n", ERR_FORMAT,
		  "line 3: there is no word behind the category “赌博”" },
		{ "no category", ": 贷款", ERR_FORMAT, "line 1: a category has 1 to 64 octets" },
		{ "twice", "a: 贷款\nb: 贷款\n", ERR_DUPLICATE, "line 2: given twice: “贷款”" },
		{ "twice, written in another way", "a: vpn\nb: ＶＰＮ\n", ERR_DUPLICATE,
		  "line 2: given twice: “ＶＰＮ”" },
		{ "no letters", "a: --\n", ERR_FORMAT, "line 1: this is no word: “--”" },
		{ "not UTF-8", "a: b\nc: \xFF\n", ERR_FORMAT, "line 2: this is not UTF-8" },
		{ "too long", "a: 一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三", ERR_RANGE,
		  "line 1: a word has more than 32 characters: "
		  "“一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三”" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proof_words *words = NULL;
		struct err_at at = { 0 };
		cr_expect_eq(proof_words_parse(slice_of(rows[i].text), &words, &at), rows[i].want, "%s", rows[i].name);
		cr_expect_str_eq(at.text, rows[i].want_text, "%s", rows[i].name);
		cr_expect_null(words);
	}
}

static size_t read_file(const char *path, char *out, size_t cap)
{
	FILE *file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	size_t len = fread(out, 1, cap, file);
	fclose(file);
	return len;
}

Test(proof_words, none_of_the_list_that_ships_stands_in_a_template_that_ships)
{
	static const char *const names[] = {
		"balance", "cutoff_done",      "cutoff_warning", "low_balance",    "monthly_bill",
		"overdue", "payment_received", "phone_binding",  "power_restored", "work_order_expiring",
	};
	static char octets[65536];
	struct proof_words *words = NULL;
	struct err_at at = { 0 };
	size_t len = read_file(SOURCE_DIR "/templates/forbidden-words.txt", octets, sizeof octets);
	cr_assert_eq(proof_words_parse((struct slice){ octets, len }, &words, &at), ERR_OK, "%s", at.text);
	for (size_t i = 0; i < 2 * COUNT(names); i++) {
		char path[512];
		struct proof_words_hit hit;
		size_t from = 0;
		snprintf(path, sizeof path, SOURCE_DIR "/templates/%s%s.tmpl", names[i / 2], i % 2 ? ".en" : "");
		len = read_file(path, octets, sizeof octets);
		cr_expect(!proof_words_find(words, (struct slice){ octets, len }, &from, &hit), "%s", path);
	}
	proof_words_destroy(words);
}
