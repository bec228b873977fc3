/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_locator.h"

#include "base/number.h"

#include <errno.h>
#include <stdlib.h>

#define TOKENS_MAX  16
#define REGEX_MAX   256  /* octets of an expression */
#define REPEATS_MAX 4096 /* bounds of its repetitions, multiplied; “+” counts 2 */

static enum err no_room(const char *field, struct err_at *at)
{
	return err_at_set(at, ERR_FULL, 0, field, "is too long");
}

/* RFC 6901 §3: “~1” is “/”, “~0” is “~”. */
static enum err compile_pointer(struct slice text, const char *field, struct arena *arena, struct http_locator *out,
				struct err_at *at)
{
	struct slice *tokens = arena_alloc(arena, sizeof *tokens * TOKENS_MAX);
	char *memory = arena_alloc(arena, text.len + 1);
	if (tokens == NULL || memory == NULL)
		return no_room(field, at);
	unsigned count = 0;
	for (size_t i = 0; i < text.len;) {
		if (count == TOKENS_MAX)
			return err_at_set(at, ERR_RANGE, i, field, "goes deeper than %d steps", TOKENS_MAX);
		char *token = memory;
		for (i++; i < text.len && text.at[i] != '/'; i++) {
			char c = text.at[i];
			if (c == '~') {
				char next = i + 1 < text.len ? text.at[i + 1] : '\0';
				if (next != '0' && next != '1')
					return err_at_set(at, ERR_FORMAT, i, field,
							  "has a “~” that is not followed by 0 or 1 (RFC 6901)");
				c = next == '0' ? '~' : '/';
				i++;
			}
			*memory++ = c;
		}
		tokens[count++] = (struct slice){ token, (size_t)(memory - token) };
		*memory++ = '\0';
	}
	*out = (struct http_locator){ .kind = HTTP_LOCATOR_POINTER, .tokens = tokens, .token_count = count };
	return ERR_OK;
}

/* regcomp writes out repetitions, those of nested ones times each other, and would take for ever and all memory.
 * False for an expression that may grow so; brackets are not looked into, which errs on the safe side. */
static bool is_modest(const char *text)
{
	unsigned weight = 1;
	for (const char *c = text; *c && weight <= REPEATS_MAX; c++) {
		if (c[0] == '\\' && c[1]) {
			c++;
		} else if (c[0] == '+') {
			weight *= 2;
		} else if (c[0] == '{') {
			unsigned most = 1;
			for (; *c && *c != '}'; c++) {
				unsigned number = 0;
				for (; *c >= '0' && *c <= '9' && number <= REPEATS_MAX; c++)
					number = number * 10 + (unsigned)(*c - '0');
				most = number > most ? number : most;
				if (*c == '\0' || *c == '}')
					break;
			}
			weight *= most;
			if (*c == '\0')
				break;
		}
	}
	return weight <= REPEATS_MAX;
}

static enum err compile_regex(const char *text, const char *field, struct http_locator *out, struct err_at *at)
{
	if (strlen(text) > REGEX_MAX)
		return err_at_set(at, ERR_RANGE, 0, field, "is a regular expression of more than %d octets", REGEX_MAX);
	for (const char *c = text; *c; c++) {
		if (c[0] != '\\' || c[1] == '\0')
			continue;
		if (c[1] >= '1' && c[1] <= '9')
			return err_at_set(at, ERR_UNSUPPORTED, (size_t)(c - text), field,
					  "has a back-reference, which can take for ever");
		c++;
	}
	if (!is_modest(text))
		return err_at_set(at, ERR_RANGE, 0, field,
				  "repeats too much; use “*” instead of “+” and smaller bounds");
	regex_t *regex = malloc(sizeof *regex);
	if (regex == NULL)
		return err_at_set(at, ERR_MEMORY, 0, field, "finds no memory");
	int wrong = regcomp(regex, text, REG_EXTENDED);
	if (wrong) {
		char why[96];
		regerror(wrong, regex, why, sizeof why);
		free(regex);
		if (wrong == REG_ESPACE)
			return err_at_set(at, ERR_MEMORY, 0, field, "finds no memory");
		return err_at_set(at, ERR_FORMAT, 0, field, "is no regular expression: %s", why);
	}
	*out = (struct http_locator){ .kind = HTTP_LOCATOR_REGEX, .regex = regex };
	return ERR_OK;
}

enum err http_locator_compile(const char *text, const char *field, struct arena *arena, struct http_locator *out,
			      struct err_at *at)
{
	if (text == NULL || text[0] == '\0') {
		*out = (struct http_locator){ .kind = HTTP_LOCATOR_NONE };
		return ERR_OK;
	}
	struct slice slice = slice_of(text);
	if (slice_starts(slice, SLICE("regex:")))
		return compile_regex(text + sizeof "regex:" - 1, field, out, at);
	if (slice_is(slice, "{id}")) {
		*out = (struct http_locator){ .kind = HTTP_LOCATOR_OWN_ID };
		return ERR_OK;
	}
	if (text[0] == '/')
		return compile_pointer(slice, field, arena, out, at);
	return err_at_set(at, ERR_FORMAT, 0, field, "is neither a JSON pointer (“/a/0/b”) nor “regex:…”");
}

void http_locator_fini(struct http_locator *locator)
{
	if (locator->regex) {
		regfree(locator->regex);
		free(locator->regex);
	}
	*locator = (struct http_locator){ .kind = HTTP_LOCATOR_NONE };
}

const struct json_node *http_locator_value(const struct http_locator *locator, const struct json_node *json)
{
	for (unsigned i = 0; i < locator->token_count && json; i++) {
		uint64_t index;
		if (json->type == JSON_SCAN_ARRAY)
			json = number_parse(locator->tokens[i], UINT32_MAX, &index) ? json_node_element(json, index)
										    : NULL;
		else
			json = json_node_member(json, locator->tokens[i]);
	}
	return json;
}

static void find_pointer(const struct http_locator *locator, const struct json_node *json, struct http_found *found)
{
	const struct json_node *value = http_locator_value(locator, json);
	if (value == NULL || value->type == JSON_SCAN_NULL)
		return;
	found->is_there = true;
	found->text = json_node_text(value);
}

static void find_regex(const struct http_locator *locator, struct slice body, struct http_found *found)
{
	char text[HTTP_REGEX_BODY_MAX + 1];
	size_t len = body.len < HTTP_REGEX_BODY_MAX ? body.len : HTTP_REGEX_BODY_MAX;
	if (len)
		memcpy(text, body.at, len);
	text[len] = '\0';
	regmatch_t match[2];
	errno = 0;
	if (regexec(locator->regex, text, 2, match, 0) != 0) {
		found->is_blind = errno == ENOMEM; /* glibc says REG_NOMATCH of that, too */
		return;
	}
	const regmatch_t *part = locator->regex->re_nsub ? &match[1] : &match[0];
	found->is_there = part->rm_so >= 0;
	if (found->is_there)
		found->text = (struct slice){ len ? body.at + part->rm_so : "", (size_t)(part->rm_eo - part->rm_so) };
}

void http_locator_find(const struct http_locator *locator, const struct json_node *json, struct slice body,
		       struct http_found *found)
{
	*found = (struct http_found){ .is_there = false };
	if (locator->kind == HTTP_LOCATOR_POINTER)
		find_pointer(locator, json, found);
	else if (locator->kind == HTTP_LOCATOR_REGEX)
		find_regex(locator, body, found);
}
