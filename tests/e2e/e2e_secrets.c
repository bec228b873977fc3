/* SPDX-License-Identifier: Apache-2.0 */

/* Passwords, tokens and keys are planted wherever the configuration takes one, and everything goes wrong: carriers refuse,
 * providers give back what they were told, a Redis repeats its AUTH, reloads are refused. Then all that was written anywhere is looked
 * through: logs, what Redis keeps, what pages and commands said. */

#include "e2e_secrets.h"

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REDIS_PASSWORD  "rds-Plant-01"
#define ADMIN_TOKEN     "adm-Plant-02-0123456789"
#define SMPP_PASSWORD   "smPlnt03"
#define BASIC_PASSWORD  "bas-Plant-04"
#define BASIC_CODED     "dXNlcjpiYXMtUGxhbnQtMDQ="
#define BEARER_TOKEN    "tok-Plant-05.x"
#define QUERY_PASSWORD  "qry Plant@06"
#define QUERY_ENCODED   "qry%20Plant%4006"
#define FORM_PASSWORD   "frm-Plant-07"
#define JSON_PASSWORD   "jsn-\\\"Plant-08"
#define HEADER_VALUE    "hdr-Plant-09"
#define PROXY_PASSWORD  "prx-Plant-10"
#define PROXY_CODED     "dXNlcjpwcngtUGxhbnQtMTA="
#define CALLBACK_SECRET "cbs-Plant-11-0123456789"
#define CALLBACK_KEY    "cbk-Plant-12"
#define OTHER_REDIS     "oth-Plant-13"
#define LONG_PASSWORD   "lng-Plant-14-which-is-too-long"
#define SHORT_TOKEN     "sht-Plant-15"
#define BROKEN_HEADER   "brk-Plant-16"
#define BROKEN_CALLBACK "brc-Plant-17/0123456789"
#define BROKEN_PROXY    "brp-Plant-18"

/* “Plant” is in all of them but for the coded ones and the short one; what stands before and behind may be cut. */
static const char *const planted[] = { "Plant-",   "Plant@", "Plant%", "smPlnt", BASIC_CODED, "bas-P", "dXNlcjpw",
				       "dXNlcjpi", "tok-P",  "qry P",  "qry%",   "frm-P",     "jsn-",  "hdr-P",
				       "prx-P",    "cbs-P",  "rds-P",  "adm-P",  "oth-P",     NULL };

static struct smsc smsc;
static struct gateway_process gateway;

/* -- the world -- */

#define PROVIDER                                                                                                \
	"protocol: http, allow: [127.0.0.1], source: \"1\", success: /ok, message_id: /id, error_code: /code, " \
	"error_text: /said, reconnect_min: 20ms, reconnect_max: 40ms"
#define ACCOUNTS 6

static void write_accounts(char *out, size_t cap)
{
	unsigned port = parrot_port();
	int len = snprintf(
		out, cap,
		"  - { name: basic, " PROVIDER
		", url: \"http://127.0.0.1:%u/basic\", auth: basic, username: user, password: \"" BASIC_PASSWORD
		"\", json: '{\"cb\":{callback}}', callback: tencent, "
		"callback_secret: " CALLBACK_SECRET ", callback_signature: hmac-sha256, callback_key: " CALLBACK_KEY
		" }\n"
		"  - { name: bearer, " PROVIDER
		", url: \"http://127.0.0.1:%u/bearer\", auth: bearer, token: " BEARER_TOKEN
		", json: '{\"to\":{to}}' }\n"
		"  - { name: query, " PROVIDER
		", url: \"http://127.0.0.1:%u/query\", method: GET, username: user, password: \"" QUERY_PASSWORD
		"\", query: { pw: \"{password}\" } }\n"
		"  - { name: form, " PROVIDER
		", url: \"http://127.0.0.1:%u/form\", username: user, password: " FORM_PASSWORD
		", form: { pw: \"{password}\" } }\n"
		"  - { name: header, " PROVIDER ", url: \"http://127.0.0.1:%u/header\", headers: { X-Key: " HEADER_VALUE
		" }, username: user, password: \"" JSON_PASSWORD "\", json: '{\"pw\":{password}}' }\n"
		"  - { name: proxied, " PROVIDER
		", url: \"http://127.0.0.1:%u/proxied\", proxy: \"http://user:" PROXY_PASSWORD
		"@127.0.0.1:%u\", json: '{\"to\":{to}}' }\n"
		"  - { name: smpp, address: \"127.0.0.1:%u\", system_id: e, password: " SMPP_PASSWORD
		", source: \"1\", reconnect_min: 20ms, reconnect_max: 40ms }\n",
		port, port, port, port, port, port, port, smsc.port);
	EXPECT(len > 0 && (size_t)len < cap);
}

static void open_world(void)
{
	static char accounts[8192];
	static const char *const names[ACCOUNTS] = { "basic", "bearer", "query", "form", "header", "proxied" };
	char routes[1024] = "";
	char url[256];
	char root[512];
	world_open();
	redis_server_start();
	redis_server_do("CONFIG SET requirepass " REDIS_PASSWORD);
	smsc_start(&smsc, "smsc", 0, (const char *const[]){ "--password", "another", NULL });
	parrot_start();
	write_accounts(accounts, sizeof accounts);
	for (unsigned i = 0; i < ACCOUNTS; i++)
		snprintf(routes + strlen(routes), sizeof routes - strlen(routes),
			 "  - { prefix: \"86138%08u\", accounts: [%s] }\n", i, names[i]);
	snprintf(url, sizeof url, "unix://:" REDIS_PASSWORD "@%s", strstr(redis_server_url(), "://") + 3);
	snprintf(root, sizeof root,
		 "callbacks: { listen: \"127.0.0.1:%u\", public_url: \"https://h\" }\nlog: { level: debug }",
		 (unsigned)world_free_port());
	gateway_process_start(&gateway, "gateway",
			      &(struct gateway_options){
				      .accounts = accounts, .routes = routes, .redis_url = url, .root_more = root },
			      true);
	command_use(gateway.config);
}

static bool was_refused(const char *account)
{
	char want[96];
	char *log = world_read(gateway.process.log);
	snprintf(want, sizeof want, "\"account\":\"%s\",\"status\":401,\"code\":\"", account);
	const char *at = log ? strstr(log, want) : NULL;
	const char *end = at ? strchr(at, '\n') : NULL;
	bool is_hidden = end && memmem(at, (size_t)(end - at), "(hidden)", 8) != NULL;
	if (end != NULL && !is_hidden)
		FAIL("nothing is hidden in %.*s", (int)(end - at), at);
	free(log);
	return end != NULL;
}

/* A reload that is refused, and then the file as it was. */
static void reload_broken(const char *from, const char *to)
{
	char *body;
	gateway_process_edit(&gateway, from, to);
	int status = gateway_process_call(&gateway, "POST", "/v1/config/reload", ADMIN_TOKEN, "", &body);
	if (status != 422)
		FAIL("with %s: %d %s", to, status, body ? body : "");
	secrets_keep("reload", body);
	free(body);
	secrets_keep_command(COMMAND("check"));
	gateway_process_edit(&gateway, to, from);
}

/* Providers give back what they were told, in words and codes. */
static void fail_carriers(void)
{
	char alert[BOOKS_ALERT_OCTETS];
	static const char *const names[ACCOUNTS] = { "basic", "bearer", "query", "form", "header", "proxied" };
	for (unsigned i = 0; i < ACCOUNTS; i++)
		books_add("normal", books_alert(alert, i));
	for (unsigned i = 0; i < ACCOUNTS; i++)
		AWAIT(20, was_refused(names[i]));
	AWAIT(20, gateway_process_said(&gateway, "ESME_RINVPASWD"));
}

static void break_reloads(void)
{
	gateway_process_edit(&gateway, "admin: { ", "admin: { token: " ADMIN_TOKEN ", ");
	process_signal(&gateway.process, SIGHUP);
	AWAIT(10, gateway_process_count_said(&gateway, "reloaded") == 1);
	reload_broken("token: " ADMIN_TOKEN, "token: " SHORT_TOKEN);
	reload_broken("password: " SMPP_PASSWORD, "password: " LONG_PASSWORD);
	reload_broken("X-Key: " HEADER_VALUE, "X-Key: \"" BROKEN_HEADER "{nope}\"");
	reload_broken("callback_secret: " CALLBACK_SECRET, "callback_secret: " BROKEN_CALLBACK);
	reload_broken("\"http://user:" PROXY_PASSWORD, "\"ftp://user:" BROKEN_PROXY);
	char *body;
	EXPECT_COUNT(gateway_process_call(&gateway, "POST", "/v1/accounts/basic/pause", ADMIN_TOKEN "x", "", &body),
		     401);
	secrets_keep("answer", body);
	free(body);
	EXPECT_COUNT(gateway_process_call(&gateway, "POST", "/v1/accounts/basic/pause", ADMIN_TOKEN, "", &body), 200);
	secrets_keep("answer", body);
	free(body);
}

static void ask_all(void)
{
	static const char *const pages[] = { "/readyz", "/v1/status", "/v1/accounts", "/metrics" };
	for (unsigned i = 0; i < 4; i++)
		secrets_keep_page(&gateway, pages[i]);
	secrets_keep_command(COMMAND("status"));
	secrets_keep_command(COMMAND("status", "--json"));
	secrets_keep_command(COMMAND("accounts", "list"));
	secrets_keep_command(COMMAND("config", "show"));
	secrets_keep_command(COMMAND("check"));
	secrets_keep_command(COMMAND("held", "list"));
	secrets_keep_command(COMMAND("dead", "list", "--json"));
}

/* Redis wants another password; and one repeats what it was given. */
static void break_redis(void)
{
	static struct gateway_process other;
	char url[128];
	redis_server_do("CONFIG SET requirepass " OTHER_REDIS);
	redis_server_do("CLIENT KILL TYPE normal");
	AWAIT(20, !gateway_process_is_ready(&gateway));
	secrets_keep_page(&gateway, "/readyz");
	secrets_keep_page(&gateway, "/v1/status");
	secrets_keep_command(COMMAND("pause", "list"));
	redis_server_do("CONFIG SET requirepass " REDIS_PASSWORD);
	AWAIT(20, gateway_process_is_ready(&gateway));
	snprintf(url, sizeof url, "redis://:" REDIS_PASSWORD "@127.0.0.1:%u", (unsigned)parrot_port());
	gateway_process_start(&other, "other", &(struct gateway_options){ .smsc = &smsc, .redis_url = url }, false);
	AWAIT(20, gateway_process_said(&other, "unknown command `AUTH`") && gateway_process_said(&other, "(hidden)"));
	command_use(other.config);
	command_expect(69, "(hidden)", COMMAND("pause", "list"));
	secrets_keep_command(COMMAND("pause", "list"));
	gateway_process_stop(&other);
}

static void nothing_is_told(void)
{
	char folder[WORLD_PATH_OCTETS];
	open_world();
	fail_carriers();
	ask_all();
	break_reloads();
	ask_all();
	break_redis();
	gateway_process_stop(&gateway);
	parrot_stop();
	smsc_finish(&smsc);
	smsc_fini(&smsc);
	redis_server_stop();
	unsigned files = secrets_look_through(world_path(folder, ""), planted, false);
	if (files < 30)
		FAIL("only %u files were looked through", files);
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "nothing_is_told", nothing_is_told, 120, false },
		{ "numbers", secrets_numbers, 120, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
