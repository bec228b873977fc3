/* SPDX-License-Identifier: Apache-2.0 */
#include "http_caller.h"

#include "scenario.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int http_caller_say(uint16_t port, const char *request)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	struct timeval wait = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	EXPECT(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	EXPECT(write(fd, request, strlen(request)) == (ssize_t)strlen(request));
	return fd;
}

int http_caller_hear(int said)
{
	char octets[512] = "";
	size_t len = 0;
	while (len + 1 < sizeof octets) {
		ssize_t got = read(said, octets + len, sizeof octets - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	close(said);
	EXPECT(strncmp(octets, "HTTP/1.1 ", 9) == 0);
	return (int)strtol(octets + 9, NULL, 10);
}

int http_caller_hear_all(int said, char **body)
{
	size_t len = 0, cap = 4096;
	char *octets = malloc(cap);
	EXPECT(octets != NULL);
	for (;;) {
		if (len + 1 == cap) {
			cap *= 2;
			octets = realloc(octets, cap);
			EXPECT(octets != NULL);
		}
		ssize_t got = read(said, octets + len, cap - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	close(said);
	octets[len] = '\0';
	EXPECT(strncmp(octets, "HTTP/1.1 ", 9) == 0);
	int status = (int)strtol(octets + 9, NULL, 10);
	const char *text = strstr(octets, "\r\n\r\n");
	EXPECT(text != NULL);
	memmove(octets, text + 4, len - (size_t)(text + 4 - octets) + 1);
	*body = octets;
	return status;
}
