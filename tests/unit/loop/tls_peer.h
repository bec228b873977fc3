/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "unit/loop/tls_authority.h"

#include <stdbool.h>
#include <stddef.h>

/* The server's side of TLS between octets, for tests of the client's. */

struct tls_peer_options {
	const char *certificate; /* name in the authority's folder */
	bool wants_client;       /* its certificate, signed by the authority */
	int version_max;         /* as TLS1_2_VERSION; 0 = the newest */
	bool sends_ticket; /* behind the handshake, and in records of 512 octets; with wants_client it needs several */
};

struct tls_peer;
struct tls_peer *tls_peer_create(const struct tls_authority *authority, const struct tls_peer_options *options);
void tls_peer_destroy(struct tls_peer *peer);

/* Octets off the wire; what they say is appended to what tls_peer_heard gives. False where the connection has failed. */
bool tls_peer_feed(struct tls_peer *peer, const void *octets, size_t len);
const char *tls_peer_heard(const struct tls_peer *peer, size_t *len);

/* True once the handshake is over on this side too; in TLS 1.3 the client's ends first. */
bool tls_peer_is_open(const struct tls_peer *peer);

/* True once the client said close_notify. */
bool tls_peer_is_closed(const struct tls_peer *peer);

/* Says something, says goodbye, asks for new keys on both sides. */
void tls_peer_say(struct tls_peer *peer, const void *octets, size_t len);
void tls_peer_close(struct tls_peer *peer);
void tls_peer_update_keys(struct tls_peer *peer);

/* The name that the client asked for, "" where it asked for none. */
const char *tls_peer_asked_name(const struct tls_peer *peer);

/* Moves up to cap octets that go to the wire to out. */
size_t tls_peer_take(struct tls_peer *peer, void *out, size_t cap);
