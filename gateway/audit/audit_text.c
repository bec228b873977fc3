/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define BLOCK_OCTETS (1024u * 1024)
#define FACTOR_A     0x9E3779B97F4A7C15u
#define FACTOR_B     0xD6E8FEB86659FD93u

struct audit_text_block {
	struct audit_text_block *next;
	size_t used;
	size_t cap;
	char octets[];
};

void audit_texts_init(struct audit_texts *texts)
{
	*texts = (struct audit_texts){ 0 };
	if (getrandom(&texts->seed, sizeof texts->seed, GRND_NONBLOCK) != (ssize_t)sizeof texts->seed)
		texts->seed = (uint64_t)time(NULL) * FACTOR_A;
}

void audit_texts_fini(struct audit_texts *texts)
{
	while (texts->blocks) {
		struct audit_text_block *next = texts->blocks->next;
		free(texts->blocks);
		texts->blocks = next;
	}
}

const char *audit_texts_keep(struct audit_texts *texts, const char *text, size_t len)
{
	struct audit_text_block *block = texts->blocks;
	if (block == NULL || block->cap - block->used <= len) {
		size_t cap = len < BLOCK_OCTETS ? BLOCK_OCTETS : len + 1;
		block = malloc(sizeof *block + cap);
		if (block == NULL)
			return NULL;
		*block = (struct audit_text_block){ .next = texts->blocks, .cap = cap };
		texts->blocks = block;
	}
	char *copy = block->octets + block->used;
	memcpy(copy, text, len);
	copy[len] = '\0';
	block->used += len + 1;
	return copy;
}

/* The two halves of a product, folded. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t audit_texts_hash(const struct audit_texts *texts, const void *octets, size_t len)
{
	const char *at = octets;
	uint64_t hash = fold(texts->seed ^ FACTOR_A, len + FACTOR_B);
	uint64_t word;
	for (; len >= sizeof word; at += sizeof word, len -= sizeof word) {
		memcpy(&word, at, sizeof word);
		hash = fold(hash ^ word, FACTOR_A);
	}
	word = 0;
	memcpy(&word, at, len);
	hash = fold(hash ^ word ^ texts->seed, FACTOR_B);
	return hash ? hash : 1;
}

uint64_t audit_texts_mix(const struct audit_texts *texts, uint64_t a, uint64_t b)
{
	uint64_t hash = fold(fold(a ^ texts->seed, FACTOR_A) ^ b, FACTOR_B);
	return hash ? hash : 1;
}
