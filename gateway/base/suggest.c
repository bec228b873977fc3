/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggest.h"

#define WORD_MAX 64

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned suggest_distance(struct slice a, struct slice b)
{
	/* Optimal string alignment: three rows are enough, since a swap looks back two. */
	unsigned rows[3][WORD_MAX + 1];
	if (a.len > WORD_MAX)
		a.len = WORD_MAX;
	if (b.len > WORD_MAX)
		b.len = WORD_MAX;
	for (unsigned j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned differs = a.at[i - 1] != b.at[j - 1];
			row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + differs);
			if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

const char *suggest_nearest(struct slice word, const char *const known[], size_t count)
{
	const char *nearest = NULL;
	unsigned nearest_distance = 0;
	for (size_t i = 0; i < count; i++) {
		struct slice candidate = slice_of(known[i]);
		size_t longer = candidate.len > word.len ? candidate.len : word.len;
		if (longer > WORD_MAX)
			longer = WORD_MAX;
		unsigned distance = suggest_distance(word, candidate);
		if (distance > (longer < 3 ? 1 : longer / 3))
			continue;
		if (nearest == NULL || distance < nearest_distance) {
			nearest = known[i];
			nearest_distance = distance;
		}
	}
	return nearest;
}
