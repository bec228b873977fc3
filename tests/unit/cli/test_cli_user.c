/* SPDX-License-Identifier: Apache-2.0 */
#include "test_cli_terminal.h"

#include "staff/audit_log.h"
#include "staff/own_factor.h"
#include "staff/sign_in.h"
#include "staff/user.h"
#include "unit/staff/staff_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct staff_rig rig;

static void setup(void)
{
	staff_rig_open(&rig);
}

static void teardown(void)
{
	staff_rig_close(&rig);
}

TestSuite(cli_user, .init = setup, .fini = teardown);

static struct terminal run(const char *a, const char *b, const char *c, const char *d, const char *e, const char *f)
{
	const char *const words[TERMINAL_WORDS_MAX] = { "user", a, b, c, d, e, f };
	struct terminal_hooks hooks = { .redis = rig.socket };
	return terminal_run(words, "", 0, &hooks);
}

/* Runs it, and expects an exit code and a piece of what it prints. */
static void expect(const char *a, const char *b, const char *c, const char *d, int want_code, const char *want)
{
	struct terminal terminal = run(a, b, c, d, NULL, NULL);
	cr_assert_eq(terminal.code, want_code, "%s: exit %d: %s", a, terminal.code, terminal.err);
	cr_assert(strstr(want_code == CLI_OK ? terminal.out : terminal.err, want) != NULL, "%s: “%s%s” lacks “%s”", a,
		  terminal.out, terminal.err, want);
	terminal_fini(&terminal);
}

/* session: of the new session. */
static enum staff_outcome sign(const char *code, char session[static SESSION_ID_OCTETS])
{
	struct sign_in request = { .name = SLICE("zhang"),
				   .password = { code, strcspn(code, "\n") },
				   .address = SLICE("10.0.0.7") };
	struct sign_in_answer answer = { .user = NULL };
	enum staff_outcome outcome = sign_in(rig.db, &request, rig.now, &answer, &rig.at);
	memcpy(session, answer.session_id, SESSION_ID_OCTETS);
	json_decref(answer.user);
	return outcome;
}

static enum staff_outcome choose(const char *code)
{
	struct sign_in request = { .name = SLICE("zhang"),
				   .password = { code, strcspn(code, "\n") },
				   .address = SLICE("10.0.0.7") };
	struct sign_in_answer answer = { .user = NULL };
	enum staff_outcome outcome =
		sign_in_change(rig.db, &request, SLICE("four words without rules"), rig.now, &answer, &rig.at);
	json_decref(answer.user);
	return outcome;
}

Test(cli_user, an_admin_is_made_and_signs_in_with_the_code)
{
	char code[ONE_TIME_CODE_OCTETS + 1], session[SESSION_ID_OCTETS];
	struct terminal terminal = run("add", "zhang", "--display", "张三", "--roles", "admin,editor");
	cr_assert_eq(terminal.code, CLI_OK, "%s", terminal.err);
	cr_assert_eq(strlen(terminal.out), ONE_TIME_CODE_OCTETS, "the code alone, and a newline: “%s”", terminal.out);
	cr_assert_not_null(strstr(terminal.err, "shown this once"));
	WANT(&rig, sign(terminal.out, session), STAFF_OK);
	snprintf(code, sizeof code, "%s", terminal.out);
	terminal_fini(&terminal);
	expect("list", NULL, NULL, NULL, CLI_OK,
	       "zhang             editor,admin          has used up the code, and has no password: reset");
	WANT(&rig, choose(code), STAFF_OK);
	expect("list", NULL, NULL, NULL, CLI_OK, "zhang             editor,admin          signed in ");
	expect("list", NULL, NULL, NULL, CLI_OK, "张三\n\n1 user\n");
	expect("add", "zhang", NULL, NULL, CLI_FAILED, "there is a user “zhang” already");
	expect("add", "wang", NULL, NULL, CLI_OK, "-");
	expect("list", NULL, NULL, NULL, CLI_OK, "wang              viewer                has a one-time code  wang\n");
}

Test(cli_user, who_has_a_second_factor_is_told_until_the_reset)
{
	char secret[TOTP_SECRET_OCTETS], code[TOTP_DIGITS + 1], session[SESSION_ID_OCTETS];
	unsigned wait_s;
	json_t *user;
	struct terminal terminal = run("add", "zhang", NULL, NULL, NULL, NULL);
	WANT(&rig, sign(terminal.out, session), STAFF_OK);
	terminal_fini(&terminal);
	struct staff_actor zhang = staff_rig_actor("zhang", STAFF_ROLE(STAFF_VIEWER));
	struct own_factor_request request = { .actor = &zhang, .session = slice_of(session) };
	WANT(&rig, own_factor_ask(rig.db, &request, rig.now, secret, &wait_s, &rig.at), STAFF_OK);
	cr_assert(totp_code(secret, rig.now / TOTP_STEP_MS, code));
	request.code = slice_of(code);
	WANT(&rig, own_factor_prove(rig.db, &request, rig.now, session, &user, &rig.at), STAFF_OK);
	json_decref(user);
	expect("list", NULL, NULL, NULL, CLI_OK, "and has no password: reset, with a second factor  zhang\n");
	expect("reset", "zhang", NULL, NULL, CLI_OK, "-");
	expect("list", NULL, NULL, NULL, CLI_OK, "has a one-time code  zhang\n");
}

Test(cli_user, others_change_and_are_audited_under_the_systems_name)
{
	json_t *entries;
	int64_t next;
	struct audit_filter filter = { .count = 10 };
	expect("add", "zhang", "--roles", "admin", CLI_OK, "-");
	expect("roles", "zhang", "auditor,viewer", NULL, CLI_OK, "zhang             viewer,auditor");
	expect("disable", "zhang", NULL, NULL, CLI_OK, "disabled");
	expect("enable", "zhang", "--json", NULL, CLI_OK, "\"disabled\":false");
	expect("reset", "zhang", "--json", NULL, CLI_OK, "{\"user\":\"zhang\",\"code\":\"");
	expect("list", "--json", NULL, NULL, CLI_OK, "{\"users\":[{\"name\":\"zhang\"");
	WANT(&rig, audit_log_page(rig.db, &filter, &entries, &next, &rig.at), STAFF_OK);
	static const char *const want[] = { "user.reset", "user.enable", "user.disable", "user.change", "user.add" };
	cr_assert_eq(json_array_size(entries), 5);
	for (size_t i = 0; i < 5; i++) {
		const json_t *entry = json_array_get(entries, i);
		cr_assert_str_eq(json_string_value(json_object_get(entry, "action")), want[i]);
		cr_assert_not_null(strstr(json_string_value(json_object_get(entry, "actor")), " (command line)"));
	}
	json_decref(entries);
}

Test(cli_user, the_log_is_given_out_and_checked)
{
	struct terminal terminal = run("add", "zhang", NULL, NULL, NULL, NULL);
	terminal_fini(&terminal);
	expect("log", NULL, NULL, NULL, CLI_OK, "\"action\":\"user.add\",\"object\":\"zhang\"");
	expect("log", "--csv", NULL, NULL, CLI_OK, "seq,at,actor,roles,address,action,object,detail,hash");
	expect("log", "--check", NULL, NULL, CLI_OK, "the log is whole: 1 entries");
	staff_rig_meddle(&rig, "XDEL :staff:audit 1-0");
	terminal = run("log", "--check", NULL, NULL, NULL, NULL);
	cr_assert_eq(terminal.code, CLI_FAILED);
	cr_assert_not_null(strstr(terminal.out, "the log is broken at entry 1"), "%s", terminal.out);
	terminal_fini(&terminal);
}

Test(cli_user, says_what_is_wrong)
{
	static const struct {
		const char *words[3];
		int want_code;
		const char *want;
	} rows[] = {
		{ { "ad" }, CLI_USAGE, "did you mean “add”" },
		{ { "add" }, CLI_USAGE, "add wants to know which one" },
		{ { "add", "Zhang San" }, CLI_USAGE, "a user's name is" },
		{ { "add", "zhang", "--roles=edit" }, CLI_USAGE, "did you mean “editor”" },
		{ { "roles", "zhang" }, CLI_USAGE, "roles wants to know which" },
		{ { "roles", "zhang", "chief" }, CLI_USAGE, "“chief” is no role" },
		{ { "roles", "zhang", "viewer" }, CLI_FAILED, "there is no user “zhang”" },
		{ { "reset", "zhang" }, CLI_FAILED, "there is no user “zhang”" },
		{ { "list", "--roles=admin" }, CLI_USAGE, "--roles does not go with list" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect(rows[i].words[0], rows[i].words[1], rows[i].words[2], NULL, rows[i].want_code, rows[i].want);
	const char *const words[TERMINAL_WORDS_MAX] = { "user", "list" };
	struct terminal_hooks nowhere = { .redis = NULL };
	struct terminal terminal = terminal_run(words, "", 0, &nowhere);
	cr_assert_eq(terminal.code, CLI_UNREACHABLE, "%s", terminal.err);
	terminal_fini(&terminal);
}
