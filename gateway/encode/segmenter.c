/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/segmenter.h"

#include "base/check.h"
#include "base/utf8.h"
#include "encode/cut.h"
#include "encode/gsm7.h"
#include "encode/latin1.h"
#include "encode/utf16.h"

/* Encode once, then cut: an sms of one segment is the encoded text as it lies; of several, each part is copied behind
 * its header (or borrowed, where it has none). The alphabet is tried first and given up at the first character that it
 * lacks, which in a Chinese text is the very first. */

#define SEGMENTS_MAX   255 /* 3GPP TS 23.040 §9.2.3.24.1: one octet */
#define UDH8_OCTETS    6
#define UDH16_OCTETS   7
#define COUNT_TEXT_MAX (16u << 20)

static enum err no_room(struct err_at *at)
{
	return err_at_set(at, ERR_FULL, 0, NULL, "the text needs more memory than one sms may take");
}

static enum err units_of(struct slice text, bool is_latin1, struct arena *arena, struct units *out, struct err_at *at)
{
	size_t cap = text.len * 2;
	uint8_t *octets = arena_alloc(arena, cap);
	if (octets == NULL)
		return no_room(at);
	struct units units = { .encoding = is_latin1 ? ENCODING_LATIN1 : ENCODING_GSM7, .octets = octets };
	size_t len;
	size_t encoded =
		is_latin1 ? latin1_encode(text, octets, &units.count) : gsm7_encode(text, octets, &units.count);
	if (encoded == text.len) {
		len = units.count;
	} else {
		units.encoding = ENCODING_UCS2;
		size_t used = utf16_encode(text, octets, &units.count);
		if (used < text.len)
			return err_at_set(at, ERR_FORMAT, used, NULL, "the text is not valid UTF-8 at octet %zu", used);
		len = units.count * 2;
	}
	arena_trim(arena, octets, cap, len);
	*out = units;
	return ERR_OK;
}

static size_t octets_per_unit(enum encoding encoding)
{
	return encoding == ENCODING_UCS2 ? 2 : 1;
}

static size_t udh_octets(enum concat concat)
{
	return concat == CONCAT_UDH8 ? UDH8_OCTETS : concat == CONCAT_UDH16 ? UDH16_OCTETS : 0;
}

/* 3GPP TS 23.040 §9.2.3.24.1 (8-bit reference), §9.2.3.24.8 (16-bit): length of the header, element, its length. */
static void put_udh(uint8_t *out, enum concat concat, const struct segment *segment)
{
	uint8_t high = (uint8_t)(segment->reference >> 8);
	uint8_t low = (uint8_t)segment->reference;
	if (concat == CONCAT_UDH8)
		memcpy(out, (uint8_t[]){ 5, 0, 3, low, segment->total, segment->index }, UDH8_OCTETS);
	else
		memcpy(out, (uint8_t[]){ 6, 8, 4, high, low, segment->total, segment->index }, UDH16_OCTETS);
}

static struct segment *one_segment(const struct units *units, struct arena *arena)
{
	struct segment *segment = arena_alloc(arena, sizeof *segment);
	if (segment != NULL)
		*segment = (struct segment){
			.octets = units->octets,
			.octets_len = (uint16_t)(units->count * octets_per_unit(units->encoding)),
			.index = 1,
			.total = 1,
		};
	return segment;
}

/* part_count >= 2, with a header on each or none on any. */
static struct segment *many_segments(const struct units *units, const struct encode_options *options, size_t part_count,
				     struct arena *arena)
{
	size_t unit_octets = octets_per_unit(units->encoding);
	size_t udh = udh_octets(options->concat);
	struct segment *segments = arena_alloc(arena, part_count * sizeof *segments);
	uint8_t *out = udh ? arena_alloc(arena, units->count * unit_octets + part_count * udh) : NULL;
	if (segments == NULL || (udh && out == NULL))
		return NULL;
	struct cut cut;
	cut_init(&cut, units, cut_units_part(units->encoding, options->concat == CONCAT_UDH16), part_count, true);
	const uint8_t *in = units->octets;
	for (size_t i = 0; i < part_count; i++) {
		size_t len = cut_next(&cut) * unit_octets;
		segments[i] = (struct segment){
			.octets = udh ? out : in,
			.octets_len = (uint16_t)(udh + len),
			.index = (uint8_t)(i + 1),
			.total = (uint8_t)part_count,
			.has_udh = udh > 0,
			.reference = options->concat == CONCAT_UDH8 ? options->reference & 0xFF : options->reference,
		};
		if (udh) {
			put_udh(out, options->concat, &segments[i]);
			memcpy(out + udh, in, len);
			out += udh + len;
		}
		in += len;
	}
	return segments;
}

/* A text so long that it cannot fit: not even two octets a septet, or three a UTF-16 unit, make few enough units. */
static enum err check_len(struct slice text, unsigned segments_max, struct err_at *at)
{
	size_t per_segment = 2 * cut_units_alone(ENCODING_GSM7);
	if (text.len == 0)
		return err_at_set(at, ERR_RANGE, 0, NULL, "the text is empty");
	if (text.len <= segments_max * per_segment)
		return ERR_OK;
	return err_at_set(at, ERR_RANGE, 0, NULL, "the text needs at least %zu segments, may have %u",
			  (text.len + per_segment - 1) / per_segment, segments_max);
}

static bool is_cut_by_carrier(enum concat concat)
{
	return concat == CONCAT_PAYLOAD || concat == CONCAT_TEXT;
}

enum err encode_sms(struct slice text, const struct encode_options *options, struct arena *arena, struct encoded *out,
		    struct err_at *at)
{
	CHECK(options->segments_max > 0);
	CHECK((unsigned)options->concat < CONCAT_COUNT);
	struct units units;
	enum err err = check_len(text, options->segments_max, at);
	if (err == ERR_OK)
		err = units_of(text, options->is_latin1, arena, &units, at);
	if (err)
		return err;
	size_t part_count = cut_part_count(&units, cut_units_part(units.encoding, options->concat == CONCAT_UDH16));
	if (part_count > options->segments_max)
		return err_at_set(at, ERR_RANGE, 0, NULL, "the text needs %zu segments, may have %u", part_count,
				  options->segments_max);
	struct encoded encoded = {
		.encoding = units.encoding,
		.units = (unsigned)units.count,
		.segment_count = is_cut_by_carrier(options->concat) ? 1 : (unsigned)part_count,
		.billed = (unsigned)part_count,
	};
	if (encoded.segment_count == 1)
		encoded.segments = one_segment(&units, arena);
	else
		encoded.segments = many_segments(&units, options, part_count, arena);
	if (encoded.segments == NULL)
		return no_room(at);
	*out = encoded;
	return ERR_OK;
}

/* The octets at the front of text that make unit_count units. */
static size_t octets_of_units(struct slice text, enum encoding encoding, size_t unit_count)
{
	size_t i = 0;
	while (unit_count > 0) {
		uint32_t code;
		i += utf8_decode(text.at + i, text.len - i, &code);
		unit_count -= encoding == ENCODING_GSM7 ? (gsm7_of(code) > 0x7F ? 2 : 1) : (code >= 0x10000 ? 2 : 1);
	}
	return i;
}

enum err segmenter_count(struct slice text, bool use_ref16, struct arena *arena, struct segmenter_count *out,
			 struct err_at *at)
{
	if (text.len == 0) {
		*out = (struct segmenter_count){ .encoding = ENCODING_GSM7 };
		return ERR_OK;
	}
	if (text.len > COUNT_TEXT_MAX)
		return err_at_set(at, ERR_RANGE, 0, NULL, "the text has %zu octets, may have at most %u", text.len,
				  COUNT_TEXT_MAX);
	struct units units;
	enum err err = units_of(text, false, arena, &units, at);
	if (err)
		return err;
	size_t part_max = cut_units_part(units.encoding, use_ref16);
	size_t part_count = cut_part_count(&units, part_max);
	struct slice *texts = arena_alloc(arena, part_count * sizeof *texts);
	if (texts == NULL)
		return no_room(at);
	struct cut cut;
	cut_init(&cut, &units, part_max, part_count, part_count <= SEGMENTS_MAX);
	for (size_t i = 0; i < part_count; i++) {
		size_t len = octets_of_units(text, units.encoding, cut_next(&cut));
		texts[i] = (struct slice){ text.at, len };
		text = (struct slice){ text.at + len, text.len - len };
	}
	*out = (struct segmenter_count){
		.encoding = units.encoding,
		.units = (unsigned)units.count,
		.segment_count = (unsigned)part_count,
		.segment_texts = texts,
	};
	return ERR_OK;
}

/* Units of a piece of a text in its encoding. */
static unsigned piece_units(enum encoding encoding, struct slice piece, struct arena *arena)
{
	if (encoding == ENCODING_GSM7) {
		struct segmenter_count count;
		bool is_counted = segmenter_count(piece, false, arena, &count, NULL) == ERR_OK;
		return is_counted ? count.units : 0;
	}
	/* A character beyond the basic plane is four octets of UTF-8 and two units of UTF-16. */
	unsigned units = 0;
	for (size_t i = 0; i < piece.len; i++) {
		unsigned char octet = (unsigned char)piece.at[i];
		units += (octet & 0xC0) != 0x80;
		units += octet >= 0xF0;
	}
	return units;
}

size_t segmenter_units_left(const struct segmenter_count *count, struct arena *arena)
{
	unsigned last = count->segment_count;
	size_t most = last > 1 ? cut_units_part(count->encoding, false) : cut_units_alone(count->encoding);
	size_t used = last > 0 ? piece_units(count->encoding, count->segment_texts[last - 1], arena) : 0;
	return used < most ? most - used : 0;
}
