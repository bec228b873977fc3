/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts as the audit keeps them: ids as they are, in blocks that are freed at once; all others as hashes. */

struct audit_texts {
	struct audit_text_block *blocks; /* newest first */
	uint64_t seed;                   /* so that nobody can choose texts that all fall into one place */
};

/* An empty store with a random seed. */
void audit_texts_init(struct audit_texts *texts);
void audit_texts_fini(struct audit_texts *texts);

/* A copy with a NUL behind it, kept until fini; NULL where there is no memory. */
const char *audit_texts_keep(struct audit_texts *texts, const char *text, size_t len);

/* Never 0, which stands for “not known”. */
uint64_t audit_texts_hash(const struct audit_texts *texts, const void *octets, size_t len);

/* Two hashes, or other numbers, as one. Never 0. */
uint64_t audit_texts_mix(const struct audit_texts *texts, uint64_t a, uint64_t b);
