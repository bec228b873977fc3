/* SPDX-License-Identifier: Apache-2.0 */

/* The driver of carriers over HTTP against a server of the test's own. */

#include "carrier/http_carrier.h"
#include "contract/carrier_rig.h"
#include "unit/loop/http_peer.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESPONSE_US  (300 * US_PER_MS)
#define SLOW_US      (50 * US_PER_MS)
#define RECEIPTS_MAX 64

/* What the peer has to tell later; told again until it is durable. */
struct kit_receipt {
	struct inner *inner;
	char ref[32];
	bool is_offered;
	bool is_done;
};

struct inner {
	struct loop *loop;
	struct log log;
	struct http_account *account;
	struct address_guard *guard;
	struct carrier *carrier;
	struct http_peer peer;
	enum peer_act act;
	bool is_refused;
	bool wants_receipts;
	unsigned long accepted;
	unsigned long receipts_answered;
	mono_us due[HTTP_PEER_CONNECTIONS]; /* of slow answers */
	struct kit_receipt receipts[RECEIPTS_MAX];
	unsigned receipt_count;
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

static void accept_it(struct inner *inner, struct http_peer_connection *connection)
{
	char body[64];
	char ref[32];
	snprintf(ref, sizeof ref, "m%lu", inner->peer.requests + 0ul);
	snprintf(body, sizeof body, "{\"id\":\"%s\"}", ref);
	http_peer_answer(connection, 200, "Content-Type: application/json\r\n", body);
	if (!inner->wants_receipts)
		return;
	cr_assert_lt(inner->receipt_count, (unsigned)RECEIPTS_MAX);
	struct kit_receipt *receipt = &inner->receipts[inner->receipt_count++];
	receipt->inner = inner;
	memcpy(receipt->ref, ref, sizeof ref);
}

static void on_request(struct http_peer *peer, struct http_peer_connection *connection)
{
	struct inner *inner = peer->ctx;
	if (inner->is_refused) {
		http_peer_answer(connection, 401, "", "{}");
		return;
	}
	switch (inner->act) {
	case PEER_ACCEPT:
		inner->accepted++;
		accept_it(inner, connection);
		break;
	case PEER_SLOWLY:
		inner->accepted++;
		inner->due[connection - peer->connections] = loop_now(inner->loop).mono + SLOW_US;
		break;
	case PEER_THROTTLE:
		http_peer_answer(connection, 429, "Retry-After: 1\r\n", "{}");
		break;
	case PEER_TEMPORARY:
		http_peer_answer(connection, 503, "", "{}");
		break;
	case PEER_REJECT:
		http_peer_answer(connection, 400, "", "{}");
		break;
	case PEER_ODD_STATUS:
		http_peer_answer(connection, 418, "", "{}");
		break;
	default:
		inner->accepted++; /* and no answer */
		break;
	}
}

static void start(struct carrier_rig *rig, const struct carrier_setup *setup)
{
	struct inner *inner = calloc(1, sizeof *inner);
	cr_assert_not_null(inner);
	rig->inner = inner;
	inner->loop = loop_create();
	cr_assert_not_null(inner->loop);
	inner->log = (struct log){ .least = LOG_ERROR, .write = drop_line, .ctx = inner->loop, .now = log_now };
	inner->is_refused = setup->is_refused;
	inner->wants_receipts = setup->wants_receipts;
	http_peer_open(&inner->peer, on_request, inner);
	char url[64];
	const char *allow[] = { "127.0.0.1" };
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", (unsigned)inner->peer.port);
	struct http_settings settings = {
		.url = url,
		.json = "{\"to\":\"{to}\",\"text\":\"{text}\",\"ref\":\"{id}\"}",
		.message_id = "/id",
	};
	struct err_at at = { .err = ERR_OK };
	cr_assert_eq(http_account_create(&settings, &inner->account, &at), ERR_OK, "%s: %s", at.field, at.text);
	cr_assert_eq(address_guard_create(allow, 1, "127.0.0.1", &inner->guard, NULL), ERR_OK);
	if (setup->is_absent)
		http_peer_listen(&inner->peer, false);
	struct http_carrier_options options = {
		.name = "http",
		.account = inner->account,
		.client = {
			.places = rig->window,
			.connect_timeout_us = 5 * US_PER_S,
			.response_timeout_us = RESPONSE_US,
			.guard = inner->guard,
		},
		.reconnect = { 5 * US_PER_MS, 50 * US_PER_MS, 10 * (mono_us)US_PER_S },
		.jitter_seed = 1,
		.log = &inner->log,
	};
	if (setup->is_refused) /* it would be tried again within the test */
		options.reconnect.min_us = options.reconnect.max_us = 10 * (mono_us)US_PER_S;
	rig->carrier = inner->carrier = http_carrier_create(inner->loop, &options);
}

static void on_receipt_done(void *ctx, bool durable)
{
	struct kit_receipt *receipt = ctx;
	receipt->is_done = durable;
	receipt->is_offered = durable;
	receipt->inner->receipts_answered += durable;
}

static void act_later(struct inner *inner)
{
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++) {
		if (inner->due[i] == 0 || loop_now(inner->loop).mono < inner->due[i])
			continue;
		inner->due[i] = 0;
		if (inner->peer.connections[i].fd >= 0)
			accept_it(inner, &inner->peer.connections[i]);
	}
	for (unsigned i = 0; i < inner->receipt_count; i++) {
		struct kit_receipt *receipt = &inner->receipts[i];
		struct receipt told = { .carrier_ref = slice_of(receipt->ref), .state = MESSAGE_STATE_DELIVERED };
		if (!receipt->is_done && !receipt->is_offered)
			receipt->is_offered =
				receipt_door_offer(http_carrier_door(inner->carrier), &told, on_receipt_done, receipt);
	}
}

static void turn(struct carrier_rig *rig)
{
	struct inner *inner = inner_of(rig);
	uv_loop_t *uv = loop_uv(inner->loop);
	struct pollfd ready = { .fd = uv_backend_fd(uv), .events = POLLIN };
	uv_run(uv, UV_RUN_NOWAIT);
	http_peer_turn(&inner->peer);
	if (!rig->is_closed)
		act_later(inner);
	poll(&ready, 1, 1);
}

/* It goes away until it is told to accept again. */
static void go_away(struct inner *inner, enum peer_act act)
{
	static const char garbage[] = "\x01\x02\x03 no HTTP\r\n\r\n";
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++) {
		struct http_peer_connection *connection = &inner->peer.connections[i];
		if (act == PEER_GARBAGE && connection->fd >= 0)
			http_peer_write(connection, garbage, sizeof garbage - 1, false);
		http_peer_end(connection, act == PEER_BREAK);
	}
	http_peer_listen(&inner->peer, false);
}

static void tell(struct carrier_rig *rig, enum peer_act act)
{
	struct inner *inner = inner_of(rig);
	if (act >= PEER_BREAK)
		go_away(inner, act);
	else if (inner->peer.listener < 0)
		http_peer_listen(&inner->peer, true);
	inner->act = act;
}

static unsigned long accepted(struct carrier_rig *rig)
{
	return inner_of(rig)->accepted;
}

static unsigned long receipts_answered(struct carrier_rig *rig)
{
	return inner_of(rig)->receipts_answered;
}

static mono_us now(struct carrier_rig *rig)
{
	uv_loop_t *uv = loop_uv(inner_of(rig)->loop);
	uv_update_time(uv);
	return (mono_us)uv_now(uv) * US_PER_MS;
}

static void finish(struct carrier_rig *rig)
{
	struct inner *inner = inner_of(rig);
	loop_destroy(inner->loop);
	http_peer_close(&inner->peer);
	http_account_destroy(inner->account);
	address_guard_destroy(inner->guard);
	free(inner);
}

const struct carrier_kit carrier_kit_http = {
	.name = "http",
	.is_http = true,
	.start = start,
	.turn = turn,
	.tell = tell,
	.accepted = accepted,
	.receipts_answered = receipts_answered,
	.now = now,
	.finish = finish,
};
