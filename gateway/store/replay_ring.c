/* SPDX-License-Identifier: Apache-2.0 */

/*   records one behind the other, each whole:      first ──► end        ·  or, once around:   0 ──► end … first ──► turn
 */

#include "store/replay_ring.h"

#include "base/check.h"

#include <stddef.h>
#include <stdlib.h>

struct header {
	_Alignas(max_align_t) mono_us at;
	uint32_t len; /* of what is behind it */
	uint32_t argument_count;
	enum replay_kind kind;
};

static size_t padded(size_t len)
{
	return (len + _Alignof(struct header) - 1) & ~(_Alignof(struct header) - 1);
}

static size_t size_of(const struct header *header)
{
	return sizeof *header + padded(header->len);
}

static const struct header *header_at(const struct replay_ring *ring, size_t at)
{
	return (const struct header *)(const void *)(ring->octets + at);
}

static bool is_around(const struct replay_ring *ring)
{
	return ring->count > 0 && ring->end <= ring->first;
}

static size_t after(const struct replay_ring *ring, size_t at)
{
	size_t next = at + size_of(header_at(ring, at));
	return is_around(ring) && next == ring->turn ? 0 : next;
}

static void drop_oldest(struct replay_ring *ring)
{
	size_t next = after(ring, ring->first);
	ring->first = next;
	if (--ring->count == 0)
		ring->first = ring->end = 0;
}

/* Room for so many octets at end, at the expense of the oldest. */
static void make_room(struct replay_ring *ring, size_t need)
{
	if (!is_around(ring) && ring->cap - ring->end < need) {
		ring->turn = ring->end;
		ring->end = 0;
	}
	while (is_around(ring) && ring->first - ring->end < need)
		drop_oldest(ring);
	/* The oldest that were left lie before the end now: what is behind it may be too little. */
	if (!is_around(ring) && ring->cap - ring->end < need)
		make_room(ring, need);
}

void replay_ring_put(struct replay_ring *ring, const struct replay_record *record, const struct slice *pieces,
		     unsigned piece_count)
{
	struct header header = { .at = record->at, .argument_count = record->argument_count, .kind = record->kind };
	size_t len = 0;
	for (unsigned i = 0; i < piece_count; i++)
		len += pieces[i].len;
	if (len > ring->cap || sizeof header + padded(len) > ring->cap)
		return;
	header.len = (uint32_t)len;
	make_room(ring, size_of(&header));
	char *at = ring->octets + ring->end;
	memcpy(at, &header, sizeof header);
	at += sizeof header;
	for (unsigned i = 0; i < piece_count; i++) {
		if (pieces[i].len > 0)
			memcpy(at, pieces[i].at, pieces[i].len);
		at += pieces[i].len;
	}
	ring->end += size_of(&header);
	ring->count++;
}

void replay_ring_each(const struct replay_ring *ring, mono_us since,
		      void (*each)(void *ctx, const struct replay_record *record), void *ctx)
{
	size_t at = ring->first;
	for (unsigned i = 0; i < ring->count; i++) {
		const struct header *header = header_at(ring, at);
		const struct replay_record record = {
			.at = header->at,
			.kind = header->kind,
			.argument_count = header->argument_count,
			.octets = { (const char *)(header + 1), header->len },
		};
		if (record.at >= since)
			each(ctx, &record);
		at = after(ring, at);
	}
}

enum err replay_ring_init(struct replay_ring *ring, size_t cap)
{
	*ring = (struct replay_ring){ .cap = cap & ~(_Alignof(struct header) - 1) };
	ring->octets = cap > 0 ? malloc(cap) : NULL;
	return cap == 0 || ring->octets != NULL ? ERR_OK : ERR_MEMORY;
}

void replay_ring_fini(struct replay_ring *ring)
{
	free(ring->octets);
	*ring = (struct replay_ring){ .octets = NULL };
}
