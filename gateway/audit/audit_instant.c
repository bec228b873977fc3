/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_instant.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MS_FROM       100000000000.0 /* as seconds this were the year 5138: larger numbers are milliseconds */
#define MS_MAX        253402300800000.0
#define MINUTES_PER_H 60
#define SECONDS_PER_M 60
#define MS_PER_SECOND 1000

/* The fraction of a second at *text, if there is one, in ms; *text moves behind it. */
static int take_fraction(const char **text)
{
	int ms = 0;
	int worth = MS_PER_SECOND / 10;
	if (**text != '.')
		return 0;
	for (++*text; **text >= '0' && **text <= '9'; ++*text, worth /= 10)
		ms += (**text - '0') * worth;
	return ms;
}

/* “Z” or “+08:00” to the text's end, in minutes east of UTC. */
static bool take_offset(const char *text, int *minutes)
{
	unsigned hour = 0;
	unsigned minute = 0;
	int end = 0;
	if ((*text == 'Z' || *text == 'z') && text[1] == '\0') {
		*minutes = 0;
		return true;
	}
	if (*text != '+' && *text != '-')
		return false;
	if (sscanf(text + 1, "%2u:%2u%n", &hour, &minute, &end) < 2 || text[1 + end] != '\0' || hour > 23 ||
	    minute > 59)
		return false;
	*minutes = (int)(hour * MINUTES_PER_H + minute);
	if (*text == '-')
		*minutes = -*minutes;
	return true;
}

static bool parse_text(const char *text, int64_t *ms)
{
	struct tm parts = { 0 };
	/* Two ways to write the middle: “T” or a blank. */
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
	if (rest == NULL)
		rest = strptime(text, "%Y-%m-%d %H:%M:%S", &parts);
	if (rest == NULL)
		return false;
	int fraction = take_fraction(&rest);
	int offset = 0;
	if (!take_offset(rest, &offset))
		return false;
	parts.tm_isdst = 0;
	*ms = ((int64_t)timegm(&parts) - (int64_t)offset * SECONDS_PER_M) * MS_PER_SECOND + fraction;
	return true;
}

bool audit_instant_parse(const json_t *value, int64_t *ms)
{
	if (json_is_string(value))
		return parse_text(json_string_value(value), ms);
	if (!json_is_number(value))
		return false;
	double number = json_number_value(value);
	number = number < MS_FROM ? number * MS_PER_SECOND : number;
	if (!(number > 0 && number < MS_MAX))
		return false;
	*ms = (int64_t)number;
	return true;
}
