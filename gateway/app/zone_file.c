/* SPDX-License-Identifier: Apache-2.0 */
#include "app/zone_file.h"

#include "app/config_file.h"
#include "base/octets.h"

#include <stdio.h>
#include <stdlib.h>

/* A TZif file (RFC 8536 §3): a header and a block with times of 32 bits, then both again with 64 bits, which are the
 * ones that count here, then a line of rules for the time after the last transition.
 *
 *   header: "TZif" version(1) unused(15) isutcnt isstdcnt leapcnt timecnt typecnt charcnt (4 each)
 *   block:  times[timecnt] types[timecnt] (utoff(4) isdst(1) idx(1))[typecnt] chars leaps isstd isut */

#define ZONE_FOLDER   "/usr/share/zoneinfo/"
#define ZONE_NAME_MAX 64
#define YEAR_MS       (366 * INT64_C(86400000))
#define SECOND_MAX    (INT64_C(1) << 40)
#define OFFSET_S_MAX  (26 * 3600) /* RFC 8536 §3.2: should be within -25 h … 26 h */

/* Known without files: their offset has not changed for decades, and a small container may have no zone files. */
static const struct fixed_zone {
	const char *name;
	int32_t offset_s;
} fixed_zones[] = { { "UTC", 0 }, { "Asia/Shanghai", 8 * 3600 } };

struct counts {
	uint32_t isut, isstd, leap, time, type, chars;
};

static bool read_header(struct octets *in, char *version, struct counts *out)
{
	const uint8_t *magic = octets_take(in, 4);
	*version = (char)octets_u8(in);
	octets_take(in, 15);
	out->isut = octets_u32(in);
	out->isstd = octets_u32(in);
	out->leap = octets_u32(in);
	out->time = octets_u32(in);
	out->type = octets_u32(in);
	out->chars = octets_u32(in);
	bool is_sane = out->time < 10000 && out->type >= 1 && out->type <= 256 && out->chars < 10000 &&
		       out->leap < 10000 && out->isut <= 256 && out->isstd <= 256;
	return !in->short_read && magic && memcmp(magic, "TZif", 4) == 0 && is_sane;
}

static size_t block_octets(const struct counts *counts, size_t time_octets)
{
	return counts->time * (time_octets + 1) + counts->type * 6 + counts->chars + counts->leap * (time_octets + 4) +
	       counts->isstd + counts->isut;
}

static int64_t read_time(const uint8_t *at)
{
	struct octets in = octets_over(at, 8);
	uint64_t high = octets_u32(&in);
	return (int64_t)(high << 32 | octets_u32(&in));
}

static bool read_offset(const uint8_t *types, const struct counts *counts, uint8_t type, int32_t *out)
{
	if (type >= counts->type)
		return false;
	struct octets in = octets_over(types + (size_t)type * 6, 6);
	*out = (int32_t)octets_u32(&in);
	return *out > -OFFSET_S_MAX && *out < OFFSET_S_MAX;
}

/* The table's spans from a year ago on. */
static enum err read_spans(struct octets *in, const struct counts *counts, wall_ms now, struct zone *out,
			   struct err_at *at)
{
	const uint8_t *times = octets_take(in, (size_t)counts->time * 8);
	const uint8_t *indexes = octets_take(in, counts->time);
	const uint8_t *types = octets_take(in, (size_t)counts->type * 6);
	octets_take(in, counts->chars + counts->leap * 12 + counts->isstd + counts->isut);
	if (in->short_read)
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has a broken zone file");
	struct zone zone = { .span_count = 1, .spans = { { .from = INT64_MIN } } };
	if (!read_offset(types, counts, 0, &zone.spans[0].offset_s))
		return err_at_set(at, ERR_FORMAT, 0, NULL, "has a broken zone file");
	bool is_past = true; /* no transition of the coming years seen */
	for (uint32_t i = 0; i < counts->time && zone.span_count < ZONE_SPANS_MAX; i++) {
		int64_t second = read_time(times + (size_t)i * 8);
		if (second > SECOND_MAX)
			break;
		int32_t offset_s;
		if (!read_offset(types, counts, indexes[i], &offset_s))
			return err_at_set(at, ERR_FORMAT, 0, NULL, "has a broken zone file");
		/* Some files begin with a transition at the beginning of time. */
		if (second < 0 || second * MS_PER_S < now - YEAR_MS) {
			zone.spans[0].offset_s = offset_s;
			continue;
		}
		zone.spans[zone.span_count++] = (struct zone_span){ second * MS_PER_S, offset_s };
		is_past = is_past && second * MS_PER_S < now + YEAR_MS;
	}
	/* Rules with a comma go on changing the offset after the table (RFC 8536 §3.3). */
	if (is_past && memchr(in->at + in->used, ',', octets_left(in)))
		return err_at_set(
			at, ERR_UNSUPPORTED, 0, NULL,
			"has a zone file of the slim kind, without its coming changes to and from summer time");
	*out = zone;
	return ERR_OK;
}

static bool is_zone_name(const char *name)
{
	size_t len = strlen(name);
	if (len == 0 || len > ZONE_NAME_MAX || *name == '/' || strstr(name, ".."))
		return false;
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == len;
}

enum err zone_file_load(const char *name, wall_ms now, struct zone *out, struct err_at *at)
{
	for (size_t i = 0; i < sizeof fixed_zones / sizeof fixed_zones[0]; i++) {
		if (strcmp(name, fixed_zones[i].name) != 0)
			continue;
		*out = (struct zone){ .span_count = 1, .spans = { { INT64_MIN, fixed_zones[i].offset_s } } };
		return ERR_OK;
	}
	char path[sizeof ZONE_FOLDER + ZONE_NAME_MAX];
	snprintf(path, sizeof path, ZONE_FOLDER "%s", name);
	char *text;
	size_t len;
	if (!is_zone_name(name) || config_file_read(path, 65536, &text, &len, NULL) != ERR_OK)
		return err_at_set(at, ERR_NOT_FOUND, 0, NULL, "names no time zone of this system (folder %s)",
				  ZONE_FOLDER);
	struct octets in = octets_over(text, len);
	struct counts counts;
	char version;
	enum err err;
	bool is_read = read_header(&in, &version, &counts) && version >= '2' &&
		       octets_take(&in, block_octets(&counts, 4)) && read_header(&in, &version, &counts);
	if (!is_read)
		err = err_at_set(at, ERR_FORMAT, 0, NULL, "has a broken zone file");
	else
		err = read_spans(&in, &counts, now, out, at);
	free(text);
	return err;
}
