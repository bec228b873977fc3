/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "loop/http_client.h"
#include "model/outcome.h"
#include "model/submit.h"
#include "wire/http/http_account.h"
#include "wire/http/http_callback.h"

/* The messages of an account over HTTP: those that wait, those in requests, and those that come back without having left.
 * All memory is taken at the start, but for requests that turn out to be long.
 *
 *   free ─ put ─► waiting ─ next ─► in a request ─ tell ─────────────► free
 *           │        │                │   ▲   └ send_alone ─► again
 *           │        │ give_back      │   └──── next_again ─────┤ give_back
 *           └────────┴────────────────┴─────────────────────────┴──► returned ─ tell_returned ─► free
 *                                     cannot be written
 *
 * What grows too old while it waits comes back too: the pipeline closes it as expired. */
struct http_outbox;

/* receipts_to: where receipts of messages are asked for, borrowed for its life; its callback NULL = they are not. places: requests
 * at once. seed: for the nonces in signatures. NULL where there is no memory. */
struct http_outbox *http_outbox_create(const struct http_account *account,
				       const struct http_callback_address *receipts_to, unsigned places, uint64_t seed);
void http_outbox_destroy(struct http_outbox *outbox);

/* Messages that it holds, and may hold. */
unsigned http_outbox_used(const struct http_outbox *outbox);
unsigned http_outbox_window(const struct http_outbox *outbox);

/* Takes a message; there must be room. One that the account cannot say comes back as rejected. submit->text is borrowed until
 * its outcome. now: wall clock. */
void http_outbox_put(struct http_outbox *outbox, const struct submit *submit, wall_ms now);

/* Makes the next request of messages that wait, in a free place. False where none waits, or no place is free. Messages that
 * make too long a request together try it alone. call: borrows from the outbox until http_outbox_tell. */
bool http_outbox_next(struct http_outbox *outbox, wall_ms now, unsigned *place, struct http_call *call);

/* The messages of the request in a place. count 0: the place is free. */
const struct http_message *const *http_outbox_messages(const struct http_outbox *outbox, unsigned place,
						       unsigned *count);

/* Hears what became of one message. */
typedef void http_outbox_on_outcome(void *ctx, uint64_t token, const struct outcome *outcome);

/* Tells each message of a request its outcome, in their order, and frees them and the place. */
void http_outbox_tell(struct http_outbox *outbox, unsigned place, const struct outcome *outcomes,
		      http_outbox_on_outcome *on_outcome, void *ctx);

/* Frees the place; the messages of its request, of which the carrier has taken none, wait to go again, each alone. */
void http_outbox_send_alone(struct http_outbox *outbox, unsigned place);

/* Whether one waits to go again, and a place is free for it. */
bool http_outbox_has_again(struct http_outbox *outbox, wall_ms now);

/* Makes the request of the one that waits longest to go again; there must be one. False where it cannot be written: it comes
 * back. place, call: as of http_outbox_next. */
bool http_outbox_next_again(struct http_outbox *outbox, wall_ms now, unsigned *place, struct http_call *call);

/* What waits to go again comes back: throttled. */
void http_outbox_give_back_again(struct http_outbox *outbox);

/* What waits, also to go again, comes back: temporary, nothing of it has left. */
void http_outbox_give_back(struct http_outbox *outbox);

/* Tells what has come back. */
void http_outbox_tell_returned(struct http_outbox *outbox, http_outbox_on_outcome *on_outcome, void *ctx);
bool http_outbox_has_returned(const struct http_outbox *outbox);
