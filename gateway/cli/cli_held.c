/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"
#include "cli/cli_letters_command.h"
#include "cli/cli_redis.h"
#include "model/entry.h"
#include "store/held_alerts.h"

#include <stdlib.h>

_Static_assert(CLI_LETTERS_PAGE == HELD_ALERTS_PAGE, "a page is a page");

/* The held alerts as a source of letters. */
struct held {
	struct redis_ask *ask;
	wall_ms started; /* what is held from then on is not met: it may be what we have sent again */
	struct held_alerts_place place;
	struct held_alerts_page page;
	char event[CLI_LETTER_EVENT_OCTETS];
};

static void fill(const struct held_alerts_page *page, struct cli_letter *letters, unsigned *count)
{
	*count = page->count;
	for (unsigned i = 0; i < page->count; i++) {
		const struct held_alert *alert = &page->alerts[i];
		letters[i] = (struct cli_letter){
			.origin = alert->origin,
			.at = alert->since,
			.alert = alert->alert,
			.attempt = alert->attempt,
			.is_usable = alert->is_usable,
		};
	}
}

static enum err begin(void *ctx, const struct cli_filter *filter, uint64_t *total, struct err_at *at)
{
	struct held *held = ctx;
	(void)filter;
	held->place = (struct held_alerts_place){ .since = 0 };
	enum err err = redis_ask_now(held->ask, &held->started, at);
	return err == ERR_OK ? held_alerts_count(held->ask, total, at) : err;
}

static enum err next(void *ctx, struct cli_letter *letters, unsigned *count, bool *is_last, struct err_at *at)
{
	struct held *held = ctx;
	enum err err = held_alerts_read(held->ask, &held->place, &held->page, at);
	if (err != ERR_OK)
		return err;
	*is_last = held->page.is_last;
	while (held->page.count > 0 && held->page.alerts[held->page.count - 1].since > held->started) {
		held->page.count--;
		*is_last = true;
	}
	fill(&held->page, letters, count);
	return ERR_OK;
}

static enum err find(void *ctx, struct slice name, struct cli_letter *letters, unsigned *count, struct err_at *at)
{
	struct held *held = ctx;
	enum err err = held_alerts_find(held->ask, name, &held->page, at);
	if (err == ERR_OK)
		fill(&held->page, letters, count);
	return err;
}

static bool is_name(struct slice word)
{
	struct entry_key key;
	return entry_key_parse(word, &key);
}

static const struct cli_letters_source source = {
	.noun = "held alert",
	.nouns = "held alerts",
	.member = "alerts",
	.names = "origins",
	.is_name = is_name,
	.begin = begin,
	.next = next,
	.find = find,
};

static void resend_begin(void *ctx)
{
	struct held *held = ctx;
	held_alerts_resend_begin(held->ask);
}

static void resend_add(void *ctx, unsigned index, const struct cli_letter *letter, wall_ms now)
{
	struct held *held = ctx;
	(void)letter;
	(void)now;
	held_alerts_resend_add(held->ask, &held->page.alerts[index]);
}

static void drop_begin(void *ctx)
{
	struct held *held = ctx;
	held_alerts_drop_begin(held->ask);
}

static void drop_add(void *ctx, unsigned index, const struct cli_letter *letter, wall_ms now)
{
	struct held *held = ctx;
	struct buf event = buf_over(held->event, sizeof held->event);
	cli_letter_put_event(letter, "dead", SLICE(HELD_ALERTS_REASON), true, now, &event);
	held_alerts_drop_add(held->ask, &held->page.alerts[index], buf_slice(&event));
}

static const struct cli_letters_step resend = {
	.verb = "resend",
	.done = "resent",
	.needs_usable = true,
	.begin = resend_begin,
	.add = resend_add,
};

/* They become dead letters: nothing is lost by it, so that it wants no “yes”. */
static const struct cli_letters_step drop = {
	.verb = "drop",
	.done = "dropped",
	.begin = drop_begin,
	.add = drop_add,
};

enum { VERB_RESEND = CLI_LETTERS_STEPS, VERB_DROP, VERB_COUNT };

static const struct cli_letters_step *const steps[VERB_COUNT] = { [VERB_RESEND] = &resend, [VERB_DROP] = &drop };

static const struct cli_verb verbs[VERB_COUNT] = {
	[CLI_LETTERS_LIST] = { "list", 0, 0, "template tenant batch id since until limit" },
	[CLI_LETTERS_SHOW] = { "show", 1, 1, "values" },
	[VERB_RESEND] = { "resend", 0, CLI_ARGUMENTS_MAX, "template tenant batch id since until limit all dry-run" },
	[VERB_DROP] = { "drop", 0, CLI_ARGUMENTS_MAX, "template tenant batch id since until limit all dry-run" },
};

static const struct cli_letters_command letters = {
	.source = &source,
	.verbs = verbs,
	.steps = steps,
	.verb_count = VERB_COUNT,
	.has_reasons = false,
};

static int run(const struct cli_call *call)
{
	struct held *held = calloc(1, sizeof *held);
	if (held == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	int code = cli_letters_command_run(call, &letters, held, &held->ask);
	free(held);
	return code;
}

const struct cli_command cli_held = {
	.name = "held",
	.arguments = "list|show|resend|drop [ORIGIN …]",
	.arguments_min = 1,
	.arguments_max = CLI_ARGUMENTS_MAX,
	.summary = "List alerts that were sent and never answered, and decide about them",
	.details = "Alerts of templates with on_unknown: hold wait here when nobody knows whether they were sent.\n"
		   "list: those that are held, oldest first.\n"
		   "show ORIGIN|ID: everything of one; of its parameters names and lengths only.\n"
		   "resend: sends them again; a phone may then get the text twice, and the event says so.\n"
		   "drop: closes them as dead; they stay among the dead letters as held_dropped.\n"
		   "resend and drop take origins (as list shows them), or options that describe them, or --all.\n",
	.options = { CLI_FILTER_OPTIONS,
		     { "all", NULL, "Every held alert" },
		     { "dry-run", NULL, "Only say which ones it would take" },
		     { "values", NULL, "Show parameters' values and the text, which may hold people's data" },
		     CLI_REDIS_OPTION },
	.run = run,
};
