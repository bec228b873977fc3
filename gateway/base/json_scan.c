/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_scan.h"

#include "base/check.h"
#include "base/number.h"
#include "base/utf8.h"

/* Strings are most of an alert, so their octets are looked at eight at a time; all that is not plain ASCII stops the
 * run and is dealt with one by one. A string without escapes is never copied. */

const char *json_scan_type_name(enum json_scan_type type)
{
	static const char *const names[JSON_SCAN_TYPE_COUNT] = {
		[JSON_SCAN_STRING] = "a string", [JSON_SCAN_NUMBER] = "a number", [JSON_SCAN_TRUE] = "true",
		[JSON_SCAN_FALSE] = "false",     [JSON_SCAN_NULL] = "null",       [JSON_SCAN_OBJECT] = "an object",
		[JSON_SCAN_ARRAY] = "an array",
	};
	CHECK((unsigned)type < JSON_SCAN_TYPE_COUNT);
	return names[type];
}

void json_scan_init(struct json_scan *scan, struct slice json, struct arena *arena, struct err_at *at)
{
	*scan = (struct json_scan){ .json = json, .arena = arena, .at = at };
}

static enum err malformed(const struct json_scan *scan, size_t offset, const char *why)
{
	return err_at_set(scan->at, ERR_FORMAT, offset, NULL, "malformed JSON: %s", why);
}

static enum err unexpected(const struct json_scan *scan, const char *expected)
{
	if (scan->used >= scan->json.len)
		return err_at_set(scan->at, ERR_FORMAT, scan->used, NULL,
				  "malformed JSON: %s expected, but it ends here", expected);
	unsigned char found = (unsigned char)scan->json.at[scan->used];
	if (found > ' ' && found < 0x7F)
		return err_at_set(scan->at, ERR_FORMAT, scan->used, NULL, "malformed JSON: %s expected, found “%c”",
				  expected, found);
	return err_at_set(scan->at, ERR_FORMAT, scan->used, NULL, "malformed JSON: %s expected, found octet 0x%02X",
			  expected, found);
}

/* The next octet that is no blank, not yet used; NUL at the end, which is no octet of JSON either. */
static inline char peek(struct json_scan *scan)
{
	const char *text = scan->json.at;
	size_t len = scan->json.len;
	size_t i = scan->used;
	while (i < len && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t'))
		i++;
	scan->used = i;
	return i < len ? text[i] : '\0';
}

#define EACH(octet) (0x0101010101010101u * (uint64_t)(octet))

/* Octets from text on that are printable ASCII but neither quote nor backslash. In each octet's top bit: zero where it
 * is wanted. A borrow can only spoil octets above the first unwanted one. */
static inline size_t plain_run(const char *text, size_t len)
{
	size_t i = 0;
	for (; i + 8 <= len; i += 8) {
		uint64_t word;
		memcpy(&word, text + i, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word = __builtin_bswap64(word);
#endif
		uint64_t quote = word ^ EACH('"');
		uint64_t backslash = word ^ EACH('\\');
		uint64_t stop = ((quote - EACH(1)) | (backslash - EACH(1)) | (word - EACH(0x20)) | word) & EACH(0x80);
		if (stop)
			return i + (size_t)__builtin_ctzll(stop) / 8;
	}
	for (; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
	}
	return i;
}

/* Moves past characters beyond ASCII, checked. */
static enum err skip_wide(struct json_scan *scan)
{
	size_t len = scan->json.len;
	size_t i = scan->used;
	do {
		uint32_t code;
		size_t used = utf8_decode(scan->json.at + i, len - i, &code);
		if (used == 0)
			return malformed(scan, i, "a string that is not valid UTF-8");
		i += used;
	} while (i < len && (unsigned char)scan->json.at[i] >= 0x80);
	scan->used = i;
	return ERR_OK;
}

/* Moves past characters that stand for themselves, up to a quote or backslash. */
static inline enum err skip_plain(struct json_scan *scan)
{
	const char *text = scan->json.at;
	size_t len = scan->json.len;
	for (;;) {
		size_t i = scan->used + plain_run(text + scan->used, len - scan->used);
		scan->used = i;
		if (i == len)
			return malformed(scan, i, "a string that does not end");
		unsigned char c = (unsigned char)text[i];
		if (c == '"' || c == '\\')
			return ERR_OK;
		if (c < 0x20)
			return err_at_set(scan->at, ERR_FORMAT, i, NULL,
					  "malformed JSON: control character 0x%02X in a string; write it as \\u%04x",
					  c, c);
		enum err err = skip_wide(scan);
		if (err)
			return err;
	}
}

/* Four hexadecimal digits at offset, or -1. */
static int32_t hex4(struct slice json, size_t offset)
{
	if (json.len - offset < 4)
		return -1;
	int32_t value = 0;
	for (size_t i = 0; i < 4; i++) {
		int digit = number_hex_digit(json.at[offset + i]);
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* Unescapes \uXXXX, and the pair that it may be the first half of; used stands at the backslash. */
static enum err unescape_code(struct json_scan *scan, char *out, size_t *out_len)
{
	size_t start = scan->used;
	int32_t code = hex4(scan->json, start + 2);
	scan->used = start + 6;
	if (code < 0)
		return malformed(scan, start, "\\u without four hexadecimal digits");
	if (code == 0)
		return malformed(scan, start, "\\u0000 is not allowed");
	if (code >= 0xDC00 && code <= 0xDFFF)
		return malformed(scan, start, "the second half of a surrogate pair without the first");
	if (code >= 0xD800 && code <= 0xDBFF) {
		bool has_second = scan->json.len - scan->used >= 6 && scan->json.at[scan->used] == '\\' &&
				  scan->json.at[scan->used + 1] == 'u';
		int32_t second = has_second ? hex4(scan->json, scan->used + 2) : -1;
		if (second < 0xDC00 || second > 0xDFFF)
			return malformed(scan, start, "the first half of a surrogate pair without the second");
		code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
		scan->used += 6;
	}
	*out_len += utf8_encode((uint32_t)code, out + *out_len);
	return ERR_OK;
}

/* Unescapes one escape; used stands at the backslash. No escape gives more octets than it has. */
static enum err unescape(struct json_scan *scan, char *out, size_t *out_len)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	char letter = scan->used + 1 < scan->json.len ? scan->json.at[scan->used + 1] : '\0';
	if (letter == 'u')
		return unescape_code(scan, out, out_len);
	const char *found = letter ? strchr(letters, letter) : NULL;
	if (found == NULL)
		return malformed(scan, scan->used, "an unknown escape in a string");
	out[(*out_len)++] = meanings[found - letters];
	scan->used += 2;
	return ERR_OK;
}

/* The octets from start up to the closing quote, escapes not looked into. */
static size_t raw_len(struct slice json, size_t start)
{
	size_t i = start;
	while (i < json.len && json.at[i] != '"')
		i += json.at[i] == '\\' ? 2 : 1;
	return (i < json.len ? i : json.len) - start;
}

/* A string with escapes from start on; used stands at the first backslash. */
static enum err escaped_string(struct json_scan *scan, size_t start, struct slice *out)
{
	size_t cap = raw_len(scan->json, start);
	char *copy = arena_alloc(scan->arena, cap);
	if (copy == NULL)
		return err_at_set(scan->at, ERR_FULL, start, NULL, "needs more memory than one alert may take");
	size_t len = scan->used - start;
	memcpy(copy, scan->json.at + start, len);
	while (scan->json.at[scan->used] != '"') {
		enum err err = unescape(scan, copy, &len);
		size_t plain = scan->used;
		if (err == ERR_OK)
			err = skip_plain(scan);
		if (err)
			return err;
		memcpy(copy + len, scan->json.at + plain, scan->used - plain);
		len += scan->used - plain;
	}
	arena_trim(scan->arena, copy, cap, len);
	*out = (struct slice){ copy, len };
	return ERR_OK;
}

/* used stands at the opening quote. */
static enum err string(struct json_scan *scan, struct slice *out)
{
	size_t start = ++scan->used;
	enum err err = skip_plain(scan);
	if (err)
		return err;
	if (scan->json.at[scan->used] == '\\')
		err = escaped_string(scan, start, out);
	else
		*out = (struct slice){ scan->json.at + start, scan->used - start };
	scan->used++;
	return err;
}

static bool digits(struct json_scan *scan)
{
	size_t first = scan->used;
	while (scan->used < scan->json.len && scan->json.at[scan->used] >= '0' && scan->json.at[scan->used] <= '9')
		scan->used++;
	return scan->used > first;
}

static bool one_of(struct json_scan *scan, char a, char b)
{
	if (scan->used == scan->json.len || (scan->json.at[scan->used] != a && scan->json.at[scan->used] != b))
		return false;
	scan->used++;
	return true;
}

/* RFC 8259 §6. */
static enum err number(struct json_scan *scan, struct slice *out)
{
	size_t start = scan->used;
	one_of(scan, '-', '-');
	size_t first = scan->used;
	if (!digits(scan))
		return unexpected(scan, "a digit");
	if (scan->json.at[first] == '0' && scan->used > first + 1)
		return malformed(scan, first, "a number with a leading zero");
	if (one_of(scan, '.', '.') && !digits(scan))
		return unexpected(scan, "a digit");
	if (one_of(scan, 'e', 'E')) {
		one_of(scan, '+', '-');
		if (!digits(scan))
			return unexpected(scan, "a digit");
	}
	*out = (struct slice){ scan->json.at + start, scan->used - start };
	return ERR_OK;
}

static enum err word(struct json_scan *scan, struct slice expected)
{
	struct slice rest = { scan->json.at + scan->used, scan->json.len - scan->used };
	if (!slice_starts(rest, expected))
		return unexpected(scan, "a value");
	scan->used += expected.len;
	return ERR_OK;
}

static enum err open_container(struct json_scan *scan, bool is_array)
{
	if (scan->depth == JSON_SCAN_DEPTH_MAX)
		return err_at_set(scan->at, ERR_RANGE, scan->used, NULL, "is nested deeper than %d",
				  JSON_SCAN_DEPTH_MAX);
	scan->depth++;
	scan->is_array = scan->is_array << 1 | is_array;
	scan->is_first = true;
	scan->used++;
	return ERR_OK;
}

static enum err typed(struct json_scan *scan, struct json_scan_value *value, char lead)
{
	switch (lead) {
	case '"':
		value->type = JSON_SCAN_STRING;
		return string(scan, &value->text);
	case '{':
		value->type = JSON_SCAN_OBJECT;
		return open_container(scan, false);
	case '[':
		value->type = JSON_SCAN_ARRAY;
		return open_container(scan, true);
	case 't':
		value->type = JSON_SCAN_TRUE;
		return word(scan, SLICE("true"));
	case 'f':
		value->type = JSON_SCAN_FALSE;
		return word(scan, SLICE("false"));
	case 'n':
		value->type = JSON_SCAN_NULL;
		return word(scan, SLICE("null"));
	default:
		if (lead != '-' && (lead < '0' || lead > '9'))
			return unexpected(scan, "a value");
		value->type = JSON_SCAN_NUMBER;
		return number(scan, &value->text);
	}
}

enum err json_scan_value(struct json_scan *scan, struct json_scan_value *out)
{
	char lead = peek(scan);
	struct json_scan_value value = { .offset = scan->used };
	enum err err = typed(scan, &value, lead);
	if (err == ERR_OK)
		*out = value;
	return err;
}

enum err json_scan_next(struct json_scan *scan, bool *more, struct json_scan_value *key)
{
	CHECK(scan->depth > 0);
	bool in_array = scan->is_array & 1;
	CHECK(in_array == (key == NULL));
	char c = peek(scan);
	if (c == (in_array ? ']' : '}')) {
		scan->used++;
		scan->depth--;
		scan->is_array >>= 1;
		scan->is_first = false;
		*more = false;
		return ERR_OK;
	}
	if (!scan->is_first) {
		if (c != ',')
			return unexpected(scan, in_array ? "“,” or “]”" : "“,” or “}”");
		scan->used++;
		c = peek(scan);
	}
	scan->is_first = false;
	if (!in_array) {
		if (c != '"')
			return unexpected(scan, "a name in quotes");
		struct json_scan_value name = { .type = JSON_SCAN_STRING, .offset = scan->used };
		enum err err = string(scan, &name.text);
		if (err)
			return err;
		if (peek(scan) != ':')
			return unexpected(scan, "“:”");
		scan->used++;
		*key = name;
	}
	*more = true;
	return ERR_OK;
}

enum err json_scan_end(struct json_scan *scan)
{
	CHECK(scan->depth == 0);
	peek(scan);
	return scan->used == scan->json.len ? ERR_OK : malformed(scan, scan->used, "something follows its end");
}
