/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* TLS between a socket and whoever speaks on it: octets in, octets out, no sockets here. Server side, TLS 1.2 and later. */

#include <stdbool.h>
#include <stddef.h>

#include "fake_buffer.h"

struct fake_tls_context;
struct fake_tls;

/* A certificate chain and its key, both PEM files; `alpn` is the one protocol that is agreed to if the client names any (NULL = none is).
 * NULL, with a line on stderr, if they cannot be used. */
struct fake_tls_context *fake_tls_context_create(const char *certificate, const char *key, const char *alpn);

/* Free it once its connections are closed. NULL is fine. */
void fake_tls_context_destroy(struct fake_tls_context *context);

/* One connection. Ends the program if memory is out. */
struct fake_tls *fake_tls_open(struct fake_tls_context *context);

/* Free it. NULL is fine. */
void fake_tls_close(struct fake_tls *tls);

/* Take `len` octets that the peer sent: what they say is appended to `plain`, what TLS itself answers to `wire`. False if the
 * connection is of no use any more: send `wire`, then close it. */
bool fake_tls_receive(struct fake_tls *tls, const void *octets, size_t len, struct fake_buffer *plain, struct fake_buffer *wire);

/* Append `len` octets for the peer to `wire`, encrypted. The handshake must be over, as it is once `plain` had anything. False as above. */
bool fake_tls_send(struct fake_tls *tls, const void *octets, size_t len, struct fake_buffer *wire);

/* Append the end of what is said. */
void fake_tls_finish(struct fake_tls *tls, struct fake_buffer *wire);
