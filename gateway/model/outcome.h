/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* What became of a submit. Closed and few; one table per protocol maps native codes to these. */
enum outcome_class {
	OUTCOME_ACCEPTED,     /* the carrier took it */
	OUTCOME_THROTTLED,    /* too fast: this account slows down, the sms keeps its turn */
	OUTCOME_TEMPORARY,    /* later, or elsewhere */
	OUTCOME_REJECTED,     /* this sms never */
	OUTCOME_LINK_REFUSED, /* credentials: the account stops, a human is told */
	OUTCOME_UNKNOWN,      /* written, no answer: may have been sent */
	OUTCOME_COUNT
};

/* Name of a class (“accepted”). */
const char *outcome_class_name(enum outcome_class outcome_class);

#define CARRIER_REF_MAX 64 /* octets of a carrier's message id, SMPP 3.4 §4.4.2 (C65 with its NUL) */

/* One outcome. References and names are borrowed until the upcall returns. */
struct outcome {
	enum outcome_class outcome_class;
	struct slice carrier_ref; /* where accepted; may be empty */
	/* Of a submit that the carrier cut into parts itself, where accepted: the references of the parts behind the first one, in
	 * their order, each of which may be empty. A receipt may come for each. */
	const struct slice *more_refs;
	unsigned more_count;
	bool is_in_part;         /* not accepted, but parts of it were or may have been: the phone may get these */
	uint32_t native_code;    /* the protocol's own status, for logs and dead letters */
	const char *native_name; /* its name (“ESME_RTHROTTLED”), static; NULL = none */
	int64_t retry_after_ms;  /* the carrier asks to be left alone for so long; 0 = not said */
	bool is_about_account; /* a refusal that speaks of the account, not of this sms: another account may take it */
	bool is_not_mine;      /* likewise: the number is no subscriber of this carrier */
	bool is_queried; /* no answer to the submit: the carrier was asked, and has a message with its reference and this id */
};
