/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof_char.h"

#include "render/invisible.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

struct range {
	uint32_t from;
	uint32_t to;
};

static bool is_within(const struct range *ranges, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	return false;
}

uint32_t proof_char_fold(uint32_t code)
{
	if (code >= 0xFF01 && code <= 0xFF5E)
		code -= 0xFEE0;
	if (code == 0x3000)
		code = ' ';
	return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
}

enum proof_char_part proof_char_part(uint32_t code)
{
	static const struct range between[] = {
		{ '\t', '\t' },     { '"', '/' },       { ':', ':' },       { '<', '>' },       { '@', '@' },
		{ '[', '`' },       { '{', '~' },       { 0xA0, 0xBF },     { 0x2000, 0x206F }, { 0x2190, 0x2BFF },
		{ 0x3000, 0x3001 }, { 0x3003, 0x301F }, { 0xFE00, 0xFE4F }, { 0xFF5F, 0xFF65 }, { ' ', ' ' },
	};
	if (code == '\n' || code == '\r' || code == '!' || code == '?' || code == ';' || code == 0x3002)
		return PROOF_CHAR_END;
	if (is_within(between, COUNT(between), code) || invisible_is(code) || invisible_is_control(code))
		return PROOF_CHAR_BETWEEN;
	return PROOF_CHAR_LETTER;
}

bool proof_char_is_emoji(uint32_t code)
{
	static const struct range emoji[] = {
		{ 0x1F000, 0x1FAFF }, { 0xE0020, 0xE007F }, { 0xFE0F, 0xFE0F }, { 0x200D, 0x200D },
		{ 0x20E3, 0x20E3 },   { 0x2600, 0x2604 },   { 0x2607, 0x263F }, { 0x2641, 0x2641 },
		{ 0x2643, 0x27BF },   { 0x2B05, 0x2B55 },   { 0x231A, 0x231B }, { 0x23E9, 0x23FA },
	};
	return is_within(emoji, COUNT(emoji), code);
}

bool proof_char_is_rare(uint32_t code)
{
	/* GBK without its private part, and the currency signs that phones have had for as long. */
	static const struct range usual[] = {
		{ 0x00, 0x17F },    { 0x1CE, 0x1DC },   { 0x251, 0x261 },   { 0x2C7, 0x2D9 },   { 0x391, 0x3C9 },
		{ 0x401, 0x451 },   { 0x2010, 0x2027 }, { 0x2030, 0x203B }, { 0x20A9, 0x20AC }, { 0x2103, 0x2109 },
		{ 0x2116, 0x2122 }, { 0x2160, 0x2179 }, { 0x2190, 0x2199 }, { 0x2208, 0x22BF }, { 0x2312, 0x2312 },
		{ 0x2460, 0x249B }, { 0x2500, 0x2642 }, { 0x3000, 0x3029 }, { 0x3041, 0x30FE }, { 0x3105, 0x3129 },
		{ 0x3220, 0x3231 }, { 0x32A3, 0x32A3 }, { 0x338E, 0x33D5 }, { 0x4E00, 0x9FA5 }, { 0xFE30, 0xFE6B },
		{ 0xFF01, 0xFF5E }, { 0xFFE0, 0xFFE6 },
	};
	return !is_within(usual, COUNT(usual), code) && !proof_char_is_emoji(code) && !invisible_is(code);
}

bool proof_char_is_beyond_gsm7(uint32_t code)
{
	static const struct range beyond[] = {
		{ 0x370, 0x392 },   { 0x3AA, 0x1DFF },  { 0x2E80, 0x2FFF }, { 0x3003, 0xD7FF },
		{ 0xF900, 0xFDFF }, { 0xFE70, 0xFEFE }, { 0xFF66, 0xFFDC }, { 0x20000, 0x3FFFF },
	};
	return is_within(beyond, COUNT(beyond), code);
}

struct slice proof_char_gsm7_form(uint32_t code, char buffer[2])
{
	static const struct {
		uint32_t code;
		const char *form;
	} forms[] = {
		{ 0x2018, "'" },   { 0x2019, "'" },        { 0x201A, "'" },    { 0x201B, "'" },  { 0x2032, "'" },
		{ 0xB4, "'" },     { '`', "'" },           { 0x201C, "\"" },   { 0x201D, "\"" }, { 0x201E, "\"" },
		{ 0x2033, "\"" },  { 0xAB, "\"" },         { 0xBB, "\"" },     { 0x2010, "-" },  { 0x2011, "-" },
		{ 0x2012, "-" },   { 0x2013, "-" },        { 0x2014, "-" },    { 0x2015, "-" },  { 0x2212, "-" },
		{ 0x2026, "..." }, { 0xA0, " " },          { 0x202F, " " },    { 0x2009, " " },  { 0x3000, " " },
		{ '\t', " " },     { 0x3001, "," },        { 0x3002, "." },    { 0x2022, "-" },  { 0xB7, "-" },
		{ 0xD7, "x" },     { 0xFFE5, "\xC2\xA5" }, { 0x2122, "(TM)" }, { 0xA9, "(C)" },  { 0xAE, "(R)" },
		{ 0xE1, "a" },     { 0xE2, "a" },          { 0xE3, "a" },      { 0xED, "i" },    { 0xEE, "i" },
		{ 0xEF, "i" },     { 0xF3, "o" },          { 0xF4, "o" },      { 0xF5, "o" },    { 0xFA, "u" },
		{ 0xFB, "u" },     { 0xEA, "e" },          { 0xEB, "e" },      { 0xE7, "c" },    { 0xC1, "A" },
		{ 0xC0, "A" },     { 0xC2, "A" },          { 0xC3, "A" },      { 0xCD, "I" },    { 0xD3, "O" },
		{ 0xD4, "O" },     { 0xD5, "O" },          { 0xDA, "U" },      { 0xCA, "E" },    { 0xC8, "E" },
	};
	for (size_t i = 0; i < COUNT(forms); i++)
		if (forms[i].code == code)
			return slice_of(forms[i].form);
	if (code < 0xFF01 || code > 0xFF5E || code == 0xFF40)
		return (struct slice){ NULL, 0 };
	buffer[0] = (char)(code - 0xFEE0);
	return (struct slice){ buffer, 1 };
}

bool proof_char_same(struct slice a, struct slice b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++)
		if (proof_char_fold((unsigned char)a.at[i]) != proof_char_fold((unsigned char)b.at[i]))
			return false;
	return a.len == b.len;
}
