/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "render/template_problem.h"

#include <criterion/criterion.h>

/* Every sentence, with arguments and without: whole UTF-8, nothing of the notation left, room enough. */
Test(template_problem, sentences)
{
	struct slice longest = SLICE("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十");
	for (int kind = PROBLEM_NONE + 1; kind < PROBLEM_COUNT; kind++) {
		for (int tongue = 0; tongue < TEMPLATE_TONGUE_COUNT; tongue++) {
			for (unsigned count = 0; count <= TEMPLATE_PROBLEM_ARGS; count += TEMPLATE_PROBLEM_ARGS) {
				const struct slice args[] = { longest, longest, longest, longest };
				struct template_problem problem = { .kind = PROBLEM_NONE };
				char text[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
				template_problem_set(&problem, (enum template_problem_kind)kind, longest, args, count);
				size_t len = template_problem_sentence(&problem, (enum template_tongue)tongue, text,
								       sizeof text);
				cr_expect(len > 10 && len == strlen(text), "kind %d: %zu", kind, len);
				cr_expect(len < sizeof text - 4, "kind %d, tongue %d: %zu octets fill the room", kind,
					  tongue, len);
				cr_expect_eq(utf8_valid(text, len), len, "kind %d", kind);
				cr_expect_null(strpbrk(text, "[|]"), "kind %d: %s", kind, text);
				cr_expect_null(strstr(text, "{f}"), "kind %d: %s", kind, text);
				cr_expect_null(strstr(text, "{t0}"), "kind %d: %s", kind, text);
				cr_expect_null(strstr(text, "{t1}"), "kind %d: %s", kind, text);
			}
		}
	}
}

Test(template_problem, first_wins_and_short_room)
{
	struct template_problem problem = { .kind = PROBLEM_NONE };
	struct slice arg = SLICE("电费");
	char text[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	cr_expect_eq(template_problem_set(&problem, PROBLEM_KEY_TWICE, SLICE("x"), &arg, 1), ERR_DUPLICATE);
	cr_expect_eq(template_problem_set(&problem, PROBLEM_TOO_LARGE, SLICE("y"), NULL, 0), ERR_RANGE);
	cr_expect_eq(template_problem_set(NULL, PROBLEM_TOO_LARGE, SLICE("y"), NULL, 0), ERR_RANGE);
	cr_expect_eq(problem.kind, PROBLEM_KEY_TWICE);
	for (size_t cap = 1; cap < 40; cap++) {
		size_t len = template_problem_sentence(&problem, TEMPLATE_TONGUE_EN, text, cap);
		cr_expect(len < cap && len == strlen(text), "cap %zu: %zu", cap, len);
		cr_expect_eq(utf8_valid(text, len), len, "cap %zu", cap);
	}
	problem = (struct template_problem){ .kind = PROBLEM_NONE };
	cr_expect_eq(template_problem_sentence(&problem, TEMPLATE_TONGUE_EN, text, sizeof text), 0);
	cr_expect_eq(template_problem_export(&problem, NULL), ERR_OK);
}

Test(template_problem, arguments_are_harmless)
{
	struct template_problem problem = { .kind = PROBLEM_NONE };
	struct slice arg = SLICE("{1}[|]\x1B[2J\xFF\xE2\x80\xAE%s\n");
	char text[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	template_problem_set(&problem, PROBLEM_KEY_TWICE, SLICE(""), &arg, 1);
	template_problem_sentence(&problem, TEMPLATE_TONGUE_EN, text, sizeof text);
	cr_expect_str_eq(text, "“{1}[|]?[2J??%s?” is given twice", "%s", text);
}
