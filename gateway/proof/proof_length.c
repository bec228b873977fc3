/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_desk.h"

#include "base/utf8.h"
#include "proof/proof_render.h"
#include "render/template_sample.h"

/* The longest text that a template can make is what somebody may have to pay for: how many segments, and which optional words
 * bring one more. */

struct length {
	struct proof_desk *desk;
	struct alert alert; /* with the longest values */
	unsigned segments;
};

static struct slice digits_of(unsigned number, char out[12])
{
	struct buf buf = buf_over(out, 12);
	buf_put_uint(&buf, number);
	return buf_slice(&buf);
}

/* Segments of an alert's text, 0 where it cannot be rendered; leaves nothing in the arena. */
static unsigned count_segments(struct proof_desk *desk, const struct alert *alert, struct template_problem *problem)
{
	struct proof_text text;
	struct arena_mark mark = arena_mark(desk->arena);
	bool is_rendered = proof_render(desk->template, desk->rules, alert, desk->arena, &text);
	unsigned segments = is_rendered ? text.count.segment_count : 0;
	*problem = text.problem;
	arena_rewind(desk->arena, &mark);
	return segments;
}

/* The first tag that shows a parameter, or depends on it. */
static bool find_tag(const struct proof_desk *desk, const struct template_param *param, struct proof_tag *out)
{
	for (size_t at = desk->body; proof_desk_next_tag(desk, &at, out);)
		if (out->sigil != '!' && (slice_equal(out->name, param->name) || slice_equal(out->name, param->label)))
			return true;
	return false;
}

static void mark_longest(struct length *length, const struct template_problem *problem)
{
	char sentence[TEMPLATE_PROBLEM_SENTENCE_OCTETS];
	struct proof_desk *desk = length->desk;
	template_problem_sentence(problem, desk->is_chinese ? TEMPLATE_TONGUE_ZH : TEMPLATE_TONGUE_EN, sentence,
				  sizeof sentence);
	const struct slice args[3] = { slice_of(sentence) };
	size_t to = proof_desk_line_end(desk, desk->body);
	proof_desk_mark(desk, PROOF_LONGEST, desk->body, to < desk->end ? to : desk->end, args);
}

/* Many segments: told at the parameter that has most to do with it. */
static void mark_segments(struct length *length)
{
	struct proof_desk *desk = length->desk;
	const struct template_header *header = template_header(desk->template);
	const struct template_param *most = NULL;
	struct proof_tag tag = { .from = desk->body, .to = desk->end };
	size_t most_length = 0;
	for (unsigned i = 0; i < length->alert.param_count; i++) {
		struct slice value = length->alert.params[i].value;
		size_t value_length = utf8_count(value.at, value.len);
		struct proof_tag found;
		if (value_length <= most_length || !find_tag(desk, &header->params[i], &found))
			continue;
		most_length = value_length;
		most = &header->params[i];
		tag = found;
	}
	char segments[12];
	char characters[12];
	const struct slice args[3] = { digits_of(length->segments, segments),
				       most != NULL ? most->label : header->title,
				       digits_of((unsigned)most_length, characters) };
	proof_desk_mark(desk, PROOF_SEGMENTS, tag.from, tag.to, args);
}

static void mark_optional(struct length *length, unsigned index)
{
	struct proof_desk *desk = length->desk;
	const struct template_param *param = &template_header(desk->template)->params[index];
	struct alert_param params[TEMPLATE_PARAMS_MAX];
	struct alert without = length->alert;
	without.params = params;
	without.param_count = 0;
	for (unsigned i = 0; i < length->alert.param_count; i++)
		if (i != index)
			params[without.param_count++] = length->alert.params[i];
	struct template_problem problem;
	struct proof_tag tag;
	unsigned segments = count_segments(desk, &without, &problem);
	if (segments == 0 || segments >= length->segments || !find_tag(desk, param, &tag))
		return;
	char more[12];
	char fewer[12];
	const struct slice args[3] = { param->label, digits_of(length->segments, more), digits_of(segments, fewer) };
	proof_desk_mark(desk, PROOF_OPTIONAL, tag.from, tag.to, args);
}

void proof_length_mark(struct proof_desk *desk)
{
	struct length length = { .desk = desk };
	struct template_problem problem;
	if (desk->template == NULL ||
	    template_sample_alert(desk->template, TEMPLATE_SAMPLE_LONGEST, desk->arena, &length.alert) != ERR_OK)
		return;
	length.segments = count_segments(desk, &length.alert, &problem);
	if (length.segments == 0) {
		mark_longest(&length, &problem);
		return;
	}
	unsigned most = desk->rules->segments_max > 0 ? desk->rules->segments_max : PROOF_SEGMENTS_DEFAULT;
	if (length.segments > most)
		mark_segments(&length);
	for (unsigned i = 0; i < length.alert.param_count; i++)
		if (template_header(desk->template)->params[i].is_optional)
			mark_optional(&length, i);
}
