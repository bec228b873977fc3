/* SPDX-License-Identifier: Apache-2.0 */

/* Asks what became of submits that were never answered, on any live link of the account. That the carrier has the message,
 * with an id that was not told of an earlier one with the same reference, is as good as its late answer. That it has none
 * proves nothing: it may answer before its own queue knows. It is asked again a few times, and then left to whoever decides
 * about unanswered submits. */

#include "base/check.h"
#include "carrier/tcp_carrier_inner.h"

#define QUESTIONS_MAX       8192
#define PATIENCE_US         (60 * 60 * (mono_us)US_PER_S)
#define QUERIES_OF_LINK_MAX 8  /* without an answer */
#define WINDOW_SHARE        4  /* of the window for submits and questions, questions take at most one part of so many */
#define LOSSES_MAX          3  /* in a row: it answers by closing the connection */
#define SILENCES_MAX        16 /* in a row: it never answers */

static unsigned queries_max(unsigned window)
{
	unsigned share = window / WINDOW_SHARE;
	return share == 0 ? 1 : share < QUERIES_OF_LINK_MAX ? share : QUERIES_OF_LINK_MAX;
}

bool tcp_query_init(struct tcp_carrier *carrier)
{
	const struct tcp_query_options *options = &carrier->options.query;
	if (options->references.most == 0)
		return true;
	const struct questions_options questions = {
		.count_max = QUESTIONS_MAX,
		.wait_us = options->wait_us,
		.rate_per_s = options->rate_per_s,
		.patience_us = PATIENCE_US,
	};
	carrier->references = references_create(options->references, rng_next(&carrier->rng));
	carrier->questions = questions_create(&questions);
	carrier->options.session.references = carrier->references;
	carrier->options.session.queries_max = queries_max(carrier->options.session.window);
	return carrier->references != NULL && carrier->questions != NULL;
}

void tcp_query_fini(struct tcp_carrier *carrier)
{
	references_destroy(carrier->references);
	questions_destroy(carrier->questions);
}

static mono_us now_of(const struct tcp_carrier *carrier)
{
	return loop_now(carrier->loop).mono;
}

static void count(const struct tcp_carrier *carrier, enum metric metric)
{
	metrics_add_at(carrier->options.metrics, metric, carrier->options.account_index, 1);
}

void tcp_query_open(struct tcp_carrier *carrier, const struct submit_key *key, uint16_t user_reference)
{
	bool is_open =
		!carrier->query_refused && questions_open(carrier->questions, key, user_reference, now_of(carrier));
	if (!is_open)
		references_rest(carrier->references, user_reference);
}

void tcp_query_answered(struct tcp_carrier *carrier, const struct submit_key *key, uint16_t user_reference,
			const struct outcome *outcome)
{
	enum question_close closed = questions_close(carrier->questions, key, user_reference);
	if (closed == QUESTION_NOT_OPEN)
		return; /* the number is no longer its own */
	bool is_accepted = outcome->outcome_class == OUTCOME_ACCEPTED;
	if (closed == QUESTION_WAS_ASKED)
		references_told_too_early(carrier->references, user_reference,
					  is_accepted ? outcome->carrier_ref : (struct slice){ 0 });
	else if (is_accepted)
		references_told(carrier->references, user_reference, outcome->carrier_ref);
	else
		references_free(carrier->references, user_reference);
}

static void ask_again(struct tcp_carrier *carrier, uint16_t user_reference, bool is_lost)
{
	if (questions_again(carrier->questions, user_reference, is_lost, now_of(carrier)))
		return;
	count(carrier, METRIC_QUERIES_GIVEN_UP);
	references_rest(carrier->references, user_reference);
}

static void on_found(struct tcp_carrier *carrier, const struct submit_key *key, uint16_t user_reference,
		     struct slice carrier_ref, enum message_state state)
{
	questions_close(carrier->questions, key, user_reference);
	references_told(carrier->references, user_reference, carrier_ref);
	count(carrier, METRIC_QUERIES_FOUND);
	const struct outcome outcome = {
		.outcome_class = OUTCOME_ACCEPTED,
		.carrier_ref = carrier_ref,
		.is_queried = true,
	};
	carrier->events->on_late(carrier->ctx, key, &outcome);
	if (!message_state_is_final(state))
		return;
	/* Its receipt may have come and gone while nobody knew the id. */
	const struct receipt receipt = { .carrier_ref = carrier_ref, .state = state };
	carrier->events->on_receipt(carrier->ctx, RECEIPT_WITHOUT_ANSWER, &receipt);
}

#define NOT_ANY_MORE "so it is not asked any more; ask it whether it takes that, or remove “query_sm” from this account"

static void on_refused(struct tcp_carrier *carrier, const char *why)
{
	carrier->query_refused = true;
	references_stop(carrier->references);
	uint16_t user_reference;
	while ((user_reference = questions_drop(carrier->questions)) != 0)
		references_rest(carrier->references, user_reference);
	struct log_line line;
	if (!log_begin(&line, carrier->options.log, LOG_WARN, "query_refused", why))
		return;
	log_text(&line, "account", slice_of(carrier->options.name));
	log_end(&line);
}

void tcp_query_told(struct tcp_carrier *carrier, uint16_t user_reference, enum query_answer answer,
		    struct slice carrier_ref, enum message_state state)
{
	struct submit_key key;
	if (!questions_find_asked(carrier->questions, user_reference, &key))
		return; /* its answer came meanwhile, or it was too old */
	bool is_earlier = references_is_earlier(carrier->references, user_reference, carrier_ref);
	if (answer == QUERY_UNANSWERED)
		carrier->query_silences++;
	else if (answer != QUERY_LOST)
		carrier->query_silences = carrier->query_losses = 0;
	if (answer == QUERY_UNSUPPORTED) {
		on_refused(carrier, "the carrier does not take query_sm by user_message_reference, " NOT_ANY_MORE);
	} else if (carrier->query_silences == SILENCES_MAX) {
		on_refused(carrier, "the carrier left sixteen query_sm in a row without an answer, " NOT_ANY_MORE);
	} else if (answer == QUERY_FOUND && !is_earlier) {
		on_found(carrier, &key, user_reference, carrier_ref, state);
	} else {
		if (answer == QUERY_ABSENT || is_earlier)
			count(carrier, METRIC_QUERIES_ABSENT);
		ask_again(carrier, user_reference, answer == QUERY_LOST);
	}
}

void tcp_query_link_lost(struct tcp_carrier *carrier)
{
	/* A link that we end ourselves says nothing. */
	if (carrier->query_refused || carrier->rests || carrier->is_closing || ++carrier->query_losses < LOSSES_MAX)
		return;
	on_refused(carrier,
		   "three times in a row a link was lost while the carrier was asked by query_sm, " NOT_ANY_MORE);
}

static struct link *best_link(struct tcp_carrier *carrier)
{
	struct link *best = NULL;
	for (unsigned i = 0; i < carrier->options.links; i++) {
		struct link *link = &carrier->links[i];
		if (tcp_link_is_bound(link) &&
		    (best == NULL || session_credit(link->session) > session_credit(best->session)))
			best = link;
	}
	return best;
}

static bool may_ask(const struct tcp_carrier *carrier)
{
	return carrier->questions != NULL && carrier->options.takes_submits && !carrier->rests && !carrier->is_closing;
}

static bool ask(struct tcp_carrier *carrier, uint16_t user_reference, mono_us now)
{
	const struct link *link = best_link(carrier);
	if (link == NULL || session_query(link->session, user_reference, now) != SUBMIT_TAKEN) {
		questions_hold(carrier->questions, now);
		return false;
	}
	questions_asked(carrier->questions, user_reference, now);
	count(carrier, METRIC_QUERIES);
	return true;
}

bool tcp_query_turn(struct tcp_carrier *carrier, mono_us now)
{
	if (carrier->questions == NULL)
		return false;
	references_tick(carrier->references, now);
	uint16_t user_reference;
	while ((user_reference = questions_expire(carrier->questions, now)) != 0) {
		count(carrier, METRIC_QUERIES_GIVEN_UP);
		references_rest(carrier->references, user_reference);
	}
	user_reference = may_ask(carrier) ? questions_due(carrier->questions, now) : 0;
	bool is_asked = user_reference != 0 && ask(carrier, user_reference, now);
	metrics_set_at(carrier->options.metrics, METRIC_QUERIES_OPEN, carrier->options.account_index,
		       questions_count(carrier->questions));
	return is_asked;
}

mono_us tcp_query_deadline(struct tcp_carrier *carrier)
{
	bool can_ask = may_ask(carrier) && best_link(carrier) != NULL;
	return can_ask ? questions_next_deadline(carrier->questions) : INT64_MAX;
}
