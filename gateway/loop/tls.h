/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "loop/tls_pem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The client's side of TLS without a socket: octets of the wire in and out, octets of the protocol in and out. TLS 1.2 or
 * newer, and the peer's certificate is always verified. */

struct tls_options {
	const char *server_name; /* a host name or an IP address: asked for (SNI, unless an address) and verified */
	struct tls_pem ca;       /* certificates that are trusted; not given: the system's */
	struct tls_pem cert;     /* our own certificate and those between; with key, both or none */
	struct tls_pem key;      /* without a passphrase */
};

/* What connections of one account share; immutable. */
struct tls_context;

/* Borrows options for the call only, and reads no files but the system's. server_name must be given. NULL where something is
 * wrong: at, which may be NULL, names the setting (ca_file, cert_file, key_file) and says what. */
struct tls_context *tls_context_create(const struct tls_options *options, struct err_at *at);
void tls_context_destroy(struct tls_context *context);

enum tls_state {
	TLS_SHAKING,
	TLS_OPEN,
	TLS_CLOSED, /* the peer said that nothing more comes (close_notify) */
	TLS_FAILED, /* tls_reason says why; nothing can be read or written any more */
};

/* One connection. context: borrowed for its life. NULL where there is no memory. */
struct tls;
struct tls *tls_create(const struct tls_context *context);
void tls_destroy(struct tls *tls);

/* Goes on with the handshake as far as the octets given allow. To be called at the start and after each tls_feed while
 * SHAKING. */
enum tls_state tls_shake(struct tls *tls);

/* Octets that came from the wire. FAILED where there is no memory for them. */
void tls_feed(struct tls *tls, const void *octets, size_t len);

/* Moves up to cap octets of what the peer said to out; 0 = all is read that has come whole. May change the state. */
size_t tls_read(struct tls *tls, void *out, size_t cap);

/* False while a message of TLS itself (new keys, a ticket) has come in part: nothing can be written until tls_read has seen
 * the rest of it. RFC 8446 §5.1: it stands in records of its own, one behind the other. */
bool tls_may_write(const struct tls *tls);

/* Encrypts octets, len at least 1, all or none; legal in OPEN while tls_may_write. False: FAILED. */
bool tls_write(struct tls *tls, const void *octets, size_t len);

/* Says close_notify, where the handshake is over. */
void tls_shut(struct tls *tls);

/* Moves up to cap octets that are to go to the wire to out; 0 = none wait. */
size_t tls_take(struct tls *tls, void *out, size_t cap);

enum tls_state tls_state(const struct tls *tls);

/* Why it FAILED, for people: a sentence without a full stop; borrowed for the life of tls. */
const char *tls_reason(const struct tls *tls);
