/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/http_sockets.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct watcher {
	uv_poll_t poll;
	struct http_sockets *sockets;
	curl_socket_t fd;
	int polled;      /* UV_… events that are watched; 0 = none */
	bool has_poll;   /* poll is a handle of the loop */
	bool is_ours;    /* opened here: curl tells when it closes it */
	bool is_ignored; /* curl does not want to know at the moment */
};

struct http_sockets {
	uv_loop_t *uv;
	void (*on_ready)(void *ctx, curl_socket_t fd, int events);
	void *ctx;
	struct watcher **by_fd;
	size_t cap;
	unsigned count;
};

struct http_sockets *http_sockets_create(uv_loop_t *uv, void (*on_ready)(void *ctx, curl_socket_t fd, int events),
					 void *ctx)
{
	struct http_sockets *sockets = calloc(1, sizeof *sockets);
	if (sockets != NULL)
		*sockets = (struct http_sockets){ .uv = uv, .on_ready = on_ready, .ctx = ctx };
	return sockets;
}

static struct watcher *find(const struct http_sockets *sockets, curl_socket_t fd)
{
	return fd >= 0 && (size_t)fd < sockets->cap ? sockets->by_fd[fd] : NULL;
}

/* A watcher for fd; NULL where there is no memory. */
static struct watcher *add(struct http_sockets *sockets, curl_socket_t fd, bool is_ours)
{
	CHECK(find(sockets, fd) == NULL);
	if ((size_t)fd >= sockets->cap) {
		size_t cap = (size_t)fd + 64;
		struct watcher **grown = realloc(sockets->by_fd, cap * sizeof(struct watcher *));
		if (grown == NULL)
			return NULL;
		memset(grown + sockets->cap, 0, (cap - sockets->cap) * sizeof(struct watcher *));
		sockets->by_fd = grown;
		sockets->cap = cap;
	}
	struct watcher *watcher = calloc(1, sizeof *watcher);
	if (watcher == NULL)
		return NULL;
	watcher->sockets = sockets;
	watcher->fd = fd;
	watcher->is_ours = is_ours;
	sockets->by_fd[fd] = watcher;
	sockets->count += is_ours;
	return watcher;
}

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void end(struct watcher *watcher)
{
	struct http_sockets *sockets = watcher->sockets;
	sockets->by_fd[watcher->fd] = NULL;
	sockets->count -= watcher->is_ours;
	if (watcher->has_poll)
		uv_close((uv_handle_t *)&watcher->poll, on_poll_closed);
	else
		free(watcher);
}

void http_sockets_destroy(struct http_sockets *sockets)
{
	if (sockets == NULL)
		return;
	for (size_t i = 0; i < sockets->cap; i++) {
		/* Of one whose connection was given up while it was made libcurl may not have said that it closed it: it must not be closed
		 * once more, for another may have its number. */
		if (sockets->by_fd[i] != NULL)
			end(sockets->by_fd[i]);
	}
	free(sockets->by_fd);
	free(sockets);
}

curl_socket_t http_sockets_open(struct http_sockets *sockets, const struct curl_sockaddr *address)
{
	curl_socket_t fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	/* Closed by somebody else behind our back, and its number given out again. */
	if (find(sockets, fd) != NULL)
		end(find(sockets, fd));
	if (add(sockets, fd, true) != NULL)
		return fd;
	close(fd);
	return CURL_SOCKET_BAD;
}

void http_sockets_close(struct http_sockets *sockets, curl_socket_t fd)
{
	struct watcher *watcher = find(sockets, fd);
	if (watcher != NULL)
		end(watcher);
	close(fd);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watcher *watcher = poll->data;
	if (watcher->is_ignored) {
		/* The peer closed an idle connection, or sends unasked: curl finds out when it wants to use it. */
		uv_poll_stop(poll);
		watcher->polled = 0;
		return;
	}
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;
	flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
	flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
	watcher->sockets->on_ready(watcher->sockets->ctx, watcher->fd, flags);
}

static bool poll_for(struct watcher *watcher, int events)
{
	if (watcher->polled == events)
		return true;
	if (!watcher->has_poll) {
		if (uv_poll_init(watcher->sockets->uv, &watcher->poll, watcher->fd) != 0)
			return false;
		watcher->poll.data = watcher;
		watcher->has_poll = true;
	}
	int result = events != 0 ? uv_poll_start(&watcher->poll, events, on_poll) : uv_poll_stop(&watcher->poll);
	watcher->polled = result == 0 ? events : 0;
	return result == 0;
}

static bool forget(struct watcher *watcher)
{
	if (watcher == NULL)
		return true;
	if (!watcher->is_ours) {
		end(watcher);
		return true;
	}
	watcher->is_ignored = true;
	return (watcher->polled & UV_WRITABLE) == 0 || poll_for(watcher, 0);
}

bool http_sockets_watch(struct http_sockets *sockets, curl_socket_t fd, int what)
{
	struct watcher *watcher = find(sockets, fd);
	if (what == CURL_POLL_REMOVE)
		return forget(watcher);
	if (watcher == NULL)
		watcher = add(sockets, fd, false);
	if (watcher == NULL)
		return false;
	watcher->is_ignored = false;
	return poll_for(watcher, (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
}

void http_sockets_look(struct http_sockets *sockets)
{
	for (size_t fd = 0; fd < sockets->cap; fd++) { /* what is called may open and close some */
		const struct watcher *watcher = sockets->by_fd[fd];
		if (watcher != NULL && !watcher->is_ignored && watcher->polled & UV_READABLE)
			sockets->on_ready(sockets->ctx, (curl_socket_t)fd, CURL_CSELECT_IN);
	}
}

unsigned http_sockets_count(const struct http_sockets *sockets)
{
	return sockets->count;
}
