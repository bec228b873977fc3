/* SPDX-License-Identifier: Apache-2.0 */

/*   records one behind the other, each whole:      first ──► end        ·  or, once around:   0 ──► end … first ──► turn
 */

#include "store/outcome_ring.h"

#include "base/check.h"

#include <stdlib.h>

struct record {
	mono_us at;
	uint32_t len; /* of the arguments behind it */
	uint32_t argument_count;
	enum outcome_kind kind;
};

static size_t padded(size_t len)
{
	return (len + _Alignof(struct record) - 1) & ~(_Alignof(struct record) - 1);
}

static size_t size_of(const struct record *record)
{
	return sizeof *record + padded(record->len);
}

static const struct record *record_at(const struct outcome_ring *ring, size_t at)
{
	return (const struct record *)(const void *)(ring->octets + at);
}

static bool is_around(const struct outcome_ring *ring)
{
	return ring->count > 0 && ring->end <= ring->first;
}

static size_t after(const struct outcome_ring *ring, size_t at)
{
	size_t next = at + size_of(record_at(ring, at));
	return is_around(ring) && next == ring->turn ? 0 : next;
}

static void drop_oldest(struct outcome_ring *ring)
{
	size_t next = after(ring, ring->first);
	ring->first = next;
	if (--ring->count == 0)
		ring->first = ring->end = 0;
}

/* Room for so many octets at end, at the expense of the oldest. */
static void make_room(struct outcome_ring *ring, size_t need)
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

void outcome_ring_put(struct outcome_ring *ring, const struct outcome *outcome)
{
	struct record record = {
		.at = outcome->at,
		.len = (uint32_t)outcome->arguments.len,
		.argument_count = outcome->argument_count,
		.kind = outcome->kind,
	};
	if (size_of(&record) > ring->cap)
		return;
	make_room(ring, size_of(&record));
	memcpy(ring->octets + ring->end, &record, sizeof record);
	memcpy(ring->octets + ring->end + sizeof record, outcome->arguments.at, record.len);
	ring->end += size_of(&record);
	ring->count++;
}

void outcome_ring_each(const struct outcome_ring *ring, mono_us since,
		       void (*each)(void *ctx, const struct outcome *outcome), void *ctx)
{
	size_t at = ring->first;
	for (unsigned i = 0; i < ring->count; i++) {
		const struct record *record = record_at(ring, at);
		struct outcome outcome = {
			.at = record->at,
			.kind = record->kind,
			.argument_count = record->argument_count,
			.arguments = { (const char *)(record + 1), record->len },
		};
		if (outcome.at >= since)
			each(ctx, &outcome);
		at = after(ring, at);
	}
}

enum err outcome_ring_init(struct outcome_ring *ring, size_t cap)
{
	*ring = (struct outcome_ring){ .cap = cap & ~(_Alignof(struct record) - 1) };
	ring->octets = cap > 0 ? malloc(cap) : NULL;
	return cap == 0 || ring->octets != NULL ? ERR_OK : ERR_MEMORY;
}

void outcome_ring_fini(struct outcome_ring *ring)
{
	free(ring->octets);
	*ring = (struct outcome_ring){ .octets = NULL };
}
