/* SPDX-License-Identifier: Apache-2.0 */
#include "app/catalogue_watch.h"

#include "app/halt.h"
#include "app/template_dir.h"
#include "base/check.h"
#include "base/json.h"
#include "staff/live_catalogue.h"
#include "staff/template_life.h"
#include "store/gateway_board.h"
#include "store/live_templates.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_MS        200
#define AGAIN_MS       1000 /* while Redis does not answer */
#define SOURCES_MAX    CATALOGUE_TEMPLATES_MAX
#define TROUBLE_OCTETS 256

struct catalogue_watch {
	struct catalogue_watch_options options;
	pthread_t thread;
	struct halt halt;
	pthread_mutex_t mutex;      /* of what follows */
	struct catalogue_news news; /* catalogue NULL = taken already */
	char *status;               /* for the board; owned; NULL = nothing new */
	/* The thread's alone. */
	struct staff_db *db;           /* NULL = Redis did not answer last time */
	struct redis_ask *ask;         /* its */
	wall_ms now;                   /* Redis' clock, as of this look */
	const struct catalogue *known; /* held; NULL = none yet */
	uint64_t turn;                 /* of it */
	char trouble[TROUBLE_OCTETS];  /* told last; "" = all is well */
};

/* -- well or not: said once -- */

static void note_trouble(struct catalogue_watch *watch, const struct err_at *at)
{
	if (strcmp(watch->trouble, at->text) == 0)
		return;
	snprintf(watch->trouble, sizeof watch->trouble, "%s", at->text);
	log_write(watch->options.log, LOG_ERROR, "templates_error", at->text);
}

static void note_well(struct catalogue_watch *watch)
{
	if (watch->trouble[0] != '\0')
		log_write(watch->options.log, LOG_INFO, "templates_read_again",
			  "the published templates can be read again");
	watch->trouble[0] = '\0';
}

static void tell_broken(void *ctx, const char *line)
{
	const struct catalogue_watch *watch = ctx;
	log_write(watch->options.log, LOG_ERROR, "template_broken", line);
}

/* -- the first fill -- */

struct collecting {
	struct live_source *sources;
	char **texts; /* owned; names and locales lie in them too */
	unsigned count;
};

/* One file, copied: its name, its locale, its octets. */
static bool collect(void *ctx, struct slice name, struct slice locale, struct slice source)
{
	struct collecting *collecting = ctx;
	char *text = collecting->count < SOURCES_MAX ? malloc(name.len + locale.len + source.len + 1) : NULL;
	if (text == NULL)
		return false;
	memcpy(text, name.at, name.len);
	if (locale.len > 0)
		memcpy(text + name.len, locale.at, locale.len);
	memcpy(text + name.len + locale.len, source.at, source.len);
	collecting->sources[collecting->count] = (struct live_source){
		.name = { text, name.len },
		.locale = { text + name.len, locale.len },
		.source = { text + name.len + locale.len, source.len },
	};
	collecting->texts[collecting->count++] = text;
	return true;
}

static enum err fill_from(struct catalogue_watch *watch, struct collecting *collecting, struct err_at *at)
{
	bool is_done = false;
	if (collecting->sources == NULL || collecting->texts == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	enum err err = template_dir_visit(watch->options.templates_dir, collect, collecting, at);
	if (err == ERR_OK)
		err = live_catalogue_fill(watch->ask, collecting->sources, collecting->count, &is_done, at);
	struct log_line line;
	if (is_done &&
	    log_begin(&line, watch->options.log, LOG_INFO, "templates_filled",
		      "nothing was published yet: the files of the templates' folder are the first versions")) {
		log_uint(&line, "files", collecting->count);
		log_end(&line);
	}
	return err;
}

/* Nothing was ever published: this is the first start of the service. */
static enum err fill(struct catalogue_watch *watch, struct err_at *at)
{
	struct collecting collecting = {
		.sources = calloc(SOURCES_MAX, sizeof *collecting.sources),
		.texts = calloc(SOURCES_MAX, sizeof *collecting.texts),
	};
	enum err err = fill_from(watch, &collecting, at);
	for (unsigned i = 0; i < collecting.count; i++)
		free(collecting.texts[i]);
	free(collecting.texts);
	free(collecting.sources);
	return err;
}

/* -- looking -- */

/* Hands it on; one that nobody has taken yet is overtaken. */
static void hand_on(struct catalogue_watch *watch, const struct live_catalogue *live)
{
	pthread_mutex_lock(&watch->mutex);
	catalogue_release(watch->news.catalogue);
	watch->news = (struct catalogue_news){
		.catalogue = catalogue_hold(live->catalogue),
		.turn = live->turn,
		.broken = live->broken,
	};
	pthread_mutex_unlock(&watch->mutex);
	catalogue_release(watch->known);
	watch->known = live->catalogue;
	watch->turn = live->turn;
	struct log_line line;
	if (log_begin(&line, watch->options.log, LOG_INFO, "templates_changed", "other templates are in force")) {
		log_uint(&line, "turn", live->turn);
		log_uint(&line, "templates", catalogue_count(live->catalogue));
		log_end(&line);
	}
	watch->options.on_news(watch->options.ctx);
}

static enum err look_at_templates(struct catalogue_watch *watch, struct err_at *at)
{
	uint64_t turn;
	struct live_catalogue live;
	enum err err = live_templates_turn(watch->ask, &turn, at);
	/* Whoever knows what was published does not take the files for it because Redis has lost it. */
	if (err == ERR_OK && turn == 0 && watch->known != NULL)
		return err_at_set(
			at, ERR_NOT_FOUND, 0, NULL,
			"the published templates are gone from Redis: those of before go on. Restore Redis, or "
			"publish them again with “hongyan templates push”");
	if (err == ERR_OK && turn == 0) {
		err = fill(watch, at);
		if (err == ERR_OK)
			err = live_templates_turn(watch->ask, &turn, at);
	}
	if (err != ERR_OK || (watch->known != NULL && turn == watch->turn))
		return err;
	err = live_catalogue_load(watch->ask, watch->options.locale, watch->known, tell_broken, watch, &live, at);
	if (err == ERR_OK)
		hand_on(watch, &live);
	return err;
}

static char *take_status(struct catalogue_watch *watch)
{
	pthread_mutex_lock(&watch->mutex);
	char *status = watch->status;
	watch->status = NULL;
	pthread_mutex_unlock(&watch->mutex);
	return status;
}

/* {"at":…,"templates_turn":…,"status":{…}}, by Redis' clock, which all readers have too. */
static enum err write_on_board(struct catalogue_watch *watch, const char *status, struct err_at *at)
{
	size_t room = strlen(status) + 128;
	char *octets = malloc(room);
	if (octets == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	struct buf line = buf_over(octets, room);
	json_open(&line, '{');
	json_key_uint(&line, "at", (uint64_t)watch->now);
	json_key_uint(&line, "templates_turn", watch->turn);
	json_key(&line, "status");
	buf_put_text(&line, status);
	json_close(&line, '}');
	enum err err = gateway_board_put(watch->ask, watch->options.instance, buf_slice(&line), at);
	free(octets);
	return err;
}

/* What is due comes into force, and is seen in the look that follows. */
static enum staff_outcome publish_due(struct catalogue_watch *watch, struct err_at *at)
{
	unsigned count = 0;
	struct log_line line;
	enum staff_outcome outcome = staff_db_now(watch->db, &watch->now, at);
	if (outcome == STAFF_OK)
		outcome = template_publish_due(watch->db, watch->options.rules, watch->now, &count, at);
	if (count > 0 && log_begin(&line, watch->options.log, LOG_INFO, "templates_published",
				   "templates whose time had come are published")) {
		log_uint(&line, "count", count);
		log_end(&line);
	}
	/* Somebody else is at it at this moment: the next look sees it anew. */
	return outcome == STAFF_BUSY ? STAFF_OK : outcome;
}

static bool look(struct catalogue_watch *watch, struct err_at *at)
{
	if (watch->db == NULL && staff_db_open(&watch->options.redis, &watch->db, at) != STAFF_OK)
		return false;
	if (staff_db_ask(watch->db, &watch->ask, at) != STAFF_OK)
		return false;
	bool is_well = look_at_templates(watch, at) == ERR_OK && publish_due(watch, at) == STAFF_OK &&
		       staff_db_ask(watch->db, &watch->ask, at) == STAFF_OK;
	char *status = is_well ? take_status(watch) : NULL;
	if (status != NULL)
		is_well = write_on_board(watch, status, at) == ERR_OK;
	free(status);
	return is_well;
}

static void *run(void *ctx)
{
	struct catalogue_watch *watch = ctx;
	unsigned wait_ms = 0;
	while (halt_rest(&watch->halt, wait_ms)) {
		struct err_at at = { .err = ERR_OK };
		if (look(watch, &at)) {
			note_well(watch);
			wait_ms = LOOK_MS;
			continue;
		}
		note_trouble(watch, &at);
		staff_db_close(watch->db); /* whatever it was: a MULTI may be open */
		watch->db = NULL;
		wait_ms = AGAIN_MS;
	}
	struct err_at at = { .err = ERR_OK };
	if (watch->db != NULL && gateway_board_remove(watch->ask, watch->options.instance, &at) != ERR_OK)
		note_trouble(watch, &at); /* its line grows stale, which says the same after ten seconds */
	staff_db_close(watch->db);
	return NULL;
}

struct catalogue_watch *catalogue_watch_start(const struct catalogue_watch_options *options)
{
	struct catalogue_watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return NULL;
	watch->options = *options;
	halt_init(&watch->halt);
	pthread_mutex_init(&watch->mutex, NULL);
	if (pthread_create(&watch->thread, NULL, run, watch) == 0)
		return watch;
	halt_fini(&watch->halt);
	pthread_mutex_destroy(&watch->mutex);
	free(watch);
	return NULL;
}

bool catalogue_watch_take(struct catalogue_watch *watch, struct catalogue_news *out)
{
	pthread_mutex_lock(&watch->mutex);
	bool is_there = watch->news.catalogue != NULL;
	if (is_there)
		*out = watch->news;
	watch->news.catalogue = NULL;
	pthread_mutex_unlock(&watch->mutex);
	return is_there;
}

void catalogue_watch_tell(struct catalogue_watch *watch, struct slice text)
{
	char *status = strndup(text.at, text.len);
	pthread_mutex_lock(&watch->mutex);
	char *former = watch->status;
	watch->status = status != NULL ? status : former;
	pthread_mutex_unlock(&watch->mutex);
	if (status != NULL)
		free(former);
}

void catalogue_watch_stop(struct catalogue_watch *watch)
{
	if (watch == NULL)
		return;
	halt_call(&watch->halt);
	pthread_join(watch->thread, NULL);
	catalogue_release(watch->known);
	catalogue_release(watch->news.catalogue);
	free(watch->status);
	halt_fini(&watch->halt);
	pthread_mutex_destroy(&watch->mutex);
	free(watch);
}
