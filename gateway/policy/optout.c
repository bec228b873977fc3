/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/optout.h"

#include "base/utf8.h"

#include <stdint.h>

#define NONE UINT32_MAX

/* Unicode blocks of blanks and punctuation, and single characters; full-width forms are ASCII when they come here. */
static const struct {
	uint32_t from;
	uint32_t to;
} trimmed[] = {
	{ 0x00, 0x2F },     { 0x3A, 0x40 },     { 0x5B, 0x60 },     { 0x7B, 0xA9 },     { 0xAB, 0xB4 },
	{ 0xB6, 0xB9 },     { 0xBB, 0xBF },     { 0x2000, 0x206F }, /* General Punctuation */
	{ 0x3000, 0x3003 }, { 0x3008, 0x3020 },                     /* CJK Symbols and Punctuation */
	{ 0x3030, 0x3030 }, { 0xFE10, 0xFE19 }, { 0xFE30, 0xFE6F }, { 0xFEFF, 0xFEFF }, { 0xFF5F, 0xFF65 },
};

static bool is_trimmed(uint32_t code)
{
	for (size_t i = 0; i < sizeof trimmed / sizeof trimmed[0]; i++) {
		if (code >= trimmed[i].from && code <= trimmed[i].to)
			return true;
	}
	return false;
}

/* Full-width forms (U+FF01–FF5E) as ASCII, then capitals as small letters. */
static uint32_t fold(uint32_t code)
{
	if (code >= 0xFF01 && code <= 0xFF5E)
		code -= 0xFEE0;
	return code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code;
}

/* Takes the first character, folded; NONE at the end and where it is malformed. */
static uint32_t take(struct slice *text)
{
	uint32_t code;
	size_t used = text->len ? utf8_decode(text->at, text->len, &code) : 0;
	if (used == 0)
		return NONE;
	text->at += used;
	text->len -= used;
	return fold(code);
}

static struct slice trim(struct slice text)
{
	struct slice rest = text;
	uint32_t code;
	size_t len = 0;
	while ((code = take(&rest)) != NONE) {
		if (!is_trimmed(code))
			len = (size_t)(rest.at - text.at);
		else if (len == 0)
			text = rest;
	}
	/* Malformed octets stay, so that they equal nothing. */
	return (struct slice){ text.at, rest.len > 0 ? text.len : len };
}

static bool is_same(struct slice a, struct slice b)
{
	uint32_t code;
	do {
		code = take(&a);
		if (code != take(&b))
			return false;
	} while (code != NONE);
	return a.len == 0 && b.len == 0;
}

/* Takes what stands before the next comma. */
static struct slice take_keyword(struct slice *keywords)
{
	struct slice keyword = { keywords->at, 0 };
	uint32_t code;
	while ((code = take(keywords)) != NONE && code != ',')
		keyword.len = (size_t)(keywords->at - keyword.at);
	if (code == NONE)
		keywords->len = 0;
	return trim(keyword);
}

struct slice optout_keyword(struct slice keywords, struct slice text)
{
	text = trim(text);
	while (text.len > 0 && keywords.len > 0) {
		struct slice keyword = take_keyword(&keywords);
		if (keyword.len > 0 && is_same(keyword, text))
			return keyword;
	}
	return (struct slice){ NULL, 0 };
}
