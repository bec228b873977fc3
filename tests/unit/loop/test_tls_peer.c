/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/loop/tls_peer.h"

#include <criterion/criterion.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

struct tls_peer {
	SSL_CTX *context;
	SSL *ssl;
	BIO *in; /* both owned by ssl */
	BIO *out;
	char *heard;
	size_t heard_len;
};

struct tls_peer *tls_peer_create(const struct tls_authority *authority, const struct tls_peer_options *options)
{
	char name[64];
	struct tls_peer *peer = calloc(1, sizeof *peer);
	peer->context = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_security_level(peer->context, 0); /* old versions are spoken for the test's sake */
	SSL_CTX_set_min_proto_version(peer->context, 0);
	SSL_CTX_set_max_proto_version(peer->context, options->version_max);
	/* Unless asked for, nothing is under way where a test ends the connection. */
	SSL_CTX_set_num_tickets(peer->context, options->sends_ticket);
	if (options->sends_ticket)
		SSL_CTX_set_max_send_fragment(peer->context, 512);
	snprintf(name, sizeof name, "%s.pem", options->certificate);
	cr_assert_eq(SSL_CTX_use_certificate_file(peer->context, tls_authority_file(authority, name), SSL_FILETYPE_PEM),
		     1);
	snprintf(name, sizeof name, "%s.key", options->certificate);
	cr_assert_eq(SSL_CTX_use_PrivateKey_file(peer->context, tls_authority_file(authority, name), SSL_FILETYPE_PEM),
		     1);
	if (options->wants_client) {
		cr_assert_eq(
			SSL_CTX_load_verify_locations(peer->context, tls_authority_file(authority, "ca.pem"), NULL), 1);
		SSL_CTX_set_verify(peer->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		SSL_CTX_set_session_id_context(peer->context, (const unsigned char *)"test", 4);
	}
	peer->ssl = SSL_new(peer->context);
	peer->in = BIO_new(BIO_s_mem());
	peer->out = BIO_new(BIO_s_mem());
	SSL_set_bio(peer->ssl, peer->in, peer->out);
	SSL_set_accept_state(peer->ssl);
	return peer;
}

void tls_peer_destroy(struct tls_peer *peer)
{
	if (peer == NULL)
		return;
	SSL_free(peer->ssl);
	SSL_CTX_free(peer->context);
	free(peer->heard);
	free(peer);
}

bool tls_peer_feed(struct tls_peer *peer, const void *octets, size_t len)
{
	char said[16384];
	cr_assert(len == 0 || BIO_write(peer->in, octets, (int)len) == (int)len);
	int got = SSL_read(peer->ssl, said, sizeof said);
	for (; got > 0; got = SSL_read(peer->ssl, said, sizeof said)) {
		peer->heard = realloc(peer->heard, peer->heard_len + (size_t)got);
		cr_assert_not_null(peer->heard);
		memcpy(peer->heard + peer->heard_len, said, (size_t)got);
		peer->heard_len += (size_t)got;
	}
	int error = SSL_get_error(peer->ssl, got);
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_ZERO_RETURN;
}

const char *tls_peer_heard(const struct tls_peer *peer, size_t *len)
{
	*len = peer->heard_len;
	return peer->heard;
}

bool tls_peer_is_open(const struct tls_peer *peer)
{
	return SSL_is_init_finished(peer->ssl);
}

bool tls_peer_is_closed(const struct tls_peer *peer)
{
	return SSL_get_shutdown(peer->ssl) & SSL_RECEIVED_SHUTDOWN;
}

void tls_peer_say(struct tls_peer *peer, const void *octets, size_t len)
{
	cr_assert_eq(SSL_write(peer->ssl, octets, (int)len), (int)len);
}

void tls_peer_close(struct tls_peer *peer)
{
	SSL_shutdown(peer->ssl);
}

void tls_peer_update_keys(struct tls_peer *peer)
{
	cr_assert_eq(SSL_key_update(peer->ssl, SSL_KEY_UPDATE_REQUESTED), 1);
	cr_assert_eq(SSL_do_handshake(peer->ssl), 1);
}

const char *tls_peer_asked_name(const struct tls_peer *peer)
{
	const char *name = SSL_get_servername(peer->ssl, TLSEXT_NAMETYPE_host_name);
	return name ? name : "";
}

size_t tls_peer_take(struct tls_peer *peer, void *out, size_t cap)
{
	int len = BIO_read(peer->out, out, (int)cap);
	return len > 0 ? (size_t)len : 0;
}
