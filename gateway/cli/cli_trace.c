/* SPDX-License-Identifier: Apache-2.0 */

/* What became of an alert: out of the history where there is one, else out of the events that Redis still has; and where nothing
 * closed it yet, where it waits. */

#include "base/json.h"
#include "base/number.h"
#include "cli/cli_event.h"
#include "cli/cli_redis.h"
#include "cli/cli_time.h"
#include "decode/alert_glance.h"
#include "history/history_book.h"
#include "history/history_fate.h"
#include "store/event_group.h"
#include "store/event_watch.h"
#include "store/pauses.h"
#include "store/waiting_alerts.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ALERTS_MAX    100
#define EVENTS_MAX    4096 /* of the stream; more of one number or id are left out, which is told */
#define EVENT_OCTETS  32768
#define ARENA_OCTETS  65536
#define NEEDLE_OCTETS 200
#define TAIL_DIGITS   4
#define LOOKS_MAX     3
#define PAUSES_MAX    256 /* looked at */

/* An event of the stream, kept until all are found. */
struct kept {
	char *line;
	struct entry_key entry;
	unsigned place; /* in the order in which they came */
};

struct trace {
	const struct cli_call *call;
	const struct cli_settings *settings;
	struct redis_ask *ask;
	struct history_query query; /* by id; the number and the entry where the word is one, else empty */
	struct msisdn number;
	char needle[NEEDLE_OCTETS]; /* stands in the events that are meant */
	struct slice id_part;       /* of an id: octets that stand in each writing of it; absent = it has none */
	struct history_reader reader;
	struct kept *kept;
	unsigned kept_count;
	bool is_cut;
	/* what is printed */
	bool is_coloured;
	unsigned alerts;
	unsigned events;
	struct entry_key last;
	struct history_fate fate; /* of the alert under way */
	bool is_open;             /* some alert of them is */
	struct pause pauses[PAUSES_MAX];
	unsigned pause_count;
	bool waits; /* it was found where it waits */
	struct arena arena;
	char octets[EVENT_OCTETS];
};

/* -- what is printed -- */

static void end_alert(struct trace *trace)
{
	if (trace->events > 0 && trace->fate.word != NULL &&
	    (strcmp(trace->fate.word, "open") == 0 || strcmp(trace->fate.word, "held") == 0))
		trace->is_open = true;
	trace->fate = (struct history_fate){ .word = NULL };
}

static void print_head(const struct trace *trace, const struct history_event *event)
{
	FILE *out = trace->call->env->out;
	char entry[ENTRY_KEY_OCTETS];
	cli_event_print_whose(event, out);
	fputs("\n  ", out);
	cli_event_print_time((wall_ms)event->entry.ms, trace->settings->zone, true, out);
	entry_key_format(&event->entry, entry);
	fprintf(out, "  added         %s\n", entry);
}

static void print_event(const struct trace *trace, const struct history_event *event)
{
	FILE *out = trace->call->env->out;
	fputs("  ", out);
	cli_event_print_time(event->at, trace->settings->zone, true, out);
	fputs("  ", out);
	cli_event_print_what(event, trace->is_coloured, out);
	fputc('\n', out);
}

static void print_json(struct trace *trace, const struct history_event *event)
{
	struct buf out = buf_over(trace->octets, sizeof trace->octets);
	history_event_put(event, true, &out);
	fprintf(trace->call->env->out, "%s%.*s", trace->events > 0 ? "," : "", (int)out.len, out.at);
}

static bool on_event(void *ctx, const struct history_event *event)
{
	struct trace *trace = ctx;
	bool is_new = trace->events == 0 || !entry_key_equal(&trace->last, &event->entry);
	if (is_new) {
		end_alert(trace);
		trace->alerts++;
	}
	if (trace->call->wants_json)
		print_json(trace, event);
	else if (is_new)
		print_head(trace, event);
	if (!trace->call->wants_json)
		print_event(trace, event);
	history_fate_add(&trace->fate, event);
	trace->last = event->entry;
	trace->events++;
	return true;
}

/* -- the history -- */

static bool has_history(const struct trace *trace)
{
	return *trace->settings->history_dir != '\0' && access(trace->settings->history_dir, R_OK | X_OK) == 0;
}

static enum err ask_history(struct trace *trace, struct err_at *at)
{
	const struct cli_settings *settings = trace->settings;
	struct history_seal *seal = NULL;
	struct history_book *book = NULL;
	unsigned found = 0;
	enum err err = history_seal_create(slice_of(settings->history_key), &seal, at);
	if (err == ERR_OK)
		err = history_book_open(settings->history_dir, seal, settings->zone, HISTORY_READ, &book, at);
	if (err == ERR_OK)
		err = history_book_find(book, &trace->query, ALERTS_MAX, &found, on_event, trace, at);
	if (err == ERR_OK && found == 0 && trace->number.len > 0) {
		struct history_query by_number = { .number = { trace->number.digits, trace->number.len } };
		err = history_book_find(book, &by_number, ALERTS_MAX, &found, on_event, trace, at);
	}
	trace->is_cut = found == ALERTS_MAX;
	history_book_close(book);
	history_seal_destroy(seal);
	return err;
}

/* What can be had of it; whatever cannot is said, and the stream and the queue still are asked. */
static void tell_history(struct trace *trace)
{
	struct err_at at = { .err = ERR_OK };
	uint64_t behind = 0;
	FILE *talk = trace->call->env->err;
	if (ask_history(trace, &at) != ERR_OK)
		fprintf(talk, "hongyan: the history is not told whole: %s\n", at.text);
	at = (struct err_at){ .err = ERR_OK };
	if (event_group_behind(trace->ask, HISTORY_GROUP, &behind, &at) == ERR_OK && behind > 0)
		fprintf(talk, "note: %llu entries of events are not in the history yet; the newest may be missing\n",
			(unsigned long long)behind);
}

/* -- the events of the stream -- */

static bool is_meant(const struct trace *trace, const struct history_event *event)
{
	const struct history_query *query = &trace->query;
	if (query->entry.ms > 0 && event->entry.ms == query->entry.ms && event->entry.seq == query->entry.seq)
		return true;
	return slice_equal(event->id, query->id) ||
	       (trace->number.len > 0 &&
		slice_equal(event->to, (struct slice){ trace->number.digits, trace->number.len }));
}

/* Is its alert among those that are kept? Receipts name no number. */
static bool is_known(const struct trace *trace, const struct history_event *event)
{
	for (unsigned i = trace->kept_count; i > 0; i--)
		if (entry_key_equal(&trace->kept[i - 1].entry, &event->entry))
			return true;
	return false;
}

static bool may_be_meant(const struct trace *trace, struct slice line)
{
	return memmem(line.at, line.len, trace->needle, strlen(trace->needle)) != NULL ||
	       (trace->number.len > 0 && trace->kept_count > 0 && memmem(line.at, line.len, "delivered\"", 10) != NULL);
}

static void keep(void *ctx, struct slice line)
{
	struct trace *trace = ctx;
	struct history_event event = { .event = { NULL, 0 } };
	struct err_at at = { .err = ERR_OK };
	if (!may_be_meant(trace, line) || history_event_read(&trace->reader, line, &event, &at) != ERR_OK ||
	    !(is_meant(trace, &event) || is_known(trace, &event)))
		return;
	if (trace->kept_count == EVENTS_MAX) {
		trace->is_cut = true;
		return;
	}
	char *copy = strndup(line.at, line.len);
	if (copy != NULL)
		trace->kept[trace->kept_count] = (struct kept){ copy, event.entry, trace->kept_count };
	trace->kept_count += copy != NULL;
}

/* The newest alert first, and its events as they came. */
static int in_order(const void *a, const void *b)
{
	const struct kept *one = a;
	const struct kept *other = b;
	int order = entry_id_compare(&other->entry, &one->entry);
	if (order == 0)
		order = (int)one->entry.lane - (int)other->entry.lane;
	return order != 0 ? order : (one->place > other->place) - (one->place < other->place);
}

static enum err ask_stream(struct trace *trace, struct err_at *at)
{
	struct event_watch watch;
	bool more = true;
	enum err err = ERR_OK;
	trace->kept = calloc(EVENTS_MAX, sizeof *trace->kept);
	if (trace->kept == NULL)
		return err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
	event_watch_from(&watch, 0);
	while (more && err == ERR_OK)
		err = event_watch_step(trace->ask, &watch, keep, trace, &more, at);
	qsort(trace->kept, trace->kept_count, sizeof *trace->kept, in_order);
	for (unsigned i = 0; i < trace->kept_count; i++) {
		struct history_event event = { .event = { NULL, 0 } };
		struct err_at ignored = { .err = ERR_OK }; /* it was read before */
		if (history_event_read(&trace->reader, slice_of(trace->kept[i].line), &event, &ignored) == ERR_OK)
			on_event(trace, &event);
		free(trace->kept[i].line);
	}
	free(trace->kept);
	return err;
}

/* -- where it waits -- */

static bool is_same_number(const struct trace *trace, struct slice to)
{
	struct msisdn number;
	return trace->number.len > 0 && msisdn_parse(to, trace->settings->country, &number, NULL) == ERR_OK &&
	       strcmp(number.digits, trace->number.digits) == 0;
}

/* Operators have paused what it belongs to. */
static void on_pause(void *ctx, const struct paused *pause)
{
	struct trace *trace = ctx;
	if (trace->pause_count < PAUSES_MAX && pause_parse(pause->field, &trace->pauses[trace->pause_count]))
		trace->pause_count++;
}

static const struct pause *pause_of(const struct trace *trace, const struct alert_glance *glance)
{
	for (unsigned i = 0; i < trace->pause_count; i++) {
		const struct pause *pause = &trace->pauses[i];
		const struct slice names[PAUSE_KIND_COUNT] = { [PAUSE_TEMPLATE] = glance->template_name,
							       [PAUSE_TENANT] = glance->tenant,
							       [PAUSE_BATCH] = glance->batch };
		if (pause->kind == PAUSE_ALL || slice_is(names[pause->kind], pause->name))
			return pause;
	}
	return NULL;
}

/* What is known of why it waits, behind where it does. */
static void print_why(const struct trace *trace, const struct waiting_alert *alert, const struct alert_glance *glance)
{
	FILE *out = trace->call->env->out;
	const struct pause *pause = pause_of(trace, glance);
	char field[PAUSE_TEXT_OCTETS];
	if (alert->due > 0) {
		fputs(", until ", out);
		cli_event_print_time(alert->due, trace->settings->zone, true, out);
	}
	if (alert->attempt > 0)
		fprintf(out, ", after %u attempt%s", alert->attempt, alert->attempt > 1 ? "s" : "");
	if (alert->account.len > 0)
		fprintf(out, ", last with account %.*s", SLICE_ARG(alert->account));
	if (alert->may_be_sent)
		fputs("; an attempt was not answered, so that the phone may have it", out);
	if (pause != NULL) {
		pause_format(pause, field);
		fprintf(out, "; operators have paused %s", field);
	}
	fputc('\n', out);
}

static void print_waiting(struct trace *trace, const struct waiting_alert *alert, const struct alert_glance *glance)
{
	static const char *const words[] = {
		[WAITING_ON_LANE] = "waits on the queue, and nobody has read it yet",
		[WAITING_IN_WORK] = "a worker has it",
		[WAITING_LATER] = "waits for its time",
		[WAITING_HELD] = "is held: sent, and never answered; see “hongyan held”",
	};
	FILE *out = trace->call->env->out;
	char entry[ENTRY_KEY_OCTETS];
	entry_key_format(&alert->origin, entry);
	struct msisdn to = { .len = 0 };
	bool has_number = msisdn_parse(glance->to, trace->settings->country, &to, NULL) == ERR_OK;
	const struct history_event whose = { .id = glance->id,
					     .to = { to.digits, has_number ? to.len : 0 },
					     .template_name = glance->template_name,
					     .tenant = glance->tenant,
					     .batch = glance->batch };
	cli_event_print_whose(&whose, out);
	fputs("\n  ", out);
	cli_event_print_time((wall_ms)alert->origin.ms, trace->settings->zone, true, out);
	fprintf(out, "  added         %s\n  now                      %s", entry, words[alert->place]);
	print_why(trace, alert, glance);
}

static void print_waiting_json(struct trace *trace, const struct waiting_alert *alert,
			       const struct alert_glance *glance)
{
	static const char *const words[] = { "queue", "in_work", "later", "held" };
	struct buf out = buf_over(trace->octets, sizeof trace->octets);
	char text[ENTRY_KEY_OCTETS];
	json_open(&out, '{');
	json_key_text_if(&out, "id", glance->id);
	json_key_text(&out, "entry", (struct slice){ text, entry_id_format(&alert->origin, text) });
	json_key_text(&out, "stream", slice_of(lane_name(alert->origin.lane)));
	json_key_text(&out, "waits", slice_of(words[alert->place]));
	if (alert->due > 0)
		json_key_text(&out, "until", (struct slice){ text, civil_format_rfc3339(alert->due, 0, text) });
	json_key_uint_if(&out, "attempts", alert->attempt);
	json_key_text_if(&out, "account", alert->account);
	if (alert->may_be_sent)
		json_key_bool(&out, "ambiguous", true);
	const struct pause *pause = pause_of(trace, glance);
	char field[PAUSE_TEXT_OCTETS];
	if (pause != NULL)
		json_key_text(&out, "paused", (struct slice){ field, pause_format(pause, field) });
	json_close(&out, '}');
	fprintf(trace->call->env->out, "%s%.*s", trace->waits ? "," : "", (int)out.len, out.at);
}

static void on_waiting(void *ctx, const struct waiting_alert *alert)
{
	struct trace *trace = ctx;
	struct alert_glance glance;
	const struct entry_key *entry = &trace->query.entry;
	arena_reset(&trace->arena);
	alert_glance(alert->alert, &trace->arena, &glance);
	bool is_it = (entry->ms > 0 && entry->ms == alert->origin.ms && entry->seq == alert->origin.seq) ||
		     slice_equal(glance.id, trace->query.id) || is_same_number(trace, glance.to);
	if (!is_it)
		return;
	if (trace->call->wants_json)
		print_waiting_json(trace, alert, &glance);
	else
		print_waiting(trace, alert, &glance);
	trace->waits = true;
}

static enum err ask_queue(struct trace *trace, struct err_at *at)
{
	struct slice needles[2];
	unsigned count = 0;
	if (trace->id_part.len > 0)
		needles[count++] = trace->id_part;
	if (trace->number.len > TAIL_DIGITS)
		needles[count++] =
			(struct slice){ trace->number.digits + trace->number.len - TAIL_DIGITS, TAIL_DIGITS };
	enum err err = pauses_each(trace->ask, on_pause, trace, at);
	if (err != ERR_OK)
		return err;
	/* One that moves from place to place may be missed: it is looked for again. */
	for (unsigned i = 0; i < LOOKS_MAX && err == ERR_OK && !trace->waits; i++)
		err = waiting_alerts_search(trace->ask, needles, count,
					    trace->query.entry.ms > 0 ? &trace->query.entry : NULL, on_waiting, trace,
					    at);
	return err;
}

/* -- all of it -- */

static enum err look(struct trace *trace, struct err_at *at)
{
	FILE *out = trace->call->env->out;
	bool is_json = trace->call->wants_json;
	enum err err = ERR_OK;
	if (is_json)
		fputs("{\"events\":[", out);
	if (has_history(trace))
		tell_history(trace);
	/* What happened a moment ago may not be in the history yet. */
	if (err == ERR_OK && trace->events == 0)
		err = ask_stream(trace, at);
	end_alert(trace);
	if (is_json)
		fputs("],\"waiting\":[", out);
	if (err == ERR_OK && (trace->events == 0 || trace->is_open || trace->number.len > 0))
		err = ask_queue(trace, at);
	if (is_json)
		fputs("]}\n", out);
	return err;
}

/* Producers may escape what they like in JSON, letters and digits nobody does: the longest run of these. */
static struct slice plain_part(const char *id)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
	struct slice longest = { NULL, 0 };
	while (*id != '\0') {
		size_t len = strspn(id, plain);
		if (len > longest.len)
			longest = (struct slice){ id, len };
		id += len > 0 ? len : 1;
	}
	return longest;
}

static void read_word(struct trace *trace, const char *word)
{
	struct entry_key entry;
	struct slice text = slice_of(word);
	size_t digits = strspn(word, "+0123456789 -");
	trace->query = (struct history_query){ .id = text };
	trace->id_part = plain_part(word);
	snprintf(trace->needle, sizeof trace->needle, "\"%s\"", word);
	if (entry_key_parse(text, &entry) || entry_id_parse(text, LANE_NORMAL, &entry)) {
		trace->query.entry = entry;
		snprintf(trace->needle, sizeof trace->needle, "\"%llu-%llu\"", (unsigned long long)entry.ms,
			 (unsigned long long)entry.seq);
	} else if (digits == text.len && msisdn_parse(text, trace->settings->country, &trace->number, NULL) == ERR_OK) {
		snprintf(trace->needle, sizeof trace->needle, "%s", trace->number.digits);
	}
}

static int say(struct trace *trace, enum err err, const struct err_at *at)
{
	FILE *talk = trace->call->env->err;
	if (err != ERR_OK)
		return cli_redis_failed(trace->call, at);
	if (trace->is_cut)
		fprintf(talk, "there is more than is shown; look it up by its id\n");
	if (trace->alerts > 0 || trace->waits)
		return CLI_OK;
	fprintf(talk, "hongyan: nothing is known of “%s”: no event tells of it, and it waits nowhere%s\n",
		trace->call->arguments[0],
		has_history(trace) ? "" : "; there is no history here, and events of older days are gone");
	return CLI_FAILED;
}

static int run(const struct cli_call *call)
{
	struct cli_settings settings;
	struct err_at at = { .err = ERR_OK };
	struct trace *trace = calloc(1, sizeof *trace);
	void *block = malloc(ARENA_OCTETS);
	int code = CLI_FAILED;
	if (trace == NULL || block == NULL) {
		fprintf(call->env->err, "hongyan: out of memory\n");
		free(trace);
		free(block);
		return code;
	}
	*trace = (struct trace){ .call = call,
				 .settings = &settings,
				 .is_coloured = cli_event_has_colours(call->env->out) };
	arena_init(&trace->arena, block, ARENA_OCTETS, ARENA_OCTETS);
	code = strlen(call->arguments[0]) > ALERT_ID_MAX ? cli_usage(call, "an id has at most %d octets", ALERT_ID_MAX)
							 : cli_redis_settings(call, &settings);
	if (code == CLI_OK)
		code = cli_redis_connect(call, &settings, &trace->ask);
	if (code == CLI_OK) {
		read_word(trace, call->arguments[0]);
		code = say(trace, look(trace, &at), &at);
	}
	redis_ask_close(trace->ask);
	history_reader_fini(&trace->reader);
	arena_fini(&trace->arena);
	free(block);
	free(trace);
	return code;
}

const struct cli_command cli_trace = {
	.name = "trace",
	.arguments = "ID|NUMBER|ENTRY",
	.arguments_min = 1,
	.arguments_max = 1,
	.summary = "Tell what became of an alert, or of all alerts to a number",
	.details = "Looks into the history where it is on this machine (history.dir), else into the events that Redis "
		   "has, and\n"
		   "where nothing has closed an alert yet, where it waits. Numbers are masked. Exit code 1: nothing is "
		   "known.\n",
	.options = { CLI_REDIS_OPTION },
	.run = run,
};
