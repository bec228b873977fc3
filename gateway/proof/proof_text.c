/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_desk.h"

#include "encode/gsm7.h"
#include "proof/proof_char.h"
#include "render/invisible.h"

/* Goes through the characters of the text, tags left out, and marks what costs or what phones don't show. */

struct sight {
	struct proof_desk *desk;
	size_t signature_end; /* of a signature that the text brings */
	bool wants_gsm7;      /* but for some characters it could be GSM 7-bit */
	bool marks_commas;
	uint32_t comma; /* the rarer one */
};

static struct slice effective_signature(const struct proof_desk *desk)
{
	if (desk->template == NULL)
		return SLICE("");
	const struct template_header *header = template_header(desk->template);
	if (header->has_no_signature)
		return SLICE("");
	return header->signature.len > 0 ? header->signature : desk->rules->signature;
}

/* 【…】 at the start of the text. */
static size_t signature_end(const struct proof_desk *desk)
{
	size_t at = desk->body;
	while (at < desk->end && (desk->source.at[at] == '\n' || desk->source.at[at] == '\r'))
		at++;
	struct slice rest = { desk->source.at + at, desk->end - at };
	const char *close = slice_starts(rest, SLICE("【")) ? memmem(rest.at, rest.len, "】", 3) : NULL;
	return close != NULL ? at + (size_t)(close - rest.at) + 3 : desk->body;
}

/* A comma that is not part of a number. */
static bool is_comma(const struct proof_desk *desk, size_t at)
{
	const char *text = desk->source.at;
	bool is_in_number = text[at] == ',' && at > desk->body && at + 1 < desk->end && text[at - 1] >= '0' &&
			    text[at - 1] <= '9' && text[at + 1] >= '0' && text[at + 1] <= '9';
	return !is_in_number;
}

/* Behind the tag at a place, or the place itself where there is none. */
static size_t behind_tag(const struct proof_desk *desk, size_t at)
{
	bool is_tag = at + 1 < desk->end && desk->source.at[at] == '{' && desk->source.at[at + 1] == '{';
	return is_tag ? proof_desk_tag(desk, at).to : at;
}

static void look_ahead(struct sight *sight)
{
	const struct proof_desk *desk = sight->desk;
	unsigned narrow = 0;
	unsigned wide = 0;
	struct slice signature = effective_signature(desk);
	sight->wants_gsm7 = true;
	for (size_t at = 0; at < signature.len && sight->wants_gsm7; at++)
		sight->wants_gsm7 = (unsigned char)signature.at[at] < 0x80;
	for (size_t at = desk->body; at < desk->end;) {
		size_t behind = behind_tag(desk, at);
		if (behind > at) {
			at = behind;
			continue;
		}
		uint32_t code;
		size_t len = proof_desk_character(desk, at, &code).len;
		sight->wants_gsm7 = sight->wants_gsm7 && !proof_char_is_beyond_gsm7(code);
		narrow += code == ',' && is_comma(desk, at);
		wide += code == 0xFF0C;
		at += len;
	}
	sight->marks_commas = narrow > 0 && wide > 0;
	sight->comma = narrow <= wide ? ',' : 0xFF0C;
}

static void mark_emoji(struct sight *sight, size_t from, struct slice character)
{
	struct proof_desk *desk = sight->desk;
	size_t to = from + character.len;
	unsigned units = character.len == 4 ? 2 : 1;
	/* A picture may be several characters: skin, variation, joined ones. */
	while (to < desk->end) {
		uint32_t code;
		struct slice next = proof_desk_character(desk, to, &code);
		bool is_joined = to >= 3 && memcmp(desk->source.at + to - 3, "\xE2\x80\x8D", 3) == 0;
		bool is_part = code == 0xFE0F || code == 0x200D || code == 0x20E3 ||
			       (code >= 0x1F3FB && code <= 0x1F3FF) || (is_joined && proof_char_is_emoji(code));
		if (!is_part)
			break;
		to += next.len;
		units += next.len == 4 ? 2 : 1;
	}
	char digits[8];
	struct buf buf = buf_over(digits, sizeof digits);
	buf_put_uint(&buf, units);
	const struct slice args[3] = { { desk->source.at + from, to - from }, buf_slice(&buf) };
	proof_desk_fix(desk, proof_desk_mark(desk, PROOF_EMOJI, from, to, args), PROOF_FIX_REMOVE, from, to, SLICE(""));
}

static void mark_rare(struct sight *sight, size_t from, struct slice character, uint32_t code)
{
	char name[16];
	struct buf buf = buf_over(name, sizeof name);
	buf_put_format(&buf, "U+%04X", (unsigned)code);
	const struct slice args[3] = { character, buf_slice(&buf) };
	proof_desk_mark(sight->desk, PROOF_RARE, from, from + character.len, args);
}

static void mark_not_gsm7(struct sight *sight, size_t from, struct slice character, uint32_t code)
{
	char buffer[2];
	struct slice form = proof_char_gsm7_form(code, buffer);
	const struct slice args[3] = { character };
	size_t to = from + character.len;
	struct proof_mark *mark = proof_desk_mark(sight->desk, PROOF_NOT_GSM7, from, to, args);
	if (form.at != NULL)
		proof_desk_fix(sight->desk, mark, slice_is(form, " ") ? PROOF_FIX_BLANK : PROOF_FIX_REPLACE, from, to,
			       form);
}

static void mark_comma(struct sight *sight, size_t from, struct slice character)
{
	struct slice other = sight->comma == ',' ? SLICE("，") : SLICE(",");
	const struct slice args[3] = { character, other };
	struct proof_mark *mark = proof_desk_mark(sight->desk, PROOF_COMMAS, from, from + character.len, args);
	proof_desk_fix(sight->desk, mark, PROOF_FIX_REPLACE, from, from + character.len, other);
}

/* Blanks at a line's end, and more than one between words. Returns the octets of all blanks here. */
static size_t mark_blanks(struct sight *sight, size_t from)
{
	static const struct slice none[3] = { { NULL, 0 } };
	struct proof_desk *desk = sight->desk;
	size_t to = from;
	while (to < desk->end && desk->source.at[to] == ' ')
		to++;
	bool is_last = to < desk->end && (desk->source.at[to] == '\n' || desk->source.at[to] == '\r');
	if (is_last)
		proof_desk_fix(desk, proof_desk_mark(desk, PROOF_BLANKS, from, to, none), PROOF_FIX_REMOVE, from, to,
			       SLICE(""));
	else if (to > from + 1)
		proof_desk_fix(desk, proof_desk_mark(desk, PROOF_BLANKS, from, to, none), PROOF_FIX_BLANK, from, to,
			       SLICE(" "));
	return to - from;
}

static void look_at(struct sight *sight, size_t at, struct slice character, uint32_t code)
{
	bool is_bracket = code == 0x3010 || code == 0x3011;
	if (is_bracket && at >= sight->signature_end)
		proof_bracket_mark(sight->desk, at);
	if (is_bracket || invisible_is(code) || invisible_is_control(code) || code == 0xA0 || code == 0xFFFD)
		return; /* the compiler has told these */
	if (proof_char_is_emoji(code))
		mark_emoji(sight, at, character);
	else if (sight->desk->is_chinese && proof_char_is_rare(code))
		mark_rare(sight, at, character, code);
	else if (sight->wants_gsm7 && gsm7_of(code) == GSM7_NONE)
		mark_not_gsm7(sight, at, character, code);
	else if (sight->marks_commas && code == sight->comma && is_comma(sight->desk, at))
		mark_comma(sight, at, character);
}

void proof_text_mark(struct proof_desk *desk)
{
	struct sight sight = { .desk = desk, .signature_end = signature_end(desk) };
	look_ahead(&sight);
	uint32_t before = 0;
	for (size_t at = desk->body; at < desk->end;) {
		size_t behind = behind_tag(desk, at);
		if (behind > at) {
			at = behind;
			before = 0;
			continue;
		}
		if (desk->source.at[at] == ' ') {
			at += mark_blanks(&sight, at);
			before = ' ';
			continue;
		}
		uint32_t code;
		struct slice character = proof_desk_character(desk, at, &code);
		/* The parts of a picture are one mark. */
		bool is_part = proof_char_is_emoji(before) && proof_char_is_emoji(code) &&
			       (code == 0xFE0F || code == 0x200D || code == 0x20E3 || before == 0x200D ||
				(code >= 0x1F3FB && code <= 0x1F3FF));
		if (!is_part)
			look_at(&sight, at, character, code);
		before = code;
		at += character.len;
	}
}
