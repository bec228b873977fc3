/* SPDX-License-Identifier: Apache-2.0 */

/* Another Redis than before answers: a replica was promoted that had not heard the last of it, or it was started anew from what its disk
 * had. What we were told may be gone there: entries that we have settled lie in their lanes again, those in flight look as if nobody had
 * read them. So each worker first tells again what was settled lately (replay_ring.h), then what it was about to tell, and puts what it
 * has in flight aside as in doubt, where nobody finds it while the worker lives; what had begun and not left is begun again. In this
 * order, since a late answer or an alert in flight is newer than what was told of it. All of this may be told twice. Nothing new is begun
 * before all workers have done so, or had time for it.
 *
 *   looked at, another one ─► restoring calls ─► signed on ─► all answered ─► assemble.lua until nobody is absent ─► up
 *
 * What stays: a worker that ends in the same moments takes what it knows with it. */

#include "store/store_restore.h"

#include "base/check.h"
#include "base/number.h"
#include "store/redis_info.h"

#include <stdio.h>
#include <stdlib.h>

#define ASK_US         (100 * US_PER_MS)
#define ASK_ABSENT_US  US_PER_S
#define RESTORE_CALL   128 /* settlements in one call */
#define RESTORE_OCTETS (512u * 1024u)

/* A call that tells again: some records of one kind. */
struct restore_call {
	struct store_call call;
	unsigned count;
};

/* -- which Redis it is -- */

/* “run:place of its promotion”: a process may be promoted more than once. False where it does not say. */
static bool read_identity(const struct reply *reply, char out[STORE_IDENTITY_OCTETS])
{
	if (reply->type != REPLY_TEXT)
		return false;
	struct slice run = redis_info_find(reply->text, "run_id");
	struct slice promoted = redis_info_find(reply->text, "second_repl_offset");
	if (run.len == 0 || run.len > 40 || promoted.len == 0 || promoted.len > 20)
		return false;
	snprintf(out, STORE_IDENTITY_OCTETS, "%.*s:%.*s", SLICE_ARG(run), SLICE_ARG(promoted));
	return true;
}

/* After an hour without replicas Redis forgets where it was promoted, and says -1 as one that never was. */
static bool is_same(const char *known, const char *now)
{
	const char *colon = strchr(now, ':');
	size_t run_len = colon != NULL ? (size_t)(colon - now) + 1 : 0;
	return strcmp(known, now) == 0 ||
	       (colon != NULL && strcmp(colon, ":-1") == 0 && strncmp(known, now, run_len) == 0);
}

/* -- calls -- */

static void fini(struct store_call *call)
{
	command_fini(&call->command);
	free(call);
}

static void on_restored(struct store_call *call, const struct reply *reply)
{
	(void)reply; /* what stays with others is theirs */
	store_call_done(call);
	fini(call);
}

static void begin_receipts(struct redis_store *store, struct command *command)
{
	store_call_begin_script(store, command, SCRIPT_RECEIPTS, 4);
	for (unsigned i = 0; i < 4; i++)
		store_put_generation(store, command, i < 2 ? "receipts" : "told", store->options->receipt_window_ms,
				     i % 2);
}

static struct restore_call *begin_call(struct redis_store *store, enum replay_kind kind)
{
	struct restore_call *restore = calloc(1, sizeof *restore);
	/* Without it messages would be sent twice; whoever starts instead is no worse off. */
	CHECK(restore != NULL);
	restore->call.store = store;
	restore->call.on_reply = on_restored;
	restore->call.fini = fini;
	restore->call.span = STORE_SPAN_SETTLE;
	restore->call.is_dispensable = kind != REPLAY_SETTLED;
	if (kind == REPLAY_RECEIPTS)
		begin_receipts(store, &restore->call.command);
	else if (kind == REPLAY_MO)
		store_mo_begin(store, &restore->call.command);
	else
		store_settle_each_begin(store, &restore->call.command, true);
	return restore;
}

static void send_filling(struct redis_store *store, enum replay_kind kind)
{
	struct restore_call *restore = store->restore_filling[kind];
	store->restore_filling[kind] = NULL;
	if (restore == NULL)
		return;
	CHECK(!restore->call.command.failed);
	store_call_send(&restore->call);
}

static struct command *filling(struct redis_store *store, enum replay_kind kind)
{
	struct restore_call *restore = store->restore_filling[kind];
	if (restore != NULL && (restore->count == RESTORE_CALL || restore->call.command.len > RESTORE_OCTETS))
		send_filling(store, kind);
	if (store->restore_filling[kind] == NULL)
		store->restore_filling[kind] = begin_call(store, kind);
	store->restore_filling[kind]->count++;
	return &store->restore_filling[kind]->call.command;
}

/* -- what was answered is kept -- */

#define KEPT_TEXTS 7

/* A settlement in the ring, with its texts behind it. */
struct kept {
	struct entry_key key;
	struct entry_key origin;
	wall_ms due_at;
	uint64_t park_rank;
	enum settle_kind kind;
	enum closing closing;
	uint32_t attempt;
	bool ambiguous;
	uint32_t lens[KEPT_TEXTS];
};

static void point_to_texts(struct settlement *settlement, struct slice *texts[KEPT_TEXTS])
{
	texts[0] = &settlement->id;
	texts[1] = &settlement->event;
	texts[2] = &settlement->reason;
	texts[3] = &settlement->body;
	texts[4] = &settlement->state;
	texts[5] = &settlement->paused_by;
	texts[6] = &settlement->parked_on;
}

void store_keep_settlement(struct redis_store *store, const struct settlement *settlement)
{
	/* What was never sent need not be told again: it would be judged anew, and alike. */
	if (store->replay.cap == 0 || settlement->id.len == 0)
		return;
	struct kept kept = {
		.key = settlement->key,
		.origin = settlement->origin,
		.due_at = settlement->due_at,
		.park_rank = settlement->park_rank,
		.kind = settlement->kind,
		.closing = settlement->closing,
		.attempt = settlement->attempt,
		.ambiguous = settlement->ambiguous,
	};
	struct settlement copy = *settlement;
	struct slice *texts[KEPT_TEXTS];
	struct slice pieces[1 + KEPT_TEXTS] = { { (const char *)&kept, sizeof kept } };
	point_to_texts(&copy, texts);
	for (unsigned i = 0; i < KEPT_TEXTS; i++) {
		kept.lens[i] = (uint32_t)texts[i]->len;
		pieces[1 + i] = *texts[i];
	}
	const struct replay_record record = { .at = loop_now(store->loop).mono, .kind = REPLAY_SETTLED };
	replay_ring_put(&store->replay, &record, pieces, 1 + KEPT_TEXTS);
}

void store_keep_arguments(struct redis_store *store, enum replay_kind kind, struct slice arguments, unsigned count)
{
	const struct replay_record record = {
		.at = loop_now(store->loop).mono,
		.kind = kind,
		.argument_count = count,
	};
	if (store->replay.cap > 0)
		replay_ring_put(&store->replay, &record, &arguments, 1);
}

static void read_kept(struct slice octets, struct settlement *out)
{
	const struct kept *kept = (const struct kept *)(const void *)octets.at;
	*out = (struct settlement){
		.key = kept->key,
		.origin = kept->origin,
		.due_at = kept->due_at,
		.park_rank = kept->park_rank,
		.kind = kept->kind,
		.closing = kept->closing,
		.attempt = kept->attempt,
		.ambiguous = kept->ambiguous,
	};
	struct slice *texts[KEPT_TEXTS];
	const char *at = octets.at + sizeof *kept;
	point_to_texts(out, texts);
	for (unsigned i = 0; i < KEPT_TEXTS; i++) {
		*texts[i] = (struct slice){ kept->lens[i] > 0 ? at : NULL, kept->lens[i] };
		at += kept->lens[i];
	}
}

/* -- another Redis -- */

static void tell_again(void *ctx, const struct replay_record *record)
{
	struct redis_store *store = ctx;
	struct command *command = filling(store, record->kind);
	struct settlement settlement;
	if (record->kind != REPLAY_SETTLED) {
		command_append(command, record->octets, record->argument_count);
		return;
	}
	read_kept(record->octets, &settlement);
	store_put_each(command, &settlement, STORE_RESTORE_TOLD);
	store->restored_count++;
}

static void tell_ring_again(struct redis_store *store)
{
	mono_us lost_at = store->lost_at != 0 ? store->lost_at : loop_now(store->loop).mono;
	replay_ring_each(&store->replay, lost_at - store->options->replay_us, tell_again, store);
	for (unsigned kind = 0; kind < REPLAY_KIND_COUNT; kind++)
		send_filling(store, (enum replay_kind)kind);
}

void store_reassert(struct store *base, const struct settlement *settlements, unsigned count)
{
	struct redis_store *store = (struct redis_store *)base;
	for (unsigned i = 0; i < count; i++)
		store_put_each(filling(store, REPLAY_SETTLED), &settlements[i], STORE_RESTORE_OWN);
	store->reasserted_count += count;
}

/* Moves calls to another list, in their order. Those that told an earlier Redis something are made anew. */
static void move_calls(struct list *from, struct list *to)
{
	while (!list_empty(from)) {
		struct store_call *call = LIST_ITEM(from->next, struct store_call, link);
		list_remove(&call->link);
		if (call->on_reply != on_restored) {
			list_push(to, &call->link);
			continue;
		}
		store_call_done(call);
		fini(call);
	}
}

static void await_calls(struct redis_store *store)
{
	store->awaited = 0;
	for (struct list *link = store->calls.next; link != &store->calls; link = link->next) {
		LIST_ITEM(link, struct store_call, link)->is_awaited = true;
		store->awaited++;
	}
}

static void tell_log(struct redis_store *store)
{
	struct log_line line;
	if (!log_begin(
		    &line, store->options->log, LOG_WARN, "redis_is_another",
		    "Redis was started anew, or another one has taken its place; what it may have lost is told again"))
		return;
	log_uint(&line, "settled", store->restored_count);
	log_uint(&line, "in_flight", store->reasserted_count);
	log_end(&line);
}

static void restore(struct redis_store *store)
{
	struct list pending;
	list_init(&pending);
	store->restored_count = store->reasserted_count = 0;
	/* What an orphan had begun is remembered on: we may have taken some of it over. */
	store_forget_entries(store);
	store->may_have_lost = true;
	move_calls(&store->calls, &pending);
	tell_ring_again(store);
	move_calls(&pending, &store->calls);
	store_settles_restore(store);
	/* First this, so that nothing which was begun goes out on the answers that follow. */
	store->events->on_restored(store->ctx);
	send_filling(store, REPLAY_SETTLED);
	store_begins_lost(store);
	await_calls(store);
	tell_log(store);
	/* What it still reads is of the one before. */
	if (store->reader_is_known && !is_same(store->reader_identity, store->identity))
		redis_link_break(store->reader, "another Redis has taken the place of the one that we read from");
}

static void tell_unknown(struct redis_store *store)
{
	if (store->has_told_unknown || store->options->worker != 0)
		return;
	store->has_told_unknown = true;
	log_write(store->options->log, LOG_WARN, "redis_is_unknown",
		  "Redis does not say which one it is (INFO); after a failover nothing is told again, and messages may "
		  "go twice. Give its user +info");
}

void store_identify(struct redis_store *store, const struct reply *info)
{
	char now[STORE_IDENTITY_OCTETS];
	if (!read_identity(info, now)) {
		tell_unknown(store);
		/* Where nothing is known at all, there is nothing to compare. */
		store->is_assembled = store->is_assembled || store->identity[0] == '\0';
		return;
	}
	if (is_same(store->identity, now))
		return;
	bool was_known = store->identity[0] != '\0';
	snprintf(store->identity, sizeof store->identity, "%s", now);
	store->is_assembled = false;
	store->next_assemble = store->assemble_since = loop_now(store->loop).mono;
	if (was_known)
		restore(store);
}

/* -- the reader's connection -- */

static void on_reader_looked(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return;
	if (!read_identity(reply, store->reader_identity))
		snprintf(store->reader_identity, sizeof store->reader_identity, "%s", store->identity);
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
	if (is_same(store->identity, store->reader_identity))
		return true;
	/* One of them is with a Redis that is no longer the one. */
	store->reader_is_known = false;
	store_break(store, "our two connections have come to two different Redis servers");
	return false;
}

/* -- all are there -- */

static void on_assembled(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	store->is_asking_assemble = false;
	if (reply == NULL)
		return;
	const struct reply *absent = reply_at(reply, 0);
	const struct reply *all = reply_at(reply, 1);
	struct slice here = reply_text_at(reply, 2);
	if (absent == NULL || all == NULL || here.len == 0 || here.len >= STORE_IDENTITY_OCTETS) {
		redis_link_break(store->main, store_tell_refusal(store, "assemble_error",
								 "Redis does not say which workers have come to it",
								 refusal_of(reply), reply));
		return;
	}
	snprintf(store->identity, sizeof store->identity, "%.*s", SLICE_ARG(here));
	store->is_one_absent = absent->integer > 0;
	if (store->is_assembled || all->integer == 0)
		return;
	store->is_assembled = true;
	store->lost_at = 0;
	store->next_heartbeat = loop_now(store->loop).mono; /* it looks for the dead at once */
	store_come_up(store);
}

static void assemble(struct redis_store *store, bool is_late)
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
	command_int(command, is_late);
	store->is_asking_assemble = redis_link_send(store->main, command_octets(command), 0, on_assembled, store);
}

static bool is_to_ask(const struct redis_store *store)
{
	bool is_over = store->is_assembled && !store->is_one_absent;
	return !is_over && !store->is_asking_assemble && store->identity[0] != '\0' &&
	       (store->awaited == 0 || store->is_assembled);
}

void store_restore_turn(struct redis_store *store, mono_us now)
{
	if (!is_to_ask(store) || now < store->next_assemble || !redis_link_is_up(store->main))
		return;
	store->next_assemble = now + (store->is_assembled ? ASK_ABSENT_US : ASK_US);
	/* Who does not come for so long is dead. */
	assemble(store, now - store->assemble_since >= store->options->dead_after_us);
}

mono_us store_restore_deadline(const struct redis_store *store)
{
	return is_to_ask(store) ? store->next_assemble : INT64_MAX;
}

void store_restore_fini(struct redis_store *store)
{
	for (unsigned i = 0; i < REPLAY_KIND_COUNT; i++) {
		if (store->restore_filling[i] != NULL)
			fini(&store->restore_filling[i]->call);
	}
	replay_ring_fini(&store->replay);
}
