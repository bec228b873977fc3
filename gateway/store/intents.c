/* SPDX-License-Identifier: Apache-2.0 */
#include "store/intents.h"

#include "base/octets.h"

#define VERSION 1

static void put_varint(struct buf *buf, uint64_t value)
{
	uint8_t octets[10];
	size_t len = 0;
	while (value >= 0x80) {
		octets[len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	octets[len++] = (uint8_t)value;
	buf_put(buf, octets, len);
}

static uint64_t take_varint(struct octets *octets)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t octet = octets_u8(octets);
		value |= (uint64_t)(octet & 0x7F) << shift;
		if ((octet & 0x80) == 0)
			return value;
	}
	octets->short_read = true; /* more than 64 bits: damaged */
	return 0;
}

void intents_begin(struct buf *buf)
{
	buf_put_u8(buf, VERSION);
}

void intents_put(struct buf *buf, const struct entry_key *key, uint64_t *previous_ms)
{
	/* Two's complement difference: right also where ms goes back, and for lanes mixed. Times have 62 bits at most, so
	 * the shifts lose nothing. */
	uint64_t difference = key->ms - *previous_ms;
	uint64_t zigzag = difference << 1 ^ (difference >> 63 ? UINT64_MAX : 0);
	*previous_ms = key->ms;
	put_varint(buf, zigzag << 2 | (uint64_t)key->lane);
	put_varint(buf, key->seq);
}

enum err intents_read(struct slice value, void (*visit)(void *ctx, const struct entry_key *key), void *ctx)
{
	if (value.len == 0)
		return ERR_OK;
	struct octets octets = octets_over(value.at, value.len);
	if (octets_u8(&octets) != VERSION)
		return ERR_FORMAT;
	uint64_t ms = 0;
	while (octets_left(&octets) > 0) {
		uint64_t head = take_varint(&octets);
		uint64_t seq = take_varint(&octets);
		if (octets.short_read)
			return ERR_FORMAT;
		uint64_t zigzag = head >> 2;
		ms += zigzag >> 1 ^ (zigzag & 1 ? UINT64_MAX : 0);
		struct entry_key key = { .ms = ms, .seq = seq, .lane = (enum lane)(head & 3) };
		visit(ctx, &key);
	}
	return ERR_OK;
}
