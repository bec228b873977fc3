/* SPDX-License-Identifier: Apache-2.0 */
/* A text becomes segments and back: whatever the text, what was encoded reads as it was. The first octet chooses how the
 * parts are tied together, how many there may be, and whether the carrier takes Latin-1. */
#include "base/check.h"
#include "base/utf8.h"
#include "encode/gsm7.h"
#include "encode/segmenter.h"
#include "encode/utf16.h"

#include <stdalign.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static alignas(max_align_t) char memory[8192];

/* Decodes one segment behind its header. Returns the octets of UTF-8 written; out has room. */
static size_t decode(enum encoding encoding, const struct segment *segment, size_t udh, char *out)
{
	const uint8_t *octets = segment->octets + udh;
	size_t len = segment->octets_len - udh;
	if (encoding == ENCODING_GSM7) {
		CHECK(octets[len - 1] != GSM7_ESC);
		return gsm7_decode(octets, len, out, len * 3);
	}
	size_t written = 0;
	if (encoding == ENCODING_LATIN1) {
		for (size_t i = 0; i < len; i++)
			written += utf8_encode(octets[i], out + written);
		return written;
	}
	CHECK(len % 2 == 0);
	CHECK(!utf16_is_second(utf16_unit(octets, 0)));
	for (size_t i = 0; i < len / 2;) {
		uint32_t code = utf16_char(octets, i);
		CHECK(code < 0x10000 || i + 1 < len / 2);
		written += utf8_encode(code, out + written);
		i += code >= 0x10000 ? 2 : 1;
	}
	return written;
}

static void check_segments(struct slice text, const struct encode_options *options, const struct encoded *encoded)
{
	size_t udh = 0;
	if (encoded->segment_count > 1)
		udh = options->concat == CONCAT_UDH8 ? 6 : options->concat == CONCAT_UDH16 ? 7 : 0;
	char *back = malloc(text.len * 3 + 16);
	CHECK(back != NULL);
	size_t len = 0;
	CHECK(encoded->billed <= options->segments_max);
	for (unsigned i = 0; i < encoded->segment_count; i++) {
		const struct segment *segment = &encoded->segments[i];
		CHECK(segment->index == i + 1 && segment->total == encoded->segment_count);
		CHECK(segment->has_udh == (udh > 0));
		CHECK(udh == 0 || segment->octets[0] == udh - 1);
		CHECK(udh == 0 || (segment->octets[udh - 1] == i + 1 && segment->octets[udh - 2] == segment->total));
		CHECK(segment->octets_len > udh);
		if (options->concat != CONCAT_PAYLOAD && options->concat != CONCAT_TEXT)
			CHECK(segment->octets_len <= (encoded->encoding == ENCODING_GSM7 ? 160 : 140));
		len += decode(encoded->encoding, segment, udh, back + len);
	}
	CHECK(slice_equal((struct slice){ back, len }, text));
	free(back);
}

/* Counting says the same as encoding. */
static void check_count(struct slice text, const struct encode_options *options, const struct encoded *encoded)
{
	struct arena arena;
	struct segmenter_count count;
	arena_init(&arena, NULL, 0, 1 << 22);
	CHECK(segmenter_count(text, options->concat == CONCAT_UDH16, &arena, &count, NULL) == ERR_OK);
	CHECK(count.encoding == encoded->encoding && count.units == encoded->units);
	CHECK(count.segment_count == encoded->billed);
	for (unsigned i = 0; i < count.segment_count; i++) {
		CHECK(count.segment_texts[i].at == text.at && count.segment_texts[i].len <= text.len);
		text = (struct slice){ text.at + count.segment_texts[i].len, text.len - count.segment_texts[i].len };
	}
	CHECK(text.len == 0);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len == 0)
		return 0;
	struct encode_options options = {
		.concat = (enum concat)(octets[0] % CONCAT_COUNT),
		.segments_max = (uint8_t)(octets[0] / CONCAT_COUNT % 32 * 8 + 1),
		.reference = 0xABCD,
		.is_latin1 = octets[0] >= CONCAT_COUNT * 32,
	};
	struct slice text = { (const char *)octets + 1, len - 1 };
	struct arena arena;
	struct encoded encoded;
	struct err_at at = { 0 };
	arena_init(&arena, memory, sizeof memory, 1 << 22);
	enum err err = encode_sms(text, &options, &arena, &encoded, &at);
	CHECK(err == at.err);
	CHECK(err == ERR_OK || err == ERR_FORMAT || err == ERR_RANGE);
	if (err == ERR_FORMAT)
		CHECK(at.offset == utf8_valid(text.at, text.len));
	if (err == ERR_OK) {
		check_segments(text, &options, &encoded);
		if (!options.is_latin1)
			check_count(text, &options, &encoded);
	}
	arena_fini(&arena);
	return 0;
}
