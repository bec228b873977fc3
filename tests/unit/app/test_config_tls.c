/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_tls.h"

#include "app/config_compare.h"
#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "accounts: [{ name: a, address: \"smsc.example:3550\", system_id: x, "

/* A certificate with its key, the key of another, and what is none. */
static void make_files(const char *folder)
{
	char script[1024];
	snprintf(script, sizeof script,
		 "set -e; cd '%s'; exec >/dev/null 2>&1\n"
		 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key -out a.pem -subj "
		 "/CN=a\n"
		 "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out b.key; echo none >none.pem\n",
		 folder);
	cr_assert_eq(system(script), 0);
}

Test(config_tls, what_will_not_do)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want; /* a part of what is told; "" = nothing is */
	} rows[] = {
		{ "none", "tls: false }]\n", "" },
		{ "the system's authorities", "tls: true }]\n", "" },
		{ "all", "tls: true, ca_file: a.pem, server_name: h, cert_file: a.pem, key_file: a.key }]\n", "" },
		{ "no such authorities", "tls: true, ca_file: absent.pem }]\n", "ca_file of account “a”: “" },
		{ "no such file", "tls: true, ca_file: absent.pem }]\n",
		  "absent.pem” cannot be read: No such file or directory" },
		{ "no certificates in it", "tls: true, ca_file: none.pem }]\n",
		  "none.pem” holds no certificates that can be read" },
		{ "another's key", "tls: true, cert_file: a.pem, key_file: b.key }]\n",
		  "b.key” holds no key that can be read, or not that of cert_file: key values mismatch" },
		{ "no key", "tls: true, cert_file: a.pem }]\n", "account “a”: cert_file and key_file belong together" },
		{ "no certificate", "tls: true, key_file: a.key }]\n",
		  "account “a”: cert_file and key_file belong together" },
		{ "ca_file alone", "ca_file: a.pem }]\n",
		  "account “a” has ca_file, but not tls: true, so it would speak in clear" },
		{ "server_name alone", "server_name: h }]\n",
		  "account “a” has server_name, but not tls: true, so it would speak in clear" },
		{ "cert_file and key_file alone", "cert_file: a.pem, key_file: a.key }]\n",
		  "account “a” has cert_file, but not tls: true" },
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	char text[512];
	scratch_make(folder);
	make_files(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, ACCOUNT "%s", rows[i].text);
		struct config *config = scratch_load(folder, text, NULL, errors);
		cr_expect_eq(config != NULL, *rows[i].want == '\0', "%s: %s", rows[i].name, errors);
		cr_expect(strstr(errors, rows[i].want), "%s: %s", rows[i].name, errors);
		config_destroy(config);
	}
	scratch_remove(folder);
}

Test(config_tls, only_where_it_is_asked_for)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = { { "tls: true }]\n", true }, { "tls: false }]\n", false }, { "}]\n", false } };
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	char text[512];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, ACCOUNT "%s", rows[i].text);
		struct config *config = scratch_load(folder, text, NULL, errors);
		cr_assert_not_null(config, "%s", errors);
		struct tls_context *context = NULL;
		cr_expect_eq(config_tls_create(&config->accounts[0], &context, NULL), ERR_OK);
		cr_expect_eq(context != NULL, rows[i].want, "%s", rows[i].text);
		tls_context_destroy(context);
		config_destroy(config);
	}
	scratch_remove(folder);
}

/* A certificate that was renewed under its name changes the account's links, whatever its protocol. */
Test(config_tls, renewed_files)
{
	static const struct {
		const char *name;
		const char *command; /* between two readings; in the folder */
		enum account_change_kind want;
	} rows[] = {
		{ "nothing", "true", ACCOUNT_SAME },
		{ "read, not written", "touch a.pem a.key", ACCOUNT_SAME },
		{ "authorities", "cat a.pem >>ca.pem", ACCOUNT_CHANGES_LINKS },
		{ "certificate and key",
		  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key -out a.pem "
		  "-subj /CN=a >/dev/null 2>&1",
		  ACCOUNT_CHANGES_LINKS },
	};
	static const char *const texts[] = {
		ACCOUNT "tls: true, ca_file: ca.pem, cert_file: a.pem, key_file: a.key }]\n",
		"accounts: [{ name: a, protocol: http, preset: kannel, url: \"https://h/\", username: u, password: p, "
		"source: x, "
		"ca_file: ca.pem, cert_file: a.pem, key_file: a.key }]\n",
	};
	char folder[SCRATCH_PATH_OCTETS];
	char errors[SCRATCH_TEXT_OCTETS];
	char command[1024];
	scratch_make(folder);
	make_files(folder);
	snprintf(command, sizeof command, "cp '%s/a.pem' '%s/ca.pem'", folder, folder);
	cr_assert_eq(system(command), 0);
	for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
		const char *text = texts[i % 2];
		struct config *before = scratch_load(folder, text, NULL, errors);
		cr_assert_not_null(before, "%s", errors);
		snprintf(command, sizeof command, "cd '%s' && { %s; }", folder, rows[i / 2].command);
		cr_assert_eq(system(command), 0, "%s", rows[i / 2].name);
		struct config *after = scratch_load(folder, text, NULL, errors);
		cr_assert_not_null(after, "%s", errors);
		cr_expect_eq(config_compare_accounts(&before->accounts[0], &after->accounts[0]), rows[i / 2].want, "%s",
			     rows[i / 2].name);
		config_destroy(before);
		config_destroy(after);
	}
	scratch_remove(folder);
}
