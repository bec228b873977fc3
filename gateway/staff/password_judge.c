/* SPDX-License-Identifier: Apache-2.0 */

/* What is wrong with a password is asked of all that people and machines try first: the longest way round is a list, the rest are
 * rules. None of them wants a digit, a capital or a sign. */

#include "base/check.h"
#include "base/utf8.h"
#include "staff/common_password.h"
#include "staff/one_time_code.h"
#include "staff/password.h"

#define OWN_WORD_LEAST 4 /* octets of a name that says something: “li” is in too many words */
#define REST_LEAST     6 /* characters that must be left beside the names */
#define ROW_LEAST      4 /* characters that stand in a row */
#define RUN_LEAST      6 /* the same, where they alone make a sequence of what is shorter than advised */
#define PIECE_MAX      4 /* characters of a piece that is repeated */

struct characters {
	uint32_t codes[PASSWORD_CHARACTERS_MAX];
	unsigned count;
};

static char lower(char octet)
{
	return octet >= 'A' && octet <= 'Z' ? (char)(octet - 'A' + 'a') : octet;
}

/* Takes the text apart, in small letters. */
static enum password_fault read(struct slice text, struct characters *out)
{
	if (text.len > PASSWORD_OCTETS_MAX)
		return PASSWORD_LONG;
	if (utf8_valid(text.at, text.len) != text.len)
		return PASSWORD_MALFORMED;
	out->count = 0;
	for (size_t at = 0; at < text.len;) {
		uint32_t code;
		if (out->count == PASSWORD_CHARACTERS_MAX)
			return PASSWORD_LONG;
		at += utf8_decode(text.at + at, text.len - at, &code);
		if (code < ' ' || code == 0x7F || (code >= 0x80 && code < 0xA0))
			return PASSWORD_MALFORMED;
		out->codes[out->count++] = code < 0x80 ? (uint32_t)lower((char)code) : code;
	}
	return out->count < PASSWORD_CHARACTERS_MIN ? PASSWORD_SHORT : PASSWORD_FINE;
}

/* The same piece of a few characters from one end to the other. */
static bool is_repeated(const struct characters *text)
{
	for (unsigned piece = 1; piece <= PIECE_MAX; piece++) {
		unsigned i = piece;
		while (i < text->count && text->codes[i] == text->codes[i - piece])
			i++;
		if (i == text->count)
			return true;
	}
	return false;
}

/* Where a character stands in a row of keys; 0 = in none of them, and far from all others. */
static int place_of_key(uint32_t code)
{
	static const char keys[] = "1234567890  qwertyuiop  asdfghjkl  zxcvbnm";
	const char *at = code > ' ' && code < 0x80 ? strchr(keys, (int)code) : NULL;
	return at != NULL ? (int)(at - keys) + 1 : 0;
}

static bool follows(uint32_t before, uint32_t code, int step)
{
	int from = place_of_key(before);
	int to = place_of_key(code);
	return (int64_t)code - before == step || (from != 0 && to - from == step);
}

/* How many characters from at on stand in a row, up or down, by the alphabet or by the keys. */
static unsigned row_from(const struct characters *text, unsigned at)
{
	unsigned longest = 1;
	for (int step = -1; step <= 1; step += 2) {
		unsigned end = at + 1;
		while (end < text->count && follows(text->codes[end - 1], text->codes[end], step))
			end++;
		longest = end - at > longest ? end - at : longest;
	}
	return longest;
}

/* Rows of four and more with little beside them (“abcd1234”, “qwert12345”), or a long one in what is short. */
static bool is_sequence(const struct characters *text)
{
	bool is_short = text->count < PASSWORD_CHARACTERS_ADVISED;
	unsigned in_rows = 0;
	for (unsigned at = 0; at < text->count;) {
		unsigned row = row_from(text, at);
		if (is_short && row >= RUN_LEAST)
			return true;
		in_rows += row >= ROW_LEAST ? row : 0;
		at += row >= ROW_LEAST ? row : 1;
	}
	return text->count - in_rows < ROW_LEAST;
}

static bool begins(const char *text, size_t len, struct slice word)
{
	size_t i = 0;
	if (word.len > len)
		return false;
	while (i < word.len && lower(text[i]) == lower(word.at[i]))
		i++;
	return i == word.len;
}

/* Takes each place out where word stands. Returns the length that is left. */
static size_t take_out(char *text, size_t len, struct slice word, bool *was_there)
{
	size_t left = 0;
	for (size_t i = 0; i < len;) {
		if (word.len >= OWN_WORD_LEAST && begins(text + i, len - i, word)) {
			*was_there = true;
			i += word.len;
		} else {
			text[left++] = text[i++];
		}
	}
	return left;
}

/* Whether it has little beside the names that everybody knows. */
static bool is_own_name(struct slice password, struct slice name, struct slice display)
{
	char text[PASSWORD_OCTETS_MAX];
	bool was_there = false;
	memcpy(text, password.at, password.len);
	size_t len = take_out(text, password.len, name, &was_there);
	len = take_out(text, len, display, &was_there);
	len = take_out(text, len, SLICE("hongyan"), &was_there);
	len = take_out(text, len, SLICE("鸿雁"), &was_there);
	bool is_own = was_there && utf8_count(text, len) < REST_LEAST;
	password_forget(text, sizeof text);
	return is_own;
}

enum password_fault password_judge(struct slice password, struct slice name, struct slice display)
{
	struct characters text;
	enum password_fault fault = read(password, &text);
	if (fault == PASSWORD_FINE && is_repeated(&text))
		fault = PASSWORD_REPEATED;
	if (fault == PASSWORD_FINE && common_password_is(password, text.count < PASSWORD_CHARACTERS_ADVISED))
		fault = PASSWORD_COMMON;
	if (fault == PASSWORD_FINE && is_own_name(password, name, display))
		fault = PASSWORD_OWN_NAME;
	if (fault == PASSWORD_FINE && is_sequence(&text))
		fault = PASSWORD_SEQUENCE;
	if (fault == PASSWORD_FINE && one_time_code_has_form(password))
		fault = PASSWORD_CODE_FORM;
	password_forget(&text, sizeof text);
	return fault;
}

bool password_is_advised(struct slice password)
{
	return utf8_count(password.at, password.len) >= PASSWORD_CHARACTERS_ADVISED;
}

static const struct {
	const char *name;
	const char *english;
	const char *chinese;
} faults[PASSWORD_FAULT_COUNT] = {
	[PASSWORD_FINE] = { "fine", "The password is fine", "密码可以使用" },
	[PASSWORD_SHORT] = { "short",
			     "A password has at least 8 characters; 15 or more are better, some words for example",
			     "密码至少 8 个字符，建议 15 个以上，例如几个词连在一起" },
	[PASSWORD_LONG] = { "long", "A password has at most 128 characters", "密码最多 128 个字符" },
	[PASSWORD_MALFORMED] = { "malformed", "A password has no control characters", "密码不能含控制字符" },
	[PASSWORD_COMMON] = { "common", "This password is one of those that are tried first; please take another one",
			      "这是最常被猜到的密码之一，请换一个" },
	[PASSWORD_OWN_NAME] = { "own_name", "A password is not made of one's name, nor of this program's",
				"密码不能由自己的名字或本系统的名称组成" },
	[PASSWORD_REPEATED] = { "repeated", "This password repeats one piece again and again",
				"密码不能只是同样内容的重复" },
	[PASSWORD_SEQUENCE] = { "sequence", "This password is made of characters in a row, such as abcdef or 123456",
				"密码不能是连续的字符，例如 abcdef、123456" },
	[PASSWORD_CODE_FORM] = { "code_form", "A password must not look like a one-time code",
				 "密码不能与一次性代码的格式相同" },
};

const char *password_fault_name(enum password_fault fault)
{
	CHECK((unsigned)fault < PASSWORD_FAULT_COUNT);
	return faults[fault].name;
}

const char *password_fault_text(enum password_fault fault, bool is_chinese)
{
	CHECK((unsigned)fault < PASSWORD_FAULT_COUNT);
	return is_chinese ? faults[fault].chinese : faults[fault].english;
}
