/* SPDX-License-Identifier: Apache-2.0 */

/* TLS on a stream. What the owner writes is encrypted at once, a record at a time, and only while nothing waits for the
 * kernel: so what is taken from it is never much more than what left. The handshake's own octets, and answers that TLS
 * makes by itself, go the same way. */

#include "base/check.h"
#include "loop/stream_inner.h"
#include "loop/tls.h"

#include <stdio.h>

#define RECORD_OCTETS 16384u /* RFC 8446 §5.1 */

/* Sends what TLS has made. False where the connection has ended by that. */
static bool flush(struct stream *stream)
{
	struct stream_link *link = stream->link;
	while (!link->is_writing) {
		size_t len = tls_take(link->tls, link->pending, sizeof link->pending);
		if (len == 0)
			return true;
		stream_send(stream, link->pending, len);
		if (stream->link != link)
			return false;
	}
	return true;
}

/* The reason outlives the connection, whose TLS has it. Its last words (an alert) may still leave. */
static void fail(struct stream *stream)
{
	snprintf(stream->reason, sizeof stream->reason, "%s", tls_reason(stream->link->tls));
	if (flush(stream))
		stream_end_now(stream, stream->reason);
}

static void shake(struct stream *stream)
{
	switch (tls_shake(stream->link->tls)) {
	case TLS_FAILED:
		fail(stream);
		return;
	case TLS_CLOSED:
		stream_end_now(stream, "the peer closed the connection during the TLS handshake");
		return;
	case TLS_SHAKING:
		flush(stream);
		return;
	case TLS_OPEN:
		if (flush(stream))
			stream_opened(stream);
	}
}

void stream_tls_begin(struct stream *stream)
{
	stream->link->tls = tls_create(stream->tls);
	if (stream->link->tls == NULL)
		stream_end_now(stream, "out of memory");
	else
		shake(stream);
}

void stream_tls_read(struct stream_link *link, const char *octets, size_t len, char *spare, size_t cap)
{
	struct stream *stream = link->stream;
	struct tls *tls = link->tls;
	tls_feed(tls, octets, len);
	if (tls_state(tls) == TLS_SHAKING)
		shake(stream);
	/* Each upcall may be the last. */
	while (link->stream != NULL && tls_state(tls) == TLS_OPEN) {
		size_t got = tls_read(tls, spare, cap);
		if (got == 0)
			break;
		stream->events->on_octets(stream->ctx, (const uint8_t *)spare, got);
	}
	if (link->stream == NULL)
		return;
	if (tls_state(tls) == TLS_FAILED)
		fail(stream);
	else if (tls_state(tls) == TLS_CLOSED)
		stream_end_now(stream, "the peer closed the connection");
	else if (flush(stream) && link->is_put_off && !link->is_writing && tls_may_write(tls))
		stream->events->on_writable(stream->ctx);
}

void stream_tls_eof(struct stream *stream)
{
	bool is_open = stream->link->is_open;
	stream_end_now(stream, is_open ? "the peer cut the connection without the goodbye that TLS wants"
				       : "the peer closed the connection during the TLS handshake");
}

size_t stream_tls_write(struct stream *stream, const char *octets, size_t len)
{
	struct stream_link *link = stream->link;
	size_t taken = 0;
	link->is_put_off = false;
	while (taken < len && !link->is_writing) {
		if (!tls_may_write(link->tls)) {
			link->is_put_off = true;
			break;
		}
		size_t part = len - taken < RECORD_OCTETS ? len - taken : RECORD_OCTETS;
		if (!tls_write(link->tls, octets + taken, part)) {
			snprintf(stream->reason, sizeof stream->reason, "%s", tls_reason(link->tls));
			stream_end_later(stream, stream->reason, false);
			return taken;
		}
		taken += part;
		if (!flush(stream))
			return taken;
	}
	return taken;
}

bool stream_tls_written(struct stream *stream)
{
	return flush(stream);
}

void stream_tls_end(struct stream_link *link)
{
	if (!link->is_open || link->is_writing)
		return;
	tls_shut(link->tls);
	size_t len = tls_take(link->tls, link->pending, sizeof link->pending);
	uv_buf_t buf = uv_buf_init(link->pending, (unsigned)len);
	if (len > 0)
		(void)uv_try_write(&link->uv.stream, &buf, 1);
}
