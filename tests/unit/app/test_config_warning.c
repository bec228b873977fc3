/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config_warning.h"

#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ACCOUNT "accounts: [{ name: a, address: \"h:1\", system_id: x, "

/* Files with secrets, each of any mode. */
static const struct {
	const char *name, *file, *text;
	mode_t mode;
	mode_t folder;               /* 0 = the owner's */
	const char *warning, *error; /* what is told, in part; NULL = nothing */
} rows[] = {
	{ "the owner's", "secret", ACCOUNT "password_file: secret }]\n", 0600, 0, NULL, NULL },
	{ "the group's", "secret", ACCOUNT "password_file: secret }]\n", 0640, 0, NULL, NULL },
	{ "everybody's to read", "secret", "workers: 1\n" ACCOUNT "password_file: secret }]\n", 0644, 0,
	  "hongyan.yaml:2:68: accounts[a].password_file: “secret” may be read by everybody on this host: chmod o-r it",
	  NULL },
	{ "everybody's to change", "secret", ACCOUNT "password_file: secret }]\n", 0602, 0, NULL,
	  "secret” may be changed by everybody on this host (mode 0602): chmod o-w it" },
	{ "Redis' password", "secret", "redis: { password_file: secret }\n" ACCOUNT "}]\n", 0644, 0,
	  "redis.password_file: “secret” may be read", NULL },
	{ "hashes of tokens, to read", "none", "api: { tokens_file: none }\n" ACCOUNT "}]\n", 0644, 0, NULL, NULL },
	{ "hashes of tokens, to change", "none", "api: { tokens_file: none }\n" ACCOUNT "}]\n", 0666, 0, NULL,
	  "none” may be changed by everybody" },
	{ "a key", "a.key", ACCOUNT "tls: true, cert_file: a.pem, key_file: a.key }]\n", 0644, 0,
	  "a.key” may be read by everybody on this host", NULL },
	{ "a key of the group", "a.key", ACCOUNT "tls: true, cert_file: a.pem, key_file: a.key }]\n", 0640, 0, NULL,
	  NULL },
	{ "a certificate", "a.pem", ACCOUNT "tls: true, cert_file: a.pem, key_file: a.key }]\n", 0644, 0, NULL, NULL },
	{ "a folder of everybody's", "secret", ACCOUNT "password_file: secret }]\n", 0600, 0777, NULL,
	  "secret” lies in a folder that everybody on this host may change (mode 0777): chmod o-w that" },
	{ "one where only owners take files away", "secret", ACCOUNT "password_file: secret }]\n", 0600, 01777, NULL,
	  NULL },
	{ "a webhook's authorities", "a.pem",
	  "webhooks: [{ name: w, url: \"https://h/\", secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=, "
	  "ca_file: a.pem }]\n" ACCOUNT "}]\n",
	  0666, 0, NULL, "a.pem” may be changed by everybody" },
	{ "a console that nobody can use", "none", "console: { listen: \"0.0.0.0:8085\" }\n" ACCOUNT "}]\n", 0600, 0,
	  "console.listen is not of this host alone, but console.url does not say how browsers call it", NULL },
	{ "one behind a proxy", "none", "console: { listen: \"0.0.0.0:8085\", url: \"https://h\" }\n" ACCOUNT "}]\n",
	  0600, 0, NULL, NULL },
	{ "one of this host", "none", "console: { listen: \"127.0.0.1:8085\" }\n" ACCOUNT "}]\n", 0600, 0, NULL, NULL },
	{ "authorities, to change", "a.pem", ACCOUNT "tls: true, ca_file: a.pem }]\n", 0646, 0, NULL,
	  "a.pem” may be changed by everybody" },
};

static void make_files(const char *folder)
{
	char script[1024], path[SCRATCH_PATH_OCTETS];
	snprintf(script, sizeof script,
		 "cd '%s' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout a.key -out "
		 "a.pem "
		 "-subj /CN=a >/dev/null 2>&1",
		 folder);
	cr_assert_eq(system(script), 0);
	scratch_write(folder, "secret", "hush-1\n", path);
	scratch_write(folder, "none", "", path);
}

static void set_mode(const char *folder, const char *name, mode_t mode)
{
	char path[2 * SCRATCH_PATH_OCTETS];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	cr_assert_eq(chmod(path, mode), 0);
}

Test(config_warning, who_may_use_files_with_secrets)
{
	char folder[SCRATCH_PATH_OCTETS], errors[SCRATCH_TEXT_OCTETS];
	scratch_make(folder);
	make_files(folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static const char *const all[] = { "secret", "none", "a.key", "a.pem" };
		for (size_t file = 0; file < sizeof all / sizeof all[0]; file++)
			set_mode(folder, all[file], 0600);
		set_mode(folder, rows[i].file, rows[i].mode);
		cr_assert_eq(chmod(folder, rows[i].folder ? rows[i].folder : 0700), 0);
		struct config *config = scratch_load(folder, rows[i].text, NULL, errors);
		cr_expect_eq(config != NULL, rows[i].error == NULL, "%s: %s", rows[i].name, errors);
		cr_expect(rows[i].error == NULL || strstr(errors, rows[i].error), "%s: %s", rows[i].name, errors);
		if (config == NULL)
			continue;
		const char *told = config->warning_count > 0 ? config->warnings[0] : "";
		cr_expect_eq(config->warning_count, rows[i].warning != NULL, "%s: %s", rows[i].name, told);
		cr_expect(rows[i].warning == NULL || strstr(told, rows[i].warning), "%s: %s", rows[i].name, told);
		cr_expect_null(strstr(told, "hush"), "%s", told);
		config_destroy(config);
	}
	scratch_remove(folder);
}
