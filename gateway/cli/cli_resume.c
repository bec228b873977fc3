/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/cli_command.h"
#include "cli/cli_pause_field.h"
#include "cli/cli_progress.h"
#include "cli/cli_redis.h"

#include <inttypes.h>
#include <time.h>

/* An alert that was found paused a moment before the pause ended may still be on its way into the queue of those that
 * wait: all are looked at again after a second, and those that do not wait then are forgotten. */
#define LOOK_AGAIN_S      1
#define LOOKS_BEFORE_LAST 2

struct resuming {
	const struct cli_call *call;
	struct redis_ask *ask;
	struct slice field;
	bool is_all; /* nothing was parked: there is nothing to bring forward */
	bool was_paused;
	bool is_paused_again;
	bool is_interrupted;
	uint64_t released;
	uint64_t on_queue; /* of all */
	struct cli_progress progress;
	struct err_at at;
};

static enum err look(struct resuming *resuming, bool forgets, struct pauses_walk *walk)
{
	*walk = (struct pauses_walk){ .forgets = forgets };
	while (!walk->is_over && !cli_progress_is_stopped()) {
		enum err err = pauses_release(resuming->ask, resuming->field, walk, &resuming->at);
		if (err != ERR_OK)
			return err;
		uint64_t done = resuming->released + walk->released;
		cli_progress_show(&resuming->progress, done, "released", done);
	}
	resuming->released += walk->released;
	resuming->is_paused_again = walk->is_paused_again;
	resuming->is_interrupted = cli_progress_is_stopped();
	return ERR_OK;
}

static enum err release(struct resuming *resuming)
{
	static const struct timespec pause = { .tv_sec = LOOK_AGAIN_S };
	for (unsigned looks = 0;; looks++) {
		struct pauses_walk walk;
		bool forgets = looks >= LOOKS_BEFORE_LAST;
		enum err err = look(resuming, forgets, &walk);
		if (err != ERR_OK || resuming->is_paused_again || resuming->is_interrupted)
			return err;
		bool is_quiet = walk.released == 0 && (walk.absent == 0 || forgets);
		if (is_quiet && (looks > 0 || !resuming->was_paused))
			return ERR_OK;
		nanosleep(&pause, NULL);
		resuming->is_interrupted = cli_progress_is_stopped();
		if (resuming->is_interrupted)
			return ERR_OK;
	}
}

static void print_json(const struct resuming *resuming)
{
	char octets[1024];
	struct buf buf = buf_over(octets, sizeof octets);
	json_open(&buf, '{');
	json_key_text(&buf, "field", resuming->field);
	json_key_bool(&buf, "was_paused", resuming->was_paused);
	if (resuming->is_all)
		json_key_uint(&buf, "on_queue", resuming->on_queue);
	else
		json_key_uint(&buf, "released", resuming->released);
	json_key_bool(&buf, "paused_again", resuming->is_paused_again);
	json_key_bool(&buf, "interrupted", resuming->is_interrupted);
	json_close(&buf, '}');
	fprintf(resuming->call->env->out, "%.*s\n", (int)buf.len, buf.at);
}

static void print_text(const struct resuming *resuming, const char *say)
{
	FILE *out = resuming->call->env->out;
	if (resuming->is_all)
		fprintf(out, "%s; %" PRIu64 " alert%s on the queue\n",
			resuming->was_paused ? "everything goes on" : "everything was not paused", resuming->on_queue,
			resuming->on_queue == 1 ? " is" : "s are");
	else
		fprintf(out, "%s %s; %" PRIu64 " alert%s that waited go%s on\n", say,
			resuming->was_paused ? "is not paused any more" : "was not paused", resuming->released,
			resuming->released == 1 ? "" : "s", resuming->released == 1 ? "es" : "");
}

static int conclude(const struct resuming *resuming)
{
	const struct cli_env *env = resuming->call->env;
	char say[CLI_PAUSE_SAY_OCTETS];
	cli_pause_field_say(resuming->field, say);
	if (resuming->call->wants_json)
		print_json(resuming);
	else
		print_text(resuming, say);
	if (resuming->is_paused_again)
		fprintf(env->err, "hongyan: %s was paused again meanwhile; the rest waits on\n", say);
	else if (resuming->is_interrupted)
		fprintf(env->err, "hongyan: interrupted; alerts may still wait: run it again to go on\n");
	return resuming->is_paused_again || resuming->is_interrupted ? CLI_FAILED : CLI_OK;
}

static enum err resume_all(struct resuming *resuming)
{
	enum err err = pauses_remove(resuming->ask, resuming->field, &resuming->was_paused, &resuming->at);
	return err == ERR_OK ? pauses_queued(resuming->ask, &resuming->on_queue, &resuming->at) : err;
}

static enum err resume_some(struct resuming *resuming)
{
	uint64_t waiting = 0;
	enum err err = pauses_waiting(resuming->ask, resuming->field, &waiting, &resuming->at);
	cli_progress_begin(&resuming->progress, resuming->call->env->err, waiting);
	if (err == ERR_OK)
		err = pauses_remove(resuming->ask, resuming->field, &resuming->was_paused, &resuming->at);
	if (err == ERR_OK)
		err = release(resuming);
	cli_progress_end(&resuming->progress);
	return err;
}

static int resume(struct resuming *resuming)
{
	enum err err = resuming->is_all ? resume_all(resuming) : resume_some(resuming);
	if (err == ERR_OK)
		return conclude(resuming);
	int code = cli_redis_failed(resuming->call, &resuming->at);
	fprintf(resuming->call->env->err, "Alerts may still wait: run it again, nothing is done twice.\n");
	return code;
}

static int run(const struct cli_call *call)
{
	char field[PAUSE_TEXT_OCTETS];
	struct cli_settings settings;
	struct resuming resuming = { .call = call };
	int code = cli_pause_field_read(call, field);
	if (code == CLI_OK && *field == '\0')
		code = cli_usage(call,
				 "say what goes on: --template, --tenant, --batch or --all; “hongyan pause” lists "
				 "what is paused");
	if (code == CLI_OK)
		code = cli_redis_settings(call, &settings);
	if (code == CLI_OK)
		code = cli_redis_connect(call, &settings, &resuming.ask);
	if (code != CLI_OK)
		return code;
	resuming.field = slice_of(field);
	resuming.is_all = cli_pause_field_is_all(resuming.field);
	code = resume(&resuming);
	redis_ask_close(resuming.ask);
	return code;
}

const struct cli_command cli_resume = {
	.name = "resume",
	.arguments = "",
	.summary = "Let go on what was paused",
	.details =
		"Ends the pause, then brings forward what waits because of it; takes a second or more. Safe to\n"
		"interrupt and to repeat. --all ends the pause of everything at once, not those of single templates.\n",
	.options = { CLI_PAUSE_FIELD_OPTIONS, CLI_REDIS_OPTION },
	.run = run,
};
