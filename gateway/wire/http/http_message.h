/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"
#include "model/msisdn.h"
#include "model/segment.h"
#include "model/submit.h"

/* What a request over HTTP says of one sms (or of one part, where the account cuts). All is borrowed from the caller
 * until the call that takes it returns. */

#define HTTP_ID_MAX 48 /* octets of our own id of a message */

struct http_message {
	const struct msisdn *to;
	struct slice id; /* ours, the same at each attempt: 1–HTTP_ID_MAX of A–Z a–z 0–9 . _ - ; goes out as the
			      idempotency key and as what the provider brings back with receipts */
	struct slice text;      /* UTF-8, whole */
	enum encoding encoding; /* the alphabet that the text needs on the air */
	struct slice template_name;
	const struct submit_param *params;
	unsigned param_count;
	struct slice source;      /* sender of this message; empty: the account's */
	uint32_t validity_s;      /* of use for so long; 0 = not said */
	struct slice callback;    /* where receipts are to go, absolute URL; empty: no receipt is wanted */
	struct slice traceparent; /* W3C; empty = none */
};
