/* SPDX-License-Identifier: Apache-2.0 */
#include "load_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COUNT_MAX 1000000000u

typedef bool read_option(struct load_options *options, const char *value);

static bool number(const char *value, uint64_t most, uint64_t *out)
{
	size_t len = strlen(value);
	if (len == 0 || len > 18 || strspn(value, "0123456789") != len)
		return false;
	uint64_t read = strtoull(value, NULL, 10);
	if (read > most)
		return false;
	*out = read;
	return true;
}

static bool on_redis(struct load_options *options, const char *value)
{
	options->redis_url = value;
	return strncmp(value, "unix:/", 6) == 0 || strncmp(value, "redis://", 8) == 0;
}

static bool on_alerts(struct load_options *options, const char *value)
{
	return number(value, COUNT_MAX, &options->alert_count);
}

static bool on_first(struct load_options *options, const char *value)
{
	return number(value, COUNT_MAX, &options->first);
}

static bool on_rate(struct load_options *options, const char *value)
{
	return number(value, 1000000, &options->rate_per_s);
}

static bool on_template(struct load_options *options, const char *value)
{
	options->plan.template = load_alert_template(value);
	return options->plan.template != NULL || strcmp(value, "all") == 0;
}

static bool on_lane(struct load_options *options, const char *value)
{
	options->plan.is_mixed = strcmp(value, "mix") == 0;
	for (unsigned lane = 0; lane < LOAD_LANE_COUNT; lane++) {
		options->plan.lane = (enum load_lane)lane;
		if (strcmp(value, load_lane_name((enum load_lane)lane)) == 0)
			return true;
	}
	return options->plan.is_mixed;
}

static bool on_produced(struct load_options *options, const char *value)
{
	options->produced = value;
	return value[0] != '\0';
}

static bool on_id_prefix(struct load_options *options, const char *value)
{
	size_t len = strlen(value);
	for (size_t i = 0; i < len; i++) {
		if (value[i] <= ' ' || value[i] > '~' || value[i] == '"' || value[i] == '\\')
			return false;
	}
	options->plan.id_prefix = value;
	return len <= 40;
}

static bool on_seed(struct load_options *options, const char *value)
{
	return number(value, UINT64_MAX, &options->plan.seed);
}

static bool on_supersede(struct load_options *options, const char *value)
{
	options->plan.supersedes = true;
	return value == NULL;
}

static bool on_print(struct load_options *options, const char *value)
{
	options->is_print = true;
	return value == NULL;
}

static const struct row {
	const char *name;
	const char *value; /* its form; NULL = takes none */
	read_option *read;
	const char *help;
} rows[] = {
	{ "--redis", "URL", on_redis, "unix:/path/of/socket or redis://host:port/db (redis://127.0.0.1:6379/0)" },
	{ "--alerts", "N", on_alerts, "how many (1000)" },
	{ "--first", "N", on_first, "number of the first one; id and phone number follow from the number (0)" },
	{ "--rate", "R", on_rate, "this many a second, evenly paced; 0 = as fast as Redis takes them (0)" },
	{ "--template", "NAME", on_template, "a shipped template's name, or all (balance)" },
	{ "--lane", "LANE", on_lane, "urgent | normal | bulk | mix (normal)" },
	{ "--produced", "FILE", on_produced, "one JSON line per alert: entry, stream, sent_us (since 1970), alert" },
	{ "--id-prefix", "P", on_id_prefix, "begin of every id, at most 40 characters (from time and process)" },
	{ "--seed", "N", on_seed, "another seed gives other values and numbers (1)" },
	{ "--supersede", NULL, on_supersede, "each has a subject, and supersedes what is unsent about it" },
	{ "--print", NULL, on_print, "write the alerts on stdout, a line each, instead of sending them" },
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static enum load_options_result help(void)
{
	puts("usage: alert-load [options]\n\nPuts realistic alerts on Hongyan's queue and prints a JSON summary.\n");
	for (size_t i = 0; i < ROW_COUNT; i++)
		printf("  %-12s %-6s %s\n", rows[i].name, rows[i].value != NULL ? rows[i].value : "", rows[i].help);
	fputs("\nTemplates:", stdout);
	for (size_t i = 0; load_alert_template_name(i) != NULL; i++)
		printf(" %s", load_alert_template_name(i));
	puts("\nExit status: 0 ok, 1 failed, 64 wrong usage, 69 Redis not reachable.");
	return LOAD_OPTIONS_HELP;
}

static enum load_options_result wrong(const char *argument, const char *value, const struct row *row)
{
	if (row == NULL)
		fprintf(stderr, "alert-load: unknown option %s; see alert-load --help\n", argument);
	else if (row->value == NULL)
		fprintf(stderr, "alert-load: %s takes no value\n", row->name);
	else
		fprintf(stderr, "alert-load: %s: %s%s; it takes %s: %s\n", row->name,
			value != NULL ? "bad value " : "value is missing", value != NULL ? value : "", row->value,
			row->help);
	return LOAD_OPTIONS_WRONG;
}

enum load_options_result load_options_parse(int argc, char **argv, struct load_options *out)
{
	*out = (struct load_options){ .redis_url = "redis://127.0.0.1:6379/0", .alert_count = 1000 };
	out->plan = (struct load_alert_plan){ .lane = LOAD_LANE_NORMAL, .seed = 1, .id_prefix = out->id_prefix };
	out->plan.template = load_alert_template("balance");
	snprintf(out->id_prefix, sizeof out->id_prefix, "load-%llx-%lx-", (unsigned long long)time(NULL),
		 (unsigned long)getpid());
	for (int i = 1; i < argc; i++) {
		size_t name_len = strcspn(argv[i], "=");
		const struct row *row = NULL;
		if (strcmp(argv[i], "--help") == 0)
			return help();
		for (size_t r = 0; r < ROW_COUNT && row == NULL; r++) {
			if (strlen(rows[r].name) == name_len && strncmp(rows[r].name, argv[i], name_len) == 0)
				row = &rows[r];
		}
		if (row == NULL)
			return wrong(argv[i], NULL, NULL);
		const char *value = argv[i][name_len] == '=' ? argv[i] + name_len + 1 : NULL;
		if (value == NULL && row->value != NULL && i + 1 < argc)
			value = argv[++i];
		if ((row->value != NULL && value == NULL) || !row->read(out, value))
			return wrong(argv[i], value, row);
	}
	return LOAD_OPTIONS_OK;
}
