/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/entry.h"

#include <stdbool.h>

#define EXPLORER_RECORDS_MAX 10
#define EXPLORER_ACTS_MAX    6
#define EXPLORER_OPTED_OUT   "8613900000009"
#define EXPLORER_DAY_MAX     2

enum explorer_spec_kind {
	SPEC_ALERT,
	SPEC_CANCEL, /* of an id, a batch, or a subject: whichever is there */
};

/* An entry that the producer adds. outcomes: what the carrier answers to each copy of it, the last one again and again:
 *   A accepted   T temporary   R rejected   U taken, but never answered (or late)   u neither taken nor answered */
struct explorer_spec {
	enum explorer_spec_kind kind;
	enum lane lane;
	unsigned ms; /* of its entry id; same ms, next number */
	const char *id;
	const char *subject;
	const char *batch;
	const char *
		number; /* of the recipient, where he is protected: EXPLORER_OPTED_OUT gets none, others EXPLORER_DAY_MAX */
	const char *outcomes;
	bool supersedes;
	bool is_late; /* added at some time, not at the start */
	bool holds;   /* what may have been sent is not sent again unless somebody says so */
};

enum explorer_act {
	ACT_NONE,
	ACT_PAUSE, /* of the batch “b” */
	ACT_RESUME,
	ACT_REQUEUE, /* of all dead letters */
	ACT_RESEND,  /* of the first that is held */
	ACT_DROP,    /* of all that is held */
};

struct explorer_scenario {
	const char *name;
	const char *about;
	struct explorer_spec specs[EXPLORER_RECORDS_MAX];
	enum explorer_act acts[EXPLORER_ACTS_MAX];
	unsigned workers;
	bool takes_turns;    /* workers go in turn; else one goes on until it has nothing to do */
	unsigned read_max;   /* of a lane */
	unsigned adopt_max;  /* entries */
	unsigned look_count; /* entries of one look */
	unsigned turns;      /* of the generation of seen entries and notes */
};

/* All of them; count: how many. */
const struct explorer_scenario *explorer_scenarios(unsigned *count);

/* The one with a name, or NULL. */
const struct explorer_scenario *explorer_scenario_find(const char *name);
