/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/secret.h"
#include "decode/alert_decode.h"
#include "encode/segmenter.h"
#include "metrics/metrics.h"
#include "model/crumb.h"
#include "model/tenant_budget.h"
#include "outcome/decision.h"
#include "policy/protection.h"
#include "port/carrier.h"
#include "port/env.h"
#include "port/store.h"
#include "render/catalogue.h"
#include "render/render.h"
#include "route/route.h"

/* One worker's pipeline: alerts from the store, through prepare, to the carriers, and what became of them back into the
 * store. It owns no socket, no timer and no thread: the loop calls turn, ports call up.
 *
 *   store ─ on_read ─► intake ─► prepare ─► lanes ─► dispatch ─ begin ─► store
 *                                                        ▲                │ on_begun
 *                                              credit    │                ▼
 *   store ◄─ settle ◄── outcomes ◄─ on_outcome ─ carrier ◄┴─ submit ──────┘
 */

/* One carrier account as this worker has it. */
struct pipeline_account {
	const char *name;
	struct carrier *carrier; /* opened and closed by the pipeline, destroyed by its owner */
	enum concat concat;
	bool is_latin1;    /* Latin-1 in place of GSM-7 */
	bool wants_params; /* with CONCAT_TEXT: submits carry the alert's parameters */
	uint8_t segments_max;
	bool wants_receipt;
	bool has_no_breaker;  /* it gets alerts whatever its answers are */
	bool sends_reference; /* that a receipt may bring back (receipt.user_reference) */
	uint32_t tps;         /* segments a second of the account, over all workers of all gateways; 0 = unlimited */
	unsigned
		binds; /* links that the contract permits, over all workers of all gateways; 0 = they are not counted */
	unsigned bind_share; /* … of which this worker would have so many if its process were alone; 0 = not known */
	unsigned window_total; /* links × window that this worker may come to have */
	const struct secrets
		*secrets; /* what its carrier's texts must not show; borrowed while it is open; NULL = nothing */
};

struct pipeline_options {
	const struct pipeline_account *accounts;
	unsigned account_count; /* 1–ROUTE_ACCOUNTS_MAX */
	const struct route_table *routes;
	const struct catalogue *catalogue; /* held while it is in use; NULL: none is known yet, and nothing is read */
	struct decode_options decode;
	struct render_options render;
	struct decision_options retry;
	struct slice optout_keywords; /* as optout_keyword wants them */
	struct protection_options protection;
	const struct tenant_budget *budgets; /* copied */
	unsigned budget_count;               /* up to TENANT_BUDGETS_MAX; METRIC_TENANT_… have them in this order */
	unsigned parcel_count;               /* 0 = min(2 × Σ windows, 4096), at least 256 */
	uint64_t seed;
	struct metrics *metrics;      /* may be NULL */
	volatile struct crumb *crumb; /* of this worker; may be NULL */
	struct env env;
};

/* What operators want of an account in this worker. */
struct pipeline_wish {
	bool is_paused; /* nothing more is submitted */
	bool rests;     /* and its carrier ends its links when all is answered; is_paused is set too */
	bool has_tps;   /* instead of its options' */
	uint32_t tps;
};

/* What a status page asks of a running pipeline; plain words that the worker writes and anyone may read. */
struct pipeline_gauges {
	unsigned parcels_used;
	unsigned parcels_total;
	unsigned version; /* grows with each change of what follows */
	bool store_is_up;
	char store_reason[96];
	bool is_draining;
	enum carrier_state account_states[ROUTE_ACCOUNTS_MAX];
	char account_reasons[ROUTE_ACCOUNTS_MAX][96];
	mono_us account_since[ROUTE_ACCOUNTS_MAX]; /* when it came into its state */
	/* Of pipeline_look: until when it waits, before it connects again or, being up, submits again; 0 = it does not;
	 * INT64_MAX = until somebody says so. */
	mono_us account_again_at[ROUTE_ACCOUNTS_MAX];
	/* Of pipeline_look too: alerts in memory that wait for the account and are not begun; and segments that have not
	 * left, of these (nearly, where they are many) and of those that are begun. */
	unsigned account_waiting[ROUTE_ACCOUNTS_MAX];
	unsigned account_segments[ROUTE_ACCOUNTS_MAX];
};

struct pipeline;

/* What an alert passes, of METRIC_STAGE_SPAN. The answer of the carrier has a metric of its own. */
enum pipeline_stage {
	STAGE_PREPARE, /* decode, render, judge, route, encode: the mean of what was read together */
	STAGE_TURN,    /* it is ready and waits for its turn, a place in the window and a token, until its BEGIN goes */
	STAGE_BEGIN,   /* until that is answered */
	STAGE_SUBMIT,  /* it may go, and waits until its first segment is with the carrier's link */
	STAGE_SETTLE,  /* from how it ends to Redis' answer: of a batch the first one's */
	STAGE_COUNT
};

/* Their names, STAGE_COUNT of them. Static storage. */
const char *const *pipeline_stage_names(void);

/* The words of METRIC_CLASS_CLOSINGS: the classes of templates, and one for entries of which no template is known. Static storage. */
const char *const *pipeline_class_names(unsigned *count);

/* The words that dead letters' reasons begin with, by the index that METRIC_DEAD has. Static storage. */
const char *const *pipeline_dead_reasons(unsigned *count);

/* Makes a pipeline; all memory for parcels is taken here. store: borrowed for its life. options: copied; what they point
 * to, but for the array of accounts, is borrowed for its life.
 * NULL where there is no memory. */
struct pipeline *pipeline_create(struct store *store, const struct pipeline_options *options);
void pipeline_destroy(struct pipeline *pipeline);

/* Opens store and carriers. on_drained: called once, after pipeline_drain, when all are closed. */
void pipeline_open(struct pipeline *pipeline, void (*on_drained)(void *ctx), void *ctx);

/* One turn: asks for entries, begins, submits, settles, and flushes the ports. */
void pipeline_turn(struct pipeline *pipeline, struct now now);

/* When turn must be called next at the latest. */
mono_us pipeline_next_deadline(struct pipeline *pipeline);

/* Stops reading and begins nothing more; waits for answers for at most grace_us, settles, closes carriers and store.
 * A second call with 0 ends the waiting, and the log tells what was open then. */
void pipeline_drain(struct pipeline *pipeline, mono_us grace_us);

/* -- accounts that come, change and go, between turns -- */

/* Takes from options what may change while it runs: routes, decode, render, retry, keywords, protection. What the former ones pointed to is not
 * used any more, but for accounts' names. */
void pipeline_configure(struct pipeline *pipeline, const struct pipeline_options *options);

/* Brings other templates into force: alerts that wait and were never tried get their text anew, what has begun goes out as it is.
 * catalogue: held as long as it is needed. False where there is no memory: the former ones stay. */
MUST_CHECK bool pipeline_follow(struct pipeline *pipeline, const struct catalogue *catalogue);

/* An account comes, at an index where there is none now (CHECK). options: copied; its name is borrowed for the pipeline's
 * life, and an index has the same name each time. Not after pipeline_drain. */
void pipeline_account_open(struct pipeline *pipeline, unsigned index, const struct pipeline_account *options);

/* The same carrier has other options. */
void pipeline_account_change(struct pipeline *pipeline, unsigned index, const struct pipeline_account *options);

/* An account goes: nothing more is submitted, its answers are waited for for at most grace_us, then its carrier is closed.
 * What waits on it goes another way, if there is one; else it stays until the account comes back, or, where it does not,
 * goes back into the store. */
void pipeline_account_remove(struct pipeline *pipeline, unsigned index, mono_us grace_us, bool comes_back);

/* True where the index has no carrier, so that the one it had may be destroyed (but not in an upcall). */
bool pipeline_account_is_absent(const struct pipeline *pipeline, unsigned index);

/* True from pipeline_account_remove on until it comes back. */
bool pipeline_account_is_leaving(const struct pipeline *pipeline, unsigned index);

/* What operators want has changed. It outlives the account's carriers. */
void pipeline_account_wish(struct pipeline *pipeline, unsigned index, const struct pipeline_wish *wish);

/* Links that are not up are tried again at once, whatever they wait for; also those that the carrier has refused. False where
 * nothing is tried, since it leaves or shall rest. */
bool pipeline_account_retry(struct pipeline *pipeline, unsigned index);

const struct pipeline_gauges *pipeline_gauges(const struct pipeline *pipeline);

/* The same, with what changes by itself as time goes. Between turns. */
const struct pipeline_gauges *pipeline_look(struct pipeline *pipeline, mono_us now);
