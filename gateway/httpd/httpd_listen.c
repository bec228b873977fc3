/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/httpd_inner.h"

#include "base/number.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 256

/* What to do about it, for people. */
static const char *advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "; another program has that port: stop it or choose another";
	case EADDRNOTAVAIL:
		return "; this machine has no such address";
	case EACCES:
		return "; ports below 1024 need a privilege: choose another";
	default:
		return "";
	}
}

/* “127.0.0.1:80”, “[::1]:80”. */
static void put_address(struct buf *out, const char *host, uint16_t port)
{
	bool is_v6 = strchr(host, ':') != NULL;
	buf_put_format(out, "%s%.200s%s:%u", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
}

static enum err cannot(struct err_at *at, const char *host, uint16_t port, int error)
{
	char text[256];
	struct buf address = buf_over(text, sizeof text);
	put_address(&address, host, port);
	return err_at_set(at, ERR_IO, 0, NULL, "cannot listen on %.*s: %s%s", SLICE_ARG(buf_slice(&address)),
			  strerror(error), advice(error));
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;
	char port[8];
	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
		return 0;
	uint64_t number;
	return number_parse(slice_of(port), UINT16_MAX, &number) ? (uint16_t)number : 0;
}

/* backlog: 0 = it does not listen. */
static enum err take(const char *host, uint16_t port, bool is_shared, int backlog, int *out, uint16_t *bound,
		     struct err_at *at)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char service[8];
	struct buf digits = buf_over(service, sizeof service - 1);
	buf_put_uint(&digits, port);
	service[digits.len] = '\0';
	int failure = getaddrinfo(host, service, &hints, &found);
	bool has_no_memory = failure == EAI_MEMORY || (failure == EAI_SYSTEM && errno == ENOMEM);
	if (failure != 0)
		return err_at_set(at, has_no_memory ? ERR_MEMORY : ERR_NOT_FOUND, 0, NULL,
				  "cannot listen on %.200s: %s", host,
				  failure == EAI_SYSTEM ? strerror(errno) : gai_strerror(failure));
	int yes = 1;
	int fd = socket(found->ai_family, found->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, found->ai_protocol);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
	    (is_shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0) ||
	    bind(fd, found->ai_addr, found->ai_addrlen) != 0 || (backlog && listen(fd, backlog) != 0)) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		freeaddrinfo(found);
		return cannot(at, host, port, error);
	}
	freeaddrinfo(found);
	*out = fd;
	*bound = port_of(fd);
	return ERR_OK;
}

enum err httpd_listen(const char *host, uint16_t port, bool is_shared, int *out, uint16_t *bound, struct err_at *at)
{
	return take(host, port, is_shared, BACKLOG, out, bound, at);
}

enum err httpd_reserve(const char *host, uint16_t port, int *out, uint16_t *bound, struct err_at *at)
{
	return take(host, port, true, 0, out, bound, at);
}
