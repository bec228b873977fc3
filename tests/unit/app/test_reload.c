/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reload.h"

#include "test_scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define A    "  - { name: a, address: \"h:1\", system_id: x, binds: 2 }\n"
#define HTTP "protocol: http, preset: kannel, url: \"https://h/\", username: u, password: p, source: \"1\""

struct rig {
	char folder[SCRATCH_PATH_OCTETS];
	struct config *first;
	struct slot_names names;
	struct snapshot *in_force;
	struct carrier_maker maker;
	char told[SCRATCH_TEXT_OCTETS]; /* a line each; “?” before a warning; the file's name alone */
	size_t told_len;
};

static const struct log quiet = { .least = LOG_LEVEL_COUNT };

static void tell(void *ctx, const char *line, bool is_warning)
{
	struct rig *rig = ctx;
	const char *name = strstr(line, "hongyan.yaml");
	rig->told_len += (size_t)snprintf(rig->told + rig->told_len, sizeof rig->told - rig->told_len, "%s%s\n",
					  is_warning ? "?" : "", name ? name : line);
	cr_assert_lt(rig->told_len, sizeof rig->told);
}

static void start(struct rig *rig, const char *text)
{
	char errors[SCRATCH_TEXT_OCTETS];
	memset(rig, 0, sizeof *rig);
	scratch_make(rig->folder);
	rig->first = scratch_load(rig->folder, text, NULL, errors);
	cr_assert_not_null(rig->first, "%s", errors);
	cr_assert_eq(snapshot_create(rig->first, NULL, &rig->names, &rig->in_force, NULL), ERR_OK);
	rig->maker = (struct carrier_maker){ .loop = loop_create(), .log = &quiet, .worker_count = 2 };
}

static void finish(struct rig *rig)
{
	loop_destroy(rig->maker.loop);
	snapshot_release(rig->in_force);
	config_destroy(rig->first);
	scratch_remove(rig->folder);
}

/* What is wrong is told as at a start, and nothing changes; what needs a restart is a warning. */
Test(reload, reads_and_tells)
{
	static const struct {
		const char *name, *text;
		bool want_new;
		const char *want;
	} rows[] = {
		{ "the same", "accounts:\n" A, true, "" },
		{ "another account", "accounts:\n" A "  - { name: b, address: \"h:1\", system_id: x, binds: 2 }\n",
		  true, "" },
		{ "one that speaks HTTP", "accounts:\n  - { name: b, " HTTP " }\n", true, "" },
		{ "what needs a restart", "workers: 2\nlocale: en\naccounts:\n" A, true,
		  "?hongyan.yaml: takes effect with the next start only: workers, locale\n" },
		{ "a secret that everybody may read",
		  "accounts:\n  - { name: a, address: \"h:1\", system_id: x, binds: 2, "
		  "password_file: secret }\n",
		  true,
		  "?hongyan.yaml:2:71: accounts[a].password_file: “secret” may be read by everybody on this host: "
		  "chmod "
		  "o-r it\n" },
		{ "two errors", "wrokers: 2\nlocale: 5\naccounts:\n" A, false,
		  "hongyan.yaml:1:1: unknown key “wrokers” (did you mean “workers”?)\n"
		  "hongyan.yaml:2:9: locale must be a language tag such as zh-CN, not “5”\n" },
		{ "an error and a warning", "workers: 2\nlocale: 5\naccounts:\n" A, false,
		  "hongyan.yaml:2:9: locale must be a language tag such as zh-CN, not “5”\n" },
		{ "no accounts", "workers: 2\n", false,
		  "hongyan.yaml: there is no account; “accounts” needs at least one\n" },
		{ "fewer links than workers", "accounts:\n  - { name: a, address: \"h:1\", system_id: x }\n", false,
		  "hongyan.yaml: account “a” has binds 1, but 2 workers run, and each needs its own; raise it, or "
		  "restart "
		  "with fewer workers\n" },
		{ "fewer connections", "accounts:\n  - { name: b, connections: 1, " HTTP " }\n", false,
		  "hongyan.yaml: account “b” has connections 1, but 2 workers run, and each needs its own; raise it, "
		  "or "
		  "restart with fewer workers\n" },
	};
	struct rig rig;
	start(&rig, "accounts:\n" A);
	char secret[SCRATCH_PATH_OCTETS];
	scratch_write(rig.folder, "secret", "hush\n", secret);
	cr_assert_eq(chmod(secret, 0644), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[SCRATCH_PATH_OCTETS];
		struct snapshot *snapshot = NULL;
		struct slot_names before = rig.names;
		scratch_write(rig.folder, "hongyan.yaml", rows[i].text, path);
		rig.told_len = 0;
		rig.told[0] = '\0';
		enum err err = reload_read(rig.first, &rig.maker, &rig.names, &snapshot, tell, &rig);
		cr_expect_eq(err == ERR_OK, rows[i].want_new, "%s: %s", rows[i].name, err_name(err));
		cr_expect_eq(snapshot != NULL, rows[i].want_new, "%s", rows[i].name);
		cr_expect_str_eq(rig.told, rows[i].want, "%s: got\n%s", rows[i].name, rig.told);
		if (!rows[i].want_new)
			cr_expect_arr_eq(&rig.names, &before, sizeof before, "%s", rows[i].name);
		snapshot_release(snapshot);
	}
	finish(&rig);
}

/* The file may be gone, and accounts may have more names than there are slots. */
Test(reload, refuses)
{
	struct rig rig;
	char path[SCRATCH_PATH_OCTETS];
	struct snapshot *snapshot = NULL;
	start(&rig, "accounts:\n" A);
	for (unsigned i = 1; i < ROUTE_ACCOUNTS_MAX; i++) {
		snprintf(rig.names.octets[i], sizeof rig.names.octets[i], "old-%u", i);
		rig.names.names[i] = rig.names.octets[i];
	}
	scratch_write(rig.folder, "hongyan.yaml",
		      "accounts:\n" A "  - { name: b, address: \"h:1\", system_id: x, binds: 2 }\n", path);
	cr_expect_eq(reload_read(rig.first, &rig.maker, &rig.names, &snapshot, tell, &rig), ERR_FULL);
	cr_expect_not_null(strstr(rig.told, "hongyan.yaml: accounts: 1 accounts are new, but only 0 more can be named"),
			   "%s", rig.told);
	remove(path);
	rig.told_len = 0;
	cr_expect_eq(reload_read(rig.first, &rig.maker, &rig.names, &snapshot, tell, &rig), ERR_IO);
	cr_expect_not_null(strstr(rig.told, "hongyan.yaml"), "%s", rig.told);
	cr_expect_null(snapshot);
	finish(&rig);
}
