/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <criterion/criterion.h>

Test(secret, equal)
{
	static const struct {
		const char *given, *known;
		bool want;
	} rows[] = {
		{ "0123456789abcdef", "0123456789abcdef", true },
		{ "0123456789abcdeF", "0123456789abcdef", false },
		{ "x123456789abcdef", "0123456789abcdef", false },
		{ "0123456789abcde", "0123456789abcdef", false },
		{ "0123456789abcdef0", "0123456789abcdef", false },
		{ "abab", "ab", false },
		{ "", "0123456789abcdef", false },
		{ "0123456789abcdef", "", false },
		{ "", "", true },
		{ NULL, NULL, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(secret_equal(slice_of(rows[i].given), slice_of(rows[i].known)), rows[i].want, "%s, %s",
			     rows[i].given, rows[i].known);
}

Test(secret, hide)
{
	static const struct slice known[] = { { "longer-secret", 13 }, { "secret", 6 }, { "p%40ss", 6 } };
	static const struct secrets secrets = { known, 3 };
	static const struct {
		const char *name, *text, *want;
		size_t cap;
	} rows[] = {
		{ "nothing", "all is well", "all is well", 99 },
		{ "empty", "", "", 99 },
		{ "all of it", "secret", "(hidden)", 99 },
		{ "amidst", "no secret here", "no (hidden) here", 99 },
		{ "twice", "secretsecret", "(hidden)(hidden)", 99 },
		{ "the longer one", "a longer-secret", "a (hidden)", 99 },
		{ "another form", "pw=p%40ss&x", "pw=(hidden)&x", 99 },
		{ "almost", "secre longer-secres", "secre longer-secres", 99 },
		{ "cut at its end", "token longer-se", "token (hidden)", 99 },
		{ "cut to four", "token secr", "token (hidden)", 99 },
		{ "three octets are no secret", "token sec", "token sec", 99 },
		{ "no room for all", "0123456789", "0123", 4 },
		{ "no room for the word, and none of the secret", "0 secret", "0 (hi", 5 },
		{ "it lies behind the room", "0123 secret", "0123", 4 },
		{ "across the end of the room", "0123secret", "0123(h", 6 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char octets[128];
		struct buf out = buf_over(octets, rows[i].cap);
		secrets_hide(&secrets, slice_of(rows[i].text), &out);
		octets[out.len] = '\0';
		cr_expect_str_eq(octets, rows[i].want, "%s: %s", rows[i].name, octets);
		cr_expect_not(out.full, "%s", rows[i].name);
	}
	char octets[16];
	struct buf out = buf_over(octets, sizeof octets);
	secrets_hide(NULL, SLICE("secret"), &out);
	cr_expect(slice_is(buf_slice(&out), "secret"));
}
