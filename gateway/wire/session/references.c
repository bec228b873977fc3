/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/references.h"

#include "base/check.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define NUMBERS   65536
#define WORD_BITS 64
#define WORDS     (NUMBERS / WORD_BITS)
#define REST_US   (72 * 3600 * (mono_us)US_PER_S)

struct references {
	struct reference_range range;
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

static unsigned count_of(struct reference_range range)
{
	return (unsigned)(range.most - range.least) + 1;
}

struct reference_range references_part(struct reference_range whole, unsigned part, unsigned parts)
{
	unsigned count = count_of(whole);
	CHECK(part < parts && parts <= count);
	unsigned first = count * part / parts;
	unsigned behind = count * (part + 1) / parts;
	return (struct reference_range){ (uint16_t)(whole.least + first), (uint16_t)(whole.least + behind - 1) };
}

struct references *references_create(struct reference_range range, uint64_t random)
{
	CHECK(range.least >= 1 && range.least <= range.most);
	struct references *references = calloc(1, sizeof *references);
	if (references == NULL)
		return NULL;
	references->range = range;
	references->next = (uint16_t)(range.least + random % count_of(range));
	return references;
}

void references_destroy(struct references *references)
{
	free(references);
}

static uint16_t after(const struct references *references, uint16_t number)
{
	return number == references->range.most ? references->range.least : (uint16_t)(number + 1);
}

uint16_t references_take(struct references *references)
{
	if (references->is_stopped)
		return 0;
	unsigned left = count_of(references->range);
	uint16_t number = references->next;
	while (left > 0 && references->taken[number / WORD_BITS] & bit_of(number)) {
		/* Of a word in which none is free all are passed over at once. */
		unsigned pass =
			references->taken[number / WORD_BITS] == UINT64_MAX ? WORD_BITS - number % WORD_BITS : 1;
		unsigned to_most = (unsigned)(references->range.most - number) + 1;
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

static uint8_t lower(char c)
{
	return (uint8_t)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* In either case of the letters: a carrier may write an id one way here and another there. 0 where there is none. */
static uint32_t hash_of(struct slice carrier_ref)
{
	uint32_t hash = HASH32_START;
	for (size_t i = 0; i < carrier_ref.len; i++)
		hash = hash32_octet(hash, lower(carrier_ref.at[i]));
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

void references_told_too_early(struct references *references, uint16_t number, struct slice carrier_ref)
{
	if (carrier_ref.len > 0)
		references->told_at[number] = hash_of(carrier_ref);
	references_rest(references, number);
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
