/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"
#include "cli/cli_fetch.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Answers one connection with fixed octets, in a thread. */
struct server {
	int fd;
	uint16_t port;
	const char *answer;
	char request[1024];
	pthread_t thread;
};

static void *serve(void *ctx)
{
	struct server *server = ctx;
	int client = accept(server->fd, NULL, NULL);
	if (client < 0)
		return NULL;
	size_t len = 0;
	ssize_t got;
	while (strstr(server->request, "\r\n\r\n") == NULL &&
	       (got = read(client, server->request + len, sizeof server->request - 1 - len)) > 0)
		len += (size_t)got;
	(void)!write(client, server->answer, strlen(server->answer));
	shutdown(client, SHUT_WR);
	while (read(client, server->request + len, 1) > 0)
		;
	close(client);
	return NULL;
}

static void start(struct server *server, const char *answer)
{
	*server = (struct server){ .answer = answer, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	struct sockaddr_in at = { .sin_family = AF_INET };
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	socklen_t len = sizeof at;
	cr_assert_eq(bind(server->fd, (struct sockaddr *)&at, sizeof at), 0);
	cr_assert_eq(getsockname(server->fd, (struct sockaddr *)&at, &len), 0);
	server->port = ntohs(at.sin_port);
	if (answer == NULL)
		return; /* bound, not listening: connections are refused */
	cr_assert_eq(listen(server->fd, 1), 0);
	cr_assert_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void finish(struct server *server)
{
	if (server->answer != NULL)
		pthread_join(server->thread, NULL);
	close(server->fd);
}

static uint16_t configured_port;

static enum err load(const char *path, const struct config **config, struct cli_settings *settings,
		     cli_on_problem *on_problem, void *ctx)
{
	if (path == NULL)
		return ERR_NOT_FOUND;
	if (strcmp(path, "broken") == 0) {
		on_problem(ctx, "broken:1:1: it is broken", false);
		return ERR_FORMAT;
	}
	(void)config;
	settings->admin_host = "0.0.0.0";
	settings->admin_port = configured_port;
	return ERR_OK;
}

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define REST                                                                                                  \
	"\"version\":\"1\",\"workers\":1,\"lanes\":{},\"redis\":{\"up\":true},\"accounts\":[{\"name\":\"a\"," \
	"\"state\":"                                                                                          \
	"\"up\"}]}\n"

Test(cli_status, tells_and_exits)
{
	static const struct {
		const char *name, *answer;
		bool by_config;
		const char *config; /* where by_config; NULL = none given */
		bool wants_json;
		int want;
		const char *want_out, *want_err; /* parts */
	} rows[] = {
		{ "well", HEAD "{" REST, false, NULL, false, 0, "All is well.\n", "" },
		{ "well, by the configuration", HEAD "{" REST, true, "hongyan.yaml", false, 0, "All is well.\n", "" },
		{ "well, as JSON", HEAD "{" REST, false, NULL, true, 0, "{" REST, "" },
		{ "something wrong", HEAD "{\"dead\":1,\"rate_1m\":{\"dead_per_s\":1}," REST, false, NULL, false, 1,
		  "WRONG: 1\n  ! dead letters", "" },
		{ "something wrong, as JSON", HEAD "{\"dead\":1,\"rate_1m\":{\"dead_per_s\":1}," REST, false, NULL, true, 1,
		  "{\"dead\"", "" },
		{ "nobody there", NULL, false, NULL, false, 69, "", "does the gateway run?" },
		{ "another program", HEAD "<html>hello</html>", false, NULL, false, 69, "", "is no gateway" },
		{ "another program's JSON", HEAD "{\"hello\":1}", false, NULL, true, 69, "", "is no gateway" },
		{ "no such page", "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false,
		  NULL, false, 69, "", "answered with status 404" },
		{ "sent elsewhere",
		  "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nConnection: close\r\nContent-Length: "
		  "0\r\n\r\n",
		  false, NULL, false, 69, "", "answered with status 302" },
		{ "nothing", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false, NULL, false,
		  69, "", "answered with nothing" },
		{ "no HTTP", "220 mail.example.com ESMTP\r\n", false, NULL, false, 69, "", "does not answer" },
		{ "no configuration", NULL, true, NULL, false, 78, "", "name it with --url" },
		{ "a broken configuration", NULL, true, "broken", false, 78, "", "broken:1:1: it is broken" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct server server;
		start(&server, rows[i].answer);
		configured_port = server.port;
		char url[64];
		snprintf(url, sizeof url, "127.0.0.1:%u/", server.port);
		char *out_text = NULL, *err_text = NULL;
		size_t out_len, err_len;
		struct cli_env env = { .out = open_memstream(&out_text, &out_len),
				       .err = open_memstream(&err_text, &err_len),
				       .load = load };
		struct cli_call call = { .env = &env, .command = &cli_status, .wants_json = rows[i].wants_json };
		call.values[0] = rows[i].by_config ? NULL : url;
		call.values[1] = rows[i].config;
		int code = cli_status.run(&call);
		fclose(env.out);
		fclose(env.err);
		finish(&server);
		cr_expect_eq(code, rows[i].want, "%s: %d", rows[i].name, code);
		cr_expect_not_null(strstr(out_text, rows[i].want_out), "%s: %s", rows[i].name, out_text);
		cr_expect(rows[i].want_out[0] != '\0' || out_text[0] == '\0', "%s: %s", rows[i].name, out_text);
		cr_expect_not_null(strstr(err_text, rows[i].want_err), "%s: %s", rows[i].name, err_text);
		cr_expect(rows[i].want_err[0] != '\0' || err_text[0] == '\0', "%s: %s", rows[i].name, err_text);
		if (rows[i].answer != NULL)
			cr_expect_eq(strncmp(server.request, "GET /v1/status HTTP/1.1\r\n", 25), 0, "%s: %s",
				     rows[i].name, server.request);
		free(out_text);
		free(err_text);
	}
}

Test(cli_status, urls)
{
	static const struct {
		const char *name, *url, *want;
	} rows[] = {
		{ "whole", "http://h:1", "http://h:1/v1/status" },
		{ "with a slash", "http://h:1/", "http://h:1/v1/status" },
		{ "behind a proxy's path", "https://h/hongyan//", "https://h/hongyan/v1/status" },
		{ "without a scheme", "h:1", "http://h:1/v1/status" },
		{ "capital letters", "HTTP://h", "HTTP://h/v1/status" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *got = cli_fetch_url(rows[i].url, "/v1/status");
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
		free(got);
	}
	static const struct {
		const char *host, *want;
	} listeners[] = {
		{ "127.0.0.1", "http://127.0.0.1:8080" },
		{ "0.0.0.0", "http://127.0.0.1:8080" },
		{ "::", "http://[::1]:8080" },
		{ "fe80::1", "http://[fe80::1]:8080" },
		{ "gw.example.com", "http://gw.example.com:8080" },
	};
	for (unsigned i = 0; i < sizeof listeners / sizeof listeners[0]; i++) {
		char *got = cli_fetch_listener(listeners[i].host, 8080);
		cr_expect_str_eq(got, listeners[i].want, "%s: %s", listeners[i].host, got);
		free(got);
	}
}
