/* SPDX-License-Identifier: Apache-2.0 */
#include "store/intents.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list_of_keys {
	struct entry_key keys[600];
	unsigned count;
};

static void note(void *ctx, const struct entry_key *key)
{
	struct list_of_keys *list = ctx;
	cr_assert_lt(list->count, 600u);
	list->keys[list->count++] = *key;
}

/* Octets in a block of just their size, so that a sanitizer sees a read behind them. */
static enum err read_exactly(const void *octets, size_t len, struct list_of_keys *out)
{
	char *block = malloc(len ? len : 1);
	memcpy(block, octets, len);
	out->count = 0;
	enum err err = intents_read((struct slice){ block, len }, note, out);
	free(block);
	return err;
}

static void assert_round_trip(const struct entry_key *keys, unsigned count, const char *name)
{
	static char octets[1 + 600 * INTENT_OCTETS_MAX];
	struct list_of_keys list;
	struct buf buf = buf_over(octets, 1 + count * INTENT_OCTETS_MAX);
	uint64_t previous = 0;
	intents_begin(&buf);
	for (unsigned i = 0; i < count; i++)
		intents_put(&buf, &keys[i], &previous);
	cr_assert(!buf.full, "%s: more than %d octets a key", name, INTENT_OCTETS_MAX);
	cr_assert_eq(read_exactly(octets, buf.len, &list), ERR_OK, "%s", name);
	cr_assert_eq(list.count, count, "%s", name);
	for (unsigned i = 0; i < count; i++)
		cr_assert(entry_key_equal(&list.keys[i], &keys[i]), "%s, key %u", name, i);
}

Test(intents, round_trip)
{
	const uint64_t last_ms = (UINT64_C(1) << 60) - 1; /* far beyond what a clock can say */
	const struct {
		const char *name;
		struct entry_key keys[4];
		unsigned count;
	} rows[] = {
		{ "none", { { 0 } }, 0 },
		{ "one", { { 1739404800000, 7, LANE_NORMAL } }, 1 },
		{ "lanes mixed, time forth and back",
		  { { 1739404800000, 0, LANE_URGENT },
		    { 1739404799000, 12, LANE_BULK },
		    { 1739404800000, 0, LANE_READY },
		    { 1, 1, LANE_NORMAL } },
		  4 },
		{ "the largest sequence", { { 5, UINT64_MAX, LANE_READY }, { 5, 0, LANE_READY } }, 2 },
		{ "the largest times",
		  { { last_ms, 1, LANE_READY }, { 0, 1, LANE_URGENT }, { last_ms, 2, LANE_BULK } },
		  3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_round_trip(rows[i].keys, rows[i].count, rows[i].name);
}

Test(intents, round_trip_at_random)
{
	static struct entry_key keys[512];
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct rng rng;
		char name[32];
		rng_seed(&rng, seed);
		unsigned count = (unsigned)rng_below(&rng, 513);
		for (unsigned i = 0; i < count; i++)
			keys[i] = (struct entry_key){
				.ms = rng_next(&rng) >> (4 + rng_below(&rng, 60)),
				.seq = rng_next(&rng) >> rng_below(&rng, 64),
				.lane = (enum lane)rng_below(&rng, LANE_COUNT),
			};
		snprintf(name, sizeof name, "seed %lu", (unsigned long)seed);
		assert_round_trip(keys, count, name);
	}
}

/* A window's worth of neighbours is what is written all the time. */
Test(intents, is_small)
{
	static char octets[1 + 512 * INTENT_OCTETS_MAX];
	struct buf buf = buf_over(octets, sizeof octets);
	uint64_t previous = 0;
	intents_begin(&buf);
	for (unsigned i = 0; i < 512; i++) {
		struct entry_key key = { 1739404800000 + i / 10, i % 10, (enum lane)(i % 3) };
		intents_put(&buf, &key, &previous);
	}
	cr_assert_leq(buf.len, 512 * 3);
}

Test(intents, damaged)
{
	static const struct row {
		const char *name;
		struct slice value;
		enum err want;
		unsigned want_count;
	} rows[] = {
		{ "absent", { NULL, 0 }, ERR_OK, 0 },
		{ "no key", { "\x01", 1 }, ERR_OK, 0 },
		{ "version of tomorrow", { "\x02\x04\x01", 3 }, ERR_FORMAT, 0 },
		{ "text", { "1739404800000-7", 15 }, ERR_FORMAT, 0 },
		{ "half a key", { "\x01\x04", 2 }, ERR_FORMAT, 0 },
		{ "half a number", { "\x01\x84", 2 }, ERR_FORMAT, 0 },
		{ "one and a half", { "\x01\x10\x01\x04", 4 }, ERR_FORMAT, 1 },
		{ "a number that never ends",
		  { "\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 14 },
		  ERR_FORMAT,
		  0 },
		{ "the longest number", { "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", 12 }, ERR_OK, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct list_of_keys list;
		cr_assert_eq(read_exactly(rows[i].value.len ? rows[i].value.at : "", rows[i].value.len, &list),
			     rows[i].want, "%s", rows[i].name);
		cr_assert_eq(list.count, rows[i].want_count, "%s: %u keys", rows[i].name, list.count);
	}
}
