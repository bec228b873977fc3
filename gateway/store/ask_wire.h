/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>

/* Octets over a socket that blocks, plain or as TLS. What takes longer than the socket's own timeouts has failed. A peer that is gone ends
 * nobody by a signal. */

struct tls;
struct tls_context;

struct ask_wire {
	int fd;          /* borrowed */
	struct tls *tls; /* owned; NULL = plain */
	char why[160];   /* the last call has failed: for people */
};

/* Begins; the handshake of TLS is over then. context: NULL = plain; borrowed until ask_wire_end. False: why. */
MUST_CHECK bool ask_wire_begin(struct ask_wire *wire, int fd, const struct tls_context *context);

/* Frees what it has, and leaves the socket. Legal on one that is all zeros. */
void ask_wire_end(struct ask_wire *wire);

/* Sends all. False: why; some may have left. */
MUST_CHECK bool ask_wire_write(struct ask_wire *wire, struct slice octets);

/* Waits until something has come, and gives all that has: take is called for each piece, and says whether to go on. False: why, or take
 * did not want to. */
MUST_CHECK bool ask_wire_read(struct ask_wire *wire, bool (*take)(void *ctx, struct slice piece), void *ctx);
