/* SPDX-License-Identifier: Apache-2.0 */
#include "route/prefix_trie.h"

#include <criterion/criterion.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

Test(prefix_trie, takes)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "", true },
		{ "0", true },
		{ "123456789012345", true },
		{ "1234567890123456", false },
		{ "+86", false },
		{ "8a", false },
		{ "8 6", false },
		{ "\xEF\xBC\x98", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(prefix_trie_takes(slice_of(rows[i].text)), rows[i].want, "“%s”", rows[i].text);
}

Test(prefix_trie, finds_all_prefixes_shortest_first)
{
	static const char *const prefixes[] = { "86", "8613", "", "861390", "90", "86139" };
	static const struct {
		const char *digits;
		unsigned want_count;
		uint32_t want[4];
	} rows[] = {
		{ "8613900000001", 5, { 2, 0, 1, 5 } },
		{ "8613800000001", 3, { 2, 0, 1 } },
		{ "86", 2, { 2, 0 } },
		{ "8", 1, { 2 } },
		{ "", 1, { 2 } },
		{ "99", 1, { 2 } },
		{ "900", 2, { 2, 4 } },
		{ "861", 2, { 2, 0 } },
	};
	struct prefix_trie trie;
	size_t digits = 0;
	for (size_t i = 0; i < COUNT(prefixes); i++)
		digits += strlen(prefixes[i]);
	cr_assert_eq(prefix_trie_init(&trie, digits), ERR_OK);
	for (uint32_t i = 0; i < COUNT(prefixes); i++) {
		uint32_t *value = prefix_trie_put(&trie, slice_of(prefixes[i]));
		cr_expect_eq(*value, PREFIX_TRIE_NONE, "%s", prefixes[i]);
		*value = i;
		cr_expect_eq(*prefix_trie_put(&trie, slice_of(prefixes[i])), i, "%s: the same place", prefixes[i]);
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t values[PREFIX_TRIE_DEPTH];
		struct msisdn msisdn = { .len = (uint8_t)strlen(rows[i].digits) };
		memcpy(msisdn.digits, rows[i].digits, msisdn.len);
		unsigned count = prefix_trie_find(&trie, &msisdn, values);
		cr_expect_eq(count, rows[i].want_count, "%s: %u", rows[i].digits, count);
		for (unsigned k = 0; k < count && k < 4; k++)
			cr_expect_eq(values[k], rows[i].want[k], "%s: value %u", rows[i].digits, k);
	}
	prefix_trie_fini(&trie);
	prefix_trie_fini(&trie);
}

/* A number of fifteen digits, each a prefix. */
Test(prefix_trie, whole_depth)
{
	static const char digits[] = "123456789012345";
	struct prefix_trie trie;
	uint32_t values[PREFIX_TRIE_DEPTH];
	struct msisdn msisdn = { .len = MSISDN_DIGITS_MAX };
	memcpy(msisdn.digits, digits, MSISDN_DIGITS_MAX);
	cr_assert_eq(prefix_trie_init(&trie, 120), ERR_OK);
	for (uint32_t len = 0; len <= MSISDN_DIGITS_MAX; len++)
		*prefix_trie_put(&trie, (struct slice){ digits, len }) = len;
	cr_assert_eq(prefix_trie_find(&trie, &msisdn, values), PREFIX_TRIE_DEPTH);
	for (uint32_t len = 0; len <= MSISDN_DIGITS_MAX; len++)
		cr_expect_eq(values[len], len);
	prefix_trie_fini(&trie);
}

Test(prefix_trie, too_many_digits)
{
	struct prefix_trie trie = { .node_count = 7 };
	cr_expect_eq(prefix_trie_init(&trie, UINT32_MAX), ERR_RANGE);
	cr_expect_eq(trie.node_count, 7);
}
