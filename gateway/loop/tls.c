/* SPDX-License-Identifier: Apache-2.0 */

/* OpenSSL between two memory BIOs. It keeps a queue of errors per thread: it is emptied before each call whose error is
 * looked at. */

#include "loop/tls.h"

#include "base/check.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TO_WIRE_MAX (1024u * 1024u) /* octets; the owner's are a record at a time, see stream_tls.c */

struct tls_context {
	SSL_CTX *ssl;
	char *server_name; /* owned */
	bool is_address;
	bool has_own_certificate;
};

struct tls {
	const struct tls_context *context;
	SSL *ssl;
	BIO *from_wire; /* both owned by ssl */
	BIO *to_wire;
	enum tls_state state;
	char reason[320];
};

/* -- what is wrong with a certificate -- */

static void put_date(const ASN1_TIME *time, char out[static 16])
{
	struct tm tm = { .tm_year = 0 };
	if (ASN1_TIME_to_tm(time, &tm) == 1)
		snprintf(out, 16, "%04d-%02d-%02d", (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
			 tm.tm_mday % 100);
	else
		snprintf(out, 16, "an unknown day");
}

/* The common name, or the whole name on one line where it has none. */
static void put_name(const X509_NAME *name, char out[static 128])
{
	if (X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)name, NID_commonName, out, 128) <= 0)
		X509_NAME_oneline(name, out, 128);
	for (char *at = out; *at != '\0'; at++)
		*at = (unsigned char)*at < 0x20 || *at == 0x7F ? '?' : *at;
}

static void explain_certificate(struct tls *tls, X509_STORE_CTX *store)
{
	const char *host = tls->context->server_name;
	X509 *certificate = X509_STORE_CTX_get_current_cert(store);
	int error = X509_STORE_CTX_get_error(store);
	char date[16] = "";
	char name[128] = "";
	char *reason = tls->reason;
	size_t cap = sizeof tls->reason;
	const char *whose =
		X509_STORE_CTX_get_error_depth(store) == 0 ? "The certificate of" : "A certificate above that of";
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		put_date(X509_get0_notAfter(certificate), date);
		snprintf(reason, cap, "%s %s expired on %s; its owner must renew it", whose, host, date);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		put_date(X509_get0_notBefore(certificate), date);
		snprintf(reason, cap, "%s %s is valid from %s on only; is this host's clock right?", whose, host, date);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		put_name(X509_get_subject_name(certificate), name);
		snprintf(reason, cap,
			 "The certificate is made out to “%s”, not to %s; if that is the one, set server_name", name,
			 host);
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		put_name(X509_get_issuer_name(certificate), name);
		snprintf(reason, cap,
			 "%s %s is signed by “%s”, who is not trusted; set ca_file to the CA that signed it", whose,
			 host, name);
		break;
	default:
		snprintf(reason, cap, "%s %s will not do: %s", whose, host, X509_verify_cert_error_string(error));
	}
}

static int on_verify(int is_good, X509_STORE_CTX *store)
{
	if (is_good)
		return 1;
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	explain_certificate(SSL_get_app_data(ssl), store);
	return 0;
}

/* -- the context -- */

static struct tls_context *refuse(struct tls_context *context, struct err_at *at, const char *field, const char *path,
				  const char *what)
{
	const char *detail = ERR_reason_error_string(ERR_peek_last_error());
	(void)!err_at_set(at, ERR_FORMAT, 0, field, "%s “%s” %s: %s", field, path, what,
			  detail != NULL ? detail : "no reason is known");
	ERR_clear_error();
	tls_context_destroy(context);
	return NULL;
}

static bool is_given(const char *text)
{
	return text != NULL && *text != '\0';
}

static bool is_address(const char *name)
{
	unsigned char octets[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, name, octets) == 1 || inet_pton(AF_INET6, name, octets) == 1;
}

struct tls_context *tls_context_create(const struct tls_options *options, struct err_at *at)
{
	CHECK(is_given(options->server_name));
	CHECK(tls_pem_is_given(&options->cert) == tls_pem_is_given(&options->key));
	ERR_clear_error();
	struct tls_context *context = calloc(1, sizeof *context);
	if (context == NULL) {
		(void)!err_at_set(at, ERR_MEMORY, 0, "tls", "tls finds no memory");
		return NULL;
	}
	context->server_name = strdup(options->server_name);
	context->ssl = SSL_CTX_new(TLS_client_method());
	if (context->server_name == NULL || context->ssl == NULL)
		return refuse(context, at, "tls", options->server_name, "cannot be set up");
	context->is_address = is_address(options->server_name);
	SSL_CTX_set_min_proto_version(context->ssl, TLS1_2_VERSION);
	SSL_CTX_set_options(context->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(context->ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(context->ssl, SSL_VERIFY_PEER, on_verify);
	if (tls_pem_is_given(&options->ca)) {
		if (!tls_pem_trust(&options->ca, context->ssl))
			return refuse(context, at, "ca_file", options->ca.path,
				      "holds no certificates that can be read");
	} else if (SSL_CTX_set_default_verify_paths(context->ssl) != 1) {
		return refuse(context, at, "ca_file", "", "is not given, and the system's certificates cannot be read");
	}
	context->has_own_certificate = tls_pem_is_given(&options->cert);
	if (!context->has_own_certificate)
		return context;
	if (!tls_pem_use_certificates(&options->cert, context->ssl))
		return refuse(context, at, "cert_file", options->cert.path, "holds no certificate that can be read");
	if (!tls_pem_use_key(&options->key, context->ssl))
		return refuse(context, at, "key_file", options->key.path,
			      "holds no key that can be read, or not that of cert_file");
	return context;
}

void tls_context_destroy(struct tls_context *context)
{
	if (context == NULL)
		return;
	SSL_CTX_free(context->ssl);
	free(context->server_name);
	free(context);
}

/* -- a connection -- */

static bool set_name(SSL *ssl, const struct tls_context *context)
{
	if (context->is_address)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), context->server_name) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, context->server_name) == 1 &&
	       SSL_set_tlsext_host_name(ssl, context->server_name) == 1;
}

struct tls *tls_create(const struct tls_context *context)
{
	struct tls *tls = calloc(1, sizeof *tls);
	SSL *ssl = SSL_new(context->ssl);
	BIO *from_wire = BIO_new(BIO_s_mem());
	BIO *to_wire = BIO_new(BIO_s_mem());
	if (tls == NULL || ssl == NULL || from_wire == NULL || to_wire == NULL || !set_name(ssl, context)) {
		free(tls);
		SSL_free(ssl);
		BIO_free(from_wire);
		BIO_free(to_wire);
		return NULL;
	}
	SSL_set_bio(ssl, from_wire, to_wire);
	SSL_set_connect_state(ssl);
	SSL_set_app_data(ssl, tls);
	*tls = (struct tls){ .context = context, .ssl = ssl, .from_wire = from_wire, .to_wire = to_wire };
	return tls;
}

void tls_destroy(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_free(tls->ssl);
	free(tls);
}

/* The sentence for an error that is not about the peer's certificate. */
static void explain_error(struct tls *tls, unsigned long code)
{
	const char *detail = ERR_reason_error_string(code);
	const char *said = NULL;
	switch (ERR_GET_REASON(code)) {
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
	case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
		said = tls->context->has_own_certificate
			       ? "The peer refused the handshake; is the certificate in cert_file the one it knows?"
			       : "The peer refused the handshake; it may want a client certificate (cert_file, "
				 "key_file)";
		break;
	case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
	case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
		said = "The peer does not accept the certificate in cert_file";
		break;
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_UNEXPECTED_MESSAGE:
		said = "The peer does not speak TLS on this port";
		break;
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
		said = "The peer speaks no TLS of version 1.2 or newer";
		break;
	default:
		break;
	}
	if (said != NULL)
		snprintf(tls->reason, sizeof tls->reason, "%s (%s)", said, detail != NULL ? detail : "no detail");
	else
		snprintf(tls->reason, sizeof tls->reason, "TLS failed: %s",
			 detail != NULL ? detail : "no reason is known");
}

/* After a call that did not succeed: still waiting for octets, closed, or FAILED. */
static void note_error(struct tls *tls, int result)
{
	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return;
	case SSL_ERROR_ZERO_RETURN:
		tls->state = TLS_CLOSED;
		return;
	default:
		break;
	}
	unsigned long code = ERR_peek_last_error();
	if (tls->reason[0] == '\0')
		explain_error(tls, code);
	ERR_clear_error();
	tls->state = TLS_FAILED;
}

enum tls_state tls_shake(struct tls *tls)
{
	if (tls->state != TLS_SHAKING)
		return tls->state;
	ERR_clear_error();
	int result = SSL_do_handshake(tls->ssl);
	if (result == 1)
		tls->state = TLS_OPEN;
	else
		note_error(tls, result);
	return tls->state;
}

/* A peer that has TLS answer (RFC 8446 §4.6.3: each update of keys may ask for one) and reads no answers must not fill our
 * memory. */
static void bound_answers(struct tls *tls)
{
	if (tls->state == TLS_FAILED || BIO_ctrl_pending(tls->to_wire) <= TO_WIRE_MAX)
		return;
	tls->state = TLS_FAILED;
	snprintf(tls->reason, sizeof tls->reason, "The peer asks TLS for answers and does not read them");
}

void tls_feed(struct tls *tls, const void *octets, size_t len)
{
	CHECK(len <= INT32_MAX);
	ERR_clear_error();
	if (len == 0 || BIO_write(tls->from_wire, octets, (int)len) == (int)len)
		return;
	ERR_clear_error();
	tls->state = TLS_FAILED;
	if (tls->reason[0] == '\0')
		snprintf(tls->reason, sizeof tls->reason, "There is no memory for what the peer says");
}

size_t tls_read(struct tls *tls, void *out, size_t cap)
{
	size_t got = 0;
	while (tls->state == TLS_OPEN && got < cap) {
		size_t part = 0;
		ERR_clear_error();
		int result = SSL_read_ex(tls->ssl, (char *)out + got, cap - got, &part);
		got += part;
		if (result == 1)
			continue;
		note_error(tls, result);
		break;
	}
	bound_answers(tls);
	return got;
}

bool tls_may_write(const struct tls *tls)
{
	return !SSL_in_init(tls->ssl);
}

bool tls_write(struct tls *tls, const void *octets, size_t len)
{
	size_t wrote = 0;
	ERR_clear_error();
	int result = SSL_write_ex(tls->ssl, octets, len, &wrote);
	if (result == 1 && wrote == len)
		return true;
	/* The BIO takes all there is, and no message of TLS is half here: it can't want anything. */
	tls->state = TLS_FAILED;
	if (tls->reason[0] == '\0')
		explain_error(tls, ERR_peek_last_error());
	ERR_clear_error();
	return false;
}

void tls_shut(struct tls *tls)
{
	if (tls->state != TLS_OPEN && tls->state != TLS_CLOSED)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(tls->ssl);
	ERR_clear_error();
}

size_t tls_take(struct tls *tls, void *out, size_t cap)
{
	int len = BIO_read(tls->to_wire, out, (int)(cap < INT32_MAX ? cap : INT32_MAX));
	return len > 0 ? (size_t)len : 0;
}

enum tls_state tls_state(const struct tls *tls)
{
	return tls->state;
}

const char *tls_reason(const struct tls *tls)
{
	return tls->reason;
}
