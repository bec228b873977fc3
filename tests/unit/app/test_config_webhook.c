/* SPDX-License-Identifier: Apache-2.0 */

/* Webhooks in the configuration. */

#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ACCOUNT "accounts: [{ name: a, address: \"h:1\", system_id: x }]\n"
#define SECRET  "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz" /* 24 octets */
#define URL     "url: \"https://h.example/x\""
#define AT      "hongyan.yaml:2:"

Test(config_webhook, refuses)
{
	static const struct {
		const char *name;
		const char *webhooks;
		const char *want;
	} rows[] = {
		{ "no secret", "{ name: w, " URL " }", "webhooks[w].secret: there is no secret\n" },
		{ "not Base64", "{ name: w, " URL ", secret: \"whsec_0123456789*abcdef\" }",
		  "webhooks[w].secret: secret 1 is not Base64 of at most 64 octets behind “whsec_”\n" },
		{ "too short", "{ name: w, " URL ", secret: \"whsec_MDEyMzQ1Njc4OTA=\" }",
		  "webhooks[w].secret: secret 1 has 11 octets, and at least 24 are needed\n" },
		{ "no mark", "{ name: w, " URL ", secret: \"" SECRET " MDEyMzQ1Njc4OTA\" }",
		  "webhooks[w].secret: secret 2 does not begin with “whsec_”; make one with: echo whsec_$(openssl rand "
		  "-base64 32)\n" },
		{ "plain", "{ name: w, url: \"http://h/\", secret: " SECRET " }",
		  "webhooks[w].url: must begin with https://; where nobody else is on the way, “plain_http: true” "
		  "allows http://\n" },
		{ "another scheme", "{ name: w, url: \"ftp://h/\", secret: " SECRET " }",
		  "webhooks[w].url: must begin with https://\n" },
		{ "a password", "{ name: w, url: \"https://u:p@h/\", secret: " SECRET " }",
		  "webhooks[w].url: must hold neither user nor password\n" },
		{ "no host", "{ name: w, url: \"https:///x\", secret: " SECRET " }", "webhooks[w].url: is no URL\n" },
		{ "an event", "{ name: w, " URL ", secret: " SECRET ", events: acepted }",
		  "webhooks[w].events: there is no event “acepted” (did you mean “accepted”?)\n" },
		{ "waits", "{ name: w, " URL ", secret: " SECRET ", retry_base: 2s, retry_max: 1s }",
		  "webhooks[w].retry_base: is above retry_max\n" },
		{ "a file", "{ name: w, " URL ", secret: " SECRET ", ca_file: /nowhere }",
		  "webhooks[w].ca_file: “/nowhere” cannot be read: No such file or directory\n" },
		{ "twice", "{ name: w, " URL ", secret: " SECRET " }, { name: w, " URL ", secret: " SECRET " }",
		  "webhooks[w].name: is there twice\n" },
		{ "a typo", "{ name: w, " URL ", secret: " SECRET ", tenants: x }",
		  "unknown key “tenants” (did you mean “tenant”?)\n" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[1024];
		snprintf(text, sizeof text, ACCOUNT "webhooks: [%s]\n", rows[i].webhooks);
		cr_expect_null(scratch_load(folder, text, NULL, errors), "%s", rows[i].name);
		size_t len = strlen(errors), want_len = strlen(rows[i].want);
		cr_expect(strncmp(errors, AT, sizeof AT - 1) == 0 && len > want_len &&
				  strcmp(errors + len - want_len, rows[i].want) == 0,
			  "%s: got\n%s", rows[i].name, errors);
		cr_expect_null(strstr(errors, "MDEy"), "%s: shows a secret", rows[i].name);
	}
	scratch_remove(folder);
}

Test(config_webhook, takes)
{
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	char path[SCRATCH_PATH_OCTETS];
	char *envp[] = { "HONGYAN_WEBHOOKS_BILLING_BATCH=7", NULL };
	scratch_make(folder);
	scratch_write(folder, "secrets", SECRET "\n" SECRET "\n", path);
	struct config *config = scratch_load(
		folder,
		ACCOUNT "webhooks:\n  - { name: billing, " URL ", secret_file: secrets, events: [dead, held] }\n"
			"  - { name: other, url: \"http://127.0.0.1:80\", plain_http: true, secret: " SECRET " }\n",
		envp, errors);
	cr_assert_not_null(config, "%s", errors);
	cr_assert_eq(config->webhook_count, 2);
	cr_expect_eq(config->webhooks[0].batch, 7);
	cr_expect_eq(config->webhooks[0].events.count, 2);
	cr_expect(!config->webhooks[0].numbers);
	cr_expect_eq(config->webhooks[1].batch, 1);
	cr_expect_eq(config->webhooks[1].timeout_us, 10 * US_PER_S);
	static char shown[16384];
	struct buf out = buf_over(shown, sizeof shown - 1);
	config_show(config, false, &out);
	shown[out.len] = '\0';
	cr_expect_not_null(strstr(shown,
				  "webhooks:\n  - name: \"billing\"\n    url: \"https://h.example/x\"\n    secret: "
				  "\"(hidden)\"\n"),
			   "%s", shown);
	config_destroy(config);
	scratch_remove(folder);
}
