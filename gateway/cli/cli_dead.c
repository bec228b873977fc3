/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_command.h"
#include "cli/cli_letters_command.h"
#include "cli/cli_redis.h"
#include "store/dead_letters.h"

#include <stdlib.h>

_Static_assert(CLI_LETTERS_PAGE == DEAD_LETTERS_PAGE, "a page is a page");

/* The dead letters as a source of letters. */
struct dead {
	struct redis_ask *ask;
	char from[ENTRY_ID_OCTETS + 1];
	char newest[ENTRY_ID_OCTETS];
	struct dead_letters_page page;
	char event[CLI_LETTER_EVENT_OCTETS];
};

static void fill(const struct dead_letters_page *page, struct cli_letter *letters, unsigned *count)
{
	*count = page->count;
	for (unsigned i = 0; i < page->count; i++) {
		const struct dead_letter *letter = &page->letters[i];
		letters[i] = (struct cli_letter){
			.entry = letter->entry,
			.origin = letter->origin,
			.at = letter->at,
			.reason = letter->reason.at ? letter->reason : SLICE(""),
			.alert = letter->alert,
			.is_ambiguous = letter->is_ambiguous,
			.is_usable = dead_letters_is_usable(letter),
		};
	}
}

static enum err begin(void *ctx, const struct cli_filter *filter, uint64_t *total, struct err_at *at)
{
	struct dead *dead = ctx;
	snprintf(dead->from, sizeof dead->from, "%llu", (unsigned long long)filter->since);
	return dead_letters_extent(dead->ask, total, dead->newest, at);
}

static enum err next(void *ctx, struct cli_letter *letters, unsigned *count, bool *is_last, struct err_at *at)
{
	struct dead *dead = ctx;
	*count = 0;
	*is_last = true;
	if (dead->newest[0] == '\0')
		return ERR_OK;
	enum err err = dead_letters_read(dead->ask, dead->from, dead->newest, &dead->page, at);
	if (err != ERR_OK)
		return err;
	fill(&dead->page, letters, count);
	*is_last = dead->page.count < DEAD_LETTERS_PAGE;
	if (dead->page.count > 0)
		snprintf(dead->from, sizeof dead->from, "(%.*s",
			 SLICE_ARG(dead->page.letters[dead->page.count - 1].entry));
	return ERR_OK;
}

static enum err find(void *ctx, struct slice name, struct cli_letter *letters, unsigned *count, struct err_at *at)
{
	struct dead *dead = ctx;
	struct entry_key key;
	char id[ENTRY_ID_OCTETS];
	*count = 0;
	if (!entry_id_parse(name, LANE_READY, &key))
		return ERR_OK;
	entry_id_format(&key, id);
	enum err err = dead_letters_read(dead->ask, id, id, &dead->page, at);
	if (err == ERR_OK)
		fill(&dead->page, letters, count);
	return err;
}

static bool is_name(struct slice word)
{
	struct entry_key key;
	return entry_id_parse(word, LANE_READY, &key);
}

static const struct cli_letters_source source = {
	.noun = "dead letter",
	.nouns = "dead letters",
	.member = "letters",
	.names = "entries",
	.is_name = is_name,
	.begin = begin,
	.next = next,
	.find = find,
};

static void requeue_begin(void *ctx)
{
	struct dead *dead = ctx;
	dead_letters_requeue_begin(dead->ask);
}

static void requeue_add(void *ctx, unsigned index, const struct cli_letter *letter, wall_ms now)
{
	struct dead *dead = ctx;
	struct buf event = buf_over(dead->event, sizeof dead->event);
	cli_letter_put_event(letter, "requeued", letter->reason, letter->is_ambiguous, now, &event);
	dead_letters_requeue_add(dead->ask, &dead->page.letters[index], buf_slice(&event));
}

static void drop_begin(void *ctx)
{
	struct dead *dead = ctx;
	dead_letters_drop_begin(dead->ask);
}

static void drop_add(void *ctx, unsigned index, const struct cli_letter *letter, wall_ms now)
{
	struct dead *dead = ctx;
	(void)letter;
	(void)now;
	dead_letters_drop_add(dead->ask, &dead->page.letters[index]);
}

static const struct cli_letters_step requeue = {
	.verb = "requeue",
	.done = "requeued",
	.needs_usable = true,
	.begin = requeue_begin,
	.add = requeue_add,
};

static const struct cli_letters_step drop = {
	.verb = "drop",
	.done = "dropped",
	.needs_yes = true,
	.begin = drop_begin,
	.add = drop_add,
};

enum { VERB_REQUEUE = CLI_LETTERS_STEPS, VERB_DROP, VERB_COUNT };

static const struct cli_letters_step *const steps[VERB_COUNT] = { [VERB_REQUEUE] = &requeue, [VERB_DROP] = &drop };

static const struct cli_verb verbs[VERB_COUNT] = {
	[CLI_LETTERS_LIST] = { "list", 0, 0, "reason template tenant batch id since until limit" },
	[CLI_LETTERS_SHOW] = { "show", 1, 1, "values" },
	[VERB_REQUEUE] = { "requeue", 0, CLI_ARGUMENTS_MAX,
			   "reason template tenant batch id since until limit all dry-run" },
	[VERB_DROP] = { "drop", 0, CLI_ARGUMENTS_MAX,
			"reason template tenant batch id since until limit all dry-run yes" },
};

static const struct cli_letters_command letters = {
	.source = &source,
	.verbs = verbs,
	.steps = steps,
	.verb_count = VERB_COUNT,
	.has_reasons = true,
};

static int run(const struct cli_call *call)
{
	struct dead *dead = calloc(1, sizeof *dead);
	if (dead == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	int code = cli_letters_command_run(call, &letters, dead, &dead->ask);
	free(dead);
	return code;
}

const struct cli_command cli_dead = {
	.name = "dead",
	.arguments = "list|show|requeue|drop [ENTRY …]",
	.arguments_min = 1,
	.arguments_max = CLI_ARGUMENTS_MAX,
	.summary = "List, show, send again or delete dead letters",
	.details = "list: the dead letters, oldest first, and how many of each reason there are.\n"
		   "show ENTRY|ID: everything of one; of its parameters names and lengths only.\n"
		   "requeue: brings them back to the queue, each once, and counts its attempts anew.\n"
		   "drop: deletes them for good; wants --yes.\n"
		   "requeue and drop take entries (as list shows them), or options that describe them, or --all.\n"
		   "  hongyan dead requeue --reason rejected --since 2h --dry-run\n",
	.options = { { "reason", "WORD", "Only dead letters of this reason: rejected, render, unanswered …" },
		     CLI_FILTER_OPTIONS,
		     { "all", NULL, "Every dead letter" },
		     { "dry-run", NULL, "Only say which ones it would take" },
		     { "yes", NULL, "Yes, delete them" },
		     { "values", NULL, "Show parameters' values and the text, which may hold people's data" },
		     CLI_REDIS_OPTION },
	.run = run,
};
