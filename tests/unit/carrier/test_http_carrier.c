/* SPDX-License-Identifier: Apache-2.0 */

/* What is the driver's own over HTTP: batches, going again alone, refusals and trials, rests, connections. What every carrier
 * keeps about submits is said by the contract test. */

#include "carrier/http_carrier.h"

#include "unit/loop/http_peer.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUARD_US (60 * (mono_us)US_PER_S)
#define TOLD_MAX 32
#define BATCH    4

struct told {
	uint64_t token;
	enum outcome_class outcome_class;
	bool is_about_account;
	int64_t retry_after_ms;
	char ref[32];
};

static struct rig {
	struct loop *loop;
	struct loop_member member; /* its turn comes before the carrier's */
	bool closes_with_answer;   /* in that turn, when there is a request */
	struct log log;
	struct http_account *account;
	struct address_guard *guard;
	struct carrier *carrier;
	struct http_peer peer;
	mono_us came[TOLD_MAX];      /* when requests came */
	char bodies[TOLD_MAX][1024]; /* of requests, in their order */
	unsigned request_count;
	/* What the peer does. */
	unsigned status;         /* 0 = it says nothing yet */
	const char *headers;     /* beside it */
	unsigned refuses_many;   /* status for requests of several messages; 0 = as of one */
	const char *body;        /* of an answer other than 200; NULL = “{}” */
	const char *many_header; /* beside that */
	/* What was told. */
	struct told told[TOLD_MAX];
	unsigned told_count;
	enum carrier_state state;
	char reason[320]; /* of it */
	unsigned states;
	unsigned closed;
	/* What on_again answers: tokens, then when to ask. */
	unsigned tokens;
	mono_us again_in; /* from now; INT64_MAX = it shall come back */
	unsigned asked;
} rig;

/* -- the peer -- */

static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;
	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		count++;
	return count;
}

/* One answer for each message of the body; longer than what is read at once. */
static void accept_all(struct http_peer_connection *connection, unsigned count)
{
	static char body[100000];
	struct buf out = buf_over(body, sizeof body - 1);
	buf_put_text(&out, "{\"messages\":[");
	for (unsigned i = 0; i < count; i++) {
		buf_put_text(&out, i ? ",{\"id\":\"m" : "{\"id\":\"m");
		buf_put_uint(&out, rig.request_count);
		buf_put_text(&out, "\"}");
	}
	buf_put_text(&out, "]}");
	memset(body + out.len, ' ', sizeof body - 1 - out.len);
	http_peer_answer(connection, 200, "Content-Type: application/json\r\n", body);
}

static void on_request(struct http_peer *peer, struct http_peer_connection *connection)
{
	(void)peer;
	const char *body = strstr(connection->request, "\r\n\r\n") + 4;
	unsigned count = count_of(body, "\"ref\"");
	cr_assert_lt(rig.request_count, (unsigned)TOLD_MAX);
	rig.came[rig.request_count] = loop_now(rig.loop).mono;
	snprintf(rig.bodies[rig.request_count++], sizeof rig.bodies[0], "%s", body);
	if (count > 1 && rig.refuses_many != 0)
		http_peer_answer(connection, rig.refuses_many, rig.many_header, "{}");
	else if (rig.status == 200)
		accept_all(connection, count);
	else if (rig.status != 0)
		http_peer_answer(connection, rig.status, rig.headers, rig.body ? rig.body : "{}");
}

/* -- upcalls -- */

static void on_state(void *ctx, enum carrier_state state, const char *reason)
{
	(void)ctx;
	cr_assert_not_null(reason);
	snprintf(rig.reason, sizeof rig.reason, "%s", reason);
	rig.state = state;
	rig.states++;
}

static void on_credit(void *ctx)
{
	(void)ctx;
}

static void on_outcome(void *ctx, uint64_t token, const struct outcome *outcome)
{
	(void)ctx;
	cr_assert_lt(rig.told_count, (unsigned)TOLD_MAX);
	struct told *told = &rig.told[rig.told_count++];
	*told = (struct told){
		.token = token,
		.outcome_class = outcome->outcome_class,
		.is_about_account = outcome->is_about_account,
		.retry_after_ms = outcome->retry_after_ms,
	};
	snprintf(told->ref, sizeof told->ref, "%.*s", SLICE_ARG(outcome->carrier_ref));
}

static void on_closed(void *ctx)
{
	(void)ctx;
	rig.closed++;
}

static mono_us on_again(void *ctx)
{
	(void)ctx;
	rig.asked++;
	if (rig.tokens > 0) {
		rig.tokens--;
		return 0;
	}
	return rig.again_in == INT64_MAX ? INT64_MAX : loop_now(rig.loop).mono + rig.again_in;
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

/* -- the rig -- */

/* The peer answers, and the carrier is closed without any grace before anybody here could look. */
static void answer_and_close(void *ctx, struct now now)
{
	(void)ctx;
	(void)now;
	if (!rig.closes_with_answer)
		return;
	http_peer_turn(&rig.peer);
	if (rig.request_count == 0)
		return;
	rig.closes_with_answer = false;
	rig.carrier->ops->close(rig.carrier, 0);
}

static void set_up(unsigned places)
{
	static const struct carrier_events events = {
		.on_state = on_state,
		.on_credit = on_credit,
		.on_outcome = on_outcome,
		.on_again = on_again,
		.on_closed = on_closed,
	};
	memset(&rig, 0, sizeof rig);
	rig.status = 200;
	rig.headers = rig.many_header = "";
	rig.tokens = TOLD_MAX;
	rig.loop = loop_create();
	rig.log = (struct log){ .least = LOG_ERROR, .write = drop_line, .ctx = rig.loop, .now = log_now };
	http_peer_open(&rig.peer, on_request, NULL);
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", (unsigned)rig.peer.port);
	struct http_settings settings = { .preset = "json-batch", .url = url, .token = "t", .batch_max = BATCH };
	struct err_at at = { .err = ERR_OK };
	const char *allow[] = { "127.0.0.1" };
	cr_assert_eq(http_account_create(&settings, &rig.account, &at), ERR_OK, "%s: %s", at.field, at.text);
	cr_assert_eq(address_guard_create(allow, 1, "127.0.0.1", &rig.guard, NULL), ERR_OK);
	struct http_carrier_options options = {
		.name = "http",
		.account = rig.account,
		.client = {
			.places = places,
			.connect_timeout_us = 5 * US_PER_S,
			.response_timeout_us = 5 * US_PER_S,
			.guard = rig.guard,
		},
		.reconnect = { 5 * US_PER_MS, 50 * US_PER_MS, 50 * US_PER_MS },
		.jitter_seed = 1,
		.log = &rig.log,
	};
	rig.carrier = http_carrier_create(rig.loop, &options);
	cr_assert_not_null(rig.carrier);
	rig.member = (struct loop_member){ .turn = answer_and_close };
	loop_add(rig.loop, &rig.member);
	rig.carrier->ops->open(rig.carrier, &events, NULL);
}

static void turn(void)
{
	struct pollfd ready = { .fd = uv_backend_fd(loop_uv(rig.loop)), .events = POLLIN };
	uv_run(loop_uv(rig.loop), UV_RUN_NOWAIT);
	if (!rig.closes_with_answer)
		http_peer_turn(&rig.peer);
	poll(&ready, 1, 1);
}

static mono_us now(void)
{
	uv_update_time(loop_uv(rig.loop));
	return (mono_us)uv_now(loop_uv(rig.loop)) * US_PER_MS;
}

static void run_until(const unsigned *count, unsigned least, const char *what)
{
	mono_us end = now() + GUARD_US;
	while (*count < least) {
		turn();
		cr_assert_lt(now(), end, "it does not come: %s", what);
	}
}

static void run_until_state(enum carrier_state state)
{
	mono_us end = now() + GUARD_US;
	while (rig.states == 0 || rig.state != state) {
		turn();
		cr_assert_lt(now(), end, "state %d does not come", (int)state);
	}
}

static void pass(mono_us span_us)
{
	for (mono_us end = now() + span_us; now() < end;)
		turn();
}

static void close_now(mono_us grace_us)
{
	rig.carrier->ops->close(rig.carrier, grace_us);
	run_until(&rig.closed, 1, "closed");
}

static void tear_down(void)
{
	if (rig.closed == 0)
		close_now(0);
	rig.carrier->ops->destroy(rig.carrier);
	loop_remove(&rig.member);
	loop_destroy(rig.loop);
	http_peer_close(&rig.peer);
	http_account_destroy(rig.account);
	address_guard_destroy(rig.guard);
}

static enum submit_answer put(uint64_t token)
{
	static const struct submit_text text = { .text = { "hello", 5 } };
	struct msisdn to = { "8613900000000", 13 };
	to.digits[12] = (char)('0' + token % 10);
	struct submit submit = {
		.token = token,
		.key = { .origin = { .ms = 7, .seq = token, .lane = LANE_BULK }, .segment = 1 },
		.to = &to,
		.encoding = ENCODING_GSM7,
		.text = &text,
	};
	return rig.carrier->ops->submit(rig.carrier, &submit);
}

/* Tokens first … first + count − 1. */
static void submit_all(uint64_t first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		cr_assert_eq(put(first + i), SUBMIT_TAKEN, "%u", i);
	rig.carrier->ops->flush(rig.carrier);
}

static void expect_all(enum outcome_class want, unsigned from, unsigned to, const char *what)
{
	for (unsigned i = from; i < to; i++)
		cr_expect_eq(rig.told[i].outcome_class, want, "%s: message %u: %s", what, i,
			     outcome_class_name(rig.told[i].outcome_class));
}

/* -- going again -- */

Test(http_carrier, a_refused_batch_goes_again_each_alone)
{
	set_up(2);
	run_until_state(CARRIER_UP);
	rig.refuses_many = 400;
	submit_all(1, 3);
	run_until(&rig.told_count, 3, "all are told");
	cr_expect_eq(rig.request_count, 4);
	for (unsigned i = 1; i < rig.request_count; i++)
		cr_expect_eq(count_of(rig.bodies[i], "\"ref\""), 1, "request %u: %s", i, rig.bodies[i]);
	cr_expect_eq(rig.asked, 3, "each of them counts against the rate: %u", rig.asked);
	expect_all(OUTCOME_ACCEPTED, 0, 3, "again");
	tear_down();
}

Test(http_carrier, what_goes_again_waits_for_the_rate)
{
	set_up(2);
	run_until_state(CARRIER_UP);
	rig.refuses_many = 400;
	rig.tokens = 1;
	rig.again_in = 100 * US_PER_MS;
	submit_all(1, 3);
	run_until(&rig.told_count, 1, "one has a token");
	pass(30 * US_PER_MS);
	cr_expect_eq(rig.request_count, 2, "%u requests", rig.request_count);
	/* Others are not held up by what waits. */
	rig.refuses_many = 0;
	submit_all(11, 2);
	run_until(&rig.told_count, 3, "the others are told");
	rig.tokens = 2;
	run_until(&rig.told_count, 5, "all are told");
	cr_assert_eq(rig.request_count, 5);
	expect_all(OUTCOME_ACCEPTED, 0, 5, "the rate");
	tear_down();
}

Test(http_carrier, what_goes_again_waits_as_long_as_the_carrier_said)
{
	set_up(2);
	run_until_state(CARRIER_UP);
	rig.refuses_many = 400;
	rig.many_header = "Retry-After: 1\r\n";
	submit_all(1, 3);
	run_until(&rig.told_count, 3, "all are told");
	cr_assert_eq(rig.request_count, 4);
	cr_expect_geq(rig.came[1] - rig.came[0], US_PER_S - 20 * US_PER_MS, "after %lld us",
		      (long long)(rig.came[1] - rig.came[0]));
	expect_all(OUTCOME_ACCEPTED, 0, 3, "Retry-After");
	tear_down();
}

Test(http_carrier, what_may_not_go_again_soon_comes_back)
{
	static const struct {
		const char *name;
		enum outcome_class want;
	} rows[] = {
		{ "the account rests for long", OUTCOME_THROTTLED },
		{ "it is at rest", OUTCOME_TEMPORARY },
		{ "it closes", OUTCOME_TEMPORARY },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up(2);
		run_until_state(CARRIER_UP);
		rig.refuses_many = 400;
		rig.tokens = 0;
		rig.again_in = i == 0 ? INT64_MAX : 60 * (mono_us)US_PER_S;
		submit_all(1, 3);
		run_until(&rig.asked, 1, "it asks");
		cr_expect_eq(rig.told_count, i == 0 ? rig.told_count : 0);
		if (i == 1)
			rig.carrier->ops->rest(rig.carrier, true);
		if (i == 2)
			close_now(0);
		run_until(&rig.told_count, 3, rows[i].name);
		expect_all(rows[i].want, 0, 3, rows[i].name);
		cr_expect_eq(rig.request_count, 1, "%s", rows[i].name);
		tear_down();
	}
}

/* -- what answers say of the account -- */

Test(http_carrier, a_wait_is_told_where_it_speaks_of_the_account)
{
	static const struct {
		unsigned status;
		enum outcome_class want;
		int64_t want_ms;
	} rows[] = {
		{ 429, OUTCOME_THROTTLED, 7000 },
		{ 503, OUTCOME_TEMPORARY, 7000 },
		{ 500, OUTCOME_UNKNOWN, 7000 },
		{ 400, OUTCOME_REJECTED, 0 },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up(1);
		run_until_state(CARRIER_UP);
		rig.status = rows[i].status;
		rig.headers = "Retry-After: 7\r\n";
		submit_all(1, 1);
		run_until(&rig.told_count, 1, "told");
		cr_expect_eq(rig.told[0].outcome_class, rows[i].want, "%u", rows[i].status);
		cr_expect_eq(rig.told[0].retry_after_ms, rows[i].want_ms, "%u", rows[i].status);
		tear_down();
	}
}

Test(http_carrier, one_message_shows_whether_it_is_still_refused)
{
	set_up(2);
	run_until_state(CARRIER_UP);
	cr_expect_eq(rig.carrier->ops->credit(rig.carrier), 2 * BATCH);
	rig.status = 401;
	submit_all(1, 2);
	run_until_state(CARRIER_REFUSED);
	expect_all(OUTCOME_LINK_REFUSED, 0, 2, "refused");
	cr_expect_str_eq(rig.reason, "the carrier answered HTTP 401");
	rig.body = "{\"code\":\"E7\",\"message\":\"the key is old\"}";
	cr_expect_eq(put(3), SUBMIT_DOWN);
	run_until_state(CARRIER_UP);
	cr_expect_eq(rig.carrier->ops->credit(rig.carrier), 1, "a trial");
	submit_all(4, 1);
	cr_expect_eq(put(5), SUBMIT_FULL);
	run_until_state(CARRIER_REFUSED);
	cr_expect_str_eq(rig.reason, "the carrier answered HTTP 401, E7, the key is old");
	/* A human says that it is mended: it is not waited for. */
	cr_expect_gt(rig.carrier->ops->again_at(rig.carrier), 0);
	rig.carrier->ops->retry(rig.carrier);
	cr_expect_eq(rig.carrier->ops->again_at(rig.carrier), 0);
	run_until_state(CARRIER_UP);
	cr_expect_eq(rig.carrier->ops->credit(rig.carrier), 1, "a trial");
	rig.status = 200;
	submit_all(6, 1);
	run_until(&rig.told_count, 4, "the trial is answered");
	cr_expect_eq(rig.told[3].outcome_class, OUTCOME_ACCEPTED);
	cr_expect_eq(rig.carrier->ops->credit(rig.carrier), 2 * BATCH, "it is over");
	tear_down();
}

Test(http_carrier, comes_back_when_its_host_does)
{
	set_up(1);
	run_until_state(CARRIER_UP);
	http_peer_listen(&rig.peer, false);
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++)
		http_peer_end(&rig.peer.connections[i], true);
	submit_all(1, 1);
	run_until(&rig.told_count, 1, "it was not sent");
	cr_expect(rig.told[0].outcome_class == OUTCOME_TEMPORARY && rig.told[0].is_about_account);
	run_until_state(CARRIER_DOWN);
	cr_expect_eq(put(2), SUBMIT_DOWN);
	http_peer_listen(&rig.peer, true);
	run_until_state(CARRIER_UP);
	tear_down();
}

/* -- ends -- */

Test(http_carrier, an_answer_that_is_here_when_it_closes_counts)
{
	set_up(2);
	run_until_state(CARRIER_UP);
	submit_all(1, 2);
	rig.closes_with_answer = true;
	run_until(&rig.closed, 1, "closed");
	cr_assert_eq(rig.told_count, 2);
	expect_all(OUTCOME_ACCEPTED, 0, 2, "its answer was here");
	tear_down();
}

Test(http_carrier, what_is_out_without_an_answer_is_unknown_when_it_closes)
{
	set_up(2);
	run_until_state(CARRIER_UP);
	rig.status = 0;
	submit_all(1, 2);
	run_until(&rig.request_count, 1, "it is out");
	submit_all(3, BATCH);
	cr_assert_eq(put(9), SUBMIT_TAKEN); /* waits, and has not left */
	close_now(0);
	cr_assert_eq(rig.told_count, 3 + BATCH);
	for (unsigned i = 0; i < rig.told_count; i++)
		cr_expect_eq(rig.told[i].outcome_class, rig.told[i].token == 9 ? OUTCOME_TEMPORARY : OUTCOME_UNKNOWN,
			     "message %u", (unsigned)rig.told[i].token);
	tear_down();
}

Test(http_carrier, at_rest_it_has_no_connections)
{
	set_up(1);
	run_until_state(CARRIER_UP);
	submit_all(1, 1);
	run_until(&rig.told_count, 1, "told");
	rig.carrier->ops->rest(rig.carrier, true);
	run_until_state(CARRIER_DOWN);
	cr_expect_eq(put(2), SUBMIT_DOWN);
	pass(20 * US_PER_MS);
	for (unsigned i = 0; i < HTTP_PEER_CONNECTIONS; i++)
		cr_expect_lt(rig.peer.connections[i].fd, 0, "connection %u is open", i);
	rig.carrier->ops->rest(rig.carrier, false);
	run_until_state(CARRIER_UP);
	tear_down();
}

static void on_receipt_done(void *ctx, bool durable)
{
	*(int *)ctx = durable;
}

Test(http_carrier, its_door_closes_with_it)
{
	static const struct receipt receipt = { .state = MESSAGE_STATE_DELIVERED };
	int done = -1;
	set_up(1);
	run_until_state(CARRIER_UP);
	close_now(0);
	cr_expect_not(receipt_door_offer(http_carrier_door(rig.carrier), &receipt, on_receipt_done, &done));
	cr_expect_eq(done, -1);
	tear_down();
}
