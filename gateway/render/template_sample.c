/* SPDX-License-Identifier: Apache-2.0 */
#include "render/template_sample.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/utf8.h"
#include "render/invisible.h"

const char *template_sample_name(enum template_sample which)
{
	static const char *const names[TEMPLATE_SAMPLE_COUNT] = { "shortest", "typical", "longest" };
	CHECK((unsigned)which < TEMPLATE_SAMPLE_COUNT);
	return names[which];
}

static struct slice character_at(struct slice text, size_t at, uint32_t *code)
{
	size_t used = utf8_decode(text.at + at, text.len - at, code);
	return (struct slice){ text.at + at, used ? used : 1 };
}

/* Offset of the first character that a value keeps when it is cleaned; a sample that passed its check has one. */
static size_t first_visible(struct slice sample)
{
	size_t at = 0;
	while (at < sample.len) {
		uint32_t code = 0;
		struct slice character = character_at(sample, at, &code);
		if (code > 0x20 && code != 0xA0 && code != 0x3000 && !invisible_is(code))
			return at;
		at += character.len;
	}
	return 0;
}

/* The sample again and again until the length is reached. False where the arena has no room. */
static bool repeat(struct slice sample, unsigned length, struct arena *arena, struct slice *out)
{
	size_t cap = (size_t)length * 4;
	char *text = arena_alloc(arena, cap);
	if (text == NULL)
		return false;
	struct buf buf = buf_over(text, cap);
	size_t at = first_visible(sample);
	for (unsigned i = 0; i < length;) {
		uint32_t code = 0;
		struct slice character = character_at(sample, at, &code);
		at = (at + character.len) % sample.len;
		if (invisible_is(code))
			continue;
		buf_put_slice(&buf, character);
		i++;
	}
	arena_trim(arena, text, cap, buf.len);
	*out = buf_slice(&buf);
	return true;
}

/* “999…”, with two decimals where it is money and there is room for them. */
static bool nines(const struct template_param *param, struct arena *arena, struct slice *out)
{
	size_t len = param->length_max;
	char *text = arena_alloc(arena, len);
	if (text == NULL)
		return false;
	memset(text, '9', len);
	if (param->type == TEMPLATE_MONEY && len > 3)
		text[len - 3] = '.';
	*out = (struct slice){ text, len };
	return true;
}

static struct slice choice(const struct template_param *param, bool longest)
{
	const struct template_choice *best = &param->choices[0];
	size_t best_length = utf8_count(best->text.at, best->text.len);
	for (unsigned i = 1; i < param->choice_count; i++) {
		size_t length = utf8_count(param->choices[i].text.at, param->choices[i].text.len);
		if (longest ? length > best_length : length < best_length) {
			best = &param->choices[i];
			best_length = length;
		}
	}
	return best->code;
}

static bool extreme(const struct template_param *param, bool longest, struct arena *arena, struct slice *out)
{
	switch (param->type) {
	case TEMPLATE_TEXT:
		return repeat(param->sample, longest ? param->length_max : 1, arena, out);
	case TEMPLATE_MONEY:
	case TEMPLATE_NUMBER:
	case TEMPLATE_INTEGER:
		*out = SLICE("0");
		return longest ? nines(param, arena, out) : true;
	case TEMPLATE_DATE:
		*out = longest ? SLICE("2026-12-31") : SLICE("2026-01-01");
		return true;
	case TEMPLATE_TIME:
		*out = longest ? SLICE("23:59") : SLICE("00:00");
		return true;
	case TEMPLATE_DATETIME:
		*out = longest ? SLICE("2026-12-31T23:59") : SLICE("2026-01-01T00:00");
		return true;
	case TEMPLATE_ENUM:
		*out = choice(param, longest);
		return true;
	case TEMPLATE_TYPE_COUNT:
		break;
	}
	return false;
}

enum err template_sample_alert(const struct template *template, enum template_sample which, struct arena *arena,
			       struct alert *out)
{
	CHECK((unsigned)which < TEMPLATE_SAMPLE_COUNT);
	const struct template_header *header = template_header(template);
	struct alert_param *params = arena_alloc(arena, header->param_count * sizeof *params);
	if (params == NULL)
		return ERR_FULL;
	unsigned count = 0;
	for (unsigned i = 0; i < header->param_count; i++) {
		const struct template_param *param = &header->params[i];
		if (which == TEMPLATE_SAMPLE_SHORTEST && param->is_optional)
			continue;
		struct slice value = param->sample;
		if (which != TEMPLATE_SAMPLE_TYPICAL &&
		    !extreme(param, which == TEMPLATE_SAMPLE_LONGEST, arena, &value))
			return ERR_FULL;
		params[count++] = (struct alert_param){ .name = param->name, .value = value };
	}
	*out = (struct alert){
		.kind = ALERT_SEND,
		.template_name = header->name,
		.locale = header->locale,
		.params = params,
		.param_count = count,
	};
	return ERR_OK;
}
