/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_used.h"

#include "base/civil.h"
#include "console/console_board.h"
#include "console/console_history.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define DAYS    7
#define DAY_MS  86400000
#define KEEP_MS 60000

struct console_used {
	const struct console_options *options;
	pthread_mutex_t mutex;
	json_t *all;
	wall_ms at;
	bool is_asking; /* one thread does: others go on with what was known before */
};

struct console_used *console_used_create(const struct console_options *options)
{
	struct console_used *used = calloc(1, sizeof *used);
	if (used == NULL)
		return NULL;
	used->options = options;
	pthread_mutex_init(&used->mutex, NULL);
	return used;
}

void console_used_destroy(struct console_used *used)
{
	if (used == NULL)
		return;
	json_decref(used->all);
	pthread_mutex_destroy(&used->mutex);
	free(used);
}

static void add(json_t *into, const char *key, json_int_t more)
{
	json_object_set_new(into, key, json_integer(console_board_count(into, key) + more));
}

static void add_route(json_t *routes, const char *account)
{
	size_t index;
	json_t *known;
	if (*account == '\0')
		return;
	json_array_foreach(routes, index, known)
	{
		if (strcmp(json_string_value(known), account) == 0)
			return;
	}
	json_array_append_new(routes, json_string(account));
}

static void add_row(json_t *all, const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "template"));
	const char *account = json_string_value(json_object_get(row, "account"));
	if (name == NULL || *name == '\0')
		return;
	json_t *into = json_object_get(all, name);
	if (into == NULL) {
		into = json_pack("{s:i,s:i,s:i,s:[]}", "alerts_7d", 0, "accepted_7d", 0, "failed_7d", 0, "routes");
		json_object_set_new(all, name, into);
	}
	add(into, "alerts_7d", console_board_count(row, "alerts"));
	add(into, "accepted_7d", console_board_count(row, "accepted"));
	add(into, "failed_7d", console_board_count(row, "dead") + console_board_count(row, "undelivered"));
	add_route(json_object_get(into, "routes"), account != NULL ? account : "");
}

static json_t *ask(const struct console_options *options, wall_ms now)
{
	json_t *all = json_object();
	for (unsigned i = 0; i < DAYS; i++) {
		char path[64];
		unsigned status;
		int32_t day = zone_date(options->zone, now - (wall_ms)i * DAY_MS);
		snprintf(path, sizeof path, "/v1/report?day=%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
		json_t *report = console_history_ask(options, path, NULL, &status);
		size_t index;
		json_t *row;
		json_array_foreach(json_object_get(report, "rows"), index, row) add_row(all, row);
		json_decref(report);
		if (status != 200) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

json_t *console_used_all(struct console_used *used, wall_ms now)
{
	if (!console_history_is_there(used->options))
		return NULL;
	pthread_mutex_lock(&used->mutex);
	bool is_mine = !used->is_asking && (used->at == 0 || now - used->at > KEEP_MS);
	used->is_asking = used->is_asking || is_mine;
	pthread_mutex_unlock(&used->mutex);
	json_t *fresh = is_mine ? ask(used->options, now) : NULL;
	pthread_mutex_lock(&used->mutex);
	if (is_mine) {
		json_decref(used->all);
		used->all = fresh;
		used->at = now;
		used->is_asking = false;
	}
	/* Counting references is not for several threads at once: each gets an object of its own. */
	json_t *copy = json_deep_copy(used->all);
	pthread_mutex_unlock(&used->mutex);
	return copy;
}
