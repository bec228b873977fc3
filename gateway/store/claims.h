/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "model/entry.h"

/* The ranges of stream entries that a consumer owns, as it sees them itself. A READ claims, for each lane, all that the
 * group handed out since the claim before: ids above `from` up to and with `to`. Redis holds the same ranges; there one
 * goes only when it is seen to be empty, so that this table may err but never lose an entry.
 *
 *   lane:   … from│• • ◦ •│to = from│◦ • •│to …      • still in the stream   ◦ settled
 */
struct claim {
	struct entry_key from; /* exclusive */
	struct entry_key to;   /* inclusive; lane and id name the range */
	uint32_t outstanding;  /* entries that went to the pipeline and are not settled */
};

struct claims {
	struct claim *lanes[LANE_COUNT]; /* sorted by `to`; ranges of a lane never overlap */
	unsigned count[LANE_COUNT];
	unsigned cap[LANE_COUNT];
};

/* Adds a range; one that is known already stays as it is, and one that nothing can lie in is none. ERR_MEMORY leaves the table as it was. */
MUST_CHECK enum err claims_add(struct claims *claims, const struct entry_key *from, const struct entry_key *to,
			       uint32_t outstanding);

/* The range that an entry lies in; NULL where none does. Borrowed until the next add or remove. */
struct claim *claims_find(const struct claims *claims, const struct entry_key *key);

/* The range that ends with `to`; NULL where there is none. */
struct claim *claims_ending(const struct claims *claims, const struct entry_key *to);

/* One entry fewer to settle in its range; harmless where the range is not known. */
void claims_settled(struct claims *claims, const struct entry_key *key);

/* Removes the range that ends with `to`; harmless where it is not known. */
void claims_remove(struct claims *claims, const struct entry_key *to);

/* Copies up to max ranges of which nothing is outstanding, oldest first. Returns how many. */
unsigned claims_idle(const struct claims *claims, struct entry_key *out, unsigned max);

/* Forgets all ranges, keeps the memory. */
void claims_clear(struct claims *claims);

/* Frees the memory. */
void claims_fini(struct claims *claims);
