/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_secrets.h"

#include "app/setting.h"
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SMPP "name: a, address: \"h:1\", system_id: x"
#define HTTP "name: a, protocol: http, url: \"https://h/\", json: \"{}\", source: \"1\""

/* What is hidden of a text by an account's secrets. */
static void expect_hidden(const char *folder, const char *name, const char *account, const char *text, const char *want)
{
	char yaml[2048];
	char errors[SCRATCH_TEXT_OCTETS];
	char octets[512];
	struct buf out = buf_over(octets, sizeof octets - 1);
	snprintf(yaml, sizeof yaml, "callbacks: { listen: \"127.0.0.1:1\" }\naccounts:\n  - { %s }\n", account);
	struct config *config = scratch_load(folder, yaml, NULL, errors);
	cr_assert_not_null(config, "%s: %s", name, errors);
	struct secrets *secrets = config_secrets_create(&config->accounts[0]);
	cr_assert_not_null(secrets);
	secrets_hide(secrets, slice_of(text), &out);
	octets[out.len] = '\0';
	cr_expect_str_eq(octets, want, "%s: %s", name, octets);
	config_secrets_destroy(secrets);
	config_destroy(config);
}

Test(config_secrets, forms)
{
	static const struct {
		const char *name, *account, *text, *want;
	} rows[] = {
		{ "none", SMPP, "secret x", "secret x" },
		{ "of SMPP", SMPP ", password: secret", "err secret", "err (hidden)" },
		{ "a short one", SMPP ", password: abc", "abc abc", "abc abc" },
		{ "a token", HTTP ", auth: bearer, token: tok-en-1", "Bearer tok-en-1", "Bearer (hidden)" },
		{ "percent-encoded", HTTP ", username: u, password: \"p@ss w\"", "/?pw=p%40ss%20w&x",
		  "/?pw=(hidden)&x" },
		{ "within JSON", HTTP ", username: u, password: 'pa\"ss'", "{\"p\":\"pa\\\"ss\"}",
		  "{\"p\":\"(hidden)\"}" },
		{ "Basic", HTTP ", auth: basic, username: user, password: pass", "Basic dXNlcjpwYXNz",
		  "Basic (hidden)" },
		{ "of a proxy", HTTP ", proxy: \"http://user:pass@h:1\"", "pass dXNlcjpwYXNz http://user:pass@h:1",
		  "(hidden) (hidden) (hidden)" },
		{ "a header", HTTP ", headers: { X-Key: abcdefgh, X-Way: short }", "X-Key: abcdefgh X-Way: short",
		  "X-Key: (hidden) X-Way: short" },
		{ "beside place-holders", HTTP ", headers: { X-Key: \"{to}abcdefgh{id}\" }", "1abcdefgh2",
		  "1(hidden)2" },
		{ "of a query", HTTP ", query: { key: abcdefgh }", "?key=abcdefgh", "?key=(hidden)" },
		{ "of a callback", HTTP ", callback: tencent, callback_secret: 0123456789abcdef",
		  "cannot reach /callbacks/a/0123456789abcdef", "cannot reach /callbacks/a/(hidden)" },
		{ "one within another", HTTP ", username: u, password: secret, token: secret-and-more",
		  "secret-and-more secret", "(hidden) (hidden)" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_hidden(folder, rows[i].name, rows[i].account, rows[i].text, rows[i].want);
	config_secrets_destroy(NULL);
	scratch_remove(folder);
}

/* Every setting of an account that the table calls a secret, also those to come. */
Test(config_secrets, none_is_forgotten)
{
	static char value[] = "a-planted-value";
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *setting = &settings[i];
		struct config_account account = { .protocol = setting->scope == SETTING_SCOPE_HTTP
								      ? CONFIG_PROTOCOL_HTTP
								      : CONFIG_PROTOCOL_SMPP };
		char *lines[] = { value };
		bool is_lines = setting->kind == SETTING_LINES && setting->least > 0;
		if (setting->scope == SETTING_SCOPE_ROOT || setting->scope == SETTING_SCOPE_ROUTE ||
		    setting->scope == SETTING_SCOPE_WEBHOOK || setting->is_later ||
		    (setting->kind != SETTING_SECRET && !is_lines))
			continue;
		if (is_lines)
			*(struct config_lines *)(void *)((char *)&account + setting->offset) =
				(struct config_lines){ .at = lines, .count = 1, .is_set = true };
		else
			*(char **)(void *)((char *)&account + setting->offset) = value;
		struct secrets *secrets = config_secrets_create(&account);
		bool is_known = false;
		for (unsigned k = 0; k < secrets->count; k++)
			is_known = is_known || slice_is(secrets->at[k], value);
		cr_expect(is_known, "%s", setting->path);
		config_secrets_destroy(secrets);
	}
}
