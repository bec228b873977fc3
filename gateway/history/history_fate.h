/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "history/history_event.h"

/* What became of an alert, in one word, out of its events: “open” (nothing closed it yet), “held”, a closing event's name,
 * “delivered” or “undelivered”. Entries that were duplicates of it do not count unless there is nothing else. */
struct history_fate {
	const char *word;       /* static storage; NULL = no event yet */
	struct entry_key entry; /* whose it is */
};

/* Takes the next event into account, of those of one entry in the order in which they happened. fate: zero before the first. */
void history_fate_add(struct history_fate *fate, const struct history_event *event);
