/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "route/route.h"

/* Which account gets an sms, and why, as a JSON object: of the configuration alone, or as a running gateway sees its accounts at this
 * moment. */

/* How an account stands. Those before ROUTE_STANDS_UP take nothing. */
enum route_stand {
	ROUTE_STANDS_REFUSED, /* the carrier refuses it */
	ROUTE_STANDS_DOWN,
	ROUTE_STANDS_PAUSED, /* an operator wants it so, as the next one */
	ROUTE_STANDS_DRAINED,
	ROUTE_STANDS_BROKEN, /* nearly all of its last answers were failures */
	ROUTE_STANDS_UP,
	ROUTE_STANDS_FAILING, /* up, but behind the others, as the next one */
	ROUTE_STANDS_RESTING,
	ROUTE_STAND_COUNT
};

struct route_standing {
	enum route_stand stand;
	mono_us for_us;     /* for how long it is paused, drained, or in its carrier's state */
	const char *reason; /* a sentence; NULL = none */
};

/* All is borrowed for the call. */
struct route_asked {
	const struct route_table *table;
	unsigned rule_count; /* of the table */
	const struct route_query *query;
	const struct country *country;          /* whose numbers are masked in their national form; may be NULL */
	const char *const *account_names;       /* by index, of all that the table has */
	const char *instance;                   /* of the gateway that answers; NULL = the configuration alone does */
	const struct route_standing *standings; /* by index; only with instance */
	const char *held; /* why nothing of its class goes out, a sentence; NULL = it does; only with instance */
};

/* Writes it; the number is masked. Adds nothing behind the object. out: grows full where it is too small. gets_it: set where out is
 * not full; whether an account gets the sms: now where a gateway answers, else where one of its route is up. ERR_MEMORY. */
MUST_CHECK enum err route_answer_write(const struct route_asked *asked, struct buf *out, bool *gets_it);
