/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof.h"

#include "base/json.h"
#include "proof/proof_char.h"
#include "proof/proof_render.h"
#include "render/template_sample.h"

struct preview {
	const struct proof_rules *rules;
	const struct template *template;
	struct slice tenant;
	struct arena *arena;
	struct buf *out;
};

static void write_param(const struct template_param *param, struct buf *out)
{
	json_open(out, '{');
	json_key_text(out, "name", param->name);
	json_key_text(out, "label", param->label);
	json_key_text(out, "type", slice_of(template_type_name(param->type)));
	json_key_text(out, "sample", param->sample);
	json_key_bool(out, "optional", param->is_optional);
	json_key_bool(out, "multiline", param->is_multiline);
	json_key_uint(out, "length_max", param->length_max);
	json_key(out, "choices");
	json_open(out, '[');
	for (unsigned i = 0; i < param->choice_count; i++) {
		json_open(out, '{');
		json_key_text(out, "code", param->choices[i].code);
		json_key_text(out, "text", param->choices[i].text);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}

static void write_header(const struct template *template, struct buf *out)
{
	json_key(out, "header");
	if (template == NULL) {
		json_absent(out);
		return;
	}
	const struct template_header *header = template_header(template);
	json_open(out, '{');
	json_key_text(out, "title", header->title);
	json_key_text(out, "class", slice_of(sms_class_name(header->sms_class)));
	json_key_uint(out, "max_age_s", (uint64_t)header->max_age_ms / 1000);
	json_key_text(out, "signature", header->signature.at != NULL ? header->signature : SLICE(""));
	json_key(out, "params");
	json_open(out, '[');
	for (unsigned i = 0; i < header->param_count; i++)
		write_param(&header->params[i], out);
	json_close(out, ']');
	json_close(out, '}');
}

static void write_problem(const struct template_problem *problem, struct buf *out)
{
	char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	json_key(out, "problem");
	if (problem->kind == PROBLEM_NONE) {
		json_absent(out);
		return;
	}
	json_open(out, '{');
	template_problem_sentence(problem, TEMPLATE_TONGUE_ZH, sentence, sizeof sentence);
	json_key_text(out, "zh", slice_of(sentence));
	template_problem_sentence(problem, TEMPLATE_TONGUE_EN, sentence, sizeof sentence);
	json_key_text(out, "en", slice_of(sentence));
	json_close(out, '}');
}

/* expect: absent = none. */
static void write_row(const struct preview *preview, struct slice name, const struct alert *alert, struct slice expect)
{
	struct buf *out = preview->out;
	struct arena_mark mark = arena_mark(preview->arena);
	struct proof_text text;
	char digits[40];
	struct buf cost = buf_over(digits, sizeof digits);
	bool is_rendered = proof_render(preview->template, preview->rules, alert, preview->arena, &text);
	bool has_cost = proof_cost_write(preview->rules->cost, text.count.segment_count, &cost);
	json_open(out, '{');
	json_key_text(out, "name", name);
	json_key_text(out, "text", is_rendered ? text.text : SLICE(""));
	json_key_text(out, "encoding", text.count.encoding == ENCODING_GSM7 ? SLICE("GSM7") : SLICE("UCS2"));
	json_key_uint(out, "units", text.count.units);
	json_key_uint(out, "units_left", is_rendered ? segmenter_units_left(&text.count, preview->arena) : 0);
	json_key_uint(out, "segments", text.count.segment_count);
	json_key_text(out, "cost", is_rendered && has_cost ? buf_slice(&cost) : (struct slice){ NULL, 0 });
	write_problem(&text.problem, out);
	if (expect.at != NULL) {
		json_key_text(out, "expected", expect);
		json_key_bool(out, "as_expected", is_rendered && slice_equal(expect, text.text));
	}
	json_close(out, '}');
	arena_rewind(preview->arena, &mark);
}

static void write_extremes(const struct preview *preview)
{
	for (int which = 0; which < TEMPLATE_SAMPLE_COUNT; which++) {
		struct arena_mark mark = arena_mark(preview->arena);
		struct alert alert = { .kind = ALERT_SEND };
		enum err err =
			template_sample_alert(preview->template, (enum template_sample)which, preview->arena, &alert);
		alert.tenant = preview->tenant;
		if (err == ERR_OK)
			write_row(preview, slice_of(template_sample_name((enum template_sample)which)), &alert,
				  (struct slice){ NULL, 0 });
		arena_rewind(preview->arena, &mark);
	}
}

/* Without a tenant, as publishing judges it: what is expected has the configured signature, whoever's preview is looked at. */
static void write_sample(const struct preview *preview, const struct proof_sample *sample)
{
	const struct template_header *header = template_header(preview->template);
	struct slice locale = header->locale;
	if (sample->locale.len > 0 && !proof_char_same(sample->locale, locale))
		return;
	const struct alert alert = {
		.kind = ALERT_SEND,
		.template_name = header->name,
		.locale = locale,
		.params = (struct alert_param *)(uintptr_t)sample->params, /* rendering only reads them */
		.param_count = sample->param_count,
	};
	write_row(preview, sample->name, &alert, sample->expect);
}

void proof_preview_write(const struct proof_variant *variant, const struct proof_sample *samples, unsigned sample_count,
			 struct slice tenant, const struct proof_rules *rules, struct arena *arena, struct buf *out)
{
	struct proof_marks marks = { .count = 0 };
	struct template *template = NULL;
	bool is_ok = proof_source(variant, rules, arena, &marks, &template);
	const struct preview preview = {
		.rules = rules, .template = template, .tenant = tenant, .arena = arena, .out = out
	};
	json_open(out, '{');
	json_key_bool(out, "ok", is_ok);
	write_header(template, out);
	json_key(out, "marks");
	proof_marks_write(&marks, false, out);
	json_key(out, "previews");
	json_open(out, '[');
	if (template != NULL) {
		write_extremes(&preview);
		for (unsigned i = 0; i < sample_count; i++)
			write_sample(&preview, &samples[i]);
	}
	json_close(out, ']');
	json_close(out, '}');
	template_release(template);
}
