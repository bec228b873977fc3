/* SPDX-License-Identifier: Apache-2.0 */
#include "render/template_param.h"

#include "base/check.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "model/alert.h"
#include "render/invisible.h"

static const struct template_type_row rows[TEMPLATE_TYPE_COUNT] = {
	[TEMPLATE_TEXT] = { "text", "文字", "文字", 40, true },
	[TEMPLATE_MONEY] = { "money", "金额", "19.53", 15, true },
	[TEMPLATE_NUMBER] = { "number", "数值", "256.5", 20, true },
	[TEMPLATE_INTEGER] = { "integer", "整数", "30", 15, true },
	[TEMPLATE_DATE] = { "date", "日期", "2026-02-13", 40, false },
	[TEMPLATE_TIME] = { "time", "时间", "14:30", 40, false },
	[TEMPLATE_DATETIME] = { "datetime", "日期时间", "2026-02-13T14:30:00+08:00", 40, false },
	[TEMPLATE_ENUM] = { "enum", "选项", "", ALERT_PARAM_NAME_MAX, false },
};

const struct template_type_row *template_param_type_row(enum template_type type)
{
	CHECK((unsigned)type < TEMPLATE_TYPE_COUNT);
	return &rows[type];
}

const char *template_type_name(enum template_type type)
{
	return template_param_type_row(type)->name;
}

bool template_param_type_parse(struct slice word, enum template_type *out, const char **nearest)
{
	const char *known[TEMPLATE_TYPE_COUNT * 2];
	for (unsigned i = 0; i < TEMPLATE_TYPE_COUNT; i++) {
		if (slice_is(word, rows[i].name) || slice_is(word, rows[i].chinese)) {
			*out = (enum template_type)i;
			return true;
		}
		known[i * 2] = rows[i].name;
		known[i * 2 + 1] = rows[i].chinese;
	}
	*nearest = suggest_nearest(word, known, TEMPLATE_TYPE_COUNT * 2);
	return false;
}

unsigned template_param_find(const struct template_param *params, unsigned count, struct slice name, unsigned hint)
{
	if (hint < count && slice_equal(params[hint].name, name))
		return hint;
	for (unsigned i = 0; i < count; i++)
		if (slice_equal(params[i].name, name))
			return i;
	return TEMPLATE_PARAM_NONE;
}

/* Notes candidate where it is nearer to word than the best so far; the measure is that of suggest_nearest. */
static void consider(struct slice word, struct slice candidate, struct slice *nearest, unsigned *nearest_distance)
{
	size_t longer = candidate.len > word.len ? candidate.len : word.len;
	unsigned distance = suggest_distance(word, candidate);
	if (distance > (longer < 3 ? 1 : longer / 3) || distance >= *nearest_distance)
		return;
	*nearest = candidate;
	*nearest_distance = distance;
}

struct slice template_param_nearest(const struct template_param *params, unsigned count, struct slice word,
				    bool with_labels)
{
	struct slice nearest = { NULL, 0 };
	unsigned distance = UINT32_MAX;
	for (unsigned i = 0; i < count; i++) {
		consider(word, params[i].name, &nearest, &distance);
		if (with_labels)
			consider(word, params[i].label, &nearest, &distance);
	}
	return nearest;
}

static bool name_character_ok(uint32_t code, bool is_first)
{
	if (code < 0x80) {
		bool is_letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
		bool is_rest = (code >= '0' && code <= '9') || code == '-';
		return is_letter || (is_rest && !is_first);
	}
	/* General and CJK punctuation, full-width ASCII that is no letter: typing slips, not names. */
	if (code < 0xA1 || (code >= 0x2000 && code <= 0x206F) || (code >= 0x3000 && code <= 0x303F))
		return false;
	if (code >= 0xFF00 && code <= 0xFF20)
		return false;
	return !invisible_is(code) && !(code >= 0xFF3B && code <= 0xFF40) && !(code >= 0xFF5B && code <= 0xFF65);
}

bool template_param_name_ok(struct slice text)
{
	if (text.len == 0 || text.len > ALERT_PARAM_NAME_MAX)
		return false;
	for (size_t i = 0; i < text.len;) {
		uint32_t code;
		size_t used = utf8_decode(text.at + i, text.len - i, &code);
		if (used == 0 || !name_character_ok(code, i == 0))
			return false;
		i += used;
	}
	return true;
}
