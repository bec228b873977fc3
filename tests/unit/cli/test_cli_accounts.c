/* SPDX-License-Identifier: Apache-2.0 */

/* What “hongyan accounts” says before it has reached Redis or a gateway; what it does there is tested end to end. The table that it
 * prints is cli_accounts_page.c's. */

#include "cli/cli_accounts_page.h"
#include "test_cli_terminal.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define TRY      "\nTry “hongyan accounts --help”.\n"
#define NO_REDIS "hongyan: cannot reach Redis at /nowhere/redis.sock: No such file or directory; is it running?\n"
#define LONG_64  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"

Test(cli_accounts, says_what_is_wrong)
{
	static const struct {
		const char *name;
		const char *words[TERMINAL_WORDS_MAX];
		struct terminal_hooks hooks;
		int want_code;
		const char *want_err;
	} rows[] = {
		{ "no verb",
		  { "accounts" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: list|pause|resume|drain|set-tps [NAME [N|default]] is missing" TRY },
		{ "unknown verb",
		  { "accounts", "puase", "cmcc" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: “puase” is not list, pause, resume, drain or set-tps (did you mean "
			      "“pause”?)" TRY },
		{ "pause whom",
		  { "accounts", "pause" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: pause wants to know which one" TRY },
		{ "list takes no name",
		  { "accounts", "list", "cmcc" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: “cmcc” is one argument too many" TRY },
		{ "an option of another verb",
		  { "accounts", "resume", "cmcc", "--wait" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: --wait does not go with resume" TRY },
		{ "who, in two lines",
		  { "accounts", "pause", "cmcc", "--by", "l\ni" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: --by is a name of at most 64 octets without control characters" TRY },
		{ "a long who",
		  { "accounts", "drain", "cmcc", "--by", LONG_64 "g" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: --by is a name of at most 64 octets without control characters" TRY },
		{ "a long reason",
		  { "accounts", "drain", "cmcc", "--reason", LONG_64 LONG_64 },
		  .want_code = CLI_USAGE,
		  .want_err =
			  "hongyan accounts: --reason is a text of at most 120 octets without control characters" TRY },
		{ "no rate",
		  { "accounts", "set-tps", "cmcc", "fast" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: “fast” is not segments a second, 0 to 1000000 (0 = unlimited), nor "
			      "“default” for "
			      "what the configuration says" TRY },
		{ "too fast",
		  { "accounts", "set-tps", "cmcc", "1000001" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan accounts: “1000001” is not segments a second, 0 to 1000000 (0 = unlimited), nor "
			      "“default” "
			      "for what the configuration says" TRY },
		{ "an account that is none",
		  { "accounts", "pause", "cmc" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan: there is no account “cmc” in c.yaml (did you mean “cmcc”?)\n" },
		{ "none to resume",
		  { "accounts", "resume", "cmccc" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan: there is no account “cmccc” in c.yaml (did you mean “cmcc”?)\n" },
		{ "none to drain",
		  { "accounts", "drain", "bakcup", "--wait" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan: there is no account “bakcup” in c.yaml (did you mean “backup”?)\n" },
		{ "none to slow",
		  { "accounts", "set-tps", "backu", "5" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan: there is no account “backu” in c.yaml (did you mean “backup”?)\n" },
		{ "nothing near",
		  { "accounts", "set-tps", "zebra", "5" },
		  .want_code = CLI_USAGE,
		  .want_err = "hongyan: there is no account “zebra” in c.yaml\n" },
		{ "no configuration",
		  { "accounts", "pause", "cmcc" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_CONFIG,
		  .want_err =
			  "hongyan: there is no configuration to tell where Redis is; name its file with --config\n" },
		{ "a broken configuration",
		  { "accounts", "resume", "cmcc" },
		  .hooks = { .load = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_err = "c.yaml:1:1: wrong\n" },
		{ "no Redis", { "accounts", "pause", "cmcc" }, .want_code = CLI_UNREACHABLE, .want_err = NO_REDIS },
		{ "no Redis, a rate",
		  { "accounts", "set-tps", "backup", "0" },
		  .want_code = CLI_UNREACHABLE,
		  .want_err = NO_REDIS },
		{ "no Redis, no rate",
		  { "accounts", "set-tps", "backup", "default" },
		  .want_code = CLI_UNREACHABLE,
		  .want_err = NO_REDIS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct terminal terminal = terminal_run(rows[i].words, "", 0, &rows[i].hooks);
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d", rows[i].name, terminal.code);
		cr_expect_str_eq(terminal.err, rows[i].want_err, "%s: err:\n%s", rows[i].name, terminal.err);
		cr_expect_str_eq(terminal.out, "", "%s: out:\n%s", rows[i].name, terminal.out);
		terminal_fini(&terminal);
	}
}

static json_t *read_page(const char *text)
{
	json_t *page = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	cr_assert_not_null(page, "%s", text);
	return page;
}

#define HEAD                                                                                                        \
	"account          protocol operator state    for            links      window  tps now/limit    submits   " \
	"accepted "                                                                                                 \
	"throttled"                                                                                                 \
	"  reason\n"

/* What a gateway says is shown, whatever is missing in it; what somebody wrote into Redis does no harm to a terminal. */
Test(cli_accounts, page)
{
	static const struct {
		const char *name, *page, *want;
	} rows[] = {
		{ "none", "{\"accounts\":[]}", HEAD },
		{ "all is well",
		  "{\"accounts\":[{\"name\":\"cmcc\",\"protocol\":\"smpp\",\"state\":\"up\",\"for_s\":3605,"
		  "\"operator\":{\"state\":"
		  "\"runs\"},"
		  "\"links_up\":2,\"links_of\":2,\"window_used\":3,\"window_total\":100,\"tps\":500,\"tps_now\":12.5,"
		  "\"submits\":9,\"accepted\":8,\"throttled\":1}]}",
		  HEAD "cmcc             smpp     runs     up       1 h 0 min        2/2       3/100    12.5/500       "
		       "      9      "
		       "    8         1  "
		       "\n" },
		{ "paused, and slower",
		  "{\"accounts\":[{\"name\":\"b\",\"protocol\":\"http\",\"state\":\"down\",\"reason\":\"at "
		  "rest\",\"operator\":{"
		  "\"state\":\"paused\",\"for_s\":123,\"by\":\"li\",\"reason\":\"night work\","
		  "\"tps\":{\"set\":40,\"for_s\":5}}}]}",
		  HEAD "b                http     paused   down     -                0/0         0/0     0.0/-         "
		       "      0      "
		       "    0         0  at "
		       "rest\n"
		       "  paused for 2 min 3 s by li (night work)\n"
		       "  tps set to 40 for 5.0 s\n" },
		{ "failing, and rests",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"up\",\"failing\":true,\"resting\":true,\"again_s\":2.5,"
		  "\"operator\":{\"state\":\"runs\"}}]}",
		  HEAD "a                         runs     up       -                0/0         0/0     0.0/-         "
		       "      0 "
		       "         0         0  \n"
		       "  failing: half of its last answers, or more, were failures; other accounts go before it\n"
		       "  resting: the carrier asked for it; submits again in 2.5 s\n" },
		{ "broken",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"up\",\"failing\":true,\"breaker\":\"open\",\"resting\":"
		  "true,"
		  "\"again_s\":2.5,\"operator\":{\"state\":\"runs\"}}]}",
		  HEAD
		  "a                         runs     up       -                0/0         0/0     0.0/-         "
		  "      0 "
		  "         0         0  \n"
		  "  broken: nearly all of its last answers were failures, so that it gets nothing, and is tried now "
		  "and then\n"
		  "  tries again in 2.5 s\n" },
		{ "refused, tries seldom, then no longer",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"refused\",\"for_s\":7,\"failing\":false,\"resting\":true,"
		  "\"again_s\":62,\"operator\":{\"state\":\"runs\"}},"
		  "{\"name\":\"b\",\"state\":\"refused\",\"resting\":false,\"again_s\":null,"
		  "\"operator\":{\"state\":\"runs\"}}]}",
		  HEAD "a                         runs     refused  7.0 s            0/0         0/0     0.0/-         "
		       "      0 "
		       "         0         0  \n"
		       "  tries again in 1 min 2 s\n"
		       "  correct its credentials and reload (SIGHUP), or ask the carrier, and when it has mended it: "
		       "“hongyan accounts resume a”\n"
		       "b                         runs     refused  -                0/0         0/0     0.0/-         "
		       "      0 "
		       "         0         0  \n"
		       "  correct its credentials and reload (SIGHUP), or ask the carrier, and when it has mended it: "
		       "“hongyan accounts resume b”\n" },
		{ "a drained one is not asked for",
		  "{\"accounts\":[{\"name\":\"a\",\"state\":\"refused\",\"resting\":true,\"again_s\":62,\"operator\":{"
		  "\"state\":\"drained\",\"for_s\":1}}]}",
		  HEAD "a                         drained  refused  -                0/0         0/0     0.0/-         "
		       "      0 "
		       "         0         0  \n"
		       "  drained for 1.0 s\n" },
		{ "leaving", "{\"accounts\":[{\"name\":\"b\",\"leaving\":true,\"operator\":{\"state\":\"runs\"}}]}",
		  HEAD "b                         leaving           -                0/0         0/0     0.0/-         "
		       "      0      "
		       "    0         0  \n" },
		{ "control characters",
		  "{\"accounts\":[{\"name\":\"b\",\"operator\":{\"state\":\"paused\",\"by\":\"\\u001b[2J\"}}]}", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);
		json_t *page = read_page(rows[i].page);
		cr_expect(cli_accounts_is_page(page), "%s", rows[i].name);
		cli_accounts_page(page, out);
		fclose(out);
		if (rows[i].want != NULL)
			cr_expect_str_eq(text, rows[i].want, "%s: got\n%s", rows[i].name, text);
		cr_expect_null(strchr(text, '\x1b'), "%s", rows[i].name);
		json_decref(page);
		free(text);
	}
}

Test(cli_accounts, finds)
{
	json_t *page = read_page("{\"accounts\":[{},{\"name\":5},{\"name\":\"a\"},{\"name\":\"ab\",\"tps\":7}]}");
	json_t *other = read_page("{\"accounts\":{}}");
	cr_expect_eq(json_integer_value(json_object_get(cli_accounts_find(page, "ab"), "tps")), 7);
	cr_expect_null(cli_accounts_find(page, "b"));
	cr_expect_null(cli_accounts_find(other, "a"));
	cr_expect_not(cli_accounts_is_page(other));
	json_decref(page);
	json_decref(other);
}
