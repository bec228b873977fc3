/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/rng.h"
#include "carrier/questions.h"
#include "carrier/receipt_slots.h"
#include "carrier/tcp_carrier.h"

/* What the driver's files share: tcp_carrier.c is the account, tcp_link.c one link of it, tcp_query.c its questions about submits
 * that were never answered. */

enum link_phase { LINK_WAITING, LINK_CONNECTING, LINK_TALKING, LINK_ENDING, LINK_STOPPED };

struct tcp_carrier;

struct link {
	struct tcp_carrier *carrier;
	struct stream *stream;
	struct session *session;
	enum link_phase phase;
	enum session_end end;
	mono_us deadline; /* of WAITING, CONNECTING, ENDING */
	struct reconnect reconnect;
	unsigned number; /* from 1, for logs */
};

struct tcp_carrier {
	struct carrier base;
	struct tcp_carrier_options options;
	struct loop *loop;
	struct loop_member member;
	const struct carrier_events *events;
	void *ctx;
	struct rng rng;
	struct link links[TCP_CARRIER_LINKS_MAX];
	unsigned permitted; /* the first so many may be there */
	enum carrier_state state;
	bool has_told; /* the pipeline knows state, and why */
	bool is_open;
	bool rests;
	bool has_changed; /* whether it rests, since the last turn */
	bool tries_one;   /* it was refused: the other links wait until one is bound */
	bool is_closing;
	bool is_closed;
	bool is_full; /* the last place was taken, and nobody was told of room since */
	mono_us close_deadline;
	struct receipt_slots *receipts;
	struct references *references; /* with questions; NULL = nothing is asked */
	struct questions *questions;
	bool query_refused; /* the carrier takes no questions: none is asked any more */
	/* Since it last answered one: links that were lost with a question on them, and questions that ran out of time. */
	unsigned query_losses;
	unsigned query_silences;
};

/* tcp_carrier.c: tells the pipeline where the account's state has changed. Only from callbacks and turns. */
void tcp_carrier_tell_state(struct tcp_carrier *carrier, const char *reason);

/* Links that are not up are tried now, whatever they wait for. */
void tcp_carrier_try_all(struct tcp_carrier *carrier);

/* tcp_link.c */
/* Makes a link's stream and session; false where there is no memory for one of them. */
bool tcp_link_init(struct tcp_carrier *carrier, unsigned index);
void tcp_link_connect(struct link *link);
bool tcp_link_is_bound(const struct link *link);
/* Neither connected nor about to be. */
bool tcp_link_is_quiet(const struct link *link);
/* Writes out what the session has queued. */
void tcp_link_flush(struct link *link);
/* Time passed. */
void tcp_link_tick(struct link *link, mono_us now);
mono_us tcp_link_deadline(const struct link *link);
/* A carrier at rest: a link on which nothing waits for its answer unbinds; one that is not bound yet goes. */
void tcp_link_rest(struct link *link, mono_us now);
/* It ends now, whatever is out. */
void tcp_link_cut(struct link *link);

/* tcp_query.c */
/* Makes what questions need, where the options say so, ahead of the links; false where there is no memory. */
bool tcp_query_init(struct tcp_carrier *carrier);
void tcp_query_fini(struct tcp_carrier *carrier);
/* What sessions tell, see struct session_events: a submit is unanswered, has its answer after all; the word on a question. */
void tcp_query_open(struct tcp_carrier *carrier, const struct submit_key *key, uint16_t user_reference);
void tcp_query_answered(struct tcp_carrier *carrier, const struct submit_key *key, uint16_t user_reference,
			const struct outcome *outcome);
void tcp_query_told(struct tcp_carrier *carrier, uint16_t user_reference, enum query_answer answer,
		    struct slice carrier_ref, enum message_state state);
/* A link was lost with questions on it, all of which were told. */
void tcp_query_link_lost(struct tcp_carrier *carrier);
/* Asks what is due; true where a question went out. */
bool tcp_query_turn(struct tcp_carrier *carrier, mono_us now);
mono_us tcp_query_deadline(struct tcp_carrier *carrier);
