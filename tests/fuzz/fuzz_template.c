/* SPDX-License-Identifier: Apache-2.0 */
/* A template file and an alert's parameters. The octets before the first NUL are the file; behind it come values, each
 * ended by a NUL, for the parameters in their order. What compiles must render its own samples or say why not. */
#include "base/check.h"
#include "base/utf8.h"
#include "render/render.h"
#include "render/template_sample.h"

#include <stdalign.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define BLOCK_OCTETS (1u << 20)

static alignas(max_align_t) char block[BLOCK_OCTETS];

static void check_problem(const struct template_problem *problem, enum err err)
{
	char text[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	CHECK(template_problem_err(problem->kind) == err);
	for (int tongue = 0; tongue < TEMPLATE_TONGUE_COUNT; tongue++) {
		size_t text_len = template_problem_sentence(problem, (enum template_tongue)tongue, text, sizeof text);
		CHECK(text_len > 0 && text_len < sizeof text);
		CHECK(utf8_valid(text, text_len) == text_len);
	}
}

static enum err render(const struct template *template, const struct alert *alert, struct arena *arena)
{
	static const struct zone zone = { .spans = { { 0, 8 * 3600 } }, .span_count = 1 };
	const struct render_options options = { .signature = SLICE("甲"), .zone = &zone };
	struct template_problem problem = { .kind = PROBLEM_NONE };
	struct sms sms = { .template_version = 0 };
	enum err err = render_alert_report(template, alert, &options, arena, &sms, &problem);
	if (err != ERR_OK) {
		check_problem(&problem, err);
		return err;
	}
	CHECK(sms.text.len > 0 && sms.text.len <= RENDER_OCTETS_MAX);
	CHECK(utf8_valid(sms.text.at, sms.text.len) == sms.text.len);
	CHECK(utf8_count(sms.text.at, sms.text.len) <= TEMPLATE_LENGTH_MAX);
	CHECK(sms.template_version != 0);
	return ERR_OK;
}

static void render_samples(const struct template *template)
{
	for (int which = 0; which < TEMPLATE_SAMPLE_COUNT; which++) {
		struct arena arena;
		struct alert alert;
		arena_init(&arena, block, sizeof block, 0);
		enum err err = template_sample_alert(template, (enum template_sample)which, &arena, &alert);
		if (err == ERR_OK)
			err = render(template, &alert, &arena);
		/* Samples are good values: what is left is a text too long or empty, or samples beyond the arena. */
		CHECK(err == ERR_OK || err == ERR_RANGE || err == ERR_FORMAT || err == ERR_FULL);
	}
}

static void render_values(const struct template *template, struct slice values)
{
	const struct template_header *header = template_header(template);
	struct alert_param params[TEMPLATE_PARAMS_MAX];
	struct alert alert = { .kind = ALERT_SEND, .params = params };
	struct arena arena;
	while (alert.param_count < header->param_count && values.len > 0) {
		struct slice value = slice_cut(&values, '\0');
		params[alert.param_count] = (struct alert_param){
			.name = header->params[alert.param_count].name,
			.value = { value.at, value.len < ALERT_PARAM_VALUE_MAX ? value.len : ALERT_PARAM_VALUE_MAX },
		};
		alert.param_count++;
	}
	arena_init(&arena, block, sizeof block, 0);
	(void)render(template, &alert, &arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct template_warnings warnings;
	struct template *template = NULL;
	struct template_problem problem = { .kind = PROBLEM_NONE };
	const uint8_t *nul = len > 0 ? memchr(octets, 0, len) : NULL;
	struct slice source = { (const char *)octets, nul ? (size_t)(nul - octets) : len };
	struct slice values = { source.at + source.len + (nul != NULL), len - source.len - (nul != NULL) };
	warnings.count = 0;
	enum err err = template_compile_report(SLICE("t"), SLICE("zh-CN"), source, &template, &problem, &warnings);
	for (unsigned i = 0; i < warnings.count; i++)
		check_problem(&warnings.items[i], ERR_OK);
	if (err != ERR_OK) {
		check_problem(&problem, err);
		CHECK(template == NULL && problem.offset <= source.len);
		return 0;
	}
	render_samples(template);
	render_values(template, values);
	template_release(template);
	return 0;
}
