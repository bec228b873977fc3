/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "render/catalogue.h"
#include "staff/template_check.h"
#include "store/redis_ask.h"

/* A thread that keeps an eye on the published templates in Redis: it looks five times a second, makes a catalogue of what has
 * changed, and says so. At the very first start, when nothing was ever published, it publishes the files of the templates'
 * folder. What is due at a time is published by it too; and it writes what the gateway does on the board that consoles read.
 * While Redis does not answer, or what is there can't be used, what was known last goes on serving. */

struct catalogue_watch_options {
	struct redis_place redis;           /* borrowed texts */
	const char *instance;               /* borrowed, as all here */
	const char *templates_dir;          /* for the first fill */
	const char *locale;                 /* the default one */
	const struct template_rules *rules; /* that what is due at a time is held against; borrowed too */
	const struct log *log;
	void (*on_news)(void *ctx); /* from the thread: there is something to take */
	void *ctx;
};

struct catalogue_news {
	const struct catalogue *catalogue; /* held by whoever takes it */
	uint64_t turn;                     /* of the published templates */
	unsigned broken;                   /* names that can't be used as they were published */
};

struct catalogue_watch;

/* Starts the thread. options: copied. NULL where the system gives none. */
struct catalogue_watch *catalogue_watch_start(const struct catalogue_watch_options *options);

/* Takes the newest catalogue that was not taken yet, from any thread. False where there is none; out: set only otherwise. */
bool catalogue_watch_take(struct catalogue_watch *watch, struct catalogue_news *out);

/* What the gateway does now, a JSON object, for the board; from any thread. text: owned by the caller, copied. */
void catalogue_watch_tell(struct catalogue_watch *watch, struct slice text);

/* Takes the gateway off the board where that goes quickly, waits for the thread's end and frees it. NULL is fine. */
void catalogue_watch_stop(struct catalogue_watch *watch);
