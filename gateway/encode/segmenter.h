/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "model/segment.h"

/* A text becomes what goes on the air: GSM-7 (or Latin-1) where every character is in that alphabet, else UTF-16BE for the whole
 * text (3GPP TS 23.038), in one segment or in several that are tied together (3GPP TS 23.040 §9.2.3.24.1, §9.2.3.24.8).
 * No cut falls inside an escape pair or a surrogate pair; none falls inside a grapheme cluster (CR LF is one) as long
 * as the number of segments does not grow for it. The text is taken as it is: U+FEFF counts, nothing is replaced. */

struct encode_options {
	enum concat concat;
	uint8_t segments_max; /* 1–255 */
	uint16_t reference;   /* same for all segments of an sms, another for the next to that phone; CONCAT_UDH8 uses
			       * the low octet */
	bool is_latin1;       /* where every character is in Latin-1 it is that, in place of GSM-7 */
};

struct encoded {
	enum encoding encoding;
	unsigned units; /* septets (an escape pair is two), Latin-1 octets or UTF-16 units, headers not counted */
	unsigned segment_count; /* 1 with CONCAT_PAYLOAD and CONCAT_TEXT */
	unsigned billed;        /* segments on the air: with these two as cut with an 8-bit reference, else the same */
	struct segment *segments; /* in the arena */
};

/* Encodes and cuts one text. text: UTF-8. arena: takes segments and their octets. out: set on success only.
 * ERR_FORMAT: malformed UTF-8, at its offset; ERR_RANGE: empty, or more than segments_max segments (at says how many
 * it needs); ERR_FULL: no room in the arena. at: may be NULL. */
MUST_CHECK enum err encode_sms(struct slice text, const struct encode_options *options, struct arena *arena,
			       struct encoded *out, struct err_at *at);

/* What a text would cost and where it would be cut. */
struct segmenter_count {
	enum encoding encoding; /* GSM-7 for an empty text */
	unsigned units;
	unsigned segment_count;      /* 0 for an empty text; may exceed 255, which no sms can */
	struct slice *segment_texts; /* segment_count pieces, in the arena, borrowed from the text */
};

/* Counts as encode_sms cuts, without limit on segments, for one-segment sms and UDH (use_ref16: with 16-bit
 * references, else 8-bit ones). text: UTF-8, borrowed as long as out is used. out: set on success only.
 * ERR_FORMAT and ERR_FULL as encode_sms; ERR_RANGE above 16 MiB. */
MUST_CHECK enum err segmenter_count(struct slice text, bool use_ref16, struct arena *arena, struct segmenter_count *out,
				    struct err_at *at);

/* Units that could be added to a counted text before it needs one more segment. arena: the count's. */
size_t segmenter_units_left(const struct segmenter_count *count, struct arena *arena);
