/* SPDX-License-Identifier: Apache-2.0 */
#include "route/route_hours.h"

#define DAY_MINUTES  1440u
#define WEEK_MINUTES (7 * DAY_MINUTES)
#define EVERY_DAY    0x7Fu

static const char day_names[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static bool take(struct slice *text, const char *word)
{
	struct slice prefix = slice_of(word);
	if (!slice_starts(*text, prefix))
		return false;
	*text = (struct slice){ text->at + prefix.len, text->len - prefix.len };
	return true;
}

static bool take_day(struct slice *text, unsigned *out)
{
	for (unsigned i = 0; i < 7; i++) {
		if (take(text, day_names[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* “Mon,Wed-Fri ”, or nothing. */
static bool take_days(struct slice *text, unsigned *days)
{
	unsigned from;
	if (!take_day(text, &from)) {
		*days = EVERY_DAY;
		return true;
	}
	*days = 0;
	for (;;) {
		unsigned to = from;
		if (take(text, "-") && !take_day(text, &to))
			return false;
		for (unsigned day = from; *days |= 1u << day, day != to;)
			day = (day + 1) % 7;
		if (take(text, " "))
			return true;
		if (!take(text, ",") || !take_day(text, &from))
			return false;
	}
}

static bool take_digit(struct slice *text, unsigned most, unsigned *out)
{
	if (text->len == 0 || *text->at < '0' || (unsigned)(*text->at - '0') > most)
		return false;
	*out = (unsigned)(*text->at - '0');
	*text = (struct slice){ text->at + 1, text->len - 1 };
	return true;
}

static bool take_minute(struct slice *text, unsigned *out)
{
	unsigned digits[4];
	if (!take_digit(text, 2, &digits[0]) || !take_digit(text, 9, &digits[1]) || !take(text, ":") ||
	    !take_digit(text, 5, &digits[2]) || !take_digit(text, 9, &digits[3]))
		return false;
	*out = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3];
	return *out <= DAY_MINUTES;
}

bool route_hours_parse(struct slice text, struct route_hours *out)
{
	unsigned days, from, to;
	if (!take_days(&text, &days) || !take_minute(&text, &from) || !take(&text, "-") || !take_minute(&text, &to))
		return false;
	if (text.len > 0 || from == to || from == DAY_MINUTES || to == 0)
		return false;
	*out = (struct route_hours){ (uint8_t)days, (uint16_t)from, (uint16_t)to };
	return true;
}

void route_hours_format(const struct route_hours *hours, struct buf *out)
{
	if (hours->days == 0)
		return;
	const char *between = "";
	for (unsigned day = 0; hours->days != EVERY_DAY && day < 7; day++) {
		if (!(hours->days >> day & 1))
			continue;
		buf_put_format(out, "%s%s", between, day_names[day]);
		between = ",";
	}
	buf_put_format(out, "%s%02u:%02u-%02u:%02u", *between ? " " : "", hours->from / 60u, hours->from % 60u,
		       hours->to / 60u, hours->to % 60u);
}

/* Monday 00:00 of the zone is 0. */
static unsigned minute_of_week(wall_ms at, const struct zone *zone)
{
	int64_t minutes = at / 60000 - (at % 60000 < 0);
	if (zone != NULL)
		minutes += zone_offset_s(zone, at) / 60;
	minutes += 3 * (int64_t)DAY_MINUTES; /* 1970 began on a Thursday */
	minutes %= (int64_t)WEEK_MINUTES;
	return (unsigned)(minutes < 0 ? minutes + (int64_t)WEEK_MINUTES : minutes);
}

unsigned route_hours_wait(const struct route_hours *hours, wall_ms at, const struct zone *zone)
{
	if (hours->days == 0)
		return 0;
	unsigned now = minute_of_week(at, zone);
	unsigned span = (hours->to + DAY_MINUTES - hours->from) % DAY_MINUTES;
	if (span == 0)
		span = DAY_MINUTES;
	unsigned least = WEEK_MINUTES;
	for (unsigned day = 0; day < 7; day++) {
		if (!(hours->days >> day & 1))
			continue;
		unsigned ago = (now + WEEK_MINUTES - (day * DAY_MINUTES + hours->from)) % WEEK_MINUTES;
		if (ago < span)
			return 0;
		if (WEEK_MINUTES - ago < least)
			least = WEEK_MINUTES - ago;
	}
	return least;
}

/* A wait is true up to the next change of the clocks; from there it is another one. */
wall_ms route_hours_opens(const struct route_hours *hours, wall_ms at, const struct zone *zone)
{
	for (;;) {
		unsigned wait = route_hours_wait(hours, at, zone);
		if (wait == 0)
			return at;
		wall_ms opens = at - at % 60000 + (wall_ms)wait * 60000;
		wall_ms change = zone_next_change(zone, at);
		if (opens < change)
			return opens;
		at = change;
	}
}
