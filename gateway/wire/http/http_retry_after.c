/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_retry_after.h"

#include "base/civil.h"

/* The three forms of a date that a recipient must take (RFC 9110 §5.6.7), as a shape that a text is held against: “D” a digit of
 * the day, “_” the same or a blank, “Y” of the year, “y” of a year of two digits, “h”, “m”, “s” of the time, “b” a letter of the
 * month; anything else stands for itself. The day of the week in front of it says nothing new. */

static const char *const shapes[] = {
	", DD bbb YYYY hh:mm:ss GMT", /* IMF-fixdate: “Wed, 21 Oct 2026 07:28:00 GMT” */
	", DD-bbb-yy hh:mm:ss GMT",   /* RFC 850: “Wednesday, 21-Oct-26 07:28:00 GMT” */
	" bbb _D hh:mm:ss YYYY",      /* asctime: “Wed Oct 21 07:28:00 2026” */
};

struct date {
	struct civil civil;
	char month[3];
	unsigned month_len;
	bool has_short_year;
};

/* One character of a date against its place in a shape. */
static bool take(struct date *date, char shape, char c)
{
	int *field = NULL;
	switch (shape) {
	case 'b':
		date->month[date->month_len++] = c;
		return true;
	case '_':
		if (c == ' ')
			return true;
		field = &date->civil.day;
		break;
	case 'D':
		field = &date->civil.day;
		break;
	case 'y':
		date->has_short_year = true;
		field = &date->civil.year;
		break;
	case 'Y':
		field = &date->civil.year;
		break;
	case 'h':
		field = &date->civil.hour;
		break;
	case 'm':
		field = &date->civil.minute;
		break;
	case 's':
		field = &date->civil.second;
		break;
	default:
		return c == shape;
	}
	if (c < '0' || c > '9')
		return false;
	*field = *field * 10 + (c - '0');
	return true;
}

static bool fits(struct slice text, const char *shape, struct date *date)
{
	*date = (struct date){ .month_len = 0 };
	if (text.len != strlen(shape))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!take(date, shape[i], text.at[i]))
			return false;
	}
	return true;
}

static int month_of(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; i < 12; i++) {
		if (memcmp(months + 3 * i, name, 3) == 0)
			return i + 1;
	}
	return 0;
}

/* A year of two digits is the last one with these digits that is not more than 50 years ahead. */
static void complete_year(struct civil *civil, wall_ms now)
{
	int latest = civil_from_wall(now, 0).year + 50;
	civil->year += latest / 100 * 100;
	if (civil->year > latest)
		civil->year -= 100;
}

static bool parse_date(struct slice text, wall_ms now, wall_ms *out)
{
	size_t name_len = 0;
	while (name_len < text.len && text.at[name_len] >= 'A' && text.at[name_len] <= 'z')
		name_len++;
	struct slice rest = { text.at + name_len, text.len - name_len };
	struct date date = { .month_len = 0 };
	bool is_date = false;
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0] && !is_date; i++)
		is_date = fits(rest, shapes[i], &date);
	if (!is_date || name_len < 3)
		return false;
	struct civil *civil = &date.civil;
	if (date.has_short_year)
		complete_year(civil, now);
	civil->month = month_of(date.month);
	if (civil->hour > 23 || civil->minute > 59 || civil->second > 60 ||
	    !civil_is_date(civil->year, civil->month, civil->day))
		return false;
	*out = civil_to_wall(civil, 0);
	return true;
}

/* Seconds of any number of digits; false where there is anything else. text: not empty. */
static bool parse_seconds(struct slice text, int64_t max_ms, int64_t *out)
{
	int64_t seconds = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		seconds = seconds * 10 + (text.at[i] - '0');
		if (seconds > max_ms / MS_PER_S)
			seconds = max_ms / MS_PER_S + 1;
	}
	*out = seconds * MS_PER_S;
	return true;
}

int64_t http_retry_after_ms(struct slice text, wall_ms now, int64_t max_ms)
{
	wall_ms at;
	int64_t wait = 0;
	if (text.len == 0)
		return 0;
	if (!parse_seconds(text, max_ms, &wait))
		wait = parse_date(text, now, &at) ? at - now : 0;
	if (wait < 0)
		wait = 0;
	return wait > max_ms ? max_ms : wait;
}
