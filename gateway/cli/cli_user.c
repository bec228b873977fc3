/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "cli/cli_redis.h"
#include "cli/cli_staff.h"
#include "cli/cli_time.h"
#include "cli/cli_verb.h"
#include "staff/audit_log.h"
#include "staff/password.h"
#include "staff/user.h"

#include <errno.h>

#define NAME_COLUMN  16
#define ROLES_OCTETS 80

enum verb { VERB_ADD, VERB_LIST, VERB_DISABLE, VERB_ENABLE, VERB_RESET, VERB_ROLES, VERB_LOG, VERB_COUNT };

static const struct cli_verb verbs[VERB_COUNT] = {
	[VERB_ADD] = { "add", 1, 1, "display roles" }, [VERB_LIST] = { "list", 0, 0, "" },
	[VERB_DISABLE] = { "disable", 1, 1, "" },      [VERB_ENABLE] = { "enable", 1, 1, "" },
	[VERB_RESET] = { "reset", 1, 1, "" },          [VERB_ROLES] = { "roles", 1, 2, "" },
	[VERB_LOG] = { "log", 0, 0, "csv check" },
};

struct desk {
	struct cli_staff staff;
	struct slice name; /* of the user that it is about */
	staff_roles roles;
};

static const char *text_of(const json_t *user, const char *member)
{
	const char *text = json_string_value(json_object_get(user, member));
	return text != NULL ? text : "";
}

/* --- list --- */

/* “editor,approver” */
static const char *names_of(const json_t *roles, char out[static ROLES_OCTETS])
{
	struct buf buf = buf_over(out, ROLES_OCTETS - 1);
	const json_t *role;
	size_t i;
	json_array_foreach(roles, i, role) buf_put_format(&buf, "%s%s", i == 0 ? "" : ",", json_string_value(role));
	out[buf.len] = '\0';
	return buf.len > 0 ? out : "(no role)";
}

static void print_user(const struct desk *desk, const json_t *user)
{
	char roles[ROLES_OCTETS];
	char when[CLI_TIME_OCTETS];
	FILE *out = desk->staff.call->env->out;
	wall_ms signed_in_at = json_integer_value(json_object_get(user, "signed_in_at"));
	fprintf(out, "%-*s  %-20s  ", NAME_COLUMN, text_of(user, "name"),
		names_of(json_object_get(user, "roles"), roles));
	if (json_is_true(json_object_get(user, "disabled")))
		fprintf(out, "disabled");
	else if (json_is_true(json_object_get(user, "has_code")))
		fprintf(out, "has a one-time code");
	else if (json_is_true(json_object_get(user, "must_change")))
		fprintf(out, "has used up the code, and has no password: reset");
	else if (signed_in_at > 0)
		fprintf(out, "signed in %s", cli_time_format(signed_in_at, desk->staff.settings.zone, when));
	else
		fprintf(out, "never signed in");
	if (json_is_true(json_object_get(user, "has_factor")))
		fprintf(out, ", with a second factor");
	fprintf(out, "  %s\n", text_of(user, "display"));
}

static int list(const struct desk *desk)
{
	json_t *users;
	const json_t *user;
	size_t i;
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome = user_list(desk->staff.db, desk->staff.settings.country, &users, &at);
	if (outcome != STAFF_OK)
		return cli_staff_failed(&desk->staff, outcome, &at);
	if (desk->staff.call->wants_json) {
		cli_staff_print(&desk->staff, json_pack("{s:o}", "users", users));
		return CLI_OK;
	}
	json_array_foreach(users, i, user) print_user(desk, user);
	size_t count = json_array_size(users);
	fprintf(desk->staff.call->env->out, "%s%zu %s\n", count > 0 ? "\n" : "", count, count == 1 ? "user" : "users");
	json_decref(users);
	return CLI_OK;
}

/* --- one user --- */

static int print_code(const struct desk *desk, enum staff_outcome outcome, char code[static ONE_TIME_CODE_OCTETS],
		      const struct err_at *at)
{
	const struct cli_env *env = desk->staff.call->env;
	if (outcome != STAFF_OK)
		return cli_staff_failed(&desk->staff, outcome, at);
	if (desk->staff.call->wants_json) {
		cli_staff_print(&desk->staff,
				json_pack("{s:s%, s:s, s:I}", "user", desk->name.at, desk->name.len, "code", code,
					  "until", (json_int_t)(desk->staff.now + ONE_TIME_CODE_LIFE_MS)));
	} else {
		fprintf(env->err,
			"%.*s signs in once with this code, within 24 hours, and then sets a password. It is shown "
			"this once:\n\n",
			SLICE_ARG(desk->name));
		fprintf(env->out, "%s\n", code);
	}
	password_forget(code, ONE_TIME_CODE_OCTETS);
	return CLI_OK;
}

static int add(const struct desk *desk)
{
	char code[ONE_TIME_CODE_OCTETS];
	struct err_at at = { .err = ERR_OK };
	enum staff_outcome outcome =
		user_add(desk->staff.db, &desk->staff.actor, desk->staff.now, desk->name,
			 slice_of(cli_option(desk->staff.call, "display")), desk->roles, code, &at);
	return print_code(desk, outcome, code, &at);
}

static int reset(const struct desk *desk)
{
	char code[ONE_TIME_CODE_OCTETS];
	struct err_at at = { .err = ERR_OK };
	return print_code(desk, user_reset(desk->staff.db, &desk->staff.actor, desk->staff.now, desk->name, code, &at),
			  code, &at);
}

static int change(const struct desk *desk, enum verb verb)
{
	json_t *user = NULL;
	struct err_at at = { .err = ERR_OK };
	struct user_wish wish = { .has_roles = verb == VERB_ROLES,
				  .roles = desk->roles,
				  .has_disabled = verb != VERB_ROLES,
				  .is_disabled = verb == VERB_DISABLE };
	enum staff_outcome outcome =
		user_change(desk->staff.db, &desk->staff.actor, desk->staff.now, desk->name, &wish, &at);
	if (outcome == STAFF_OK)
		outcome = user_find(desk->staff.db, desk->name, &user, &at);
	if (outcome != STAFF_OK)
		return cli_staff_failed(&desk->staff, outcome, &at);
	json_t *shown = user_shown(user, desk->staff.settings.country);
	if (desk->staff.call->wants_json)
		cli_staff_print(&desk->staff, json_pack("{s:O?}", "user", shown));
	else
		print_user(desk, shown);
	json_decref(shown);
	json_decref(user);
	return CLI_OK;
}

/* --- the log --- */

static bool write_piece(void *ctx, struct slice text)
{
	return fwrite(text.at, 1, text.len, ctx) == text.len;
}

static int export(const struct desk *desk)
{
	struct err_at at = { .err = ERR_OK };
	FILE *out = desk->staff.call->env->out;
	bool is_csv = cli_option(desk->staff.call, "csv") != NULL;
	enum staff_outcome outcome = audit_log_export(desk->staff.db, is_csv, write_piece, out, &at);
	if (outcome != STAFF_OK)
		return cli_staff_failed(&desk->staff, outcome, &at);
	if (fflush(out) != 0 || ferror(out) != 0) {
		fprintf(desk->staff.call->env->err, "the log could not be written whole: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	return CLI_OK;
}

static int check_log(const struct desk *desk)
{
	struct err_at at = { .err = ERR_OK };
	struct audit_verdict verdict;
	FILE *out = desk->staff.call->env->out;
	enum staff_outcome outcome = audit_log_check(desk->staff.db, NULL, &verdict, &at);
	if (outcome != STAFF_OK)
		return cli_staff_failed(&desk->staff, outcome, &at);
	if (desk->staff.call->wants_json)
		cli_staff_print(&desk->staff,
				json_pack("{s:b, s:I, s:s, s:s}", "ok", (int)verdict.is_whole, "count",
					  (json_int_t)verdict.count, "why", verdict.why, "head", verdict.head));
	else if (verdict.is_whole)
		fprintf(out, "the log is whole: %lld entries\nhash of the last: %s\n", (long long)verdict.count,
			verdict.count > 0 ? verdict.head : "(none)");
	else
		fprintf(out, "the log is broken at entry %lld: %s\n", (long long)verdict.broken_at, verdict.why);
	return verdict.is_whole ? CLI_OK : CLI_FAILED;
}

/* --- the command --- */

/* Reads the roles that are given, or those of a new user. */
static int read_roles(const struct cli_call *call, enum verb verb, staff_roles *roles)
{
	struct err_at at = { .err = ERR_OK };
	const char *text = verb == VERB_ROLES ? call->arguments[2]
			   : verb == VERB_ADD ? cli_option(call, "roles")
					      : NULL;
	*roles = STAFF_ROLE(STAFF_VIEWER);
	if (verb == VERB_ROLES && text == NULL)
		return cli_usage(call,
				 "roles wants to know which, with commas between them: roles NAME editor,approver");
	if (text == NULL || staff_roles_parse(slice_of(text), roles, &at) == ERR_OK)
		return CLI_OK;
	return cli_usage(call, "%s", at.text);
}

static int act(const struct desk *desk, enum verb verb)
{
	switch (verb) {
	case VERB_LIST:
		return list(desk);
	case VERB_ADD:
		return add(desk);
	case VERB_RESET:
		return reset(desk);
	case VERB_LOG:
		return cli_option(desk->staff.call, "check") != NULL ? check_log(desk) : export(desk);
	default:
		return change(desk, verb);
	}
}

static int run(const struct cli_call *call)
{
	unsigned verb;
	struct desk desk = { .name = slice_of(call->arguments[1]) };
	int code = cli_verb_read(call, verbs, VERB_COUNT, &verb);
	if (code == CLI_OK)
		code = read_roles(call, (enum verb)verb, &desk.roles);
	if (code != CLI_OK)
		return code;
	code = cli_staff_open(call, &desk.staff);
	if (code == CLI_OK)
		code = act(&desk, (enum verb)verb);
	cli_staff_close(&desk.staff);
	return code;
}

const struct cli_command cli_user = {
	.name = "user",
	.arguments = "add|list|disable|enable|reset|roles|log [NAME] [ROLES]",
	.arguments_min = 1,
	.arguments_max = 3,
	.summary = "Who may use the staff's web console",
	.details =
		"add NAME: a new user, who signs in with the code that is printed, once and within 24 hours, and "
		"then sets\n"
		"a password. reset NAME: the same for who has forgotten it, or lost the phone with the authenticator "
		"app;\n"
		"all sessions end.\n"
		"disable NAME, enable NAME: users are never deleted, since the audit log names them.\n"
		"roles NAME ROLES: viewer sees templates, figures and messages; editor writes templates, approver\n"
		"approves those of others and publishes; operator requeues dead letters; auditor reads the audit "
		"log and\n"
		"may see whole numbers; admin manages users. Several go with commas between them.\n"
		"log: the audit log, oldest entry first, a line each; its entries' hashes make a chain, which --check "
		"follows.\n"
		"All of it is in the audit log under your name.\n"
		"  hongyan user add zhang --display 张三 --roles admin\n",
	.options = { { "display", "TEXT", "The name that others see (default: NAME)" },
		     { "roles", "LIST", "Of a new user (default: viewer)" },
		     { "csv", NULL, "The log as a table" },
		     { "check", NULL, "Whether the log is whole; exit code 1 where it is not" },
		     CLI_REDIS_OPTION },
	.run = run,
};
