/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "base/secret.h"
#include "carrier/receipt_door.h"
#include "carrier/reconnect.h"
#include "loop/http_client.h"
#include "metrics/metrics.h"
#include "port/carrier.h"
#include "wire/http/http_account.h"
#include "wire/http/http_callback.h"

/* The driver of carriers over HTTP. Submits are gathered until flush, then go in requests of as many messages as the
 * account takes at once; each request has a place in the client. A message that waits for a place has left nothing
 * anywhere.
 *
 * The account is UP when its host can be reached: it is connected to at the start, after each request that failed, and
 * ever more rarely while that does not work. An answer that refuses us (LINK_REFUSED) makes it REFUSED; since nothing but a
 * message can find out whether that has passed, it comes up again after a while for one request. */

struct http_carrier_options {
	const char *name;                   /* of the account */
	const struct http_account *account; /* borrowed for the carrier's life, as are name, source and log */
	struct http_callback_address
		receipts_to; /* what it points to is borrowed likewise; callback NULL: none are asked for */
	struct http_client_options client; /* places: requests in flight */
	const struct secrets *secrets; /* what texts from outside must not show; borrowed likewise; NULL = nothing */
	struct reconnect_options reconnect;
	uint64_t jitter_seed;
	const struct log *log;
	struct metrics *metrics; /* may be NULL */
	unsigned account_index;  /* for metrics */
};

/* options: copied. NULL where there is no memory. */
struct carrier *http_carrier_create(struct loop *loop, const struct http_carrier_options *options);

/* Messages that may be with the carrier or wait for it: places × messages of a request. */
unsigned http_carrier_window(const struct http_carrier_options *options);

/* Where the receipts of the account are offered, which reach the gateway by requests of the carrier. Borrowed. */
struct receipt_door *http_carrier_door(struct carrier *carrier);
