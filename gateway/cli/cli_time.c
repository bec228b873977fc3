/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_time.h"

#include "base/number.h"

#include <stdio.h>

#define SPAN_MAX 1000000000 /* of any unit: longer ago than any queue is old */

static int32_t offset_of(const struct zone *zone, wall_ms at)
{
	return zone ? zone_offset_s(zone, at) : 0;
}

bool cli_time_span(struct slice text, wall_ms *out)
{
	static const struct {
		char unit;
		wall_ms ms;
	} units[] = { { 's', MS_PER_S }, { 'm', 60 * MS_PER_S }, { 'h', 3600 * MS_PER_S }, { 'd', 86400 * MS_PER_S } };
	uint64_t count;
	if (text.len < 2 || !number_parse((struct slice){ text.at, text.len - 1 }, SPAN_MAX, &count))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (text.at[text.len - 1] != units[i].unit)
			continue;
		*out = (wall_ms)count * units[i].ms;
		return true;
	}
	return false;
}

/* A time without its zone: read as one of UTC, then moved by what the zone has at about that time. */
static bool parse_local(struct slice text, const struct zone *zone, wall_ms *out)
{
	char whole[32];
	static const char *const ends[] = { "Z", ":00Z", " 00:00:00Z" };
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		wall_ms utc;
		int len = snprintf(whole, sizeof whole, "%.*s%s", SLICE_ARG(text), ends[i]);
		if (len >= (int)sizeof whole || !civil_parse_rfc3339((struct slice){ whole, (size_t)len }, &utc))
			continue;
		int32_t offset_s = offset_of(zone, utc - (wall_ms)offset_of(zone, utc) * MS_PER_S);
		*out = utc - (wall_ms)offset_s * MS_PER_S;
		return true;
	}
	return false;
}

bool cli_time_parse(struct slice text, wall_ms now, const struct zone *zone, wall_ms *out)
{
	wall_ms span;
	if (!cli_time_span(text, &span))
		return civil_parse_rfc3339(text, out) || parse_local(text, zone, out);
	*out = span < now ? now - span : 0;
	return true;
}

char *cli_time_format(wall_ms at, const struct zone *zone, char out[static CLI_TIME_OCTETS])
{
	struct civil civil = civil_from_wall(at, offset_of(zone, at));
	snprintf(out, CLI_TIME_OCTETS, "%04u-%02u-%02u %02u:%02u:%02u", (unsigned)civil.year % 10000,
		 (unsigned)civil.month % 100, (unsigned)civil.day % 100, (unsigned)civil.hour % 100,
		 (unsigned)civil.minute % 100, (unsigned)civil.second % 100);
	return out;
}
