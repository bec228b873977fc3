/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_compare.h"

#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SMPP "name: a, address: \"h:1\", system_id: x"
#define HTTP "name: a, protocol: http, preset: kannel, url: \"https://h/\", username: u, password: p, source: \"1\""

static struct config *load(const char *folder, const char *root, const char *account)
{
	char text[2048];
	char errors[SCRATCH_TEXT_OCTETS];
	snprintf(text, sizeof text, "%s\naccounts:\n  - { %s }\n", root, account);
	struct config *config = scratch_load(folder, text, NULL, errors);
	cr_assert_not_null(config, "%s\n%s", text, errors);
	return config;
}

Test(config_compare, accounts)
{
	static const struct {
		const char *name, *before, *after;
		enum account_change_kind want;
	} rows[] = {
		{ "nothing", SMPP, SMPP, ACCOUNT_SAME },
		{ "another order of keys", SMPP ", tps: 5, binds: 2", SMPP ", binds: 2, tps: 5", ACCOUNT_SAME },
		{ "a default written out", SMPP, SMPP ", window: 256, bind: transceiver, validity: none",
		  ACCOUNT_SAME },
		{ "tps", SMPP ", tps: 5", SMPP ", tps: 6", ACCOUNT_CHANGES_IN_PLACE },
		{ "segments_max", SMPP, SMPP ", segments_max: 9", ACCOUNT_CHANGES_IN_PLACE },
		{ "both, and a window", SMPP, SMPP ", segments_max: 9, tps: 5, window: 9", ACCOUNT_CHANGES_LINKS },
		{ "password", SMPP, SMPP ", password: y", ACCOUNT_CHANGES_LINKS },
		{ "another password", SMPP ", password: x", SMPP ", password: y", ACCOUNT_CHANGES_LINKS },
		{ "port", SMPP, "name: a, address: \"h:2\", system_id: x", ACCOUNT_CHANGES_LINKS },
		{ "host", SMPP, "name: a, address: \"g:1\", system_id: x", ACCOUNT_CHANGES_LINKS },
		{ "a word", SMPP, SMPP ", bind: transmitter", ACCOUNT_CHANGES_LINKS },
		{ "an octet", SMPP, SMPP ", priority_flag: 1", ACCOUNT_CHANGES_LINKS },
		{ "a yes", SMPP, SMPP ", registered_delivery: false", ACCOUNT_CHANGES_LINKS },
		{ "a time", SMPP, SMPP ", response_timeout: 31s", ACCOUNT_CHANGES_LINKS },
		{ "protocol", SMPP, HTTP, ACCOUNT_CHANGES_LINKS },
		{ "http, nothing", HTTP, HTTP, ACCOUNT_SAME },
		{ "http, tps", HTTP, HTTP ", tps: 5", ACCOUNT_CHANGES_IN_PLACE },
		{ "lines that come", HTTP, HTTP ", headers: { X-A: \"1\" }", ACCOUNT_CHANGES_LINKS },
		{ "the same lines", HTTP ", headers: { X-A: \"1\" }", HTTP ", headers: { X-A: \"1\" }", ACCOUNT_SAME },
		{ "a line's value", HTTP ", headers: { X-A: \"1\" }", HTTP ", headers: { X-A: \"2\" }",
		  ACCOUNT_CHANGES_LINKS },
		{ "one line more", HTTP ", headers: { X-A: \"1\" }", HTTP ", headers: { X-A: \"1\", X-B: \"1\" }",
		  ACCOUNT_CHANGES_LINKS },
		{ "a secret that comes", HTTP, HTTP ", proxy: \"http://p:1\"", ACCOUNT_CHANGES_LINKS },
	};
	char folder[SCRATCH_PATH_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config *before = load(folder, "", rows[i].before);
		struct config *after = load(folder, "", rows[i].after);
		cr_expect_eq(config_compare_accounts(&before->accounts[0], &after->accounts[0]), rows[i].want, "%s",
			     rows[i].name);
		cr_expect_eq(config_compare_accounts(&after->accounts[0], &before->accounts[0]), rows[i].want,
			     "%s, back", rows[i].name);
		config_destroy(before);
		config_destroy(after);
	}
	scratch_remove(folder);
}

Test(config_compare, fixed)
{
	static const struct {
		const char *name, *before, *after, *want;
	} rows[] = {
		{ "nothing", "", "", "" },
		{ "a default written out", "", "workers: auto\nlog: { level: info }", "" },
		{ "what a reload takes", "",
		  "country: US\ntimezone: UTC\nsignature: x\ndrain_timeout: 1s\nadmin: { token: 0123456789abcdef }\n"
		  "retry: { base: 1s, max: 1m, attempts_max: 2 }\n"
		  "unknown_wait: { critical: 1s, notice: 1s, marketing: 1s }\n"
		  "protection: { optout: { notice: false, marketing: false }, consent: false, "
		  "quiet_hours: { notice: \"22:00-08:00\", marketing: \"22:00-08:00\", spread: 1m }, per_minute: { "
		  "notice: 1, marketing: 1 }, "
		  "per_day: { notice: 1, marketing: 1 }, over_day: wait, identical_window: 1s }",
		  "" },
		{ "all the rest", "",
		  "redis: { url: \"redis://g:1/2\", password: p, replay_mb: 1, dedupe_window: 1h, withdrawal_window: "
		  "1h, "
		  "receipt_wait: 1h }\n"
		  "events: { retention: 1h }\nworkers: 2\nlocale: en\ntemplates: { dir: /t }\n"
		  "admin: { listen: \"127.0.0.1:1\" }\n"
		  "callbacks: { listen: \"127.0.0.1:1\", public_url: \"https://h\", wait: 1s, proxies: \"::1\" }\n"
		  "instance: { name: other, lock_file: /l }\nlog: { level: warn }",
		  "redis.url, redis.password, redis.replay_mb, redis.dedupe_window, redis.withdrawal_window, "
		  "redis.receipt_wait, "
		  "events.retention, workers, locale, templates.dir, admin.listen, callbacks.listen, "
		  "callbacks.public_url, callbacks.wait, callbacks.proxies, instance.name, instance.lock_file" },
		{ "a password in the URL", "redis: { url: \"redis://:a@h:1\" }", "redis: { url: \"redis://:b@h:1\" }",
		  "redis.password" },
		{ "a user in the URL", "redis: { url: \"redis://u:a@h:1\" }", "redis: { url: \"redis://v:a@h:1\" }",
		  "redis.url" },
		{ "a socket", "redis: { url: \"unix:///a\" }", "redis: { url: \"unix:///b\" }", "redis.url" },
		{ "a socket instead", "redis: { url: \"redis://h:1\" }", "redis: { url: \"unix:///b\" }", "redis.url" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char names[1024];
		struct buf out = buf_over(names, sizeof names - 1);
		struct config *before = load(folder, rows[i].before, SMPP);
		struct config *after = load(folder, rows[i].after, SMPP);
		config_compare_fixed(before, after, &out);
		names[out.len] = '\0';
		cr_expect_str_eq(names, rows[i].want, "%s: %s", rows[i].name, names);
		config_destroy(before);
		config_destroy(after);
	}
	scratch_remove(folder);
}
