/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/clock.h"
#include "fakes/text_table.h"
#include "model/closing.h"
#include "model/entry.h"

#include <stdbool.h>

/* What producers asked for and what became of it, written down outside the gateway: the simulation's judge. */

enum sim_kind {
	SIM_PLAIN,
	SIM_TWICE,     /* an id that was used before */
	SIM_URGENT,    /* expires soon */
	SIM_EARLY,     /* not before a time to come */
	SIM_MALFORMED, /* the entry itself is wrong */
	SIM_BAD,       /* JSON, template, parameters or number are wrong */
	SIM_KIND_COUNT
};

struct sim_alert {
	struct entry_key origin;
	enum sim_kind kind;
	bool is_long;    /* several segments */
	bool is_careful; /* its template says that it must not be sent twice */
	unsigned held;   /* times that an event said so */
	unsigned resent; /* times that a human sent it on */
	unsigned id;     /* number in the alert's id */
	wall_ms expires_at;
	wall_ms not_before;
	unsigned closings;
	enum closing closing;
	bool is_ambiguous; /* its closing event says so */
	bool is_late;
	unsigned segments; /* as its closing event says */
	unsigned delivered;
};

struct sim_ledger {
	struct sim_alert *alerts;
	unsigned count;
	unsigned cap;
	struct text_table *by_origin; /* entry key → place */
	unsigned events_read;
	unsigned closed;
};

void sim_ledger_init(struct sim_ledger *ledger);
void sim_ledger_fini(struct sim_ledger *ledger);

/* Writes an alert down. */
struct sim_alert *sim_ledger_add(struct sim_ledger *ledger, const struct entry_key *origin, enum sim_kind kind);

/* The alert of an origin; NULL where nobody asked for it. */
struct sim_alert *sim_ledger_find(struct sim_ledger *ledger, const struct entry_key *origin);

/* Reads one event. False where it makes no sense: why is then set (static). */
bool sim_ledger_read_event(struct sim_ledger *ledger, struct slice event, const char **why);
