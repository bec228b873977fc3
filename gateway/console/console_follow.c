/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_follow.h"

#include "base/civil.h"
#include "console/console_test.h"
#include "store/event_watch.h"

#include <stdio.h>
#include <stdlib.h>

#define STEPS_MAX   32
#define STEP_OCTETS 512
#define FOLLOW_MS   120000 /* then nothing more is waited for */
#define AHEAD_MS    1000   /* two servers' clocks, after a failover */
#define BEFORE_MS   1000
#define ROUNDS_MAX  50 /* pages of events in one look */
#define REASON_MAX  160

struct console_follow {
	char id[CONSOLE_TEST_ID_OCTETS];
	wall_ms since;
	struct event_watch watch;
	bool is_over;
	unsigned count;
	unsigned given;
	char steps[STEPS_MAX][STEP_OCTETS];
};

struct console_follow *console_follow_begin(struct console_call *call)
{
	struct console_test_id id;
	/* Whose test it is stands in its id: nobody follows another one's. And when it was sent: one that is long over, or not to be sent before
	 * tomorrow, is made up. */
	if (!console_test_id_read(call->params[0], &id) || strcmp(id.user, call->name) != 0 ||
	    id.at < call->now - FOLLOW_MS || id.at > call->now + AHEAD_MS) {
		console_refuse(call, CONSOLE_NOT_FOUND);
		return NULL;
	}
	struct console_follow *follow = calloc(1, sizeof *follow);
	if (follow == NULL) {
		console_refuse(call, CONSOLE_BUSY);
		return NULL;
	}
	snprintf(follow->id, sizeof follow->id, "%s", call->params[0]);
	follow->since = id.at;
	event_watch_from(&follow->watch, id.at - BEFORE_MS);
	return follow;
}

static void add_step(struct console_follow *follow, json_t *step)
{
	char *text = step != NULL ? json_dumps(step, JSON_COMPACT) : NULL;
	if (text != NULL && strlen(text) < STEP_OCTETS && follow->count < STEPS_MAX)
		snprintf(follow->steps[follow->count++], STEP_OCTETS, "%s", text);
	free(text);
	json_decref(step);
}

static bool is_last(const char *word)
{
	static const char *const last[] = { "delivered", "undelivered", "dead", "expired", "suppressed", "duplicate" };
	for (unsigned i = 0; i < sizeof last / sizeof last[0]; i++) {
		if (strcmp(word, last[i]) == 0)
			return true;
	}
	return false;
}

static void on_event(void *ctx, struct slice event)
{
	struct console_follow *follow = ctx;
	/* Most events are of others: only what may be meant is taken apart. */
	if (memmem(event.at, event.len, follow->id, strlen(follow->id)) == NULL)
		return;
	json_t *object = json_loadb(event.at, event.len, 0, NULL);
	const char *id = json_string_value(json_object_get(object, "id"));
	const char *word = json_string_value(json_object_get(object, "event"));
	if (id != NULL && word != NULL && strcmp(id, follow->id) == 0) {
		wall_ms at = 0;
		const char *account = json_string_value(json_object_get(object, "account"));
		const char *reason = json_string_value(json_object_get(object, "reason"));
		(void)civil_parse_rfc3339(slice_of(json_string_value(json_object_get(object, "at"))), &at);
		json_t *step = json_pack("{s:I,s:s,s:s*,s:O*}", "at", (json_int_t)at, "event", word, "account", account,
					 "segments", json_object_get(object, "segments"));
		if (step != NULL && reason != NULL)
			json_object_set_new(step, "reason", json_stringn(reason, strnlen(reason, REASON_MAX)));
		add_step(follow, step);
		follow->is_over = is_last(word);
	}
	json_decref(object);
}

enum err console_follow_look(struct console_follow *follow, struct redis_ask *ask, struct err_at *at)
{
	wall_ms now;
	bool more = true;
	follow->count = follow->given = 0;
	enum err err = ERR_OK;
	for (unsigned i = 0; i < ROUNDS_MAX && more && err == ERR_OK && !follow->is_over; i++)
		err = event_watch_step(ask, &follow->watch, on_event, follow, &more, at);
	if (err == ERR_OK)
		err = redis_ask_now(ask, &now, at);
	if (err == ERR_OK && !follow->is_over && now - follow->since > FOLLOW_MS) {
		follow->is_over = true;
		add_step(follow, json_pack("{s:I,s:s}", "at", (json_int_t)now, "event", "overdue"));
	}
	return err;
}

bool console_follow_next(struct console_follow *follow, struct slice *step)
{
	if (follow->given >= follow->count)
		return false;
	*step = slice_of(follow->steps[follow->given++]);
	return true;
}

bool console_follow_is_over(const struct console_follow *follow)
{
	return follow->is_over && follow->given >= follow->count;
}

void console_follow_free(struct console_follow *follow)
{
	free(follow);
}
