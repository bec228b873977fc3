/* SPDX-License-Identifier: Apache-2.0 */
/* Octets from a Redis: the reply reader over its arena, in whatever pieces the octets come. The first octet says in which. */
#include "base/check.h"
#include "store/reply.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define MORE_OCTETS (256u * 1024u)

static char block[2048] __attribute__((aligned(16)));

/* Touches all that a reply claims to hold. Returns how many elements it has in all. */
static size_t walk(const struct reply *reply, unsigned depth)
{
	static volatile unsigned char sum;
	size_t count = 1;
	CHECK(reply != NULL && reply->type <= REPLY_ARRAY && depth < 16);
	for (size_t i = 0; i < reply->text.len; i++)
		sum = (unsigned char)(sum + (unsigned char)reply->text.at[i]);
	CHECK(reply->type == REPLY_ARRAY || reply->count == 0);
	for (size_t i = 0; i < reply->count; i++) {
		CHECK(reply_at(reply, i) == reply->elements[i]);
		reply_text_at(reply, i);
		count += walk(reply->elements[i], depth + 1);
	}
	CHECK(reply_at(reply, reply->count) == NULL);
	return count;
}

struct sums {
	size_t replies;
	size_t elements;
	bool is_good;
};

static struct sums read_in_pieces(const uint8_t *octets, size_t len, size_t piece)
{
	struct sums sums = { .is_good = true };
	struct arena arena;
	arena_init(&arena, block, sizeof block, MORE_OCTETS);
	redisReader *reader = reply_reader_create(&arena);
	CHECK(reader != NULL);
	for (size_t at = 0; at < len && sums.is_good; at += piece) {
		size_t left = len - at < piece ? len - at : piece;
		sums.is_good = redisReaderFeed(reader, (const char *)octets + at, left) == REDIS_OK;
		while (sums.is_good) {
			void *reply = NULL;
			sums.is_good = redisReaderGetReply(reader, &reply) == REDIS_OK;
			if (!sums.is_good || reply == NULL)
				break;
			sums.replies++;
			sums.elements += walk(reply, 0);
			arena_reset(&arena);
		}
		CHECK(arena.overflow_octets <= MORE_OCTETS);
	}
	redisReaderFree(reader);
	arena_fini(&arena);
	return sums;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len < 2)
		return 0;
	struct sums whole = read_in_pieces(octets + 1, len - 1, len);
	struct sums pieces = read_in_pieces(octets + 1, len - 1, 1 + octets[0] % 13);
	CHECK(whole.replies == pieces.replies && whole.elements == pieces.elements && whole.is_good == pieces.is_good);
	return 0;
}
