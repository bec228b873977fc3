/* SPDX-License-Identifier: Apache-2.0 */

/* The commands that act on the queue in Redis: what they say before they have reached it. What they do there is tested
 * end to end. */

#include "test_cli_terminal.h"

#include <criterion/criterion.h>
#include <string.h>

#define TRY(command) "\nTry “hongyan " command " --help”.\n"
#define NO_REDIS     "hongyan: cannot reach Redis at /nowhere/redis.sock: No such file or directory; is it running?\n"

struct row {
	const char *name;
	const char *words[TERMINAL_WORDS_MAX];
	struct terminal_hooks hooks;
	int want_code;
	const char *want_err;
};

static void run(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct terminal terminal = terminal_run(rows[i].words, "", 0, &rows[i].hooks);
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d", rows[i].name, terminal.code);
		cr_expect_str_eq(terminal.err, rows[i].want_err, "%s: err:\n%s", rows[i].name, terminal.err);
		cr_expect_str_eq(terminal.out, "", "%s: out:\n%s", rows[i].name, terminal.out);
		terminal_fini(&terminal);
	}
}

#define RUN(rows) run(rows, sizeof rows / sizeof rows[0])

Test(cli_desk, dead)
{
	static const struct row rows[] = {
		{ "no verb",
		  { "dead" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: list|show|requeue|drop [ENTRY …] is missing" TRY("dead") },
		{ "unknown verb",
		  { "dead", "reque" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: “reque” is not list, show, requeue or drop (did you mean “requeue”?)" TRY(
			  "dead") },
		{ "list takes no name",
		  { "dead", "list", "1-1" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: “1-1” is one argument too many" TRY("dead") },
		{ "show wants one",
		  { "dead", "show" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: show wants to know which one" TRY("dead") },
		{ "an option of another verb",
		  { "dead", "list", "--yes" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: --yes does not go with list" TRY("dead") },
		{ "which ones",
		  { "dead", "requeue" },
		  .want_code = CLI_USAGE,
		  .want_err =
			  "hongyan dead: say which dead letters to requeue: name them, describe them by options, or "
			  "take --all" TRY("dead") },
		{ "a limit says not which ones",
		  { "dead", "requeue", "--limit", "5" },
		  .want_code = CLI_USAGE,
		  .want_err =
			  "hongyan dead: say which dead letters to requeue: name them, describe them by options, or "
			  "take --all" TRY("dead") },
		{ "all and some",
		  { "dead", "requeue", "--all", "--batch", "b" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: --all means every dead letter; leave it or the other options out" TRY(
			  "dead") },
		{ "names and options",
		  { "dead", "requeue", "1-1", "--batch", "b" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: name dead letters or describe them by options, not both" TRY("dead") },
		{ "an id for a name",
		  { "dead", "requeue", "1-1", "bal-1" },
		  .want_code = CLI_USAGE,
		  .want_err =
			  "hongyan dead: dead letters are named by their entries, in the second column of list, and "
			  "“bal-1” is none; for an alert's id say --id bal-1" TRY("dead") },
		{ "an id to drop",
		  { "dead", "drop", "a3", "--yes" },
		  .want_code = CLI_USAGE,
		  .want_err =
			  "hongyan dead: dead letters are named by their entries, in the second column of list, and "
			  "“a3” is none; for an alert's id say --id a3" TRY("dead") },
		{ "entries for names",
		  { "dead", "requeue", "1-1", "1770940800000-0" },
		  .want_code = CLI_UNREACHABLE,
		  .want_err = NO_REDIS },
		{ "drop without yes",
		  { "dead", "drop", "--all" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: drop can't be undone; look with --dry-run at what it takes, then say it "
			      "again with --yes" TRY("dead") },
		{ "no time",
		  { "dead", "list", "--since", "soon" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: --since is a time such as 2h (two hours ago), 2026-02-13 or "
			      "2026-02-13T08:00:00+08:00, not “soon”" TRY("dead") },
		{ "times the wrong way round",
		  { "dead", "list", "--since", "1h", "--until", "2h" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: --since lies behind --until" TRY("dead") },
		{ "no limit",
		  { "dead", "list", "--limit", "0" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan dead: --limit is a number from 1 on, not “0”" TRY("dead") },
		{ "no configuration",
		  { "dead", "list" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_CONFIG,
		  .want_err =
			  "hongyan: there is no configuration to tell where Redis is; name its file with --config\n" },
		{ "a broken configuration",
		  { "dead", "list" },
		  .hooks = { .load = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_err = "c.yaml:1:1: wrong\n" },
		{ "no Redis", { "dead", "list" }, .want_code = CLI_UNREACHABLE, .want_err = NO_REDIS },
		{ "a dry drop needs no yes",
		  { "dead", "drop", "--all", "--dry-run" },
		  .want_code = CLI_UNREACHABLE,
		  .want_err = NO_REDIS },
	};
	RUN(rows);
}

Test(cli_desk, held)
{
	static const struct row rows[] = {
		{ "no verb",
		  { "held" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan held: list|show|resend|drop [ORIGIN …] is missing" TRY("held") },
		{ "which ones",
		  { "held", "resend" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan held: say which held alerts to resend: name them, describe them by options, or "
			      "take --all" TRY("held") },
		{ "no reason",
		  { "held", "list", "--reason", "x" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan held: unknown option “--reason”" TRY("held") },
		{ "an id for a name",
		  { "held", "resend", "1-1@normal", "1-1" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan held: held alerts are named by their origins, in the second column of list, and "
			      "“1-1” is none; for an alert's id say --id 1-1" TRY("held") },
		{ "drop wants no yes, it loses nothing",
		  { "held", "drop", "--all" },
		  .want_code = CLI_UNREACHABLE,
		  .want_err = NO_REDIS },
	};
	RUN(rows);
}

Test(cli_desk, pause_and_resume)
{
	static const char long_name[] = "01234567890123456789012345678901234567890123456789012345678901234";
	static const struct row rows[] = {
		{ "two at a time",
		  { "pause", "--template", "t", "--batch", "b" },
		  .want_code = CLI_USAGE,
		  .want_err =
			  "hongyan pause: give one of --template, --tenant, --batch and --all at a time" TRY("pause") },
		{ "no name",
		  { "pause", "--tenant", "" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan pause: --tenant is a name of 1 to 64 octets without control characters" TRY(
			  "pause") },
		{ "too long a name",
		  { "resume", "--batch", long_name },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan resume: --batch is a name of 1 to 64 octets without control characters" TRY(
			  "resume") },
		{ "a control character",
		  { "pause", "--batch", "b\n" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan pause: --batch is a name of 1 to 64 octets without control characters" TRY(
			  "pause") },
		{ "by whom, but what",
		  { "pause", "--by", "li" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan pause: --by goes with what is to be paused" TRY("pause") },
		{ "a name without its option",
		  { "pause", "balance" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan pause: “balance” is not list; say what to pause by options" TRY("pause") },
		{ "list and pause",
		  { "pause", "list", "--all" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan pause: list shows everything that is paused; it takes no option" TRY("pause") },
		{ "resume what",
		  { "resume" },
		  .want_code = CLI_USAGE,
		  .want_err =
			  "hongyan resume: say what goes on: --template, --tenant, --batch or --all; “hongyan pause” "
			  "lists what is paused" TRY("resume") },
		{ "no Redis to list", { "pause" }, .want_code = CLI_UNREACHABLE, .want_err = NO_REDIS },
		{ "no Redis to resume", { "resume", "--all" }, .want_code = CLI_UNREACHABLE, .want_err = NO_REDIS },
	};
	RUN(rows);
}

Test(cli_desk, help)
{
	static const struct {
		const char *command;
		const char *want_begin;
		const char *wants[4];
	} rows[] = {
		{ "dead",
		  "Usage: hongyan dead list|show|requeue|drop [ENTRY …] [OPTIONS]\n\nList, show, send again or delete "
		  "dead "
		  "letters.\n",
		  { "--reason WORD", "--since TIME", "--dry-run ", "--yes " } },
		{ "held",
		  "Usage: hongyan held list|show|resend|drop [ORIGIN …] [OPTIONS]\n\nList alerts that were sent and "
		  "never "
		  "answered, and decide about them.\n",
		  { "--template T", "--until TIME", "--dry-run ", "--values " } },
		{ "pause",
		  "Usage: hongyan pause [list] [OPTIONS]\n\nKeep alerts of a template, tenant or batch back, or list "
		  "what is "
		  "paused.\n",
		  { "--template T", "--tenant X", "--batch B", "--by WHO" } },
		{ "resume",
		  "Usage: hongyan resume [OPTIONS]\n\nLet go on what was paused.\n",
		  { "--template T", "--tenant X", "--batch B", "--all " } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *const words[TERMINAL_WORDS_MAX] = { rows[i].command, "--help" };
		struct terminal terminal = terminal_run(words, "", 0, NULL);
		cr_expect_eq(terminal.code, CLI_OK, "%s", rows[i].command);
		cr_expect_eq(strncmp(terminal.out, rows[i].want_begin, strlen(rows[i].want_begin)), 0, "%s:\n%s",
			     rows[i].command, terminal.out);
		for (unsigned k = 0; k < 4; k++)
			cr_expect(strstr(terminal.out, rows[i].wants[k]), "%s has no %s", rows[i].command,
				  rows[i].wants[k]);
		for (const char *line = terminal.out; line; line = strchr(line, '\n')) {
			line += *line == '\n';
			cr_expect_leq(strcspn(line, "\n"), 130, "%s: a long line: %.40s", rows[i].command, line);
		}
		terminal_fini(&terminal);
	}
}

Test(cli_desk, optout)
{
	static char wide[130];
	memset(wide, 'x', sizeof wide - 1);
	const struct row rows[] = {
		{ "no verb",
		  { "optout" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: list|add|remove|check|import [NUMBER|FILE] is missing" TRY("optout") },
		{ "unknown verb",
		  { "optout", "del" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: “del” is not list, add, remove, check or import" TRY("optout") },
		{ "list takes no number",
		  { "optout", "list", "13900000001" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: “13900000001” is one argument too many" TRY("optout") },
		{ "check wants one",
		  { "optout", "check" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: check wants to know which one" TRY("optout") },
		{ "who removes is not kept",
		  { "optout", "remove", "13900000001", "--by", "li" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: --by does not go with remove" TRY("optout") },
		{ "a name too long",
		  { "optout", "add", "13900000001", "--by", wide },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: --by is a text of at most 128 octets without control characters" TRY(
			  "optout") },
		{ "a reason of two lines",
		  { "optout", "add", "13900000001", "--reason", "a\nb" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: --reason is a text of at most 128 octets without control characters" TRY(
			  "optout") },
		{ "nothing to import",
		  { "optout", "import" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan optout: import wants to know which one" TRY("optout") },
		{ "no Redis", { "optout", "list" }, .want_code = CLI_UNREACHABLE, .want_err = NO_REDIS },
		{ "no Redis for a number",
		  { "optout", "check", "+447700900123" },
		  .want_code = CLI_UNREACHABLE,
		  .want_err = NO_REDIS },
	};
	RUN(rows);
}
