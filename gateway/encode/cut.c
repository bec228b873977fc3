/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/cut.h"

#include "base/check.h"
#include "encode/gsm7.h"
#include "encode/utf16.h"

#include <utf8proc.h>

/* The plain cut fills every part as far as pairs allow. The kind cut steps back from there to the last grapheme
 * boundary, as long as what is left still fits into the parts that the plain cut would have used. Most texts are
 * Chinese, where a look at both sides of the cut is enough; only next to other characters the rules of Unicode are
 * run, from the last place that is surely a boundary. */

size_t cut_units_alone(enum encoding encoding)
{
	return encoding == ENCODING_GSM7 ? 160 : encoding == ENCODING_LATIN1 ? 140 : 70;
}

size_t cut_units_part(enum encoding encoding, bool is_ref16)
{
	if (encoding == ENCODING_GSM7)
		return is_ref16 ? 152 : 153;
	if (encoding == ENCODING_LATIN1)
		return is_ref16 ? 133 : 134;
	return is_ref16 ? 66 : 67;
}

/* True where a pair lies across index. Septet ESC is only ever the first half of a pair. */
static bool splits_pair(const struct units *units, size_t index)
{
	if (units->encoding == ENCODING_GSM7)
		return units->octets[index - 1] == GSM7_ESC;
	return units->encoding == ENCODING_UCS2 && utf16_is_second(utf16_unit(units->octets, index));
}

/* Where a part from `from` on ends at the latest. */
static size_t plain_end(const struct units *units, size_t from, size_t part_max)
{
	size_t end = from + part_max;
	if (end >= units->count)
		return units->count;
	return splits_pair(units, end) ? end - 1 : end;
}

static size_t parts_from(const struct units *units, size_t from, size_t part_max)
{
	size_t parts = 0;
	for (; from < units->count; parts++)
		from = plain_end(units, from, part_max);
	return parts;
}

size_t cut_part_count(const struct units *units, size_t part_max)
{
	if (units->count <= cut_units_alone(units->encoding))
		return units->count > 0;
	return parts_from(units, 0, part_max);
}

void cut_init(struct cut *cut, const struct units *units, size_t part_max, size_t part_count, bool by_cluster)
{
	*cut = (struct cut){
		.units = units,
		.part_max = part_count == 1 ? units->count : part_max,
		.parts_left = part_count,
		.by_cluster = by_cluster,
	};
}

/* Characters that no grapheme rule but “break everywhere” speaks of: ASCII without controls, Chinese characters, their
 * punctuation and full-width forms (UAX #29: Grapheme_Cluster_Break=Other, no Extended_Pictographic). Between two of
 * them is always a boundary. */
static bool is_simple(uint32_t code)
{
	return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x20 && code <= 0x7E) ||
	       (code >= 0x3000 && code <= 0x3029) || (code >= 0xFF01 && code <= 0xFF5E);
}

/* Where the character that ends before index begins. */
static size_t before(const uint8_t *octets, size_t index)
{
	return index - (utf16_is_second(utf16_unit(octets, index - 1)) ? 2 : 1);
}

/* The nearest boundary at or before end that the simple characters show, but not before what is scanned. */
static size_t sure_boundary(const struct cut *cut, size_t end)
{
	const uint8_t *octets = cut->units->octets;
	bool is_right_simple = is_simple(utf16_char(octets, end));
	while (end > cut->scanned) {
		size_t left = before(octets, end);
		bool is_left_simple = is_simple(utf16_char(octets, left));
		if (is_left_simple && is_right_simple)
			return end;
		end = left;
		is_right_simple = is_left_simple;
	}
	return cut->scanned;
}

/* The last grapheme boundary at or before end, in UTF-16. Ends never decrease, so the scan goes on where it stopped. */
static size_t cluster_end_utf16(struct cut *cut, size_t end)
{
	const uint8_t *octets = cut->units->octets;
	size_t sure = sure_boundary(cut, end);
	if (sure > cut->scanned) {
		cut->scanned = sure;
		cut->boundary = sure;
		cut->state = 0;
	}
	while (cut->scanned < end) {
		uint32_t code = utf16_char(octets, cut->scanned);
		size_t next = cut->scanned + (code >= 0x10000 ? 2 : 1);
		uint32_t following = utf16_char(octets, next);
		if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)code, (utf8proc_int32_t)following, &cut->state))
			cut->boundary = next;
		cut->scanned = next;
	}
	return cut->boundary;
}

/* In the GSM alphabet and in Latin-1 nothing combines; only CR LF belongs together. */
static size_t cluster_end(struct cut *cut, size_t end)
{
	const uint8_t *octets = cut->units->octets;
	if (cut->units->encoding == ENCODING_UCS2)
		return cluster_end_utf16(cut, end);
	return octets[end - 1] == '\r' && octets[end] == '\n' ? end - 1 : end;
}

size_t cut_next(struct cut *cut)
{
	CHECK(cut->parts_left > 0);
	CHECK(cut->from < cut->units->count);
	size_t from = cut->from;
	size_t end = plain_end(cut->units, from, cut->part_max);
	cut->parts_left--;
	if (cut->by_cluster && end < cut->units->count) {
		size_t whole = cluster_end(cut, end);
		if (whole > from && whole < end && parts_from(cut->units, whole, cut->part_max) <= cut->parts_left)
			end = whole;
	}
	cut->from = end;
	CHECK(cut->parts_left > 0 || end == cut->units->count);
	return end - from;
}
