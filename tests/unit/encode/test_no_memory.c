/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/segmenter.h"
#include "fakes/alloc_sweep.h"

#include <stdalign.h>

static alignas(max_align_t) char block[64];

struct text {
	struct slice text;
	enum concat concat;
	unsigned want; /* segments */
};

/* ERR_FULL is what no room in the arena means, whoever has none: arena or malloc. */
static enum alloc_end encodes(void *ctx)
{
	const struct text *text = ctx;
	const struct encode_options options = { .concat = text->concat, .segments_max = 255, .reference = 7 };
	struct arena arena;
	struct encoded encoded = { .units = 0 };
	arena_init(&arena, block, sizeof block, 1000000);
	enum err err = encode_sms(text->text, &options, &arena, &encoded, NULL);
	enum alloc_end end = err == ERR_FULL ? ALLOC_TOLD : alloc_end_of(err);
	if (err == ERR_OK && encoded.segment_count != text->want)
		end = alloc_wrong("%u segments", encoded.segment_count);
	arena_fini(&arena);
	return end;
}

static enum alloc_end counts(void *ctx)
{
	const struct text *text = ctx;
	struct arena arena;
	struct segmenter_count count = { .units = 0 };
	arena_init(&arena, block, sizeof block, 1000000);
	enum err err = segmenter_count(text->text, false, &arena, &count, NULL);
	enum alloc_end end = err == ERR_FULL ? ALLOC_TOLD : alloc_end_of(err);
	if (err == ERR_OK && count.segment_texts[0].at != text->text.at)
		end = alloc_wrong("the first piece is not the beginning");
	if (err == ERR_OK)
		(void)segmenter_units_left(&count, &arena);
	arena_fini(&arena);
	return end;
}

Test(no_memory, segmenter)
{
	static char latin[20000];
	static char chinese[18000];
	memset(latin, 'a', sizeof latin);
	for (size_t i = 0; i < sizeof chinese; i += 3)
		memcpy(chinese + i, "余", 3);
	struct text rows[] = {
		{ { latin, sizeof latin }, CONCAT_UDH8, 131 },
		{ { chinese, sizeof chinese }, CONCAT_UDH16, 91 },
		{ { chinese, 300 }, CONCAT_PAYLOAD, 1 },
		{ { latin, 100 }, CONCAT_UDH8, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		alloc_sweep("encode", encodes, &rows[i]);
		alloc_sweep("count", counts, &rows[i]);
	}
}
