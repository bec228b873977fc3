/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_letters.h"

#include "base/json.h"
#include "cli/cli_progress.h"
#include "cli/cli_redis.h"
#include "cli/cli_tally.h"

#include <inttypes.h>
#include <stdlib.h>

#define ARENA_OCTETS (64 * 1024)
#define ARENA_MAX    (256 * 1024)

/* One walk. */
struct walk {
	const struct cli_letters *letters;
	const struct cli_letters_step *step; /* NULL = they are only shown, or it is a dry run */
	const struct cli_letters_step *dry;  /* what a dry run would do */
	bool is_whole;                       /* shown with everything */
	bool with_values;
	wall_ms now;
	uint64_t total;
	uint64_t seen;
	uint64_t matched;
	uint64_t done;
	uint64_t unusable;
	uint64_t gone; /* somebody else was faster, or a run before this one */
	unsigned added;
	bool is_last;
	bool is_interrupted;
	struct cli_tally tally;
	struct cli_progress progress;
	struct err_at at;
	struct arena arena;
	char *arena_block;
	char *json;
	struct cli_letter page[CLI_LETTERS_PAGE];
};

static struct walk *open_walk(const struct cli_letters *letters)
{
	struct walk *walk = calloc(1, sizeof *walk);
	if (walk == NULL)
		return NULL;
	walk->letters = letters;
	walk->arena_block = malloc(ARENA_OCTETS);
	walk->json = malloc(CLI_LETTER_JSON_OCTETS);
	if (walk->arena_block == NULL || walk->json == NULL) {
		free(walk->arena_block);
		free(walk->json);
		free(walk);
		return NULL;
	}
	arena_init(&walk->arena, walk->arena_block, ARENA_OCTETS, ARENA_MAX);
	return walk;
}

static void close_walk(struct walk *walk)
{
	if (walk == NULL)
		return;
	arena_fini(&walk->arena);
	free(walk->arena_block);
	free(walk->json);
	free(walk);
}

static FILE *out_of(const struct walk *walk)
{
	return walk->letters->call->env->out;
}

/* -- one letter -- */

static void print_json(struct walk *walk, const struct cli_letter *letter)
{
	struct buf buf = buf_over(walk->json, CLI_LETTER_JSON_OCTETS);
	if (walk->is_whole)
		cli_letter_put_whole(letter, walk->with_values, &buf);
	else
		cli_letter_put(letter, &buf);
	fprintf(out_of(walk), "%s\n", walk->matched > 1 ? "," : "");
	fwrite(buf.at, 1, buf.len, out_of(walk));
}

static void show(struct walk *walk, const struct cli_letter *letter)
{
	const struct cli_letters *letters = walk->letters;
	if (letters->call->wants_json)
		print_json(walk, letter);
	else if (walk->is_whole)
		cli_letter_print_whole(letter, letters->zone, walk->with_values, out_of(walk));
	else
		cli_letter_print(letter, letters->zone, out_of(walk));
}

static void meet(struct walk *walk, unsigned index)
{
	struct cli_letter *letter = &walk->page[index];
	const struct cli_letters_step *step = walk->step ? walk->step : walk->dry;
	arena_reset(&walk->arena);
	alert_glance(letter->alert, &walk->arena, &letter->glance);
	walk->seen++;
	if (!cli_filter_matches(&walk->letters->filter, letter))
		return;
	walk->matched++;
	cli_tally_add(&walk->tally, cli_letter_word(letter));
	bool is_refused = step && step->needs_usable && !letter->is_usable;
	walk->unusable += is_refused;
	if (walk->step == NULL) {
		show(walk, letter);
	} else if (!is_refused) {
		walk->step->add(walk->letters->ctx, index, letter, walk->now);
		walk->added++;
	}
}

/* The limit is one of letters that something is done with. */
static bool has_enough(const struct walk *walk)
{
	return walk->matched - walk->unusable >= walk->letters->filter.limit;
}

/* -- pages -- */

/* Reads a page (or the one letter of a name), meets each, and does with them what is to be done. */
static enum err turn_page(struct walk *walk, struct slice name)
{
	const struct cli_letters *letters = walk->letters;
	unsigned count = 0;
	enum err err = walk->step ? redis_ask_now(letters->ask, &walk->now, &walk->at) : ERR_OK;
	if (err == ERR_OK && name.at != NULL)
		err = letters->source->find(letters->ctx, name, walk->page, &count, &walk->at);
	else if (err == ERR_OK)
		err = letters->source->next(letters->ctx, walk->page, &count, &walk->is_last, &walk->at);
	if (err != ERR_OK)
		return err;
	walk->added = 0;
	if (walk->step)
		walk->step->begin(letters->ctx);
	for (unsigned i = 0; i < count && !has_enough(walk); i++)
		meet(walk, i);
	if (walk->added == 0)
		return ERR_OK;
	uint64_t done = 0;
	err = redis_ask_count(letters->ask, &done, &walk->at);
	if (err != ERR_OK)
		return err;
	walk->done += done;
	walk->gone += walk->added - done;
	return ERR_OK;
}

static enum err walk_all(struct walk *walk)
{
	const struct cli_letters *letters = walk->letters;
	enum err err = letters->source->begin(letters->ctx, &letters->filter, &walk->total, &walk->at);
	cli_progress_begin(&walk->progress, letters->call->env->err, walk->total);
	while (err == ERR_OK && !walk->is_last && !has_enough(walk) && !walk->is_interrupted) {
		err = turn_page(walk, (struct slice){ NULL, 0 });
		if (walk->step)
			cli_progress_show(&walk->progress, walk->seen, walk->step->done, walk->done);
		walk->is_interrupted = !walk->is_last && cli_progress_is_stopped();
	}
	cli_progress_end(&walk->progress);
	return err;
}

/* -- what it ends with -- */

static const char *noun(const struct walk *walk, uint64_t count)
{
	return count == 1 ? walk->letters->source->noun : walk->letters->source->nouns;
}

static void open_json(const struct walk *walk)
{
	fprintf(out_of(walk), "{\"%s\":[", walk->letters->source->member);
}

static void put_members(const struct walk *walk, const char *key, uint64_t value)
{
	fprintf(out_of(walk), ",\"%s\":%" PRIu64, key, value);
}

/* By a signal, or because Redis failed. */
static bool is_cut_short(const struct walk *walk)
{
	return walk->is_interrupted || walk->at.err != ERR_OK;
}

/* “5 dead letters: rejected 3, render 2”. */
static void print_tally(const struct walk *walk)
{
	FILE *out = out_of(walk);
	if (walk->letters->call->wants_json) {
		struct buf buf = buf_over(walk->json, CLI_LETTER_JSON_OCTETS);
		cli_tally_put(&walk->tally, &buf);
		fprintf(out, "%s],\"count\":%" PRIu64 ",\"reasons\":%.*s,\"interrupted\":%s}\n",
			walk->matched ? "\n" : "", walk->matched, (int)buf.len, buf.at,
			is_cut_short(walk) ? "true" : "false");
	} else if (walk->matched == 0) {
		fprintf(out, "no %s%s\n", noun(walk, walk->letters->filter.is_narrowed ? 1 : 2),
			walk->letters->filter.is_narrowed ? " matches" : "");
	} else {
		fprintf(out, "\n%" PRIu64 " %s", walk->matched, noun(walk, walk->matched));
		cli_tally_print(&walk->tally, out);
		fputc('\n', out);
	}
}

static int fail(const struct walk *walk)
{
	FILE *err = walk->letters->call->env->err;
	int code = cli_redis_failed(walk->letters->call, &walk->at);
	if (walk->step)
		fprintf(err,
			"%" PRIu64 " %s were %s before that; what was under way may be, too. Run it again: nothing is "
			"done twice.\n",
			walk->done, noun(walk, walk->done), walk->step->done);
	return code;
}

static int interrupted(const struct walk *walk)
{
	fprintf(walk->letters->call->env->err, "hongyan: interrupted%s\n", walk->step ? "; run it again to go on" : "");
	return CLI_FAILED;
}

int cli_letters_list(const struct cli_letters *letters)
{
	struct walk *walk = open_walk(letters);
	if (walk == NULL) {
		fprintf(letters->call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	if (letters->call->wants_json)
		open_json(walk);
	enum err err = walk_all(walk);
	int code = err != ERR_OK ? fail(walk) : CLI_OK;
	/* What was begun as JSON ends as such. */
	if (code == CLI_OK || letters->call->wants_json)
		print_tally(walk);
	if (code == CLI_OK && walk->is_interrupted)
		code = interrupted(walk);
	close_walk(walk);
	return code;
}

/* What the source finds by name is there at once; for anything else all are looked through. */
static enum err show_named(struct walk *walk, const char *name)
{
	struct cli_letters by_id = *walk->letters;
	const struct cli_letters *letters = walk->letters;
	enum err err = turn_page(walk, slice_of(name));
	if (err != ERR_OK || walk->matched > 0)
		return err;
	by_id.filter.name = slice_of(name);
	walk->letters = &by_id;
	err = walk_all(walk);
	walk->letters = letters;
	return err;
}

int cli_letters_show(const struct cli_letters *letters, const char *name, bool with_values)
{
	struct walk *walk = open_walk(letters);
	if (walk == NULL) {
		fprintf(letters->call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	walk->is_whole = true;
	walk->with_values = with_values;
	if (letters->call->wants_json)
		open_json(walk);
	int code = show_named(walk, name) != ERR_OK ? fail(walk) : CLI_OK;
	if (letters->call->wants_json)
		fprintf(letters->call->env->out, "%s],\"interrupted\":%s}\n", walk->matched ? "\n" : "",
			is_cut_short(walk) ? "true" : "false");
	if (code == CLI_OK && walk->is_interrupted)
		code = interrupted(walk);
	if (code == CLI_OK && walk->matched == 0) {
		fprintf(letters->call->env->err, "hongyan: no %s is called “%s”\n", letters->source->noun, name);
		code = CLI_FAILED;
	}
	close_walk(walk);
	return code;
}

/* -- changing -- */

static void print_change(const struct walk *walk, const struct cli_letters_step *step)
{
	FILE *out = out_of(walk);
	if (walk->letters->call->wants_json) {
		if (walk->dry)
			fprintf(out, "%s],\"dry_run\":true", walk->matched ? "\n" : "");
		else
			fprintf(out, "{\"dry_run\":false");
		put_members(walk, "matched", walk->matched);
		put_members(walk, step->done, walk->done);
		put_members(walk, "unusable", walk->unusable);
		put_members(walk, "gone", walk->gone);
		fprintf(out, ",\"interrupted\":%s}\n", is_cut_short(walk) ? "true" : "false");
		return;
	}
	uint64_t count = walk->dry ? walk->matched - walk->unusable : walk->done;
	if (walk->dry)
		fprintf(out, "%swould %s %" PRIu64 " %s", walk->matched ? "\n" : "", step->verb, count,
			noun(walk, count));
	else
		fprintf(out, "%s %" PRIu64 " %s", step->done, count, noun(walk, count));
	if (walk->dry)
		cli_tally_print(&walk->tally, out);
	if (walk->unusable > 0)
		fprintf(out, "; %" PRIu64 " can't be %s: no alert that could be sent is in %s", walk->unusable,
			step->done, walk->unusable == 1 ? "it" : "them");
	if (walk->gone > 0)
		fprintf(out, "; %" PRIu64 " %s gone before", walk->gone, walk->gone == 1 ? "was" : "were");
	fputc('\n', out);
}

/* One after the other: they are few, and each is told of by itself. Returns the exit code. */
static int change_named(struct walk *walk, const char *const names[], unsigned name_count)
{
	const struct cli_letters *letters = walk->letters;
	int code = CLI_OK;
	for (unsigned i = 0; i < name_count; i++) {
		uint64_t before = walk->matched;
		if (turn_page(walk, slice_of(names[i])) != ERR_OK)
			return fail(walk);
		if (walk->matched > before)
			continue;
		fprintf(letters->call->env->err, "hongyan: no %s is called “%s”; was it %s already?\n",
			letters->source->noun, names[i], (walk->step ? walk->step : walk->dry)->done);
		code = CLI_FAILED;
	}
	return code;
}

/* Producers' ids are no names: many letters may have the same. */
static int check_names(const struct cli_call *call, const struct cli_letters_source *source, const char *const names[],
		       unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!source->is_name(slice_of(names[i])))
			return cli_usage(call,
					 "%s are named by their %s, in the second column of list, and “%s” is none; "
					 "for an alert's id say --id %s",
					 source->nouns, source->names, names[i], names[i]);
	return CLI_OK;
}

int cli_letters_check(const struct cli_call *call, const struct cli_letters_source *source,
		      const struct cli_letters_step *step, const char *const names[], unsigned name_count,
		      bool is_narrowed)
{
	bool is_all = cli_option(call, "all") != NULL;
	if (name_count > 0 && (is_narrowed || is_all || cli_option(call, "limit")))
		return cli_usage(call, "name %s or describe them by options, not both", source->nouns);
	if (is_all && is_narrowed)
		return cli_usage(call, "--all means every %s; leave it or the other options out", source->noun);
	if (name_count == 0 && !is_all && !is_narrowed)
		return cli_usage(call, "say which %s to %s: name them, describe them by options, or take --all",
				 source->nouns, step->verb);
	if (step->needs_yes && cli_option(call, "dry-run") == NULL && cli_option(call, "yes") == NULL)
		return cli_usage(
			call, "%s can't be undone; look with --dry-run at what it takes, then say it again with --yes",
			step->verb);
	return check_names(call, source, names, name_count);
}

int cli_letters_change(const struct cli_letters *letters, const struct cli_letters_step *step,
		       const char *const names[], unsigned name_count)
{
	bool is_dry = cli_option(letters->call, "dry-run") != NULL;
	int code = CLI_OK;
	struct walk *walk = open_walk(letters);
	if (walk == NULL) {
		fprintf(letters->call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	walk->step = is_dry ? NULL : step;
	walk->dry = is_dry ? step : NULL;
	if (is_dry && letters->call->wants_json)
		open_json(walk);
	if (name_count > 0)
		code = change_named(walk, names, name_count);
	else if (walk_all(walk) != ERR_OK)
		code = fail(walk);
	if (walk->at.err == ERR_OK || letters->call->wants_json)
		print_change(walk, step);
	if (code == CLI_OK && walk->is_interrupted)
		code = interrupted(walk);
	if (code == CLI_OK && walk->unusable + walk->gone > 0)
		code = CLI_FAILED;
	close_walk(walk);
	return code;
}
