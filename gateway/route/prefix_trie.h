/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"
#include "model/msisdn.h"

#include <stdint.h>

/* Prefixes of numbers as a trie of digits in one array; a node is its ten children and the value of the prefix that
 * ends there.
 *
 *   node 0 ──8──► node 1 ──6──► node 2 ──1──► …        child 0 = none, since nothing leads back to the root
 */

#define PREFIX_TRIE_NONE  UINT32_MAX              /* no prefix ends here */
#define PREFIX_TRIE_DEPTH (MSISDN_DIGITS_MAX + 1) /* prefixes that one number can have, the empty one included */

struct prefix_node {
	uint32_t children[10];
	uint32_t value;
};

struct prefix_trie {
	struct prefix_node *nodes; /* owned */
	uint32_t node_count;
	uint32_t node_cap;
};

/* True where text is digits only, none at all included, and no longer than a number. */
bool prefix_trie_takes(struct slice text);

/* Takes memory for prefixes of so many digits in all. ERR_MEMORY; ERR_RANGE where they are too many. */
MUST_CHECK enum err prefix_trie_init(struct prefix_trie *trie, size_t digits);

/* Frees what init took; a zeroed trie is fine. */
void prefix_trie_fini(struct prefix_trie *trie);

/* The place for a prefix's value; PREFIX_TRIE_NONE stands there at first. prefix: one that prefix_trie_takes; no more
 * digits than init was told (CHECK). Valid until the next put. */
uint32_t *prefix_trie_put(struct prefix_trie *trie, struct slice prefix);

/* The values of all prefixes of a number, the shortest first. Returns how many. Takes a step per digit. */
unsigned prefix_trie_find(const struct prefix_trie *trie, const struct msisdn *msisdn,
			  uint32_t values[static PREFIX_TRIE_DEPTH]);
