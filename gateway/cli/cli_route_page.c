/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_route_page.h"

#include "cli/cli_printable.h"

#include <string.h>

#define TIME_OCTETS 24

/* A word of the answer and what it is for people. */
struct word {
	const char *word;
	const char *text;
};

static const struct word whys[] = {
	{ "prefix", "for other prefixes" },    { "behind", "fits too, but comes behind" },
	{ "operator", "for other operators" }, { "tenant", "for other tenants" },
	{ "class", "for other classes" },      { "template", "for other templates" },
	{ "closed", "closed until" },          { NULL, NULL },
};

static const struct word picks[] = {
	{ "first", "as written" },
	{ "weighted", "drawn by weight" },
	{ "cheapest", "the cheapest first" },
	{ NULL, NULL },
};

static const char *text_of(const struct word *words, const char *word)
{
	while (words->word != NULL && strcmp(words->word, word) != 0)
		words++;
	return words->word != NULL ? words->text : word;
}

static bool is(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static long long number(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

/* “2026-02-13 08:00:00” of an RFC 3339 time, as its own zone has it. */
static const char *time_of(const json_t *object, const char *key, char out[TIME_OCTETS])
{
	char text[CLI_PRINTABLE_OCTETS];
	cli_printable(object, key, text);
	snprintf(out, TIME_OCTETS, "%.10s%s%.8s", text, strlen(text) > 11 ? " " : "",
		 strlen(text) > 11 ? text + 11 : "");
	return out;
}

bool cli_route_is_answer(const json_t *answer)
{
	return json_is_string(json_object_get(answer, "to")) && json_is_array(json_object_get(answer, "others")) &&
	       json_is_string(json_object_get(answer, "from"));
}

bool cli_route_gets_it(const json_t *answer)
{
	const json_t *now = json_object_get(answer, "now");
	const char *held = json_string_value(json_object_get(now, "held"));
	if (!json_is_object(now))
		return json_object_get(answer, "route") != NULL;
	return json_is_string(json_object_get(now, "account")) && (held == NULL || held[0] == '\0');
}

static void print_number(const json_t *answer, FILE *out)
{
	char text[CLI_PRINTABLE_OCTETS];
	char at[TIME_OCTETS];
	fprintf(out, "%s: ", cli_printable(answer, "to", text));
	if (json_object_get(answer, "block") == NULL) {
		fputs("in no block of the number plan, so nobody knows whose", out);
	} else {
		fprintf(out, "block %s", cli_printable(answer, "block", text));
		fprintf(out, ", %s", cli_printable(answer, "operator", text));
		fprintf(out, " (%s%s)",
			is(answer, "configured") ? "by the configuration" : cli_printable(answer, "kind", text),
			is(answer, "portable") ? "; a kept number may be another's" : "");
	}
	fprintf(out, "\nat %s, class %s", time_of(answer, "at", at), cli_printable(answer, "class", text));
	if (cli_printable(answer, "template", text)[0] != '\0')
		fprintf(out, ", template %s", text);
	if (cli_printable(answer, "tenant", text)[0] != '\0')
		fprintf(out, ", tenant %s", text);
	fputc('\n', out);
}

static void put_prefix(const json_t *object, FILE *out)
{
	char prefix[CLI_PRINTABLE_OCTETS];
	if (cli_printable(object, "prefix", prefix)[0] != '\0')
		fprintf(out, "prefix %s", prefix);
	else
		fputs("every prefix", out);
}

/* “paused for 2 min 3 s (complaints)” */
static void print_standing(const json_t *account, FILE *out)
{
	char state[CLI_PRINTABLE_OCTETS];
	char reason[CLI_PRINTABLE_OCTETS];
	char span[CLI_SPAN_OCTETS];
	bool gets_it = is(account, "gets_it");
	bool is_up = strcmp(cli_printable(account, "state", state), "up") == 0;
	cli_printable(account, "reason", reason);
	cli_span_format(json_number_value(json_object_get(account, "for_s")), span);
	fprintf(out, "%s%s for %s", gets_it ? "gets it: " : "", state, span);
	if (!is_up && reason[0] != '\0')
		fprintf(out, " (%s)", reason);
}

static void print_accounts(const json_t *answer, FILE *out)
{
	char text[CLI_PRINTABLE_OCTETS];
	const json_t *now = json_object_get(answer, "now");
	const json_t *accounts = json_object_get(answer, "accounts");
	const json_t *weights = json_object_get(answer, "weights");
	fprintf(out, "\nroutes[%lld] counts: ", number(answer, "route"));
	put_prefix(answer, out);
	fprintf(out, "; %s (%s):\n",
		json_is_object(now) ? "its accounts in the order in which they are asked, as they are now"
				    : "the first of these that is up gets it",
		text_of(picks, cli_printable(answer, "pick", text)));
	for (size_t i = 0; i < json_array_size(accounts); i++) {
		fprintf(out, "  %zu  %s", i + 1, cli_printable_text(json_array_get(accounts, i), text));
		if (json_is_array(weights))
			fprintf(out, "  weight %lld", (long long)json_integer_value(json_array_get(weights, i)));
		if (json_is_object(now)) {
			fputs("  ", out);
			print_standing(json_array_get(json_object_get(now, "accounts"), i), out);
		}
		fputc('\n', out);
	}
	if (json_is_object(now) && !json_is_string(json_object_get(now, "account")))
		fputs("none of them takes it now: it waits until one does\n", out);
}

static void print_others(const json_t *answer, FILE *out)
{
	const json_t *others = json_object_get(answer, "others");
	for (size_t i = 0; i < json_array_size(others); i++) {
		const json_t *other = json_array_get(others, i);
		char why[CLI_PRINTABLE_OCTETS];
		char at[TIME_OCTETS];
		fprintf(out, "%snot routes[%lld]: ", i == 0 ? "\n" : "", number(other, "route"));
		if (json_object_get(other, "prefix") != NULL) {
			put_prefix(other, out);
			fputs(", ", out);
		}
		fputs(text_of(whys, cli_printable(other, "why", why)), out);
		if (json_object_get(other, "opens") != NULL)
			fprintf(out, " %s", time_of(other, "opens", at));
		fputc('\n', out);
	}
}

void cli_route_page(const json_t *answer, const char *source, FILE *out)
{
	char held[CLI_PRINTABLE_OCTETS];
	char at[TIME_OCTETS];
	print_number(answer, out);
	if (json_object_get(answer, "route") != NULL)
		print_accounts(answer, out);
	else if (json_object_get(answer, "waits_until") != NULL)
		fprintf(out, "\nno route is open: it waits until %s\n", time_of(answer, "waits_until", at));
	else
		fputs("\nno route fits: it would be dead as no_route\n", out);
	if (cli_printable(json_object_get(answer, "now"), "held", held)[0] != '\0')
		fprintf(out, "but nothing goes out now: %s\n", held);
	print_others(answer, out);
	fprintf(out, "\n%s\n", source);
}
