/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_outlook.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(cli_outlook, says)
{
	static const struct {
		const char *what, *want;
	} rows[] = {
		{ "{\"outlook\":\"clears\",\"eta_s\":725,\"clear_at\":\"2026-02-13T09:41:07+08:00\"}",
		  "in 12 min 5 s, at 09:41" },
		{ "{\"outlook\":\"clears\",\"eta_s\":100000,\"clear_at\":\"2026-02-14T09:41:07+08:00\"}",
		  "in 1 d 3 h, on 2026-02-14 at 09:41" },
		{ "{\"outlook\":\"clears\",\"eta_s\":7,\"clear_at\":null}", "in 7.0 s" },
		{ "{\"outlook\":\"clears\",\"eta_s\":7,\"clear_at\":\"09:41\"}", "in 7.0 s" },
		{ "{\"outlook\":\"clears\",\"eta_s\":null}", "-" },
		{ "{\"outlook\":\"keeps_up\",\"eta_s\":0.7}", "keeps up" },
		{ "{\"outlook\":\"stays\",\"eta_s\":null}", "not getting shorter" },
		{ "{\"outlook\":\"unknown\",\"eta_s\":null}", "not known yet" },
		{ "{\"outlook\":\"empty\",\"eta_s\":0}", "—" },
		{ "{\"length\":5}", "-" }, /* an older gateway */
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char out[CLI_OUTLOOK_OCTETS];
		json_t *what = json_loads(rows[i].what, 0, NULL);
		cr_assert_not_null(what, "%s", rows[i].what);
		cr_expect_str_eq(cli_outlook_say(what, "not getting shorter", out), rows[i].want, "%s: %s",
				 rows[i].what, out);
		json_decref(what);
	}
}

Test(cli_outlook, accounts_with_something_to_say)
{
	static const char page[] =
		"[{\"name\":\"idle\",\"waiting\":0,\"segments_per_s\":0.0,\"outlook\":\"empty\",\"eta_s\":0},"
		"{\"name\":\"away\",\"waiting\":5000,\"parked\":4900,\"segments_per_s\":0.0,\"outlook\":\"stays\","
		"\"eta_s\":null},"
		"{\"name\":\"brisk\",\"waiting\":0,\"parked\":0,\"segments_per_s\":99.96,\"outlook\":\"empty\","
		"\"eta_s\":0}]";
	static const char want[] = "ACCOUNT             WAITING     PARKED  SEGMENTS/S  CLEAR\n"
				   "away                   5000       4900         0.0  nothing leaves\n"
				   "brisk                     0          0       100.0  —\n"
				   "\n";
	static const struct {
		const char *page, *want;
	} rows[] = { { page, want }, { "[]", "" }, { "[{\"name\":\"a\"}]", "" } };
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *accounts = json_loads(rows[i].page, 0, NULL);
		cr_assert_not_null(accounts);
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);
		cli_outlook_accounts(accounts, out);
		fclose(out);
		cr_expect_str_eq(text, rows[i].want, "%s", text);
		free(text);
		json_decref(accounts);
	}
}
