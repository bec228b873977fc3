/* SPDX-License-Identifier: Apache-2.0 */
#include "test_cli_terminal.h"

#include "cli/cli_route_page.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Times are in UTC: the terminal's configuration has no zone. */
#define DAY "--at", "2026-02-13 09:00"
/* What ends a text. */
#define SOURCE "\nfrom the configuration only (--offline)\n"
#define NIGHT  "--at", "2026-02-13 23:00"

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
		  { "route", "--offline", "13400010001", DAY, "--tenant", "billing" },
		  .want_out = "134****0001: block 86134, mobile (ordinary; a kept number may be another's)\n"
			      "at 2026-02-13 09:00:00, class notice, tenant billing\n\n"
			      "routes[1] counts: prefix 86134; the first of these that is up gets it (as written):\n"
			      "  1  cmcc\n  2  backup\n\n"
			      "not routes[2]: prefix 86, fits too, but comes behind\n"
			      "not routes[3]: prefix 86, for other classes\n" SOURCE,
		  .want_err = "" },
		{ "operator",
		  { "route", "--offline", "13400010001", DAY },
		  .want_out = "134****0001: block 86134, mobile (ordinary; a kept number may be another's)\n"
			      "at 2026-02-13 09:00:00, class notice\n\n"
			      "routes[2] counts: prefix 86; the first of these that is up gets it (as written):\n"
			      "  1  backup\n  2  cmcc\n\n"
			      "not routes[1]: prefix 86134, for other tenants\n"
			      "not routes[3]: prefix 86, for other classes\n" SOURCE },
		{ "weight",
		  { "route", "--offline", "+8619200010001", NIGHT, "--class", "marketing" },
		  .want_out = "192****0001: block 86192, broadnet (ordinary)\n"
			      "at 2026-02-13 23:00:00, class marketing\n\n"
			      "routes[3] counts: prefix 86; the first of these that is up gets it (drawn by weight):\n"
			      "  1  backup  weight 1\n  2  cmcc  weight 0\n\n"
			      "not routes[1]: for other prefixes\n"
			      "not routes[2]: prefix 86, for other operators\n" SOURCE },
		{ "closed, and the template's class",
		  { "route", "--offline", "13500010001", NIGHT, "--template", "bill" },
		  .want_code = CLI_FAILED,
		  .want_out = "135****0001: block 86135, mobile (ordinary; a kept number may be another's)\n"
			      "at 2026-02-13 23:00:00, class notice, template bill\n\n"
			      "no route is open: it waits until 2026-02-14 08:00:00\n\n"
			      "not routes[1]: for other prefixes\n"
			      "not routes[2]: prefix 86, closed until 2026-02-14 08:00:00\n"
			      "not routes[3]: prefix 86, for other classes\n" SOURCE,
		  .want_err = "" },
		{ "none",
		  { "route", "--offline", "+12125550100", DAY },
		  .want_code = CLI_FAILED,
		  .want_out = "121****0100: in no block of the number plan, so nobody knows whose\n"
			      "at 2026-02-13 09:00:00, class notice\n\n"
			      "no route fits: it would be dead as no_route\n\n"
			      "not routes[1]: for other prefixes\n"
			      "not routes[2]: for other prefixes\n"
			      "not routes[3]: for other prefixes\n" SOURCE },
		{ "no number", { "route", "--offline", "134" }, .want_code = CLI_DATA, .want_out = "" },
		{ "no number, JSON",
		  { "route", "--offline", "134x", "--json" },
		  .want_code = CLI_DATA,
		  .want_err = "" },
		{ "class",
		  { "route", "--offline", "13400010001", "--class", "advert" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan route: --class is critical, notice or marketing, not “advert”\n"
			      "Try “hongyan route --help”.\n" },
		{ "time",
		  { "route", "--offline", "13400010001", "--at", "noon" },
		  .want_code = CLI_USAGE,
		  .want_out = "" },
		{ "template",
		  { "route", "--offline", "13400010001", "--template", "bil", "--json" },
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"there is no such template in folder (did you mean "
			      "“bill”?)\",\"field\":\"bil\"}\n" },
		{ "broken configuration",
		  { "route", "--offline", "13400010001" },
		  .hooks = { .load = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "c.yaml:1:1: wrong\n" },
		{ "no configuration",
		  { "route", "--offline", "13400010001" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "there is no configuration; name its file with --config\n" },
		{ "JSON",
		  { "route", "--offline", "13400010001", DAY, "--tenant", "billing", "--class", "marketing", "--json" },
		  .want_out =
			  "{\"to\":\"134****0001\",\"operator\":\"mobile\",\"block\":\"86134\",\"kind\":\"ordinary\","
			  "\"portable\":true,\"configured\":false,\"at\":\"2026-02-13T09:00:00.000Z\",\"class\":"
			  "\"marketing\",\"tenant\":\"billing\",\"route\":1,\"prefix\":\"86134\",\"pick\":\"first\","
			  "\"accounts\":["
			  "\"cmcc\",\"backup\"],\"others\":[{\"route\":2,\"why\":\"behind\",\"prefix\":\"86\"},{"
			  "\"route\":3,\"why\":\"behind\",\"prefix\":\"86\"}],\"from\":\"configuration\",\"now\":null}"
			  "\n",
		  .want_err = "" },
		{ "JSON, closed",
		  { "route", "--offline", "13500010001", NIGHT, "--json" },
		  .want_code = CLI_FAILED,
		  .want_out =
			  "{\"to\":\"135****0001\",\"operator\":\"mobile\",\"block\":\"86135\",\"kind\":\"ordinary\","
			  "\"portable\":true,\"configured\":false,\"at\":\"2026-02-13T23:00:00.000Z\",\"class\":"
			  "\"notice\",\"waits_until\":\"2026-02-14T08:00:00.000Z\",\"others\":[{\"route\":1,\"why\":"
			  "\"prefix\"},{\"route\":2,\"why\":\"closed\",\"prefix\":\"86\",\"opens\":"
			  "\"2026-02-14T08:00:00.000Z\"},{\"route\":3,\"why\":\"class\",\"prefix\":\"86\"}],\"from\":"
			  "\"configuration\",\"now\":null}\n" },
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

/* -- whom it asks -- */

/* A gateway that answers one question. */
struct gateway {
	int fd;
	char url[64];
	const char *answer;
	char request[1024];
	pthread_t thread;
};

static void *answer_one(void *ctx)
{
	struct gateway *gateway = ctx;
	int client = accept(gateway->fd, NULL, NULL);
	size_t len = 0;
	ssize_t got;
	while (strstr(gateway->request, "\r\n\r\n") == NULL &&
	       (got = read(client, gateway->request + len, sizeof gateway->request - 1 - len)) > 0)
		len += (size_t)got;
	cr_assert_eq(write(client, gateway->answer, strlen(gateway->answer)), (ssize_t)strlen(gateway->answer));
	close(client);
	return NULL;
}

static void start(struct gateway *gateway, const char *answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	*gateway = (struct gateway){ .answer = answer, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	cr_assert_eq(bind(gateway->fd, (struct sockaddr *)&at, sizeof at), 0);
	cr_assert_eq(getsockname(gateway->fd, (struct sockaddr *)&at, &len), 0);
	cr_assert_eq(listen(gateway->fd, 1), 0);
	snprintf(gateway->url, sizeof gateway->url, "http://127.0.0.1:%u", ntohs(at.sin_port));
	cr_assert_eq(pthread_create(&gateway->thread, NULL, answer_one, gateway), 0);
}

static void finish(struct gateway *gateway)
{
	pthread_join(gateway->thread, NULL);
	close(gateway->fd);
}

#define HTTP(status) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n"
#define ANSWER_OF(now)                                                                                              \
	"{\"to\":\"134****0001\",\"operator\":\"mobile\",\"block\":\"86134\",\"kind\":\"ordinary\",\"portable\":"   \
	"false,\"configured\":false,\"at\":\"2026-02-13T09:00:00.000+08:00\",\"class\":\"notice\",\"route\":1,"     \
	"\"prefix\":\"\",\"pick\":\"first\",\"accounts\":[\"cmcc\",\"backup\"],\"others\":[],\"from\":\"gateway\"," \
	"\"now\":" now "}\n"
#define CMCC "{\"name\":\"cmcc\",\"gets_it\":false,\"state\":\"paused\",\"for_s\":123,\"reason\":\"complaints\"}"

Test(cli_route, asks_the_gateway)
{
	static const struct {
		const char *name, *answer;
		int want_code;
		const char *want_out, *want_err;
	} rows[] = {
		{ "another account gets it",
		  HTTP("200 OK")
			  ANSWER_OF("{\"instance\":\"gw-1\",\"account\":\"backup\",\"held\":\"\",\"accounts\":[" CMCC
				    ",{\"name\":\"backup\",\"gets_it\":true,\"state\":\"up\",\"for_s\":5,\"reason\":"
				    "\"bound\"}]}"),
		  CLI_OK,
		  "at 2026-02-13 09:00:00, class notice\n\nroutes[1] counts: every prefix; its accounts in the order "
		  "in "
		  "which they are asked, as they are now (as written):\n"
		  "  1  cmcc  paused for 2 min 3 s (complaints)\n  2  backup  gets it: up for 5.0 s\n\n"
		  "from the running gateway at http://127.0.0.1:",
		  "" },
		{ "none gets it",
		  HTTP("200 OK") ANSWER_OF("{\"instance\":\"gw-1\",\"account\":null,\"held\":\"\",\"accounts\":[" CMCC
					   "," CMCC "]}"),
		  CLI_FAILED, "none of them takes it now: it waits until one does\n", "" },
		{ "all is held",
		  HTTP("200 OK") ANSWER_OF("{\"instance\":\"gw-1\",\"account\":\"cmcc\",\"held\":\"all is paused\","
					   "\"accounts\":[" CMCC "," CMCC "]}"),
		  CLI_FAILED, "but nothing goes out now: all is paused\n", "" },
		{ "it does not take the question", HTTP("422 No") "{\"detail\":\"number: too short\"}", CLI_DATA, "",
		  "the gateway: number: too short\n" },
		{ "an older one", HTTP("404 No") "{}", CLI_UNREACHABLE, "", "answers with status 404: it is older" },
		{ "one in trouble", HTTP("503 No") "{}", CLI_UNREACHABLE, "",
		  "answers with status 503: it cannot answer now" },
		{ "something else", HTTP("200 OK") "<html>", CLI_UNREACHABLE, "", "what answers is no gateway" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gateway gateway;
		start(&gateway, rows[i].answer);
		const char *const words[TERMINAL_WORDS_MAX] = { "route",     "+8613400010001", "--url",
								gateway.url, "--tenant",       "a b" };
		struct terminal terminal = terminal_run(words, "", 0, NULL);
		finish(&gateway);
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d", rows[i].name, terminal.code);
		cr_expect_not_null(strstr(terminal.out, rows[i].want_out), "%s: out:\n%s", rows[i].name, terminal.out);
		cr_expect_not_null(strstr(terminal.err, rows[i].want_err), "%s: err:\n%s", rows[i].name, terminal.err);
		cr_expect(strncmp(gateway.request, "GET /v1/route?number=%2B8613400010001&tenant=a%20b HTTP", 54) == 0,
			  "%s: %s", rows[i].name, gateway.request);
		terminal_fini(&terminal);
	}
}

Test(cli_route, goes_by_the_configuration_where_none_answers)
{
	static const struct {
		const char *name;
		const char *words[TERMINAL_WORDS_MAX];
		struct terminal_hooks hooks;
		int want_code;
		const char *want_out, *want_err;
	} rows[] = {
		{ "none was named",
		  { "route", "13400010001", DAY },
		  .want_out = "\nfrom the configuration only, so how its accounts are is not known: "
			      "http://127.0.0.1:9/v1/route does not answer: ",
		  .want_err = "" },
		{ "one was named",
		  { "route", "13400010001", "--url", "127.0.0.1:9" },
		  .want_code = CLI_UNREACHABLE,
		  .want_out = "",
		  .want_err = "hongyan: http://127.0.0.1:9/v1/route does not answer: " },
		{ "no configuration, and one was named",
		  { "route", "13400010001", "--url", "127.0.0.1:9" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_UNREACHABLE,
		  .want_out = "",
		  .want_err = "; does the gateway run?\n" },
		{ "no configuration, and a time of no zone",
		  { "route", "13400010001", "--url", "127.0.0.1:9", "--at", "2026-02-13 08:00" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "without a configuration --at needs its zone" },
		{ "no configuration, and a time with its zone",
		  { "route", "13400010001", "--url", "127.0.0.1:9", "--at", "2026-02-13T08:00:00+08:00" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_UNREACHABLE,
		  .want_out = "",
		  .want_err = "; does the gateway run?\n" },
		{ "no configuration, and a span",
		  { "route", "13400010001", "--url", "127.0.0.1:9", "--at", "2h" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_UNREACHABLE,
		  .want_out = "",
		  .want_err = "; does the gateway run?\n" },
		{ "both",
		  { "route", "13400010001", "--url", "127.0.0.1:9", "--offline" },
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "--offline asks no gateway, and --url names one" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct terminal terminal = terminal_run(rows[i].words, "", 0, &rows[i].hooks);
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d", rows[i].name, terminal.code);
		cr_expect_not_null(strstr(terminal.out, rows[i].want_out), "%s: out:\n%s", rows[i].name, terminal.out);
		cr_expect_not_null(strstr(terminal.err, rows[i].want_err), "%s: err:\n%s", rows[i].name, terminal.err);
		cr_expect_null(strstr(terminal.err, "13400010001"), "%s: err:\n%s", rows[i].name, terminal.err);
		terminal_fini(&terminal);
	}
}

/* What is no answer, or lacks what is expected, does no harm. */
Test(cli_route, page_of_odd_answers)
{
	static const char *const rows[] = {
		"{\"to\":\"\",\"others\":[],\"from\":\"\"}",
		"{\"to\":\"\\u001b[2J\",\"others\":[1,{}],\"from\":\"\",\"route\":1,\"accounts\":[1],\"now\":{"
		"\"accounts\":1}}",
		"{\"to\":\"1\",\"at\":\"2026\",\"others\":[{\"why\":5,\"opens\":1}],\"from\":\"\",\"route\":1,"
		"\"accounts\":[\"\\u001b[2J\"],"
		"\"weights\":[],\"now\":7}",
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);
		json_t *answer = json_loads(rows[i], 0, NULL);
		cr_assert(cli_route_is_answer(answer), "%s", rows[i]);
		cli_route_page(answer, "from nowhere", out);
		fclose(out);
		cr_expect_not_null(strstr(text, "from nowhere\n"), "%s", rows[i]);
		cr_expect_null(strchr(text, '\x1b'), "%s", rows[i]);
		free(text);
		json_decref(answer);
	}
	cr_expect_not(cli_route_is_answer(NULL));
}

/* What it is not asked rightly names no field of ours; nor does a terminal get what a gateway wrote as it is. */
Test(cli_route, tells_programs_what_the_gateway_does_not_take)
{
	struct gateway gateway;
	start(&gateway, HTTP("422 No") "{\"detail\":\"number: \\u001b[2Jtoo short\"}");
	const char *const words[TERMINAL_WORDS_MAX] = { "route", "+8613400010001", "--url", gateway.url, "--json" };
	struct terminal terminal = terminal_run(words, "", 0, NULL);
	finish(&gateway);
	cr_expect_eq(terminal.code, CLI_DATA);
	cr_expect_str_eq(terminal.out, "{\"error\":\"number:  [2Jtoo short\"}\n", "%s", terminal.out);
	terminal_fini(&terminal);
}
