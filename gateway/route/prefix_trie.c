/* SPDX-License-Identifier: Apache-2.0 */
#include "route/prefix_trie.h"

#include "base/check.h"

#include <stdlib.h>

bool prefix_trie_takes(struct slice text)
{
	if (text.len > MSISDN_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return true;
}

enum err prefix_trie_init(struct prefix_trie *trie, size_t digits)
{
	if (digits >= UINT32_MAX)
		return ERR_RANGE;
	struct prefix_node *nodes = calloc(digits + 1, sizeof *nodes);
	if (nodes == NULL)
		return ERR_MEMORY;
	nodes[0].value = PREFIX_TRIE_NONE;
	*trie = (struct prefix_trie){ .nodes = nodes, .node_count = 1, .node_cap = (uint32_t)digits + 1 };
	return ERR_OK;
}

void prefix_trie_fini(struct prefix_trie *trie)
{
	free(trie->nodes);
	*trie = (struct prefix_trie){ 0 };
}

uint32_t *prefix_trie_put(struct prefix_trie *trie, struct slice prefix)
{
	CHECK(prefix_trie_takes(prefix));
	uint32_t at = 0;
	for (size_t i = 0; i < prefix.len; i++) {
		uint32_t *child = &trie->nodes[at].children[prefix.at[i] - '0'];
		if (*child == 0) {
			CHECK(trie->node_count < trie->node_cap);
			*child = trie->node_count++;
			trie->nodes[*child].value = PREFIX_TRIE_NONE;
		}
		at = *child;
	}
	return &trie->nodes[at].value;
}

unsigned prefix_trie_find(const struct prefix_trie *trie, const struct msisdn *msisdn,
			  uint32_t values[static PREFIX_TRIE_DEPTH])
{
	CHECK(msisdn->len <= MSISDN_DIGITS_MAX);
	const struct prefix_node *node = &trie->nodes[0];
	unsigned count = 0;
	for (unsigned i = 0;; i++) {
		if (node->value != PREFIX_TRIE_NONE)
			values[count++] = node->value;
		if (i == msisdn->len)
			return count;
		unsigned digit = (unsigned char)msisdn->digits[i] - (unsigned)'0';
		CHECK(digit < 10);
		uint32_t child = node->children[digit];
		if (child == 0)
			return count;
		node = &trie->nodes[child];
	}
}
