/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* How an entry ends. Exactly one of these closes each entry of the queue; each has its counter in the account. */
enum closing {
	CLOSING_ACCEPTED,
	CLOSING_EXPIRED,
	CLOSING_CANCELLED,
	CLOSING_SUPERSEDED,
	CLOSING_SUPPRESSED, /* a rule that protects whoever would have got it */
	CLOSING_DUPLICATE,
	CLOSING_DEAD,
	CLOSING_CONTROL, /* it was no alert but withdrew others: no event tells of it */
	CLOSING_COUNT
};

/* Name of the event that tells of it, and of its counter (“accepted”). */
const char *closing_name(enum closing closing);
