/* SPDX-License-Identifier: Apache-2.0 */
#include "render/alert_values.h"

#include "unit/render/render_fixture.h"

Test(alert_values, each_is_known_and_given_once)
{
	static const struct {
		const char *name;
		struct pair pairs[PAIRS_MAX];
		enum err want;
		bool want_given[2];
	} rows[] = {
		{ "both", { { "b", "2" }, { "a", "x" } }, ERR_OK, { true, true } },
		{ "the optional one left out", { { "a", "x" } }, ERR_OK, { true, false } },
		{ "the other one left out", { { "b", "2" } }, ERR_NOT_FOUND, { false } },
		{ "unknown", { { "a", "x" }, { "c", "2" } }, ERR_NOT_FOUND, { false } },
		{ "twice", { { "a", "x" }, { "a", "x" } }, ERR_DUPLICATE, { false } },
		{ "of another type", { { "a", "x" }, { "b", "many" } }, ERR_FORMAT, { false } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static alignas(max_align_t) char block[4096];
		struct fixture fixture;
		struct arena arena;
		struct param_value values[2];
		struct alert_param params[PAIRS_MAX];
		struct alert alert = { .kind = ALERT_SEND, .params = params };
		arena_init(&arena, block, sizeof block, 0);
		cr_assert_eq(fixture_compile(&fixture, NULL,
					     "class: notice\nparam a text 甲\nparam b integer 乙 optional",
					     "{{a}}{{b}}"),
			     ERR_OK);
		for (; rows[i].pairs[alert.param_count].name != NULL; alert.param_count++)
			params[alert.param_count] = (struct alert_param){
				.name = slice_of(rows[i].pairs[alert.param_count].name),
				.value = slice_of(rows[i].pairs[alert.param_count].value),
			};
		cr_expect_eq(alert_values_take(template_header(fixture.template), &alert, NULL, &arena, values, NULL),
			     rows[i].want, "%s", rows[i].name);
		for (unsigned k = 0; k < 2 && rows[i].want == ERR_OK; k++)
			cr_expect_eq(values[k].is_given, rows[i].want_given[k], "%s: %u", rows[i].name, k);
		fixture_fini(&fixture);
	}
}
