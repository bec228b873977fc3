/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/loop/stream_pair.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define GUARD_US (60 * (mono_us)US_PER_S)

static void on_open(void *ctx)
{
	struct stream_pair *pair = ctx;
	cr_assert_not(pair->in_downcall);
	cr_assert(stream_is_open(pair->stream));
	pair->opened++;
}

static void on_octets(void *ctx, const uint8_t *octets, size_t len)
{
	struct stream_pair *pair = ctx;
	cr_assert_not(pair->in_downcall);
	if (pair->received_len + len > pair->received_cap) {
		pair->received_cap = 2 * (pair->received_len + len);
		pair->received = realloc(pair->received, pair->received_cap);
		cr_assert_not_null(pair->received);
	}
	memcpy(pair->received + pair->received_len, octets, len);
	pair->received_len += len;
	if (pair->on_octets != NULL)
		pair->on_octets(pair);
}

static void on_writable(void *ctx)
{
	struct stream_pair *pair = ctx;
	cr_assert_not(pair->in_downcall);
	pair->writable++;
}

static void on_end(void *ctx, const char *reason)
{
	struct stream_pair *pair = ctx;
	cr_assert_not(pair->in_downcall);
	cr_assert_not(stream_is_open(pair->stream));
	pair->ended++;
	snprintf(pair->reason, sizeof pair->reason, "%s", reason);
	if (pair->on_end != NULL)
		pair->on_end(pair);
}

static void accept_peer(struct stream_pair *pair)
{
	if (pair->listener < 0 || pair->peer >= 0)
		return;
	pair->peer = accept4(pair->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	cr_assert(pair->peer >= 0 || errno == EAGAIN);
}

static void turn(void *ctx, struct now now)
{
	struct stream_pair *pair = ctx;
	accept_peer(pair);
	if (pair->each_turn != NULL)
		pair->each_turn(pair);
	if (!pair->until(pair) && now.mono < pair->guard)
		return;
	pair->timed_out = now.mono >= pair->guard;
	loop_stop(pair->loop);
}

/* The other end is no handle of the loop's: look at it each millisecond. */
static mono_us next_deadline(void *ctx)
{
	struct stream_pair *pair = ctx;
	return loop_now(pair->loop).mono + US_PER_MS;
}

static void listen_tcp(struct stream_pair *pair, bool keeps)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	cr_assert(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
	if (keeps)
		cr_assert(listen(fd, 8) == 0);
	else
		close(fd);
	pair->listener = keeps ? fd : -1;
	snprintf(pair->address.host, sizeof pair->address.host, "127.0.0.1");
	pair->address.port = ntohs(address.sin_port);
}

static void listen_unix(struct stream_pair *pair, bool exists)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(pair->path, sizeof pair->path, "/tmp/hongyan-stream.%d.%p", (int)getpid(), (void *)pair);
	snprintf(pair->address.host, sizeof pair->address.host, "%s", pair->path);
	if (!exists)
		return;
	snprintf(address.sun_path, sizeof address.sun_path, "%s", pair->path);
	pair->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	cr_assert(bind(pair->listener, (struct sockaddr *)&address, sizeof address) == 0);
	cr_assert(listen(pair->listener, 8) == 0);
}

void stream_pair_open(struct stream_pair *pair, enum stream_peer kind)
{
	static const struct stream_events events = {
		.on_open = on_open,
		.on_octets = on_octets,
		.on_writable = on_writable,
		.on_end = on_end,
	};
	*pair = (struct stream_pair){ .listener = -1, .peer = -1 };
	pair->loop = loop_create();
	cr_assert_not_null(pair->loop);
	if (kind == PEER_UNIX || kind == PEER_NO_FILE)
		listen_unix(pair, kind == PEER_UNIX);
	else
		listen_tcp(pair, kind == PEER_TCP);
	pair->stream = stream_create(pair->loop, &pair->address, &events, pair);
	cr_assert_not_null(pair->stream);
	pair->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = pair };
	loop_add(pair->loop, &pair->member);
}

void stream_pair_close(struct stream_pair *pair)
{
	stream_destroy(pair->stream);
	loop_remove(&pair->member);
	loop_destroy(pair->loop);
	if (pair->listener >= 0)
		close(pair->listener);
	if (pair->peer >= 0)
		close(pair->peer);
	if (pair->path[0] != '\0')
		unlink(pair->path);
	free(pair->received);
}

void stream_pair_run(struct stream_pair *pair, const char *what, bool (*until)(struct stream_pair *pair))
{
	pair->until = until;
	pair->guard = loop_now(pair->loop).mono + GUARD_US;
	loop_run(pair->loop);
	cr_assert_not(pair->timed_out, "%s: it did not come to that", what);
}

bool stream_pair_has_opened(struct stream_pair *pair)
{
	return pair->opened > 0;
}

bool stream_pair_has_ended(struct stream_pair *pair)
{
	return pair->ended > 0;
}

bool stream_pair_has_peer(struct stream_pair *pair)
{
	return pair->opened > 0 && pair->peer >= 0;
}

void stream_pair_connect(struct stream_pair *pair)
{
	pair->in_downcall = true;
	stream_connect(pair->stream);
	pair->in_downcall = false;
	stream_pair_run(pair, "connect", stream_pair_has_peer);
}

char stream_pair_pattern(size_t i)
{
	return (char)(i * 31 + i / 251);
}
