/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "fakes/text_table.h"
#include "model/closing.h"
#include "model/entry.h"
#include "model/protection.h"
#include "port/store.h"

#include <stdbool.h>

/* What producers asked for and what became of it, written down outside the gateway: the simulation's judge. */

#define SIM_WORKERS_MAX 3

enum sim_kind {
	SIM_PLAIN,
	SIM_TWICE,     /* an id that was used before */
	SIM_URGENT,    /* expires soon */
	SIM_EARLY,     /* not before a time to come */
	SIM_MALFORMED, /* the entry itself is wrong */
	SIM_BAD,       /* JSON, template, parameters or number are wrong */
	SIM_CANCEL,    /* it withdraws others */
	SIM_KIND_COUNT
};

/* The last leave to send an alert that a worker got. */
struct sim_go {
	unsigned life; /* of the worker; 0 = it never got one */
	bool is_used;
	bool is_first; /* of all that it ever got, and nobody may have begun it before */
	mono_us asked_at;
	mono_us sent_at; /* when the queue was asked */
	mono_us told_at;
};

struct sim_alert {
	struct entry_key origin;
	enum sim_kind kind;
	bool is_long;     /* several segments */
	bool is_careful;  /* its template says that it must not be sent twice */
	unsigned held;    /* times that an event said so */
	unsigned resent;  /* times that a human sent it on */
	unsigned id;      /* number in the alert's id; of a cancel: what it names, as is subject */
	unsigned subject; /* 0 = none, as are batch and tenant */
	unsigned batch;
	unsigned tenant;
	bool supersedes;
	bool has_priority;
	enum lane priority;
	enum withdrawal_kind cancel; /* of a cancel */
	wall_ms expires_at;
	wall_ms not_before;
	unsigned closings;
	enum closing closing;
	bool is_ambiguous; /* its closing event says so */
	bool is_late;
	unsigned segments; /* as its closing event says */
	unsigned delivered;
	/* What sim_withdraw.c knows of it. */
	bool was_cancelled; /* some time, by some cancel */
	bool was_superseded;
	struct entry_key place;   /* where it counts in the order of its subject */
	mono_us withdrawn_at;     /* from then on no BEGIN may let it go; INT64_MAX = never, as is the next one */
	mono_us subject_ended_at; /* likewise, by its subject */
	struct sim_go goes[SIM_WORKERS_MAX];
	unsigned leaves; /* that it ever got, of all workers */
	/* What sim_budget.c knows of it. */
	unsigned counted;  /* segments, as its tenant's use */
	bool is_uncounted; /* it was settled by itself, which counts nothing */
	/* What sim_protect.c knows of it. */
	unsigned number; /* whom it goes to; 0 = a number of its own */
	unsigned text;   /* 0 = a text of its own */
	bool has_consent;
	bool is_critical;
	enum protection_rule rule; /* by which it was suppressed */
	bool is_exempt;            /* its event says so */
	mono_us left_at;           /* when a leave was used last */
};

struct sim_ledger {
	struct sim_alert *alerts;
	unsigned count;
	unsigned cap;
	struct text_table *by_origin; /* entry key → place */
	unsigned events_read;
	unsigned closed;
	unsigned *withdrawing; /* places of cancels and superseding alerts */
	unsigned withdrawing_count;
	unsigned withdrawing_cap;
	unsigned cancels;
};

void sim_ledger_init(struct sim_ledger *ledger);
void sim_ledger_fini(struct sim_ledger *ledger);

/* Writes an alert down. */
struct sim_alert *sim_ledger_add(struct sim_ledger *ledger, const struct entry_key *origin, enum sim_kind kind);

/* The alert of an origin; NULL where nobody asked for it. */
struct sim_alert *sim_ledger_find(struct sim_ledger *ledger, const struct entry_key *origin);

/* Reads one event. False where it makes no sense: why is then set (static). */
bool sim_ledger_read_event(struct sim_ledger *ledger, struct slice event, const char **why);
