/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "route/route.h"

#include <stdatomic.h>

/* One reading of the configuration, and what was made of it: never changed any more, shared by the main thread and the
 * workers, freed when nobody holds it. An account has a slot, which is its index for routes, metrics and pipelines; it
 * keeps it, whatever its place in the file, for the process's life. */

#define SNAPSHOT_NO_ACCOUNT UINT8_MAX

struct snapshot {
	_Atomic unsigned holders;
	const struct config *config;
	struct config *owned;                 /* config, or NULL where it is somebody else's */
	struct route_table *routes;           /* by slot */
	uint8_t accounts[ROUTE_ACCOUNTS_MAX]; /* by slot: the index in config->accounts, or SNAPSHOT_NO_ACCOUNT */
};

/* The names of all slots so far; only ever grows. */
struct slot_names {
	const char *names[ROUTE_ACCOUNTS_MAX]; /* NULL = not taken */
	char octets[ROUTE_ACCOUNTS_MAX][40];
};

/* Makes a snapshot, held once by the caller; new accounts get slots in names. config: borrowed for its
 * life. owned: NULL, or config, which is its own then on success. at: why not, for people. ERR_FULL: more accounts have had a slot since the start than there are; other
 * errors are route_create's. */
MUST_CHECK enum err snapshot_create(const struct config *config, struct config *owned, struct slot_names *names,
				    struct snapshot **out, struct err_at *at);

/* From any thread. */
struct snapshot *snapshot_hold(struct snapshot *snapshot);
void snapshot_release(struct snapshot *snapshot); /* NULL is fine */

/* The settings of the account in a slot; NULL where there is none. */
const struct config_account *snapshot_account(const struct snapshot *snapshot, unsigned slot);
