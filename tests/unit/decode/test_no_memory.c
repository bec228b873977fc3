/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/alert_decode.h"
#include "decode/alert_glance.h"
#include "fakes/alloc_sweep.h"
#include "model/country.h"

#include <stdalign.h>
#include <stdio.h>

static alignas(max_align_t) char block[64];

/* ERR_FULL is what no room in the arena means, whoever has none: arena or malloc. */
static enum alloc_end decodes(void *ctx)
{
	struct slice json = *(const struct slice *)ctx;
	const struct decode_options options = { .country = country_find(SLICE("CN")) };
	struct arena arena;
	struct alert alert = { .param_count = 0 };
	struct err_at at = { 0 };
	arena_init(&arena, block, sizeof block, 200000);
	enum err err = alert_decode(json, &options, &arena, &alert, &at);
	enum alloc_end end = err == ERR_OK ? ALLOC_WELL : ALLOC_TOLD;
	if (err != ERR_OK && (err != ERR_FULL || at.text[0] == '\0'))
		end = alloc_wrong("%s: %s", err_name(err), at.text);
	else if (err == ERR_OK && alert.param_count != 30)
		end = alloc_wrong("%u parameters", alert.param_count);
	arena_fini(&arena);
	return end;
}

static enum alloc_end glances(void *ctx)
{
	struct slice json = *(const struct slice *)ctx;
	struct arena arena;
	struct alert_glance glance = { .param_count = 0 };
	arena_init(&arena, block, sizeof block, 200000);
	alert_glance(json, &arena, &glance);
	/* What has no room is left out: a glance is for people. */
	enum alloc_end end = glance.is_whole && glance.param_count == 30 ? ALLOC_WELL : ALLOC_TOLD;
	if (end == ALLOC_WELL && !slice_is(glance.id, "n1"))
		end = alloc_wrong("another id");
	for (unsigned i = 0; i < glance.param_count; i++)
		if (glance.params[i].name.at == NULL)
			end = alloc_wrong("parameter %u has no name", i);
	arena_fini(&arena);
	return end;
}

Test(no_memory, alert)
{
	static char text[16 * 1024];
	int len = snprintf(text, sizeof text,
			   "{\"id\":\"n\\u0031\",\"to\":\"13900000001\",\"template\":\"bal\\u0061nce\",\"params\":{");
	for (unsigned i = 0; i < 30; i++)
		len += snprintf(text + len, sizeof text - (size_t)len, "%s\"p%u\":\"\\u4f59%0200u\"", i ? "," : "", i,
				i);
	len += snprintf(text + len, sizeof text - (size_t)len, "}}");
	struct slice json = { text, (size_t)len };
	alloc_sweep("decode", decodes, &json);
	alloc_sweep("glance", glances, &json);
}
