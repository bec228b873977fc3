/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "model/mo.h"
#include "model/outcome.h"
#include "model/receipt.h"
#include "model/submit.h"

/* What the pipeline knows of a carrier account within one worker: all links of that account in one hand. Rules that
 * every driver keeps, and that the contract test states:
 *
 * 1. submit never blocks. It answers TAKEN, FULL or DOWN; the last two leave no trace.
 * 2. Every TAKEN gets exactly one on_outcome, through reconnect and close too: UNKNOWN at the response deadline or when
 *    a link breaks after the octets may have left. A later answer comes at most once by on_late; what the carrier says
 *    when it is asked (is_queried) at most once too. What surely never left comes back as TEMPORARY with native_code 0.
 * 3. No upcall inside a downcall. on_closed is the last upcall.
 * 4. Outcome classes are those of model/outcome.h; an unlisted native code has a stated default.
 * 5. The window belongs to the driver; the pipeline knows neither sequence numbers nor sockets.
 * 6. A submit is named by a token, never by a pointer.
 * 7. A carrier at rest has no links and is DOWN; what was outstanding gets its outcome all the same. Where the rest ends,
 *    also before it has quite begun, the links come back, and those that the carrier had refused are tried again.
 */

enum carrier_state {
	CARRIER_DOWN,    /* no live link; the driver goes on trying */
	CARRIER_UP,      /* at least one link takes submits */
	CARRIER_REFUSED, /* the carrier refuses us: it tries rarely or, where it was our credentials, no longer; a human is
			    needed */
};

/* A receipt, or a message from a phone, waits, unanswered, until receipt_done names it. */
typedef uint64_t receipt_token;

/* Of what the carrier said when it was asked: it waits for no answer, and receipt_done ignores it. */
#define RECEIPT_WITHOUT_ANSWER UINT64_MAX

/* Upcalls, given at open. ctx is the pipeline's own. */
struct carrier_events {
	/* The account's state changed. reason: a sentence for people, borrowed until return; never NULL. */
	void (*on_state)(void *ctx, enum carrier_state state, const char *reason);
	/* Room in the windows of all links changed from none to some. */
	void (*on_credit)(void *ctx);
	void (*on_outcome)(void *ctx, uint64_t token, const struct outcome *outcome);
	/* An answer after UNKNOWN; or what the carrier said when it was asked (is_queried), behind or ahead of such an answer. */
	void (*on_late)(void *ctx, const struct submit_key *key, const struct outcome *outcome);
	/* A delivery receipt; answered to the carrier when receipt_done is called with the token. */
	void (*on_receipt)(void *ctx, receipt_token token, const struct receipt *receipt);
	/* The driver is to send a message again that it was given once and that the carrier has surely not taken (HTTP: a request
	 * was refused for what one of its messages may have done). 0: now, and it has been counted against the account's rate;
	 * INT64_MAX: not soon, it shall come back as THROTTLED; else when to ask again. In the driver's own turn only. */
	mono_us (*on_again)(void *ctx);
	/* A message from a phone, answered likewise; one and the same may come again where an answer was lost. */
	void (*on_mo)(void *ctx, receipt_token token, const struct mo *mo);
	/* After close: nothing comes any more, the carrier may be destroyed. */
	void (*on_closed)(void *ctx);
};

struct carrier;

struct carrier_ops {
	/* Connects in the turn that follows, unless rest(true) is said until then. events: borrowed until on_closed. Legal
	 * once. */
	void (*open)(struct carrier *carrier, const struct carrier_events *events, void *ctx);
	/* Takes one submit, or says why not. The octets leave at the latest when flush is called. */
	enum submit_answer (*submit)(struct carrier *carrier, const struct submit *submit);
	/* Writes out what submits of this turn have queued. */
	void (*flush)(struct carrier *carrier);
	/* Free places in the windows of all live links. */
	unsigned (*credit)(const struct carrier *carrier);
	/* durable: true acknowledges the receipt or message, false asks the carrier to send it again later. A token of a link that
	 * has gone is ignored. */
	void (*receipt_done)(struct carrier *carrier, receipt_token token, bool durable);
	/* Whether it rests, for the carrier company's maintenance: takes no submits, gives outstanding ones their outcomes as
	 * their answers or deadlines come, then ends its links in good order and makes none until rest(false). A driver
	 * whose links are nothing but connections that it keeps for later (HTTP) closes those, and tells DOWN, then UP.
	 * Legal between open and close; said twice it changes nothing. */
	void (*rest)(struct carrier *carrier, bool rests);
	/* At most so many links from now on; one too many ends as at rest, when all on it is answered. Before it is said there may be as
	 * many as the driver was made for. NULL where links are not counted (HTTP). Legal between open and close, and ahead of open. */
	void (*permit)(struct carrier *carrier, unsigned links);
	/* Ends all links at once, permitted or not: what is out becomes UNKNOWN. NULL as above. Legal as permit(0) was said. */
	void (*cut)(struct carrier *carrier);
	/* Links that it has, makes, or is ending. NULL as above. */
	unsigned (*held)(const struct carrier *carrier);
	/* Somebody says that what was wrong is mended: links that are not up are tried now, whatever they wait for, also such as
	 * the carrier has refused. Those that are up stay; at rest it does nothing. Legal between open and close. */
	void (*retry)(struct carrier *carrier);
	/* When it next tries to get links, while it has none that takes submits: 0 = it is trying now, or rests; INT64_MAX = not by
	 * itself, since the carrier refuses it. By the clock of its turns; between open and close. */
	mono_us (*again_at)(const struct carrier *carrier);
	/* Unbinds and closes; outstanding submits get their outcomes first (answers that arrive within grace, then
	 * UNKNOWN). grace_us: 0 = at once. */
	void (*close)(struct carrier *carrier, mono_us grace_us);
	/* Frees it. Legal before open, or after on_closed (but not inside it). */
	void (*destroy)(struct carrier *carrier);
};

/* Every driver's own struct begins with this. */
struct carrier {
	const struct carrier_ops *ops;
	const char *name; /* of the account, borrowed for the carrier's life */
};
