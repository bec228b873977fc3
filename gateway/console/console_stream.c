/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_stream.h"

#include "base/list.h"
#include "console/console_follow.h"
#include "console/console_overview.h"
#include "console/console_who.h"

#include <stdio.h>
#include <stdlib.h>

/* A watch belongs to the loop's thread, but for the look that it has under way in a thread of the pool; it is freed when its stream is over
 * and no look runs. */

#define CHECK_US          (5 * US_PER_S)    /* between looks at the session */
#define FOLLOW_US         (250 * US_PER_MS) /* between looks at the events of a test */
#define EVENT_MAX         (48 * 1024)       /* octets of an event */
#define TESTS_MAX         16
#define OF_USER_MAX       16 /* streams of one user: pages that are open */
#define TESTS_OF_USER_MAX 4

struct console_watch {
	struct loop_work work;
	struct list link;
	struct console *console;
	struct httpd_stream *stream; /* NULL = over */
	bool is_running;
	bool is_signed_out;
	mono_us check_at;
	mono_us look_at;
	char cookie[CONSOLE_COOKIE_OCTETS];
	char user[128];
	enum staff_permission permission;
	struct console_follow *follow; /* of a test; NULL = follows the overview */
};

struct console_stream_desk {
	struct console *console;
	struct loop_member member;
	struct list watches;
	unsigned tests;
};

static struct console_watch *watch_of(struct console_call *call, struct console_follow *follow)
{
	struct console_watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL) {
		console_follow_free(follow);
		console_refuse(call, CONSOLE_BUSY);
		return NULL;
	}
	watch->console = call->console;
	watch->follow = follow;
	snprintf(watch->cookie, sizeof watch->cookie, "%s", call->cookie);
	snprintf(watch->user, sizeof watch->user, "%s", call->name);
	watch->permission = call->route->permission;
	list_init(&watch->link);
	call->status = 200;
	return watch;
}

void console_stream_overview(struct console_call *call)
{
	call->watch = watch_of(call, NULL);
}

void console_stream_test(struct console_call *call)
{
	struct console_follow *follow = console_follow_begin(call);
	if (follow != NULL)
		call->watch = watch_of(call, follow);
}

void console_watch_free(struct console_watch *watch)
{
	if (watch == NULL)
		return;
	console_follow_free(watch->follow);
	free(watch);
}

/* -- in the loop -- */

static bool put_event(struct console_watch *watch, const char *event, struct slice data)
{
	char *text = malloc(data.len + 64);
	if (text == NULL || data.len > EVENT_MAX) {
		free(text);
		return true; /* the next one will do */
	}
	int len = snprintf(text, data.len + 64, "event: %s\ndata: %.*s\n\n", event, SLICE_ARG(data));
	bool is_put = httpd_stream_put(watch->stream, (struct slice){ text, (size_t)len });
	free(text);
	return is_put;
}

/* How many streams of its kind the user has. */
static unsigned count_of(const struct console_stream_desk *desk, const struct console_watch *watch)
{
	unsigned count = 0;
	for (const struct list *link = desk->watches.next; link != &desk->watches; link = link->next) {
		const struct console_watch *other = LIST_ITEM(link, struct console_watch, link);
		count += strcmp(other->user, watch->user) == 0 && (other->follow != NULL) == (watch->follow != NULL);
	}
	return count;
}

void console_stream_open(struct console_stream_desk *desk, const struct httpd_request *request,
			 struct httpd_response *response, struct console_call *call)
{
	struct console_watch *watch = call->watch;
	bool is_test = watch->follow != NULL;
	if (count_of(desk, watch) >= (is_test ? TESTS_OF_USER_MAX : OF_USER_MAX)) {
		httpd_problem(response, 429, "as many pages of yours follow %s as may be; close some",
			      is_test ? "tests" : "the figures");
		return;
	}
	if (is_test && desk->tests >= TESTS_MAX) {
		httpd_problem(response, 503, "as many tests are followed as may be; try again later");
		return;
	}
	watch->stream = httpd_stream_open(request, response, watch);
	if (watch->stream == NULL)
		return;
	call->watch = NULL;
	response->content_type = "text/event-stream; charset=utf-8";
	httpd_response_header(response, "X-Accel-Buffering", "no"); /* proxies would wait for more */
	desk->tests += is_test;
	mono_us now = loop_now(desk->console->loop).mono;
	watch->check_at = now + CHECK_US;
	watch->look_at = is_test ? now : INT64_MAX;
	list_push(&desk->watches, &watch->link);
	char *text = is_test ? NULL : console_overview_copy(desk->console->overview);
	if (text != NULL)
		put_event(watch, "overview", slice_of(text));
	free(text);
}

static void release(struct console_watch *watch)
{
	struct console_stream_desk *desk = watch->console->streams;
	desk->tests -= watch->follow != NULL;
	list_remove(&watch->link);
	console_watch_free(watch);
}

void console_on_stream_over(void *ctx, void *state)
{
	struct console_watch *watch = state;
	(void)ctx;
	watch->stream = NULL;
	if (!watch->is_running)
		release(watch);
}

void console_stream_tell(struct console_stream_desk *desk, const char *event, struct slice data)
{
	for (struct list *link = desk->watches.next; link != &desk->watches; link = link->next) {
		struct console_watch *watch = LIST_ITEM(link, struct console_watch, link);
		if (watch->follow == NULL && watch->stream != NULL)
			(void)put_event(watch, event, data); /* one that is cut is told of in a later turn */
	}
}

/* -- looks -- */

static void on_run(struct loop_work *work)
{
	struct console_watch *watch = (struct console_watch *)work;
	struct console *console = watch->console;
	struct err_at at = { .err = ERR_OK };
	struct redis_ask *ask;
	wall_ms now;
	struct staff_db *db = console_pool_take(console->pool, &ask, &now, &at);
	if (db == NULL)
		return;
	enum err err = ERR_OK;
	if (watch->follow != NULL)
		err = console_follow_look(watch->follow, ask, &at);
	if (watch->check_at == 0 && err == ERR_OK)
		watch->is_signed_out = console_who_has_gone(console, db, watch->cookie, now, watch->permission);
	console_pool_give(console->pool, db, err);
}

static void put_steps(struct console_watch *watch)
{
	struct slice step;
	while (watch->follow != NULL && console_follow_next(watch->follow, &step))
		(void)put_event(watch, "step", step);
	if (watch->follow == NULL || !console_follow_is_over(watch->follow))
		return;
	(void)put_event(watch, "end", SLICE("{}")); /* else the browser would ask again, from the beginning */
	httpd_stream_end(watch->stream);
}

static void on_done(struct loop_work *work, bool has_run)
{
	struct console_watch *watch = (struct console_watch *)work;
	mono_us now = loop_now(watch->console->loop).mono;
	(void)has_run;
	watch->is_running = false;
	if (watch->check_at == 0)
		watch->check_at = now + CHECK_US;
	if (watch->follow != NULL)
		watch->look_at = now + FOLLOW_US;
	if (watch->stream == NULL) {
		release(watch);
		return;
	}
	if (watch->is_signed_out)
		httpd_stream_end(watch->stream);
	else
		put_steps(watch);
}

static void look(struct console_watch *watch, mono_us now)
{
	if (now >= watch->check_at)
		watch->check_at = 0;
	watch->work = (struct loop_work){ .run = on_run, .done = on_done };
	watch->is_running = loop_works_put(watch->console->works, &watch->work);
	if (!watch->is_running) {
		watch->check_at = watch->check_at == 0 ? now + US_PER_S : watch->check_at;
		watch->look_at = watch->follow != NULL ? now + US_PER_S : INT64_MAX;
	}
}

static void on_turn(void *ctx, struct now now)
{
	struct console_stream_desk *desk = ctx;
	for (struct list *link = desk->watches.next; link != &desk->watches; link = link->next) {
		struct console_watch *watch = LIST_ITEM(link, struct console_watch, link);
		if (!desk->console->is_ending && !watch->is_running && watch->stream != NULL &&
		    (now.mono >= watch->check_at || now.mono >= watch->look_at))
			look(watch, now.mono);
	}
}

static mono_us on_next_deadline(void *ctx)
{
	struct console_stream_desk *desk = ctx;
	mono_us earliest = INT64_MAX;
	for (struct list *link = desk->watches.next; link != &desk->watches; link = link->next) {
		const struct console_watch *watch = LIST_ITEM(link, struct console_watch, link);
		mono_us its = watch->check_at < watch->look_at ? watch->check_at : watch->look_at;
		if (!watch->is_running && watch->stream != NULL && its < earliest)
			earliest = its;
	}
	return earliest;
}

struct console_stream_desk *console_stream_desk_create(struct console *console)
{
	struct console_stream_desk *desk = calloc(1, sizeof *desk);
	if (desk == NULL)
		return NULL;
	desk->console = console;
	list_init(&desk->watches);
	desk->member = (struct loop_member){ .turn = on_turn, .next_deadline = on_next_deadline, .ctx = desk };
	loop_add(console->loop, &desk->member);
	return desk;
}

void console_stream_desk_destroy(struct console_stream_desk *desk)
{
	if (desk == NULL)
		return;
	loop_remove(&desk->member);
	free(desk);
}
