/* SPDX-License-Identifier: Apache-2.0 */

/* Files of alerts. All of it is checked before anything is sent, so that a wrong line stops a run before its customers get half of it.
 * Ids are the file's own, or made of batch and line: sent once more, whatever was sent before is not sent again. */

#include "base/json.h"
#include "cli/cli_id_set.h"
#include "cli/cli_progress.h"
#include "cli/cli_redis.h"
#include "cli/cli_send.h"
#include "cli/cli_source.h"
#include "store/additions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#define TOLD_MAX     20                /* alerts that are wrong and told; more are counted */
#define BATCH_OCTETS (4 * 1024 * 1024) /* of the alerts of one call */
#define ANSWER_ROOM  1024

struct run {
	const struct cli_call *call;
	const char *name; /* of the file, for errors */
	FILE *in;
	uint64_t size; /* 0 = not known */
	enum lane lane;
	struct cli_alert_check check;
	struct cli_progress progress;
	struct redis_ask *ask; /* NULL = nothing is sent, only looked at */
	bool is_second;        /* pass: what is wrong was told */
	struct cli_id_set ids;
	const char *after; /* the id up to which all is skipped; NULL = nothing is */
	struct slice batch[ADDITIONS_BATCH];
	unsigned batch_count;
	char *octets; /* the batch's alerts */
	size_t octets_len;
	char last_id[ALERT_ID_MAX + 1]; /* of what was read … */
	char sent_id[ALERT_ID_MAX + 1]; /* … and of what is surely on the queue; "" = nothing is */
	uint64_t good, wrong, skipped, sent, segments;
};

static void tell_wrong(struct run *run, uint64_t line, const struct err_at *at)
{
	if (++run->wrong <= TOLD_MAX && !run->is_second)
		fprintf(run->call->env->err, "%s:%" PRIu64 ": %s%s%s\n", run->name, line, at->field,
			at->field[0] ? ": " : "", at->text);
}

static enum err flush(struct run *run, struct err_at *at)
{
	char last[ENTRY_ID_OCTETS];
	if (run->batch_count == 0)
		return ERR_OK;
	enum err err = additions_put(run->ask, run->lane, run->batch, run->batch_count, last, at);
	if (err != ERR_OK)
		return err;
	run->sent += run->batch_count;
	run->batch_count = 0;
	run->octets_len = 0;
	memcpy(run->sent_id, run->last_id, sizeof run->sent_id);
	return ERR_OK;
}

static enum err put(struct run *run, struct slice json, struct err_at *at)
{
	if (run->batch_count == ADDITIONS_BATCH || run->octets_len + json.len > BATCH_OCTETS) {
		enum err err = flush(run, at);
		if (err != ERR_OK)
			return err;
	}
	memcpy(run->octets + run->octets_len, json.at, json.len);
	run->batch[run->batch_count++] = (struct slice){ run->octets + run->octets_len, json.len };
	run->octets_len += json.len;
	return ERR_OK;
}

/* An id that stands twice would be sent once, and nobody would know which. False: it is wrong, and told. */
static bool is_new(struct run *run, struct slice id, uint64_t line)
{
	struct err_at at = { .err = ERR_OK };
	uint64_t before = 0;
	if (id.len == 0 || !cli_id_set_add(&run->ids, id, line, &before) || before == 0 || before == line)
		return true; /* where there is no memory to know it, the gateway does */
	err_at_set(&at, ERR_DUPLICATE, 0, "id", "“%.*s” stands on line %" PRIu64 " too", SLICE_ARG(id), before);
	tell_wrong(run, line, &at);
	return false;
}

/* True where it was sent by the run before. */
static bool is_skipped(struct run *run, struct slice id)
{
	if (run->after == NULL)
		return false;
	run->skipped++;
	if (slice_is(id, run->after))
		run->after = NULL;
	return true;
}

static enum err take(struct run *run, struct slice json, uint64_t line, struct err_at *fatal)
{
	struct err_at at = { .err = ERR_OK };
	struct cli_alert alert;
	if (cli_alert_check(&run->check, json, &alert, &at) != ERR_OK) {
		tell_wrong(run, line, &at);
		return ERR_OK;
	}
	if (!is_new(run, alert.id, line) || is_skipped(run, alert.id))
		return ERR_OK;
	run->good++;
	run->segments += alert.segments;
	if (run->ask == NULL)
		return ERR_OK;
	enum err err = put(run, json, fatal);
	if (alert.id.len > 0)
		snprintf(run->last_id, sizeof run->last_id, "%.*s", SLICE_ARG(alert.id));
	return err;
}

/* Reads all of it, or until somebody stops it. */
static enum err pass(struct run *run, const struct cli_source *like, struct err_at *fatal)
{
	struct cli_source *source = malloc(sizeof *source);
	enum err err = source != NULL ? ERR_OK : err_at_set(fatal, ERR_MEMORY, 0, NULL, "out of memory");
	if (source == NULL)
		return err;
	*source = *like;
	run->good = run->wrong = run->skipped = run->segments = 0;
	err = cli_source_begin(source, run->in, fatal);
	while (err == ERR_OK && !cli_progress_is_stopped()) {
		struct err_at at = { .err = ERR_OK };
		struct slice json;
		uint64_t line;
		enum err one = cli_source_next(source, &json, &line, &at);
		if (one == ERR_IO || one == ERR_MEMORY) {
			*fatal = at;
			err = one;
		} else if (one != ERR_OK) {
			tell_wrong(run, line, &at);
		} else if (json.at == NULL) {
			break;
		} else {
			err = take(run, json, line, fatal);
		}
		if ((run->good + run->wrong) % ADDITIONS_BATCH == 0)
			cli_progress_show(&run->progress, source->octets, run->ask != NULL ? "sent" : "checked",
					  run->ask != NULL ? run->sent : run->good);
	}
	if (err == ERR_OK && run->ask != NULL)
		err = flush(run, fatal);
	cli_source_fini(source);
	free(source);
	return err;
}

/* -- the end -- */

static void tell_json(const struct run *run, bool is_whole)
{
	char octets[ANSWER_ROOM];
	struct buf buf = buf_over(octets, sizeof octets);
	json_open(&buf, '{');
	json_key_uint(&buf, "alerts", run->good);
	json_key_uint(&buf, "segments", run->segments);
	json_key_uint(&buf, "sent", run->sent);
	json_key_uint(&buf, "wrong", run->wrong);
	json_key_uint(&buf, "skipped", run->skipped);
	if (!is_whole) {
		json_key_bool(&buf, "interrupted", true);
		json_key_text_if(&buf, "after", slice_of(run->sent_id));
	}
	json_close(&buf, '}');
	fprintf(run->call->env->out, "%.*s\n", (int)buf.len, buf.at);
}

static void tell_end(const struct run *run, bool is_dry, bool is_whole)
{
	FILE *out = run->call->env->out;
	if (run->wrong > TOLD_MAX)
		fprintf(run->call->env->err, "%s: %" PRIu64 " more are wrong\n", run->name, run->wrong - TOLD_MAX);
	if (run->call->wants_json) {
		tell_json(run, is_whole);
		return;
	}
	if (is_dry || run->sent == 0)
		fprintf(out,
			"%" PRIu64 " alerts of %" PRIu64 " segments are good, %" PRIu64 " wrong; nothing was sent\n",
			run->good, run->segments, run->wrong);
	else
		fprintf(out, "%" PRIu64 " alerts are on the queue (%s)%s", run->sent, lane_name(run->lane),
			run->wrong > 0 ? "" : "\n");
	if (!is_dry && run->sent > 0 && run->wrong > 0)
		fprintf(out, ", %" PRIu64 " wrong ones are not\n", run->wrong);
	if (!is_whole && run->sent_id[0] != '\0')
		fprintf(out, "not all was sent; go on with: --after %s\n", run->sent_id);
}

static int failed(const struct run *run, const struct err_at *at)
{
	fprintf(run->call->env->err, "hongyan: %s: %s\n", run->name, at->text);
	return at->err == ERR_IO || at->err == ERR_MEMORY ? CLI_FAILED : CLI_DATA;
}

/* -- both passes -- */

/* Redis speaks for itself; all else is about the file. */
static int end_of(struct run *run, enum err err, const struct err_at *at, bool is_dry)
{
	bool is_stopped = cli_progress_is_stopped();
	cli_progress_end(&run->progress);
	tell_end(run, is_dry, err == ERR_OK && !is_stopped);
	if (err != ERR_OK)
		return run->ask != NULL ? cli_redis_failed(run->call, at) : failed(run, at);
	if (is_stopped)
		return CLI_FAILED;
	if (run->after != NULL) {
		fprintf(run->call->env->err, "hongyan: %s: there is no alert “%s” to go on after\n", run->name,
			run->after);
		return CLI_DATA;
	}
	return run->wrong > 0 ? CLI_DATA : CLI_OK;
}

static int check_and_send(struct run *run, const struct cli_source *like, const struct cli_settings *settings)
{
	bool is_dry = cli_option(run->call, "dry-run") != NULL;
	bool takes_good = cli_option(run->call, "skip-wrong") != NULL;
	bool is_checked = run->size > 0 || is_dry;
	struct err_at at = { .err = ERR_OK };
	const char *after = cli_option(run->call, "after");
	if (!is_checked && !takes_good)
		return cli_usage(run->call, "%s can't be checked before it is sent; --skip-wrong sends what is good",
				 run->name);
	cli_progress_begin(&run->progress, run->call->env->err, run->size);
	run->after = after;
	enum err err = is_checked ? pass(run, like, &at) : ERR_OK;
	if (is_dry || err != ERR_OK || run->after != (is_checked ? NULL : after) || cli_progress_is_stopped() ||
	    (run->wrong > 0 && !takes_good))
		return end_of(run, err, &at, is_dry);
	int code = cli_redis_connect(run->call, settings, &run->ask);
	if (code != CLI_OK) {
		cli_progress_end(&run->progress);
		return code;
	}
	run->is_second = is_checked;
	if (is_checked)
		rewind(run->in);
	run->after = after;
	err = pass(run, like, &at);
	return end_of(run, err, &at, false);
}

static int run_over(struct run *run, const struct cli_settings *settings)
{
	static const char *const common[] = { "template", "tenant", "batch" };
	struct cli_source like = { .batch = slice_of(cli_option(run->call, "batch")) };
	struct stat about;
	for (unsigned i = 0; i < sizeof common / sizeof common[0]; i++) {
		const char *value = cli_option(run->call, common[i]);
		if (value != NULL)
			like.common[like.common_count++] =
				(struct cli_alert_part){ slice_of(common[i]), slice_of(value) };
	}
	if (fstat(fileno(run->in), &about) == 0 && S_ISREG(about.st_mode))
		run->size = (uint64_t)about.st_size;
	int code = cli_alert_check_init(&run->check, run->call, settings);
	return code == CLI_OK ? check_and_send(run, &like, settings) : code;
}

int cli_send_file(const struct cli_call *call, const struct cli_settings *settings, enum lane lane)
{
	const char *path = cli_option(call, "file");
	bool is_stdin = strcmp(path, "-") == 0;
	struct run *run = calloc(1, sizeof *run);
	char *octets = malloc(BATCH_OCTETS);
	FILE *in = is_stdin ? call->env->in : fopen(path, "re");
	int code = CLI_FAILED;
	if (run == NULL || octets == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
	} else if (in == NULL) {
		fprintf(call->env->err, "hongyan: %s: cannot be read: %s\n", path, strerror(errno));
	} else {
		*run = (struct run){ .call = call,
				     .name = is_stdin ? "standard input" : path,
				     .in = in,
				     .lane = lane,
				     .octets = octets };
		code = run_over(run, settings);
		cli_alert_check_fini(&run->check);
		cli_id_set_fini(&run->ids);
		redis_ask_close(run->ask);
	}
	if (in != NULL && !is_stdin)
		fclose(in);
	free(octets);
	free(run);
	return code;
}
