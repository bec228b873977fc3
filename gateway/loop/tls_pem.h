/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdbool.h>

/* Certificates and keys in PEM (RFC 7468), from memory: who makes several connections of an account has read the files once. */

/* What a file held when it was read. */
struct tls_pem {
	const char *path;    /* for people; "" or NULL = no file is given */
	struct slice octets; /* borrowed */
};

struct ssl_ctx_st; /* SSL_CTX */

bool tls_pem_is_given(const struct tls_pem *pem);

/* These return false with OpenSSL's error queued where the octets will not do, or there is no memory. */

/* Trusts the certificates, of which there must be one. Lists of those revoked are passed over. */
bool tls_pem_trust(const struct tls_pem *pem, struct ssl_ctx_st *ssl);

/* Our own certificate first, then those between it and an authority. */
bool tls_pem_use_certificates(const struct tls_pem *pem, struct ssl_ctx_st *ssl);

/* The key of our own certificate, which is in use already. */
bool tls_pem_use_key(const struct tls_pem *pem, struct ssl_ctx_st *ssl);
