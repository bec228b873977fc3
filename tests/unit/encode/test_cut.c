/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/cut.h"

#include "base/rng.h"
#include "encode/gsm7.h"
#include "encode/utf16.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <utf8proc.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static struct units units_of(struct slice text, uint8_t *octets)
{
	struct units units = { .encoding = ENCODING_GSM7, .octets = octets };
	if (gsm7_encode(text, octets, &units.count) == text.len)
		return units;
	units.encoding = ENCODING_UCS2;
	cr_assert_eq(utf16_encode(text, octets, &units.count), text.len);
	return units;
}

/* Cuts and writes the lengths of the parts with blanks between. */
static const char *lengths(const struct units *units, size_t part_max, bool by_cluster, char out[128])
{
	size_t count = cut_part_count(units, part_max);
	struct cut cut;
	size_t len = 0;
	cut_init(&cut, units, part_max, count, by_cluster);
	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, 128 - len, "%s%zu", i ? " " : "", cut_next(&cut));
	return out;
}

/* count times text, then tail. */
static struct slice repeat(char *out, size_t cap, const char *text, unsigned count, const char *tail)
{
	size_t len = 0;
	for (unsigned i = 0; i <= count; i++) {
		const char *piece = i < count ? text : tail;
		cr_assert_lt(len + strlen(piece), cap);
		memcpy(out + len, piece, strlen(piece));
		len += strlen(piece);
	}
	return (struct slice){ out, len };
}

/* Clusters at the 67th unit of a text that has room to spare in its last part, and of one that has none. */
Test(cut, clusters_stay_whole_where_there_is_room)
{
	static const struct {
		const char *name;
		unsigned front; /* Chinese characters before the cluster */
		const char *cluster;
		unsigned back; /* and behind it */
		const char *want;
	} rows[] = {
		{ "plain", 67, "", 10, "67 10" },
		{ "pair", 66, "😀", 10, "66 12" },
		{ "combining mark", 66, "e\u0301", 10, "66 12" },
		{ "combining mark, no room", 66, "e\u0301", 66, "67 67" },
		{ "variation selector", 66, "☎\uFE0F", 10, "66 12" },
		{ "skin tone", 65, "👍🏽", 10, "65 14" },
		{ "ZWJ family", 60, "👨‍👩‍👧‍👦", 10, "60 21" },
		{ "ZWJ family, just room", 60, "👨‍👩‍👧‍👦", 56, "60 67" },
		{ "ZWJ family, no room", 60, "👨‍👩‍👧‍👦", 57, "66 62" },
		{ "ZWJ family, room in a third part", 60, "👨‍👩‍👧‍👦", 63, "60 67 7" },
		{ "flag", 65, "🇨🇳", 10, "65 14" },
		{ "second of two flags", 61, "🇨🇳🇺🇳", 10, "65 14" },
		{ "between two flags", 63, "🇨🇳🇺🇳", 10, "67 14" },
		{ "CR LF", 66, "\r\n", 10, "66 12" },
		{ "Hangul jamo", 66, "\u1112\u1161\u11AB", 10, "66 13" },
		{ "keycap", 66, "1\uFE0F\u20E3", 10, "66 13" },
		{ "tag sequence", 60, "🏴󠁧󠁢󠁥󠁮󠁧󠁿", 10, "60 24" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2048];
		uint8_t octets[4096];
		char got[128];
		struct slice head = repeat(text, sizeof text, "电", rows[i].front, rows[i].cluster);
		struct slice tail = repeat(text + head.len, sizeof text - head.len, "费", rows[i].back, "");
		struct units units = units_of((struct slice){ text, head.len + tail.len }, octets);
		lengths(&units, 67, true, got);
		cr_expect_str_eq(got, rows[i].want, "%s: %s", rows[i].name, got);
	}
}

Test(cut, giant_cluster_is_cut_as_pairs_allow)
{
	char text[2048];
	uint8_t octets[4096];
	char got[128];
	struct units units = units_of(repeat(text, sizeof text, "\u0301", 200, ""), octets);
	cr_expect_str_eq(lengths(&units, 67, true, got), "67 67 66", "%s", got);
	units = units_of(repeat(text, sizeof text, "😀\u200D", 70, ""), octets);
	cr_expect_str_eq(lengths(&units, 67, true, got), "66 66 66 12", "%s", got);
}

Test(cut, gsm7)
{
	static const struct {
		const char *name;
		unsigned front;
		const char *middle;
		unsigned back;
		size_t part_max;
		const char *want;
	} rows[] = {
		{ "none", 0, "", 0, 153, "" },
		{ "alone", 159, "a", 0, 153, "160" },
		{ "one more", 160, "a", 0, 153, "153 8" },
		{ "16-bit reference", 160, "a", 0, 152, "152 9" },
		{ "extension ends a lone one", 158, "€", 0, 153, "160" },
		{ "extension over the edge of a lone one", 159, "€", 0, 153, "153 8" },
		{ "extension over the edge of a part", 152, "€", 20, 153, "152 22" },
		{ "extension just within", 151, "€", 20, 153, "153 20" },
		{ "pair makes another part", 152, "€", 152, 153, "152 153 1" },
		{ "CR LF over the edge", 152, "\r\n", 20, 153, "152 22" },
		{ "CR LF without room", 152, "\r\n", 152, 153, "153 153" },
		{ "LF CR is no pair", 152, "\n\r", 20, 153, "153 21" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2048];
		uint8_t octets[4096];
		char got[128];
		struct slice head = repeat(text, sizeof text, "x", rows[i].front, rows[i].middle);
		struct slice tail = repeat(text + head.len, sizeof text - head.len, "y", rows[i].back, "");
		struct units units = units_of((struct slice){ text, head.len + tail.len }, octets);
		cr_expect_str_eq(lengths(&units, rows[i].part_max, true, got), rows[i].want, "%s: %s", rows[i].name,
				 got);
	}
}

/* What the cut takes as never joined is that in Unicode's own table too. */
Test(cut, simple_characters_are_plain_in_unicode)
{
	static const struct {
		utf8proc_int32_t first;
		utf8proc_int32_t last;
	} ranges[] = { { 0x20, 0x7E }, { 0x3000, 0x3029 }, { 0x4E00, 0x9FFF }, { 0xFF01, 0xFF5E } };
	for (size_t i = 0; i < COUNT(ranges); i++)
		for (utf8proc_int32_t code = ranges[i].first; code <= ranges[i].last; code++)
			cr_expect_eq(utf8proc_get_property(code)->boundclass, UTF8PROC_BOUNDCLASS_OTHER, "U+%04X",
				     (unsigned)code);
}

static size_t greedy_end(const struct units *units, size_t from, size_t part_max)
{
	size_t end = from + part_max;
	if (end >= units->count)
		return units->count;
	bool splits = units->encoding == ENCODING_GSM7 ? units->octets[end - 1] == GSM7_ESC
						       : utf16_is_second(utf16_unit(units->octets, end));
	return end - splits;
}

static size_t greedy_count(const struct units *units, size_t from, size_t part_max)
{
	size_t count = 0;
	for (; from < units->count; count++)
		from = greedy_end(units, from, part_max);
	return count;
}

/* Marks where a cluster begins, by running Unicode's rules over the whole text. */
static void mark_boundaries(const struct units *units, bool *out)
{
	utf8proc_int32_t state = 0;
	memset(out, 0, units->count + 1);
	out[0] = out[units->count] = true;
	if (units->encoding == ENCODING_GSM7) {
		for (size_t i = 1; i < units->count; i++)
			out[i] = !(units->octets[i - 1] == '\r' && units->octets[i] == '\n') &&
				 units->octets[i - 1] != GSM7_ESC;
		return;
	}
	uint32_t code = utf16_char(units->octets, 0);
	for (size_t i = code >= 0x10000 ? 2 : 1; i < units->count;) {
		uint32_t next = utf16_char(units->octets, i);
		out[i] = utf8proc_grapheme_break_stateful((utf8proc_int32_t)code, (utf8proc_int32_t)next, &state);
		i += next >= 0x10000 ? 2 : 1;
		code = next;
	}
}

static void check_cut(const struct units *units, size_t part_max, unsigned round)
{
	static bool boundaries[8192];
	size_t count = cut_part_count(units, part_max);
	bool is_alone = units->count <= cut_units_alone(units->encoding);
	cr_expect_eq(count, is_alone ? 1 : greedy_count(units, 0, part_max), "round %u", round);
	if (is_alone)
		part_max = units->count;
	mark_boundaries(units, boundaries);
	struct cut cut;
	cut_init(&cut, units, part_max, count, true);
	size_t from = 0;
	for (size_t i = 0; i < count; i++) {
		size_t end = from + cut_next(&cut);
		size_t plain = greedy_end(units, from, part_max);
		size_t whole = plain;
		while (whole > from && !boundaries[whole])
			whole--;
		bool may = whole > from && greedy_count(units, whole, part_max) <= count - i - 1;
		cr_expect_eq(end, may ? whole : plain, "round %u part %zu: %zu–%zu", round, i + 1, from, end);
		from = end;
	}
	cr_expect_eq(from, units->count, "round %u", round);
}

/* Every cut is the last boundary that does not cost a part, or as far as pairs allow. */
Test(cut, random_texts_against_the_whole_scan)
{
	static const char *const pieces[] = {
		"电",
		"费电费电费电费",
		"a",
		"abcdefghijklmnop",
		"é",
		"€",
		"{",
		"\r\n",
		"\r",
		"\n",
		"e\u0301",
		"\u0301",
		"\u200D",
		"😀",
		"👍🏽",
		"👨‍👩‍👧‍👦",
		"🇨🇳",
		"🇨",
		"☎\uFE0F",
		"1\uFE0F\u20E3",
		"\u1112\u1161\u11AB",
		"\u0600",
		"\u0E33",
		"अनुच्छेद",
		"\uFEFF",
		"　",
		"，",
	};
	static char text[16384];
	static uint8_t octets[32768];
	struct rng rng;
	rng_seed(&rng, 7);
	for (unsigned round = 0; round < 4000; round++) {
		/* Half of the rounds with pieces of the GSM alphabet only, and all with few kinds so that runs come up. */
		size_t kinds[4];
		for (size_t i = 0; i < COUNT(kinds); i++)
			kinds[i] = round % 2 ? rng_below(&rng, COUNT(pieces)) : 2 + rng_below(&rng, 8);
		size_t len = 0;
		for (uint64_t left = 1 + rng_below(&rng, 300); left > 0; left--) {
			const char *piece = pieces[kinds[rng_below(&rng, COUNT(kinds))]];
			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
		}
		struct units units = units_of((struct slice){ text, len }, octets);
		check_cut(&units, cut_units_part(units.encoding, round % 3 == 0), round);
	}
}
