/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/tls_pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

bool tls_pem_is_given(const struct tls_pem *pem)
{
	return pem->path != NULL && *pem->path != '\0';
}

/* A key with a passphrase: nobody is there to type it. */
static int no_passphrase(char *out, int cap, int is_writing, void *ctx)
{
	(void)out;
	(void)cap;
	(void)is_writing;
	(void)ctx;
	return -1;
}

static BIO *open_pem(const struct tls_pem *pem)
{
	return pem->octets.len <= INT32_MAX ? BIO_new_mem_buf(pem->octets.at, (int)pem->octets.len) : NULL;
}

/* Whether reading ended because there was no more: behind the last one OpenSSL leaves the error “no start line”. */
static bool is_at_end(void)
{
	unsigned long code = ERR_peek_last_error();
	if (ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE)
		return false;
	ERR_clear_error();
	return true;
}

bool tls_pem_trust(const struct tls_pem *pem, SSL_CTX *ssl)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl);
	BIO *in = open_pem(pem);
	STACK_OF(X509_INFO) *all = in != NULL ? PEM_X509_INFO_read_bio(in, NULL, no_passphrase, NULL) : NULL;
	int count = 0;
	bool is_good = all != NULL;
	for (int i = 0; is_good && i < sk_X509_INFO_num(all); i++) {
		const X509_INFO *one = sk_X509_INFO_value(all, i);
		is_good = one->x509 == NULL || X509_STORE_add_cert(store, one->x509) == 1;
		count += one->x509 != NULL;
	}
	if (is_good && count == 0)
		ERR_raise(ERR_LIB_PEM, PEM_R_NO_START_LINE);
	sk_X509_INFO_pop_free(all, X509_INFO_free);
	BIO_free(in);
	return is_good && count > 0;
}

bool tls_pem_use_certificates(const struct tls_pem *pem, SSL_CTX *ssl)
{
	BIO *in = open_pem(pem);
	X509 *own = in != NULL ? PEM_read_bio_X509_AUX(in, NULL, no_passphrase, NULL) : NULL;
	X509 *next = NULL;
	bool is_good = own != NULL && SSL_CTX_use_certificate(ssl, own) == 1;
	while (is_good && (next = PEM_read_bio_X509(in, NULL, no_passphrase, NULL)) != NULL) {
		is_good = SSL_CTX_add0_chain_cert(ssl, next) == 1;
		if (!is_good)
			X509_free(next);
	}
	is_good = is_good && is_at_end();
	X509_free(own);
	BIO_free(in);
	return is_good;
}

/* A key of another type is let in, and would stand there beside a certificate without one. */
bool tls_pem_use_key(const struct tls_pem *pem, SSL_CTX *ssl)
{
	BIO *in = open_pem(pem);
	EVP_PKEY *key = in != NULL ? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL) : NULL;
	bool is_good = key != NULL && SSL_CTX_use_PrivateKey(ssl, key) == 1 && SSL_CTX_check_private_key(ssl) == 1;
	EVP_PKEY_free(key);
	BIO_free(in);
	return is_good;
}
