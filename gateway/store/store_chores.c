/* SPDX-License-Identifier: Apache-2.0 */

/* Chores: what is looked at or tidied up in Redis now and then, whoever does it. Of the workers of a process the first one
 * does it for all. Each chore is a question that may get lost; then it is asked again. */

#include "store/redis_store_inner.h"

#define RETRY_US   (100 * US_PER_MS)
#define REFUSED_US US_PER_S /* Redis refuses it for now */

static const struct chore_row {
	/* Writes the question; false where there never is one. */
	bool (*ask)(struct redis_store *store, struct command *command);
	/* Takes the answer, which is no error; returns how long the chore may rest. */
	mono_us (*answer)(struct redis_store *store, const struct reply *reply);
	const char *event; /* and what it means, where Redis refuses it */
	const char *failure;
} rows[CHORE_COUNT] = {
	[CHORE_BALANCE] = { store_balance_ask, store_balance_answer, "balance_error",
			    "the account of the queue cannot be looked at; check that nothing else uses these keys, "
			    "and "
			    "what Redis' ACL allows" },
	[CHORE_MEMORY] = { store_memory_ask, store_memory_answer, "memory_error",
			   "Redis does not tell how much memory it uses, so that nobody will be warned; its ACL must "
			   "allow "
			   "INFO" },
	[CHORE_TRIM] = { store_trim_ask, store_trim_answer, "trim_error",
			 "the events cannot be trimmed and will fill Redis; check that nothing else uses their key, "
			 "and "
			 "what Redis' ACL allows" },
	[CHORE_TRIM_MO] = { store_trim_mo_ask, store_trim_mo_answer, "mo_trim_error",
			    "messages from phones cannot be trimmed and will fill Redis; check that nothing else uses "
			    "their key, and what Redis' ACL allows" },
	[CHORE_LEGACY] = { store_legacy_ask, store_legacy_answer, "legacy_error",
			   "alerts on the list alerts:list cannot be moved to the queue; its key must be a list, and "
			   "Redis' ACL must allow LLEN, LINDEX, RPOP and XADD" },
};

static void on_answer(void *ctx, const struct reply *reply)
{
	struct store_chore *chore = ctx;
	struct redis_store *store = chore->store;
	const struct chore_row *row = &rows[chore - store->chores];
	mono_us now = loop_now(store->loop).mono;
	chore->is_asking = false;
	if (reply == NULL)
		return;
	if (reply->type != REPLY_ERROR) {
		chore->has_failed = false;
		chore->next_at = now + row->answer(store, reply);
		return;
	}
	const struct refusal *refusal = refusal_of(reply);
	/* Where it is an error somebody has to look. */
	chore->next_at = now + (refusal->word[0] != '\0' ? REFUSED_US : store->options->chore_rest_us);
	store_script_failed(store, reply);
	if (refusal->word[0] != '\0')
		return; /* others tell of it, and it passes */
	struct log_line line;
	if (!chore->has_failed && log_begin(&line, store->options->log, LOG_ERROR, row->event, row->failure)) {
		log_text(&line, "error", reply->text);
		log_end(&line);
	}
	chore->has_failed = true;
}

static void ask(struct redis_store *store, unsigned number, mono_us now)
{
	struct store_chore *chore = &store->chores[number];
	chore->store = store;
	chore->asked_at = now;
	if (!rows[number].ask(store, &store->scratch)) {
		chore->next_at = INT64_MAX;
		return;
	}
	/* Where the answer is lost, or there is no place for the question, it is asked again soon. */
	chore->next_at = now + RETRY_US;
	chore->is_asking = redis_link_send(store->main, command_octets(&store->scratch), 0, on_answer, chore);
}

static bool does_chores(const struct redis_store *store)
{
	return store->options->worker == 0;
}

void store_chores(struct redis_store *store, mono_us now)
{
	for (unsigned i = 0; i < CHORE_COUNT && does_chores(store); i++) {
		if (!store->chores[i].is_asking && now >= store->chores[i].next_at)
			ask(store, i, now);
	}
}

mono_us store_chores_deadline(const struct redis_store *store)
{
	mono_us deadline = INT64_MAX;
	for (unsigned i = 0; i < CHORE_COUNT && does_chores(store); i++) {
		if (!store->chores[i].is_asking && store->chores[i].next_at < deadline)
			deadline = store->chores[i].next_at;
	}
	return deadline;
}
