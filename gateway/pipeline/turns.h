/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/list.h"

#include <stdint.h>

/* Whose turn it is among what waits on one lane of an account. Tenants share it by segments (deficit round robin), however
 * many alerts each has waiting; and of a tenant what is new and what comes back (from the stream “ready”) alternate, so that
 * neither a mass of retries holds up fresh alerts nor the other way round:
 *
 *   first ────────────────────────────────────────────► what is in doubt, before all else
 *   tenant a   new        • • • • ┐
 *              come back  •       ┴ by turns ─┐
 *   tenant b   new        •       ┐           ├ TURNS_QUANTUM segments each, round after round ──►
 *              come back          ┴ by turns ─┤
 *   all others …                   ───────────┘
 *
 * Tenants have a place while they have something waiting; those for whom there is none share the last one. Alerts without
 * a tenant are one tenant's. */

#define TURNS_FLOWS   17 /* the last one is shared */
#define TURNS_QUANTUM 4  /* segments */

struct parcel;

struct turns_flow {
	struct list sides[2]; /* new; come back */
	unsigned side;        /* whose turn it is */
	unsigned count;
	uint32_t tenant; /* a hash: two tenants of the same one share their turns */
	int deficit;     /* segments that it may send now */
};

struct turns {
	struct list first;
	struct turns_flow flows[TURNS_FLOWS];
	unsigned active;  /* flows that have something */
	unsigned current; /* the flow whose turn it is */
	unsigned recent;  /* the one that something was added to */
};

void turns_init(struct turns *turns);

/* Adds a parcel that is on no turns, behind all of its tenant's. Its tenant, key and segments stay as they are until it is
 * taken off. */
void turns_add(struct turns *turns, struct parcel *parcel);

/* Puts a parcel before all others. */
void turns_add_first(struct turns *turns, struct parcel *parcel);

/* Gives a parcel that was taken its turn back: it is its tenant's next again. The last one taken first. */
void turns_give_back(struct turns *turns, struct parcel *parcel);

/* The next one; NULL where there is none. The same one until something is added, taken or removed. */
struct parcel *turns_next(struct turns *turns);

/* Takes a parcel, mostly the next one, and charges its tenant with the segments that it has to send. */
void turns_take(struct turns *turns, struct parcel *parcel);

/* Takes a parcel off, that does not go. */
void turns_remove(struct turns *turns, struct parcel *parcel);
