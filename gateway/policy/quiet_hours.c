/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/quiet_hours.h"

#define DAY_MINUTES 1440u
#define MINUTE_MS   (60 * (int64_t)MS_PER_S)

/* “08:00” at the front of text, which moves behind it. */
static bool take_minute(struct slice *text, unsigned *out)
{
	static const char most[] = "29:59";
	if (text->len < sizeof most - 1)
		return false;
	for (unsigned i = 0; i < sizeof most - 1; i++) {
		char c = text->at[i];
		if (most[i] == ':' ? c != ':' : c < '0' || c > most[i])
			return false;
	}
	unsigned hours = (unsigned)(text->at[0] - '0') * 10 + (unsigned)(text->at[1] - '0');
	*out = hours * 60 + (unsigned)(text->at[3] - '0') * 10 + (unsigned)(text->at[4] - '0');
	*text = (struct slice){ text->at + sizeof most - 1, text->len - (sizeof most - 1) };
	return *out <= DAY_MINUTES;
}

bool quiet_hours_parse(struct slice text, struct quiet_hours *out)
{
	unsigned from, to;
	if (!take_minute(&text, &from) || text.len == 0 || *text.at != '-')
		return false;
	text = (struct slice){ text.at + 1, text.len - 1 };
	if (!take_minute(&text, &to) || text.len > 0)
		return false;
	from %= DAY_MINUTES;
	to %= DAY_MINUTES;
	if (from == to)
		return false;
	*out = (struct quiet_hours){ (uint16_t)from, (uint16_t)to };
	return true;
}

static int64_t floor_minutes(wall_ms at)
{
	return at / MINUTE_MS - (at % MINUTE_MS < 0);
}

/* How many minutes of the zone's time are left of them; 0 = none. */
static unsigned minutes_left(const struct quiet_hours *hours, wall_ms at, const struct zone *zone)
{
	int64_t local = floor_minutes(at) + (zone != NULL ? zone_offset_s(zone, at) / 60 : 0);
	unsigned now = (unsigned)((local % DAY_MINUTES + DAY_MINUTES) % DAY_MINUTES);
	unsigned span = (hours->to + DAY_MINUTES - hours->from) % DAY_MINUTES;
	unsigned since = (now + DAY_MINUTES - hours->from) % DAY_MINUTES;
	return since < span ? span - since : 0;
}

/* What is left is true up to the next change of the clocks; from there it is looked at anew. */
wall_ms quiet_hours_end(const struct quiet_hours *hours, wall_ms at, const struct zone *zone)
{
	wall_ms from = at;
	for (;;) {
		unsigned left = minutes_left(hours, from, zone);
		if (left == 0)
			return from == at ? 0 : from;
		wall_ms end = (floor_minutes(from) + left) * MINUTE_MS;
		wall_ms change = zone_next_change(zone, from);
		if (end <= change)
			return end;
		from = change;
	}
}
