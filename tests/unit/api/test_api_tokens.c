/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_tokens.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* SHA-256 of “abc” (FIPS 180-2, B.1). */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static struct api_tokens parse(const char *text)
{
	struct api_tokens tokens;
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(api_tokens_parse(slice_of(text), NULL, &tokens, &at), ERR_OK, "%s: %s", text, at.text);
	return tokens;
}

Test(api_tokens, who_may_do_what)
{
	static const struct {
		const char *name;
		const char *text;
		const char *given;
		enum err want;
		unsigned want_scopes;
		const char *want_tenant;
	} rows[] = {
		{ "all", "a " ABC, "abc", ERR_OK, API_SUBMIT | API_CANCEL, "" },
		{ "another token", "a " ABC, "abd", ERR_NOT_FOUND, 0, "" },
		{ "none", "", "abc", ERR_NOT_FOUND, 0, "" },
		{ "empty", "a " ABC, "", ERR_NOT_FOUND, 0, "" },
		{ "among comments", "# a\n\n  \t\r\nb " ABC "  scopes=cancel\r\n", "abc", ERR_OK, API_CANCEL, "" },
		{ "of a tenant", "a " ABC " tenant=north scopes=submit,cancel", "abc", ERR_OK, API_SUBMIT | API_CANCEL,
		  "north" },
		{ "in time", "a " ABC " expires=1970-01-03", "abc", ERR_OK, API_SUBMIT | API_CANCEL, "" },
		{ "its time is over", "a " ABC " expires=1970-01-02", "abc", ERR_TIMEOUT, 0, "" },
		{ "to the millisecond", "a " ABC " expires=1970-01-02T00:00:00.001Z", "abc", ERR_OK,
		  API_SUBMIT | API_CANCEL, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct api_tokens tokens = parse(rows[i].text);
		const struct api_token *token;
		enum err err = api_tokens_find(&tokens, slice_of(rows[i].given), 24 * 3600 * MS_PER_S, &token);
		cr_expect_eq(err, rows[i].want, "%s: %s", rows[i].name, err_name(err));
		cr_expect_eq(token != NULL, err == ERR_OK, "%s", rows[i].name);
		if (token == NULL)
			continue;
		cr_expect_eq(token->scopes, rows[i].want_scopes, "%s", rows[i].name);
		cr_expect_str_eq(token->tenant, rows[i].want_tenant, "%s", rows[i].name);
	}
}

Test(api_tokens, what_is_wrong)
{
	static const struct {
		const char *text;
		unsigned want_line;
		const char *want;
	} rows[] = {
		{ "a\n", 1,
		  "behind the name stands the token's hash, 64 hexadecimal digits; “hongyan token” makes such a line" },
		{ "# x\na b\n", 2,
		  "behind the name stands the token's hash, 64 hexadecimal digits; “hongyan token” makes such a line" },
		{ "ä " ABC, 1, "a name is letters, digits, “_”, “-” and “.”, at most 64" },
		{ "a " ABC "\nb " ABC "\na " ABC, 3, "two tokens are called “a”" },
		{ "a " ABC " scope=submit", 1,
		  "“scope=submit” is none of expires=2027-02-01, scopes=submit,cancel,read and tenant=NAME" },
		{ "a " ABC " scopes=", 1,
		  "“scopes=” is none of expires=2027-02-01, scopes=submit,cancel,read and tenant=NAME" },
		{ "a " ABC " expires=soon", 1,
		  "“expires=soon” is none of expires=2027-02-01, scopes=submit,cancel,read and tenant=NAME" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct api_tokens tokens;
		struct err_at at = { .err = ERR_OK };
		cr_expect_neq(api_tokens_parse(slice_of(rows[i].text), NULL, &tokens, &at), ERR_OK, "%s", rows[i].text);
		cr_expect_str_eq(at.text, rows[i].want, "%s: %s", rows[i].text, at.text);
		cr_expect_eq(at.line, rows[i].want_line, "%s: line %u", rows[i].text, at.line);
	}
}

Test(api_tokens, how_many)
{
	static char text[(API_TOKENS_MAX + 1) * 80];
	struct api_tokens tokens;
	struct err_at at = { .err = ERR_OK };
	size_t len = 0;
	for (unsigned i = 0; i <= API_TOKENS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "t%u " ABC "\n", i);
	cr_expect_eq(api_tokens_parse(slice_of(text), NULL, &tokens, &at), ERR_FULL);
	cr_expect_eq(at.line, API_TOKENS_MAX + 1);
}

/* What is made is found again, and no two are alike. */
Test(api_tokens, are_made)
{
	unsigned char random[32] = { 0 };
	char token[API_TOKEN_OCTETS], hash[API_HASH_OCTETS], line[128], before[API_TOKEN_OCTETS] = "";
	for (unsigned i = 0; i < 256; i++) {
		const struct api_token *found;
		random[31] = (unsigned char)i;
		cr_assert(api_token_make(random, token, hash));
		cr_assert_eq(strlen(token), strlen(API_TOKEN_PREFIX) + 43, "%s", token);
		cr_assert_eq(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			     strlen(token));
		cr_assert_str_neq(token, before);
		snprintf(line, sizeof line, "a %s", hash);
		struct api_tokens tokens = parse(line);
		cr_assert_eq(api_tokens_find(&tokens, slice_of(token), 0, &found), ERR_OK, "%s", token);
		memcpy(before, token, sizeof before);
	}
}

/* A tenant that ended there would be another one, or any. */
Test(api_tokens, a_nul_is_no_part_of_a_line)
{
	static const struct slice texts[] = {
		SLICE("a\0b " ABC "\n"),
		SLICE("a " ABC " tenant=\0north"),
		SLICE("a " ABC " tenant=nor\0th"),
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct api_tokens tokens;
		struct err_at at = { .err = ERR_OK };
		cr_expect_eq(api_tokens_parse(texts[i], NULL, &tokens, &at), ERR_FORMAT, "%zu", i);
		cr_expect_eq(at.line, 1);
	}
}
