/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"
#include "store/redis_ask.h"

/* The dead letters in Redis, for people: read page by page, brought back to the queue, or deleted. */

#define DEAD_LETTERS_PAGE 256 /* letters of one page, and of one step that changes something */

/* All slices are borrowed until the next run of the connection; what a letter lacks is absent. */
struct dead_letter {
	struct slice entry; /* its id among the dead letters */
	wall_ms at;         /* when it died */
	struct slice alert;
	struct slice origin;
	struct slice reason; /* a word, a colon, a sentence */
	bool is_ambiguous;   /* the phone may have the text, or a part of it: sent again it may be a second copy */
};

struct dead_letters_page {
	struct dead_letter letters[DEAD_LETTERS_PAGE];
	unsigned count;
};

/* How many there are, and the id of the newest (“” = none): who goes to this one does not meet what comes meanwhile. */
MUST_CHECK enum err dead_letters_extent(struct redis_ask *ask, uint64_t *count, char newest[static ENTRY_ID_OCTETS],
					struct err_at *at);

/* Reads at most DEAD_LETTERS_PAGE letters, oldest first. from, to: ids, or times in ms, of the first and the last that
 * may be in it; “(” before from leaves that one out. */
MUST_CHECK enum err dead_letters_read(struct redis_ask *ask, const char *from, const char *to,
				      struct dead_letters_page *out, struct err_at *at);

/* True where the letter holds an alert and says where it came from: only then can it be brought back. */
bool dead_letters_is_usable(const struct dead_letter *letter);

/* The word of a reason; borrowed from it. */
struct slice dead_letters_word(struct slice reason);

/* The field of the alert that it is about, “balance” of “render: field “balance”: …”; empty where it names none. Likewise. */
struct slice dead_letters_field(struct slice reason);

/* One step: begin, add letters (at most DEAD_LETTERS_PAGE of the page read last), then redis_ask_count, which tells how
 * many were still there. All of it happens or nothing.
 * Requeue takes usable letters, and with each the line of the event that tells of it; drop deletes them for good. */
void dead_letters_requeue_begin(struct redis_ask *ask);
void dead_letters_requeue_add(struct redis_ask *ask, const struct dead_letter *letter, struct slice event);
void dead_letters_drop_begin(struct redis_ask *ask);
void dead_letters_drop_add(struct redis_ask *ask, const struct dead_letter *letter);
