/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_inner.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(console_answer, values_of_the_query_are_decoded)
{
	static const struct {
		const char *query, *want; /* NULL = there is none */
	} rows[] = {
		{ "actor=li", "li" },
		{ "a=b&actor=%E6%9D%8E+x&c=d", "李 x" },
		{ "actor=", "" },
		{ "xactor=li", NULL },
		{ "actor", NULL },
		{ "actor=%0", NULL },
		{ "actor=%zz", NULL },
		{ "actor=a%00b", NULL },
		{ "actor=0123456789abcdef", NULL }, /* too long */
		{ "", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[16] = "before", query[64];
		snprintf(query, sizeof query, "%s", rows[i].query);
		struct console_call call = { .query = query, .query_len = strlen(query) };
		bool has = console_query(&call, "actor", out, sizeof out);
		cr_expect_eq(has, rows[i].want != NULL, "%s", rows[i].query);
		if (has && rows[i].want != NULL)
			cr_expect_str_eq(out, rows[i].want, "%s", rows[i].query);
	}
}

Test(console_answer, problems_say_what_it_is_in_both_tongues)
{
	for (unsigned i = 0; i < CONSOLE_PROBLEM_COUNT; i++) {
		struct console_call call = { .status = 0 };
		console_refuse_with(&call, (enum console_problem)i, NULL, json_pack("{s:i}", "more", 1));
		json_t *told = json_loadb(call.answer, call.answer_len, 0, NULL);
		const json_t *message = json_object_get(told, "message");
		cr_expect(call.status >= 400 && call.status < 600, "%u", i);
		cr_expect_eq(json_integer_value(json_object_get(told, "status")), call.status);
		cr_expect_not_null(json_string_value(json_object_get(told, "code")));
		cr_expect_gt(json_string_length(json_object_get(message, "zh")), 0);
		cr_expect_gt(json_string_length(json_object_get(message, "en")), 0);
		cr_expect_eq(json_integer_value(json_object_get(told, "more")), 1);
		cr_expect_str_eq(call.content_type, "application/problem+json");
		json_decref(told);
		free(call.answer);
	}
}
