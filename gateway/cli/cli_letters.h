/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_filter.h"
#include "store/redis_ask.h"

/* The work that is the same for dead letters and for held alerts: walk through them page by page, print them, or do
 * something with those that are meant. Nothing is ever in memory but one page. */

#define CLI_LETTERS_PAGE 256

/* Where letters come from. ctx: whoever offers them. Letters are borrowed until the next question to Redis. */
struct cli_letters_source {
	const char *noun;   /* “dead letter” */
	const char *nouns;  /* “dead letters” */
	const char *member; /* of the JSON: “letters” */
	const char *names;  /* what they are called by: “entries” */
	/* Goes back to the oldest. total: how many there are. What comes from now on is not met. */
	enum err (*begin)(void *ctx, const struct cli_filter *filter, uint64_t *total, struct err_at *at);
	/* The next at most CLI_LETTERS_PAGE, oldest first. is_last: there are no more behind them. */
	enum err (*next)(void *ctx, struct cli_letter *letters, unsigned *count, bool *is_last, struct err_at *at);
	/* True where a word has the form of such a name, whether there is one of it or not. */
	bool (*is_name)(struct slice word);
	/* The one of that name (an entry, an origin): count is 1, or 0 where it is not there. */
	enum err (*find)(void *ctx, struct slice name, struct cli_letter *letters, unsigned *count, struct err_at *at);
};

/* Something that is done with letters: begun, then each one added, then asked for, all of it or nothing; the answer says
 * how many were still there. */
struct cli_letters_step {
	const char *verb; /* “requeue” */
	const char *done; /* “requeued” */
	bool needs_usable;
	bool needs_yes; /* it destroys: only with option “yes” */
	void (*begin)(void *ctx);
	/* index: of the letter in its page. now: Redis' time. */
	void (*add)(void *ctx, unsigned index, const struct cli_letter *letter, wall_ms now);
};

struct cli_letters {
	const struct cli_call *call;
	struct redis_ask *ask;
	const struct zone *zone;
	const struct cli_letters_source *source;
	void *ctx;
	struct cli_filter filter;
};

/* What people must say before many letters change: which ones, and “yes” where it destroys. is_narrowed: the filter says
 * which. To be asked before Redis is. Returns CLI_OK; or CLI_USAGE, and err was told. */
int cli_letters_check(const struct cli_call *call, const struct cli_letters_source *source,
		      const struct cli_letters_step *step, const char *const names[], unsigned name_count,
		      bool is_narrowed);

/* Each returns the exit code. list: a line for each, and their count by reason. show: everything of those that name
 * means: an entry, an origin, or an id. change: does the step with those that are named, or with all that the filter
 * means; with option “dry-run” it only says which. CLI_FAILED where something that is meant can't be done. */
int cli_letters_list(const struct cli_letters *letters);
int cli_letters_show(const struct cli_letters *letters, const char *name, bool with_values);
int cli_letters_change(const struct cli_letters *letters, const struct cli_letters_step *step,
		       const char *const names[], unsigned name_count);
