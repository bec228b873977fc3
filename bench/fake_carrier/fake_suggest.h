/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* “Did you mean …?” */

/* The entry of the NULL-terminated list `known` nearest to `word` by edit distance, or NULL if none is near (more than 3
 * edits, or more than half of the word). Borrowed from the list. Words over 63 octets have no neighbour. */
const char *fake_suggest_nearest(const char *word, const char *const *known);
