/* SPDX-License-Identifier: Apache-2.0 */

/* The TCP driver with the SMPP dialect against the fake-carrier program, over loopback: plain, and with TLS. */

#include "carrier/tcp_carrier.h"
#include "contract/carrier_rig.h"
#include "contract/child_process.h"
#include "loop/tls.h"
#include "unit/loop/tls_authority.h"
#include "wire/smpp/smpp_dialect.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESPONSE_US (300 * US_PER_MS)
#define ABSENT_PORT 1 /* nobody listens on tcpmux */

struct inner {
	struct loop *loop;
	struct log log;
	struct smpp_account account;
	struct tls_authority authority;
	struct tls_context *tls; /* NULL = plain */
	struct child_process peer;
	bool has_peer;
	bool was_garbage;
};

static struct inner *inner_of(struct carrier_rig *rig)
{
	return rig->inner;
}

static void drop_line(void *ctx, enum log_level level, struct slice line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

static struct now log_now(void *ctx)
{
	return loop_now(ctx);
}

static void make_tls(struct inner *inner)
{
	static const struct tls_certificate certificate = { "server", "IP:127.0.0.1", -1, 1 };
	tls_authority_make(&inner->authority);
	tls_authority_issue(&inner->authority, &certificate);
	struct tls_options options = { .server_name = "127.0.0.1",
				       .ca = tls_authority_pem(&inner->authority, "ca.pem") };
	inner->tls = tls_context_create(&options, NULL);
	cr_assert_not_null(inner->tls);
}

static uint16_t start_peer(struct inner *inner, const struct carrier_setup *setup)
{
	bool has_tls = inner->tls != NULL;
	const char *argv[] = { FAKE_CARRIER,
			       "--port-file",
			       "port",
			       "--control",
			       "--seed",
			       "1",
			       "--receipts",
			       setup->wants_receipts ? "on" : "off",
			       "--password",
			       setup->is_refused ? "other" : "secret",
			       "--receipt-delay-ms",
			       "5",
			       "--query",
			       setup->asks ? "on" : "off",
			       has_tls ? "--tls" : NULL,
			       "--tls-cert",
			       tls_authority_file(&inner->authority, "server.pem"),
			       "--tls-key",
			       tls_authority_file(&inner->authority, "server.key"),
			       NULL };
	child_process_init(&inner->peer);
	child_process_start(&inner->peer, argv);
	inner->has_peer = true;
	char port[16];
	child_process_file(&inner->peer, "port", port, sizeof port);
	return (uint16_t)strtoul(port, NULL, 10);
}

static void start(struct carrier_rig *rig, const struct carrier_setup *setup)
{
	struct inner *inner = calloc(1, sizeof *inner);
	cr_assert_not_null(inner);
	rig->inner = inner;
	inner->loop = loop_create();
	cr_assert_not_null(inner->loop);
	inner->log = (struct log){ .least = LOG_ERROR, .write = drop_line, .ctx = inner->loop, .now = log_now };
	smpp_account_init(&inner->account);
	inner->account.system_id = "hongyan";
	inner->account.password = "secret";
	cr_assert_eq(smpp_account_prepare(&inner->account, NULL), ERR_OK);
	if (rig->kit == &carrier_kit_tls)
		make_tls(inner);
	/* Two links where the window can be halved. */
	unsigned links = rig->window % 2 == 0 ? 2 : 1;
	struct tcp_carrier_options options = {
		.name = "tcp",
		.tls = inner->tls,
		.dialect = &smpp_dialect,
		.dialect_account = &inner->account,
		.takes_submits = true,
		.links = links,
		.connect_timeout_us = 5 * US_PER_S,
		.reconnect = { 5 * US_PER_MS, 50 * US_PER_MS, US_PER_S },
		.jitter_seed = 1,
		.log = &inner->log,
		.query = { { 1, setup->asks ? 60000 : 0 }, 20 * US_PER_MS, 1000 },
		.session = {
			.window = rig->window / links,
			.late_max = 64,
			.bind_timeout_us = 5 * US_PER_S,
			.response_timeout_us = RESPONSE_US,
			.keepalive_us = 30 * US_PER_S,
			.keepalive_timeout_us = 10 * US_PER_S,
			.frame_timeout_us = 10 * US_PER_S,
			.write_timeout_us = 10 * US_PER_S,
			.unbind_timeout_us = 2 * US_PER_S,
			.out_octets = SESSION_OUT_OCTETS_MIN,
		},
	};
	snprintf(options.address.host, sizeof options.address.host, "127.0.0.1");
	options.address.port = setup->is_absent ? ABSENT_PORT : start_peer(inner, setup);
	rig->carrier = tcp_carrier_create(inner->loop, &options);
}

/* One turn of the loop: at once where something is there, else after a millisecond. */
static void turn(struct carrier_rig *rig)
{
	uv_loop_t *uv = loop_uv(inner_of(rig)->loop);
	struct pollfd ready = { .fd = uv_backend_fd(uv), .events = POLLIN };
	uv_run(uv, UV_RUN_NOWAIT);
	poll(&ready, 1, 1);
}

static void command(struct carrier_rig *rig, const char *line, char *answer, size_t cap)
{
	struct child_process *peer = &inner_of(rig)->peer;
	child_process_write(peer, line);
	child_process_read(peer, answer, cap);
	cr_assert_not_null(strstr(answer, "\"ok\":true"), "%s: %s", line, answer);
}

static void tell(struct carrier_rig *rig, enum peer_act act)
{
	static const char *const lines[PEER_ACT_COUNT][4] = {
		[PEER_ACCEPT] = { "latency none", "fail off", "swallow off", "throttle off" },
		[PEER_SLOWLY] = { "latency uniform:20-80", "fail off", "swallow off", "throttle off" },
		[PEER_LATE] = { "latency fixed:600", "fail off", "swallow off", "throttle off" },
		[PEER_SWALLOW] = { "swallow on" },
		[PEER_THROTTLE] = { "throttle on" },
		[PEER_TEMPORARY] = { "fail 0x08" },
		[PEER_REJECT] = { "fail 0x0B" },
		[PEER_ODD_STATUS] = { "fail 0x4FE" },
		[PEER_BREAK] = { "reset" },
		[PEER_CLOSE] = { "close" },
		[PEER_UNBIND] = { "unbind" },
		[PEER_GARBAGE] = { "garbage" },
	};
	char answer[2048];
	inner_of(rig)->was_garbage = inner_of(rig)->was_garbage || act == PEER_GARBAGE;
	if (act > PEER_ACCEPT && act < PEER_BREAK)
		tell(rig, PEER_ACCEPT);
	for (unsigned i = 0; i < 4 && lines[act][i] != NULL; i++)
		command(rig, lines[act][i], answer, sizeof answer);
}

static unsigned long count(struct carrier_rig *rig, const char *name)
{
	char answer[2048];
	char member[64];
	command(rig, "stats", answer, sizeof answer);
	snprintf(member, sizeof member, "\"%s\":", name);
	const char *at = strstr(answer, member);
	cr_assert_not_null(at, "%s", answer);
	return strtoul(at + strlen(member), NULL, 10);
}

static unsigned long accepted(struct carrier_rig *rig)
{
	/* To garbage we say that it is none of our protocol's, which the peer did not ask for. */
	if (!inner_of(rig)->was_garbage)
		cr_assert_eq(count(rig, "violations"), 0, "the peer found fault with what we sent");
	return count(rig, "accepted");
}

static unsigned long receipts_answered(struct carrier_rig *rig)
{
	return count(rig, "receipts_answered");
}

static mono_us now(struct carrier_rig *rig)
{
	uv_loop_t *uv = loop_uv(inner_of(rig)->loop);
	uv_update_time(uv);
	return (mono_us)uv_now(uv) * US_PER_MS;
}

static void finish(struct carrier_rig *rig)
{
	loop_destroy(inner_of(rig)->loop);
	if (inner_of(rig)->has_peer)
		child_process_end(&inner_of(rig)->peer);
	if (inner_of(rig)->tls != NULL) {
		tls_context_destroy(inner_of(rig)->tls);
		tls_authority_remove(&inner_of(rig)->authority);
	}
	free(rig->inner);
}

const struct carrier_kit carrier_kit_tcp = {
	.name = "tcp",
	.can_ask = true,
	.start = start,
	.turn = turn,
	.tell = tell,
	.accepted = accepted,
	.receipts_answered = receipts_answered,
	.now = now,
	.finish = finish,
};

const struct carrier_kit carrier_kit_tls = {
	.name = "tls",
	.can_ask = true,
	.start = start,
	.turn = turn,
	.tell = tell,
	.accepted = accepted,
	.receipts_answered = receipts_answered,
	.now = now,
	.finish = finish,
};
