/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "model/entry.h"
#include "model/msisdn.h"
#include "model/segment.h"
#include "model/sms.h"

/* Lets a late answer find its alert after the token is forgotten. */
struct submit_key {
	struct entry_key origin;
	uint16_t reference; /* of the sms: parts that share it belong to one text */
	uint8_t segment;    /* index, from 1 */
};

/* A number that a carrier may send back with the receipt, so that one whose answer was lost can be told: the same at each
 * attempt. Never 0. */
uint16_t submit_user_reference(const struct submit_key *key);

/* A parameter of the alert as its template shows it. */
struct submit_param {
	struct slice name;
	struct slice value; /* UTF-8, formatted; empty where it is not given */
};

/* What carriers that take texts, or the parameters of templates of their own, are told of an sms. */
struct submit_text {
	struct slice text; /* UTF-8, signature included */
	struct slice template_name;
	const struct submit_param *params; /* in the template's order */
	unsigned param_count;
	struct slice alert_id;
	struct slice traceparent; /* W3C; empty = none */
	enum sms_class sms_class;
};

/* One attempt to hand one segment to a carrier. Borrowed until the call that takes it returns, unless said otherwise. */
struct submit {
	uint64_t token; /* the pipeline's, opaque to whoever carries it */
	struct submit_key key;
	const struct msisdn *to;
	const struct segment *segment;
	enum encoding encoding;
	enum concat concat;
	const struct submit_text *text; /* with CONCAT_TEXT, else NULL; borrowed until the outcome */
	bool wants_receipt;
	uint16_t user_reference; /* by which whoever carries it asks for it; 0 = none. Not the pipeline's to give */
	wall_ms expires_at;      /* 0 = never */
};

enum submit_answer {
	SUBMIT_TAKEN,
	SUBMIT_FULL, /* no place in the window or the output buffer; nothing happened */
	SUBMIT_DOWN, /* not bound; nothing happened */
};
