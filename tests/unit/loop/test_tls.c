/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/tls.h"

#include "unit/loop/tls_peer.h"

#include <criterion/criterion.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tls_authority authority;

static void issue_all(void)
{
	static const struct tls_certificate certificates[] = {
		{ "server", "DNS:smsc.example,IP:127.0.0.1,IP:::1", -1, 1 },
		{ "wildcard", "DNS:*.carrier.example", -1, 1 },
		{ "old", "DNS:smsc.example", -30, -2 },
		{ "young", "DNS:smsc.example", 2, 30 },
		{ "client", NULL, -1, 1 },
		{ "large", TLS_MANY_NAMES, -1, 1 },
	};
	tls_authority_make(&authority);
	for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++)
		tls_authority_issue(&authority, &certificates[i]);
}

/* Carries octets to and fro until nothing is left to carry. */
static void pump(struct tls *tls, struct tls_peer *peer)
{
	static char wire[65536];
	bool has_moved = true;
	bool is_peer_well = true;
	tls_shake(tls);
	while (has_moved) {
		size_t out = tls_take(tls, wire, sizeof wire);
		if (out > 0 && is_peer_well)
			is_peer_well = tls_peer_feed(peer, wire, out);
		size_t in = tls_peer_take(peer, wire, sizeof wire);
		tls_feed(tls, wire, in);
		tls_shake(tls);
		has_moved = out > 0 || in > 0;
	}
}

static struct tls_context *context_of(const char *server_name, const char *ca, const char *own)
{
	char cert[64];
	char key[64];
	snprintf(cert, sizeof cert, "%s.pem", own ? own : "");
	snprintf(key, sizeof key, "%s.key", own ? own : "");
	struct tls_options options = {
		.server_name = server_name,
		.ca = tls_authority_pem(&authority, ca),
		.cert = tls_authority_pem(&authority, own ? cert : NULL),
		.key = tls_authority_pem(&authority, own ? key : NULL),
	};
	struct err_at at = { .err = ERR_OK };
	struct tls_context *context = tls_context_create(&options, &at);
	cr_assert_not_null(context, "%s", at.text);
	return context;
}

Test(tls, certificates_are_checked_both_ways)
{
	static const struct {
		const char *name;
		struct tls_peer_options peer;
		const char *host;
		const char *ca;
		const char *own;
		const char *want_name; /* SNI */
		enum tls_state want;
		const char *want_reason;
	} rows[] = {
		{ "a name",
		  { "server", false, 0, false },
		  "smsc.example",
		  "ca.pem",
		  NULL,
		  "smsc.example",
		  TLS_OPEN,
		  "" },
		{ "TLS 1.2",
		  { "server", false, TLS1_2_VERSION, false },
		  "smsc.example",
		  "ca.pem",
		  NULL,
		  "smsc.example",
		  TLS_OPEN,
		  "" },
		{ "an IPv4 address", { "server", false, 0, false }, "127.0.0.1", "ca.pem", NULL, "", TLS_OPEN, "" },
		{ "an IPv6 address", { "server", false, 0, false }, "::1", "ca.pem", NULL, "", TLS_OPEN, "" },
		{ "another address",
		  { "server", false, 0, false },
		  "127.0.0.2",
		  "ca.pem",
		  NULL,
		  "",
		  TLS_FAILED,
		  "The certificate is made out to “server”, not to 127.0.0.2; if that is the one, set "
		  "server_name" },
		{ "another name",
		  { "server", false, 0, false },
		  "other.example",
		  "ca.pem",
		  NULL,
		  "other.example",
		  TLS_FAILED,
		  "The certificate is made out to “server”, not to other.example; if that is the one, set "
		  "server_name" },
		{ "a name below",
		  { "wildcard", false, 0, false },
		  "a.carrier.example",
		  "ca.pem",
		  NULL,
		  "a.carrier.example",
		  TLS_OPEN,
		  "" },
		{ "two below",
		  { "wildcard", false, 0, false },
		  "a.b.carrier.example",
		  "ca.pem",
		  NULL,
		  "a.b.carrier.example",
		  TLS_FAILED,
		  "made out to “wildcard”, not to a.b.carrier.example" },
		{ "the common name does not count",
		  { "client", false, 0, false },
		  "elsewhere",
		  "ca.pem",
		  NULL,
		  "elsewhere",
		  TLS_FAILED,
		  "made out to “client”, not to elsewhere" },
		{ "expired",
		  { "old", false, 0, false },
		  "smsc.example",
		  "ca.pem",
		  NULL,
		  "smsc.example",
		  TLS_FAILED,
		  "The certificate of smsc.example expired on 20" },
		{ "not yet",
		  { "young", false, 0, false },
		  "smsc.example",
		  "ca.pem",
		  NULL,
		  "smsc.example",
		  TLS_FAILED,
		  "on only; is this host's clock right?" },
		{ "of another authority",
		  { "server", false, 0, false },
		  "smsc.example",
		  "other.pem",
		  NULL,
		  "smsc.example",
		  TLS_FAILED,
		  "The certificate of smsc.example is signed by “ca”, who is not trusted; set ca_file" },
		{ "of none that the system knows",
		  { "server", false, 0, false },
		  "smsc.example",
		  NULL,
		  NULL,
		  "smsc.example",
		  TLS_FAILED,
		  "is signed by “ca”, who is not trusted" },
		{ "ours is wanted and given, 1.2",
		  { "server", true, TLS1_2_VERSION, false },
		  "smsc.example",
		  "ca.pem",
		  "client",
		  "smsc.example",
		  TLS_OPEN,
		  "" },
		{ "ours is wanted and given",
		  { "server", true, 0, false },
		  "smsc.example",
		  "ca.pem",
		  "client",
		  "smsc.example",
		  TLS_OPEN,
		  "" },
		{ "ours is wanted, 1.2",
		  { "server", true, TLS1_2_VERSION, false },
		  "smsc.example",
		  "ca.pem",
		  NULL,
		  "smsc.example",
		  TLS_FAILED,
		  "it may want a client certificate (cert_file, key_file)" },
		{ "ours is wanted",
		  { "server", true, 0, false },
		  "smsc.example",
		  "ca.pem",
		  NULL,
		  "smsc.example",
		  TLS_FAILED,
		  "it may want a client certificate (cert_file, key_file)" },
		{ "ours is of another authority",
		  { "server", true, 0, false },
		  "smsc.example",
		  "ca.pem",
		  "other",
		  "smsc.example",
		  TLS_FAILED,
		  "The peer does not accept the certificate in cert_file" },
		{ "TLS 1.1",
		  { "server", false, TLS1_1_VERSION, false },
		  "smsc.example",
		  "ca.pem",
		  NULL,
		  NULL,
		  TLS_FAILED,
		  "The peer speaks no TLS of version 1.2 or newer" },
	};
	issue_all();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tls_peer *peer = tls_peer_create(&authority, &rows[i].peer);
		struct tls_context *context = context_of(rows[i].host, rows[i].ca, rows[i].own);
		struct tls *tls = tls_create(context);
		char octet;
		pump(tls, peer);
		/* TLS 1.3 tells what it thinks of our certificate behind its handshake. */
		cr_expect_eq(tls_read(tls, &octet, 1), 0, "%s", rows[i].name);
		cr_expect_eq(tls_state(tls), rows[i].want, "%s: %s", rows[i].name, tls_reason(tls));
		cr_expect_not_null(strstr(tls_reason(tls), rows[i].want_reason), "%s: %s", rows[i].name,
				   tls_reason(tls));
		if (rows[i].want_name != NULL)
			cr_expect_str_eq(tls_peer_asked_name(peer), rows[i].want_name, "%s", rows[i].name);
		tls_destroy(tls);
		tls_context_destroy(context);
		tls_peer_destroy(peer);
	}
	tls_destroy(NULL);
	tls_authority_remove(&authority);
}

/* Who does not speak TLS. */
Test(tls, other_protocols)
{
	static const struct {
		const char *name;
		const char *octets;
		size_t len;
	} rows[] = {
		{ "generic_nack", "\0\0\0\x10\x80\0\0\0\0\0\0\x03\0\0\0\0", 16 },
		{ "HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", 28 },
		{ "Redis", "-ERR unknown command\r\n", 22 },
	};
	issue_all();
	struct tls_context *context = context_of("smsc.example", "ca.pem", NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tls *tls = tls_create(context);
		cr_assert_eq(tls_shake(tls), TLS_SHAKING);
		tls_feed(tls, rows[i].octets, rows[i].len);
		cr_expect_eq(tls_shake(tls), TLS_FAILED, "%s", rows[i].name);
		cr_expect_not_null(strstr(tls_reason(tls), "The peer does not speak TLS on this port"), "%s: %s",
				   rows[i].name, tls_reason(tls));
		cr_expect_eq(tls_shake(tls), TLS_FAILED, "%s: it stays so", rows[i].name);
		tls_destroy(tls);
	}
	tls_context_destroy(context);
	tls_authority_remove(&authority);
}

Test(tls, files_that_will_not_do)
{
	static const struct {
		const char *name;
		const char *ca;
		const char *cert;
		const char *key;
		const char *want_field;
		const char *want;
	} rows[] = {
		{ "nothing as CA", "none.pem", NULL, NULL, "ca_file",
		  "none.pem” holds no certificates that can be read: no start line" },
		{ "half a CA", "half.pem", NULL, NULL, "ca_file", "half.pem” holds no certificates that can be read" },
		{ "a CA and a half", "more.pem", NULL, NULL, "ca_file",
		  "more.pem” holds no certificates that can be read" },
		{ "a key as CA", "ca.key", NULL, NULL, "ca_file", "ca.key” holds no certificates that can be read" },
		{ "no certificate", "ca.pem", "none.pem", "client.key", "cert_file",
		  "none.pem” holds no certificate that can be read: no start line" },
		{ "half a chain", "ca.pem", "more.pem", "client.key", "cert_file",
		  "more.pem” holds no certificate that can be read" },
		{ "no key", "ca.pem", "client.pem", "none.pem", "key_file",
		  "none.pem” holds no key that can be read, or not that of cert_file" },
		{ "half a key", "ca.pem", "client.pem", "half.key", "key_file",
		  "half.key” holds no key that can be read, or not that of cert_file" },
		{ "another's key", "ca.pem", "client.pem", "server.key", "key_file",
		  "server.key” holds no key that can be read, or not that of cert_file: key values mismatch" },
		{ "a key of another type", "ca.pem", "client.pem", "ec.key", "key_file",
		  "ec.key” holds no key that can be read, or not that of cert_file" },
		{ "a key with a passphrase", "ca.pem", "client.pem", "locked.key", "key_file",
		  "locked.key” holds no key that can be read" },
	};
	char command[512];
	issue_all();
	snprintf(command, sizeof command,
		 "set -e; cd '%s'; : >none.pem; head -c 200 ca.pem >half.pem; cat ca.pem half.pem >more.pem; head -c "
		 "100 "
		 "client.key >half.key",
		 authority.folder);
	cr_assert_eq(system(command), 0);
	snprintf(command, sizeof command, "openssl pkey -in %s -aes128 -passout pass:x -out %s",
		 tls_authority_file(&authority, "client.key"), tls_authority_file(&authority, "locked.key"));
	cr_assert_eq(system(command), 0);
	snprintf(command, sizeof command, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out %s",
		 tls_authority_file(&authority, "ec.key"));
	cr_assert_eq(system(command), 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tls_options options = {
			.server_name = "h",
			.ca = tls_authority_pem(&authority, rows[i].ca),
			.cert = tls_authority_pem(&authority, rows[i].cert),
			.key = tls_authority_pem(&authority, rows[i].key),
		};
		struct err_at at = { .err = ERR_OK };
		cr_expect_null(tls_context_create(&options, &at), "%s", rows[i].name);
		cr_expect_eq(at.err, ERR_FORMAT, "%s", rows[i].name);
		cr_expect_str_eq(at.field, rows[i].want_field, "%s", rows[i].name);
		cr_expect_not_null(strstr(at.text, rows[i].want), "%s: %s", rows[i].name, at.text);
		cr_expect_null(tls_context_create(&options, NULL), "%s", rows[i].name);
	}
	tls_context_destroy(NULL);
	tls_authority_remove(&authority);
}

Test(tls, octets_both_ways_and_the_goodbye)
{
	static const size_t sizes[] = { 1, 16383, 16384, 16385, 200000 };
	static char sent[200000];
	static char got[200000];
	issue_all();
	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = (char)(i * 31 + i / 251);
	struct tls_context *context = context_of("smsc.example", "ca.pem", NULL);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct tls_peer_options options = { .certificate = "server" };
		struct tls_peer *peer = tls_peer_create(&authority, &options);
		struct tls *tls = tls_create(context);
		pump(tls, peer);
		cr_assert_eq(tls_state(tls), TLS_OPEN, "%s", tls_reason(tls));
		cr_assert(tls_write(tls, sent, sizes[i]));
		tls_peer_say(peer, sent, sizes[i]);
		tls_peer_close(peer);
		pump(tls, peer);
		size_t heard_len;
		const char *heard = tls_peer_heard(peer, &heard_len);
		cr_assert_eq(heard_len, sizes[i]);
		cr_assert_eq(memcmp(heard, sent, heard_len), 0);
		size_t got_len = tls_read(tls, got, 1);
		cr_assert_eq(got_len, 1, "no more than there is room");
		got_len += tls_read(tls, got + 1, sizeof got - 1);
		cr_assert_eq(got_len, sizes[i]);
		cr_assert_eq(memcmp(got, sent, got_len), 0);
		cr_assert_eq(tls_read(tls, got, 1), 0);
		cr_assert_eq(tls_state(tls), TLS_CLOSED);
		cr_assert_not(tls_peer_is_closed(peer));
		tls_shut(tls);
		pump(tls, peer);
		cr_assert(tls_peer_is_closed(peer));
		tls_destroy(tls);
		tls_peer_destroy(peer);
	}
	tls_context_destroy(context);
	tls_authority_remove(&authority);
}

/* What was altered on its way is not delivered. */
Test(tls, broken_records)
{
	static char wire[65536];
	char got[16];
	issue_all();
	struct tls_context *context = context_of("smsc.example", "ca.pem", NULL);
	struct tls_peer_options options = { .certificate = "server" };
	struct tls_peer *peer = tls_peer_create(&authority, &options);
	struct tls *tls = tls_create(context);
	pump(tls, peer);
	tls_peer_say(peer, "first", 5);
	size_t first_len = tls_peer_take(peer, wire, sizeof wire);
	tls_peer_say(peer, "second", 6);
	size_t len = first_len + tls_peer_take(peer, wire + first_len, sizeof wire - first_len);
	wire[len - 1] ^= 1;
	tls_feed(tls, wire, len);
	cr_assert_eq(tls_read(tls, got, sizeof got), 5, "what came before it is whole");
	cr_assert_eq(tls_state(tls), TLS_FAILED);
	char reason[128]; /* OpenSSL 3.0 and 3.5 have other words for it */
	snprintf(reason, sizeof reason, "%s", tls_reason(tls));
	cr_assert(strcmp(reason, "TLS failed: decryption failed or bad record mac") == 0 ||
			  strcmp(reason, "TLS failed: record layer failure") == 0,
		  "%s", reason);
	cr_assert_not(tls_write(tls, "x", 1));
	cr_assert_str_eq(tls_reason(tls), reason);
	tls_shut(tls);
	tls_destroy(tls);
	tls_peer_destroy(peer);
	tls_context_destroy(context);
	tls_authority_remove(&authority);
}

/* A ticket that comes in several records: while it is half here nothing can be written, and nothing breaks. */
Test(tls, a_message_of_tls_in_parts)
{
	static char wire[65536];
	char got[16];
	issue_all();
	struct tls_context *context = context_of("smsc.example", "ca.pem", "large");
	struct tls_peer_options options = { .certificate = "server", .wants_client = true, .sends_ticket = true };
	struct tls_peer *peer = tls_peer_create(&authority, &options);
	struct tls *tls = tls_create(context);
	for (unsigned i = 0; i < 10 && tls_shake(tls) == TLS_SHAKING; i++) {
		cr_assert(tls_peer_feed(peer, wire, tls_take(tls, wire, sizeof wire)));
		tls_feed(tls, wire, tls_peer_take(peer, wire, sizeof wire));
	}
	cr_assert_eq(tls_state(tls), TLS_OPEN, "%s", tls_reason(tls));
	cr_assert(tls_may_write(tls));
	cr_assert(tls_peer_feed(peer, wire, tls_take(tls, wire, sizeof wire)));
	size_t len = tls_peer_take(peer, wire, sizeof wire);
	size_t first = 5 + ((size_t)(unsigned char)wire[3] << 8 | (unsigned char)wire[4]);
	cr_assert_lt(first, len, "it is one record only");
	tls_feed(tls, wire, first);
	cr_assert_eq(tls_read(tls, got, sizeof got), 0);
	cr_assert_eq(tls_state(tls), TLS_OPEN);
	cr_assert_not(tls_may_write(tls));
	tls_feed(tls, wire + first, len - first);
	cr_assert_eq(tls_read(tls, got, sizeof got), 0);
	cr_assert(tls_may_write(tls));
	cr_assert(tls_write(tls, "answer", 6));
	pump(tls, peer);
	size_t heard_len;
	const char *heard = tls_peer_heard(peer, &heard_len);
	cr_assert(heard_len == 6 && memcmp(heard, "answer", 6) == 0);
	tls_destroy(tls);
	tls_peer_destroy(peer);
	tls_context_destroy(context);
	tls_authority_remove(&authority);
}

/* New keys are agreed to, and a peer that only ever asks for them fills no memory. */
Test(tls, new_keys)
{
	static char wire[65536];
	char got[16];
	issue_all();
	struct tls_context *context = context_of("smsc.example", "ca.pem", NULL);
	struct tls_peer_options options = { .certificate = "server" };
	struct tls_peer *peer = tls_peer_create(&authority, &options);
	struct tls *tls = tls_create(context);
	pump(tls, peer);
	tls_peer_update_keys(peer);
	tls_peer_say(peer, "new", 3);
	pump(tls, peer);
	cr_assert_eq(tls_read(tls, got, sizeof got), 3);
	cr_assert(tls_write(tls, "answer", 6));
	pump(tls, peer);
	size_t heard_len;
	const char *heard = tls_peer_heard(peer, &heard_len);
	cr_assert(heard_len == 6 && memcmp(heard, "answer", 6) == 0);
	unsigned count = 0;
	for (; tls_state(tls) == TLS_OPEN; count++) {
		cr_assert_lt(count, 100000, "no bound");
		tls_peer_update_keys(peer);
		tls_feed(tls, wire, tls_peer_take(peer, wire, sizeof wire));
		cr_assert_eq(tls_read(tls, got, sizeof got), 0);
	}
	cr_assert_gt(count, 16, "some are fine");
	cr_assert_eq(tls_state(tls), TLS_FAILED);
	cr_assert_str_eq(tls_reason(tls), "The peer asks TLS for answers and does not read them");
	tls_destroy(tls);
	tls_peer_destroy(peer);
	tls_context_destroy(context);
	tls_authority_remove(&authority);
}
