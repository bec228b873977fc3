/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_tokens.h"

#include "base/secret.h"
#include "wire/http/http_sign.h"

#include <stdio.h>

#define RANDOM_OCTETS 32

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line; empty at its end. */
static struct slice take_word(struct slice *line)
{
	while (line->len > 0 && is_blank(*line->at))
		*line = (struct slice){ line->at + 1, line->len - 1 };
	size_t len = 0;
	while (len < line->len && !is_blank(line->at[len]))
		len++;
	struct slice word = { line->at, len };
	*line = (struct slice){ line->at + len, line->len - len };
	return word;
}

static bool is_name(struct slice word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		      c == '-' || c == '.'))
			return false;
	}
	return word.len > 0 && word.len <= ALERT_NAME_MAX;
}

static bool read_hash(struct slice word, char out[static API_HASH_OCTETS])
{
	if (word.len != API_HASH_OCTETS - 1)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];
		c = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		out[i] = c;
	}
	out[word.len] = '\0';
	return true;
}

static unsigned scope_of(struct slice word)
{
	return slice_is(word, "submit")   ? API_SUBMIT
	       : slice_is(word, "cancel") ? API_CANCEL
	       : slice_is(word, "read")   ? API_READ
					  : 0;
}

static bool read_scopes(struct slice text, unsigned *out)
{
	*out = 0;
	while (text.len > 0) {
		const char *comma = memchr(text.at, ',', text.len);
		size_t len = comma != NULL ? (size_t)(comma - text.at) : text.len;
		struct slice word = { text.at, len };
		unsigned scope = scope_of(word);
		if (scope == 0)
			return false;
		*out |= scope;
		len += comma != NULL;
		text = (struct slice){ text.at + len, text.len - len };
	}
	return *out != 0;
}

/* A day begins at midnight: the token is good until then. */
static bool read_expiry(struct slice text, const struct zone *zone, wall_ms *out)
{
	struct civil day;
	if (civil_parse_rfc3339(text, out))
		return true;
	if (!civil_parse_date(text, &day))
		return false;
	*out = civil_to_wall(&day, zone != NULL ? zone_offset_s(zone, civil_to_wall(&day, 0)) : 0);
	return true;
}

static enum err read_option(struct slice word, const struct zone *zone, struct api_token *token, unsigned line,
			    struct err_at *at)
{
	const char *equals = memchr(word.at, '=', word.len);
	struct slice key = { word.at, equals != NULL ? (size_t)(equals - word.at) : word.len };
	struct slice value = { word.at + key.len + 1, equals != NULL ? word.len - key.len - 1 : 0 };
	bool is_good = false;
	if (slice_is(key, "expires")) {
		is_good = read_expiry(value, zone, &token->expires);
	} else if (slice_is(key, "scopes")) {
		is_good = read_scopes(value, &token->scopes);
	} else if (slice_is(key, "tenant")) {
		is_good = value.len > 0 && value.len <= ALERT_NAME_MAX;
		snprintf(token->tenant, sizeof token->tenant, "%.*s", SLICE_ARG(value));
	}
	if (is_good)
		return ERR_OK;
	err_at_set(at, ERR_FORMAT, 0, NULL,
		   "“%.*s” is none of expires=2027-02-01, scopes=submit,cancel,read and tenant=NAME", SLICE_ARG(word));
	at->line = line;
	return ERR_FORMAT;
}

static enum err read_line(struct slice text, const struct zone *zone, struct api_tokens *out, unsigned line,
			  struct err_at *at)
{
	struct api_token token = { .scopes = API_SUBMIT | API_CANCEL };
	bool has_nul = text.len > 0 && memchr(text.at, '\0', text.len) != NULL;
	struct slice name = take_word(&text), hash = take_word(&text);
	enum err err = ERR_OK;
	if (name.len == 0 || *name.at == '#')
		return ERR_OK;
	if (has_nul) /* a tenant that ends there would be another one, or any */
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "the line holds a NUL character");
	else if (!is_name(name))
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "a name is letters, digits, “_”, “-” and “.”, at most %d",
				 ALERT_NAME_MAX);
	else if (!read_hash(hash, token.hash))
		err = err_at_set(at, ERR_FORMAT, 0, NULL,
				 "behind the name stands the token's hash, 64 hexadecimal digits; "
				 "“hongyan token” makes such a line");
	else if (out->count == API_TOKENS_MAX)
		err = err_at_set(at, ERR_FULL, 0, NULL, "there are more than %d tokens", API_TOKENS_MAX);
	snprintf(token.name, sizeof token.name, "%.*s", SLICE_ARG(name));
	for (unsigned i = 0; err == ERR_OK && i < out->count; i++) {
		if (strcmp(out->tokens[i].name, token.name) == 0)
			err = err_at_set(at, ERR_DUPLICATE, 0, NULL, "two tokens are called “%s”", token.name);
	}
	for (struct slice word = take_word(&text); err == ERR_OK && word.len > 0; word = take_word(&text))
		err = read_option(word, zone, &token, line, at);
	if (err == ERR_OK)
		out->tokens[out->count++] = token;
	else
		at->line = line;
	return err;
}

enum err api_tokens_parse(struct slice text, const struct zone *zone, struct api_tokens *out, struct err_at *at)
{
	struct api_tokens tokens = { .count = 0 };
	for (unsigned line = 1; text.len > 0; line++) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;
		enum err err = read_line((struct slice){ text.at, len }, zone, &tokens, line, at);
		if (err != ERR_OK)
			return err;
		len += end != NULL;
		text = (struct slice){ text.at + len, text.len - len };
	}
	*out = tokens;
	return ERR_OK;
}

enum err api_tokens_find(const struct api_tokens *tokens, struct slice given, wall_ms now, const struct api_token **out)
{
	char hash[API_HASH_OCTETS] = "";
	const struct api_token *found = NULL;
	*out = NULL;
	if (!http_sha256_hex(given, hash))
		return ERR_MEMORY;
	/* All are looked at, so that time says nothing of which one it is. */
	for (unsigned i = 0; i < tokens->count; i++) {
		struct slice hash_given = { hash, API_HASH_OCTETS - 1 },
			     known = { tokens->tokens[i].hash, API_HASH_OCTETS - 1 };
		if (secret_equal(hash_given, known))
			found = &tokens->tokens[i];
	}
	if (found == NULL)
		return ERR_NOT_FOUND;
	if (found->expires != 0 && now >= found->expires)
		return ERR_TIMEOUT;
	*out = found;
	return ERR_OK;
}

bool api_token_make(const unsigned char random[static 32], char token[static API_TOKEN_OCTETS],
		    char hash[static API_HASH_OCTETS])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct buf out = buf_over(token, API_TOKEN_OCTETS - 1);
	uint32_t bits = 0;
	unsigned count = 0;
	buf_put_text(&out, API_TOKEN_PREFIX);
	for (unsigned i = 0; i < RANDOM_OCTETS; i++) {
		bits = bits << 8 | random[i];
		for (count += 8; count >= 6; count -= 6)
			buf_put_u8(&out, (uint8_t)digits[bits >> (count - 6) & 63]);
	}
	buf_put_u8(&out, (uint8_t)digits[bits << (6 - count) & 63]);
	token[out.len] = '\0';
	hash[API_HASH_OCTETS - 1] = '\0';
	return http_sha256_hex(buf_slice(&out), hash);
}
