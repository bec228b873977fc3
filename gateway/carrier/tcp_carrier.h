/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/log.h"
#include "carrier/reconnect.h"
#include "loop/stream.h"
#include "metrics/metrics.h"
#include "port/carrier.h"
#include "wire/session/session.h"

/* The driver of every protocol that is a dialect on a TCP connection: some links, each a session on a stream, that come
 * back by themselves. Submits go to the link with the most free places. A link whose credentials are refused stops; one
 * whose bind is refused as wrong again and again tries ever more rarely (reconnect.h). An account without a live link
 * and with such a one is REFUSED: it waits for a human. */

#define TCP_CARRIER_LINKS_MAX 64

/* Asking what became of submits that were never answered (query_sm), by references of their own. */
struct tcp_query_options {
	struct reference_range references; /* most 0 = nothing is asked */
	mono_us wait_us;     /* after the submit counts as unanswered; each further try waits twice as long */
	unsigned rate_per_s; /* questions a second at most, at least 1 */
};

struct tcp_carrier_options {
	const char *name; /* of the account */
	struct stream_address address;
	const struct tls_context *tls; /* NULL = in clear; borrowed for the carrier's life */
	const struct dialect *dialect;
	const void *dialect_account;    /* borrowed for the carrier's life, as are name and log */
	bool takes_submits;             /* false for a bind that only receives */
	unsigned links;                 /* 1–TCP_CARRIER_LINKS_MAX */
	struct session_options session; /* without references */
	struct tcp_query_options query;
	mono_us connect_timeout_us;
	struct reconnect_options reconnect;
	uint64_t jitter_seed;
	const struct log *log;
	struct metrics *metrics; /* may be NULL */
	unsigned account_index;  /* for metrics */
};

/* options: copied. NULL where there is no memory. */
struct carrier *tcp_carrier_create(struct loop *loop, const struct tcp_carrier_options *options);
