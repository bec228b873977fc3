/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_check.h"

enum { STEP_LEN = 16 * 1024, ALPN_MAX = 32 };

struct fake_tls_context {
  SSL_CTX *context;
  unsigned char alpn[ALPN_MAX]; /* its length, then its letters, as on the wire */
  unsigned alpn_len;
};

struct fake_tls {
  SSL *ssl;
  BIO *in;  /* what the peer sent; both belong to `ssl` */
  BIO *out; /* what the peer is to get */
};

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in, unsigned in_len,
                       void *argument) {
  (void)ssl;
  const struct fake_tls_context *own = argument;
  unsigned char *selected = NULL;
  if (SSL_select_next_proto(&selected, out_len, own->alpn, own->alpn_len, in, in_len) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

struct fake_tls_context *fake_tls_context_create(const char *certificate, const char *key, const char *alpn) {
  struct fake_tls_context *own = calloc(1, sizeof *own);
  CHECK(own != NULL);
  own->context = SSL_CTX_new(TLS_server_method());
  CHECK(own->context != NULL);
  SSL_CTX_set_min_proto_version(own->context, TLS1_2_VERSION);
  SSL_CTX_set_mode(own->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (alpn != NULL) {
    size_t len = strlen(alpn);
    CHECK(len < ALPN_MAX);
    own->alpn[0] = (unsigned char)len;
    memcpy(own->alpn + 1, alpn, len);
    own->alpn_len = (unsigned)len + 1;
    SSL_CTX_set_alpn_select_cb(own->context, select_alpn, own);
  }
  if (SSL_CTX_use_certificate_chain_file(own->context, certificate) == 1 &&
      SSL_CTX_use_PrivateKey_file(own->context, key, SSL_FILETYPE_PEM) == 1 && SSL_CTX_check_private_key(own->context) == 1)
    return own;
  char reason[256];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  fprintf(stderr, "fake-carrier: cannot use the certificate %s with the key %s: %s\n", certificate, key, reason);
  fake_tls_context_destroy(own);
  return NULL;
}

void fake_tls_context_destroy(struct fake_tls_context *context) {
  if (context == NULL) return;
  SSL_CTX_free(context->context);
  free(context);
}

struct fake_tls *fake_tls_open(struct fake_tls_context *context) {
  struct fake_tls *tls = calloc(1, sizeof *tls);
  CHECK(tls != NULL);
  tls->ssl = SSL_new(context->context);
  tls->in = BIO_new(BIO_s_mem());
  tls->out = BIO_new(BIO_s_mem());
  CHECK(tls->ssl != NULL && tls->in != NULL && tls->out != NULL);
  SSL_set_bio(tls->ssl, tls->in, tls->out);
  SSL_set_accept_state(tls->ssl);
  return tls;
}

void fake_tls_close(struct fake_tls *tls) {
  if (tls == NULL) return;
  SSL_free(tls->ssl);
  free(tls);
}

/* What TLS has for the peer, onto `wire`. */
static void drain(struct fake_tls *tls, struct fake_buffer *wire) {
  size_t pending = BIO_ctrl_pending(tls->out);
  if (pending == 0) return;
  int len = BIO_read(tls->out, fake_buffer_extend(wire, pending), (int)pending);
  CHECK(len == (int)pending);
}

bool fake_tls_receive(struct fake_tls *tls, const void *octets, size_t len, struct fake_buffer *plain, struct fake_buffer *wire) {
  CHECK(BIO_write(tls->in, octets, (int)len) == (int)len);
  int step;
  do {
    unsigned char *room = fake_buffer_extend(plain, STEP_LEN);
    step = SSL_read(tls->ssl, room, STEP_LEN);
    plain->len -= STEP_LEN - (size_t)(step > 0 ? step : 0);
  } while (step > 0);
  bool is_fine = SSL_get_error(tls->ssl, step) == SSL_ERROR_WANT_READ;
  if (!is_fine) ERR_clear_error();
  drain(tls, wire);
  return is_fine;
}

bool fake_tls_send(struct fake_tls *tls, const void *octets, size_t len, struct fake_buffer *wire) {
  const unsigned char *at = octets;
  while (len > 0) {
    int step = SSL_write(tls->ssl, at, (int)(len < STEP_LEN ? len : STEP_LEN));
    if (step <= 0) {
      ERR_clear_error();
      return false;
    }
    at += step;
    len -= (size_t)step;
  }
  drain(tls, wire);
  return true;
}

void fake_tls_finish(struct fake_tls *tls, struct fake_buffer *wire) {
  if (SSL_is_init_finished(tls->ssl)) SSL_shutdown(tls->ssl);
  ERR_clear_error();
  drain(tls, wire);
}
