/* SPDX-License-Identifier: Apache-2.0 */

/* The life of the store: both connections come up → scripts are loaded → Redis' clock is read → what Redis is → the consumer signs on →
 * calls that waited are sent again, oldest first → READ, BEGIN, SETTLE. When a connection breaks, the store says it is
 * down; calls wait. What a broken connection may have swallowed: BEGIN is simply asked again (a claim by the same entry
 * is no duplicate), SETTLE goes again one by one and has its effect only on what is still there, and a READ's entries
 * are found in the ranges that Redis says are ours (store_lost.c). */

#include "store/redis_store_inner.h"

#include "base/check.h"
#include "base/number.h"
#include "store/store_restore.h"

#include <stdio.h>
#include <stdlib.h>

static void sign_on(struct redis_store *store);

static struct redis_store *of(const struct store *base)
{
	return (struct redis_store *)(uintptr_t)base;
}

int64_t store_redis_ms(struct redis_store *store)
{
	return loop_now(store->loop).mono / US_PER_MS + store->redis_minus_mono_ms;
}

/* -- coming up -- */

void store_tell_state(struct redis_store *store, bool is_up, const char *reason)
{
	if (store->phase == PHASE_CLOSING || store->phase == PHASE_CLOSED)
		return; /* that we leave is no news */
	if (store->told_up == is_up && store->has_told)
		return;
	store->has_told = true;
	store->told_up = is_up;
	store->events->on_state(store->ctx, is_up, reason);
}

void store_come_up(struct redis_store *store)
{
	if (store->phase != PHASE_READY || store->is_paused || !redis_link_is_up(store->main) ||
	    !redis_link_is_up(store->reader))
		return;
	if (!store_is_one_redis(store) || !store->is_assembled)
		return;
	/* What the dead had begun counts first: no new work before we know whether somebody died. */
	bool may_have_orphans = !store->has_looked || (store->orphan[0] != '\0' && !store->orphan_is_fenced);
	if (may_have_orphans && !store->told_up)
		return;
	if (!store->may_have_lost) {
		store_tell_state(store, true, "connected");
		return;
	}
	/* A READ under way would show among our ranges as if it were lost: first its answer, then the question. */
	if (!store->is_looking && !store->is_reading)
		store_look_for_lost(store);
}

static void become_ready(struct redis_store *store)
{
	if (store->phase == PHASE_STARTING)
		store->phase = PHASE_READY;
	store->is_paused = false; /* signing on is a write */
	store->takes_calls = true;
	store->next_heartbeat = loop_now(store->loop).mono;
	store_calls_resend(store);
	store_come_up(store);
}

/* text: static storage; for errors that the table of refusals does not list. */
static void refused(struct redis_store *store, const char *text, const struct reply *reply)
{
	redis_link_break(store->main, store_tell_refusal(store, "store_refused", text, refusal_of(reply), reply));
}

static void on_registered(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return;
	if (reply_is_error(reply, "FENCED")) {
		store_fenced(store);
		return;
	}
	if (reply->type == REPLY_ERROR) {
		refused(store, "Redis refuses the queue's keys; check that nothing else uses them", reply);
		return;
	}
	store->has_signed_on = true;
	become_ready(store);
}

static void on_looked(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return;
	if (!store_server_will_do(store, reply)) {
		redis_link_break(store->main, store->unfit);
		return;
	}
	store_identify(store, reply);
	sign_on(store);
}

static void on_time(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return;
	uint64_t seconds;
	uint64_t microseconds;
	if (!number_parse(reply_text_at(reply, 0), INT32_MAX * (uint64_t)4, &seconds) ||
	    !number_parse(reply_text_at(reply, 1), US_PER_S, &microseconds)) {
		redis_link_break(store->main,
				 reply->type == REPLY_ERROR
					 ? "Redis refuses us the command TIME; look at the rights of our user (ACL)"
					 : "Redis does not tell the time");
		return;
	}
	store->redis_minus_mono_ms =
		(int64_t)(seconds * MS_PER_S + microseconds / US_PER_MS) - loop_now(store->loop).mono / US_PER_MS;
	store_server_clock(store, (wall_ms)(seconds * MS_PER_S + microseconds / US_PER_MS));
	store_server_look(store, true);
	redis_link_send(store->main, command_octets(&store->scratch), 0, on_looked, store);
}

static void sign_on(struct redis_store *store)
{
	struct command *command = &store->scratch;
	store_call_begin_script(store, command, SCRIPT_REGISTER, 3 + LANE_COUNT);
	store_put_key(store, command, KEY_WORKERS);
	store_put_key(store, command, KEY_INTENTS);
	store_put_lanes(store, command);
	store_put_key(store, command, KEY_ASSEMBLED);
	command_word(command, store->consumer);
	command_int(command, store->has_signed_on);
	command_word(command, store->identity);
	redis_link_send(store->main, command_octets(command), 0, on_registered, store);
}

static void on_loaded(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	if (reply == NULL)
		return;
	if (reply->type != REPLY_TEXT || reply->text.len != 40) {
		refused(store, "Redis does not load our scripts; it must be 7.0 or later and let this user run them",
			reply);
		return;
	}
	memcpy(store->shas[store->scripts_loaded], reply->text.at, 40);
	if (++store->scripts_loaded < SCRIPT_COUNT)
		return;
	command_begin(&store->scratch);
	command_word(&store->scratch, "TIME");
	redis_link_send(store->main, command_octets(&store->scratch), 0, on_time, store);
}

static void on_main_up(void *ctx)
{
	struct redis_store *store = ctx;
	store->scripts_loaded = 0;
	if (store->phase == PHASE_DOWN)
		store->phase = PHASE_STARTING;
	for (unsigned i = 0; i < SCRIPT_COUNT; i++) {
		command_begin(&store->scratch);
		command_word(&store->scratch, "SCRIPT");
		command_word(&store->scratch, "LOAD");
		command_text(&store->scratch, script_sources[i].text);
		redis_link_send(store->main, command_octets(&store->scratch), 0, on_loaded, store);
	}
}

static void on_main_down(void *ctx, const char *reason)
{
	struct redis_store *store = ctx;
	if (store->phase == PHASE_READY || store->phase == PHASE_STARTING)
		store->phase = PHASE_DOWN;
	store->takes_calls = false;
	store->lost_at = store->lost_at != 0 ? store->lost_at : loop_now(store->loop).mono;
	store->is_beating = false;
	store->is_moving = false;
	store->is_looking = false;
	store->is_asking_pauses = false;
	store->is_asking_orders = false;
	store->is_asking_assemble = false;
	store_lookout_forget(store);
	if (store->is_adopting)
		store->may_have_lost = true;
	store->gauges.reconnects++;
	store_tell_state(store, false, reason);
}

static void on_reader_up(void *ctx)
{
	store_reader_identify(ctx);
}

static void on_reader_down(void *ctx, const char *reason)
{
	struct redis_store *store = ctx;
	store->gauges.reconnects++;
	store->reader_is_known = false;
	store_read_gone(store);
	store_tell_state(store, false, reason);
}

void store_break(struct redis_store *store, const char *reason)
{
	redis_link_break(store->main, reason);
	redis_link_break(store->reader, reason);
}

static void on_another_master(void *ctx)
{
	struct redis_store *store = ctx;
	store_break(store, "a Sentinel names another master");
}

/* -- fencing -- */

void store_forget_entries(struct redis_store *store)
{
	store->orphan[0] = '\0';
	store->orphan_is_fenced = store->is_adopting = false;
	claims_clear(&store->claims);
	store->lost_count = 0;
}

void store_fenced(struct redis_store *store)
{
	/* Others took us for dead: our entries are theirs. We go on under a new name; BEGINs under way are void. */
	store->gauges.fences++;
	store->has_signed_on = false;
	store->renames++;
	snprintf(store->consumer, sizeof store->consumer, "%s:%016llx.%u:%u", store->options->instance,
		 (unsigned long long)store->options->nonce, store->renames, store->options->worker);
	log_write(store->options->log, LOG_WARN, "fenced",
		  "this worker was silent for so long that others took its alerts over; it goes on under a new name");
	store_forget_entries(store);
	key_set_fini(&store->orphan_intents);
	store->may_have_lost = false;
	/* First this, so that nothing which was begun goes out on the answers that follow. */
	store->events->on_fenced(store->ctx);
	store_begins_lost(store);
	for (struct list *link = store->calls.next; link != &store->calls; link = link->next)
		LIST_ITEM(link, struct store_call, link)->was_lost = true;
	store_break(store, "fenced");
}

/* -- turns and life -- */

static void flush(struct store *base)
{
	struct redis_store *store = of(base);
	store_lates_send(store);
	redis_link_flush(store->main);
	redis_link_flush(store->reader);
}

static void on_signed_off(void *ctx, const struct reply *reply)
{
	struct redis_store *store = ctx;
	(void)reply; /* where it was lost, peers find us dead by the heartbeat */
	store->signed_off = true;
	store->close_deadline = loop_now(store->loop).mono;
}

/* What was under way is told before on_closed, which is last. */
static void finish_close(struct redis_store *store)
{
	redis_link_stop(store->main);
	redis_link_stop(store->reader);
	if (store->watch != NULL)
		sentinel_watch_stop(store->watch);
	bool is_watching = store->watch != NULL && !sentinel_watch_is_idle(store->watch);
	if (is_watching || !redis_link_is_idle(store->main) || !redis_link_is_idle(store->reader))
		return;
	store->phase = PHASE_CLOSED;
	loop_remove(&store->member);
	store->events->on_closed(store->ctx);
}

static void closing_turn(struct redis_store *store, mono_us now)
{
	bool is_idle = list_empty(&store->calls);
	if (now >= store->close_deadline || (!redis_link_is_up(store->main) && is_idle)) {
		finish_close(store);
		return;
	}
	if (!is_idle || store->signed_off || !store->takes_calls || !redis_link_is_up(store->main))
		return;
	store->signed_off = true;
	store_call_begin_script(store, &store->scratch, SCRIPT_SIGN_OFF, 3 + LANE_COUNT);
	store_put_consumer_keys(store, &store->scratch);
	command_word(&store->scratch, store->consumer);
	if (!redis_link_send(store->main, command_octets(&store->scratch), 0, on_signed_off, store))
		store->close_deadline = now;
}

static void turn(void *ctx, struct now now)
{
	struct redis_store *store = ctx;
	redis_link_tick(store->main, now.mono);
	redis_link_tick(store->reader, now.mono);
	if (store->watch != NULL)
		sentinel_watch_tick(store->watch, now.mono);
	store_read_turn(store);
	store_ask_turn(&store->lease_ask);
	store_ask_turn(&store->bind_ask);
	store_ask_turn(&store->unpark_ask);
	store_calls_turn(store);
	store_hold_turn(store, now.mono);
	if (!store->told_up)
		store_come_up(store);
	if (store->phase == PHASE_READY)
		store_restore_turn(store, now.mono);
	if (store->phase == PHASE_READY)
		store_upkeep(store, now.mono);
	else if (store->phase == PHASE_CLOSING)
		closing_turn(store, now.mono);
	if (store->phase != PHASE_CLOSED)
		flush(&store->base);
}

static mono_us least(mono_us a, mono_us b)
{
	return a < b ? a : b;
}

static mono_us next_deadline(void *ctx)
{
	struct redis_store *store = ctx;
	mono_us deadline = least(redis_link_next_deadline(store->main), redis_link_next_deadline(store->reader));
	deadline = least(deadline, store_hold_deadline(store));
	if (store->watch != NULL)
		deadline = least(deadline, sentinel_watch_next_deadline(store->watch));
	if (store->phase == PHASE_READY)
		return least(deadline, least(store_upkeep_deadline(store), store_restore_deadline(store)));
	if (store->phase == PHASE_CLOSING)
		return least(deadline, store->close_deadline);
	return deadline;
}

static void open_store(struct store *base, const struct store_events *events, void *ctx)
{
	struct redis_store *store = of(base);
	CHECK(!store->is_open);
	store->is_open = true;
	store->events = events;
	store->ctx = ctx;
	store->member = (struct loop_member){ .turn = turn, .next_deadline = next_deadline, .ctx = store };
	loop_add(store->loop, &store->member);
	redis_link_start(store->main);
	redis_link_start(store->reader);
	if (store->watch != NULL)
		sentinel_watch_start(store->watch);
}

static void close_store(struct store *base, mono_us grace_us)
{
	struct redis_store *store = of(base);
	CHECK(store->is_open && store->phase != PHASE_CLOSED);
	store_lates_send(store);
	if (store->phase != PHASE_READY)
		grace_us = list_empty(&store->calls) ? 0 : grace_us;
	store->phase = PHASE_CLOSING;
	store->close_deadline = loop_now(store->loop).mono + grace_us;
	redis_link_stop(store->reader);
}

static void destroy(struct store *base)
{
	struct redis_store *store = of(base);
	if (store == NULL)
		return;
	CHECK(!store->is_open || store->phase == PHASE_CLOSED);
	redis_link_destroy(store->main);
	redis_link_destroy(store->reader);
	sentinel_watch_destroy(store->watch);
	store_begins_fini(store);
	store_settles_fini(store);
	store_withdraws_fini(store);
	store_lates_fini(store);
	store_restore_fini(store);
	key_set_fini(&store->orphan_intents);
	claims_fini(&store->claims);
	command_fini(&store->scratch);
	free(store->peers);
	free(store->blob);
	free(store);
}

const struct redis_store_gauges *redis_store_gauges(const struct store *store)
{
	return &of(store)->gauges;
}

static void name_keys(struct redis_store *store)
{
	static const char *const names[KEY_COUNT] = {
		[KEY_WORKERS] = "workers",
		[KEY_INTENTS] = "intents",
		[KEY_CLAIMS] = "claims",
		[KEY_TOTALS] = "totals",
		[KEY_EVENTS] = "events",
		[KEY_DEAD] = "dead",
		[KEY_LATER] = "later",
		[KEY_LATER_BODIES] = "later:bodies",
		[KEY_HELD] = "held",
		[KEY_LEGACY] = "alerts:list",
		[KEY_PAUSED] = "paused",
		[KEY_ACCOUNTS] = "accounts",
		[KEY_SUSPECTS] = "suspects",
		[KEY_HELD_BODIES] = "held:bodies",
		[KEY_MO] = "mo",
		[KEY_OPTOUT] = "optout",
		[KEY_PACE] = "pace",
		[KEY_BUDGET] = "budget",
		[KEY_BINDS] = "binds",
		[KEY_SENT] = "sent",
		[KEY_ASSEMBLED] = "assembled",
		[(unsigned)KEY_LANE + LANE_URGENT] = "alerts:urgent",
		[(unsigned)KEY_LANE + LANE_NORMAL] = "alerts:normal",
		[(unsigned)KEY_LANE + LANE_BULK] = "alerts:bulk",
		[(unsigned)KEY_LANE + LANE_READY] = "ready",
	};
	for (unsigned i = 0; i < KEY_COUNT; i++)
		snprintf(store->keys[i], sizeof store->keys[i], "%s:%s", store->options->tag, names[i]);
	snprintf(store->consumer, sizeof store->consumer, "%s:%016llx:%u", store->options->instance,
		 (unsigned long long)store->options->nonce, store->options->worker);
}

struct store *redis_store_create(struct loop *loop, const struct redis_store_options *options)
{
	static const struct store_ops ops = {
		.open = open_store,
		.read = store_read,
		.is_reading = store_is_reading,
		.begin = store_begin,
		.withdraw = store_withdraw,
		.settle = store_settle,
		.reassert = store_reassert,
		.find_receipt = store_find_receipt,
		.record = store_record,
		.record_mo = store_record_mo,
		.settle_late = store_settle_late,
		.adopt = store_adopt,
		.lease = store_lease,
		.bind = store_bind,
		.unpark = store_unpark,
		.flush = flush,
		.close = close_store,
		.destroy = destroy,
	};
	static const struct redis_link_events main_events = { .on_up = on_main_up, .on_down = on_main_down };
	static const struct redis_link_events reader_events = { .on_up = on_reader_up, .on_down = on_reader_down };
	scripts_check();
	struct redis_store *store = calloc(1, sizeof *store);
	if (store == NULL)
		return NULL;
	store->base.ops = &ops;
	store->options = options;
	store->loop = loop;
	store->read_max = store->fetch_max = STORE_ANSWER_MAX;
	list_init(&store->calls);
	name_keys(store);
	store_lookout_init(store);
	store_lease_init(store);
	store_bind_init(store);
	store_unpark_init(store);
	store->peers = calloc(STORE_PEERS_MAX, sizeof *store->peers);
	store->main = redis_link_create(loop, &options->redis, &main_events, store);
	store->reader = redis_link_create(loop, &options->redis, &reader_events, store);
	bool has_sentinels = options->redis.finder != NULL && options->redis.finder->way == REDIS_FIND_BY_SENTINEL;
	if (has_sentinels)
		store->watch = sentinel_watch_create(loop, &options->redis, on_another_master, store);
	bool keeps_outcomes = replay_ring_init(&store->replay, options->replay_octets) == ERR_OK;
	if (store->peers == NULL || store->main == NULL || store->reader == NULL || !keeps_outcomes ||
	    (has_sentinels && store->watch == NULL)) {
		destroy(&store->base);
		return NULL;
	}
	return &store->base;
}
