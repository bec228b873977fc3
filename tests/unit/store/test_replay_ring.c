/* SPDX-License-Identifier: Apache-2.0 */
#include "store/replay_ring.h"

#include <criterion/criterion.h>

static char long_text[4096];

/* Record i: as many octets as its length says, of a letter of its own. */
static size_t len_of(unsigned i, unsigned longest)
{
	return (i * 7919u) % longest + 1;
}

static void put(struct replay_ring *ring, unsigned i, unsigned longest)
{
	size_t len = len_of(i, longest);
	memset(long_text, 'a' + (int)(i % 26), len);
	const struct replay_record record = {
		.at = i,
		.kind = i % 2 ? REPLAY_RECEIPTS : REPLAY_SETTLED,
		.argument_count = i + 1,
	};
	const struct slice pieces[] = { { long_text, len / 3 }, { NULL, 0 }, { long_text, len - len / 3 } };
	replay_ring_put(ring, &record, pieces, 3);
}

struct seen {
	unsigned first, count, longest;
};

/* They come in order, whole, without a gap up to the last. */
static void check(void *ctx, const struct replay_record *record)
{
	struct seen *seen = ctx;
	unsigned i = (unsigned)record->at;
	if (seen->count++ == 0)
		seen->first = i;
	cr_assert_eq(i, seen->first + seen->count - 1);
	cr_assert_eq(record->argument_count, i + 1);
	cr_assert_eq(record->kind, i % 2 ? REPLAY_RECEIPTS : REPLAY_SETTLED);
	cr_assert_eq(record->octets.len, len_of(i, seen->longest));
	for (size_t k = 0; k < record->octets.len; k++)
		cr_assert_eq(record->octets.at[k], 'a' + (char)(i % 26));
}

static void fill(unsigned cap, unsigned longest)
{
	/* Where one may be too long to be kept, there are gaps, and only that nothing breaks is seen. */
	bool all_fit = cap >= 2 * (longest + 64);
	struct replay_ring ring;
	cr_assert_eq(replay_ring_init(&ring, cap), ERR_OK);
	for (unsigned i = 0; i < 2000; i++) {
		struct seen seen = { .longest = longest };
		put(&ring, i, longest);
		if (!all_fit)
			continue;
		replay_ring_each(&ring, 0, check, &seen);
		cr_assert_eq(seen.first + seen.count - 1, i, "%u octets: record %u is missing", cap, i);
	}
	replay_ring_fini(&ring);
}

Test(replay_ring, the_latest_are_kept_whole)
{
	static const unsigned caps[] = { 0, 32, 100, 1000, 4096, 20000 };
	static const unsigned longests[] = { 1, 60, 700, 3000 };
	for (size_t c = 0; c < sizeof caps / sizeof caps[0]; c++) {
		for (size_t l = 0; l < sizeof longests / sizeof longests[0]; l++)
			fill(caps[c], longests[l]);
	}
}

Test(replay_ring, none_older_than_asked)
{
	struct replay_ring ring;
	struct seen seen = { .longest = 10 };
	cr_assert_eq(replay_ring_init(&ring, 10000), ERR_OK);
	for (unsigned i = 0; i < 20; i++)
		put(&ring, i, 10);
	replay_ring_each(&ring, 15, check, &seen);
	cr_assert_eq(seen.first, 15);
	cr_assert_eq(seen.count, 5);
	replay_ring_fini(&ring);
}

/* A ring that keeps at least half of its memory in use. */
Test(replay_ring, memory_is_used)
{
	struct replay_ring ring;
	cr_assert_eq(replay_ring_init(&ring, 10000), ERR_OK);
	for (unsigned i = 0; i < 1000; i++)
		put(&ring, i, 100);
	struct seen seen = { .longest = 100 };
	replay_ring_each(&ring, 0, check, &seen);
	cr_assert_gt(seen.count, 80, "%u", seen.count);
	replay_ring_fini(&ring);
}
