/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_event.h"

#include "model/country.h"
#include "model/msisdn.h"

#include <stdlib.h>
#include <unistd.h>

#define SHOWN_OCTETS 256

bool cli_event_has_colours(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	int fd = fileno(out);
	return fd >= 0 && isatty(fd) == 1 && (no_color == NULL || *no_color == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

/* What a carrier or producer wrote may hold numbers, and octets that a terminal obeys. */
static void put(FILE *out, const char *before, struct slice text)
{
	char shown[SHOWN_OCTETS];
	if (text.len == 0)
		return;
	msisdn_mask_mobiles(text, shown, sizeof shown);
	fprintf(out, "%s%s", before, shown);
}

static const char *colour_of(struct slice word)
{
	static const struct {
		const char *word;
		const char *colour;
	} colours[] = {
		{ "delivered", "\033[32m" },   { "accepted", "\033[32m" },  { "dead", "\033[31m" },
		{ "undelivered", "\033[31m" }, { "expired", "\033[33m" },   { "held", "\033[33m" },
		{ "suppressed", "\033[33m" },  { "superseded", "\033[2m" }, { "cancelled", "\033[2m" },
		{ "duplicate", "\033[2m" },
	};
	for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
		if (slice_is(word, colours[i].word))
			return colours[i].colour;
	return "";
}

static void put_count(FILE *out, const char *before, uint64_t count, const char *noun)
{
	if (count > 0)
		fprintf(out, "%s%llu %s%s", before, (unsigned long long)count, noun, count > 1 ? "s" : "");
}

/* The carrier's ids, without the brackets and quotes of their array. */
static void put_refs(FILE *out, struct slice refs)
{
	char text[SHOWN_OCTETS];
	size_t len = 0;
	for (size_t i = 0; i < refs.len && len + 1 < sizeof text; i++)
		if (strchr("[]\"", refs.at[i]) == NULL)
			text[len++] = refs.at[i];
	if (len > 0 && !(len == 1 && text[0] == ','))
		put(out, ", carrier's id ", (struct slice){ text, len });
}

void cli_event_print_what(const struct history_event *event, bool is_coloured, FILE *out)
{
	char word[SHOWN_OCTETS];
	const char *colour = is_coloured ? colour_of(event->event) : "";
	msisdn_mask_text(event->event, word, sizeof word);
	fprintf(out, "%s%-12s%s", colour, word, *colour ? "\033[0m" : "");
	put(out, " by ", event->account);
	put_count(out, event->account.len > 0 ? ", " : " ", event->segments, "segment");
	if (event->attempt > 1)
		fprintf(out, ", attempt %llu", (unsigned long long)event->attempt);
	put(out, ", ", event->state);
	put(out, ", error ", event->error);
	put(out, event->account.len > 0 ? ": " : " ", event->reason);
	if (event->is_ambiguous)
		fputs(", may have come twice", out);
	put_refs(out, event->refs);
}

void cli_event_print_time(wall_ms at, const struct zone *zone, bool has_date, FILE *out)
{
	struct civil civil = civil_from_wall(at, zone != NULL ? zone_offset_s(zone, at) : 0);
	if (has_date)
		fprintf(out, "%04d-%02d-%02d ", civil.year, civil.month, civil.day);
	fprintf(out, "%02d:%02d:%02d.%03d", civil.hour, civil.minute, civil.second, civil.millisecond);
}

void cli_event_print_whose(const struct history_event *event, FILE *out)
{
	struct msisdn number = { .len = 0 };
	char shown[MSISDN_MASK_OCTETS];
	put(out, "", event->id.len > 0 ? event->id : SLICE("(no id)"));
	if (event->to.len > 0 && event->to.len <= MSISDN_DIGITS_MAX) {
		memcpy(number.digits, event->to.at, event->to.len);
		number.len = (uint8_t)event->to.len;
		msisdn_mask(&number, country_find(SLICE("CN")), shown);
		fprintf(out, "  to %s", shown);
	}
	put(out, "  template ", event->template_name);
	put(out, "  tenant ", event->tenant);
	put(out, "  batch ", event->batch);
}
