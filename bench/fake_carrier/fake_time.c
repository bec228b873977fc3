/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_time.h"

#include <string.h>
#include <time.h>

enum { TIME_LEN = 16, QUARTERS_MAX = 48, SLACK_S = 2 };

static int two(const char *text) { return (text[0] - '0') * 10 + (text[1] - '0'); }

/* Days from 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t days_of(int year, int month, int day) {
  int shifted = month <= 2 ? year - 1 : year;
  int64_t year_of_era = shifted % 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return shifted / 400 * 146097LL + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int month_days(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && year % 4 == 0 ? 29 : days[month - 1]; /* years 2000 to 2099 */
}

static bool check_relative(const char *text, enum fake_violation kind, struct fake_violation_found *found) {
  if (memcmp(text + 12, "000", 3) != 0)
    return fake_violation_set(found, kind, "the relative time %.16s must end in 000R", text);
  if (two(text + 2) > 12 || two(text + 4) > 31 || two(text + 6) > 23 || two(text + 8) > 59 || two(text + 10) > 59)
    return fake_violation_set(found, kind, "the relative time %.16s has a field out of range", text);
  if (memcmp(text, "000000000000", 12) == 0)
    return fake_violation_set(found, kind, "the relative time %.16s is no time at all", text);
  return true;
}

bool fake_time_check(const char *text, uint32_t len, int64_t wall_s, enum fake_violation kind,
                     struct fake_violation_found *found) {
  if (len == 0) return true;
  if (len != TIME_LEN) return fake_violation_set(found, kind, "a time has 0 or 16 characters, not %u", len);
  for (int at = 0; at < TIME_LEN - 1; at++)
    if (text[at] < '0' || text[at] > '9')
      return fake_violation_set(found, kind, "no digit at offset %d of the time", at);
  char sign = text[TIME_LEN - 1];
  if (sign == 'R') return check_relative(text, kind, found);
  if (sign != '+' && sign != '-') return fake_violation_set(found, kind, "the time must end in +, - or R");
  int year = 2000 + two(text), month = two(text + 2), day = two(text + 4);
  int hour = two(text + 6), minute = two(text + 8), second = two(text + 10), quarters = two(text + 13);
  if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour > 23 || minute > 59 || second > 59 ||
      quarters > QUARTERS_MAX)
    return fake_violation_set(found, kind, "the time %.16s has a field out of range", text);
  int64_t offset_s = quarters * 900 * (sign == '+' ? 1 : -1);
  int64_t at_s = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset_s;
  if (at_s < wall_s - SLACK_S)
    return fake_violation_set(found, kind, "the time %.16s is %lld s in the past", text, (long long)(wall_s - at_s));
  return true;
}

void fake_time_put_minute(int64_t wall_s, char out[11]) {
  time_t seconds = (time_t)wall_s;
  struct tm broken;
  localtime_r(&seconds, &broken);
  int fields[] = {broken.tm_year % 100, broken.tm_mon + 1, broken.tm_mday, broken.tm_hour, broken.tm_min};
  for (int index = 0; index < 5; index++) {
    out[index * 2] = (char)('0' + fields[index] / 10);
    out[index * 2 + 1] = (char)('0' + fields[index] % 10);
  }
  out[10] = '\0';
}
