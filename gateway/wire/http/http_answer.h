/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"
#include "model/outcome.h"
#include "wire/http/http_account.h"

/* What an answer over HTTP means. */

#define HTTP_ANSWER_OCTETS_MAX  (256 * 1024) /* a longer body is not read: UNKNOWN where the status is a yes */
#define HTTP_RETRY_AFTER_MAX_MS (15 * 60 * 1000)
#define HTTP_PARTS_MAX          16 /* of one message, whose references are kept */

/* Room for the references of an answer to count messages: one may be alone and in parts, and one reference more is read than
 * is kept. */
#define HTTP_REFERENCES_OCTETS(count) (((size_t)(count) + HTTP_PARTS_MAX) * CARRIER_REF_MAX)

struct http_answer {
	unsigned status;               /* of the final response */
	struct slice retry_after;      /* value of Retry-After; empty = not there */
	struct slice body;             /* whole */
	const struct secrets *secrets; /* what its words must not show; NULL = nothing */
};

/* What is to be known of an answer beside the outcomes. */
struct http_reading {
	int64_t retry_after_ms; /* how long the provider asks to be left alone, at most HTTP_RETRY_AFTER_MAX_MS; 0 = not said.
				 In outcomes only where that speaks of the account */
	char code[64];          /* the provider's error code of the first message that has one, for logs; "" = none */
	char text[128];         /* its words; as in code, numbers are masked and secrets hidden; "" = none */
	/* Several messages were refused together for what one of them may have done alone. None has left; the outcomes
	 * say TEMPORARY, and to know better each is to be sent in a request of its own. */
	bool is_each_alone;
	struct slice parts[HTTP_PARTS_MAX]; /* references of one message's parts, that its outcome borrows */
};

/* Reads an answer: one outcome for each message of the request, in its order.
 * now: wall clock, against which a date in Retry-After counts. outcomes: count of them. references: memory for carrier
 * references, room for HTTP_REFERENCES_OCTETS(count); outcomes borrow from it, from reading and from the account. native_code is
 * the error code where it is a number, else the HTTP status; native_name the code's name where a table or the settings list it.
 * Never fails: what cannot be understood behind a yes is UNKNOWN. Without memory to read it, what was not accepted is UNKNOWN behind
 * a yes, else TEMPORARY. */
void http_answer_read(const struct http_account *account, const struct http_answer *answer,
		      const struct http_message *const messages[], unsigned count, wall_ms now,
		      struct outcome *outcomes, struct buf *references, struct http_reading *reading);

#define HTTP_SAID_OCTETS 256

/* A sentence of an answer that refuses the account: “the carrier answered HTTP 401, 20003, Authenticate”. Returns out. */
const char *http_reading_say(const struct http_reading *reading, unsigned status, char out[static HTTP_SAID_OCTETS]);

/* How far a request got that has no whole answer. */
enum http_phase {
	HTTP_PHASE_CONNECT, /* name, connection or TLS failed: nothing of it was written */
	HTTP_PHASE_WRITTEN, /* it, or a part, may have left */
};

/* The outcome of each message of a request that has no whole answer: TEMPORARY of the account, or UNKNOWN. */
struct outcome http_answer_lost(enum http_phase phase);
