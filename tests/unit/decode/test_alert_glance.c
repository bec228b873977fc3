/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/alert_glance.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static char block[65536];

static struct alert_glance glance(struct slice json)
{
	static struct arena arena;
	struct alert_glance out;
	arena_init(&arena, block, sizeof block, 0);
	alert_glance(json, &arena, &out);
	return out;
}

Test(alert_glance, takes_what_it_can)
{
	static const struct {
		const char *name;
		const char *json;
		bool want_whole;
		const char *want_id; /* NULL = absent, as below */
		const char *want_to;
		const char *want_template;
		unsigned want_params;
	} rows[] = {
		{ "a whole one", "{\"id\":\"a\",\"to\":\"138\",\"template\":\"t\",\"params\":{\"x\":1,\"y\":\"z\"}}",
		  true, "a", "138", "t", 2 },
		{ "a number for a text", "{\"id\":7,\"to\":13800000001}", true, "7", "13800000001", NULL, 0 },
		{ "other types", "{\"id\":[1,{\"a\":[]}],\"to\":null,\"template\":true}", true, NULL, NULL, NULL, 0 },
		{ "unknown members", "{\"foo\":{\"id\":\"no\"},\"id\":\"a\"}", true, "a", NULL, NULL, 0 },
		{ "params of another type", "{\"params\":[\"id\",2],\"id\":\"a\"}", true, "a", NULL, NULL, 0 },
		{ "params within params", "{\"params\":{\"p\":{\"q\":[1]},\"r\":2},\"id\":\"a\"}", true, "a", NULL,
		  NULL, 2 },
		{ "cut off", "{\"id\":\"a\",\"to\":\"138\",\"templ", false, "a", "138", NULL, 0 },
		{ "cut off in params", "{\"id\":\"a\",\"params\":{\"x\":1,\"y\":", false, "a", NULL, NULL, 1 },
		{ "something behind", "{\"id\":\"a\"} x", false, "a", NULL, NULL, 0 },
		{ "an escape", "{\"id\":\"\\u0061\\n\"}", true, "a\n", NULL, NULL, 0 },
		{ "given twice", "{\"id\":\"a\",\"id\":\"b\"}", true, "b", NULL, NULL, 0 },
		{ "no object", "[\"id\"]", false, NULL, NULL, NULL, 0 },
		{ "no JSON", "id: a", false, NULL, NULL, NULL, 0 },
		{ "nothing", "", false, NULL, NULL, NULL, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct alert_glance got = glance(slice_of(rows[i].json));
		cr_expect_eq(got.is_whole, rows[i].want_whole, "%s: whole", rows[i].name);
		cr_expect(slice_equal(got.id, slice_of(rows[i].want_id)), "%s: id “%.*s”", rows[i].name,
			  SLICE_ARG(got.id));
		cr_expect(slice_equal(got.to, slice_of(rows[i].want_to)), "%s: to “%.*s”", rows[i].name,
			  SLICE_ARG(got.to));
		cr_expect(slice_equal(got.template_name, slice_of(rows[i].want_template)), "%s: template “%.*s”",
			  rows[i].name, SLICE_ARG(got.template_name));
		cr_expect_eq(got.param_count, rows[i].want_params, "%s: %u params", rows[i].name, got.param_count);
	}
}

Test(alert_glance, keeps_its_bounds)
{
	char *json = malloc(ALERT_OCTETS_MAX + 2);
	size_t len = (size_t)snprintf(json, ALERT_OCTETS_MAX, "{\"id\":\"a\",\"params\":{");
	for (unsigned i = 0; i < ALERT_PARAMS_MAX + 10; i++)
		len += (size_t)snprintf(json + len, ALERT_OCTETS_MAX - len, "%s\"p%u\":%u", i ? "," : "", i, i);
	len += (size_t)snprintf(json + len, ALERT_OCTETS_MAX - len, "},\"batch\":\"b\"}");
	struct alert_glance got = glance((struct slice){ json, len });
	cr_expect(got.is_whole);
	cr_expect_eq(got.param_count, ALERT_PARAMS_MAX);
	cr_expect(slice_is(got.batch, "b"));
	memset(json + len, ' ', ALERT_OCTETS_MAX + 1 - len);
	got = glance((struct slice){ json, ALERT_OCTETS_MAX });
	cr_expect(slice_is(got.id, "a"));
	got = glance((struct slice){ json, ALERT_OCTETS_MAX + 1 });
	cr_expect_null(got.id.at, "longer than an alert may be");
	free(json);
}
