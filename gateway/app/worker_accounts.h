/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/callbacks.h"
#include "app/carrier_maker.h"
#include "app/snapshot.h"
#include "store/redis_store.h"

/* A worker's accounts: their carriers as the configuration in force wants them, and what operators want. In the worker's
 * thread only, once it runs. */

struct worker_accounts;

/* Makes the carriers of a snapshot, which it holds. callbacks: hears of the accounts, borrowed; NULL = nobody does. maker: copied, but for its config; what it points to is borrowed for its
 * life. names: of the slots, borrowed for the pipeline's life too. NULL where that can't be done; errors are logged. */
struct worker_accounts *worker_accounts_create(const struct carrier_maker *maker, struct callbacks *callbacks,
					       const char *const *names, struct snapshot *snapshot);

/* Frees all; the carriers are closed or were never opened. NULL is fine. */
void worker_accounts_destroy(struct worker_accounts *accounts);

/* What the pipeline is made with; indexes are slots, and those before the last one may be empty. */
const struct pipeline_account *worker_accounts_first(const struct worker_accounts *accounts, unsigned *count);

/* The pipeline is there: slots that are no account's are opened never, and the others are its. */
void worker_accounts_begin(struct worker_accounts *accounts, struct pipeline *pipeline);

/* Another configuration is in force: accounts change, come and go; those that are as they were are not touched. */
void worker_accounts_follow(struct worker_accounts *accounts, struct snapshot *snapshot);

/* Once a turn: what is closed is freed, what is to come is opened, and what operators want is passed on. */
void worker_accounts_turn(struct worker_accounts *accounts, const struct redis_store_gauges *orders);
