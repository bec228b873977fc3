/* SPDX-License-Identifier: Apache-2.0 */
#include "vet/alert_vet.h"

#include "render/catalogue.h"
#include "route/route.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_OCTETS (256 * 1024)

static struct catalogue *catalogue;
static struct route_table *routes;

static void set_up(void)
{
	static const struct slice prefix[] = { { "86", 2 } };
	static const uint8_t accounts[] = { 0 };
	const struct route_rule rule = {
		.prefixes = prefix, .prefix_count = 1, .accounts = accounts, .account_count = 1
	};
	struct template *template = NULL;
	struct err_at at = { .err = ERR_OK };
	catalogue = catalogue_create(SLICE("zh-CN"));
	cr_assert_eq(template_compile(SLICE("bill"), (struct slice){ NULL, 0 },
				      SLICE("类别: 通知\n参数 text 文字 内容 示例=电 最长=200\n---\n{{text}}\n"),
				      &template, &at),
		     ERR_OK, "%s", at.text);
	cr_assert_eq(catalogue_add(catalogue, &template, NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &routes, &at), ERR_OK);
}

static void tear_down(void)
{
	route_destroy(routes);
	catalogue_release(catalogue);
}

TestSuite(alert_vet, .init = set_up, .fini = tear_down);

Test(alert_vet, what_it_finds)
{
	static const struct {
		const char *name;
		const char *json;
		enum err want;
		const char *want_field;
		unsigned want_segments;
	} rows[] = {
		{ "good", "{\"id\":\"a\",\"to\":\"13900000001\",\"template\":\"bill\",\"params\":{\"text\":\"x\"}}",
		  ERR_OK, "", 1 },
		{ "a cancel", "{\"cancel\":\"a\"}", ERR_OK, "", 0 },
		{ "not JSON", "{\"id\"", ERR_FORMAT, "", 0 },
		{ "no number", "{\"id\":\"a\",\"to\":\"139\",\"template\":\"bill\"}", ERR_RANGE, "to", 0 },
		{ "no template", "{\"id\":\"a\",\"to\":\"13900000001\",\"template\":\"bil\"}", ERR_NOT_FOUND,
		  "template", 0 },
		{ "no parameter", "{\"id\":\"a\",\"to\":\"13900000001\",\"template\":\"bill\"}", ERR_NOT_FOUND, "text",
		  0 },
		{ "no route",
		  "{\"id\":\"a\",\"to\":\"+14155550100\",\"template\":\"bill\",\"params\":{\"text\":\"x\"}}",
		  ERR_NOT_FOUND, "to", 0 },
	};
	char *block = malloc(ARENA_OCTETS);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct alert_vet vet = { .country = country_find(SLICE("CN")),
					 .catalogue = catalogue,
					 .routes = routes };
		struct err_at at = { .err = ERR_OK };
		struct arena arena;
		struct alert alert;
		unsigned segments;
		arena_init(&arena, block, ARENA_OCTETS, 0);
		enum err err = alert_vet(&vet, slice_of(rows[i].json), &arena, &alert, &segments, &at);
		cr_expect_eq(err, rows[i].want, "%s: %s: %s", rows[i].name, err_name(err), at.text);
		cr_expect(rows[i].want == ERR_OK || rows[i].want_field[0] == '\0' ||
				  strcmp(at.field, rows[i].want_field) == 0,
			  "%s: %s", rows[i].name, at.field);
		cr_expect_eq(segments, rows[i].want_segments, "%s: %u", rows[i].name, segments);
		arena_fini(&arena);
	}
	free(block);
}
