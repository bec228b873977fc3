/* SPDX-License-Identifier: Apache-2.0 */

/* Live answers. */

#include "e2e_console.h"

#include "redis_server.h"
#include "scenario.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OCTETS 262144

static int live;
static char heard[OCTETS];
static size_t heard_len;

static void follow(const char *path, const char *cookie)
{
	char request[512];
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(console_port),
	};
	heard_len = 0;
	heard[0] = '\0';
	live = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(live >= 0 && connect(live, (struct sockaddr *)&address, sizeof address) == 0);
	int len = snprintf(
		request, sizeof request,
		"GET %s HTTP/1.1\r\nHost: h\r\nSec-Fetch-Site: same-origin\r\nCookie: __Host-hongyan=%s\r\n\r\n", path,
		cookie);
	EXPECT(write(live, request, (size_t)len) == len);
}

/* False once it has ended. */
static bool hear(void)
{
	for (;;) {
		ssize_t got = recv(live, heard + heard_len, OCTETS - 1 - heard_len, MSG_DONTWAIT);
		if (got < 0)
			return errno == EAGAIN;
		if (got == 0)
			return false;
		heard_len += (size_t)got;
		heard[heard_len] = '\0';
		if (strstr(heard, "\r\n0\r\n\r\n") != NULL)
			return false;
	}
}

static unsigned count(const char *text)
{
	unsigned found = 0;
	for (const char *at = heard; (at = strstr(at, text)) != NULL; at += strlen(text))
		found++;
	return found;
}

void console_streams(void)
{
	char boss[COOKIE_OCTETS], li[COOKIE_OCTETS];
	console_open("", "");
	console_user("boss", "admin", boss);
	console_user("li", "viewer", li);
	follow("/api/stream", li);
	AWAIT(10, hear() && count("event: overview\ndata: {") >= 2);
	EXPECT(strstr(heard, "text/event-stream") && strstr(heard, "X-Accel-Buffering: no"));
	EXPECT(count("no_gateway") >= 1);
	/* What changes about templates is told within a second or so. */
	unsigned before = count("event: templates");
	redis_server_do("INCR {hongyan}:templates:turn");
	AWAIT(5, hear() && count("event: templates\ndata: {\"turn\":1,") > before);
	/* It ends with the session. */
	EXPECT_COUNT(console_status("DELETE", "/api/users/li/sessions", boss, NULL), 200);
	AWAIT(15, !hear());
	close(live);
	/* And with the process, which does not wait for it. */
	follow("/api/stream", boss);
	AWAIT(10, hear() && count("event: overview") >= 1);
	console_close();
	AWAIT(10, !hear());
	close(live);
}
