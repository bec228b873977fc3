/* SPDX-License-Identifier: Apache-2.0 */

/* TLS, against the openssl program as server, with an authority that the test makes. */

#include "loop/http_client.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GUARD_US (60 * (mono_us)US_PER_S)

static struct {
	char folder[64];
	uint16_t port;
	pid_t server;
	unsigned count;
	enum http_end end;
	unsigned status;
	char reason[256];
} rig;

/* Two authorities; of ours a certificate for localhost, one for another name, and one for a client. */
static const char make[] =
	"set -e; cd '%s'\n"
	"ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.pem -days "
	"2 "
	"-subj /CN=$1; }\n"
	"cert() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr -subj "
	"/CN=$1\n"
	"printf 'subjectAltName=DNS:%%s\\n' $2 >$1.ext\n"
	"openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -set_serial $3 -days 2 -extfile $1.ext -out $1.pem; }\n"
	"{ ca ca; ca other; cert server localhost 1; cert stranger elsewhere.example 2; cert client client 3; } "
	">log 2>&1 || { cat log; exit 1; }\n";

static void make_certificates(void)
{
	char script[2048];
	snprintf(rig.folder, sizeof rig.folder, "/tmp/hongyan-tls-XXXXXX");
	cr_assert_not_null(mkdtemp(rig.folder));
	snprintf(script, sizeof script, make, rig.folder);
	cr_assert_eq(system(script), 0);
}

static const char *file(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	if (name == NULL)
		return NULL;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", rig.folder, name);
	return path;
}

static struct slice pem(const char *name)
{
	static char held[4][8192];
	static unsigned next;
	FILE *in = name != NULL ? fopen(file(name), "re") : NULL;
	if (in == NULL)
		return (struct slice){ NULL, 0 };
	char *octets = held[next++ % 4];
	size_t len = fread(octets, 1, sizeof held[0], in);
	fclose(in);
	return (struct slice){ octets, len };
}

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

static bool answers(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(rig.port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bool is_there = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
	close(fd);
	return is_there;
}

/* openssl s_server -www answers each GET with a page about the connection. */
static void start_server(const char *name, bool wants_client)
{
	char port[32];
	char certificate[128];
	char key[128];
	char authority[128];
	rig.port = free_port();
	snprintf(port, sizeof port, "127.0.0.1:%u", (unsigned)rig.port);
	snprintf(certificate, sizeof certificate, "%s/%s.pem", rig.folder, name);
	snprintf(key, sizeof key, "%s/%s.key", rig.folder, name);
	snprintf(authority, sizeof authority, "%s/ca.pem", rig.folder);
	rig.server = fork();
	cr_assert_geq(rig.server, 0);
	if (rig.server == 0) {
		int nothing = open("/dev/null", O_RDWR);
		dup2(nothing, 0);
		dup2(nothing, 1);
		dup2(nothing, 2);
		/* TLS 1.2 tells in the handshake that a client's certificate is missing. */
		execlp("openssl", "openssl", "s_server", "-accept", port, "-cert", certificate, "-key", key, "-www",
		       "-tls1_2", "-CAfile", authority, wants_client ? "-Verify" : "-quiet", wants_client ? "1" : NULL,
		       wants_client ? "-verify_return_error" : NULL, (char *)NULL);
		_exit(127);
	}
	for (unsigned i = 0; !answers(); i++) {
		cr_assert_lt(i, 2000, "the server does not start");
		poll(NULL, 0, 10);
	}
}

static void stop_server(void)
{
	kill(rig.server, SIGKILL);
	waitpid(rig.server, NULL, 0);
}

static void on_done(void *ctx, unsigned place, const struct http_result *result)
{
	(void)ctx;
	(void)place;
	rig.count++;
	rig.end = result->end;
	rig.status = result->status;
	snprintf(rig.reason, sizeof rig.reason, "%s", result->reason);
}

Test(http_tls, certificates_are_checked_both_ways)
{
	static const struct {
		const char *name;
		const char *server;
		bool wants_client;
		const char *host;
		const char *ca;
		const char *cert;
		enum http_end want;
	} rows[] = {
		{ "of our authority", "server", false, "localhost", "ca.pem", NULL, HTTP_END_ANSWERED },
		{ "of no authority known", "server", false, "localhost", NULL, NULL, HTTP_END_UNSENT },
		{ "of another authority", "server", false, "localhost", "other.pem", NULL, HTTP_END_UNSENT },
		{ "for another name", "stranger", false, "localhost", "ca.pem", NULL, HTTP_END_UNSENT },
		{ "by address", "server", false, "127.0.0.1", "ca.pem", NULL, HTTP_END_UNSENT },
		{ "a client's is wanted and given", "server", true, "localhost", "ca.pem", "client",
		  HTTP_END_ANSWERED },
		{ "a client's is wanted, none given", "server", true, "localhost", "ca.pem", NULL, HTTP_END_UNSENT },
	};
	static const struct http_client_events events = { .on_done = on_done };
	const char *allow[] = { "127.0.0.1", "::1" };
	struct address_guard *guard = NULL;
	make_certificates();
	cr_assert_eq(address_guard_create(allow, 2, "", &guard, NULL), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char cert[64];
		char key[64];
		snprintf(cert, sizeof cert, "%s.pem", rows[i].cert ? rows[i].cert : "");
		snprintf(key, sizeof key, "%s.key", rows[i].cert ? rows[i].cert : "");
		start_server(rows[i].server, rows[i].wants_client);
		struct http_client_options options = {
			.places = 1,
			.connect_timeout_us = 5 * US_PER_S,
			.response_timeout_us = 5 * US_PER_S,
			.body_octets_max = 65536,
			.ca = pem(rows[i].ca),
			.cert = pem(rows[i].cert ? cert : NULL),
			.key = pem(rows[i].cert ? key : NULL),
			.guard = guard,
		};
		struct loop *loop = loop_create();
		struct http_client *client = http_client_create(loop, &options, &events, NULL);
		char url[64];
		snprintf(url, sizeof url, "https://%s:%u/", rows[i].host, (unsigned)rig.port);
		struct http_call call = { .method = "GET", .url = url, .headers = "" };
		rig.count = 0;
		http_client_start(client, 0, &call);
		http_client_flush(client);
		mono_us end = loop_now(loop).mono + GUARD_US;
		while (rig.count == 0) {
			struct pollfd ready = { .fd = uv_backend_fd(loop_uv(loop)), .events = POLLIN };
			uv_run(loop_uv(loop), UV_RUN_NOWAIT);
			poll(&ready, 1, 5);
			cr_assert_lt(loop_now(loop).mono, end, "%s", rows[i].name);
		}
		cr_expect_eq(rig.end, rows[i].want, "%s: end %d, status %u, %s", rows[i].name, (int)rig.end, rig.status,
			     rig.reason);
		http_client_destroy(client);
		loop_destroy(loop);
		stop_server();
	}
	char remove[128];
	address_guard_destroy(guard);
	snprintf(remove, sizeof remove, "rm -rf '%s'", rig.folder);
	cr_assert_eq(system(remove), 0);
}
