/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ask_wire.h"

#include "loop/tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define PIECE_OCTETS 16384

static bool fail(struct ask_wire *wire, const char *why)
{
	snprintf(wire->why, sizeof wire->why, "%s", why);
	return false;
}

static bool fail_errno(struct ask_wire *wire)
{
	bool is_late = errno == EAGAIN || errno == EWOULDBLOCK;
	return fail(wire, is_late ? "it does not answer" : strerror(errno));
}

static bool send_all(struct ask_wire *wire, const char *octets, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(wire->fd, octets, len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return fail_errno(wire);
		octets += sent;
		len -= (size_t)sent;
	}
	return true;
}

/* 0 = failed. */
static size_t receive(struct ask_wire *wire, char octets[static PIECE_OCTETS])
{
	for (;;) {
		ssize_t got = recv(wire->fd, octets, PIECE_OCTETS, 0);
		if (got > 0)
			return (size_t)got;
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			fail(wire, "it closed the connection");
		else
			fail_errno(wire);
		return 0;
	}
}

/* --- TLS --- */

static bool send_waiting(struct ask_wire *wire)
{
	char octets[PIECE_OCTETS];
	for (size_t len; (len = tls_take(wire->tls, octets, sizeof octets)) > 0;)
		if (!send_all(wire, octets, len))
			return false;
	return true;
}

static bool receive_more(struct ask_wire *wire)
{
	char octets[PIECE_OCTETS];
	size_t len = receive(wire, octets);
	if (len > 0)
		tls_feed(wire->tls, octets, len);
	return len > 0;
}

static bool shake(struct ask_wire *wire)
{
	for (;;) {
		enum tls_state state = tls_shake(wire->tls);
		if (!send_waiting(wire))
			return false;
		if (state == TLS_OPEN)
			return true;
		if (state == TLS_FAILED)
			return fail(wire, tls_reason(wire->tls));
		if (!receive_more(wire))
			return false;
	}
}

/* What was decrypted. false with is_any: take did not want to go on. */
static bool give(struct ask_wire *wire, bool (*take)(void *ctx, struct slice piece), void *ctx, bool *is_any)
{
	char octets[PIECE_OCTETS];
	*is_any = false;
	for (size_t len; (len = tls_read(wire->tls, octets, sizeof octets)) > 0;) {
		*is_any = true;
		if (!take(ctx, (struct slice){ octets, len }))
			return false;
	}
	if (*is_any)
		return true;
	if (tls_state(wire->tls) == TLS_FAILED)
		return fail(wire, tls_reason(wire->tls));
	return tls_state(wire->tls) != TLS_CLOSED || fail(wire, "it closed the connection");
}

static bool read_tls(struct ask_wire *wire, bool (*take)(void *ctx, struct slice piece), void *ctx)
{
	bool is_any;
	do {
		if (!receive_more(wire) || !give(wire, take, ctx, &is_any) || !send_waiting(wire))
			return false;
	} while (!is_any); /* TLS spoke of its own affairs */
	return true;
}

/* --- either --- */

bool ask_wire_begin(struct ask_wire *wire, int fd, const struct tls_context *context)
{
	*wire = (struct ask_wire){ .fd = fd };
	if (context == NULL)
		return true;
	wire->tls = tls_create(context);
	return wire->tls != NULL ? shake(wire) : fail(wire, "out of memory");
}

void ask_wire_end(struct ask_wire *wire)
{
	if (wire->tls != NULL && tls_state(wire->tls) == TLS_OPEN) {
		tls_shut(wire->tls);
		(void)send_waiting(wire);
	}
	tls_destroy(wire->tls);
	wire->tls = NULL;
}

bool ask_wire_write(struct ask_wire *wire, struct slice octets)
{
	if (wire->tls == NULL)
		return send_all(wire, octets.at, octets.len);
	/* A message of TLS itself has come in part. What Redis says of its own accord in between is nothing that anybody asked for. */
	while (!tls_may_write(wire->tls)) {
		char octet;
		if (!receive_more(wire))
			return false;
		if (tls_read(wire->tls, &octet, 1) > 0)
			return fail(wire, "it sent octets that nobody asked for");
		if (tls_state(wire->tls) != TLS_OPEN)
			return fail(wire, "it closed the connection");
	}
	if (octets.len > 0 && !tls_write(wire->tls, octets.at, octets.len))
		return fail(wire, tls_reason(wire->tls));
	return send_waiting(wire);
}

bool ask_wire_read(struct ask_wire *wire, bool (*take)(void *ctx, struct slice piece), void *ctx)
{
	char octets[PIECE_OCTETS];
	if (wire->tls != NULL)
		return read_tls(wire, take, ctx);
	size_t len = receive(wire, octets);
	return len > 0 && take(ctx, (struct slice){ octets, len });
}
