/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof.h"

#include "base/number.h"
#include "proof/proof_desk.h"
#include "proof/proof_render.h"
#include "render/catalogue.h"

#define DECIMALS_MAX 6
#define WHOLE_MAX    1000000

/* Compiles, and marks what the compiler says. */
static void compile(struct proof_desk *desk, struct template **template, bool *is_too_large)
{
	struct template_problem problem = { .kind = PROBLEM_NONE };
	struct template_warnings *warnings = arena_alloc(desk->arena, sizeof *warnings);
	if (warnings != NULL) {
		warnings->count = 0;
		warnings->more = false;
	}
	if (template_compile_report(desk->variant->name, desk->variant->locale, desk->source, template, &problem,
				    warnings) != ERR_OK)
		proof_problem_mark(desk, &problem);
	*is_too_large = problem.kind == PROBLEM_TOO_LARGE;
	desk->template = *template;
	for (unsigned i = 0; warnings != NULL && i < warnings->count; i++)
		proof_problem_mark(desk, &warnings->items[i]);
	desk->marks->more = desk->marks->more || warnings == NULL || warnings->more;
}

bool proof_source(const struct proof_variant *variant, const struct proof_rules *rules, struct arena *arena,
		  struct proof_marks *out, struct template **template)
{
	struct proof_desk desk;
	struct template *made = NULL;
	unsigned first = out->count;
	unsigned errors = out->error_count;
	if (template != NULL)
		*template = NULL;
	if (!proof_desk_begin(&desk, variant, rules, arena, out)) {
		out->more = true;
		out->error_count++;
		return false;
	}
	bool is_too_large;
	compile(&desk, &made, &is_too_large);
	if (!is_too_large) {
		proof_text_mark(&desk);
		proof_content_mark(&desk);
		proof_length_mark(&desk);
	}
	proof_desk_finish(&desk, first);
	if (template != NULL)
		*template = made;
	else
		template_release(made);
	return out->error_count == errors;
}

bool proof_cost_write(struct slice cost, unsigned segments, struct buf *out)
{
	const char *point = cost.len > 0 ? memchr(cost.at, '.', cost.len) : NULL;
	struct slice whole = { cost.at, point != NULL ? (size_t)(point - cost.at) : cost.len };
	size_t decimals = point != NULL ? cost.len - whole.len - 1 : 0;
	uint64_t amount;
	if (!number_parse(whole, WHOLE_MAX, &amount) || decimals > DECIMALS_MAX || (point != NULL && decimals == 0))
		return false;
	uint64_t unit = 1;
	for (size_t i = 0; i < decimals; i++) {
		char digit = point[1 + i];
		if (digit < '0' || digit > '9')
			return false;
		amount = amount * 10 + (uint64_t)(digit - '0');
		unit *= 10;
	}
	amount *= segments;
	buf_put_uint(out, amount / unit);
	if (decimals > 0)
		buf_put_format(out, ".%0*llu", (int)decimals, (unsigned long long)(amount % unit));
	return true;
}

/* -- may it be published -- */

static void note_first(const struct proof_marks *marks, struct err_at *at)
{
	for (unsigned i = 0; i < marks->count; i++) {
		const struct proof_mark *mark = &marks->items[i];
		if (mark->severity != PROOF_ERROR)
			continue;
		err_at_set(at, ERR_FORMAT, mark->from, NULL, "%.*s%s%.*s", SLICE_ARG(mark->locale),
			   mark->locale.len > 0 ? ": " : "", SLICE_ARG(mark->message[TEMPLATE_TONGUE_EN]));
		return;
	}
	err_at_set(at, ERR_FULL, 0, NULL, "no room for all that is wrong");
}

/* Marks a sample at the start of the variant that it is for. */
static void judge_sample(const struct proof_sample *sample, const struct template *template,
			 const struct proof_rules *rules, struct arena *arena, struct proof_marks *out)
{
	const struct template_header *header = template_header(template);
	const struct proof_variant variant = { .name = header->name, .locale = header->locale, .source = SLICE("") };
	struct alert alert = {
		.kind = ALERT_SEND,
		.template_name = header->name,
		.locale = header->locale,
		.params = (struct alert_param *)(uintptr_t)sample->params, /* rendering only reads them */
		.param_count = sample->param_count,
	};
	struct proof_desk desk;
	struct proof_text text;
	bool is_rendered = proof_render(template, rules, &alert, arena, &text);
	if ((is_rendered && (sample->expect.at == NULL || slice_equal(sample->expect, text.text))) ||
	    !proof_desk_begin(&desk, &variant, rules, arena, out))
		return;
	char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS] = "";
	if (!is_rendered)
		template_problem_sentence(&text.problem, desk.is_chinese ? TEMPLATE_TONGUE_ZH : TEMPLATE_TONGUE_EN,
					  sentence, sizeof sentence);
	const struct slice args[3] = { sample->name, is_rendered ? text.text : slice_of(sentence) };
	struct proof_mark *mark = proof_desk_mark(&desk, is_rendered ? PROOF_SAMPLE : PROOF_SAMPLE_BROKEN, 0, 0, args);
	if (mark == NULL)
		return;
	mark->line = 1;
	mark->locale = arena_copy(arena, header->locale);
}

/* Each sample against the variant that an alert with its locale would get. */
static void judge_samples(struct catalogue *catalogue, const struct proof_variant *variants,
			  const struct proof_sample *samples, unsigned sample_count, const struct proof_rules *rules,
			  struct arena *arena, struct proof_marks *out)
{
	for (unsigned i = 0; i < sample_count; i++) {
		const struct template *template = catalogue_find(catalogue, variants[0].name, samples[i].locale);
		if (template == NULL)
			template = catalogue_at(catalogue, 0);
		judge_sample(&samples[i], template, rules, arena, out);
	}
}

bool proof_is_publishable(const struct proof_variant *variants, unsigned variant_count,
			  const struct proof_sample *samples, unsigned sample_count, const struct proof_rules *rules,
			  struct arena *arena, struct proof_marks *out, struct err_at *at)
{
	struct catalogue *catalogue = catalogue_create((struct slice){ NULL, 0 });
	unsigned errors = out->error_count;
	bool is_whole = catalogue != NULL;
	for (unsigned i = 0; i < variant_count; i++) {
		struct template *template = NULL;
		struct template_problem problem = { .kind = PROBLEM_NONE };
		if (!proof_source(&variants[i], rules, arena, out, &template))
			is_whole = false;
		struct proof_desk desk;
		if (catalogue != NULL && template != NULL && catalogue_add(catalogue, &template, &problem) != ERR_OK &&
		    proof_desk_begin(&desk, &variants[i], rules, arena, out)) {
			unsigned first = out->count;
			problem.offset = 0;
			proof_problem_mark(&desk, &problem);
			proof_desk_finish(&desk, first);
			is_whole = false;
		}
		template_release(template);
	}
	if (is_whole && catalogue_freeze(catalogue) == ERR_OK && catalogue_count(catalogue) > 0)
		judge_samples(catalogue, variants, samples, sample_count, rules, arena, out);
	catalogue_release(catalogue);
	if (out->error_count == errors && is_whole)
		return true;
	note_first(out, at);
	return false;
}
