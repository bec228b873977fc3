/* SPDX-License-Identifier: Apache-2.0 */

/* Another Redis than before answers: a replica was promoted that had not heard the last of it, or it was started anew from what its disk
 * had. What we were told may be gone there: entries that we have settled lie in their lanes again, those in flight look as if nobody had
 * read them. So each worker first tells again what was settled lately (outcome_ring.h) and puts what it has in flight aside as in doubt,
 * where nobody finds it while the worker lives; what had begun and not left is begun again. All of this may be told twice. Nothing new
 * is begun before all workers have done so, or had time for it.
 *
 *   looked at, another one ─► restore calls ─► signed on ─► all answered ─► assemble.lua until nobody is absent ─► up
 *
 * What stays: a worker that ends in the same moments takes what it knows with it. */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "store/redis_info.h"

#include <stdio.h>
#include <stdlib.h>

#define ASSEMBLE_US (10 * US_PER_S) /* a link is back within its backoff and its connect, 5 s each at most */
#define ASK_US      (100 * US_PER_MS)
#define TELL_AGAIN_US \
	(30 * US_PER_S)    /* Redis takes no replica for one that is further behind than 10 s (min-replicas-max-lag) */
#define RESTORE_CALL   128 /* settlements in one call */
#define RESTORE_OCTETS (512u * 1024u)

/* A call that tells again; some settlements, or receipt keys. */
struct restore_call {
	struct store_call call;
	enum outcome_kind kind;
	unsigned count;
};

/* Sets which Redis it is; empty where that may not be known to us. A process may be promoted more than once. */
static void read_identity(const struct reply *reply, char out[STORE_IDENTITY_OCTETS])
{
	out[0] = '\0';
	if (reply->type != REPLY_TEXT)
		return;
	struct slice run = redis_info_find(reply->text, "run_id");
	struct slice promoted = redis_info_find(reply->text, "second_repl_offset");
	if (run.len == 0 || run.len > 40 || promoted.len > 20)
		return;
	snprintf(out, STORE_IDENTITY_OCTETS, "%.*s:%.*s", SLICE_ARG(run), SLICE_ARG(promoted));
}

/* -- calls -- */

static void fini(struct store_call *call)
{
	command_fini(&call->command);
	free(call);
}

static void on_restored(struct store_call *call, const struct reply *reply)
{
	struct redis_store *store = call->store;
	(void)reply; /* what stays with others is theirs */
	store_call_done(call);
	fini(call);
	store->restores_open--;
	store->next_assemble = 0;
}

static struct restore_call *begin_call(struct redis_store *store, enum outcome_kind kind)
{
	struct restore_call *restore = calloc(1, sizeof *restore);
	/* Without it messages would be sent twice; whoever starts instead is no worse off. */
	CHECK(restore != NULL);
	restore->kind = kind;
	restore->call.store = store;
	restore->call.on_reply = on_restored;
	restore->call.fini = fini;
	restore->call.span = STORE_SPAN_SETTLE;
	if (kind == OUTCOME_RECEIPTS)
		store_receipts_begin(store, &restore->call.command);
	else
		store_settle_each_begin(store, &restore->call.command, true);
	return restore;
}

static void send_filling(struct redis_store *store)
{
	struct restore_call *restore = store->restore_filling;
	store->restore_filling = NULL;
	if (restore == NULL)
		return;
	CHECK(!restore->call.command.failed);
	store->restores_open++;
	store_call_send(&restore->call);
}

static struct restore_call *filling(struct redis_store *store, enum outcome_kind kind)
{
	struct restore_call *restore = store->restore_filling;
	if (restore != NULL &&
	    (restore->kind != kind || restore->count == RESTORE_CALL || restore->call.command.len > RESTORE_OCTETS))
		send_filling(store);
	if (store->restore_filling == NULL)
		store->restore_filling = begin_call(store, kind);
	store->restore_filling->count++;
	return store->restore_filling;
}

static void tell_again(void *ctx, const struct outcome *outcome)
{
	struct redis_store *store = ctx;
	struct restore_call *restore = filling(store, outcome->kind);
	command_append(&restore->call.command, outcome->arguments, outcome->argument_count);
	store->restored_count += outcome->kind == OUTCOME_SETTLED;
}

void store_reassert(struct store *base, const struct settlement *settlements, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	for (unsigned i = 0; i < count; i++)
		store_put_each(&filling(store, OUTCOME_SETTLED)->call.command, &settlements[i], STORE_RESTORE_OWN);
	store->reasserted_count += count;
}

/* Those of an earlier time are made anew. */
static void drop_calls(struct redis_store *store)
{
	struct list *link = store->calls.next;
	while (link != &store->calls) {
		struct store_call *call = LIST_ITEM(link, struct store_call, link);
		link = link->next;
		if (call->on_reply != on_restored)
			continue;
		list_remove(&call->link);
		fini(call);
	}
	store->restores_open = 0;
}

/* -- another Redis -- */

static void tell_log(struct redis_store *store)
{
	struct log_line line;
	if (!log_begin(&line, store->options->log, LOG_WARN, "redis_is_another",
		       "Redis was started anew, or another one has taken its place: it may hold an earlier state, so "
		       "that what it may "
		       "have lost is told again"))
		return;
	log_uint(&line, "settled", store->restored_count);
	log_uint(&line, "in_flight", store->reasserted_count);
	log_end(&line);
}

static void restore(struct redis_store *store)
{
	store->restored_count = store->reasserted_count = 0;
	drop_calls(store);
	/* Under the same name: where its sign-on was lost, nobody has taken it for dead. */
	store->has_signed_on = false;
	store->orphan[0] = '\0';
	store->orphan_is_fenced = store->is_adopting = false;
	claims_clear(&store->claims);
	store->lost_count = 0;
	store->may_have_lost = true;
	store->events->on_restored(store->ctx);
	store_begins_lost(store);
	store_settles_restore(store);
	outcome_ring_each(&store->outcomes, loop_now(store->loop).mono - TELL_AGAIN_US, tell_again, store);
	send_filling(store);
	tell_log(store);
}

void store_identify(struct redis_store *store, const struct reply *info)
{
	char now[STORE_IDENTITY_OCTETS];
	read_identity(info, now);
	bool is_another = strcmp(now, store->identity) != 0;
	bool was_known = store->identity[0] != '\0';
	snprintf(store->identity, sizeof store->identity, "%s", now);
	if (!is_another)
		return;
	store->is_assembled = now[0] == '\0';
	store->next_assemble = 0;
	if (was_known)
		restore(store);
}

/* -- the reader's connection -- */

static void on_reader_looked(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return;
	read_identity(reply, store->reader_identity);
	store->reader_is_known = true;
	store_come_up(store);
}

void store_reader_identify(struct redis_store *store)
{
	store->reader_is_known = false;
	command_begin(&store->scratch);
	command_word(&store->scratch, "INFO");
	command_word(&store->scratch, "server");
	command_word(&store->scratch, "replication");
	if (!redis_link_send(store->reader, command_octets(&store->scratch), 0, on_reader_looked, store))
		redis_link_break(store->reader, "out of memory");
}

bool store_is_one_redis(struct redis_store *store)
{
	if (!store->reader_is_known)
		return false;
	if (strcmp(store->identity, store->reader_identity) == 0)
		return true;
	/* One of them is with a Redis that is no longer the one. */
	static const char reason[] = "our two connections have come to two different Redis servers";
	store->reader_is_known = false;
	redis_link_break(store->main, reason);
	redis_link_break(store->reader, reason);
	return false;
}

/* -- all are there -- */

static void on_assembled(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store->is_asking_assemble = false;
	if (reply == NULL || store_script_failed(store, reply))
		return;
	const struct reply *absent = reply_at(reply, 0);
	const struct reply *known_ms = reply_at(reply, 1);
	if (absent == NULL || known_ms == NULL)
		return;
	bool is_late = known_ms->integer * US_PER_MS >= ASSEMBLE_US;
	if (absent->integer > 0 && !is_late)
		return;
	store->is_assembled = true;
	store->next_heartbeat = loop_now(store->loop).mono; /* it looks for the dead at once */
	store_come_up(store);
}

static void assemble(struct redis_store *store)
{
	char earlier[STORE_NAME_OCTETS] = "";
	char living[STORE_NAME_OCTETS] = "";
	if (store->options->adopts_instance) {
		snprintf(earlier, sizeof earlier, "%s:", store->options->instance);
		snprintf(living, sizeof living, "%s:%016llx", store->options->instance,
			 (unsigned long long)store->options->nonce);
	}
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_ASSEMBLE, 2);
	store_put_key(store, command, KEY_ASSEMBLED);
	store_put_key(store, command, KEY_WORKERS);
	command_word(command, store->identity);
	command_word(command, store->consumer);
	command_word(command, earlier);
	command_word(command, living);
	store->is_asking_assemble = redis_link_send(store->main, command_octets(command), 0, on_assembled, store);
}

void store_restore_turn(struct redis_store *store, mono_us now)
{
	if (store->is_assembled || store->is_asking_assemble || store->restores_open > 0 ||
	    now < store->next_assemble || !redis_link_is_up(store->main))
		return;
	store->next_assemble = now + ASK_US;
	assemble(store);
}

mono_us store_restore_deadline(const struct redis_store *store)
{
	bool is_asked = store->is_assembled || store->is_asking_assemble || store->restores_open > 0;
	return is_asked ? INT64_MAX : store->next_assemble;
}

void store_restore_fini(struct redis_store *store)
{
	if (store->restore_filling != NULL)
		fini(&store->restore_filling->call);
	outcome_ring_fini(&store->outcomes);
}
