/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/references.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

#define NUMBERS    65536
#define WORD_BITS  64
#define WORDS      (NUMBERS / WORD_BITS)
#define REST_US    (24 * 3600 * (mono_us)US_PER_S)
#define HASH_BASIS 2166136261u /* FNV-1a */
#define HASH_PRIME 16777619u

struct references {
	uint16_t least;
	uint16_t most;
	uint16_t next; /* the next to try */
	bool is_stopped;
	bool is_dated;
	mono_us turned_at;         /* resting became rested */
	uint64_t taken[WORDS];     /* a bit for each number in use or resting */
	uint64_t resting[WORDS];   /* since turned_at */
	uint64_t rested[WORDS];    /* since before */
	uint32_t told_at[NUMBERS]; /* hash of the id; 0 = none */
};

static uint64_t bit_of(uint16_t number)
{
	return UINT64_C(1) << number % WORD_BITS;
}

struct references *references_create(uint16_t least, uint16_t most, uint64_t random)
{
	CHECK(least >= 1 && least <= most);
	struct references *references = calloc(1, sizeof *references);
	if (references == NULL)
		return NULL;
	references->least = least;
	references->most = most;
	references->next = (uint16_t)(least + random % (unsigned)(most - least + 1));
	return references;
}

void references_destroy(struct references *references)
{
	free(references);
}

static uint16_t after(const struct references *references, uint16_t number)
{
	return number == references->most ? references->least : (uint16_t)(number + 1);
}

uint16_t references_take(struct references *references)
{
	if (references->is_stopped)
		return 0;
	unsigned left = (unsigned)(references->most - references->least) + 1;
	uint16_t number = references->next;
	while (left > 0 && references->taken[number / WORD_BITS] & bit_of(number)) {
		/* Of a word in which none is free all are passed over at once. */
		unsigned pass =
			references->taken[number / WORD_BITS] == UINT64_MAX ? WORD_BITS - number % WORD_BITS : 1;
		unsigned to_most = (unsigned)(references->most - number) + 1;
		pass = pass < to_most ? pass : to_most;
		left = pass < left ? left - pass : 0;
		number = after(references, (uint16_t)(number + pass - 1));
	}
	if (left == 0)
		return 0;
	references->taken[number / WORD_BITS] |= bit_of(number);
	references->next = after(references, number);
	return number;
}

/* 0 where there is none. */
static uint32_t hash_of(struct slice carrier_ref)
{
	uint32_t hash = HASH_BASIS;
	for (size_t i = 0; i < carrier_ref.len; i++)
		hash = (hash ^ (uint8_t)carrier_ref.at[i]) * HASH_PRIME;
	if (carrier_ref.len == 0)
		return 0;
	return hash != 0 ? hash : 1;
}

void references_told(struct references *references, uint16_t number, struct slice carrier_ref)
{
	if (carrier_ref.len == 0) {
		references_rest(references, number);
		return;
	}
	references->told_at[number] = hash_of(carrier_ref);
	references_free(references, number);
}

void references_free(struct references *references, uint16_t number)
{
	CHECK(references->taken[number / WORD_BITS] & bit_of(number));
	references->taken[number / WORD_BITS] &= ~bit_of(number);
}

void references_rest(struct references *references, uint16_t number)
{
	CHECK(references->taken[number / WORD_BITS] & bit_of(number));
	references->resting[number / WORD_BITS] |= bit_of(number);
}

bool references_is_earlier(const struct references *references, uint16_t number, struct slice carrier_ref)
{
	return carrier_ref.len > 0 && references->told_at[number] == hash_of(carrier_ref);
}

void references_tick(struct references *references, mono_us now)
{
	if (!references->is_dated || now - references->turned_at < REST_US) {
		references->turned_at = references->is_dated ? references->turned_at : now;
		references->is_dated = true;
		return;
	}
	for (unsigned i = 0; i < WORDS; i++) {
		references->taken[i] &= ~references->rested[i];
		references->rested[i] = references->resting[i];
		references->resting[i] = 0;
	}
	references->turned_at = now;
}

void references_stop(struct references *references)
{
	references->is_stopped = true;
}
