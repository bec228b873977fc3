/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_retry_after.h"

#include "base/civil.h"
#include "base/number.h"

/* Digits of fixed width at offset, leading zeros allowed; -1 where there are none. */
static int fixed(struct slice text, size_t offset, size_t width)
{
	int value = 0;
	for (size_t i = offset; i < offset + width; i++) {
		if (i >= text.len || text.at[i] < '0' || text.at[i] > '9')
			return -1;
		value = value * 10 + (text.at[i] - '0');
	}
	return value;
}

/* IMF-fixdate, RFC 9110 §5.6.7: the only form that senders may write. */
static bool parse_date(struct slice text, wall_ms *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const char form[] = "Wed, 21 Oct 2026 07:28:00 GMT";
	if (text.len != sizeof form - 1 || memcmp(text.at + 3, ", ", 2) != 0 || memcmp(text.at + 25, " GMT", 4) != 0 ||
	    text.at[19] != ':' || text.at[22] != ':')
		return false;
	struct civil civil = { .day = fixed(text, 5, 2),
			       .year = fixed(text, 12, 4),
			       .hour = fixed(text, 17, 2),
			       .minute = fixed(text, 20, 2),
			       .second = fixed(text, 23, 2) };
	for (int i = 0; i < 12; i++) {
		if (memcmp(months + 3 * i, text.at + 8, 3) == 0)
			civil.month = i + 1;
	}
	if (civil.hour < 0 || civil.hour > 23 || civil.minute < 0 || civil.minute > 59 || civil.second < 0 ||
	    civil.second > 60 || !civil_is_date(civil.year, civil.month, civil.day))
		return false;
	*out = civil_to_wall(&civil, 0);
	return true;
}

int64_t http_retry_after_ms(struct slice text, wall_ms now, int64_t max_ms)
{
	uint64_t seconds;
	wall_ms at;
	int64_t wait = 0;
	if (number_parse(text, UINT32_MAX, &seconds))
		wait = (int64_t)seconds * MS_PER_S;
	else if (parse_date(text, &at))
		wait = at - now;
	if (wait < 0)
		wait = 0;
	return wait > max_ms ? max_ms : wait;
}
