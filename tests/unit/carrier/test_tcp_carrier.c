/* SPDX-License-Identifier: Apache-2.0 */

/* The life of links, against a peer that the test plays with plain sockets. What every carrier keeps about submits is said
 * by the contract test. */

#include "carrier/tcp_carrier.h"

#include "wire/smpp/smpp_dialect.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define GUARD_US      (60 * (mono_us)US_PER_S)
#define LINKS         2
#define BIND_REFUSED  0x0E /* ESME_RINVPASWD */
#define BIND_RETRY    0x08 /* ESME_RSYSERR */
#define BIND_FAILED   0x0D /* ESME_RBINDFAIL */
#define HEADER_OCTETS 16

static struct rig {
	struct loop *loop;
	struct loop_member member;
	struct carrier *carrier;
	struct smpp_account account;
	struct tcp_carrier_options options;
	int listener;
	int peers[LINKS];
	unsigned accepted;    /* connections so far */
	uint32_t bind_status; /* of our answer; UINT32_MAX = none comes */

	unsigned told;
	enum carrier_state state;
	char reason[160];
	unsigned credits;
	unsigned closed;

	bool (*until)(void);
	mono_us guard;
	bool timed_out;
} rig;

/* -- the peer -- */

static void put_u32(uint8_t *out, uint32_t value)
{
	out[0] = (uint8_t)(value >> 24);
	out[1] = (uint8_t)(value >> 16);
	out[2] = (uint8_t)(value >> 8);
	out[3] = (uint8_t)value;
}

/* A bind_transceiver_resp (SMPP 3.4 §4.1.6); the first request on a connection has the sequence_number 1. */
static void answer_bind(int fd)
{
	uint8_t answer[HEADER_OCTETS + 1] = { 0 };
	size_t len = rig.bind_status == 0 ? sizeof answer : HEADER_OCTETS;
	put_u32(answer, (uint32_t)len);
	put_u32(answer + 4, 0x80000009);
	put_u32(answer + 8, rig.bind_status);
	put_u32(answer + 12, 1);
	cr_assert_eq(send(fd, answer, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void play_peer(void)
{
	int fd = rig.listener >= 0 ? accept4(rig.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
	if (fd >= 0) {
		if (rig.bind_status != UINT32_MAX)
			answer_bind(fd);
		unsigned place = rig.accepted++ % LINKS;
		if (rig.peers[place] >= 0)
			close(rig.peers[place]);
		rig.peers[place] = fd;
	}
	for (unsigned i = 0; i < LINKS; i++) {
		char room[512];
		if (rig.peers[i] < 0 || recv(rig.peers[i], room, sizeof room, 0) != 0)
			continue;
		close(rig.peers[i]);
		rig.peers[i] = -1;
	}
}

/* -- the carrier's owner -- */

static void on_state(void *ctx, enum carrier_state state, const char *reason)
{
	(void)ctx;
	rig.told++;
	rig.state = state;
	snprintf(rig.reason, sizeof rig.reason, "%s", reason);
}

static void on_credit(void *ctx)
{
	(void)ctx;
	rig.credits++;
}

static void on_closed(void *ctx)
{
	(void)ctx;
	rig.closed++;
}

static void turn(void *ctx, struct now now)
{
	(void)ctx;
	play_peer();
	if (!rig.until() && now.mono < rig.guard)
		return;
	rig.timed_out = now.mono >= rig.guard;
	loop_stop(rig.loop);
}

static mono_us next_deadline(void *ctx)
{
	(void)ctx;
	return loop_now(rig.loop).mono + US_PER_MS;
}

static void run(const char *what, bool (*until)(void))
{
	rig.until = until;
	rig.guard = loop_now(rig.loop).mono + GUARD_US;
	loop_run(rig.loop);
	cr_assert_not(rig.timed_out, "%s: it did not come to that; state %d, %s", what, rig.state, rig.reason);
}

static void set_up(bool listens, uint32_t bind_status)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	rig = (struct rig){ .bind_status = bind_status, .peers = { -1, -1 } };
	rig.loop = loop_create();
	rig.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	cr_assert(bind(rig.listener, (struct sockaddr *)&address, sizeof address) == 0);
	cr_assert(getsockname(rig.listener, (struct sockaddr *)&address, &len) == 0);
	if (listens) {
		cr_assert(listen(rig.listener, 8) == 0);
	} else {
		close(rig.listener);
		rig.listener = -1;
	}
	smpp_account_init(&rig.account);
	rig.account.system_id = "hongyan";
	cr_assert_eq(smpp_account_prepare(&rig.account, NULL), ERR_OK);
	static const struct log quiet = { .least = LOG_LEVEL_COUNT };
	rig.options = (struct tcp_carrier_options){
		.name = "cmcc",
		.address = { .host = "127.0.0.1", .port = ntohs(address.sin_port) },
		.dialect = &smpp_dialect,
		.dialect_account = &rig.account,
		.takes_submits = true,
		.links = LINKS,
		.connect_timeout_us = 2 * US_PER_S,
		.reconnect = { .min_us = 10 * US_PER_MS, .max_us = 40 * US_PER_MS, .refused_max_us = US_PER_S },
		.jitter_seed = 1,
		.log = &quiet,
		.session = {
			.window = 10,
			.late_max = 10,
			.bind_timeout_us = 100 * US_PER_MS,
			.response_timeout_us = US_PER_S,
			.keepalive_us = US_PER_S,
			.keepalive_timeout_us = US_PER_S,
			.frame_timeout_us = US_PER_S,
			.write_timeout_us = US_PER_S,
			.unbind_timeout_us = 100 * US_PER_MS,
			.out_octets = SESSION_OUT_OCTETS_MIN,
		},
	};
	rig.carrier = tcp_carrier_create(rig.loop, &rig.options);
	cr_assert_not_null(rig.carrier);
	cr_assert_str_eq(rig.carrier->name, "cmcc");
	rig.member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline };
	loop_add(rig.loop, &rig.member);
}

static void open_carrier(void)
{
	static const struct carrier_events events = {
		.on_state = on_state,
		.on_credit = on_credit,
		.on_closed = on_closed,
	};
	rig.carrier->ops->open(rig.carrier, &events, NULL);
}

static bool has_closed(void)
{
	return rig.closed == 1;
}

static void tear_down(mono_us grace_us)
{
	rig.carrier->ops->close(rig.carrier, grace_us);
	run("close", has_closed);
	rig.carrier->ops->destroy(rig.carrier);
	loop_remove(&rig.member);
	loop_destroy(rig.loop);
	for (unsigned i = 0; i < LINKS; i++) {
		if (rig.peers[i] >= 0)
			close(rig.peers[i]);
	}
	if (rig.listener >= 0)
		close(rig.listener);
}

/* -- tests -- */

static bool has_told(void)
{
	return rig.told > 0;
}

/* Each was refused, one was once more, and each is bound. */
static bool has_all_bound(void)
{
	return rig.accepted >= 2 * LINKS + 1 && rig.state == CARRIER_UP;
}

static bool is_up(void)
{
	return rig.state == CARRIER_UP && rig.accepted >= LINKS && rig.carrier->ops->credit(rig.carrier) == 20;
}

static bool is_refused(void)
{
	return rig.state == CARRIER_REFUSED;
}

static bool has_come_ten_times(void)
{
	return rig.accepted >= 10;
}

static mono_us rest_until;

static bool has_rested(void)
{
	return loop_now(rig.loop).mono >= rest_until;
}

static void rest(mono_us span_us)
{
	rest_until = loop_now(rig.loop).mono + span_us;
	run("rest", has_rested);
}

Test(tcp_carrier, destroyed_unopened)
{
	set_up(true, 0);
	rig.carrier->ops->destroy(rig.carrier);
	loop_remove(&rig.member);
	loop_destroy(rig.loop);
	close(rig.listener);
}

/* That nobody is there is told once, with its reason, and tried again and again. */
Test(tcp_carrier, nobody_listens)
{
	set_up(false, 0);
	open_carrier();
	run("told", has_told);
	cr_assert_eq(rig.state, CARRIER_DOWN);
	cr_assert_str_eq(rig.reason, "connection refused");
	rest(100 * US_PER_MS);
	cr_assert_eq(rig.told, 1, "the same again is no news");
	cr_assert_eq(rig.carrier->ops->credit(rig.carrier), 0);
	tear_down(0);
}

Test(tcp_carrier, comes_up_and_comes_back)
{
	set_up(true, 0);
	open_carrier();
	run("up", is_up);
	for (unsigned i = 0; i < 3; i++) {
		unsigned before = rig.accepted;
		for (unsigned k = 0; k < LINKS; k++) {
			close(rig.peers[k]);
			rig.peers[k] = -1;
		}
		rig.state = CARRIER_DOWN;
		run("up again", is_up);
		cr_assert_geq(rig.accepted, before + LINKS);
	}
	cr_assert_geq(rig.credits, 4 * LINKS);
	tear_down(US_PER_S);
	cr_assert_eq(rig.closed, 1);
}

/* Credentials that are refused are not tried again: a human is needed, and the carrier would lock us out. */
Test(tcp_carrier, refused)
{
	set_up(true, BIND_REFUSED);
	open_carrier();
	run("refused", is_refused);
	cr_assert_not_null(strstr(rig.reason, "RINVPASWD"), "%s", rig.reason);
	rest(300 * US_PER_MS);
	cr_assert_eq(rig.accepted, LINKS, "each link tries once");
	cr_assert_eq(rig.state, CARRIER_REFUSED);
	cr_assert_eq(rig.carrier->ops->again_at(rig.carrier), INT64_MAX, "not by itself");
	/* A human says that it is mended, and it is not: one link is enough to learn that. */
	rig.carrier->ops->retry(rig.carrier);
	rig.carrier->ops->retry(rig.carrier);
	rest(100 * US_PER_MS);
	cr_assert_eq(rig.accepted, LINKS + 1, "%u", rig.accepted);
	cr_assert_eq(rig.state, CARRIER_REFUSED);
	/* Now it is: the others follow. */
	rig.bind_status = 0;
	rig.carrier->ops->retry(rig.carrier);
	run("up", has_all_bound);
	cr_assert_eq(rig.accepted, 2 * LINKS + 1, "%u", rig.accepted);
	unsigned before = rig.accepted;
	rig.carrier->ops->retry(rig.carrier);
	rest(100 * US_PER_MS);
	cr_assert_leq(rig.accepted, before + LINKS, "those that are up stay");
	cr_assert_eq(rig.state, CARRIER_UP);
	tear_down(0);
}

/* A bind that fails for another reason, or has no answer, is tried again, more slowly each time. */
Test(tcp_carrier, bind_is_tried_again)
{
	static const struct {
		const char *name;
		uint32_t status;
	} rows[] = { { "failed", BIND_RETRY }, { "no answer", UINT32_MAX } };
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up(true, rows[i].status);
		open_carrier();
		run(rows[i].name, has_come_ten_times);
		cr_assert_eq(rig.state, CARRIER_DOWN, "%s", rows[i].name);
		cr_assert_eq(rig.told, 1, "%s", rows[i].name);
		rig.bind_status = 0;
		run("up in the end", is_up);
		tear_down(US_PER_S);
	}
}

/* A bind that is refused for anything at all may yet be wrong credentials: after five tries a human is called. It goes on
 * trying, ever more rarely, and comes up by itself where the carrier takes it after all. */
Test(tcp_carrier, bind_that_fails_again_and_again)
{
	set_up(true, BIND_FAILED);
	open_carrier();
	run("told", has_told);
	cr_assert_eq(rig.state, CARRIER_DOWN);
	run("refused", is_refused);
	cr_assert_geq(rig.accepted, RECONNECT_REJECTED_MAX);
	cr_assert_eq(rig.told, 2, "down, then refused");
	cr_assert_not_null(strstr(rig.reason, "RBINDFAIL"), "%s", rig.reason);
	unsigned before = rig.accepted;
	rest(300 * US_PER_MS);
	cr_assert_leq(rig.accepted - before, LINKS * 8, "it does not slow down: %u tries", rig.accepted - before);
	cr_assert(rig.told == 2 && rig.state == CARRIER_REFUSED, "a try is no news");
	cr_assert_lt(rig.carrier->ops->again_at(rig.carrier), INT64_MAX, "by itself");
	rig.bind_status = 0;
	run("up in the end", is_up);
	cr_assert_eq(rig.told, 3);
	tear_down(US_PER_S);
}

/* Closed at any moment of a link's life, with and without time to unbind. */
Test(tcp_carrier, closed_at_any_moment)
{
	for (unsigned turns = 0; turns < 24; turns++) {
		set_up(turns % 3 != 0, turns % 2 ? 0 : UINT32_MAX);
		open_carrier();
		if (turns >= 3)
			rest(turns * US_PER_MS / 2);
		tear_down(turns % 4 < 2 ? 0 : 300 * US_PER_MS);
	}
}
