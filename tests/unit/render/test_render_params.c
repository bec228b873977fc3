/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render_params.h"

#include "unit/render/render_fixture.h"

Test(render_params, values_are_as_the_text_shows_them)
{
	static const struct {
		const char *name;
		const char *text;
		struct pair pairs[PAIRS_MAX];
		enum err want;
		const char *want_values[3]; /* date, balance, note */
	} rows[] = {
		{ "as at their places",
		  "截至{{date:年月日}},余额{{balance}}元{{note}}",
		  { { "balance", "1234.50" }, { "date", "2026-02-13" }, { "note", "谢谢" } },
		  ERR_OK,
		  { "2026年2月13日", "1234.50", "谢谢" } },
		{ "the first place counts",
		  "{{date}}起,{{date:年月日}},{{balance}}",
		  { { "balance", "3" }, { "date", "2026-02-13" } },
		  ERR_OK,
		  { "2月13日", "3.00", "" } },
		{ "one that is missing", "{{date}}{{balance}}", { { "balance", "3" } }, ERR_NOT_FOUND, { NULL } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static alignas(max_align_t) char block[FIXTURE_OCTETS];
		struct fixture fixture;
		struct arena arena;
		arena_init(&arena, block, sizeof block, 0);
		cr_assert_eq(fixture_compile(&fixture, NULL,
					     "class: notice\nparam date date 截至日期\nparam balance money 余额\n"
					     "param note text 说明 optional",
					     rows[i].text),
			     ERR_OK, "%s", rows[i].name);
		struct alert_param params[PAIRS_MAX];
		struct alert alert = { .kind = ALERT_SEND, .params = params };
		for (; rows[i].pairs[alert.param_count].name != NULL; alert.param_count++)
			params[alert.param_count] = (struct alert_param){
				.name = slice_of(rows[i].pairs[alert.param_count].name),
				.value = slice_of(rows[i].pairs[alert.param_count].value),
			};
		struct submit_param *out = NULL;
		cr_assert_eq(render_params(fixture.template, &alert, &fixture_zone, &arena, &out), rows[i].want, "%s",
			     rows[i].name);
		for (unsigned k = 0; k < 3 && rows[i].want == ERR_OK; k++)
			cr_expect(slice_is(out[k].value, rows[i].want_values[k]), "%s: “%.*s”", rows[i].name,
				  SLICE_ARG(out[k].value));
		cr_expect(rows[i].want != ERR_OK || slice_is(out[1].name, "balance"), "%s", rows[i].name);
		char small[64];
		struct arena full;
		arena_init(&full, small, sizeof small, 1);
		cr_expect_neq(render_params(fixture.template, &alert, &fixture_zone, &full, &out), ERR_OK, "%s",
			      rows[i].name);
		fixture_fini(&fixture);
	}
}
