/* SPDX-License-Identifier: Apache-2.0 */

/* Outcomes are told from the client's upcalls and from the turn, never in a downcall. */

#include "carrier/http_carrier.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/rng.h"
#include "carrier/http_carrier_log.h"
#include "carrier/http_outbox.h"
#include "wire/http/http_answer.h"

#include <stdlib.h>

#define REASON_OCTETS 320
#define RECEIPTS_MAX  4096 /* that wait to be durable; beyond that the carrier is asked to come again */
struct http_carrier {
	struct carrier base;
	struct http_carrier_options options;
	struct loop *loop;
	struct loop_member member;
	struct http_client *client;
	const struct carrier_events *events;
	void *ctx;
	struct rng rng;
	enum carrier_state state;
	bool has_told;
	bool is_open;
	bool is_closing;
	bool is_closed;
	bool rests;
	bool is_full;       /* the last place was taken, and nobody was told of room since */
	bool is_probing;    /* a connection is being tried */
	bool is_on_trial;   /* REFUSED before: one request may go, and shows */
	mono_us wake_at;    /* where DOWN or REFUSED: when to try again; INT64_MAX = something else comes first */
	mono_us again_from; /* before that nothing goes again that was refused together */
	mono_us again_at;   /* when to look at it; INT64_MAX = something else comes first */
	mono_us close_deadline;
	struct reconnect reconnect;
	struct http_outbox *outbox;
	struct outcome *outcomes; /* of one answer */
	char *references;         /* of the same */
	size_t references_cap;
	struct http_reading reading; /* of the same */
	struct receipt_door *door;
};

static struct http_carrier *of(const struct carrier *base)
{
	return (struct http_carrier *)(uintptr_t)base;
}

/* -- state -- */

static void tell_state(struct http_carrier *carrier, enum carrier_state state, const char *reason)
{
	if (carrier->is_closing && state == CARRIER_UP)
		return;
	if (state == carrier->state && carrier->has_told)
		return;
	carrier->has_told = true;
	carrier->state = state;
	carrier->events->on_state(carrier->ctx, state, reason);
}

static void wait_to_wake(struct http_carrier *carrier)
{
	carrier->wake_at = loop_now(carrier->loop).mono +
			   reconnect_wait(&carrier->reconnect, &carrier->options.reconnect, &carrier->rng);
}

static void come_up(struct http_carrier *carrier, const char *reason)
{
	carrier->wake_at = INT64_MAX;
	http_carrier_log(carrier->options.log, carrier->options.name, LOG_INFO, "link_up", reason);
	tell_state(carrier, CARRIER_UP, reason);
	carrier->is_full = false;
	if (carrier->state == CARRIER_UP)
		carrier->events->on_credit(carrier->ctx);
}

/* -- requests -- */

static void tell(void *ctx, uint64_t token, const struct outcome *outcome)
{
	struct http_carrier *carrier = ctx;
	carrier->events->on_outcome(carrier->ctx, token, outcome);
}

static void give_back_waiting(struct http_carrier *carrier)
{
	http_outbox_give_back(carrier->outbox);
	loop_turn_soon(carrier->loop);
}

/* Sends what waits, as far as there are places. */
static void pump(struct http_carrier *carrier)
{
	wall_ms now = loop_now(carrier->loop).wall;
	struct http_call call;
	unsigned place;
	while (http_outbox_next(carrier->outbox, now, &place, &call))
		http_client_start(carrier->client, place, &call);
	http_client_flush(carrier->client);
	if (http_outbox_has_returned(carrier->outbox))
		loop_turn_soon(carrier->loop);
}

/* Sends what was refused together, each alone. The account's rate and its rests hold for it too. */
static void send_again(struct http_carrier *carrier, struct now now)
{
	struct http_call call;
	unsigned place;
	carrier->again_at = INT64_MAX;
	while (http_outbox_has_again(carrier->outbox, now.wall)) {
		bool is_early = now.mono < carrier->again_from;
		mono_us at = is_early ? carrier->again_from : carrier->events->on_again(carrier->ctx);
		if (at == INT64_MAX)
			http_outbox_give_back_again(carrier->outbox);
		if (at != 0) {
			carrier->again_at = at;
			return;
		}
		if (http_outbox_next_again(carrier->outbox, now.wall, &place, &call))
			http_client_start(carrier->client, place, &call);
	}
}

/* -- answers -- */

static void refuse(struct http_carrier *carrier, unsigned status, const struct http_reading *reading)
{
	carrier->is_on_trial = false;
	if (carrier->state != CARRIER_UP)
		return;
	while (!reconnect_is_refused(&carrier->reconnect))
		reconnect_rejected(&carrier->reconnect);
	http_carrier_log_refused(carrier->options.log, carrier->options.name, status, reading);
	wait_to_wake(carrier);
	give_back_waiting(carrier);
	char reason[HTTP_SAID_OCTETS];
	tell_state(carrier, CARRIER_REFUSED, http_reading_say(reading, status, reason));
}

/* True where the messages of the request are to go again, each alone, instead of being told their outcomes. */
static bool answered(struct http_carrier *carrier, unsigned place, const struct http_result *result)
{
	struct http_answer answer = {
		.status = result->status,
		.retry_after = result->retry_after,
		.body = result->body,
		.secrets = carrier->options.secrets,
	};
	unsigned count;
	const struct http_message *const *messages = http_outbox_messages(carrier->outbox, place, &count);
	struct http_reading *reading = &carrier->reading;
	struct buf references = buf_over(carrier->references, carrier->references_cap);
	http_answer_read(carrier->options.account, &answer, messages, count, loop_now(carrier->loop).wall,
			 carrier->outcomes, &references, reading);
	bool is_refused = false;
	for (unsigned i = 0; i < count; i++) {
		if (carrier->outcomes[i].outcome_class == OUTCOME_ACCEPTED)
			carrier->outcomes[i].native_code = 0; /* no trouble to tell of */
		is_refused = is_refused || carrier->outcomes[i].outcome_class == OUTCOME_LINK_REFUSED;
	}
	if (is_refused) {
		refuse(carrier, result->status, reading);
	} else if (carrier->state == CARRIER_UP) {
		carrier->is_on_trial = false;
		reconnect_bound(&carrier->reconnect);
	}
	bool goes_again =
		reading->is_each_alone && carrier->state == CARRIER_UP && !carrier->is_closing && !carrier->rests;
	mono_us again_from = loop_now(carrier->loop).mono + reading->retry_after_ms * US_PER_MS;
	if (goes_again && again_from > carrier->again_from)
		carrier->again_from = again_from;
	return goes_again;
}

static void go_down(struct http_carrier *carrier, const char *said)
{
	char reason[REASON_OCTETS];
	secrets_show(carrier->options.secrets, said, reason, sizeof reason);
	carrier->is_on_trial = false;
	http_carrier_log(carrier->options.log, carrier->options.name, LOG_WARN, "link_down", reason);
	wait_to_wake(carrier);
	give_back_waiting(carrier);
	tell_state(carrier, CARRIER_DOWN, reason);
}

/* All messages of a request have the same lot. */
static void set_outcomes(struct http_carrier *carrier, unsigned place, enum http_phase phase)
{
	unsigned count;
	http_outbox_messages(carrier->outbox, place, &count);
	for (unsigned i = 0; i < count; i++)
		carrier->outcomes[i] = http_answer_lost(phase);
}

static void probe(struct http_carrier *carrier)
{
	carrier->wake_at = INT64_MAX;
	carrier->is_probing = true;
	http_client_probe(carrier->client, http_account_origin(carrier->options.account));
}

static void lost(struct http_carrier *carrier, unsigned place, const struct http_result *result)
{
	set_outcomes(carrier, place, result->end == HTTP_END_UNSENT ? HTTP_PHASE_CONNECT : HTTP_PHASE_WRITTEN);
	char reason[REASON_OCTETS];
	secrets_show(carrier->options.secrets, result->reason, reason, sizeof reason);
	http_carrier_log(carrier->options.log, carrier->options.name, LOG_DEBUG, "link_note", reason);
	if (carrier->state == CARRIER_UP && !carrier->is_probing && !carrier->is_closing && !carrier->rests)
		probe(carrier);
}

static void on_done(void *ctx, unsigned place, const struct http_result *result)
{
	struct http_carrier *carrier = ctx;
	if (result->end != HTTP_END_ANSWERED) {
		lost(carrier, place, result);
	} else if (answered(carrier, place, result)) {
		http_outbox_send_alone(carrier->outbox, place);
		return;
	}
	http_outbox_tell(carrier->outbox, place, carrier->outcomes, tell, carrier);
}

static void on_probed(void *ctx, bool is_reachable, const char *reason)
{
	struct http_carrier *carrier = ctx;
	carrier->is_probing = false;
	if (carrier->is_closing || carrier->rests)
		return;
	if (!is_reachable) {
		go_down(carrier, reason);
		return;
	}
	if (carrier->state == CARRIER_UP || carrier->state == CARRIER_REFUSED)
		return; /* it was asked because a request had failed: that was the request's trouble only */
	reconnect_bound(&carrier->reconnect);
	come_up(carrier, "the carrier's host answers");
}

/* -- turns -- */

static void wake(struct http_carrier *carrier)
{
	if (carrier->state != CARRIER_REFUSED) {
		probe(carrier);
		return;
	}
	carrier->is_on_trial = true;
	come_up(carrier, "one request shows whether the account is still refused");
}

/* What is still out is ended; what may have left is unknown, unless its answer is here already. */
static void end_requests(struct http_carrier *carrier)
{
	http_client_look(carrier->client);
	for (unsigned place = 0; place < carrier->options.client.places; place++) {
		unsigned count;
		http_outbox_messages(carrier->outbox, place, &count);
		if (count == 0)
			continue;
		bool may_have_left = http_client_cancel(carrier->client, place);
		set_outcomes(carrier, place, may_have_left ? HTTP_PHASE_WRITTEN : HTTP_PHASE_CONNECT);
		http_outbox_tell(carrier->outbox, place, carrier->outcomes, tell, carrier);
	}
}

static void closing_turn(struct http_carrier *carrier, mono_us now)
{
	if (now >= carrier->close_deadline)
		end_requests(carrier);
	if (http_outbox_used(carrier->outbox) > 0)
		return;
	receipt_door_close(carrier->door);
	carrier->is_closed = true;
	loop_remove(&carrier->member);
	carrier->events->on_closed(carrier->ctx);
}

static void gauge(struct http_carrier *carrier)
{
	unsigned index = carrier->options.account_index;
	bool is_up = carrier->state == CARRIER_UP;
	unsigned open = http_client_connections(carrier->client);
	/* An account at rest has no connection, and is up all the same. */
	metrics_set_at(carrier->options.metrics, METRIC_LINKS_UP, index, is_up && open == 0 ? 1 : is_up ? open : 0);
	metrics_set_at(carrier->options.metrics, METRIC_WINDOW_USED, index, http_outbox_used(carrier->outbox));
	metrics_set_at(carrier->options.metrics, METRIC_WINDOW_TOTAL, index,
		       is_up ? http_outbox_window(carrier->outbox) : 0);
}

static unsigned credit(const struct carrier *base)
{
	const struct http_carrier *carrier = of(base);
	if (carrier->state != CARRIER_UP || carrier->rests)
		return 0;
	unsigned most = carrier->is_on_trial ? 1 : http_outbox_window(carrier->outbox);
	unsigned used = http_outbox_used(carrier->outbox);
	return most > used ? most - used : 0;
}

static void resting_turn(struct http_carrier *carrier)
{
	carrier->wake_at = INT64_MAX;
	tell_state(carrier, CARRIER_DOWN, "at rest");
	if (http_outbox_used(carrier->outbox) == 0 && !carrier->is_probing &&
	    http_client_connections(carrier->client) > 0)
		http_client_hang_up(carrier->client);
}

static void turn(void *ctx, struct now now)
{
	struct http_carrier *carrier = ctx;
	if (carrier->rests)
		resting_turn(carrier);
	else if (now.mono >= carrier->wake_at && !carrier->is_closing)
		wake(carrier);
	send_again(carrier, now);
	pump(carrier);
	http_outbox_tell_returned(carrier->outbox, tell, carrier);
	gauge(carrier);
	if (carrier->is_full && credit(&carrier->base) > 0) {
		carrier->is_full = false;
		carrier->events->on_credit(carrier->ctx);
	}
	if (carrier->is_closing)
		closing_turn(carrier, now.mono);
}

static mono_us next_deadline(void *ctx)
{
	const struct http_carrier *carrier = ctx;
	if (carrier->is_closing)
		return carrier->close_deadline;
	return carrier->wake_at < carrier->again_at ? carrier->wake_at : carrier->again_at;
}

/* -- the port -- */

static void open_carrier(struct carrier *base, const struct carrier_events *events, void *ctx)
{
	struct http_carrier *carrier = of(base);
	CHECK(!carrier->is_open);
	carrier->is_open = true;
	carrier->events = events;
	carrier->ctx = ctx;
	carrier->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = carrier };
	loop_add(carrier->loop, &carrier->member);
	receipt_door_open(carrier->door, events, ctx);
	carrier->wake_at = 0;
	loop_turn_soon(carrier->loop);
}

static enum submit_answer submit(struct carrier *base, const struct submit *submit)
{
	struct http_carrier *carrier = of(base);
	if (carrier->state != CARRIER_UP || carrier->is_closing || carrier->rests)
		return SUBMIT_DOWN;
	if (credit(base) == 0) {
		carrier->is_full = true;
		return SUBMIT_FULL;
	}
	http_outbox_put(carrier->outbox, submit, loop_now(carrier->loop).wall);
	carrier->is_full = credit(base) == 0;
	return SUBMIT_TAKEN;
}

static void flush(struct carrier *base)
{
	pump(of(base));
}

static void receipt_done(struct carrier *base, receipt_token token, bool durable)
{
	receipt_door_done(of(base)->door, token, durable);
}

struct receipt_door *http_carrier_door(struct carrier *base)
{
	return of(base)->door;
}

static void rest(struct carrier *base, bool rests)
{
	struct http_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closed);
	if (rests == carrier->rests)
		return;
	carrier->rests = rests;
	carrier->is_on_trial = false;
	if (rests)
		give_back_waiting(carrier);
	else if (carrier->state != CARRIER_UP && !carrier->is_probing)
		probe(carrier);
	loop_turn_soon(carrier->loop);
}

static void retry(struct carrier *base)
{
	struct http_carrier *carrier = of(base);
	if (carrier->state == CARRIER_UP || carrier->rests || carrier->is_probing)
		return;
	carrier->wake_at = 0;
	loop_turn_soon(carrier->loop);
}

static mono_us again_at(const struct carrier *base)
{
	const struct http_carrier *carrier = of(base);
	bool waits = carrier->state != CARRIER_UP && !carrier->rests && !carrier->is_closing && !carrier->is_probing;
	return waits && carrier->wake_at != INT64_MAX ? carrier->wake_at : 0;
}

static void close_carrier(struct carrier *base, mono_us grace_us)
{
	struct http_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closed);
	carrier->is_closing = true;
	carrier->close_deadline = loop_now(carrier->loop).mono + grace_us;
	give_back_waiting(carrier);
	loop_turn_soon(carrier->loop);
}

static void destroy(struct carrier *base)
{
	struct http_carrier *carrier = of(base);
	CHECK(!carrier->is_open || carrier->is_closed);
	http_client_destroy(carrier->client);
	http_outbox_destroy(carrier->outbox);
	free(carrier->outcomes);
	free(carrier->references);
	receipt_door_destroy(carrier->door);
	free(carrier);
}

/* -- making -- */

unsigned http_carrier_window(const struct http_carrier_options *options)
{
	return options->client.places * http_account_batch_max(options->account);
}

struct carrier *http_carrier_create(struct loop *loop, const struct http_carrier_options *options)
{
	static const struct carrier_ops ops = {
		.open = open_carrier,
		.submit = submit,
		.flush = flush,
		.credit = credit,
		.receipt_done = receipt_done,
		.rest = rest,
		.retry = retry,
		.again_at = again_at,
		.close = close_carrier,
		.destroy = destroy,
	};
	static const struct http_client_events client_events = { .on_done = on_done, .on_probed = on_probed };
	struct http_carrier *carrier = calloc(1, sizeof *carrier);
	if (carrier == NULL)
		return NULL;
	carrier->options = *options;
	carrier->options.client.body_octets_max = HTTP_ANSWER_OCTETS_MAX;
	carrier->base = (struct carrier){ .ops = &ops, .name = carrier->options.name };
	carrier->loop = loop;
	carrier->wake_at = carrier->again_at = INT64_MAX;
	unsigned batch = http_account_batch_max(options->account);
	rng_seed(&carrier->rng, options->jitter_seed);
	carrier->references_cap = HTTP_REFERENCES_OCTETS(batch);
	carrier->client = http_client_create(loop, &carrier->options.client, &client_events, carrier);
	carrier->outbox = http_outbox_create(options->account, &carrier->options.receipts_to, options->client.places,
					     rng_next(&carrier->rng));
	carrier->outcomes = calloc(batch, sizeof *carrier->outcomes);
	carrier->references = malloc(carrier->references_cap);
	carrier->door = receipt_door_create(RECEIPTS_MAX);
	if (carrier->client != NULL && carrier->outbox != NULL && carrier->outcomes != NULL &&
	    carrier->references != NULL && carrier->door != NULL)
		return &carrier->base;
	destroy(&carrier->base);
	return NULL;
}
