/* SPDX-License-Identifier: Apache-2.0 */
#include "test_scratch.h"

#include <criterion/criterion.h>

#define ACCOUNT "accounts: [{ name: cmcc, address: \"h:1\", system_id: x }]\n"

Test(config_console, addresses)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "all",
		  "console: { listen: \"127.0.0.1:1\", url: \"https://h:8443\", history: \"http://h:1\" }\n" ACCOUNT,
		  "" },
		{ "this host", "console: { url: \"http://127.0.0.1:8085\" }\n" ACCOUNT, "" },
		{ "a slash at its end", "console: { url: \"https://h/\" }\n" ACCOUNT,
		  "hongyan.yaml:1:17: console.url must be https:// and a host, without a path or a slash at its "
		  "end\n" },
		{ "no scheme", "console: { url: sms.example.com }\n" ACCOUNT,
		  "hongyan.yaml:1:17: console.url must be https:// and a host, without a path or a slash at its "
		  "end\n" },
		{ "another host without TLS", "console: { url: \"http://h\" }\n" ACCOUNT,
		  "hongyan.yaml:1:17: console.url must begin with https://: over http:// browsers keep no session of "
		  "another "
		  "host\n" },
		{ "a path", "console: { history: \"http://h/v1\" }\n" ACCOUNT,
		  "hongyan.yaml:1:21: console.history must be http:// or https://, a host and a port, without a "
		  "path\n" },
		{ "a signature with brackets", "tenants: { signature: { north: 【北】 } }\n" ACCOUNT,
		  "hongyan.yaml:1:23: tenants.signature: “north=【北】” must be a tenant's name (once, up to 64 "
		  "octets) and a "
		  "signature of up to 20 characters without 【】, such as north: 北方供电\n" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config *config = scratch_load(folder, rows[i].text, NULL, errors);
		cr_expect_str_eq(errors, rows[i].want, "%s: got\n%s", rows[i].name, errors);
		config_destroy(config);
	}
	scratch_remove(folder);
}
