/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/cli_redis.h"
#include "cli/cli_time.h"
#include "cli/cli_verb.h"
#include "history/history_book.h"

#include <stdlib.h>
#include <time.h>

#define ROW_OCTETS 2048
#define DAY_MS     (24 * 60 * 60 * (int64_t)MS_PER_S)

enum verb { VERB_RUN, VERB_REPORT, VERB_ERASE, VERB_COUNT };

static const struct cli_verb verbs[VERB_COUNT] = {
	[VERB_RUN] = { "run", 0, 0, "" },
	[VERB_REPORT] = { "report", 1, 1, "csv" },
	[VERB_ERASE] = { "erase", 1, 1, "yes" },
};

/* -- a day's report -- */

/* The columns of a row, behind tenant, template and account. */
static const struct column {
	const char *name;
	size_t at;
} columns[] = {
#define COLUMN(name)                                      \
	{                                                 \
#name, offsetof(struct history_row, name) \
	}
	COLUMN(alerts),   COLUMN(accepted), COLUMN(segments), COLUMN(delivered), COLUMN(undelivered),
	COLUMN(not_sent), COLUMN(dead),     COLUMN(open),     COLUMN(ambiguous),
#undef COLUMN
};
#define COLUMN_COUNT (sizeof columns / sizeof columns[0])

enum form { FORM_TABLE, FORM_CSV, FORM_JSON };

struct report {
	const struct cli_call *call;
	enum form form;
	unsigned rows;
	uint64_t sums[COLUMN_COUNT];
};

static uint64_t value_at(const struct history_row *row, unsigned column)
{
	return *(const uint64_t *)(const void *)((const char *)row + columns[column].at);
}

/* RFC 4180: in quotes where it holds one, a comma or a line's end. What a spreadsheet would take for a formula gets a quote
 * in front. */
static void print_csv_text(FILE *out, struct slice text)
{
	bool is_formula = text.len > 0 && strchr("=+-@", *text.at) != NULL;
	fputc('"', out);
	if (is_formula)
		fputc('\'', out);
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"')
			fputc('"', out);
		fputc(text.at[i], out);
	}
	fputc('"', out);
}

static void print_csv(const struct report *report, const struct history_row *row)
{
	FILE *out = report->call->env->out;
	print_csv_text(out, row->tenant);
	fputc(',', out);
	print_csv_text(out, row->template_name);
	fputc(',', out);
	print_csv_text(out, row->account);
	for (unsigned i = 0; i < COLUMN_COUNT; i++)
		fprintf(out, ",%llu", (unsigned long long)value_at(row, i));
	fputs("\r\n", out);
}

static void print_json(const struct report *report, const struct history_row *row)
{
	char octets[ROW_OCTETS];
	struct buf buf = buf_over(octets, sizeof octets);
	json_open(&buf, '{');
	json_key_text_if(&buf, "tenant", row->tenant);
	json_key_text_if(&buf, "template", row->template_name);
	json_key_text_if(&buf, "account", row->account);
	for (unsigned i = 0; i < COLUMN_COUNT; i++)
		json_key_uint(&buf, columns[i].name, value_at(row, i));
	json_close(&buf, '}');
	fprintf(report->call->env->out, "%s%.*s", report->rows > 0 ? "," : "", (int)buf.len, buf.at);
}

static void print_cells(FILE *out, struct slice tenant, struct slice template_name, struct slice account,
			const uint64_t cells[COLUMN_COUNT])
{
	fprintf(out, "%-16.*s %-20.*s %-12.*s", SLICE_ARG(tenant.len > 0 ? tenant : SLICE("-")),
		SLICE_ARG(template_name.len > 0 ? template_name : SLICE("-")),
		SLICE_ARG(account.len > 0 ? account : SLICE("-")));
	for (unsigned i = 0; i < COLUMN_COUNT; i++)
		fprintf(out, " %11llu", (unsigned long long)cells[i]);
	fputc('\n', out);
}

static void on_row(void *ctx, const struct history_row *row)
{
	struct report *report = ctx;
	uint64_t cells[COLUMN_COUNT];
	for (unsigned i = 0; i < COLUMN_COUNT; i++) {
		cells[i] = value_at(row, i);
		report->sums[i] += cells[i];
	}
	if (report->form == FORM_CSV)
		print_csv(report, row);
	else if (report->form == FORM_JSON)
		print_json(report, row);
	else
		print_cells(report->call->env->out, row->tenant, row->template_name, row->account, cells);
	report->rows++;
}

static void print_head(const struct report *report, const char *day)
{
	FILE *out = report->call->env->out;
	if (report->form == FORM_JSON) {
		fprintf(out, "{\"day\":\"%s\",\"rows\":[", day);
		return;
	}
	fprintf(out, report->form == FORM_CSV ? "tenant,template,account" : "%-16s %-20s %-12s", "TENANT", "TEMPLATE",
		"ACCOUNT");
	for (unsigned i = 0; i < COLUMN_COUNT; i++)
		fprintf(out, report->form == FORM_CSV ? ",%s" : " %11s", columns[i].name);
	fputs(report->form == FORM_CSV ? "\r\n" : "\n", out);
}

static void print_end(const struct report *report)
{
	FILE *out = report->call->env->out;
	if (report->form == FORM_JSON)
		fputs("]}\n", out);
	else if (report->form == FORM_TABLE)
		print_cells(out, SLICE("all"), SLICE(""), SLICE(""), report->sums);
}

/* “2026-02-13”, “yesterday”, “today”. */
static bool read_day(const struct zone *zone, const char *word, char out[static HISTORY_DAY_OCTETS])
{
	struct civil date;
	wall_ms now = (wall_ms)time(NULL) * MS_PER_S;
	bool is_yesterday = strcmp(word, "yesterday") == 0;
	if (is_yesterday || strcmp(word, "today") == 0) {
		history_day_format(zone, is_yesterday ? now - DAY_MS : now, out);
		return true;
	}
	snprintf(out, HISTORY_DAY_OCTETS, "%.10s", word);
	return strlen(word) == 10 && civil_parse_date(slice_of(word), &date);
}

static int report(const struct cli_call *call, const struct cli_settings *settings, struct history_book *book)
{
	char day[HISTORY_DAY_OCTETS];
	struct err_at at = { .err = ERR_OK };
	struct report report = {
		.call = call,
		.form = call->wants_json                  ? FORM_JSON
			: cli_option(call, "csv") != NULL ? FORM_CSV
							  : FORM_TABLE,
	};
	if (!read_day(settings->zone, call->arguments[1], day))
		return cli_usage(call, "“%s” is no day; want 2026-02-13, yesterday or today", call->arguments[1]);
	print_head(&report, day);
	enum err err = history_book_report(book, day, on_row, &report, &at);
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		print_end(&report);
	if (err != ERR_OK)
		fprintf(call->env->err, "hongyan: %s\n", at.text);
	return err == ERR_OK ? CLI_OK : CLI_FAILED;
}

/* -- forget a number -- */

static int erase(const struct cli_call *call, const struct cli_settings *settings, struct history_book *book)
{
	struct msisdn number;
	struct err_at at = { .err = ERR_OK };
	uint64_t erased = 0;
	char shown[MSISDN_MASK_OCTETS];
	if (msisdn_parse(slice_of(call->arguments[1]), settings->country, &number, &at) != ERR_OK)
		return cli_usage(call, "%s", at.text);
	if (cli_option(call, "yes") == NULL)
		return cli_usage(call, "what is erased cannot be brought back; say --yes");
	msisdn_mask(&number, settings->country, shown);
	enum err err = history_book_erase(book, (struct slice){ number.digits, number.len }, &erased, &at);
	if (err != ERR_OK)
		fprintf(call->env->err, "hongyan: %s\n", at.text);
	if (call->wants_json)
		fprintf(call->env->out, "{\"erased\":%llu}\n", (unsigned long long)erased);
	else
		fprintf(call->env->out, "%s is forgotten in %llu alerts%s\n", shown, (unsigned long long)erased,
			err == ERR_OK ? "" : ", but not everywhere");
	fprintf(call->env->err,
		"note: events that Redis still has (events.retention) name it; what of them is not in the history yet "
		"brings it back\n");
	return err == ERR_OK ? CLI_OK : CLI_FAILED;
}

/* -- all of it -- */

static int with_book(const struct cli_call *call, enum verb verb, const struct cli_settings *settings)
{
	struct err_at at = { .err = ERR_OK };
	struct history_seal *seal = NULL;
	struct history_book *book = NULL;
	int code = CLI_FAILED;
	if (*settings->history_dir == '\0') {
		fprintf(call->env->err, "hongyan: %s: history.dir is not set: there is no history\n", settings->path);
		return CLI_CONFIG;
	}
	if (history_seal_create(slice_of(settings->history_key), &seal, &at) != ERR_OK ||
	    history_book_open(settings->history_dir, seal, settings->zone, HISTORY_READ, &book, &at) != ERR_OK)
		fprintf(call->env->err, "hongyan: %s\n", at.text);
	else
		code = verb == VERB_REPORT ? report(call, settings, book) : erase(call, settings, book);
	history_book_close(book);
	history_seal_destroy(seal);
	return code;
}

static int run(const struct cli_call *call)
{
	const struct config *config;
	struct cli_settings settings;
	unsigned verb = VERB_RUN;
	int code = call->argument_count > 0 ? cli_verb_read(call, verbs, VERB_COUNT, &verb) : CLI_OK;
	if (code == CLI_OK)
		code = cli_load(call, &config, &settings);
	if (code != CLI_OK)
		return code;
	return verb == VERB_RUN ? call->env->history(config) : with_book(call, (enum verb)verb, &settings);
}

const struct cli_command cli_history = {
	.name = "history",
	.arguments = "[run | report DAY | erase NUMBER]",
	.arguments_max = 2,
	.summary = "Keep the history of all alerts; report a day, or forget a number",
	.details = "run (or nothing): takes events from Redis into the files of history.dir until SIGTERM, and answers "
		   "at\n"
		   "history.listen. One process for each folder; the gateways need not know of it.\n"
		   "report: what became of the alerts that were added on a day, by tenant, template and account.\n"
		   "  hongyan history report yesterday --csv >yesterday.csv\n"
		   "erase: takes a number out of all alerts; what became of them stays.\n",
	.options = { { "csv", NULL, "Report as CSV (RFC 4180)" }, { "yes", NULL, "Yes, erase it" }, CLI_REDIS_OPTION },
	.run = run,
};
