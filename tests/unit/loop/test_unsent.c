/* SPDX-License-Identifier: Apache-2.0 */

/* What of the octets that a stream took never left, held against what the other end has got. The loopback is at once:
 * what has left the one socket is in the other one. */

#include "unit/loop/stream_pair.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST (64 * 1024 * 1024)

static struct stream_pair pair;
static size_t taken;
static mono_us until_at;

/* More than the kernel takes, to a peer that reads nothing. */
static void fill(size_t most)
{
	static char octets[1024 * 1024];
	size_t took;
	taken = 0;
	do {
		size_t len = most - taken < sizeof octets ? most - taken : sizeof octets;
		took = stream_write(pair.stream, octets, len);
		taken += took;
	} while (took > 0 && taken < most);
}

static size_t arrived(void)
{
	int octets = 0;
	cr_assert_eq(ioctl(pair.peer, FIONREAD, &octets), 0);
	return (size_t)octets;
}

static void reset_by_peer(void)
{
	const struct linger at_once = { .l_onoff = 1 };
	setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(pair.peer);
	pair.peer = -1;
}

static bool has_time_come(struct stream_pair *at)
{
	return loop_now(at->loop).mono >= until_at;
}

static void stand_still(mono_us span_us)
{
	until_at = loop_now(pair.loop).mono + span_us;
	stream_pair_run(&pair, "time passes", has_time_come);
}

/* All that comes until the end. */
static size_t read_rest(void)
{
	char octets[65536];
	size_t sum = 0;
	ssize_t len;
	while ((len = recv(pair.peer, octets, sizeof octets, MSG_DONTWAIT)) > 0 || (len < 0 && errno == EAGAIN))
		sum += len > 0 ? (size_t)len : 0;
	return sum;
}

static void start(enum stream_peer kind, size_t most)
{
	stream_pair_open(&pair, kind);
	stream_pair_connect(&pair);
	fill(most);
	cr_assert_lt(taken, (size_t)MOST, "the kernel takes everything");
}

Test(unsent, the_peer_resets)
{
	start(PEER_TCP, MOST);
	size_t left = arrived();
	cr_assert_lt(left, taken);
	reset_by_peer();
	stream_pair_run(&pair, "end", stream_pair_has_ended);
	cr_assert_eq(stream_unsent(pair.stream), taken - left, "%zu of %zu, and %zu had left",
		     stream_unsent(pair.stream), taken, left);
	stream_pair_close(&pair);
}

/* Nothing has left for a while, and a reset keeps the rest from leaving. */
Test(unsent, abandoned_after_silence)
{
	start(PEER_TCP, MOST);
	stand_still(1300 * US_PER_MS);
	size_t left = arrived();
	stream_close(pair.stream, true);
	stream_pair_run(&pair, "end", stream_pair_has_ended);
	size_t unsent = stream_unsent(pair.stream);
	cr_assert_leq(unsent, taken - left, "%zu of %zu, and %zu had left", unsent, taken, left);
	cr_assert_geq(unsent + 65536, taken - left, "%zu of %zu, and %zu had left", unsent, taken, left);
	stream_pair_close(&pair);
}

/* In the middle of it nothing is sure but what the kernel has not got. */
Test(unsent, abandoned_at_once)
{
	start(PEER_TCP, MOST);
	size_t left = arrived();
	stream_close(pair.stream, true);
	stream_pair_run(&pair, "end", stream_pair_has_ended);
	cr_assert_leq(stream_unsent(pair.stream), 65536);
	cr_assert_leq(stream_unsent(pair.stream), taken - left);
	stream_pair_close(&pair);
}

/* In order: all that the kernel has got arrives, and no octet more. */
Test(unsent, closed_in_order)
{
	static const struct {
		const char *name;
		enum stream_peer kind;
		size_t most;
	} rows[] = {
		{ "TCP", PEER_TCP, MOST },
		{ "unix", PEER_UNIX, MOST },
		{ "a little", PEER_TCP, 100 },
		{ "nothing", PEER_TCP, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		start(rows[i].kind, rows[i].most);
		stream_close(pair.stream, false);
		stream_pair_run(&pair, "end", stream_pair_has_ended);
		size_t unsent = stream_unsent(pair.stream);
		cr_assert_eq(unsent > 0, rows[i].most == MOST, "%s: %zu", rows[i].name, unsent);
		size_t got = read_rest();
		cr_assert_eq(got + unsent, taken, "%s: %zu unsent of %zu, %zu arrived", rows[i].name, unsent, taken,
			     got);
		stream_pair_close(&pair);
	}
}

/* The next connection knows nothing of it. */
Test(unsent, connects_again)
{
	start(PEER_TCP, MOST);
	reset_by_peer();
	stream_pair_run(&pair, "end", stream_pair_has_ended);
	cr_assert_gt(stream_unsent(pair.stream), 0);
	stream_connect(pair.stream);
	cr_assert_eq(stream_unsent(pair.stream), 0);
	stream_pair_close(&pair);
}
