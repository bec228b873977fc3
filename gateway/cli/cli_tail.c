/* SPDX-License-Identifier: Apache-2.0 */

/* Events as they come, for people who watch. */

#include "base/number.h"
#include "cli/cli_event.h"
#include "cli/cli_progress.h"
#include "cli/cli_redis.h"
#include "cli/cli_time.h"
#include "store/event_watch.h"

#include <stdlib.h>
#include <time.h>

#define LOOK_MS      200
#define EVENT_OCTETS 32768

struct tail {
	const struct cli_call *call;
	const struct cli_settings *settings;
	struct redis_ask *ask;
	struct history_reader reader;
	bool is_coloured;
	uint64_t most; /* 0 = without end */
	uint64_t count;
	char octets[EVENT_OCTETS];
};

/* Options that a member of an event must be. */
static const struct filter {
	const char *option;
	size_t at; /* in struct history_event */
} filters[] = {
	{ "event", offsetof(struct history_event, event) },
	{ "tenant", offsetof(struct history_event, tenant) },
	{ "template", offsetof(struct history_event, template_name) },
	{ "batch", offsetof(struct history_event, batch) },
	{ "account", offsetof(struct history_event, account) },
};

static bool is_wanted(const struct tail *tail, const struct history_event *event)
{
	for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
		const char *want = cli_option(tail->call, filters[i].option);
		const struct slice *have = (const void *)((const char *)event + filters[i].at);
		if (want != NULL && !slice_is(*have, want))
			return false;
	}
	return true;
}

static bool is_over(const struct tail *tail)
{
	return cli_progress_is_stopped() || (tail->most > 0 && tail->count == tail->most);
}

static void print(struct tail *tail, const struct history_event *event)
{
	FILE *out = tail->call->env->out;
	if (tail->call->wants_json) {
		struct buf buf = buf_over(tail->octets, sizeof tail->octets);
		history_event_put(event, true, &buf);
		fprintf(out, "%.*s\n", (int)buf.len, buf.at);
		return;
	}
	cli_event_print_time(event->at, tail->settings->zone, false, out);
	fputs("  ", out);
	cli_event_print_what(event, tail->is_coloured, out);
	fputs("  ", out);
	cli_event_print_whose(event, out);
	fputc('\n', out);
}

static void on_event(void *ctx, struct slice line)
{
	struct tail *tail = ctx;
	struct history_event event = { .event = { NULL, 0 } };
	struct err_at at = { .err = ERR_OK };
	if (is_over(tail) || history_event_read(&tail->reader, line, &event, &at) != ERR_OK || !is_wanted(tail, &event))
		return;
	print(tail, &event);
	tail->count++;
}

static enum err follow(struct tail *tail, struct event_watch *watch, struct err_at *at)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	enum err err = ERR_OK;
	while (err == ERR_OK && !is_over(tail)) {
		bool more;
		err = event_watch_step(tail->ask, watch, on_event, tail, &more, at);
		if (fflush(tail->call->env->out) != 0)
			return ERR_OK; /* whoever read has gone; cli_run tells */
		if (err == ERR_OK && !more && !is_over(tail))
			nanosleep(&pause, NULL);
	}
	return err;
}

/* Where it begins. */
static int begin(struct tail *tail, struct event_watch *watch)
{
	const char *since = cli_option(tail->call, "since");
	struct err_at at = { .err = ERR_OK };
	wall_ms from = 0;
	wall_ms now = 0;
	enum err err = since == NULL ? event_watch_begin(tail->ask, watch, &at) : redis_ask_now(tail->ask, &now, &at);
	if (err != ERR_OK)
		return cli_redis_failed(tail->call, &at);
	if (since == NULL)
		return CLI_OK;
	if (!cli_time_parse(slice_of(since), now, tail->settings->zone, &from))
		return cli_usage(tail->call, "“%s” is no time; want 10m, 2h or 2026-02-13 08:00", since);
	event_watch_from(watch, from);
	return CLI_OK;
}

static int tail_events(struct tail *tail)
{
	struct event_watch watch;
	struct cli_progress wish; /* to stop */
	struct err_at at = { .err = ERR_OK };
	int code = begin(tail, &watch);
	if (code != CLI_OK)
		return code;
	cli_progress_begin(&wish, tail->call->env->err, 0);
	enum err err = follow(tail, &watch, &at);
	cli_progress_end(&wish);
	return err == ERR_OK ? CLI_OK : cli_redis_failed(tail->call, &at);
}

static int run(const struct cli_call *call)
{
	struct cli_settings settings;
	const char *count = cli_option(call, "count");
	struct tail *tail = calloc(1, sizeof *tail);
	int code;
	if (tail == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	*tail = (struct tail){ .call = call,
			       .settings = &settings,
			       .is_coloured = cli_event_has_colours(call->env->out) };
	if (count != NULL && (!number_parse(slice_of(count), INT64_MAX, &tail->most) || tail->most == 0))
		code = cli_usage(call, "--count must be a number from 1 on, not “%s”", count);
	else
		code = cli_redis_settings(call, &settings);
	if (code == CLI_OK)
		code = cli_redis_connect(call, &settings, &tail->ask);
	if (code == CLI_OK)
		code = tail_events(tail);
	redis_ask_close(tail->ask);
	history_reader_fini(&tail->reader);
	free(tail);
	return code;
}

const struct cli_command cli_tail = {
	.name = "tail",
	.arguments = "",
	.summary = "Show events as they come, until Ctrl-C",
	.details = "What happens to alerts, of all gateways, a line each. Numbers are masked.\n"
		   "  hongyan tail --event dead --since 1h --count 20\n",
	.options = { { "since", "TIME",
		       "From then on: 10m, 2h, 2026-02-13, 2026-02-13T08:00:00+08:00 (default: from now on)" },
		     { "count", "N", "End after so many" },
		     { "event", "WORD", "Only these: accepted, delivered, undelivered, dead, held, expired …" },
		     { "tenant", "X", "Only alerts sent for this tenant" },
		     { "template", "T", "Only alerts of this template" },
		     { "batch", "B", "Only alerts of this batch" },
		     { "account", "NAME", "Only what this account did" },
		     CLI_REDIS_OPTION },
	.run = run,
};
