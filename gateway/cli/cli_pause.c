/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/utf8.h"
#include "cli/cli_command.h"
#include "cli/cli_pause_field.h"
#include "cli/cli_redis.h"
#include "cli/cli_time.h"
#include "decode/alert_syntax.h"
#include "render/catalogue.h"

#include <inttypes.h>
#include <stdlib.h>

#define PAUSES_MAX  4096 /* shown at most */
#define JSON_OCTETS 2048

struct kept {
	char field[PAUSE_TEXT_OCTETS];
	struct pause_note note;
	bool is_all;
	uint64_t waiting; /* because of it; of all: on the queue */
};

struct list {
	struct kept *rows;
	unsigned count;
	unsigned left_out;
};

static void keep(void *ctx, const struct paused *pause)
{
	struct list *list = ctx;
	if (list->count == PAUSES_MAX || pause->field.len >= PAUSE_TEXT_OCTETS) {
		list->left_out++;
		return;
	}
	struct kept *row = &list->rows[list->count++];
	memcpy(row->field, pause->field.at, pause->field.len);
	row->field[pause->field.len] = '\0';
	row->note = pause->note;
	row->is_all = cli_pause_field_is_all(pause->field);
}

static int by_age(const void *a, const void *b)
{
	const struct kept *left = a;
	const struct kept *right = b;
	if (left->note.since != right->note.since)
		return left->note.since < right->note.since ? -1 : 1;
	return strcmp(left->field, right->field);
}

static void put_pause(const struct kept *row, struct buf *out)
{
	char at[32];
	size_t at_len = civil_format_rfc3339(row->note.since, 0, at);
	json_key_text(out, "field", slice_of(row->field));
	json_key_text(out, "since", (struct slice){ at, at_len });
	json_key_text(out, "by", *row->note.who ? slice_of(row->note.who) : (struct slice){ NULL, 0 });
}

static void print_row(const struct cli_call *call, const struct zone *zone, const struct kept *row, bool is_first)
{
	FILE *out = call->env->out;
	if (call->wants_json) {
		char octets[JSON_OCTETS];
		struct buf buf = buf_over(octets, sizeof octets);
		json_open(&buf, '{');
		put_pause(row, &buf);
		json_key_uint(&buf, row->is_all ? "on_queue" : "waiting", row->waiting);
		json_close(&buf, '}');
		fprintf(out, "%s\n%.*s", is_first ? "" : ",", (int)buf.len, buf.at);
		return;
	}
	char say[CLI_PAUSE_SAY_OCTETS];
	char when[CLI_TIME_OCTETS];
	bool is_printable = alert_syntax_is_printable(slice_of(row->note.who));
	const char *wait = row->is_all ? "on the queue" : row->waiting == 1 ? "waits" : "wait";
	fprintf(out, "%-32s  since %s%s%s, %" PRIu64 " %s\n", cli_pause_field_say(slice_of(row->field), say),
		cli_time_format(row->note.since, zone, when), *row->note.who ? " by " : "",
		is_printable ? row->note.who : "?", row->waiting, wait);
}

static enum err count_waiting(struct redis_ask *ask, struct kept *row, struct err_at *at)
{
	return row->is_all ? pauses_queued(ask, &row->waiting, at)
			   : pauses_waiting(ask, slice_of(row->field), &row->waiting, at);
}

static int list_rows(const struct cli_call *call, struct redis_ask *ask, const struct zone *zone, struct list *list)
{
	FILE *out = call->env->out;
	struct err_at at = { .err = ERR_OK };
	if (pauses_each(ask, keep, list, &at) != ERR_OK)
		return cli_redis_failed(call, &at);
	for (unsigned i = 0; i < list->count; i++)
		if (count_waiting(ask, &list->rows[i], &at) != ERR_OK)
			return cli_redis_failed(call, &at);
	qsort(list->rows, list->count, sizeof *list->rows, by_age);
	if (call->wants_json)
		fprintf(out, "{\"paused\":[");
	for (unsigned i = 0; i < list->count; i++)
		print_row(call, zone, &list->rows[i], i == 0);
	if (call->wants_json)
		fprintf(out, "%s]}\n", list->count ? "\n" : "");
	else if (list->count == 0)
		fprintf(out, "nothing is paused; whether accounts are, “hongyan accounts list” tells\n");
	if (list->left_out > 0)
		fprintf(call->env->err, "hongyan: %u more are not shown\n", list->left_out);
	return CLI_OK;
}

static int list_pauses(const struct cli_call *call, struct redis_ask *ask, const struct zone *zone)
{
	struct list list = { .rows = calloc(PAUSES_MAX, sizeof *list.rows) };
	if (list.rows == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		return CLI_FAILED;
	}
	int code = list_rows(call, ask, zone, &list);
	free(list.rows);
	return code;
}

static void tell_nothing(void *ctx, const char *line, bool is_warning)
{
	(void)ctx;
	(void)line;
	(void)is_warning;
}

/* A name that is written wrong pauses nothing, and nobody would notice. */
static void note_unknown_template(const struct cli_call *call, const struct cli_settings *settings)
{
	const char *name = cli_option(call, "template");
	struct catalogue *catalogue = NULL;
	if (name == NULL || call->env->load_templates(settings->templates_dir, settings->locale, &catalogue,
						      tell_nothing, NULL) != ERR_OK)
		return;
	if (catalogue_find(catalogue, slice_of(name), (struct slice){ NULL, 0 }) == NULL) {
		struct slice nearest = catalogue_nearest(catalogue, slice_of(name));
		fprintf(call->env->err, "note: there is no template “%s” in %s%s%.*s%s; it is paused all the same\n",
			name, settings->templates_dir, nearest.len ? " (did you mean “" : "", SLICE_ARG(nearest),
			nearest.len ? "”?)" : "");
	}
	catalogue_release(catalogue);
}

static int add_pause(const struct cli_call *call, struct redis_ask *ask, const struct cli_settings *settings,
		     const char *field)
{
	const char *who = cli_option(call, "by");
	struct err_at at = { .err = ERR_OK };
	struct paused pause;
	struct kept row = { .waiting = 0 };
	struct list one = { .rows = &row };
	bool was_paused;
	char say[CLI_PAUSE_SAY_OCTETS];
	char when[CLI_TIME_OCTETS];
	note_unknown_template(call, settings);
	if (pauses_add(ask, slice_of(field), slice_of(who), &was_paused, &pause, &at) != ERR_OK)
		return cli_redis_failed(call, &at);
	keep(&one, &pause);
	if (call->wants_json) {
		char octets[JSON_OCTETS];
		struct buf buf = buf_over(octets, sizeof octets);
		json_open(&buf, '{');
		put_pause(&row, &buf);
		json_key_bool(&buf, "was_paused", was_paused);
		json_close(&buf, '}');
		fprintf(call->env->out, "%.*s\n", (int)buf.len, buf.at);
	} else {
		cli_pause_field_say(slice_of(field), say);
		if (was_paused)
			fprintf(call->env->out, "%s was paused already, since %s%s%s\n", say,
				cli_time_format(row.note.since, settings->zone, when), *row.note.who ? " by " : "",
				alert_syntax_is_printable(slice_of(row.note.who)) ? row.note.who : "?");
		else
			fprintf(call->env->out, "%s is paused\n", say);
	}
	return CLI_OK;
}

/* Returns CLI_OK or CLI_USAGE. */
static int check_words(const struct cli_call *call, const char *field)
{
	const char *who = cli_option(call, "by");
	if (call->argument_count > 0 && strcmp(call->arguments[0], "list") != 0)
		return cli_usage(call, "“%s” is not list; say what to pause by options", call->arguments[0]);
	if (call->argument_count > 0 && *field)
		return cli_usage(call, "list shows everything that is paused; it takes no option");
	if (who && !*field)
		return cli_usage(call, "--by goes with what is to be paused");
	if (who && (strlen(who) > PAUSE_WHO_MAX || utf8_valid(who, strlen(who)) != strlen(who) ||
		    !alert_syntax_is_printable(slice_of(who))))
		return cli_usage(call, "--by is a name of at most %d octets without control characters", PAUSE_WHO_MAX);
	return CLI_OK;
}

static int run(const struct cli_call *call)
{
	char field[PAUSE_TEXT_OCTETS];
	struct cli_settings settings;
	struct redis_ask *ask;
	int code = cli_pause_field_read(call, field);
	if (code == CLI_OK)
		code = check_words(call, field);
	if (code == CLI_OK)
		code = cli_redis_settings(call, &settings);
	if (code == CLI_OK)
		code = cli_redis_connect(call, &settings, &ask);
	if (code != CLI_OK)
		return code;
	code = *field ? add_pause(call, ask, &settings, field) : list_pauses(call, ask, settings.zone);
	redis_ask_close(ask);
	return code;
}

const struct cli_command cli_pause = {
	.name = "pause",
	.arguments = "[list]",
	.arguments_max = 1,
	.summary = "Keep alerts of a template, tenant or batch back, or list what is paused",
	.details =
		"Alerts that are not yet on their way to a carrier wait until “hongyan resume”; those whose time is\n"
		"over meanwhile expire. With --all they stay on the queue as they are, and what is over expires when "
		"it\n"
		"goes on. It holds in every gateway within a second. Without options: what is paused, since when, by "
		"whom, and how many wait.\n"
		"  hongyan pause --template overdue --by li\n",
	.options = { CLI_PAUSE_FIELD_OPTIONS,
		     { "by", "WHO", "Who pauses it, for those who ask later" },
		     CLI_REDIS_OPTION },
	.run = run,
};
