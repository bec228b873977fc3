/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/smpp/smpp_time.h"

#include "base/civil.h"

#include <string.h>

#define DAY_S          86400
#define QUARTER_S      900
#define RELATIVE_S_MAX (32 * (int64_t)DAY_S - 1) /* a day of a month is at most 31 */
#define CENTURY        100

static void put_pair(char *out, int value)
{
	out[0] = (char)('0' + value / 10 % 10);
	out[1] = (char)('0' + value % 10);
}

void smpp_time_absolute(wall_ms at, int utc_quarters, char *out)
{
	struct civil civil = civil_from_wall(at, utc_quarters * QUARTER_S);
	put_pair(out, civil.year % CENTURY);
	put_pair(out + 2, civil.month);
	put_pair(out + 4, civil.day);
	put_pair(out + 6, civil.hour);
	put_pair(out + 8, civil.minute);
	put_pair(out + 10, civil.second);
	out[12] = (char)('0' + civil.millisecond / 100);
	put_pair(out + 13, utc_quarters < 0 ? -utc_quarters : utc_quarters);
	out[15] = utc_quarters < 0 ? '-' : '+';
}

void smpp_time_relative(int64_t span_ms, char *out)
{
	int64_t span_s = span_ms / MS_PER_S;
	if (span_s < 1)
		span_s = 1;
	if (span_s > RELATIVE_S_MAX)
		span_s = RELATIVE_S_MAX;
	int rest_s = (int)span_s;
	memcpy(out, "0000DDhhmmss000R", SMPP_TIME_OCTETS);
	put_pair(out + 4, rest_s / DAY_S);
	put_pair(out + 6, rest_s / 3600 % 24);
	put_pair(out + 8, rest_s / 60 % 60);
	put_pair(out + 10, rest_s % 60);
}
