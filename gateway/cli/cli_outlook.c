/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_outlook.h"

#include "cli/cli_printable.h"

#include <stdbool.h>
#include <string.h>

#define DATE_OCTETS   10 /* “2026-02-13” */
#define MINUTE_OCTETS 16 /* “2026-02-13T09:41” */
#define DAY_S         86400

const char *cli_outlook_rate(const json_t *what, const char *key, char out[static CLI_RATE_OCTETS])
{
	const json_t *value = json_object_get(what, key);
	if (json_is_number(value))
		snprintf(out, CLI_RATE_OCTETS, "%.1f", json_number_value(value));
	else
		snprintf(out, CLI_RATE_OCTETS, "-");
	return out;
}

/* The gateway has written the instant in the service's zone: it is shown as it stands. */
static void say_when(const json_t *what, char out[static CLI_OUTLOOK_OCTETS])
{
	char span[CLI_SPAN_OCTETS];
	char at[CLI_PRINTABLE_OCTETS];
	double eta_s = json_number_value(json_object_get(what, "eta_s"));
	cli_span_format(eta_s, span);
	if (strlen(cli_printable(what, "clear_at", at)) < MINUTE_OCTETS)
		snprintf(out, CLI_OUTLOOK_OCTETS, "in %s", span);
	else if (eta_s < DAY_S)
		snprintf(out, CLI_OUTLOOK_OCTETS, "in %s, at %.5s", span, at + DATE_OCTETS + 1);
	else
		snprintf(out, CLI_OUTLOOK_OCTETS, "in %s, on %.10s at %.5s", span, at, at + DATE_OCTETS + 1);
}

const char *cli_outlook_say(const json_t *what, const char *stays, char out[static CLI_OUTLOOK_OCTETS])
{
	static const struct {
		const char *outlook, *say;
	} rows[] = { { "empty", "—" }, { "keeps_up", "keeps up" }, { "unknown", "not known yet" } };
	char outlook[CLI_PRINTABLE_OCTETS];
	cli_printable(what, "outlook", outlook);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(outlook, rows[i].outlook) == 0) {
			snprintf(out, CLI_OUTLOOK_OCTETS, "%s", rows[i].say);
			return out;
		}
	}
	if (strcmp(outlook, "stays") == 0)
		snprintf(out, CLI_OUTLOOK_OCTETS, "%s", stays);
	else if (json_is_number(json_object_get(what, "eta_s")))
		say_when(what, out);
	else
		snprintf(out, CLI_OUTLOOK_OCTETS, "-");
	return out;
}

static void print_account(const json_t *account, FILE *out)
{
	char name[CLI_PRINTABLE_OCTETS];
	char rate[CLI_RATE_OCTETS];
	char outlook[CLI_OUTLOOK_OCTETS];
	fprintf(out, "%-16s %10lld %10lld %11s  %s\n", cli_printable(account, "name", name),
		(long long)json_integer_value(json_object_get(account, "waiting")),
		(long long)json_integer_value(json_object_get(account, "parked")),
		cli_outlook_rate(account, "segments_per_s", rate), cli_outlook_say(account, "nothing leaves", outlook));
}

static bool is_shown(const json_t *account)
{
	return json_integer_value(json_object_get(account, "waiting")) > 0 ||
	       json_number_value(json_object_get(account, "segments_per_s")) > 0;
}

void cli_outlook_accounts(const json_t *accounts, FILE *out)
{
	size_t shown = 0;
	for (size_t i = 0; i < json_array_size(accounts); i++) {
		if (!is_shown(json_array_get(accounts, i)))
			continue;
		if (shown++ == 0)
			fprintf(out, "%-16s %10s %10s %11s  %s\n", "ACCOUNT", "WAITING", "PARKED", "SEGMENTS/S",
				"CLEAR");
		print_account(json_array_get(accounts, i), out);
	}
	if (shown > 0)
		fputc('\n', out);
}
