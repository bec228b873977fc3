/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "loop/loop.h"
#include "metrics/metrics.h"
#include "pipeline/pipeline.h"

/* Makes a worker's carriers from the configuration: the only place that knows which protocols there are. */

/* For whom they are made; borrowed during the call, what it points to for the carrier's life. */
struct carrier_maker {
	struct loop *loop; /* the worker's */
	const struct config *config;
	const struct log *log;
	struct metrics *metrics; /* may be NULL */
	uint64_t nonce;          /* of this process, for jitter and the nonces of requests */
	unsigned made;           /* carriers that this worker has made so far: none draws again what another one drew */
	unsigned worker;         /* its index */
	unsigned worker_count;   /* contracts are shared by so many */
};

struct receipt_door;

/* The seed of a carrier's random numbers: another one for each worker, each account (index, less than ROUTE_ACCOUNTS_MAX) and
 * each time that the account is made anew, since providers refuse a nonce that they have seen before. */
uint64_t carrier_seed(const struct carrier_maker *maker, unsigned index);

/* A carrier and what it borrows. */
struct made_carrier;

/* This worker's part of a number that all workers share; the first ones take what is left over. */
unsigned carrier_share(const struct carrier_maker *maker, unsigned whole);

/* Whether the account's settings will do. at: why not, a sentence that begins with what is wrong. */
MUST_CHECK enum err carrier_can_be_made(const struct carrier_maker *maker, const struct config_account *account,
					struct err_at *at);

/* Fills what the pipeline wants to know of an account, but for its carrier and its secrets; out borrows from account. */
void carrier_describe(const struct carrier_maker *maker, const struct config_account *account,
		      struct pipeline_account *out);

/* Makes the account's carrier, and describes the account. account: borrowed for the carrier's life. index: for metrics.
 * NULL where there is no memory, or with an error logged where the settings will not do. */
struct made_carrier *carrier_make(const struct carrier_maker *maker, const struct config_account *account,
				  unsigned index, struct pipeline_account *out);

/* Where the account's receipts can be offered; NULL where they come by its links. Borrowed from made. */
struct receipt_door *carrier_door(const struct made_carrier *made);

/* What texts about the account must not show. Borrowed from made. */
const struct secrets *carrier_secrets(const struct made_carrier *made);

/* Destroys the carrier, before it was opened or after it was closed, and frees the rest. NULL is fine. */
void carrier_unmake(struct made_carrier *made);
