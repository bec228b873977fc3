/* SPDX-License-Identifier: Apache-2.0 */
#include "test_cli_terminal.h"

#include <criterion/criterion.h>
#include <string.h>

/* Times are in UTC: the terminal's configuration has no zone. */
#define DAY   "--at", "2026-02-13 09:00"
#define NIGHT "--at", "2026-02-13 23:00"

Test(cli_route, tells_which_account_and_why)
{
	static const struct {
		const char *name;
		const char *words[TERMINAL_WORDS_MAX];
		struct terminal_hooks hooks;
		int want_code;
		const char *want_out;
		const char *want_err;
	} rows[] = {
		{ "longest prefix",
		  { "route", "13400010001", DAY, "--tenant", "billing" },
		  .want_out = "134****0001: block 86134, mobile (ordinary; a kept number may be another's)\n"
			      "at 2026-02-13 09:00:00, class notice, tenant billing\n\n"
			      "routes[1] counts: prefix 86134; the first of these that is up gets it (as written):\n"
			      "  1  cmcc\n  2  backup\n\n"
			      "not routes[2]: prefix 86, fits too, but comes behind\n"
			      "not routes[3]: prefix 86, for other classes\n",
		  .want_err = "" },
		{ "operator",
		  { "route", "13400010001", DAY },
		  .want_out = "134****0001: block 86134, mobile (ordinary; a kept number may be another's)\n"
			      "at 2026-02-13 09:00:00, class notice\n\n"
			      "routes[2] counts: prefix 86; the first of these that is up gets it (as written):\n"
			      "  1  backup\n  2  cmcc\n\n"
			      "not routes[1]: prefix 86134, for other tenants\n"
			      "not routes[3]: prefix 86, for other classes\n" },
		{ "weight",
		  { "route", "+8619200010001", NIGHT, "--class", "marketing" },
		  .want_out = "192****0001: block 86192, broadnet (ordinary)\n"
			      "at 2026-02-13 23:00:00, class marketing\n\n"
			      "routes[3] counts: prefix 86; the first of these that is up gets it (drawn by weight):\n"
			      "  1  backup\n  2  cmcc\n\n"
			      "not routes[1]: for other prefixes\n"
			      "not routes[2]: prefix 86, for other operators\n" },
		{ "closed, and the template's class",
		  { "route", "13500010001", NIGHT, "--template", "bill" },
		  .want_code = CLI_FAILED,
		  .want_out = "135****0001: block 86135, mobile (ordinary; a kept number may be another's)\n"
			      "at 2026-02-13 23:00:00, class notice, template bill\n\n"
			      "no route is open: it waits until 2026-02-14 08:00:00\n\n"
			      "not routes[1]: for other prefixes\n"
			      "not routes[2]: prefix 86, closed until 2026-02-14 08:00:00\n"
			      "not routes[3]: prefix 86, for other classes\n",
		  .want_err = "" },
		{ "none",
		  { "route", "+12125550100", DAY },
		  .want_code = CLI_FAILED,
		  .want_out = "121****0100: in no block of the number plan, so nobody knows whose\n"
			      "at 2026-02-13 09:00:00, class notice\n\n"
			      "no route fits: it would be dead as no_route\n\n"
			      "not routes[1]: for other prefixes\n"
			      "not routes[2]: for other prefixes\n"
			      "not routes[3]: for other prefixes\n" },
		{ "no number", { "route", "134" }, .want_code = CLI_DATA, .want_out = "" },
		{ "no number, JSON", { "route", "134x", "--json" }, .want_code = CLI_DATA, .want_err = "" },
		{ "class",
		  { "route", "13400010001", "--class", "advert" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan route: --class is critical, notice or marketing, not “advert”\n"
			      "Try “hongyan route --help”.\n" },
		{ "time", { "route", "13400010001", "--at", "noon" }, .want_code = CLI_USAGE, .want_out = "" },
		{ "template",
		  { "route", "13400010001", "--template", "bil", "--json" },
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"there is no such template in folder (did you mean "
			      "“bill”?)\",\"field\":\"bil\"}\n" },
		{ "broken configuration",
		  { "route", "13400010001" },
		  .hooks = { .load = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "c.yaml:1:1: wrong\n" },
		{ "no configuration",
		  { "route", "13400010001" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "there is no configuration; name its file with --config\n" },
		{ "JSON",
		  { "route", "13400010001", DAY, "--tenant", "billing", "--class", "marketing", "--json" },
		  .want_out =
			  "{\"to\":\"134****0001\",\"operator\":\"mobile\",\"block\":\"86134\",\"kind\":\"ordinary\","
			  "\"portable\":true,\"configured\":false,\"at\":\"2026-02-13T09:00:00.000Z\",\"class\":"
			  "\"marketing\",\"tenant\":\"billing\",\"route\":1,\"prefix\":\"86134\",\"accounts\":["
			  "\"cmcc\",\"backup\"],\"others\":[{\"route\":2,\"why\":\"behind\",\"prefix\":\"86\"},{"
			  "\"route\":3,\"why\":\"behind\",\"prefix\":\"86\"}]}\n",
		  .want_err = "" },
		{ "JSON, closed",
		  { "route", "13500010001", NIGHT, "--json" },
		  .want_code = CLI_FAILED,
		  .want_out =
			  "{\"to\":\"135****0001\",\"operator\":\"mobile\",\"block\":\"86135\",\"kind\":\"ordinary\","
			  "\"portable\":true,\"configured\":false,\"at\":\"2026-02-13T23:00:00.000Z\",\"class\":"
			  "\"notice\",\"waits_until\":\"2026-02-14T08:00:00.000Z\",\"others\":[{\"route\":1,\"why\":"
			  "\"prefix\"},{\"route\":2,\"why\":\"closed\",\"prefix\":\"86\",\"opens\":"
			  "\"2026-02-14T08:00:00.000Z\"},{\"route\":3,\"why\":\"class\",\"prefix\":\"86\"}]}\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct terminal terminal = terminal_run(rows[i].words, "", 0, &rows[i].hooks);
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d, err: %s", rows[i].name, terminal.code,
			     terminal.err);
		if (rows[i].want_out)
			cr_expect_str_eq(terminal.out, rows[i].want_out, "%s: out:\n%s", rows[i].name, terminal.out);
		if (rows[i].want_err)
			cr_expect_str_eq(terminal.err, rows[i].want_err, "%s: err:\n%s", rows[i].name, terminal.err);
		terminal_fini(&terminal);
	}
}
