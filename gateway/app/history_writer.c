/* SPDX-License-Identifier: Apache-2.0 */
#include "app/history_writer.h"

#include "app/halt.h"
#include "base/check.h"
#include "store/event_group.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define READER    "writer" /* there is one: it holds the folder's lock */
#define BLOCK_MS  500
#define GATHER_MS 50 /* at low rates: what comes in that time is one commit, which waits for the disk */
#define AGAIN_MS  1000
#define UPKEEP_MS 60000

struct history_writer {
	struct history_writer_options options;
	struct history_writer_status status;
	pthread_t thread;
	struct halt halt;
	pthread_mutex_t mutex; /* of trouble */
	char trouble[HISTORY_TROUBLE_OCTETS];
	/* the thread's alone */
	struct redis_ask *ask;
	struct history_reader *reader;
	struct event_batch batch;
	wall_ms kept_up;   /* when upkeep was done last */
	wall_ms behind_ms; /* what Redis' clock is behind ours, as a number below 0; 0 = it is not */
	bool knows_redis;  /* it was asked for its time */
};

static wall_ms now_of(const struct history_writer *writer)
{
	return writer->options.log->now(writer->options.log->ctx).wall;
}

/* -- well or not: said once -- */

static void note_trouble(struct history_writer *writer, const char *code, const struct err_at *at)
{
	pthread_mutex_lock(&writer->mutex);
	bool is_new = writer->trouble[0] == '\0' || strcmp(writer->trouble, at->text) != 0;
	snprintf(writer->trouble, sizeof writer->trouble, "%s", at->text);
	pthread_mutex_unlock(&writer->mutex);
	atomic_store(&writer->status.is_well, false);
	if (is_new)
		log_write(writer->options.log, LOG_ERROR, code, at->text);
}

static void note_well(struct history_writer *writer)
{
	atomic_store(&writer->status.written, now_of(writer));
	if (atomic_exchange(&writer->status.is_well, true))
		return;
	pthread_mutex_lock(&writer->mutex);
	writer->trouble[0] = '\0';
	pthread_mutex_unlock(&writer->mutex);
	log_write(writer->options.log, LOG_INFO, "history_writes", "events go from Redis into the history");
}

/* -- upkeep -- */

/* Days are removed by the earlier of two clocks, ours and Redis': one that jumps ahead must not take the history with it. */
static void trim(struct history_writer *writer, wall_ms now)
{
	struct err_at at = { .err = ERR_OK };
	struct log_line line;
	unsigned removed = 0;
	if (history_book_trim(writer->options.book, now + writer->behind_ms, writer->options.keep_ms, &removed, &at) !=
	    ERR_OK)
		log_write(writer->options.log, LOG_ERROR, "history_trim_error", at.text);
	if (removed > 0 && log_begin(&line, writer->options.log, LOG_INFO, "history_trimmed",
				     "days older than history.retention are gone")) {
		log_uint(&line, "days", removed);
		log_end(&line);
	}
}

/* True once a minute. */
static bool is_time_for_upkeep(struct history_writer *writer, wall_ms now)
{
	if (now - writer->kept_up < UPKEEP_MS && now >= writer->kept_up)
		return false;
	writer->kept_up = now;
	return true;
}

/* Once a minute, and then true. Not while a batch is in hand: what Redis answers takes its place. */
static bool keep_up(struct history_writer *writer)
{
	struct err_at at = { .err = ERR_OK };
	uint64_t behind;
	wall_ms now = now_of(writer);
	wall_ms of_redis;
	if (!is_time_for_upkeep(writer, now) || redis_ask_now(writer->ask, &of_redis, &at) != ERR_OK)
		return false;
	writer->behind_ms = of_redis < now ? of_redis - now : 0;
	writer->knows_redis = true;
	trim(writer, now);
	if (event_group_behind(writer->ask, HISTORY_GROUP, &behind, &at) == ERR_OK)
		atomic_store(&writer->status.behind, behind);
	return true;
}

/* While the disk refuses: it may be full of days that are over by now. */
static void make_room(struct history_writer *writer)
{
	wall_ms now = now_of(writer);
	if (writer->knows_redis && is_time_for_upkeep(writer, now))
		trim(writer, now);
}

/* -- one batch -- */

static void tell_unread(struct history_writer *writer, const struct event_entry *entry, const char *why)
{
	struct log_line line;
	char id[ENTRY_ID_OCTETS];
	atomic_fetch_add(&writer->status.unread, 1);
	if (!log_begin(&line, writer->options.log, LOG_WARN, "event_unread",
		       "an event is not in the history, since it cannot be read"))
		return;
	log_text(&line, "entry", (struct slice){ id, entry_id_format(&entry->key, id) });
	log_text(&line, "why", slice_of(why));
	log_end(&line);
}

static enum err put_entry(struct history_writer *writer, const struct event_entry *entry, bool is_first_time,
			  struct err_at *at)
{
	struct slice rest_of = entry->lines;
	enum err err = ERR_OK;
	if (entry->lines.at == NULL && is_first_time)
		tell_unread(writer, entry, "it was deleted from the stream before it was read");
	for (unsigned number = 0; rest_of.len > 0 && err == ERR_OK; number++) {
		struct slice line = slice_cut(&rest_of, '\n');
		struct err_at wrong = { .err = ERR_OK };
		struct history_event event = { .place = { entry->key.ms, entry->key.seq, number } };
		if (line.len == 0)
			continue;
		if (history_event_read(writer->reader, line, &event, &wrong) == ERR_OK)
			err = history_book_put(writer->options.book, &event, at);
		else if (is_first_time)
			tell_unread(writer, entry, wrong.text);
	}
	return err;
}

static enum err put_batch(struct history_writer *writer, bool is_first_time, struct err_at *at)
{
	enum err err = ERR_OK;
	for (unsigned i = 0; i < writer->batch.count && err == ERR_OK; i++)
		err = put_entry(writer, &writer->batch.entries[i], is_first_time, at);
	if (err == ERR_OK)
		err = history_book_commit(writer->options.book, at);
	if (err != ERR_OK)
		history_book_rollback(writer->options.book);
	return err;
}

static uint64_t count_lines(const struct event_batch *batch)
{
	uint64_t count = 0;
	for (unsigned i = 0; i < batch->count; i++)
		for (struct slice rest_of = batch->entries[i].lines; rest_of.len > 0;)
			count += slice_cut(&rest_of, '\n').len > 0;
	return count;
}

/* Writes the batch, however long the disk refuses; then acknowledges it. False where it is to stop, or Redis is gone. */
static bool store_batch(struct history_writer *writer)
{
	struct err_at at = { .err = ERR_OK };
	for (bool is_first_time = true; put_batch(writer, is_first_time, &at) != ERR_OK; is_first_time = false) {
		note_trouble(writer, "history_error", &at);
		at = (struct err_at){ .err = ERR_OK };
		make_room(writer);
		if (!halt_rest(&writer->halt, AGAIN_MS))
			return false;
	}
	uint64_t count = count_lines(&writer->batch);
	if (event_group_acknowledge(writer->ask, HISTORY_GROUP, &writer->batch, &at) != ERR_OK) {
		note_trouble(writer, "history_redis_lost", &at);
		return false;
	}
	atomic_fetch_add(&writer->status.events, count);
	note_well(writer);
	return true;
}

/* -- the thread -- */

/* What was read and not acknowledged: before the last end, or by a connection that was cut before its answer came. False where it is
 * to stop, or Redis is gone. */
static bool read_again(struct history_writer *writer)
{
	struct err_at at = { .err = ERR_OK };
	struct entry_key last;
	const struct entry_key *behind = NULL;
	for (;;) {
		if (event_group_again(writer->ask, HISTORY_GROUP, READER, behind, &writer->batch, &at) != ERR_OK) {
			note_trouble(writer, "history_redis_lost", &at);
			return false;
		}
		if (writer->batch.count == 0)
			return true;
		last = writer->batch.entries[writer->batch.count - 1].key;
		behind = &last;
		if (!store_batch(writer))
			return false;
	}
}

static bool begin(struct history_writer *writer)
{
	struct err_at at = { .err = ERR_OK };
	if (event_group_make(writer->ask, HISTORY_GROUP, &at) != ERR_OK) {
		note_trouble(writer, "history_redis_lost", &at);
		return false;
	}
	keep_up(writer); /* before the first batch: the disk may be full */
	return read_again(writer);
}

static void read_on(struct history_writer *writer)
{
	struct err_at at = { .err = ERR_OK };
	while (halt_rest(&writer->halt, 0)) {
		if (keep_up(writer) && !read_again(writer))
			return;
		enum err err = event_group_read(writer->ask, HISTORY_GROUP, READER, BLOCK_MS, &writer->batch, &at);
		if (err != ERR_OK) { /* where the group is gone it is made again */
			note_trouble(writer, "history_redis_lost", &at);
			return;
		}
		if (writer->batch.count == 0)
			note_well(writer);
		else if (!store_batch(writer))
			return;
		if (writer->batch.count < EVENT_GROUP_BATCH && writer->batch.count > 0)
			halt_rest(&writer->halt, GATHER_MS);
	}
}

static void *run(void *ctx)
{
	struct history_writer *writer = ctx;
	while (halt_rest(&writer->halt, 0)) {
		struct err_at at = { .err = ERR_OK };
		if (redis_ask_open(&writer->options.redis, &writer->ask, &at) != ERR_OK)
			note_trouble(writer, "history_redis_lost", &at);
		else if (begin(writer))
			read_on(writer);
		redis_ask_close(writer->ask);
		writer->ask = NULL;
		halt_rest(&writer->halt, AGAIN_MS);
	}
	return NULL;
}

struct history_writer *history_writer_start(const struct history_writer_options *options)
{
	struct history_writer *writer = calloc(1, sizeof *writer);
	struct history_reader *reader = calloc(1, sizeof *reader);
	if (writer == NULL || reader == NULL) {
		free(writer);
		free(reader);
		return NULL;
	}
	writer->options = *options;
	writer->reader = reader;
	pthread_mutex_init(&writer->mutex, NULL);
	halt_init(&writer->halt);
	if (pthread_create(&writer->thread, NULL, run, writer) == 0)
		return writer;
	free(reader);
	free(writer);
	return NULL;
}

const struct history_writer_status *history_writer_status(const struct history_writer *writer)
{
	return &writer->status;
}

void history_writer_trouble(struct history_writer *writer, char out[static HISTORY_TROUBLE_OCTETS])
{
	pthread_mutex_lock(&writer->mutex);
	snprintf(out, HISTORY_TROUBLE_OCTETS, "%s", writer->trouble);
	pthread_mutex_unlock(&writer->mutex);
}

void history_writer_stop(struct history_writer *writer)
{
	if (writer == NULL)
		return;
	halt_call(&writer->halt);
	pthread_join(writer->thread, NULL);
	halt_fini(&writer->halt);
	pthread_mutex_destroy(&writer->mutex);
	history_reader_fini(writer->reader);
	free(writer->reader);
	free(writer);
}
