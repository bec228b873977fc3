/* SPDX-License-Identifier: Apache-2.0 */

/* HTTP/2 over TLS, against nginx as server: its HTTP/2 is its own, so that curl's is not tested against itself. */

#include "loop/http_client.h"

#include "unit/loop/http_peer.h"
#include "unit/loop/tls_authority.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GUARD_US (60 * (mono_us)US_PER_S)
#define PLACES   8

struct told {
	unsigned count;
	enum http_end end;
	unsigned status;
	char body[256];
	char reason[256];
};

static struct rig {
	struct tls_authority authority;
	struct address_guard *guard;
	struct loop *loop;
	struct http_client *client;
	struct http_peer peer; /* behind nginx, at /held */
	pid_t server;
	pid_t proxy;
	uint16_t port;
	uint16_t proxy_port;
	struct told told[PLACES];
	unsigned told_count;
	unsigned most_connections;
} rig;

/* -- nginx -- */

static const char conf[] =
	"daemon off; master_process off; pid %1$s/pid;\n"
	"events { worker_connections 256; }\n"
	"http { access_log off; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;\n"
	"uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s; keepalive_requests %2$u;\n"
	"server { listen 127.0.0.1:%3$u ssl http2; ssl_certificate %1$s/%4$s.pem; ssl_certificate_key %1$s/%4$s.key;\n"
	"ssl_client_certificate %1$s/ca.pem; ssl_verify_client %5$s;\n"
	"location / { proxy_pass http://127.0.0.1:%6$u;\n"
	"proxy_set_header X-Seen \"$server_protocol $request_method $ssl_client_verify|\"; }\n"
	"} }\n";

static uint16_t free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}

/* A connection to a port of ours; -1 where nobody is there. */
static int connect_to(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

static void start_server(const char *certificate, bool wants_client, unsigned keepalive_requests)
{
	char path[128];
	rig.port = free_port();
	snprintf(path, sizeof path, "%s/nginx.conf", rig.authority.folder);
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	fprintf(file, conf, rig.authority.folder, keepalive_requests, (unsigned)rig.port, certificate,
		wants_client ? "on" : "off", (unsigned)rig.peer.port);
	fclose(file);
	rig.server = fork();
	cr_assert_geq(rig.server, 0);
	if (rig.server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("nginx", "nginx", "-p", rig.authority.folder, "-c", path, "-e", "stderr", "-g",
		       "error_log stderr crit;", (char *)NULL);
		_exit(127);
	}
	int fd = -1;
	for (unsigned i = 0; (fd = connect_to(rig.port)) < 0; i++) {
		cr_assert_lt(i, 2000, "nginx does not start");
		poll(NULL, 0, 10);
	}
	close(fd);
}

static void stop(pid_t *pid)
{
	if (*pid == 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

/* -- a proxy: whatever CONNECT names, it leads to nginx -- */

static void tunnel(int client)
{
	char octets[16384];
	size_t len = 0;
	do {
		ssize_t got = read(client, octets + len, sizeof octets - 1 - len);
		if (got <= 0)
			return;
		len += (size_t)got;
		octets[len] = '\0';
	} while (strstr(octets, "\r\n\r\n") == NULL);
	int server = strncmp(octets, "CONNECT ", 8) == 0 ? connect_to(rig.port) : -1;
	static const char yes[] = "HTTP/1.1 200 Connected\r\n\r\n";
	static const char no[] = "HTTP/1.1 502 Nobody\r\n\r\n";
	if (write(client, server >= 0 ? yes : no, server >= 0 ? sizeof yes - 1 : sizeof no - 1) < 0 || server < 0)
		return;
	struct pollfd ends[] = { { .fd = client, .events = POLLIN }, { .fd = server, .events = POLLIN } };
	while (poll(ends, 2, -1) > 0) {
		for (unsigned i = 0; i < 2; i++) {
			if (ends[i].revents == 0)
				continue;
			ssize_t got = read(ends[i].fd, octets, sizeof octets);
			if (got <= 0 || write(ends[1 - i].fd, octets, (size_t)got) != got)
				return;
		}
	}
}

static void start_proxy(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(listen(listener, 16), 0);
	cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	rig.proxy_port = ntohs(address.sin_port);
	rig.proxy = fork();
	cr_assert_geq(rig.proxy, 0);
	if (rig.proxy != 0) {
		close(listener);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client)) {
		if (fork() != 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tunnel(client);
		_exit(0);
	}
	_exit(0);
}

/* -- the client -- */

static void on_done(void *ctx, unsigned place, const struct http_result *result)
{
	(void)ctx;
	struct told *told = &rig.told[place];
	rig.told_count++;
	told->count++;
	told->end = result->end;
	told->status = result->status;
	snprintf(told->body, sizeof told->body, "%.*s", SLICE_ARG(result->body));
	snprintf(told->reason, sizeof told->reason, "%s", result->reason);
}

static void on_probed(void *ctx, bool is_reachable, const char *reason)
{
	(void)ctx;
	(void)is_reachable;
	(void)reason;
}

/* Answers with what nginx says that it saw. It passes requests on when it has read them: an answer before that is something
 * that libcurl 7.88 may miss. */
static void on_request(struct http_peer *peer, struct http_peer_connection *connection)
{
	char seen[64] = "";
	const char *header = strstr(connection->request, "X-Seen: ");
	(void)peer;
	if (header != NULL)
		sscanf(header, "X-Seen: %63[^|]", seen);
	if (strstr(connection->request, " /held ") == NULL)
		http_peer_answer(connection, 200, "", seen);
}

static void set_up(void)
{
	static const struct tls_certificate certificates[] = {
		{ "server", "DNS:localhost", -1, 2 },
		{ "stranger", "DNS:elsewhere.example", -1, 2 },
		{ "client", NULL, -1, 2 },
	};
	const char *allow[] = { "127.0.0.1", "::1" };
	memset(&rig, 0, sizeof rig);
	tls_authority_make(&rig.authority);
	for (unsigned i = 0; i < sizeof certificates / sizeof certificates[0]; i++)
		tls_authority_issue(&rig.authority, &certificates[i]);
	cr_assert_eq(address_guard_create(allow, 2, "", &rig.guard, NULL), ERR_OK);
	http_peer_open(&rig.peer, on_request, NULL);
}

static void tear_down(void)
{
	stop(&rig.proxy);
	stop(&rig.server);
	http_peer_close(&rig.peer);
	address_guard_destroy(rig.guard);
	tls_authority_remove(&rig.authority);
}

static void open_client(const char *ca, const char *cert, const char *key, bool has_proxy, mono_us response_us)
{
	static const struct http_client_events events = { .on_done = on_done, .on_probed = on_probed };
	char proxy[64];
	snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", (unsigned)rig.proxy_port);
	struct http_client_options options = {
		.places = PLACES,
		.connect_timeout_us = 5 * US_PER_S,
		.response_timeout_us = response_us,
		.body_octets_max = 65536,
		.ca = tls_authority_pem(&rig.authority, ca).octets,
		.cert = tls_authority_pem(&rig.authority, cert).octets,
		.key = tls_authority_pem(&rig.authority, key).octets,
		.proxy = has_proxy ? proxy : NULL,
		.guard = rig.guard,
	};
	memset(rig.told, 0, sizeof rig.told);
	rig.told_count = rig.most_connections = 0;
	rig.loop = loop_create();
	rig.client = http_client_create(rig.loop, &options, &events, NULL);
	cr_assert_not_null(rig.client);
}

static void close_client(void)
{
	http_client_destroy(rig.client);
	loop_destroy(rig.loop);
}

/* Without a body it is a GET. */
static void start(unsigned place, uint16_t port, const char *path, struct slice body)
{
	char url[64];
	snprintf(url, sizeof url, "https://localhost:%u%s", (unsigned)port, path);
	struct http_call call = { .method = body.at ? "POST" : "GET", .url = url, .headers = "", .body = body };
	http_client_start(rig.client, place, &call);
	http_client_flush(rig.client);
}

static void turn(void)
{
	struct pollfd ready = { .fd = uv_backend_fd(loop_uv(rig.loop)), .events = POLLIN };
	uv_run(loop_uv(rig.loop), UV_RUN_NOWAIT);
	http_peer_turn(&rig.peer);
	unsigned open = http_client_connections(rig.client);
	rig.most_connections = open > rig.most_connections ? open : rig.most_connections;
	poll(&ready, 1, 1);
}

static void run_until(const unsigned *count, unsigned least, const char *what)
{
	mono_us end = loop_now(rig.loop).mono + GUARD_US;
	while (*count < least) {
		turn();
		cr_assert_lt(loop_now(rig.loop).mono, end, "it does not come: %s", what);
	}
}

static void expect_yes(unsigned place, const char *body)
{
	const struct told *told = &rig.told[place];
	cr_expect_eq(told->end, HTTP_END_ANSWERED, "place %u: %s", place, told->reason);
	cr_expect_eq(told->status, 200, "place %u: status %u", place, told->status);
	cr_expect_str_eq(told->body, body, "place %u", place);
}

Test(http2, requests_share_one_connection)
{
	static char large[50000]; /* more than is sent at once */
	memset(large, 'x', sizeof large);
	set_up();
	start_server("server", false, 1000);
	open_client("ca.pem", NULL, NULL, false, 10 * (mono_us)US_PER_S);
	for (unsigned round = 0; round < 3; round++) {
		rig.told_count = 0;
		for (unsigned i = 0; i < PLACES; i++)
			start(i, rig.port, "/", (struct slice){ large, i % 2 ? sizeof large : i });
		run_until(&rig.told_count, PLACES, "all are answered");
		for (unsigned i = 0; i < PLACES; i++)
			expect_yes(i, "HTTP/2.0 POST NONE");
	}
	cr_expect_eq(rig.most_connections, 1, "%u connections", rig.most_connections);
	close_client();
	tear_down();
}

Test(http2, certificates_are_checked_both_ways)
{
	static const struct {
		const char *name;
		const char *server;
		bool wants_client;
		const char *ca;
		const char *cert;
		const char *key;
		enum http_end want;
		unsigned want_status;
	} rows[] = {
		{ "of our authority", "server", false, "ca.pem", NULL, NULL, HTTP_END_ANSWERED, 200 },
		{ "of another authority", "server", false, "other.pem", NULL, NULL, HTTP_END_UNSENT, 0 },
		{ "of no authority known", "server", false, NULL, NULL, NULL, HTTP_END_UNSENT, 0 },
		{ "for another name", "stranger", false, "ca.pem", NULL, NULL, HTTP_END_UNSENT, 0 },
		{ "a client's is wanted and given", "server", true, "ca.pem", "client.pem", "client.key",
		  HTTP_END_ANSWERED, 200 },
		/* nginx tells that in an answer of its own. */
		{ "a client's is wanted, none given", "server", true, "ca.pem", NULL, NULL, HTTP_END_ANSWERED, 400 },
		{ "a key that is none of its own", "server", true, "ca.pem", "client.pem", "server.key",
		  HTTP_END_UNSENT, 0 },
	};
	set_up();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start_server(rows[i].server, rows[i].wants_client, 1000);
		open_client(rows[i].ca, rows[i].cert, rows[i].key, false, 10 * (mono_us)US_PER_S);
		start(0, rig.port, "/", (struct slice){ NULL, 0 });
		run_until(&rig.told_count, 1, rows[i].name);
		cr_expect_eq(rig.told[0].end, rows[i].want, "%s: %d, %s", rows[i].name, (int)rig.told[0].end,
			     rig.told[0].reason);
		cr_expect_eq(rig.told[0].status, rows[i].want_status, "%s: %u", rows[i].name, rig.told[0].status);
		if (rows[i].want_status == 200)
			expect_yes(0, rows[i].wants_client ? "HTTP/2.0 GET SUCCESS" : "HTTP/2.0 GET NONE");
		close_client();
		stop(&rig.server);
	}
	tear_down();
}

Test(http2, through_a_proxy)
{
	set_up();
	start_server("server", true, 1000);
	start_proxy();
	open_client("ca.pem", "client.pem", "client.key", true, 10 * (mono_us)US_PER_S);
	/* Nobody listens there; the proxy leads elsewhere, and the certificate is still checked against the URL's name. */
	for (unsigned i = 0; i < PLACES; i++)
		start(i, 1, "/", SLICE("body"));
	run_until(&rig.told_count, PLACES, "all are answered");
	for (unsigned i = 0; i < PLACES; i++)
		expect_yes(i, "HTTP/2.0 POST SUCCESS");
	cr_expect_eq(rig.most_connections, 1, "%u connections", rig.most_connections);
	close_client();
	open_client("other.pem", "client.pem", "client.key", true, 10 * (mono_us)US_PER_S);
	start(0, 1, "/", SLICE("body"));
	run_until(&rig.told_count, 1, "it is refused");
	cr_expect_eq(rig.told[0].end, HTTP_END_UNSENT, "%s", rig.told[0].reason);
	close_client();
	tear_down();
}

/* A server says goodbye (GOAWAY) after so many requests: whatever it took is answered, and what comes next has a connection of
 * its own. */
Test(http2, a_connection_that_the_server_ends_in_good_order)
{
	set_up();
	start_server("server", false, 3);
	open_client("ca.pem", NULL, NULL, false, 10 * (mono_us)US_PER_S);
	for (unsigned i = 0; i < 20; i++) {
		start(i % PLACES, rig.port, "/", SLICE("body"));
		run_until(&rig.told_count, i + 1, "one after the other");
		expect_yes(i % PLACES, "HTTP/2.0 POST NONE");
	}
	close_client();
	tear_down();
}

Test(http2, what_has_no_answer_is_lost_and_takes_no_other_with_it)
{
	set_up();
	start_server("server", false, 1000);
	open_client("ca.pem", NULL, NULL, false, 500 * US_PER_MS);
	start(0, rig.port, "/held", SLICE("body"));
	run_until(&rig.peer.requests, 1, "it is out");
	start(1, rig.port, "/", SLICE("body"));
	run_until(&rig.told_count, 1, "another one on the same connection");
	expect_yes(1, "HTTP/2.0 POST NONE");
	run_until(&rig.told_count, 2, "its time is over");
	cr_expect_eq(rig.told[0].end, HTTP_END_LOST, "%d, %s", (int)rig.told[0].end, rig.told[0].reason);
	/* A stream that was given up does not end the connection. */
	start(2, rig.port, "/", SLICE("body"));
	run_until(&rig.told_count, 3, "after it");
	expect_yes(2, "HTTP/2.0 POST NONE");
	cr_expect_eq(rig.most_connections, 1, "%u connections", rig.most_connections);
	close_client();
	/* With its server all that is out is lost. */
	open_client("ca.pem", NULL, NULL, false, 10 * (mono_us)US_PER_S);
	unsigned requests = rig.peer.requests;
	for (unsigned i = 0; i < 3; i++)
		start(i, rig.port, "/held", SLICE("body"));
	run_until(&rig.peer.requests, requests + 3, "three are out");
	stop(&rig.server);
	run_until(&rig.told_count, 3, "all are lost");
	for (unsigned i = 0; i < 3; i++)
		cr_expect_eq(rig.told[i].end, HTTP_END_LOST, "%d, %s", (int)rig.told[i].end, rig.told[i].reason);
	close_client();
	tear_down();
}
