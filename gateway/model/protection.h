/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The rules that protect whoever gets the texts. Critical alerts are exempt from all of them: what would have stopped one
 * is only told. */
enum protection_rule {
	PROTECTION_NONE,
	PROTECTION_OPTED_OUT,   /* the number is on the opt-out list */
	PROTECTION_IDENTICAL,   /* another alert sent the same text there a short while ago */
	PROTECTION_DAY_CAP,     /* the number has had its share of this class within 24 hours */
	PROTECTION_MINUTE_CAP,  /* likewise within a minute */
	PROTECTION_QUIET_HOURS, /* it is night where the service is */
	PROTECTION_NO_CONSENT,  /* marketing without a reference to the customer's consent */
	PROTECTION_UNCHECKED,   /* none of them, but the store can't read what one of them goes by */
	PROTECTION_COUNT
};

/* The rule's word in events, metrics and logs (“opted_out”); “none” of NONE. Static storage. */
const char *protection_name(enum protection_rule rule);

/* These words by rule, as labels of metrics: PROTECTION_COUNT of them, that of NONE is NULL. Static storage. */
const char *const *protection_labels(void);

#define PROTECTION_CAP_MAX 100 /* texts of a class to a number: their times are kept one by one */

/* What a class asks of the store before a text may go. All nothing: nothing is asked. */
struct protection_limits {
	bool is_exempt;       /* what would stop it is told, and it goes */
	bool heeds_optout;    /* numbers on the opt-out list get none */
	uint8_t minute_max;   /* texts of the class to one number within 60 s, up to PROTECTION_CAP_MAX; 0 = no limit */
	uint8_t day_max;      /* likewise within 24 hours */
	bool day_waits;       /* what is over day_max waits for its place; else it ends as suppressed */
	int64_t identical_ms; /* the same text to the same number within that time is sent once; 0 = no limit */
};

/* True where the store has to look at something that it keeps for each number or text. */
static inline bool protection_counts(const struct protection_limits *limits)
{
	return limits->minute_max > 0 || limits->day_max > 0 || limits->identical_ms > 0;
}
