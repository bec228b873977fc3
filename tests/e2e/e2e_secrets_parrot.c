/* SPDX-License-Identifier: Apache-2.0 */
#include "e2e_secrets.h"

#include "scenario.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char *const parrot_headers[] = { "Authorization", "Proxy-Authorization", "X-Key", "webhook-signature",
					      NULL };

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
	char value[512];
	char said[4096] = "";
	char answer[9000];
	for (unsigned i = 0; parrot_headers[i] != NULL; i++) {
		put_escaped(said, sizeof said, header(request, parrot_headers[i], value, sizeof value));
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

void parrot_start(void)
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

void parrot_stop(void)
{
	atomic_store(&parrot.is_over, true);
	EXPECT(pthread_join(parrot.thread, NULL) == 0);
	close(parrot.fd);
}

uint16_t parrot_port(void)
{
	return parrot.port;
}
