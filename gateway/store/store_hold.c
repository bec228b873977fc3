/* SPDX-License-Identifier: Apache-2.0 */

/* Redis refuses something for now (refusal.h): the connection stays, the call stays on the list, and all that was refused
 * is tried again after 100 ms … 1 s. A full Redis refuses what is new only; what takes work off the queue goes on, and
 * READ goes another way. Where it takes no writes at all, the store says that it is down, and one try in each interval
 * finds out when it is over. */

#include "store/redis_store_inner.h"

#define RETRY_FIRST_US (100 * US_PER_MS)
#define RETRY_MAX_US   US_PER_S
#define CALM_US        (5 * US_PER_S) /* a Redis at its limit refuses and takes in turn: that is one state, not many */

const char *store_tell_refusal(struct redis_store *store, const char *event, const char *text,
			       const struct refusal *refusal, const struct reply *error)
{
	bool is_listed = refusal != NULL && refusal->word[0] != '\0';
	const char *said = is_listed ? refusal->text : text;
	if (is_listed && refusal == store->told_refusal)
		return said;
	store->told_refusal = refusal;
	struct log_line line;
	if (log_begin(&line, store->options->log, LOG_ERROR, is_listed ? "store_error" : event, said)) {
		if (error != NULL && error->type == REPLY_ERROR)
			log_text(&line, "error", error->text);
		log_end(&line);
	}
	return said;
}

static void note_full(struct redis_store *store, const struct refusal *refusal)
{
	store->full_at = loop_now(store->loop).mono;
	store->has_room = false;
	if (store->gauges.is_full)
		return;
	store->gauges.is_full = true;
	log_write(store->options->log, LOG_ERROR, "redis_full", refusal->text);
}

void store_hold(struct redis_store *store, const struct refusal *refusal)
{
	if (refusal->way == REFUSAL_FULL) {
		note_full(store, refusal);
	} else {
		store->is_paused = true;
		store_tell_state(store, false, refusal->text);
	}
	if (store->retry_at != 0)
		return; /* of calls that were under way together, the first one sets the time */
	mono_us after = store->retry_after == 0 ? RETRY_FIRST_US : 2 * store->retry_after;
	store->retry_after = after < RETRY_MAX_US ? after : RETRY_MAX_US;
	store->retry_at = loop_now(store->loop).mono + store->retry_after;
}

bool store_holds_back(const struct redis_store *store, bool is_new)
{
	return store->retry_at != 0 && (store->is_paused || is_new);
}

void store_worked(struct redis_store *store, bool is_new)
{
	store->told_refusal = NULL;
	if (is_new) {
		store->has_room = true;
		store->retry_after = 0;
	}
	if (!store->is_paused)
		return;
	store->is_paused = false;
	store->retry_after = 0;
	store_come_up(store);
}

static void try_again(struct redis_store *store)
{
	store->retry_at = 0;
	if (store->takes_calls && redis_link_is_up(store->main))
		store_calls_resend(store);
	if (store->is_read_held)
		store_read_again(store);
	/* Nothing is left that could find out (a fence took it): the next call will. */
	if (list_empty(&store->calls) && !store->is_reading && store->is_paused)
		store_worked(store, false);
}

void store_hold_turn(struct redis_store *store, mono_us now)
{
	if (store->retry_at != 0 && now >= store->retry_at)
		try_again(store);
	if (!store->gauges.is_full || !store->has_room || now - store->full_at < CALM_US)
		return;
	store->gauges.is_full = false;
	log_write(store->options->log, LOG_INFO, "redis_has_room", "Redis is no longer full; new alerts go out again");
}

mono_us store_hold_deadline(const struct redis_store *store)
{
	mono_us deadline = store->retry_at != 0 ? store->retry_at : INT64_MAX;
	mono_us calm_at = store->full_at + CALM_US;
	return store->gauges.is_full && store->has_room && calm_at < deadline ? calm_at : deadline;
}
