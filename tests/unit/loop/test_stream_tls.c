/* SPDX-License-Identifier: Apache-2.0 */

/* A stream that speaks TLS, against the server's side of it on the other socket. */

#include "loop/tls.h"
#include "unit/loop/stream_pair.h"
#include "unit/loop/tls_peer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGE (8u * 1024u * 1024u)

static struct stream_pair pair;
static struct tls_authority authority;
static struct tls_context *context;

/* The peer: what it does in each turn. */
static struct {
	struct tls_peer *tls;
	bool is_deaf;     /* reads nothing from the socket */
	size_t at_most;   /* octets that it reads and writes a turn; 0 = all */
	char wire[65536]; /* on its way to the socket */
	size_t wire_len;
	size_t sent; /* of the owner's pattern, by write_on */
} peer;

static void read_socket(void)
{
	char octets[65536];
	size_t cap = peer.at_most ? peer.at_most : sizeof octets;
	while (!peer.is_deaf) {
		ssize_t len = recv(pair.peer, octets, cap, MSG_DONTWAIT);
		if (len <= 0)
			return;
		tls_peer_feed(peer.tls, octets, (size_t)len);
		if (peer.at_most)
			return;
	}
}

static void write_socket(void)
{
	for (;;) {
		if (peer.wire_len == 0)
			peer.wire_len = tls_peer_take(peer.tls, peer.wire, sizeof peer.wire);
		size_t len = peer.at_most && peer.at_most < peer.wire_len ? peer.at_most : peer.wire_len;
		ssize_t done = len ? send(pair.peer, peer.wire, len, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
		if (done <= 0)
			return;
		peer.wire_len -= (size_t)done;
		memmove(peer.wire, peer.wire + done, peer.wire_len);
		if (peer.at_most)
			return;
	}
}

static void each_turn(struct stream_pair *at)
{
	if (at->peer < 0 || peer.tls == NULL)
		return;
	read_socket();
	write_socket();
}

static void start_with(const struct tls_peer_options *peer_options)
{
	static const struct tls_certificate certificates[] = {
		{ "server", "IP:127.0.0.1", -1, 1 },
		{ "stranger", "DNS:elsewhere.example", -1, 1 },
		{ "client", TLS_MANY_NAMES, -1, 1 },
	};
	tls_authority_make(&authority);
	for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++)
		tls_authority_issue(&authority, &certificates[i]);
	struct tls_options options = { .server_name = "127.0.0.1", .ca = tls_authority_pem(&authority, "ca.pem") };
	if (peer_options->wants_client) {
		options.cert = tls_authority_pem(&authority, "client.pem");
		options.key = tls_authority_pem(&authority, "client.key");
	}
	context = tls_context_create(&options, NULL);
	cr_assert_not_null(context);
	stream_pair_open(&pair, PEER_TCP);
	stream_use_tls(pair.stream, context);
	pair.each_turn = each_turn;
	memset(&peer, 0, sizeof peer);
	peer.tls = tls_peer_create(&authority, peer_options);
}

static void start(const char *certificate)
{
	struct tls_peer_options options = { .certificate = certificate };
	start_with(&options);
}

static void finish(void)
{
	stream_pair_close(&pair);
	tls_peer_destroy(peer.tls);
	tls_context_destroy(context);
	tls_authority_remove(&authority);
}

static size_t heard_len(void)
{
	size_t len;
	(void)tls_peer_heard(peer.tls, &len);
	return len;
}

static bool is_pattern(const char *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (octets[i] != stream_pair_pattern(i))
			return false;
	return true;
}

static bool peer_heard_five(struct stream_pair *at)
{
	(void)at;
	return heard_len() == 5;
}

static bool received_five(struct stream_pair *at)
{
	return at->received_len == 5;
}

static bool peer_is_closed(struct stream_pair *at)
{
	(void)at;
	return tls_peer_is_closed(peer.tls);
}

Test(stream_tls, opens_talks_closes)
{
	static const size_t steps[] = { 0, 1, 7 };
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		start("server");
		peer.at_most = steps[i];
		stream_connect(pair.stream);
		cr_assert_eq(stream_write(pair.stream, "x", 1), 0, "connecting");
		stream_pair_run(&pair, "open", stream_pair_has_opened);
		cr_assert_eq(stream_write(pair.stream, "hello", 5), 5);
		stream_pair_run(&pair, "hello", peer_heard_five);
		tls_peer_say(peer.tls, "world", 5);
		stream_pair_run(&pair, "world", received_five);
		cr_assert_eq(memcmp(pair.received, "world", 5), 0);
		stream_close(pair.stream, false);
		stream_pair_run(&pair, "close", stream_pair_has_ended);
		cr_assert_str_eq(pair.reason, "closed by us");
		cr_assert_eq(stream_unsent(pair.stream), 0);
		stream_pair_run(&pair, "goodbye", peer_is_closed);
		cr_assert_eq(pair.opened, 1);
		cr_assert_eq(pair.ended, 1);
		finish();
	}
}

static bool has_received(struct stream_pair *at)
{
	return at->received_len > 0;
}

static bool both_are_open(struct stream_pair *at)
{
	return at->opened > 0 && tls_peer_is_open(peer.tls);
}

/* The same stream speaks TLS on each of its connections; what the peer says at once behind the handshake is heard. */
Test(stream_tls, connects_again)
{
	struct tls_peer_options options = { .certificate = "server" };
	start("server");
	for (unsigned again = 1; again <= 3; again++) {
		pair.ended = pair.opened = 0;
		pair.received_len = 0;
		stream_connect(pair.stream);
		stream_pair_run(&pair, "open", both_are_open);
		tls_peer_say(peer.tls, "ready", 5);
		tls_peer_close(peer.tls);
		stream_pair_run(&pair, "ready", stream_pair_has_ended);
		cr_assert(received_five(&pair) && memcmp(pair.received, "ready", 5) == 0);
		cr_assert_str_eq(pair.reason, "the peer closed the connection");
		close(pair.peer);
		pair.peer = -1;
		tls_peer_destroy(peer.tls);
		peer.tls = tls_peer_create(&authority, &options);
		peer.wire_len = 0;
	}
	finish();
}

/* How a connection may end that was never open, or was. */
static void cut(struct stream_pair *at)
{
	if (at->peer >= 0 && at->opened > 0 && tls_peer_is_open(peer.tls))
		shutdown(at->peer, SHUT_WR);
	each_turn(at);
}

static void cut_at_once(struct stream_pair *at)
{
	if (at->peer >= 0)
		shutdown(at->peer, SHUT_WR);
}

static void reset(struct stream_pair *at)
{
	each_turn(at);
	if (at->peer < 0 || at->opened == 0 || !tls_peer_is_open(peer.tls))
		return;
	struct linger linger = { .l_onoff = 1 };
	setsockopt(at->peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(at->peer);
	at->peer = -1;
	close(at->listener);
	at->listener = -1;
}

static void speak_clear(struct stream_pair *at)
{
	if (at->peer >= 0)
		(void)!send(at->peer, "\0\0\0\x10\x80\0\0\0\0\0\0\x03\0\0\0\0", 16, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void say_goodbye(struct stream_pair *at)
{
	if (tls_peer_is_open(peer.tls) && at->ended == 0)
		tls_peer_close(peer.tls);
	each_turn(at);
}

Test(stream_tls, ends)
{
	static const struct {
		const char *name;
		const char *certificate;
		void (*each_turn)(struct stream_pair *pair);
		unsigned want_opened;
		const char *want;
	} rows[] = {
		{ "goodbye", "server", say_goodbye, 1, "the peer closed the connection" },
		{ "cut", "server", cut, 1, "the peer cut the connection without the goodbye that TLS wants" },
		{ "reset", "server", reset, 1, "connection reset by peer" },
		{ "cut in the handshake", "server", cut_at_once, 0,
		  "the peer closed the connection during the TLS handshake" },
		{ "in clear", "server", speak_clear, 0,
		  "The peer does not speak TLS on this port (wrong version number)" },
		{ "wrong name", "stranger", each_turn, 0,
		  "The certificate is made out to “stranger”, not to 127.0.0.1; if that is the one, set "
		  "server_name" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start(rows[i].certificate);
		pair.each_turn = rows[i].each_turn;
		stream_connect(pair.stream);
		stream_pair_run(&pair, rows[i].name, stream_pair_has_ended);
		cr_expect_str_eq(pair.reason, rows[i].want, "%s: %s", rows[i].name, pair.reason);
		cr_expect_eq(pair.opened, rows[i].want_opened, "%s", rows[i].name);
		cr_expect_eq(pair.ended, 1, "%s", rows[i].name);
		finish();
	}
}

static bool has_accepted(struct stream_pair *at)
{
	return at->peer >= 0;
}

static bool always(struct stream_pair *at)
{
	(void)at;
	return true;
}

/* A handshake that does not come to its end is given up by the owner: whenever it likes, also by destroying the stream. */
Test(stream_tls, silent_handshake)
{
	static const char *const moments[] = { "closed", "reset", "destroyed" };
	for (unsigned moment = 0; moment < 3; moment++) {
		start("server");
		peer.is_deaf = true;
		stream_connect(pair.stream);
		stream_pair_run(&pair, "accepted", has_accepted);
		stream_pair_run(&pair, "a turn", always);
		cr_assert_eq(pair.opened, 0);
		if (moment < 2) {
			stream_close(pair.stream, moment == 1);
			stream_pair_run(&pair, moments[moment], stream_pair_has_ended);
			cr_assert_str_eq(pair.reason, "closed by us");
		} else {
			stream_destroy(pair.stream);
			pair.stream = NULL;
		}
		cr_assert_eq(pair.opened, 0, "%s", moments[moment]);
		finish();
	}
}

/* -- much -- */

static size_t offered; /* taken by the stream so far */

static void offer(void)
{
	static char octets[300000];
	while (offered < LARGE) {
		size_t len = LARGE - offered < sizeof octets ? LARGE - offered : sizeof octets;
		for (size_t i = 0; i < len; i++)
			octets[i] = stream_pair_pattern(offered + i);
		size_t taken = stream_write(pair.stream, octets, len);
		offered += taken;
		if (taken < len)
			return;
	}
}

static void write_and_say(struct stream_pair *at)
{
	static char octets[16384];
	if (at->opened > 0 && at->ended == 0)
		offer();
	for (unsigned i = 0; i < 8 && tls_peer_is_open(peer.tls) && peer.sent < LARGE; i++) {
		for (size_t j = 0; j < sizeof octets; j++)
			octets[j] = stream_pair_pattern(peer.sent + j);
		tls_peer_say(peer.tls, octets, sizeof octets);
		peer.sent += sizeof octets;
	}
	each_turn(at);
}

static bool both_have_all(struct stream_pair *at)
{
	return at->received_len == LARGE && heard_len() == LARGE;
}

Test(stream_tls, much_both_ways)
{
	start("server");
	offered = 0;
	pair.each_turn = write_and_say;
	stream_connect(pair.stream);
	stream_pair_run(&pair, "all", both_have_all);
	size_t len;
	const char *heard = tls_peer_heard(peer.tls, &len);
	cr_assert(is_pattern(heard, len));
	cr_assert(is_pattern(pair.received, pair.received_len));
	cr_assert_eq(pair.ended, 0);
	finish();
}

static bool peer_heard_all(struct stream_pair *at)
{
	(void)at;
	return heard_len() == 200;
}

static bool was_put_off;

/* An octet in each turn, as far as it is taken. */
static void offer_one(struct stream_pair *at)
{
	each_turn(at);
	if (at->opened == 0 || offered == 200)
		return;
	char octet = stream_pair_pattern(offered);
	size_t taken = stream_write(at->stream, &octet, 1);
	was_put_off = was_put_off || taken == 0;
	offered += taken;
}

/* Its ticket dribbles in while we write: some of that must wait, and all arrives. */
Test(stream_tls, a_ticket_in_parts)
{
	struct tls_peer_options options = { .certificate = "server", .wants_client = true, .sends_ticket = true };
	start_with(&options);
	offered = 0;
	peer.at_most = 100;
	pair.each_turn = offer_one;
	stream_connect(pair.stream);
	stream_pair_run(&pair, "all", peer_heard_all);
	size_t len;
	const char *heard = tls_peer_heard(peer.tls, &len);
	cr_assert(is_pattern(heard, len));
	cr_assert(was_put_off);
	cr_assert_gt(pair.writable, 0);
	cr_assert_eq(pair.ended, 0);
	finish();
}

static void only_offer(struct stream_pair *at)
{
	each_turn(at);
	if (at->opened > 0 && at->ended == 0) {
		peer.is_deaf = true;
		offer();
	}
}

static size_t stood_at;
static unsigned stood_for;

/* The kernel's buffers are full: nothing is taken any more. */
static bool stands(struct stream_pair *at)
{
	stood_for = at->opened > 0 && offered == stood_at && offered > 0 ? stood_for + 1 : 0;
	stood_at = offered;
	return stood_for == 50;
}

static void listen_again(struct stream_pair *at)
{
	peer.is_deaf = false;
	each_turn(at);
}

static bool heard_all_taken(struct stream_pair *at)
{
	(void)at;
	return heard_len() == offered;
}

/* A peer that does not read: what is taken stays within what the kernel holds and some records; what was taken arrives when it
 * reads again; where the connection ends meanwhile nothing of it is claimed to be surely unsent. */
Test(stream_tls, a_peer_that_does_not_read)
{
	for (unsigned ends = 0; ends < 3; ends++) {
		start("server");
		offered = stood_at = stood_for = 0;
		pair.each_turn = only_offer;
		stream_connect(pair.stream);
		stream_pair_run(&pair, "full", stands);
		cr_assert_lt(offered, LARGE, "more than buffers hold");
		cr_assert_eq(stream_write(pair.stream, "x", 1), 0);
		if (ends == 0) {
			pair.each_turn = listen_again;
			stream_pair_run(&pair, "all taken", heard_all_taken);
			cr_assert_gt(pair.writable, 0);
			size_t len;
			const char *heard = tls_peer_heard(peer.tls, &len);
			cr_assert(is_pattern(heard, len));
		} else {
			stream_close(pair.stream, ends == 2);
			stream_pair_run(&pair, "closed", stream_pair_has_ended);
			cr_assert_eq(stream_unsent(pair.stream), 0);
		}
		finish();
	}
}

/* The owner ends it in the middle of what comes: nothing comes after that. */
static void close_on_octets(struct stream_pair *at)
{
	at->in_downcall = true;
	stream_close(at->stream, false);
	at->in_downcall = false;
}

static void say_much_at_once(struct stream_pair *at)
{
	static const char octets[16384];
	for (; tls_peer_is_open(peer.tls) && peer.sent < 64 * sizeof octets; peer.sent += sizeof octets)
		tls_peer_say(peer.tls, octets, sizeof octets);
	each_turn(at);
}

Test(stream_tls, closed_by_an_upcall)
{
	start("server");
	pair.on_octets = close_on_octets;
	pair.each_turn = say_much_at_once;
	stream_connect(pair.stream);
	stream_pair_run(&pair, "ended", stream_pair_has_ended);
	size_t received = pair.received_len;
	for (unsigned i = 0; i < 20; i++)
		stream_pair_run(&pair, "a turn", always);
	cr_assert_eq(pair.received_len, received);
	cr_assert(has_received(&pair));
	cr_assert_eq(pair.ended, 1);
	finish();
}
