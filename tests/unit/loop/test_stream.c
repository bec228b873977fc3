/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/stream.h"

#include "unit/loop/stream_pair.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct stream_pair pair;

Test(stream, address_parse)
{
	static const struct row {
		const char *text;
		enum err want;
		const char *want_host;
		uint16_t want_port;
	} rows[] = {
		{ "127.0.0.1:2775", ERR_OK, "127.0.0.1", 2775 },
		{ "smsc.example.com:65535", ERR_OK, "smsc.example.com", 65535 },
		{ "[::1]:2775", ERR_OK, "::1", 2775 },
		{ "unix:/run/redis.sock", ERR_OK, "/run/redis.sock", 0 },
		{ "unix:///run/redis.sock", ERR_OK, "/run/redis.sock", 0 },
		{ "unix:", ERR_RANGE, NULL, 0 },
		{ "unix:/"
		  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
		  "789012345",
		  ERR_OK,
		  "/012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
		  "9012345",
		  0 },
		{ "unix:/"
		  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
		  "7890123456",
		  ERR_RANGE, NULL, 0 },
		{ "", ERR_FORMAT, NULL, 0 },
		{ "localhost", ERR_FORMAT, NULL, 0 },
		{ ":2775", ERR_RANGE, NULL, 0 },
		{ "[]:2775", ERR_RANGE, NULL, 0 },
		{ "host:", ERR_RANGE, NULL, 0 },
		{ "host:0", ERR_RANGE, NULL, 0 },
		{ "host:65536", ERR_RANGE, NULL, 0 },
		{ "host:27 75", ERR_RANGE, NULL, 0 },
		{ "host:+1", ERR_RANGE, NULL, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stream_address address = { .host = "as before", .port = 7 };
		struct err_at at = { .err = ERR_OK };
		/* A block of just its size: a sanitizer sees what reads on. */
		size_t len = strlen(rows[i].text);
		char *text = malloc(len ? len : 1);
		memcpy(text, rows[i].text, len);
		cr_assert_eq(stream_address_parse((struct slice){ text, len }, &address, &at), rows[i].want, "%s",
			     rows[i].text);
		cr_assert_eq(at.err, rows[i].want, "%s", rows[i].text);
		cr_assert_str_eq(address.host, rows[i].want_host ? rows[i].want_host : "as before", "%s", rows[i].text);
		cr_assert_eq(address.port, rows[i].want_host ? rows[i].want_port : 7, "%s", rows[i].text);
		cr_assert(rows[i].want == ERR_OK || at.text[0] != '\0', "%s", rows[i].text);
		free(text);
	}
	char host[300];
	memset(host, 'h', sizeof host);
	memcpy(host + 256, ":1", 3);
	struct stream_address address;
	cr_assert_eq(stream_address_parse(slice_of(host), &address, NULL), ERR_RANGE, "256 octets");
	cr_assert_eq(stream_address_parse(slice_of(host + 1), &address, NULL), ERR_OK, "255 octets");
}

/* -- connecting -- */

Test(stream, connects)
{
	static const struct {
		const char *name;
		enum stream_peer kind;
	} rows[] = { { "TCP", PEER_TCP }, { "unix", PEER_UNIX } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stream_pair_open(&pair, rows[i].kind);
		cr_assert_not(stream_is_open(pair.stream), "%s", rows[i].name);
		cr_assert_eq(stream_write(pair.stream, "x", 1), 0, "%s: not connected", rows[i].name);
		stream_connect(pair.stream);
		cr_assert_eq(stream_write(pair.stream, "x", 1), 0, "%s: connecting", rows[i].name);
		stream_pair_run(&pair, rows[i].name, stream_pair_has_peer);
		cr_assert(stream_is_open(pair.stream), "%s", rows[i].name);
		cr_assert_eq(pair.opened, 1, "%s", rows[i].name);
		stream_pair_close(&pair);
	}
}

static bool always(struct stream_pair *at)
{
	(void)at;
	return true;
}

/* What can't be reached ends once, outside of the call, and may be tried again with the same stream. */
Test(stream, connect_fails)
{
	static const struct {
		const char *name;
		enum stream_peer kind;
		const char *want;
	} rows[] = {
		{ "nobody listens", PEER_NONE, "connection refused" },
		{ "no such file", PEER_NO_FILE, "no such file or directory" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stream_pair_open(&pair, rows[i].kind);
		for (unsigned again = 1; again <= 3; again++) {
			pair.ended = 0;
			pair.in_downcall = true;
			stream_connect(pair.stream);
			pair.in_downcall = false;
			stream_pair_run(&pair, rows[i].name, stream_pair_has_ended);
			cr_assert_str_eq(pair.reason, rows[i].want, "%s", rows[i].name);
			stream_pair_run(&pair, rows[i].name, always);
			cr_assert_eq(pair.ended, 1, "%s", rows[i].name);
		}
		cr_assert_eq(pair.opened, 0, "%s", rows[i].name);
		stream_pair_close(&pair);
	}
}

/* Gone at any moment: no upcall comes, no handle is left. */
Test(stream, destroyed_at_any_moment)
{
	for (unsigned moment = 0; moment < 5; moment++) {
		stream_pair_open(&pair, moment == 4 ? PEER_UNIX : PEER_TCP);
		if (moment == 1 || moment == 4)
			stream_connect(pair.stream);
		if (moment == 2 || moment == 3)
			stream_pair_connect(&pair);
		if (moment == 3)
			stream_close(pair.stream, false); /* on_end would come in the next turn */
		stream_destroy(pair.stream);
		pair.stream = NULL;
		pair.in_downcall = true;
		stream_pair_run(&pair, "a turn", always);
		stream_pair_run(&pair, "another turn", always);
		cr_assert_eq(pair.ended, 0, "moment %u", moment);
		stream_pair_close(&pair);
	}
	stream_destroy(NULL);
}

/* -- octets -- */

static size_t to_send;

static bool has_received_all(struct stream_pair *at)
{
	return at->received_len >= to_send;
}

static char *pattern(size_t len)
{
	char *octets = malloc(len);
	cr_assert_not_null(octets);
	for (size_t i = 0; i < len; i++)
		octets[i] = stream_pair_pattern(i);
	return octets;
}

static void assert_pattern(const char *octets, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++) {
		if (octets[i] != stream_pair_pattern(i))
			cr_assert_fail("%s: octet %zu is wrong", name, i);
	}
}

static size_t peer_sent;
static const char *peer_octets;

static void peer_sends(struct stream_pair *at)
{
	while (peer_sent < to_send) {
		ssize_t wrote = send(at->peer, peer_octets + peer_sent, to_send - peer_sent, MSG_NOSIGNAL);
		if (wrote < 0) {
			cr_assert_eq(errno, EAGAIN);
			return;
		}
		peer_sent += (size_t)wrote;
	}
}

Test(stream, receives)
{
	static const struct {
		const char *name;
		enum stream_peer kind;
		size_t len;
	} rows[] = { { "one octet", PEER_TCP, 1 },
		     { "much", PEER_TCP, 3000000 },
		     { "much, unix", PEER_UNIX, 3000000 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stream_pair_open(&pair, rows[i].kind);
		stream_pair_connect(&pair);
		char *octets = pattern(rows[i].len);
		peer_octets = octets;
		peer_sent = 0;
		to_send = rows[i].len;
		pair.each_turn = peer_sends;
		stream_pair_run(&pair, rows[i].name, has_received_all);
		cr_assert_eq(pair.received_len, rows[i].len, "%s", rows[i].name);
		assert_pattern(pair.received, rows[i].len, rows[i].name);
		free(octets);
		stream_pair_close(&pair);
	}
}

static unsigned quiet_turns;

static bool has_been_quiet(struct stream_pair *at)
{
	static size_t before;
	quiet_turns = at->received_len == before ? quiet_turns + 1 : 0;
	before = at->received_len;
	return quiet_turns >= 20 && peer_sent > 0;
}

/* Paused: nothing more comes, and the peer has to wait; then all of it comes. */
Test(stream, pauses)
{
	enum { LEN = 16 * 1024 * 1024 };
	stream_pair_open(&pair, PEER_TCP);
	stream_pair_connect(&pair);
	char *octets = pattern(LEN);
	peer_octets = octets;
	peer_sent = 0;
	to_send = LEN;
	stream_pause(pair.stream, true);
	stream_pause(pair.stream, true);
	pair.each_turn = peer_sends;
	stream_pair_run(&pair, "paused", has_been_quiet);
	cr_assert_eq(pair.received_len, 0);
	cr_assert_lt(peer_sent, LEN, "the kernel's buffers hold less than that");
	stream_pause(pair.stream, false);
	stream_pair_run(&pair, "resumed", has_received_all);
	assert_pattern(pair.received, LEN, "resumed");
	free(octets);
	stream_pair_close(&pair);
}

/* -- writing -- */

static char *sent_octets;
static size_t sent;
static size_t peer_read;
static char *peer_room;
static unsigned partial;

/* A slow reader: some octets in each turn. */
static void peer_reads_slowly(struct stream_pair *at)
{
	ssize_t got = recv(at->peer, peer_room + peer_read, 200000, 0);
	if (got > 0)
		peer_read += (size_t)got;
}

static void write_more(struct stream_pair *at)
{
	static unsigned writable_before;
	peer_reads_slowly(at);
	if (sent == to_send || (sent > 0 && at->writable == writable_before))
		return;
	writable_before = at->writable;
	size_t taken = stream_write(at->stream, sent_octets + sent, to_send - sent);
	cr_assert_leq(taken, to_send - sent);
	sent += taken;
	partial += sent < to_send;
	if (sent < to_send)
		cr_assert_eq(stream_write(at->stream, "never", 5), 0, "its own buffer is full");
}

static bool has_peer_read_all(struct stream_pair *at)
{
	(void)at;
	return peer_read >= to_send;
}

/* All octets arrive in order, however often only a part is taken. */
Test(stream, writes_to_a_slow_reader)
{
	static const struct {
		const char *name;
		enum stream_peer kind;
		size_t len;
	} rows[] = { { "TCP", PEER_TCP, 24 * 1024 * 1024 }, { "unix", PEER_UNIX, 8 * 1024 * 1024 } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		to_send = rows[i].len;
		sent_octets = pattern(to_send);
		peer_room = malloc(to_send + 200000);
		sent = peer_read = 0;
		partial = 0;
		stream_pair_open(&pair, rows[i].kind);
		stream_pair_connect(&pair);
		cr_assert_eq(stream_write(pair.stream, "", 0), 0);
		pair.each_turn = write_more;
		stream_pair_run(&pair, rows[i].name, has_peer_read_all);
		cr_assert_gt(partial, 1, "%s: it was all taken at once, which tests nothing", rows[i].name);
		cr_assert_eq(peer_read, to_send, "%s", rows[i].name);
		assert_pattern(peer_room, to_send, rows[i].name);
		free(sent_octets);
		free(peer_room);
		stream_pair_close(&pair);
	}
}

/* -- ends -- */

static void peer_closes(struct stream_pair *at)
{
	close(at->peer);
	at->peer = -1;
	close(at->listener);
	at->listener = -1;
}

static void peer_half_closes(struct stream_pair *at)
{
	shutdown(at->peer, SHUT_WR);
}

static void peer_resets(struct stream_pair *at)
{
	struct linger linger = { .l_onoff = 1 };
	setsockopt(at->peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	peer_closes(at);
}

static void peer_says_goodbye(struct stream_pair *at)
{
	cr_assert_eq(send(at->peer, "goodbye", 7, MSG_NOSIGNAL), 7);
	peer_closes(at);
}

static void we_close(struct stream_pair *at)
{
	at->in_downcall = true;
	stream_close(at->stream, false);
	stream_close(at->stream, true); /* once is enough */
	at->in_downcall = false;
}

Test(stream, ends)
{
	static const struct {
		const char *name;
		enum stream_peer kind;
		void (*act)(struct stream_pair *at);
		const char *want;
		const char *want_octets;
	} rows[] = {
		{ "the peer closes", PEER_TCP, peer_closes, "the peer closed the connection", "" },
		{ "the peer closes, unix", PEER_UNIX, peer_closes, "the peer closed the connection", "" },
		{ "the peer closes its half", PEER_TCP, peer_half_closes, "the peer closed the connection", "" },
		{ "the peer resets", PEER_TCP, peer_resets, "connection reset by peer", "" },
		{ "last words", PEER_TCP, peer_says_goodbye, "the peer closed the connection", "goodbye" },
		{ "we close", PEER_TCP, we_close, "closed by us", "" },
		{ "we close, unix", PEER_UNIX, we_close, "closed by us", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stream_pair_open(&pair, rows[i].kind);
		stream_pair_connect(&pair);
		rows[i].act(&pair);
		stream_pair_run(&pair, rows[i].name, stream_pair_has_ended);
		stream_pair_run(&pair, rows[i].name, always);
		cr_assert_eq(pair.ended, 1, "%s", rows[i].name);
		cr_assert_str_eq(pair.reason, rows[i].want, "%s", rows[i].name);
		cr_assert(slice_is((struct slice){ pair.received, pair.received_len }, rows[i].want_octets), "%s",
			  rows[i].name);
		cr_assert_eq(stream_write(pair.stream, "x", 1), 0, "%s", rows[i].name);
		stream_close(pair.stream, false); /* with no connection it does nothing */
		stream_pair_run(&pair, rows[i].name, always);
		cr_assert_eq(pair.ended, 1, "%s", rows[i].name);
		stream_pair_close(&pair);
	}
}

static bool has_reset;
static bool has_eof;

static void peer_reads_to_the_end(struct stream_pair *at)
{
	char room[65536];
	ssize_t got;
	if (has_eof || has_reset)
		return; /* a reset is told once; after it a socket reads as ended */
	while ((got = recv(at->peer, room, sizeof room, 0)) > 0)
		peer_read += (size_t)got;
	has_eof = got == 0;
	has_reset = got < 0 && errno == ECONNRESET;
}

static bool has_peer_ended(struct stream_pair *at)
{
	return at->ended > 0 && (has_eof || has_reset);
}

/* Closed in order, what the kernel took still arrives; aborted, the peer sees a reset. */
Test(stream, close_and_abort)
{
	for (unsigned abort = 0; abort < 2; abort++) {
		has_eof = has_reset = false;
		peer_read = 0;
		stream_pair_open(&pair, PEER_TCP);
		stream_pair_connect(&pair);
		cr_assert_eq(stream_write(pair.stream, "last words", 10), 10);
		stream_close(pair.stream, abort);
		cr_assert_not(stream_is_open(pair.stream));
		pair.each_turn = peer_reads_to_the_end;
		stream_pair_run(&pair, abort ? "abort" : "close", has_peer_ended);
		cr_assert_eq(has_reset, abort);
		cr_assert_eq(has_eof, !abort);
		cr_assert(abort || peer_read == 10);
		stream_pair_close(&pair);
	}
}

static void connect_again(struct stream_pair *at)
{
	close(at->peer);
	at->peer = -1;
	stream_connect(at->stream); /* legal in on_end */
}

static bool has_opened_twice(struct stream_pair *at)
{
	return at->opened == 2 && at->peer >= 0;
}

Test(stream, connects_again)
{
	stream_pair_open(&pair, PEER_TCP);
	stream_pair_connect(&pair);
	stream_pause(pair.stream, true); /* of the first connection only */
	pair.on_end = connect_again;
	stream_close(pair.stream, false);
	stream_pair_run(&pair, "second connection", has_opened_twice);
	peer_octets = "hello";
	peer_sent = 0;
	to_send = 5;
	pair.each_turn = peer_sends;
	stream_pair_run(&pair, "octets on the second connection", has_received_all);
	cr_assert_eq(memcmp(pair.received, "hello", 5), 0);
	stream_pair_close(&pair);
}

static void close_at_once(struct stream_pair *at)
{
	stream_close(at->stream, true);
}

/* Closed in the upcall that brings octets: no further octets, one end. */
Test(stream, closes_in_an_upcall)
{
	stream_pair_open(&pair, PEER_TCP);
	stream_pair_connect(&pair);
	pair.on_octets = close_at_once;
	cr_assert_eq(send(pair.peer, "a", 1, MSG_NOSIGNAL), 1);
	stream_pair_run(&pair, "end", stream_pair_has_ended);
	cr_assert_eq(pair.received_len, 1);
	cr_assert_str_eq(pair.reason, "closed by us");
	stream_pair_close(&pair);
}

static void peer_resets_while_we_write(struct stream_pair *at)
{
	if (at->peer >= 0)
		peer_resets(at);
	stream_write(at->stream, sent_octets, 1000000);
}

/* A connection that breaks while octets wait to be written ends once. */
Test(stream, breaks_while_writing)
{
	sent_octets = calloc(1, 1000000);
	for (unsigned i = 0; i < 10; i++) {
		stream_pair_open(&pair, i % 2 ? PEER_UNIX : PEER_TCP);
		stream_pair_connect(&pair);
		while (stream_write(pair.stream, sent_octets, 1000000) == 1000000)
			;
		pair.each_turn = peer_resets_while_we_write;
		stream_pair_run(&pair, "end", stream_pair_has_ended);
		pair.each_turn = NULL;
		stream_pair_run(&pair, "a turn", always);
		cr_assert_eq(pair.ended, 1);
		stream_pair_close(&pair);
	}
	free(sent_octets);
}
