/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/slice.h"
#include "model/receipt.h"

#include <stdbool.h>
#include <stdint.h>

/* Receipts that were looked up often enough and belong to nothing: one that comes again is answered yes without a wait. Fixed
 * in size: the oldest make room. Only a hash is kept of each, of 64 bits, so that two of a full table are taken for one another
 * once in 10^15 looks. Belongs to one thread. */

#define UNMATCHED_PLACES  4096
#define UNMATCHED_SPAN_US (INT64_C(24) * 3600 * US_PER_S)

struct unmatched_place {
	uint64_t key; /* 0 = free */
	mono_us at;   /* when it was given up */
};

/* All zeros = empty. */
struct unmatched {
	struct unmatched_place places[UNMATCHED_PLACES];
};

/* Notes a receipt that is given up at now. account: the name; borrowed until return, as carrier_ref is. */
void unmatched_note(struct unmatched *unmatched, const char *account, struct slice carrier_ref,
		    enum message_state state, mono_us now);

/* True where a receipt of that account with that reference and state was given up within the last UNMATCHED_SPAN_US, and has
 * not made room for later ones. */
bool unmatched_knows(const struct unmatched *unmatched, const char *account, struct slice carrier_ref,
		     enum message_state state, mono_us now);
