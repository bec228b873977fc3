/* SPDX-License-Identifier: Apache-2.0 */
#include "fakes/alloc_sweep.h"
#include "model/country.h"
#include "render/catalogue.h"
#include "route/route.h"
#include "vet/alert_vet.h"

#include <stdalign.h>

/* ERR_FULL is what no room in the arena means, whoever has none: arena or malloc. */
static enum alloc_end vets(void *ctx)
{
	const struct alert_vet *vet = ctx;
	static alignas(max_align_t) char block[16];
	static const char json[] =
		"{\"id\":\"\\u0061\",\"to\":\"13900000001\",\"template\":\"bill\",\"params\":{\"text\":\"\\u4f59\"}}";
	struct arena arena;
	struct alert alert;
	unsigned segments = 0;
	struct err_at at = { .err = ERR_OK };
	arena_init(&arena, block, sizeof block, 200000);
	enum err err = alert_vet(vet, slice_of(json), &arena, &alert, &segments, &at);
	enum alloc_end end = err == ERR_FULL ? ALLOC_TOLD : alloc_end_of(err);
	if (err == ERR_OK && (segments != 1 || !slice_is(alert.id, "a")))
		end = alloc_wrong("%u segments", segments);
	else if (err == ERR_FULL && at.text[0] == '\0')
		end = alloc_wrong("no sentence");
	arena_fini(&arena);
	return end;
}

Test(no_memory, alert_vet)
{
	static const uint8_t accounts[] = { 0 };
	const struct route_rule rule = { .accounts = accounts, .account_count = 1 };
	struct template *template = NULL;
	struct route_table *routes = NULL;
	struct catalogue *catalogue = catalogue_create(SLICE("zh-CN"));
	cr_assert_eq(template_compile(SLICE("bill"), SLICE("zh-CN"),
				      SLICE("类别: 通知\n变量 text 文字 内容 示例=电 最长=200\n---\n{{text}}\n"),
				      &template, NULL),
		     ERR_OK);
	cr_assert_eq(catalogue_add(catalogue, &template, NULL), ERR_OK);
	cr_assert_eq(catalogue_freeze(catalogue), ERR_OK);
	cr_assert_eq(route_create(&rule, 1, NULL, 0, &routes, NULL), ERR_OK);
	struct alert_vet vet = { .country = country_find(SLICE("CN")), .catalogue = catalogue, .routes = routes };
	alloc_sweep("an alert", vets, &vet);
	route_destroy(routes);
	catalogue_release(catalogue);
}
