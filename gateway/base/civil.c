/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"

#include "base/buf.h"

#define DAY_MS (86400 * (int64_t)MS_PER_S)

#define YEAR_1_MS     INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define YEAR_10000_MS INT64_C(253402300800000)

int32_t zone_offset_s(const struct zone *zone, wall_ms at)
{
	if (zone->span_count == 0)
		return 0;
	unsigned i = zone->span_count - 1;
	while (i > 0 && at < zone->spans[i].from)
		i--;
	return zone->spans[i].offset_s;
}

wall_ms zone_next_change(const struct zone *zone, wall_ms at)
{
	for (unsigned i = 1; zone != NULL && i < zone->span_count; i++) {
		if (zone->spans[i].from > at)
			return zone->spans[i].from;
	}
	return INT64_MAX;
}

/* Counting years from March makes the leap day the last of its year; 400 years have 146097 days. */
int64_t civil_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_is_date(int year, int month, int day)
{
	static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= month_days[month - 1] + (month == 2 && is_leap(year));
}

struct civil civil_from_wall(wall_ms at, int32_t offset_s)
{
	int64_t offset_ms = (int64_t)offset_s * MS_PER_S;
	int64_t local = YEAR_1_MS;
	if (at >= YEAR_10000_MS - offset_ms)
		local = YEAR_10000_MS - 1;
	else if (at > YEAR_1_MS - offset_ms)
		local = at + offset_ms;
	int64_t days = local / DAY_MS - (local % DAY_MS < 0);
	int64_t rest = local - days * DAY_MS;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;
	int month = (int)(m < 10 ? m + 3 : m - 9);
	return (struct civil){
		.year = (int)(year_of_era + era * 400 + (month <= 2)),
		.month = month,
		.day = (int)(day_of_year - (153 * m + 2) / 5 + 1),
		.hour = (int)(rest / 3600000),
		.minute = (int)(rest / 60000 % 60),
		.second = (int)(rest / 1000 % 60),
		.millisecond = (int)(rest % 1000),
	};
}

wall_ms civil_to_wall(const struct civil *civil, int32_t offset_s)
{
	bool leap_second = civil->second == 60;
	int64_t seconds = civil_days(civil->year, civil->month, civil->day) * 86400 + civil->hour * 3600 +
			  civil->minute * 60 + (leap_second ? 59 : civil->second) - offset_s;
	return seconds * MS_PER_S + (leap_second ? 999 : civil->millisecond);
}

/* Reads exactly count digits at *at; false where they are not there. */
static bool digits(struct slice text, size_t *at, unsigned count, int *out)
{
	if (text.len - *at < count)
		return false;
	int value = 0;
	for (unsigned i = 0; i < count; i++) {
		char c = text.at[*at + i];
		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*at += count;
	*out = value;
	return true;
}

static bool literal(struct slice text, size_t *at, const char *any_of)
{
	if (*at >= text.len || text.at[*at] == '\0' || strchr(any_of, text.at[*at]) == NULL)
		return false;
	++*at;
	return true;
}

static bool date_part(struct slice text, size_t *at, struct civil *out)
{
	return digits(text, at, 4, &out->year) && literal(text, at, "-") && digits(text, at, 2, &out->month) &&
	       literal(text, at, "-") && digits(text, at, 2, &out->day) &&
	       civil_is_date(out->year, out->month, out->day);
}

static bool time_part(struct slice text, size_t *at, struct civil *out)
{
	if (!digits(text, at, 2, &out->hour) || !literal(text, at, ":") || !digits(text, at, 2, &out->minute) ||
	    !literal(text, at, ":") || !digits(text, at, 2, &out->second))
		return false;
	if (out->hour > 23 || out->minute > 59 || out->second > 60)
		return false;
	out->millisecond = 0;
	if (!literal(text, at, "."))
		return true;
	size_t first = *at;
	int scale = 100;
	while (*at < text.len && text.at[*at] >= '0' && text.at[*at] <= '9') {
		out->millisecond += (text.at[*at] - '0') * scale;
		scale /= 10;
		++*at;
	}
	return *at > first;
}

static bool offset_part(struct slice text, size_t *at, int32_t *offset_s)
{
	*offset_s = 0;
	if (literal(text, at, "Zz"))
		return true;
	bool west = *at < text.len && text.at[*at] == '-';
	int hours;
	int minutes;
	if (!literal(text, at, "+-") || !digits(text, at, 2, &hours) || !literal(text, at, ":") ||
	    !digits(text, at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset_s = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

bool civil_parse_rfc3339(struct slice text, wall_ms *out)
{
	struct civil civil = { 0 };
	size_t at = 0;
	int32_t offset_s;
	if (!date_part(text, &at, &civil) || !literal(text, &at, "Tt ") || !time_part(text, &at, &civil) ||
	    !offset_part(text, &at, &offset_s) || at != text.len)
		return false;
	*out = civil_to_wall(&civil, offset_s);
	return true;
}

bool civil_parse_date(struct slice text, struct civil *out)
{
	struct civil civil = { 0 };
	size_t at = 0;
	if (!date_part(text, &at, &civil) || at != text.len)
		return false;
	*out = civil;
	return true;
}

static void put_padded(struct buf *buf, int value, int width)
{
	for (int scale = width == 4 ? 1000 : width == 3 ? 100 : 10; scale > 0; scale /= 10)
		buf_put_u8(buf, (uint8_t)('0' + value / scale % 10));
}

size_t civil_format_rfc3339(wall_ms at, int32_t offset_s, char *out)
{
	offset_s -= offset_s % 60; /* the form has no place for seconds */
	struct civil civil = civil_from_wall(at, offset_s);
	struct buf buf = buf_over(out, 32);
	put_padded(&buf, civil.year, 4);
	buf_put_text(&buf, "-");
	put_padded(&buf, civil.month, 2);
	buf_put_text(&buf, "-");
	put_padded(&buf, civil.day, 2);
	buf_put_text(&buf, "T");
	put_padded(&buf, civil.hour, 2);
	buf_put_text(&buf, ":");
	put_padded(&buf, civil.minute, 2);
	buf_put_text(&buf, ":");
	put_padded(&buf, civil.second, 2);
	buf_put_text(&buf, ".");
	put_padded(&buf, civil.millisecond, 3);
	int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
	if (minutes == 0) {
		buf_put_text(&buf, "Z");
		return buf.len;
	}
	buf_put_text(&buf, offset_s < 0 ? "-" : "+");
	put_padded(&buf, minutes / 60, 2);
	buf_put_text(&buf, ":");
	put_padded(&buf, minutes % 60, 2);
	return buf.len;
}

static int32_t offset_at(const struct zone *zone, wall_ms at)
{
	return zone != NULL ? zone_offset_s(zone, at) : 0;
}

int32_t zone_date(const struct zone *zone, wall_ms at)
{
	struct civil civil = civil_from_wall(at, offset_at(zone, at));
	return civil.year * 10000 + civil.month * 100 + civil.day;
}

/* Where the clocks are set forward or back in between, it is the offset at the day's end that counts. */
wall_ms zone_next_day(const struct zone *zone, wall_ms at)
{
	int32_t offset = offset_at(zone, at);
	struct civil civil = civil_from_wall(at, offset);
	int64_t day = civil_days(civil.year, civil.month, civil.day) + 1;
	wall_ms begin = day * 86400 * MS_PER_S;
	return begin - offset_at(zone, begin - offset * MS_PER_S) * MS_PER_S;
}
