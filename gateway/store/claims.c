/* SPDX-License-Identifier: Apache-2.0 */
#include "store/claims.h"

#include <stdlib.h>

#define FIRST_CAP 64

/* Place of the first range of the key's lane whose `to` is not below the key. */
static unsigned place_of(const struct claims *claims, const struct entry_key *key)
{
	unsigned low = 0;
	unsigned high = claims->count[key->lane];
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (entry_id_compare(&claims->lanes[key->lane][middle].to, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum err claims_add(struct claims *claims, const struct entry_key *from, const struct entry_key *to,
		    uint32_t outstanding)
{
	enum lane lane = to->lane;
	unsigned place = place_of(claims, to);
	struct claim *ranges = claims->lanes[lane];
	if (entry_id_compare(from, to) >= 0 ||
	    (place < claims->count[lane] && entry_id_compare(&ranges[place].to, to) == 0))
		return ERR_OK;
	if (claims->count[lane] == claims->cap[lane]) {
		unsigned cap = claims->cap[lane] ? 2 * claims->cap[lane] : FIRST_CAP;
		ranges = realloc(ranges, cap * sizeof *ranges);
		if (ranges == NULL)
			return ERR_MEMORY;
		claims->lanes[lane] = ranges;
		claims->cap[lane] = cap;
	}
	memmove(ranges + place + 1, ranges + place, (claims->count[lane] - place) * sizeof *ranges);
	ranges[place] = (struct claim){ .from = *from, .to = *to, .outstanding = outstanding };
	claims->count[lane]++;
	return ERR_OK;
}

struct claim *claims_find(const struct claims *claims, const struct entry_key *key)
{
	unsigned place = place_of(claims, key);
	if (place == claims->count[key->lane])
		return NULL;
	struct claim *claim = &claims->lanes[key->lane][place];
	return entry_id_compare(&claim->from, key) < 0 ? claim : NULL;
}

struct claim *claims_ending(const struct claims *claims, const struct entry_key *to)
{
	struct claim *claim = claims_find(claims, to);
	return claim != NULL && entry_id_compare(&claim->to, to) == 0 ? claim : NULL;
}

void claims_settled(struct claims *claims, const struct entry_key *key)
{
	struct claim *claim = claims_find(claims, key);
	if (claim != NULL && claim->outstanding > 0)
		claim->outstanding--;
}

void claims_remove(struct claims *claims, const struct entry_key *to)
{
	struct claim *claim = claims_ending(claims, to);
	if (claim == NULL)
		return;
	struct claim *ranges = claims->lanes[to->lane];
	unsigned place = (unsigned)(claim - ranges);
	claims->count[to->lane]--;
	memmove(ranges + place, ranges + place + 1, (claims->count[to->lane] - place) * sizeof *ranges);
}

unsigned claims_idle(const struct claims *claims, struct entry_key *out, unsigned max)
{
	unsigned found = 0;
	for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
		for (unsigned i = 0; i < claims->count[lane] && found < max; i++) {
			if (claims->lanes[lane][i].outstanding == 0)
				out[found++] = claims->lanes[lane][i].to;
		}
	}
	return found;
}

void claims_clear(struct claims *claims)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		claims->count[lane] = 0;
}

void claims_fini(struct claims *claims)
{
	for (unsigned lane = 0; lane < LANE_COUNT; lane++)
		free(claims->lanes[lane]);
	*claims = (struct claims){ .count = { 0 } };
}
