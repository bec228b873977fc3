/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/segmenter.h"

#include <criterion/criterion.h>
#include <stdalign.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static alignas(max_align_t) char block[262144];

static struct arena fresh_arena(void)
{
	struct arena arena;
	arena_init(&arena, block, sizeof block, 0);
	return arena;
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

Test(segmenter, one_segment_octets)
{
	static const struct {
		const char *text;
		enum encoding want_encoding;
		struct slice want;
	} rows[] = {
		{ "Hello", ENCODING_GSM7, SLICE("Hello") },
		{ "@£$", ENCODING_GSM7, SLICE("\x00\x01\x02") },
		{ "5€ [x]", ENCODING_GSM7, SLICE("5\x1B\x65 \x1B\x3Cx\x1B\x3E") },
		{ "【国】", ENCODING_UCS2, SLICE("\x30\x10\x56\xFD\x30\x11") },
		{ "a😀", ENCODING_UCS2, SLICE("\0a\xD8\x3D\xDE\x00") },
		{ "tab\t", ENCODING_UCS2, SLICE("\0t\0a\0b\0\t") },
		{ "\xEF\xBB\xBF", ENCODING_UCS2, SLICE("\xFE\xFF") },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned concat = 0; concat < CONCAT_COUNT; concat++) {
			struct arena arena = fresh_arena();
			struct encode_options options = { (enum concat)concat, 10, 0x1234, false };
			struct encoded out;
			struct err_at at = { 0 };
			cr_assert_eq(encode_sms(slice_of(rows[i].text), &options, &arena, &out, &at), ERR_OK, "%s: %s",
				     rows[i].text, at.text);
			const struct segment *segment = &out.segments[0];
			struct slice got = { (const char *)segment->octets, segment->octets_len };
			cr_expect_eq(out.encoding, rows[i].want_encoding, "%s", rows[i].text);
			cr_expect(slice_equal(got, rows[i].want), "%s", rows[i].text);
			cr_expect_eq(out.units, rows[i].want.len / (out.encoding == ENCODING_GSM7 ? 1 : 2));
			cr_expect(out.segment_count == 1 && out.billed == 1, "%s", rows[i].text);
			cr_expect(segment->index == 1 && segment->total == 1 && !segment->has_udh &&
					  !segment->reference,
				  "%s", rows[i].text);
		}
	}
}

Test(segmenter, counts_at_the_edges)
{
	static const struct {
		const char *name;
		const char *text;
		unsigned times;
		const char *tail;
		enum encoding encoding;
		unsigned units;
		unsigned want_udh8;
		unsigned want_udh16;
	} rows[] = {
		{ "160", "a", 160, "", ENCODING_GSM7, 160, 1, 1 },
		{ "161", "a", 161, "", ENCODING_GSM7, 161, 2, 2 },
		{ "2 × 152", "a", 304, "", ENCODING_GSM7, 304, 2, 2 },
		{ "2 × 152 + 1", "a", 305, "", ENCODING_GSM7, 305, 2, 3 },
		{ "2 × 153", "a", 306, "", ENCODING_GSM7, 306, 2, 3 },
		{ "2 × 153 + 1", "a", 307, "", ENCODING_GSM7, 307, 3, 3 },
		{ "80 extensions", "€", 80, "", ENCODING_GSM7, 160, 1, 1 },
		{ "81 extensions", "€", 81, "", ENCODING_GSM7, 162, 2, 2 },
		{ "153 extensions, one septet of each part unused", "€", 153, "", ENCODING_GSM7, 306, 3, 3 },
		{ "159 and an extension", "a", 159, "^", ENCODING_GSM7, 161, 2, 2 },
		{ "70", "电", 70, "", ENCODING_UCS2, 70, 1, 1 },
		{ "71", "电", 71, "", ENCODING_UCS2, 71, 2, 2 },
		{ "132", "电", 132, "", ENCODING_UCS2, 132, 2, 2 },
		{ "133", "电", 133, "", ENCODING_UCS2, 133, 2, 3 },
		{ "134", "电", 134, "", ENCODING_UCS2, 134, 2, 3 },
		{ "135", "电", 135, "", ENCODING_UCS2, 135, 3, 3 },
		{ "35 emoji", "😀", 35, "", ENCODING_UCS2, 70, 1, 1 },
		{ "36 emoji", "😀", 36, "", ENCODING_UCS2, 72, 2, 2 },
		{ "67 emoji, one unit of each part unused", "😀", 67, "", ENCODING_UCS2, 134, 3, 3 },
		{ "ASCII and one Chinese", "a", 69, "电", ENCODING_UCS2, 70, 1, 1 },
		{ "ASCII and one more", "a", 70, "电", ENCODING_UCS2, 71, 2, 2 },
		{ "none", "", 0, "", ENCODING_GSM7, 0, 0, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[2048];
		struct slice whole = repeat(text, sizeof text, rows[i].text, rows[i].times, rows[i].tail);
		for (unsigned ref16 = 0; ref16 < 2; ref16++) {
			struct arena arena = fresh_arena();
			struct segmenter_count out;
			unsigned want = ref16 ? rows[i].want_udh16 : rows[i].want_udh8;
			cr_assert_eq(segmenter_count(whole, ref16, &arena, &out, NULL), ERR_OK, "%s", rows[i].name);
			cr_expect_eq(out.encoding, rows[i].encoding, "%s", rows[i].name);
			cr_expect_eq(out.units, rows[i].units, "%s: %u", rows[i].name, out.units);
			cr_expect_eq(out.segment_count, want, "%s, reference %u: %u", rows[i].name, ref16,
				     out.segment_count);
			size_t len = 0;
			for (unsigned j = 0; j < out.segment_count; j++) {
				cr_expect_eq(out.segment_texts[j].at, text + len, "%s", rows[i].name);
				len += out.segment_texts[j].len;
			}
			cr_expect_eq(len, whole.len, "%s", rows[i].name);
		}
	}
}

Test(segmenter, headers)
{
	static const struct {
		const char *name;
		enum concat concat;
		struct slice want_udh; /* of the second of three */
		size_t want_len;
		uint16_t want_reference;
	} rows[] = {
		{ "udh8", CONCAT_UDH8, SLICE("\x05\x00\x03\xCD\x03\x02"), 6 + 134, 0xCD },
		{ "udh16", CONCAT_UDH16, SLICE("\x06\x08\x04\xAB\xCD\x03\x02"), 7 + 132, 0xABCD },
		{ "sar", CONCAT_SAR, SLICE(""), 134, 0xABCD },
	};
	char text[1024];
	struct slice whole = repeat(text, sizeof text, "电", 180, "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = fresh_arena();
		struct encode_options options = { rows[i].concat, 3, 0xABCD, false };
		struct encoded out;
		cr_assert_eq(encode_sms(whole, &options, &arena, &out, NULL), ERR_OK, "%s", rows[i].name);
		cr_expect(out.segment_count == 3 && out.billed == 3 && out.units == 180, "%s", rows[i].name);
		const struct segment *second = &out.segments[1];
		cr_expect_eq(second->octets_len, rows[i].want_len, "%s: %u", rows[i].name, second->octets_len);
		cr_expect_eq(second->has_udh, rows[i].want_udh.len > 0, "%s", rows[i].name);
		cr_expect(slice_equal((struct slice){ (const char *)second->octets, rows[i].want_udh.len },
				      rows[i].want_udh),
			  "%s", rows[i].name);
		cr_expect(second->index == 2 && second->total == 3, "%s", rows[i].name);
		cr_expect_eq(second->reference, rows[i].want_reference, "%s", rows[i].name);
		for (unsigned j = 0; j < 3; j++)
			cr_expect_leq(out.segments[j].octets_len, 140, "%s", rows[i].name);
	}
}

Test(segmenter, latin1)
{
	static const struct {
		const char *name;
		enum concat concat;
		const char *piece;
		unsigned times;
		const char *tail;
		enum encoding want;
		unsigned want_billed;
		size_t want_first_len; /* with its header */
		size_t want_last_len;
	} rows[] = {
		{ "one", CONCAT_UDH8, "é", 1, "", ENCODING_LATIN1, 1, 1, 1 },
		{ "full", CONCAT_UDH8, "é", 140, "", ENCODING_LATIN1, 1, 140, 140 },
		{ "one too many", CONCAT_UDH8, "é", 141, "", ENCODING_LATIN1, 2, 140, 6 + 7 },
		{ "two full", CONCAT_UDH8, "é", 268, "", ENCODING_LATIN1, 2, 140, 140 },
		{ "three", CONCAT_UDH8, "é", 269, "", ENCODING_LATIN1, 3, 140, 6 + 1 },
		{ "16-bit reference", CONCAT_UDH16, "é", 267, "", ENCODING_LATIN1, 3, 140, 7 + 1 },
		{ "sar", CONCAT_SAR, "é", 141, "", ENCODING_LATIN1, 2, 134, 7 },
		{ "payload", CONCAT_PAYLOAD, "é", 141, "", ENCODING_LATIN1, 2, 141, 141 },
		{ "of the GSM alphabet", CONCAT_UDH8, "[", 140, "", ENCODING_LATIN1, 1, 140, 140 },
		{ "CR LF stays together", CONCAT_UDH8, "a", 133, "\r\nbbbbbbbb", ENCODING_LATIN1, 2, 6 + 133, 6 + 10 },
		{ "a character that it lacks", CONCAT_UDH8, "é", 69, "€", ENCODING_UCS2, 1, 140, 140 },
		{ "Greek is UCS-2 then", CONCAT_UDH8, "Δ", 71, "", ENCODING_UCS2, 2, 140, 6 + 8 },
	};
	char text[1024];
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = fresh_arena();
		struct encode_options options = { rows[i].concat, 3, 0xABCD, true };
		struct encoded out;
		struct slice whole = repeat(text, sizeof text, rows[i].piece, rows[i].times, rows[i].tail);
		cr_assert_eq(encode_sms(whole, &options, &arena, &out, NULL), ERR_OK, "%s", rows[i].name);
		cr_expect_eq(out.encoding, rows[i].want, "%s", rows[i].name);
		cr_expect_eq(out.billed, rows[i].want_billed, "%s: %u", rows[i].name, out.billed);
		cr_expect_eq(out.segments[0].octets_len, rows[i].want_first_len, "%s: %u", rows[i].name,
			     out.segments[0].octets_len);
		const struct segment *last = &out.segments[out.segment_count - 1];
		cr_expect_eq(last->octets_len, rows[i].want_last_len, "%s: %u", rows[i].name, last->octets_len);
	}
}

Test(segmenter, payload_is_one_but_billed_as_cut)
{
	static const struct {
		const char *piece;
		unsigned times;
		size_t want_len;
		unsigned want_billed;
	} rows[] = { { "电", 180, 360, 3 },
		     { "a", 161, 161, 2 },
		     { "a", 306, 306, 2 },
		     { "电", 70, 140, 1 },
		     { "电", 180, 360, 3 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[1024];
		struct arena arena = fresh_arena();
		struct encode_options options = { i % 2 == 0 ? CONCAT_PAYLOAD : CONCAT_TEXT, 3, 9, false };
		struct encoded out;
		struct slice whole = repeat(text, sizeof text, rows[i].piece, rows[i].times, "");
		cr_assert_eq(encode_sms(whole, &options, &arena, &out, NULL), ERR_OK, "row %zu", i);
		cr_expect_eq(out.segment_count, 1, "row %zu", i);
		cr_expect_eq(out.billed, rows[i].want_billed, "row %zu: %u", i, out.billed);
		cr_expect_eq(out.segments[0].octets_len, rows[i].want_len, "row %zu", i);
		cr_expect(out.segments[0].total == 1 && !out.segments[0].has_udh && !out.segments[0].reference,
			  "row %zu", i);
	}
}

Test(segmenter, refuses)
{
	static const struct {
		const char *name;
		const char *piece;
		unsigned times;
		const char *tail;
		uint8_t segments_max;
		enum concat concat;
		enum err want;
		size_t want_offset;
		const char *want_text;
	} rows[] = {
		{ "empty", "", 0, "", 10, CONCAT_UDH8, ERR_RANGE, 0, "is empty" },
		{ "malformed", "电", 3, "\xFF", 10, CONCAT_UDH8, ERR_FORMAT, 9, "at octet 9" },
		{ "malformed in ASCII", "a", 3, "\xC3", 10, CONCAT_UDH8, ERR_FORMAT, 3, "at octet 3" },
		{ "surrogate", "电", 1, "\xED\xA0\x80", 10, CONCAT_UDH8, ERR_FORMAT, 3, "at octet 3" },
		{ "one too many", "电", 135, "", 2, CONCAT_UDH8, ERR_RANGE, 0, "needs 3 segments, may have 2" },
		{ "one too many by reference", "电", 133, "", 2, CONCAT_UDH16, ERR_RANGE, 0,
		  "needs 3 segments, may have 2" },
		{ "payload", "电", 135, "", 2, CONCAT_PAYLOAD, ERR_RANGE, 0, "needs 3 segments, may have 2" },
		{ "text", "电", 135, "", 2, CONCAT_TEXT, ERR_RANGE, 0, "needs 3 segments, may have 2" },
		{ "alone", "a", 161, "", 1, CONCAT_SAR, ERR_RANGE, 0, "needs 2 segments, may have 1" },
		{ "far too many", "a", 9000, "", 2, CONCAT_UDH8, ERR_RANGE, 0,
		  "needs at least 29 segments, may have 2" },
		{ "more than an octet counts", "a", 39016, "", 255, CONCAT_UDH8, ERR_RANGE, 0,
		  "needs 256 segments, may have 255" },
	};
	static char text[65536];
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = fresh_arena();
		struct encode_options options = { rows[i].concat, rows[i].segments_max, 1, false };
		struct encoded out = { .units = 77 };
		struct err_at at = { 0 };
		struct slice whole = repeat(text, sizeof text, rows[i].piece, rows[i].times, rows[i].tail);
		cr_expect_eq(encode_sms(whole, &options, &arena, &out, &at), rows[i].want, "%s", rows[i].name);
		cr_expect_eq(at.offset, rows[i].want_offset, "%s: %zu", rows[i].name, at.offset);
		cr_expect(strstr(at.text, rows[i].want_text), "%s: “%s”", rows[i].name, at.text);
		cr_expect_eq(out.units, 77, "%s: out was touched", rows[i].name);
	}
}

Test(segmenter, most_segments)
{
	static char text[65536];
	struct arena arena = fresh_arena();
	struct encode_options options = { CONCAT_UDH8, 255, 1, false };
	struct encoded out;
	struct err_at at = { 0 };
	struct slice whole = repeat(text, sizeof text, "a", 39015, "");
	cr_assert_eq(encode_sms(whole, &options, &arena, &out, &at), ERR_OK, "%s", at.text);
	cr_expect_eq(out.segment_count, 255);
	cr_expect(out.segments[254].index == 255 && out.segments[254].total == 255);
}

Test(segmenter, arena_without_room)
{
	static const struct {
		const char *name;
		unsigned times; /* of “a” */
		size_t cap;
		enum err want;
		enum err want_count;
	} rows[] = {
		{ "no room for the text", 161, 320, ERR_FULL, ERR_FULL },
		{ "no room for the only segment", 1, 16, ERR_FULL, ERR_FULL },
		{ "just room for the only segment", 1, 32, ERR_OK, ERR_OK },
		{ "no room for the parts", 161, 336, ERR_FULL, ERR_OK },
		{ "just room for the parts", 161, 384, ERR_OK, ERR_OK },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[1024];
		struct slice whole = repeat(text, sizeof text, "a", rows[i].times, "");
		struct arena arena;
		struct encode_options options = { CONCAT_UDH8, 3, 1, false };
		struct encoded out;
		struct segmenter_count count;
		struct err_at at = { 0 };
		arena_init(&arena, block, rows[i].cap, 0);
		enum err err = encode_sms(whole, &options, &arena, &out, &at);
		cr_expect_eq(err, rows[i].want, "%s: %s", rows[i].name, err_name(err));
		cr_expect(err == ERR_OK || strstr(at.text, "memory"), "%s: %s", rows[i].name, at.text);
		arena_init(&arena, block, rows[i].cap, 0);
		err = segmenter_count(whole, false, &arena, &count, NULL);
		cr_expect_eq(err, rows[i].want_count, "%s: count: %s", rows[i].name, err_name(err));
	}
}

/* The count command shows where the cuts lie; more parts than any sms may have are counted all the same. */
Test(segmenter, count_beyond_what_can_be_sent)
{
	static char text[131072];
	struct arena arena;
	struct segmenter_count out;
	arena_init(&arena, block, sizeof block, 1 << 20);
	struct slice whole = repeat(text, sizeof text, "电", 40000, "");
	cr_assert_eq(segmenter_count(whole, false, &arena, &out, NULL), ERR_OK);
	cr_expect_eq(out.segment_count, (40000 + 66) / 67);
	arena_fini(&arena);
}
