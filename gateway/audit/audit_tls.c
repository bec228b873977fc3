/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_S   10
#define PIECE_OCTETS 16384

/* The thread's; it frees it. */
struct tunnel {
	SSL *ssl;
	int far;  /* to Redis */
	int near; /* the thread's end of the pair */
};

static const char *said(const char *name)
{
	const char *text = getenv(name);
	return text != NULL && *text != '\0' ? text : NULL;
}

static void explain(struct audit_trouble *trouble, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());
	audit_trouble_set(trouble, AUDIT_UNREACHABLE, "%s: %s", what, why != NULL ? why : "the connection broke");
	ERR_clear_error();
}

/* --- the connection --- */

static int connect_to(const char *host, int port, struct audit_trouble *trouble)
{
	char service[8];
	const struct addrinfo want = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct addrinfo *found = NULL;
	int fd = -1, why = 0;
	snprintf(service, sizeof service, "%d", port);
	int wrong = getaddrinfo(host, service, &want, &found);
	if (wrong != 0) {
		audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis cannot be reached: %s: %s", host,
				  gai_strerror(wrong));
		return -1;
	}
	for (struct addrinfo *one = found; one != NULL && fd < 0; one = one->ai_next) {
		fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
		if (connect(fd, one->ai_addr, one->ai_addrlen) != 0) {
			why = errno;
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	if (fd < 0)
		audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis cannot be reached: %s", strerror(why));
	return fd;
}

static bool is_address(const char *host)
{
	unsigned char octets[16];
	return inet_pton(AF_INET, host, octets) == 1 || inet_pton(AF_INET6, host, octets) == 1;
}

/* Whom to take for Redis. */
static bool demand_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	if (is_address(name))
		return X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1;
	return SSL_set_tlsext_host_name(ssl, name) == 1 && X509_VERIFY_PARAM_set1_host(param, name, 0) == 1;
}

static SSL_CTX *make_context(struct audit_trouble *trouble)
{
	const char *ca = said("HONGYAN_REDIS_CA_FILE");
	const char *cert = said("HONGYAN_REDIS_CERT_FILE");
	const char *key = said("HONGYAN_REDIS_KEY_FILE");
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	/* A message of TLS itself, a ticket say, must not have SSL_read wait for what is behind it. */
	if (context != NULL)
		SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
	bool is_good = context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
	if (is_good)
		is_good = (ca != NULL ? SSL_CTX_load_verify_locations(context, ca, NULL)
				      : SSL_CTX_set_default_verify_paths(context)) == 1;
	if (is_good && cert != NULL)
		is_good = SSL_CTX_use_certificate_chain_file(context, cert) == 1 && key != NULL &&
			  SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1;
	if (is_good)
		return context;
	explain(trouble,
		"the files of HONGYAN_REDIS_CA_FILE, HONGYAN_REDIS_CERT_FILE and HONGYAN_REDIS_KEY_FILE will not do");
	SSL_CTX_free(context);
	return NULL;
}

/* The handshake. NULL with trouble. */
static SSL *greet(int fd, const char *host, struct audit_trouble *trouble)
{
	const char *name = said("HONGYAN_REDIS_SERVER_NAME");
	SSL_CTX *context = make_context(trouble);
	if (context == NULL)
		return NULL;
	SSL *ssl = SSL_new(context);
	SSL_CTX_free(context);
	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 || !demand_name(ssl, name != NULL ? name : host)) {
		audit_trouble_memory(trouble);
	} else if (SSL_connect(ssl) != 1) {
		long verdict = SSL_get_verify_result(ssl);
		if (verdict != X509_V_OK)
			audit_trouble_set(trouble, AUDIT_UNREACHABLE, "Redis' certificate is not trusted: %s",
					  X509_verify_cert_error_string(verdict));
		else
			explain(trouble, "Redis does not speak TLS with us");
	} else {
		return ssl;
	}
	SSL_free(ssl);
	return NULL;
}

/* --- the thread --- */

static pthread_t thread;
static bool has_thread;

static bool to_redis(const struct tunnel *tunnel, char octets[static PIECE_OCTETS])
{
	ssize_t got = read(tunnel->near, octets, PIECE_OCTETS);
	return got > 0 && SSL_write(tunnel->ssl, octets, (int)got) == (int)got;
}

static bool from_redis(const struct tunnel *tunnel, char octets[static PIECE_OCTETS])
{
	do {
		int got = SSL_read(tunnel->ssl, octets, PIECE_OCTETS);
		if (got <= 0) /* a message of TLS itself, of which the rest has not come, is waited for */
			return SSL_get_error(tunnel->ssl, got) == SSL_ERROR_WANT_READ;
		for (int sent = 0; sent < got;) {
			ssize_t more = send(tunnel->near, octets + sent, (size_t)(got - sent), MSG_NOSIGNAL);
			if (more < 0)
				return false;
			sent += (int)more;
		}
	} while (SSL_pending(tunnel->ssl) > 0);
	return true;
}

static void *run(void *ctx)
{
	struct tunnel *tunnel = ctx;
	char octets[PIECE_OCTETS];
	sigset_t pipe;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL); /* OpenSSL writes without MSG_NOSIGNAL */
	for (bool is_good = true; is_good;) {
		struct pollfd both[2] = { { .fd = tunnel->near, .events = POLLIN },
					  { .fd = tunnel->far, .events = POLLIN } };
		if (poll(both, 2, -1) < 0)
			is_good = errno == EINTR;
		else if (both[1].revents != 0)
			is_good = from_redis(tunnel, octets);
		else
			is_good = to_redis(tunnel, octets);
	}
	SSL_free(tunnel->ssl);
	close(tunnel->far);
	close(tunnel->near);
	free(tunnel);
	OPENSSL_thread_stop();
	return NULL;
}

static bool start(struct tunnel *tunnel)
{
	has_thread = pthread_create(&thread, NULL, run, tunnel) == 0;
	return has_thread;
}

void audit_tls_end(void)
{
	if (has_thread)
		pthread_join(thread, NULL);
	has_thread = false;
}

int audit_tls_open(const char *host, int port, struct audit_trouble *trouble)
{
	int pair[2] = { -1, -1 };
	struct tunnel *tunnel = NULL;
	int far = connect_to(host, port, trouble);
	SSL *ssl = far >= 0 ? greet(far, host, trouble) : NULL;
	if (ssl != NULL && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0)
		tunnel = malloc(sizeof *tunnel);
	if (tunnel != NULL) {
		*tunnel = (struct tunnel){ ssl, far, pair[1] };
		if (start(tunnel))
			return pair[0];
	}
	if (ssl != NULL)
		audit_trouble_memory(trouble);
	free(tunnel);
	SSL_free(ssl);
	for (unsigned i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	if (far >= 0)
		close(far);
	return -1;
}
