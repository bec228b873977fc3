/* SPDX-License-Identifier: Apache-2.0 */

/* Passwords, tokens and keys are planted wherever the configuration takes one, and everything goes wrong: carriers refuse,
 * providers give back what they were told, a Redis repeats its AUTH, reloads are refused. Then all that was written anywhere is looked
 * through: logs, what Redis keeps, what pages and commands said. */

#include "books.h"
#include "command_process.h"
#include "gateway_process.h"
#include "redis_server.h"
#include "scenario.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
				       "prx-P",    "cbs-P",  "rds-P",  "adm-P",  "oth-P" };

static struct smsc smsc;
static struct gateway_process gateway;

/* -- one that gives back all that it was told, as a provider over HTTP or as a Redis -- */

static struct {
	int fd;
	uint16_t port;
	pthread_t thread;
	_Atomic bool is_over;
	_Atomic unsigned asked;
} parrot;

static const char *header(const char *request, const char *name, char *out, size_t cap)
{
	char key[64];
	snprintf(key, sizeof key, "\r\n%s: ", name);
	const char *at = strcasestr(request, key);
	at = at ? at + strlen(key) : "";
	snprintf(out, cap, "%.*s", (int)strcspn(at, "\r"), at);
	return out;
}

/* JSON's own signs are escaped, so that the words come out as they went in. */
static void put_escaped(char *out, size_t cap, const char *text)
{
	size_t len = strlen(out);
	for (; *text && len + 3 < cap; text++) {
		if (*text == '"' || *text == '\\')
			out[len++] = '\\';
		out[len++] = *text < ' ' ? ' ' : *text;
	}
	out[len] = '\0';
}

static void answer_http(int fd, const char *request)
{
	static const char *const names[] = { "Authorization", "Proxy-Authorization", "X-Key" };
	char value[512];
	char said[4096] = "";
	char answer[9000];
	for (unsigned i = 0; i < 3; i++) {
		put_escaped(said, sizeof said, header(request, names[i], value, sizeof value));
		put_escaped(said, sizeof said, *value ? " " : "");
	}
	const char *target = strchr(request, ' ');
	snprintf(value, sizeof value, "%.*s ", target ? (int)strcspn(target + 1, " ") : 0, target ? target + 1 : "");
	put_escaped(said, sizeof said, value);
	const char *body = strstr(request, "\r\n\r\n");
	put_escaped(said, sizeof said, body ? body + 4 : "");
	char json[8400];
	snprintf(json, sizeof json, "{\"code\":\"%s\",\"said\":\"%s\"}", said, said);
	snprintf(answer, sizeof answer, "HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
		 strlen(json), json);
	(void)!write(fd, answer, strlen(answer));
}

static void answer_redis(int fd, const char *request)
{
	char said[512] = "";
	char answer[600];
	put_escaped(said, sizeof said, request);
	snprintf(answer, sizeof answer, "-ERR unknown command `AUTH`, with args beginning with: %s\r\n", said);
	(void)!write(fd, answer, strlen(answer));
}

static bool is_whole(const char *request, size_t len)
{
	char value[32];
	const char *body = strstr(request, "\r\n\r\n");
	if (request[0] == '*')
		return strstr(request, "SELECT") != NULL || strstr(request, "Plant") != NULL;
	return body != NULL && len - (size_t)(body + 4 - request) >=
				       strtoul(header(request, "Content-Length", value, sizeof value), NULL, 10);
}

static void *listen_and_repeat(void *ctx)
{
	(void)ctx;
	while (!atomic_load(&parrot.is_over)) {
		char request[4096] = "";
		size_t len = 0;
		int fd = accept4(parrot.fd, NULL, NULL, SOCK_CLOEXEC);
		struct timeval wait = { .tv_sec = 1 };
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
		ssize_t got = 0;
		while (!is_whole(request, len) && (got = read(fd, request + len, sizeof request - 1 - len)) > 0) {
			len += (size_t)got;
			request[len] = '\0';
		}
		if (is_whole(request, len)) {
			(request[0] == '*' ? answer_redis : answer_http)(fd, request);
			atomic_fetch_add(&parrot.asked, 1);
		}
		close(fd);
	}
	return NULL;
}

static void parrot_start(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	struct timeval wait = { .tv_usec = 100000 };
	parrot.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(parrot.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	EXPECT(bind(parrot.fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(parrot.fd, 64) == 0);
	EXPECT(getsockname(parrot.fd, (struct sockaddr *)&address, &len) == 0);
	parrot.port = ntohs(address.sin_port);
	EXPECT(pthread_create(&parrot.thread, NULL, listen_and_repeat, NULL) == 0);
}

static void parrot_stop(void)
{
	atomic_store(&parrot.is_over, true);
	EXPECT(pthread_join(parrot.thread, NULL) == 0);
	close(parrot.fd);
}

/* -- what was said -- */

/* Keeps a text among what is looked through at the end. */
static void keep(const char *name, const char *text)
{
	static unsigned count;
	char file[64];
	snprintf(file, sizeof file, "said-%u-%s.txt", count++, name);
	world_write(file, text ? text : "");
}

static void keep_page(const char *path)
{
	char *body;
	EXPECT(gateway_process_get(&gateway, path, &body) != 0);
	keep("page", body);
	free(body);
}

static void keep_command(const char *const words[])
{
	struct command_result result = command_run(words);
	keep("out", result.out);
	keep("err", result.err);
	command_fini(&result);
}

/* Looks through a file; returns whether it was one to look through. */
static bool look_through(const char *folder, const char *name)
{
	char path[WORLD_PATH_OCTETS + 256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "r");
	size_t ending = strlen(name);
	/* The configuration itself is where they belong. */
	if (file == NULL || (ending > 5 && strcmp(name + ending - 5, ".yaml") == 0)) {
		if (file != NULL)
			fclose(file);
		return false;
	}
	static char octets[8 * 1024 * 1024];
	size_t len = fread(octets, 1, sizeof octets, file);
	fclose(file);
	EXPECT(len < sizeof octets);
	for (size_t i = 0; i < sizeof planted / sizeof planted[0]; i++) {
		const char *at = memmem(octets, len, planted[i], strlen(planted[i]));
		size_t from = at ? (size_t)(at - octets) : 0;
		if (at != NULL)
			FAIL("“%s” is in %s: …%.*s…", planted[i], name, 200, octets + (from > 100 ? from - 100 : 0));
	}
	return len > 0;
}

static unsigned look_through_all(const char *folder)
{
	unsigned count = 0;
	DIR *dir = opendir(folder);
	EXPECT(dir != NULL);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[WORLD_PATH_OCTETS + 256];
		struct stat about;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] == '.' || stat(path, &about) != 0)
			continue;
		if (S_ISDIR(about.st_mode))
			count += look_through_all(path);
		else if (S_ISREG(about.st_mode))
			count += look_through(folder, entry->d_name);
	}
	closedir(dir);
	return count;
}

/* -- the world -- */

#define PROVIDER                                                                                                \
	"protocol: http, allow: [127.0.0.1], source: \"1\", success: /ok, message_id: /id, error_code: /code, " \
	"error_text: /said, reconnect_min: 20ms, reconnect_max: 40ms"
#define ACCOUNTS 6

static void write_accounts(char *out, size_t cap)
{
	unsigned port = parrot.port;
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
	keep("reload", body);
	free(body);
	keep_command(COMMAND("check"));
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
	keep("answer", body);
	free(body);
	EXPECT_COUNT(gateway_process_call(&gateway, "POST", "/v1/accounts/basic/pause", ADMIN_TOKEN, "", &body), 200);
	keep("answer", body);
	free(body);
}

static void ask_all(void)
{
	static const char *const pages[] = { "/readyz", "/v1/status", "/v1/accounts", "/metrics" };
	for (unsigned i = 0; i < 4; i++)
		keep_page(pages[i]);
	keep_command(COMMAND("status"));
	keep_command(COMMAND("status", "--json"));
	keep_command(COMMAND("accounts", "list"));
	keep_command(COMMAND("config", "show"));
	keep_command(COMMAND("check"));
	keep_command(COMMAND("held", "list"));
	keep_command(COMMAND("dead", "list", "--json"));
}

/* Redis wants another password; and one repeats what it was given. */
static void break_redis(void)
{
	static struct gateway_process other;
	char url[128];
	redis_server_do("CONFIG SET requirepass " OTHER_REDIS);
	redis_server_do("CLIENT KILL TYPE normal");
	AWAIT(20, !gateway_process_is_ready(&gateway));
	keep_page("/readyz");
	keep_page("/v1/status");
	keep_command(COMMAND("pause", "list"));
	redis_server_do("CONFIG SET requirepass " REDIS_PASSWORD);
	AWAIT(20, gateway_process_is_ready(&gateway));
	snprintf(url, sizeof url, "redis://:" REDIS_PASSWORD "@127.0.0.1:%u", (unsigned)parrot.port);
	gateway_process_start(&other, "other", &(struct gateway_options){ .smsc = &smsc, .redis_url = url }, false);
	AWAIT(20, gateway_process_said(&other, "unknown command `AUTH`") && gateway_process_said(&other, "(hidden)"));
	command_use(other.config);
	command_expect(69, "(hidden)", COMMAND("pause", "list"));
	keep_command(COMMAND("pause", "list"));
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
	unsigned files = look_through_all(world_path(folder, ""));
	if (files < 30)
		FAIL("only %u files were looked through", files);
	world_close();
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = { { "nothing_is_told", nothing_is_told, 120, false } };
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
