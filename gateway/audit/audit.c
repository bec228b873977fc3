/* SPDX-License-Identifier: Apache-2.0 */

/* The order matters where the gateway still runs: first what producers added, then what is pending, then the carriers, and
 * last the events up to the moment when pending was looked at. So nothing that is under way looks lost. */

#include "audit/audit.h"

#include "audit/audit_join.h"
#include "audit/audit_judge.h"
#include "audit/audit_read.h"
#include "audit/audit_redis.h"
#include "audit/audit_report.h"
#include "audit/audit_tally.h"

#include <stdlib.h>

struct inputs {
	struct audit_files produced;
	struct audit_files carrier;
	struct audit_files events;
	struct audit_redis *redis;
};

static bool open_inputs(struct inputs *inputs, const struct audit_options *options, struct audit_trouble *trouble)
{
	if (!audit_files_find(&inputs->produced, options->produced, trouble) ||
	    !audit_files_find(&inputs->carrier, options->carrier, trouble) ||
	    (options->events && !audit_files_find(&inputs->events, options->events, trouble)))
		return false;
	if (options->redis)
		inputs->redis = audit_redis_open(options->redis, trouble);
	return options->redis == NULL || inputs->redis != NULL;
}

static bool read_inputs(const struct inputs *inputs, const struct audit_options *options, struct audit_book *book,
			struct audit_trouble *trouble)
{
	struct audit_redis *redis = inputs->redis;
	book->has_events = options->events || redis;
	if (redis && options->wait_s && !audit_redis_await(redis, options->wait_s, trouble))
		return false;
	if (!audit_lines_read(&inputs->produced, audit_read_produced, book, trouble) ||
	    (redis && !audit_redis_pending(redis, book, trouble)) ||
	    !audit_lines_read(&inputs->carrier, audit_read_carrier, book, trouble))
		return false;
	book->events_come_again = options->events != NULL;
	if (options->events && !audit_lines_read(&inputs->events, audit_read_event, book, trouble))
		return false;
	if (redis && options->events == NULL && !audit_redis_events(redis, book, trouble))
		return false;
	return redis == NULL || audit_redis_letters(redis, book, trouble);
}

static enum audit_result conclude(struct audit_book *book, const struct inputs *inputs,
				  const struct audit_options *options, FILE *out, struct audit_trouble *trouble)
{
	struct audit_verdict *verdict = calloc(1, sizeof *verdict);
	audit_tally(book);
	if (verdict == NULL || !audit_join_rest(book)) {
		free(verdict);
		audit_trouble_memory(trouble);
		return trouble->result;
	}
	audit_judge(book, &inputs->carrier, verdict);
	enum audit_result result = audit_judge_is_violated(book, verdict)          ? AUDIT_VIOLATED
				   : verdict->pending || book->produced_count == 0 ? AUDIT_INCOMPLETE
										   : AUDIT_CLEAN;
	if (!audit_report(book, verdict, result, options->wants_json, out)) {
		audit_trouble_memory(trouble);
		result = trouble->result;
	}
	free(verdict);
	return result;
}

enum audit_result audit_run(const struct audit_options *options, FILE *out, FILE *err)
{
	struct audit_trouble trouble = { .result = AUDIT_CLEAN };
	struct inputs inputs = { .redis = NULL };
	struct audit_book book;
	audit_book_init(&book);
	enum audit_result result = AUDIT_FAILED;
	if (open_inputs(&inputs, options, &trouble) && read_inputs(&inputs, options, &book, &trouble))
		result = conclude(&book, &inputs, options, out, &trouble);
	if (trouble.result != AUDIT_CLEAN) {
		fprintf(err, "hongyan audit: %s\n", trouble.text);
		result = trouble.result;
	}
	audit_book_fini(&book);
	audit_redis_close(inputs.redis);
	audit_files_fini(&inputs.produced);
	audit_files_fini(&inputs.carrier);
	audit_files_fini(&inputs.events);
	return result;
}
