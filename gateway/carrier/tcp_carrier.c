/* SPDX-License-Identifier: Apache-2.0 */

/* The account: links in one hand. A submit goes to the one with the most free places. All upcalls come from the streams'
 * callbacks and from the turn, never from a downcall. */

#include "carrier/tcp_carrier.h"

#include "base/check.h"
#include "carrier/tcp_carrier_inner.h"

#include <stdlib.h>

#define RECEIPTS_MAX \
	2048 /* and messages from phones, without an answer of ours; beyond that the carrier is asked to come again later */

static struct tcp_carrier *of(const struct carrier *base)
{
	return (struct tcp_carrier *)(uintptr_t)base;
}

/* -- state -- */

static bool takes_submits(const struct tcp_carrier *carrier)
{
	return carrier->options.takes_submits && !carrier->rests;
}

/* The first so many links take submits. */
static unsigned usable_links(const struct tcp_carrier *carrier)
{
	return takes_submits(carrier) ? carrier->permitted : 0;
}

static bool is_refused(const struct link *link)
{
	return link->phase == LINK_STOPPED || reconnect_is_refused(&link->reconnect);
}

void tcp_carrier_tell_state(struct tcp_carrier *carrier, const char *reason)
{
	bool any_bound = false;
	bool any_refused = false;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		const struct link *link = &carrier->links[i];
		any_bound = any_bound || (i < carrier->permitted && tcp_link_is_bound(link));
		any_refused = any_refused || is_refused(link);
	}
	bool is_up = any_bound && takes_submits(carrier) && !carrier->is_closing;
	enum carrier_state state = is_up ? CARRIER_UP : any_refused && !carrier->rests ? CARRIER_REFUSED : CARRIER_DOWN;
	if (state == carrier->state && carrier->has_told)
		return;
	carrier->has_told = true;
	carrier->state = state;
	carrier->events->on_state(carrier->ctx, state, reason);
}

/* -- turns -- */

/* Links that may not be there end. */
static void resting_turn(struct tcp_carrier *carrier, mono_us now)
{
	for (unsigned i = carrier->rests ? 0 : carrier->permitted; i < carrier->options.links; i++)
		tcp_link_rest(&carrier->links[i], now);
}

static void closing_turn(struct tcp_carrier *carrier, mono_us now)
{
	bool all_quiet = true;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		struct link *link = &carrier->links[i];
		all_quiet = all_quiet && tcp_link_is_quiet(link);
		bool may_stay = now < carrier->close_deadline && link->phase == LINK_TALKING &&
				session_state(link->session) == SESSION_UNBINDING;
		if (!may_stay)
			tcp_link_cut(link);
	}
	if (!all_quiet)
		return;
	carrier->is_closed = true;
	loop_remove(&carrier->member);
	carrier->events->on_closed(carrier->ctx);
}

static void gauge(struct tcp_carrier *carrier)
{
	unsigned up = 0;
	unsigned used = 0;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		if (!tcp_link_is_bound(&carrier->links[i]))
			continue;
		up++;
		const struct session *session = carrier->links[i].session;
		used += session_outstanding(session) + session_queries(session);
	}
	unsigned index = carrier->options.account_index;
	metrics_set_at(carrier->options.metrics, METRIC_LINKS_UP, index, up);
	metrics_set_at(carrier->options.metrics, METRIC_WINDOW_USED, index, used);
	metrics_set_at(carrier->options.metrics, METRIC_WINDOW_TOTAL, index,
		       (int64_t)up * carrier->options.session.window);
}

static unsigned credit(const struct carrier *base)
{
	const struct tcp_carrier *carrier = of(base);
	unsigned sum = 0;
	for (unsigned i = 0; i < usable_links(carrier); i++) {
		if (tcp_link_is_bound(&carrier->links[i]))
			sum += session_credit(carrier->links[i].session);
	}
	return sum;
}

static void turn(void *ctx, struct now now)
{
	struct tcp_carrier *carrier = ctx;
	for (unsigned i = 0; i < carrier->options.links; i++)
		tcp_link_tick(&carrier->links[i], now.mono);
	if (tcp_query_turn(carrier, now.mono) && credit(&carrier->base) == 0)
		carrier->is_full = true;
	for (unsigned i = 0; i < carrier->options.links; i++)
		tcp_link_flush(&carrier->links[i]);
	gauge(carrier);
	if (carrier->has_changed) {
		carrier->has_changed = false;
		tcp_carrier_tell_state(carrier, carrier->rests ? "at rest"
						: carrier->permitted == 0
							? "all binds that it permits are with other workers"
							: "no longer at rest");
	}
	if (carrier->is_full && credit(&carrier->base) > 0) {
		carrier->is_full = false;
		carrier->events->on_credit(carrier->ctx);
	}
	if (carrier->is_closing)
		closing_turn(carrier, now.mono);
	else
		resting_turn(carrier, now.mono);
}

static mono_us next_deadline(void *ctx)
{
	struct tcp_carrier *carrier = ctx;
	mono_us deadline = carrier->is_closing ? carrier->close_deadline : INT64_MAX;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		mono_us at = tcp_link_deadline(&carrier->links[i]);
		if (at < deadline)
			deadline = at;
	}
	mono_us query = tcp_query_deadline(carrier);
	return query < deadline ? query : deadline;
}

/* -- the port -- */

static void open_carrier(struct carrier *base, const struct carrier_events *events, void *ctx)
{
	struct tcp_carrier *carrier = of(base);
	CHECK(!carrier->is_open);
	carrier->is_open = true;
	carrier->events = events;
	carrier->ctx = ctx;
	carrier->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = carrier };
	loop_add(carrier->loop, &carrier->member);
	loop_turn_soon(carrier->loop); /* the links' deadlines are over: they connect */
}

static enum submit_answer submit(struct carrier *base, const struct submit *submit)
{
	struct tcp_carrier *carrier = of(base);
	struct link *best = NULL;
	unsigned best_credit = 0;
	unsigned credit_sum = 0;
	bool any_bound = false;
	for (unsigned i = 0; i < usable_links(carrier); i++) {
		struct link *link = &carrier->links[i];
		if (!tcp_link_is_bound(link))
			continue;
		any_bound = true;
		unsigned credit = session_credit(link->session);
		credit_sum += credit;
		if (credit > best_credit) {
			best = link;
			best_credit = credit;
		}
	}
	if (best == NULL)
		return any_bound ? SUBMIT_FULL : SUBMIT_DOWN;
	enum submit_answer answer = session_submit(best->session, submit, loop_now(carrier->loop));
	carrier->is_full = answer == SUBMIT_TAKEN && credit_sum == 1;
	return answer;
}

static void flush(struct carrier *base)
{
	struct tcp_carrier *carrier = of(base);
	for (unsigned i = 0; i < carrier->options.links; i++)
		tcp_link_flush(&carrier->links[i]);
}

static void receipt_done(struct carrier *base, receipt_token token, bool durable)
{
	struct receipt_slot slot;
	/* An answer belongs to the connection that asked. */
	if (receipt_slots_take(of(base)->receipts, token, &slot) &&
	    session_generation(slot.session) == slot.session_generation)
		session_answer_receipt(slot.session, &slot.answer, durable);
}

static void try_now(struct tcp_carrier *carrier, unsigned most)
{
	for (unsigned i = 0; i < carrier->options.links && most > 0 && !carrier->rests; i++) {
		struct link *link = &carrier->links[i];
		if (!tcp_link_is_quiet(link))
			continue;
		link->phase = LINK_WAITING; /* also where we were refused: it was a human who said so */
		link->deadline = loop_now(carrier->loop).mono;
		most--;
	}
	loop_turn_soon(carrier->loop);
}

void tcp_carrier_try_all(struct tcp_carrier *carrier)
{
	carrier->tries_one = false;
	try_now(carrier, carrier->options.links);
}

/* Where a carrier has refused us, one link shows whether it takes us now: a carrier locks out who comes with a wrong secret again and
 * again, and all links have the same. The first one that is bound brings the others. */
static void retry(struct carrier *base)
{
	struct tcp_carrier *carrier = of(base);
	bool any_refused = false, any_bound = false;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		any_refused = any_refused || is_refused(&carrier->links[i]);
		any_bound = any_bound || tcp_link_is_bound(&carrier->links[i]);
	}
	if (!any_refused || any_bound) {
		tcp_carrier_try_all(carrier);
		return;
	}
	bool is_on_its_way = carrier->tries_one && !tcp_link_is_quiet(&carrier->links[0]);
	carrier->tries_one = true;
	try_now(carrier, is_on_its_way ? 0 : 1);
}

static void rest(struct carrier *base, bool rests)
{
	struct tcp_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closing);
	if (rests == carrier->rests)
		return;
	carrier->rests = rests;
	carrier->has_changed = true;
	retry(base);
	loop_turn_soon(carrier->loop);
}

static void permit(struct carrier *base, unsigned links)
{
	struct tcp_carrier *carrier = of(base);
	links = links < carrier->options.links ? links : carrier->options.links;
	if (links > 0 && carrier->permitted == 0)
		carrier->has_told = false; /* whatever keeps it down from now on is something else */
	bool is_news = links == 0 && (carrier->permitted > 0 || !carrier->has_told);
	carrier->permitted = links;
	carrier->has_changed = carrier->has_changed || (carrier->is_open && is_news);
	if (carrier->is_open)
		loop_turn_soon(carrier->loop);
}

static void cut(struct carrier *base)
{
	struct tcp_carrier *carrier = of(base);
	for (unsigned i = 0; i < carrier->options.links; i++)
		tcp_link_cut(&carrier->links[i]);
}

static unsigned held(const struct carrier *base)
{
	const struct tcp_carrier *carrier = of(base);
	unsigned count = 0;
	for (unsigned i = 0; i < carrier->options.links; i++)
		count += !tcp_link_is_quiet(&carrier->links[i]);
	return count;
}

static mono_us again_at(const struct carrier *base)
{
	const struct tcp_carrier *carrier = of(base);
	mono_us soonest = INT64_MAX;
	if (carrier->rests || carrier->is_closing)
		return 0;
	for (unsigned i = 0; i < carrier->permitted; i++) {
		const struct link *link = &carrier->links[i];
		if (!tcp_link_is_quiet(link))
			return 0;
		if (link->phase == LINK_WAITING && link->deadline < soonest)
			soonest = link->deadline;
	}
	return soonest;
}

static void close_carrier(struct carrier *base, mono_us grace_us)
{
	struct tcp_carrier *carrier = of(base);
	CHECK(carrier->is_open && !carrier->is_closed);
	mono_us now = loop_now(carrier->loop).mono;
	carrier->is_closing = true;
	carrier->close_deadline = now + grace_us;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		struct link *link = &carrier->links[i];
		if (link->phase == LINK_TALKING)
			session_unbind(link->session, now);
	}
}

static void destroy(struct carrier *base)
{
	struct tcp_carrier *carrier = of(base);
	if (carrier == NULL)
		return;
	CHECK(!carrier->is_open || carrier->is_closed);
	for (unsigned i = 0; i < carrier->options.links; i++) {
		stream_destroy(carrier->links[i].stream);
		session_destroy(carrier->links[i].session);
	}
	tcp_query_fini(carrier);
	receipt_slots_destroy(carrier->receipts);
	free(carrier);
}

/* -- making -- */

struct carrier *tcp_carrier_create(struct loop *loop, const struct tcp_carrier_options *options)
{
	static const struct carrier_ops ops = {
		.open = open_carrier,
		.submit = submit,
		.flush = flush,
		.credit = credit,
		.receipt_done = receipt_done,
		.rest = rest,
		.retry = retry,
		.permit = permit,
		.cut = cut,
		.held = held,
		.again_at = again_at,
		.close = close_carrier,
		.destroy = destroy,
	};
	CHECK(options->links >= 1 && options->links <= TCP_CARRIER_LINKS_MAX);
	struct tcp_carrier *carrier = calloc(1, sizeof *carrier);
	if (carrier == NULL)
		return NULL;
	carrier->options = *options;
	carrier->permitted = options->links;
	carrier->base = (struct carrier){ .ops = &ops, .name = carrier->options.name };
	carrier->loop = loop;
	rng_seed(&carrier->rng, options->jitter_seed);
	carrier->receipts = receipt_slots_create(RECEIPTS_MAX);
	bool made = carrier->receipts != NULL && tcp_query_init(carrier);
	for (unsigned i = 0; made && i < options->links; i++)
		made = tcp_link_init(carrier, i);
	if (!made) {
		destroy(&carrier->base);
		return NULL;
	}
	return &carrier->base;
}
