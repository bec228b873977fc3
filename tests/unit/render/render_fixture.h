/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "render/render.h"
#include "render/template.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

/* Compiling and rendering in one call, for tables of rows. */

struct pair {
	const char *name;
	const char *value;
};

#define PAIRS_MAX      8
#define RENDERED_MAX   8192
#define FIXTURE_OCTETS 65536

/* China, without summer time; instants before 1970 do not matter here. */
static const struct zone fixture_zone = { .spans = { { 0, 8 * 3600 } }, .span_count = 1 };

struct fixture {
	struct template *template;
	struct template_problem problem;
	struct template_warnings warnings;
	char rendered[RENDERED_MAX + 1];
};

/* Compiles header lines, “---” and text. locale: NULL = zh-CN. */
static inline enum err fixture_compile(struct fixture *fixture, const char *locale, const char *header,
				       const char *text)
{
	char source[FIXTURE_OCTETS];
	int len = snprintf(source, sizeof source, "%s\n---\n%s", header, text);
	cr_assert(len > 0 && (size_t)len < sizeof source);
	*fixture = (struct fixture){ .template = NULL };
	return template_compile_report(SLICE("test"), slice_of(locale), (struct slice){ source, (size_t)len },
				       &fixture->template, &fixture->problem, &fixture->warnings);
}

/* Renders with the pairs up to the first without a name; fixture->rendered gets the text or the English sentence. */
static inline enum err fixture_render(struct fixture *fixture, const struct pair pairs[PAIRS_MAX],
				      const char *signature)
{
	static alignas(max_align_t) char block[FIXTURE_OCTETS];
	struct arena arena;
	struct alert_param params[PAIRS_MAX];
	struct alert alert = { .kind = ALERT_SEND, .params = params };
	struct render_options options = { .signature = slice_of(signature), .zone = &fixture_zone };
	struct sms sms = { .template_version = 0 };
	arena_init(&arena, block, sizeof block, 0);
	for (; alert.param_count < PAIRS_MAX && pairs[alert.param_count].name != NULL; alert.param_count++) {
		const struct pair *pair = &pairs[alert.param_count];
		params[alert.param_count] =
			(struct alert_param){ .name = slice_of(pair->name), .value = slice_of(pair->value) };
	}
	fixture->problem = (struct template_problem){ .kind = PROBLEM_NONE };
	enum err err = render_alert_report(fixture->template, &alert, &options, &arena, &sms, &fixture->problem);
	if (err != ERR_OK)
		template_problem_sentence(&fixture->problem, TEMPLATE_TONGUE_EN, fixture->rendered, RENDERED_MAX);
	else
		snprintf(fixture->rendered, sizeof fixture->rendered, "%.*s", SLICE_ARG(sms.text));
	return err;
}

static inline void fixture_fini(struct fixture *fixture)
{
	template_release(fixture->template);
	fixture->template = NULL;
}
