/* SPDX-License-Identifier: Apache-2.0 */

/* Breaking: an account of which nearly nothing comes back well gets nothing for a while (flow/breaker.h). Meanwhile it counts as one
 * that is away: what waits for it goes another way or into the store. Then it is tried with one alert at a time. */

#include "pipeline/pipeline_inner.h"

static void tell_breaker(const struct account *account)
{
	static const struct {
		enum log_level level;
		const char *event;
		const char *text;
	} words[] = {
		[BREAKER_CLOSED] = { LOG_INFO, "account_mended", "the alerts that it was tried with were accepted" },
		[BREAKER_HALF_OPEN] = { LOG_INFO, "account_tried", "it is tried with one alert at a time" },
		[BREAKER_OPEN] = { LOG_WARN, "account_broken",
				   "nearly all of its last answers were failures: it gets nothing for a while" },
	};
	const struct pipeline *pipeline = account->pipeline;
	enum breaker_state state = account->breaker.state;
	struct log_line line;
	metrics_set_at(pipeline->metrics, METRIC_ACCOUNT_BREAKER, account->index, state);
	if (log_begin(&line, pipeline->log, words[state].level, words[state].event, words[state].text)) {
		log_text(&line, "account", slice_of(account->options->name));
		if (state == BREAKER_OPEN)
			log_int(&line, "rest_ms", account->breaker.rest / US_PER_MS);
		log_end(&line);
	}
}

static void on_change(struct account *account, mono_us now)
{
	if (account->breaker.state == BREAKER_OPEN) {
		congestion_restart(&account->congestion, account->in_flight, now);
		account->ahead = 0;
		account->pipeline->last_sweep = 0; /* what waits for it may go another way at once */
	}
	accounts_judge(account);
	if (account->breaker.state != BREAKER_HALF_OPEN) /* being tried is part of it */
		account->pipeline->gauges.account_since[account->index] = now;
	tell_breaker(account);
}

void breaking_note(struct account *account, const struct outcome *outcome, mono_us sent_at, mono_us now)
{
	bool is_bad = outcome->outcome_class == OUTCOME_TEMPORARY || outcome->outcome_class == OUTCOME_UNKNOWN ||
		      outcome->outcome_class == OUTCOME_LINK_REFUSED;
	if (account->options->has_no_breaker)
		health_note(&account->health, is_bad, now);
	else if (breaker_note(&account->breaker, &account->health, is_bad, sent_at, now))
		on_change(account, now);
}

void breaking_retry(struct account *account, mono_us now)
{
	if (breaker_retry(&account->breaker, now))
		on_change(account, now);
}

bool breaking_has_probe(const struct account *account)
{
	return account->breaker.state == BREAKER_HALF_OPEN &&
	       dispatch_waiting(account) + account->reserved + account->in_flight > 0;
}

static void tell_failing(const struct account *account)
{
	const struct pipeline *pipeline = account->pipeline;
	bool is_failing = account->is_failing;
	struct log_line line;
	metrics_set_at(pipeline->metrics, METRIC_ACCOUNT_FAILING, account->index, is_failing);
	if (log_begin(&line, pipeline->log, is_failing ? LOG_WARN : LOG_INFO,
		      is_failing ? "account_failing" : "account_works",
		      is_failing ? "half of the last answers, or more, were failures: other accounts go before it"
				 : "it takes its turn again")) {
		log_text(&line, "account", slice_of(account->options->name));
		log_end(&line);
	}
}

void breaking_turn(struct pipeline *pipeline, mono_us now)
{
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		struct account *account = &pipeline->accounts[i];
		if (breaker_turn(&account->breaker, now))
			on_change(account, now);
		bool is_failing = account->breaker.state != BREAKER_CLOSED || health_is_failing(&account->health, now);
		bool is_other = is_failing != account->is_failing;
		account->is_failing = is_failing;
		if (is_other)
			tell_failing(account);
	}
}

mono_us breaking_next_deadline(const struct pipeline *pipeline)
{
	mono_us deadline = INT64_MAX;
	for (unsigned i = 0; i < pipeline->account_count; i++) {
		mono_us due = breaker_due(&pipeline->accounts[i].breaker);
		deadline = due < deadline ? due : deadline;
	}
	return deadline;
}
