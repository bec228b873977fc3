/* SPDX-License-Identifier: Apache-2.0 */

/* “hongyan send” before it has reached Redis: what it takes, and what it finds wrong with alerts. What it sends is tested end to
 * end. */

#include "test_cli_terminal.h"

#include <criterion/criterion.h>
#include <string.h>

#define TRY      "\nTry “hongyan send --help”.\n"
#define NO_REDIS "hongyan: cannot reach Redis at /nowhere/redis.sock: No such file or directory; is it running?\n"
#define DRY(alerts, segments, wrong) \
	alerts " alerts of " segments " segments are good, " wrong " wrong; nothing was sent\n"

Test(cli_send, what_it_takes)
{
	static const struct {
		const char *name;
		const char *words[TERMINAL_WORDS_MAX];
		int want_code;
		const char *want_err;
	} rows[] = {
		{ "nothing", { "send" }, CLI_USAGE, "hongyan send: NUMBER and TEMPLATE, or --file, are missing" TRY },
		{ "no template",
		  { "send", "13900000001" },
		  CLI_USAGE,
		  "hongyan send: NUMBER and TEMPLATE, or --file, are missing" TRY },
		{ "no parameter",
		  { "send", "13900000001", "hello", "name" },
		  CLI_USAGE,
		  "hongyan send: “name” is no parameter; want NAME=VALUE" TRY },
		{ "no lane",
		  { "send", "13900000001", "hello", "name=a", "--lane", "ready" },
		  CLI_USAGE,
		  "hongyan send: --lane is urgent, normal or bulk, not “ready”" TRY },
		{ "no time",
		  { "send", "13900000001", "hello", "name=a", "--wait", "0" },
		  CLI_USAGE,
		  "hongyan send: --wait takes seconds from 1 to 86400, not “0”" TRY },
		{ "of files only",
		  { "send", "13900000001", "hello", "--after", "a" },
		  CLI_USAGE,
		  "hongyan send: --after goes with --file only" TRY },
		{ "of one only",
		  { "send", "--file", "-", "--wait", "5" },
		  CLI_USAGE,
		  "hongyan send: --wait goes with one alert only" TRY },
		{ "both",
		  { "send", "13900000001", "--file", "-" },
		  CLI_USAGE,
		  "hongyan send: “13900000001” is one argument too many: --file has the alerts" TRY },
		{ "a pipe is not checked first",
		  { "send", "--file", "-" },
		  CLI_USAGE,
		  "hongyan send: standard input can't be checked before it is sent; --skip-wrong sends what is "
		  "good" TRY },
		{ "no such file",
		  { "send", "--file", "/nowhere/run.csv" },
		  CLI_FAILED,
		  "hongyan: /nowhere/run.csv: cannot be read: No such file or directory\n" },
		{ "a number that is none",
		  { "send", "139", "hello", "name=a" },
		  CLI_DATA,
		  "hongyan: to: **** has 3 digits; a mobile number of CN has 11\n" },
		{ "all is well but Redis",
		  { "send", "13900000001", "hello", "name=a", "--lane", "urgent", "--wait", "5" },
		  CLI_UNREACHABLE,
		  NO_REDIS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct terminal terminal = terminal_run(rows[i].words, "", 0, &(struct terminal_hooks){ 0 });
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d", rows[i].name, terminal.code);
		cr_expect_str_eq(terminal.err, rows[i].want_err, "%s: err:\n%s", rows[i].name, terminal.err);
		cr_expect_str_eq(terminal.out, "", "%s: out:\n%s", rows[i].name, terminal.out);
		terminal_fini(&terminal);
	}
}

Test(cli_send, what_is_wrong_with_alerts)
{
	static const struct {
		const char *name;
		const char *batch; /* NULL = none */
		const char *in;
		int want_code;
		const char *want_err;
		const char *want_out;
	} rows[] = {
		{ "a table", "feb", "to,template,name\n13900000001,hello,王芳\n13900000002,hello,李雷\n", CLI_OK, "",
		  DRY("2", "2", "0") },
		{ "signature and text", "feb",
		  "to,template,name\n13900000001,hello,"
		  "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十\n",
		  CLI_OK, "", DRY("1", "1", "0") },
		{ "with ids of its own", NULL, "id,to,template,name\na,13900000001,hello,王芳\n", CLI_OK, "",
		  DRY("1", "1", "0") },
		{ "without ids", NULL, "to,template,name\n13900000001,hello,王芳\n", CLI_DATA,
		  "hongyan: standard input: there is no column “id”; give alerts ids, or name the run with --batch, so "
		  "that "
		  "sending it twice sends nothing twice\n",
		  DRY("0", "0", "0") },
		{ "wrong ones", "feb",
		  "to,template,name,amount\n139,hello,a,\n13900000001,helo,a,\n13900000001,bill,,many\n13900000001,"
		  "bill,b,1.00\n"
		  "13900000001,bill,,1.00\n",
		  CLI_DATA,
		  "standard input:2: to: **** has 3 digits; a mobile number of CN has 11\n"
		  "standard input:3: template: there is no template “helo” (did you mean “hello”?)\n"
		  "standard input:4: amount: parameter “amount” (金额) must be of type money, like 19.53; it looks "
		  "like “aaaa”\n"
		  "standard input:5: name: unknown parameter “name”; the template does not declare it\n",
		  DRY("1", "1", "4") },
		{ "JSON", NULL,
		  "{\"id\":\"a\",\"to\":\"13900000001\",\"template\":\"bill\",\"params\":{\"amount\":\"1.00\"}}\n\n"
		  "{\"id\":\"a\",\"to\":\"13900000002\",\"template\":\"bill\",\"params\":{\"amount\":\"1.00\"}}\n"
		  "{\"cancel\":\"a\"}\n{\"cancel\":\"a\"}\n{\"id\":\n",
		  CLI_DATA,
		  "standard input:3: id: “a” stands on line 1 too\n"
		  "standard input:6: id: malformed JSON: a value expected, but it ends here\n",
		  DRY("3", "1", "2") },
		{ "nothing", NULL, "", CLI_DATA,
		  "hongyan: standard input: it is empty; its first line names the columns\n", DRY("0", "0", "0") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *words[TERMINAL_WORDS_MAX] = { "send", "--file", "-", "--dry-run" };
		if (rows[i].batch != NULL) {
			words[4] = "--batch";
			words[5] = rows[i].batch;
		}
		struct terminal terminal =
			terminal_run(words, rows[i].in, strlen(rows[i].in), &(struct terminal_hooks){ 0 });
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d", rows[i].name, terminal.code);
		cr_expect_str_eq(terminal.err, rows[i].want_err, "%s: err:\n%s", rows[i].name, terminal.err);
		cr_expect_str_eq(terminal.out, rows[i].want_out, "%s: out:\n%s", rows[i].name, terminal.out);
		terminal_fini(&terminal);
	}
}
