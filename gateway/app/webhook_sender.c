/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_sender.h"

#include "app/config_webhook.h"
#include "app/halt.h"
#include "app/webhook_load.h"
#include "base/check.h"
#include "base/rng.h"
#include "store/event_group.h"
#include "store/event_reader.h"
#include "webhook/webhook_door.h"
#include "webhook/webhook_signature.h"
#include "webhook/webhook_wait.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* connect -> hold the group -> what was not acknowledged before -> what is new: load by load. A load is one request: it is sent until
 * it is taken or too old, and between two attempts the group is held. Whatever breaks that (Redis is away, another process has
 * the group) leads back to the start, from where unacknowledged entries are read again. */

#define READER        "sender" /* one a group: whoever holds it goes on where the last one stopped */
#define BLOCK_MS      500
#define GATHER_MS     50 /* at low rates: what comes in that time shares a request, where a request has several */
#define AGAIN_MS      1000
#define STANDBY_MS    2000
#define HOLD_SPARE_MS 15000 /* beyond a request's longest time */
#define HOLD_AGAIN_MS 3000
#define UPKEEP_MS     5000
#define UNWELL_MS     60000 /* an endpoint that is away for longer gets no attempt of each load that is too old */
#define GROUP_OCTETS  48
#define HEADER_OCTETS 1024
#define STATUS_GONE   410

struct webhook_sender {
	struct webhook_sender_options options;
	struct webhook_sender_status status;
	struct webhook_keys keys;
	struct address_guard *guard;
	char *ca;
	size_t ca_len;
	struct webhook_door *door;
	pthread_t thread;
	struct halt halt;
	pthread_mutex_t mutex; /* of what follows */
	/* the thread's alone */
	char group[GROUP_OCTETS];
	char trouble[WEBHOOK_TROUBLE_OCTETS];
	struct redis_ask *ask;   /* reads */
	struct redis_ask *aside; /* all else: what was read lies in the other one's answer */
	struct webhook_load *load;
	struct event_batch batch;
	struct rng rng;
	bool is_first_hold;
	int64_t held_at; /* ms of the log's monotonic clock */
	int64_t kept_up;
	int64_t failing_since; /* since when it is not well */
};

static struct now now_of(const struct webhook_sender *sender)
{
	return sender->options.log->now(sender->options.log->ctx);
}

static int64_t mono_ms(const struct webhook_sender *sender)
{
	return now_of(sender).mono / US_PER_MS;
}

/* -- what is told -- */

static void tell(struct webhook_sender *sender, enum log_level level, const char *code, const char *text,
		 const char *why, uint64_t events)
{
	struct log_line line;
	if (!log_begin(&line, sender->options.log, level, code, text))
		return;
	log_text(&line, "webhook", slice_of(sender->options.webhook->name));
	if (why != NULL)
		log_text(&line, "why", slice_of(why));
	if (events > 0)
		log_uint(&line, "events", events);
	log_end(&line);
}

/* Once for each kind of trouble in a row. */
static void tell_trouble(struct webhook_sender *sender, const char *code, const char *text, const char *why)
{
	bool is_new = strcmp(sender->trouble, why) != 0;
	snprintf(sender->trouble, sizeof sender->trouble, "%s", why);
	if (is_new)
		tell(sender, LOG_WARN, code, text, why, 0);
}

static void note_redis(struct webhook_sender *sender, const struct err_at *at)
{
	atomic_store(&sender->status.has_redis, false);
	tell_trouble(sender, "webhook_redis_lost", "no events come from Redis", at->text);
}

static void note_taken(struct webhook_sender *sender)
{
	atomic_fetch_add(&sender->status.delivered, webhook_load_count(sender->load));
	if (!atomic_exchange(&sender->status.is_well, true))
		tell(sender, LOG_INFO, "webhook_delivers", "the endpoint takes events again", NULL, 0);
	sender->trouble[0] = '\0';
}

static void note_given_up(struct webhook_sender *sender)
{
	unsigned count = webhook_load_count(sender->load);
	atomic_fetch_add(&sender->status.given_up, count);
	tell(sender, LOG_ERROR, "webhook_given_up",
	     "events were not delivered in time, and are not sent any more: from the first on",
	     webhook_load_id(sender->load), count);
}

/* -- the group -- */

static unsigned hold_ms(const struct webhook_sender *sender)
{
	return (unsigned)(sender->options.webhook->timeout_us / US_PER_MS) + HOLD_SPARE_MS;
}

/* Takes or keeps the group. False where another process has it, or Redis is gone. */
static bool hold(struct webhook_sender *sender)
{
	struct err_at at = { .err = ERR_OK };
	char earlier[WEBHOOK_PROCESS_OCTETS];
	bool is_held = false;
	snprintf(earlier, sizeof earlier, "%s:", sender->options.instance);
	if (event_reader_hold(sender->aside, sender->group, sender->options.process,
			      sender->is_first_hold ? earlier : "", hold_ms(sender), &is_held, &at) != ERR_OK) {
		note_redis(sender, &at);
		return false;
	}
	sender->is_first_hold = false;
	sender->held_at = mono_ms(sender);
	if (atomic_exchange(&sender->status.is_active, is_held) != is_held)
		tell(sender, LOG_INFO, is_held ? "webhook_active" : "webhook_standby",
		     is_held ? "this process sends to the endpoint" : "another process sends to the endpoint", NULL, 0);
	return is_held;
}

static bool keep_hold(struct webhook_sender *sender)
{
	return mono_ms(sender) - sender->held_at < HOLD_AGAIN_MS || hold(sender);
}

static bool is_time_for_upkeep(const struct webhook_sender *sender)
{
	return sender->kept_up == 0 || mono_ms(sender) - sender->kept_up >= UPKEEP_MS;
}

static void keep_up(struct webhook_sender *sender)
{
	struct err_at at = { .err = ERR_OK };
	uint64_t behind;
	if (!is_time_for_upkeep(sender))
		return;
	sender->kept_up = mono_ms(sender);
	if (event_group_behind(sender->aside, sender->group, &behind, &at) == ERR_OK)
		atomic_store(&sender->status.behind, behind);
}

/* Waits, and keeps the group meanwhile. False where it is to stop, or the group is lost. */
static bool rest_and_hold(struct webhook_sender *sender, int64_t ms)
{
	while (ms > 0) {
		int64_t part = ms < HOLD_AGAIN_MS ? ms : HOLD_AGAIN_MS;
		if (!halt_rest(&sender->halt, part) || !keep_hold(sender))
			return false;
		keep_up(sender);
		ms -= part;
	}
	return true;
}

/* -- one request -- */

/* Of Redis' clock, which gave the entries their ids. False where Redis is gone. */
static bool is_too_old(struct webhook_sender *sender, bool *out)
{
	struct err_at at = { .err = ERR_OK };
	wall_ms now;
	if (redis_ask_now(sender->aside, &now, &at) != ERR_OK) {
		note_redis(sender, &at);
		return false;
	}
	*out = now - webhook_load_at(sender->load) > sender->options.give_up_ms;
	return true;
}

static void put_header(struct buf *headers, unsigned *count, const char *name, const char *value)
{
	buf_put_format(headers, "%s: %s", name, value);
	buf_put_u8(headers, '\0');
	++*count;
}

/* Signs and posts it. False where it was broken off. */
static bool post(struct webhook_sender *sender, struct webhook_answer *out)
{
	char octets[HEADER_OCTETS];
	char signature[WEBHOOK_SIGNATURE_MAX];
	char seconds[24];
	unsigned count = 0;
	int64_t now = now_of(sender).wall;
	struct buf headers = buf_over(octets, sizeof octets);
	struct buf signed_as = buf_over(signature, sizeof signature - 1);
	snprintf(seconds, sizeof seconds, "%lld", (long long)(now / MS_PER_S));
	if (!webhook_signature_put(&sender->keys, webhook_load_signed(sender->load, seconds), &signed_as)) {
		*out = (struct webhook_answer){ .reason = "there is no memory to sign it" };
		return true;
	}
	signature[signed_as.len] = '\0';
	put_header(&headers, &count, "Content-Type",
		   sender->options.webhook->batch > 1 ? WEBHOOK_TYPE_BATCH : WEBHOOK_TYPE_SINGLE);
	put_header(&headers, &count, "webhook-id", webhook_load_id(sender->load));
	put_header(&headers, &count, "webhook-timestamp", seconds);
	put_header(&headers, &count, "webhook-signature", signature);
	CHECK(!headers.full);
	atomic_fetch_add(&sender->status.requests, 1);
	return webhook_door_post(sender->door, buf_slice(&headers), count, webhook_load_body(sender->load), now, out);
}

static void note_refused(struct webhook_sender *sender, const struct webhook_answer *answer)
{
	atomic_fetch_add(&sender->status.failures, 1);
	if (atomic_exchange(&sender->status.is_well, false))
		sender->failing_since = mono_ms(sender);
	if (answer->status != STATUS_GONE) {
		tell_trouble(sender, "webhook_refused", "the endpoint does not take events; they are sent again",
			     answer->reason);
		return;
	}
	atomic_store(&sender->status.is_gone, true);
	tell(sender, LOG_ERROR, "webhook_gone",
	     "the endpoint says that it is gone for ever: nothing is sent there until the next start", answer->reason,
	     0);
}

/* Sends the load until it is taken or given up. False where it is to stop, Redis is gone or another process has the group. */
static bool deliver(struct webhook_sender *sender)
{
	const struct config_webhook *webhook = sender->options.webhook;
	for (unsigned failures = 0;;) {
		struct webhook_answer answer;
		bool is_over = false;
		/* What is old is tried all the same, unless the endpoint has been away for a while. */
		bool may_give_up = failures > 0 || mono_ms(sender) - sender->failing_since > UNWELL_MS;
		if (!atomic_load(&sender->status.is_well) && may_give_up && !is_too_old(sender, &is_over))
			return false;
		if (is_over) {
			note_given_up(sender);
			return true;
		}
		if (atomic_load(&sender->status.is_gone)) {
			if (!rest_and_hold(sender, HOLD_AGAIN_MS))
				return false;
			continue;
		}
		if (!keep_hold(sender) || !post(sender, &answer))
			return false;
		if (answer.status >= 200 && answer.status < 300) {
			note_taken(sender);
			return true;
		}
		note_refused(sender, &answer);
		mono_us wait = webhook_wait(++failures, webhook->retry_base_us, webhook->retry_max_us,
					    answer.retry_after_ms, &sender->rng);
		if (!rest_and_hold(sender, (wait + US_PER_MS - 1) / US_PER_MS))
			return false;
	}
}

/* -- one batch of entries -- */

static bool acknowledge(struct webhook_sender *sender, unsigned from, unsigned to)
{
	struct err_at at = { .err = ERR_OK };
	struct event_batch done = { .count = to - from };
	memcpy(done.entries, &sender->batch.entries[from], done.count * sizeof done.entries[0]);
	if (event_group_acknowledge(sender->aside, sender->group, &done, &at) == ERR_OK)
		return true;
	note_redis(sender, &at);
	return false;
}

static void note_unread(struct webhook_sender *sender, uint64_t *before)
{
	uint64_t unread = webhook_load_unread(sender->load);
	if (unread > *before)
		tell(sender, LOG_WARN, "webhook_unread", "events are not sent, since they cannot be read", NULL,
		     unread - *before);
	*before = unread;
	atomic_store(&sender->status.unread, unread);
}

/* Sends all of the batch. Entries are acknowledged where a load ends with one: then loads are cut the same way again after a
 * restart, and have the same ids. */
static bool send_batch(struct webhook_sender *sender)
{
	uint64_t unread = webhook_load_unread(sender->load);
	unsigned acknowledged = 0;
	webhook_load_begin(sender->load, &sender->batch);
	while (webhook_load_fill(sender->load)) {
		note_unread(sender, &unread);
		if (webhook_load_count(sender->load) > 0 && !deliver(sender))
			return false;
		unsigned done = webhook_load_entries_done(sender->load);
		if (done > acknowledged && !acknowledge(sender, acknowledged, done))
			return false;
		acknowledged = done > acknowledged ? done : acknowledged;
	}
	return true;
}

/* -- the thread -- */

/* What was read and not acknowledged before. There is never more of it than one batch. */
static bool read_again(struct webhook_sender *sender)
{
	struct err_at at = { .err = ERR_OK };
	do {
		if (event_group_again(sender->ask, sender->group, READER, NULL, &sender->batch, &at) != ERR_OK) {
			note_redis(sender, &at);
			return false;
		}
		if (!send_batch(sender))
			return false;
	} while (sender->batch.count > 0);
	return true;
}

static void read_on(struct webhook_sender *sender)
{
	struct err_at at = { .err = ERR_OK };
	while (halt_rest(&sender->halt, 0) && keep_hold(sender)) {
		/* What Redis has given to a connection that was cut, or that came too late for us, belongs to us and would stay. */
		if (is_time_for_upkeep(sender) && !read_again(sender))
			return;
		keep_up(sender);
		if (event_group_read(sender->ask, sender->group, READER, BLOCK_MS, &sender->batch, &at) != ERR_OK) {
			note_redis(sender, &at);
			return;
		}
		/* Another one may have followed us while Redis did not answer. */
		if (sender->batch.count > 0 && (!keep_hold(sender) || !send_batch(sender)))
			return;
		bool gathers = sender->options.webhook->batch > 1 && sender->batch.count < EVENT_GROUP_BATCH;
		if (gathers && sender->batch.count > 0)
			halt_rest(&sender->halt, GATHER_MS);
	}
}

static bool open_redis(struct webhook_sender *sender)
{
	struct err_at at = { .err = ERR_OK };
	bool is_open = redis_ask_open(&sender->options.redis, &sender->ask, &at) == ERR_OK &&
		       redis_ask_open(&sender->options.redis, &sender->aside, &at) == ERR_OK &&
		       event_group_make(sender->aside, sender->group, &at) == ERR_OK;
	if (is_open)
		atomic_store(&sender->status.has_redis, true);
	else
		note_redis(sender, &at);
	return is_open;
}

static void close_redis(struct webhook_sender *sender)
{
	struct err_at at = { .err = ERR_OK };
	if (sender->aside != NULL && atomic_load(&sender->status.is_active) && !halt_rest(&sender->halt, 0) &&
	    event_reader_leave(sender->aside, sender->group, sender->options.process, &at) != ERR_OK)
		tell_trouble(sender, "webhook_redis_lost", "the group is not let go; it is free in a moment", at.text);
	redis_ask_close(sender->ask);
	redis_ask_close(sender->aside);
	sender->ask = sender->aside = NULL;
}

static void *run(void *ctx)
{
	struct webhook_sender *sender = ctx;
	while (halt_rest(&sender->halt, 0)) {
		bool is_open = open_redis(sender);
		bool is_held = is_open && hold(sender);
		if (is_held && read_again(sender))
			read_on(sender);
		bool waits_for_other = is_open && !is_held && atomic_load(&sender->status.has_redis);
		close_redis(sender);
		halt_rest(&sender->halt, waits_for_other ? STANDBY_MS : AGAIN_MS);
	}
	return NULL;
}

/* -- making -- */

static bool prepare(struct webhook_sender *sender, struct err_at *at)
{
	const struct config_webhook *webhook = sender->options.webhook;
	if (webhook_keys_read(slice_of(webhook->secret), &sender->keys, at) != ERR_OK ||
	    config_webhook_guard(webhook, &sender->guard, at) != ERR_OK ||
	    config_webhook_ca(webhook, &sender->ca, &sender->ca_len, at) != ERR_OK)
		return false;
	const struct webhook_door_options door = {
		.url = webhook->url,
		.timeout_us = webhook->timeout_us,
		.ca = { sender->ca, sender->ca_len },
		.guard = sender->guard,
	};
	sender->load = webhook_load_create(webhook);
	sender->door = webhook_door_create(&door);
	if (sender->load != NULL && sender->door != NULL)
		return true;
	err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory or file descriptors");
	return false;
}

static void release(struct webhook_sender *sender)
{
	webhook_door_destroy(sender->door);
	webhook_load_destroy(sender->load);
	address_guard_destroy(sender->guard);
	webhook_keys_fini(&sender->keys);
	halt_fini(&sender->halt);
	pthread_mutex_destroy(&sender->mutex);
	free(sender->ca);
	free(sender);
}

struct webhook_sender *webhook_sender_start(const struct webhook_sender_options *options, struct err_at *at)
{
	struct webhook_sender *sender = calloc(1, sizeof *sender);
	if (sender == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return NULL;
	}
	sender->options = *options;
	sender->is_first_hold = true;
	atomic_init(&sender->status.is_well, true);
	snprintf(sender->group, sizeof sender->group, "webhook:%s", options->webhook->name);
	rng_seed(&sender->rng, options->seed);
	pthread_mutex_init(&sender->mutex, NULL);
	halt_init(&sender->halt);
	if (prepare(sender, at)) {
		if (pthread_create(&sender->thread, NULL, run, sender) == 0)
			return sender;
		err_at_set(at, ERR_MEMORY, 0, NULL, "the system gives no thread");
	}
	release(sender);
	return NULL;
}

const struct webhook_sender_status *webhook_sender_status(const struct webhook_sender *sender)
{
	return &sender->status;
}

void webhook_sender_end(struct webhook_sender *sender)
{
	halt_call(&sender->halt);
	webhook_door_interrupt(sender->door);
}

void webhook_sender_destroy(struct webhook_sender *sender)
{
	if (sender == NULL)
		return;
	pthread_join(sender->thread, NULL);
	release(sender);
}
