/* SPDX-License-Identifier: Apache-2.0 */

/* The way of a connection: resolve (where the host is a name) → connect to the first address, then the next → read and
 * write → end. An address that the owner gave up waiting for (stream_close) is remembered, and the next connection begins
 * with the one behind it: else a silent one in front would keep all others from being tried. When the last one has failed
 * too it begins with the first again. A libuv handle dies only in its own close callback, so each connection has a handle on the heap that
 * outlives the stream's interest in it; the stream forgets it at once.
 *
 * Failures: name not found, refused, no route: on_end. Half-open peers are found by the owner's keep-alive. */

#include "loop/stream.h"

#include "base/check.h"
#include "base/number.h"
#include "loop/stream_inner.h"
#include "loop/tls.h"
#include "loop/unsent.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#define READ_OCTETS 262144u

/* Shared by all streams of a thread: what is read is consumed before the next read. */
static _Thread_local char read_octets[READ_OCTETS];

enum err stream_address_parse(struct slice text, struct stream_address *out, struct err_at *at)
{
	struct stream_address address = { .port = 0 };
	if (slice_starts(text, SLICE("unix:"))) {
		struct slice path = { text.at + 5, text.len - 5 };
		if (slice_starts(path, SLICE("//")))
			path = (struct slice){ path.at + 2, path.len - 2 };
		/* sun_path holds 108 octets with its NUL. */
		if (path.len == 0 || path.len > 107)
			return err_at_set(at, ERR_RANGE, 0, NULL, "unix socket path must have 1 to 107 octets");
		snprintf(address.host, sizeof address.host, "%.*s", SLICE_ARG(path));
		*out = address;
		return ERR_OK;
	}
	size_t colon = text.len;
	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "“%.*s” has no port; write host:port", SLICE_ARG(text));
	uint64_t port;
	if (!number_parse((struct slice){ text.at + colon, text.len - colon }, 65535, &port) || port == 0)
		return err_at_set(at, ERR_RANGE, colon, NULL, "port must be a number from 1 to 65535");
	struct slice host = { text.at, colon - 1 };
	if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		host = (struct slice){ host.at + 1, host.len - 2 };
	if (host.len == 0 || host.len >= sizeof address.host)
		return err_at_set(at, ERR_RANGE, 0, NULL, "host must have 1 to 255 octets");
	snprintf(address.host, sizeof address.host, "%.*s", SLICE_ARG(host));
	address.port = (uint16_t)port;
	*out = address;
	return ERR_OK;
}

static void link_free(struct stream_link *link)
{
	if (!link->is_closed || link->is_resolving)
		return;
	if (link->addresses != NULL)
		uv_freeaddrinfo(link->addresses);
	tls_destroy(link->tls);
	free(link);
}

static void on_link_closed(uv_handle_t *handle)
{
	struct stream_link *link = handle->data;
	link->is_closed = true;
	link_free(link);
}

/* What libuv has not handed to the kernel goes with the handle; what the kernel has not sent goes with a reset. Of a TLS
 * connection nothing is said: where in its records an octet of the owner's lies is not kept. */
static size_t count_unsent(const struct stream_link *link, bool abort)
{
	int fd;
	if (!link->is_open || link->tls != NULL || uv_is_closing(&link->uv.handle))
		return 0;
	size_t octets = link->is_writing ? uv_stream_get_write_queue_size(&link->uv.stream) : 0;
	if (!link->is_pipe && uv_fileno(&link->uv.handle, &fd) == 0)
		octets += unsent_octets(fd, abort);
	return octets;
}

static void link_drop(struct stream_link *link, bool abort)
{
	link->stream->unsent = count_unsent(link, abort);
	link->stream = NULL;
	if (link->is_resolving)
		uv_cancel((uv_req_t *)&link->resolve);
	if (uv_is_closing(&link->uv.handle))
		return;
	if (link->tls != NULL && !abort)
		stream_tls_end(link);
	if (abort && !link->is_pipe && link->is_open)
		uv_tcp_close_reset(&link->uv.tcp, on_link_closed);
	else
		uv_close(&link->uv.handle, on_link_closed);
}

static void on_end_timer(uv_timer_t *timer)
{
	struct stream *stream = timer->data;
	const char *reason = stream->end_reason;
	stream->end_reason = NULL;
	loop_turn_soon(stream->loop);
	if (reason != NULL)
		stream->events->on_end(stream->ctx, reason);
}

void stream_end_later(struct stream *stream, const char *reason, bool abort)
{
	if (stream->link != NULL) {
		link_drop(stream->link, abort);
		stream->link = NULL;
	}
	stream->end_reason = reason;
	uv_timer_start(stream->end_timer, on_end_timer, 0, 0);
}

/* What ends before it is open ends because of its address, whoever ends it: the next connection is tried with the one behind
 * it. Behind the last one comes the first. */
static void give_up_address(struct stream *stream)
{
	const struct stream_link *link = stream->link;
	if (link->trying == NULL || link->is_open || link->trying->ai_addrlen > sizeof stream->given_up)
		return;
	memset(&stream->given_up, 0, sizeof stream->given_up);
	if (link->trying->ai_next != NULL)
		memcpy(&stream->given_up, link->trying->ai_addr, link->trying->ai_addrlen);
}

void stream_end_now(struct stream *stream, const char *reason)
{
	give_up_address(stream);
	link_drop(stream->link, false);
	stream->link = NULL;
	stream->events->on_end(stream->ctx, reason);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(read_octets, READ_OCTETS);
}

static void on_read(uv_stream_t *uv, ssize_t len, const uv_buf_t *buf)
{
	struct stream_link *link = uv->data;
	struct stream *stream = link->stream;
	if (stream == NULL || len == 0)
		return;
	if (len == UV_EOF && link->tls != NULL) {
		stream_tls_eof(stream);
		return;
	}
	if (len < 0) {
		stream_end_now(stream, len == UV_EOF ? "the peer closed the connection" : uv_strerror((int)len));
		return;
	}
	if (link->tls != NULL)
		stream_tls_read(link, buf->base, (size_t)len, read_octets, READ_OCTETS);
	else
		stream->events->on_octets(stream->ctx, (const uint8_t *)buf->base, (size_t)len);
}

static void set_reading(struct stream *stream)
{
	if (stream->link == NULL || !stream->link->is_open)
		return;
	if (stream->is_paused)
		uv_read_stop(&stream->link->uv.stream);
	else
		uv_read_start(&stream->link->uv.stream, on_alloc, on_read);
}

void stream_opened(struct stream *stream)
{
	stream->link->is_open = true;
	set_reading(stream);
	stream->events->on_open(stream->ctx);
}

static void connect_next(struct stream_link *link);
static void connect_failed(struct stream *stream, int status);

static void on_connect(uv_connect_t *request, int status)
{
	struct stream_link *link = request->data;
	struct stream *stream = link->stream;
	if (stream == NULL)
		return;
	if (status < 0 && link->next_address != NULL) {
		connect_next(link);
		return;
	}
	if (status < 0) {
		connect_failed(stream, status);
		return;
	}
	if (!link->is_pipe)
		uv_tcp_nodelay(&link->uv.tcp, 1);
	if (stream->tls == NULL) {
		stream_opened(stream);
		return;
	}
	uv_read_start(&link->uv.stream, on_alloc, on_read);
	stream_tls_begin(stream);
}

/* A handle that failed can't connect again: a new one takes over. NULL where there is no memory. */
static struct stream_link *renew(struct stream_link *link)
{
	struct stream *stream = link->stream;
	struct stream_link *fresh = calloc(1, sizeof *fresh);
	if (fresh == NULL)
		return NULL;
	fresh->stream = stream;
	fresh->addresses = link->addresses;
	fresh->next_address = link->next_address;
	link->addresses = NULL;
	CHECK(uv_tcp_init(loop_uv(stream->loop), &fresh->uv.tcp) == 0);
	fresh->uv.handle.data = fresh;
	link_drop(link, false);
	stream->link = fresh;
	return fresh;
}

/* From a callback of libuv's: no address is left. */
static void connect_failed(struct stream *stream, int status)
{
	stream_end_now(stream, uv_strerror(status));
}

/* From a callback of libuv's. An address that fails at once (no route to its family) is as good as one that is refused. */
static void connect_next(struct stream_link *link)
{
	struct stream *stream = link->stream;
	int status = 0;
	while (link->next_address != NULL) {
		struct stream_link *fresh = link->has_tried ? renew(link) : link;
		if (fresh == NULL) {
			status = UV_ENOMEM;
			break;
		}
		link = fresh;
		struct addrinfo *address = link->next_address;
		link->next_address = address->ai_next;
		link->trying = address;
		link->has_tried = true;
		link->connect.data = link;
		status = uv_tcp_connect(&link->connect, &link->uv.tcp, address->ai_addr, on_connect);
		if (status == 0)
			return;
	}
	connect_failed(stream, status);
}

static bool is_given_up(const struct stream *stream, const struct addrinfo *address)
{
	return address->ai_addrlen <= sizeof stream->given_up &&
	       memcmp(&stream->given_up, address->ai_addr, address->ai_addrlen) == 0;
}

/* The address to begin with. */
static struct addrinfo *first_address(const struct stream *stream, struct addrinfo *addresses)
{
	for (struct addrinfo *address = addresses; address != NULL; address = address->ai_next) {
		if (is_given_up(stream, address) && address->ai_next != NULL)
			return address->ai_next;
	}
	return addresses;
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
	struct stream_link *link = request->data;
	link->is_resolving = false;
	if (link->stream == NULL) {
		uv_freeaddrinfo(addresses);
		link_free(link);
		return;
	}
	if (status < 0 || addresses == NULL) {
		uv_freeaddrinfo(addresses);
		stream_end_now(link->stream, status < 0 ? uv_strerror(status) : "the host name has no address");
		return;
	}
	link->addresses = addresses;
	link->next_address = first_address(link->stream, addresses);
	connect_next(link);
}

static void connect_tcp(struct stream *stream, struct stream_link *link)
{
	CHECK(uv_tcp_init(loop_uv(stream->loop), &link->uv.tcp) == 0);
	link->uv.handle.data = link;
	char port[8];
	snprintf(port, sizeof port, "%u", stream->address->port);
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	link->resolve.data = link;
	link->is_resolving = true;
	int status =
		uv_getaddrinfo(loop_uv(stream->loop), &link->resolve, on_resolved, stream->address->host, port, &hints);
	if (status < 0) {
		link->is_resolving = false;
		stream_end_later(stream, uv_strerror(status), false);
	}
}

static void connect_unix(struct stream *stream, struct stream_link *link)
{
	CHECK(uv_pipe_init(loop_uv(stream->loop), &link->uv.pipe, 0) == 0);
	link->uv.handle.data = link;
	link->is_pipe = true;
	link->connect.data = link;
	uv_pipe_connect(&link->connect, &link->uv.pipe, stream->address->host, on_connect);
}

void stream_connect(struct stream *stream)
{
	CHECK(stream->link == NULL && stream->end_reason == NULL);
	struct stream_link *link = calloc(1, sizeof *link);
	if (link == NULL) {
		stream_end_later(stream, "out of memory", false);
		return;
	}
	link->stream = stream;
	stream->link = link;
	stream->is_paused = false;
	stream->unsent = 0;
	if (stream->address->port == 0)
		connect_unix(stream, link);
	else
		connect_tcp(stream, link);
}

void stream_close(struct stream *stream, bool abort)
{
	if (stream->link == NULL)
		return;
	give_up_address(stream);
	stream_end_later(stream, "closed by us", abort);
}

static void on_written(uv_write_t *request, int status)
{
	struct stream_link *link = request->data;
	link->is_writing = false;
	if (link->stream == NULL)
		return;
	if (status < 0) {
		stream_end_now(link->stream, uv_strerror(status));
		return;
	}
	if (link->tls != NULL && (!stream_tls_written(link->stream) || link->is_writing))
		return;
	if (link->is_open)
		link->stream->events->on_writable(link->stream->ctx);
}

size_t stream_send(struct stream *stream, const char *octets, size_t len)
{
	struct stream_link *link = stream->link;
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)octets, (unsigned)(len > INT32_MAX ? INT32_MAX : len));
	int wrote = uv_try_write(&link->uv.stream, &buf, 1);
	if (wrote < 0 && wrote != UV_EAGAIN) {
		stream_end_later(stream, uv_strerror(wrote), false);
		return 0;
	}
	size_t taken = wrote < 0 ? 0 : (size_t)wrote;
	if (taken == len)
		return taken;
	size_t rest = len - taken < STREAM_PENDING_OCTETS ? len - taken : STREAM_PENDING_OCTETS;
	memmove(link->pending, octets + taken, rest);
	buf = uv_buf_init(link->pending, (unsigned)rest);
	link->write.data = link;
	int status = uv_write(&link->write, &link->uv.stream, &buf, 1, on_written);
	if (status < 0) {
		stream_end_later(stream, uv_strerror(status), false);
		return taken;
	}
	link->is_writing = true;
	return taken + rest;
}

size_t stream_write(struct stream *stream, const void *octets, size_t len)
{
	struct stream_link *link = stream->link;
	if (link == NULL || !link->is_open || link->is_writing || len == 0)
		return 0;
	return link->tls != NULL ? stream_tls_write(stream, octets, len) : stream_send(stream, octets, len);
}

size_t stream_unsent(const struct stream *stream)
{
	return stream->unsent;
}

void stream_use_tls(struct stream *stream, const struct tls_context *context)
{
	CHECK(stream->link == NULL);
	stream->tls = context;
}

void stream_pause(struct stream *stream, bool is_paused)
{
	if (stream->is_paused == is_paused)
		return;
	stream->is_paused = is_paused;
	set_reading(stream);
}

bool stream_is_open(const struct stream *stream)
{
	return stream->link != NULL && stream->link->is_open;
}

struct stream *stream_create(struct loop *loop, const struct stream_address *address,
			     const struct stream_events *events, void *ctx)
{
	struct stream *stream = calloc(1, sizeof *stream);
	uv_timer_t *timer = calloc(1, sizeof *timer);
	if (stream == NULL || timer == NULL) {
		free(stream);
		free(timer);
		return NULL;
	}
	*stream = (struct stream){ .loop = loop, .address = address, .events = events, .ctx = ctx, .end_timer = timer };
	CHECK(uv_timer_init(loop_uv(loop), timer) == 0);
	timer->data = stream;
	return stream;
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void stream_destroy(struct stream *stream)
{
	if (stream == NULL)
		return;
	if (stream->link != NULL)
		link_drop(stream->link, false);
	uv_close((uv_handle_t *)stream->end_timer, on_timer_closed);
	free(stream);
}
