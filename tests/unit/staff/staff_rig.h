/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "contract/child_process.h"
#include "staff/actor.h"
#include "staff/staff_db.h"

/* The staff's desk on a redis-server of its own. */
struct staff_rig {
	struct child_process server;
	char socket[160];
	struct redis_place place;
	struct staff_db *db;
	struct redis_ask *ask; /* for whoever meddles */
	wall_ms now;           /* Redis' clock at the start; tests count on from here */
	struct err_at at;
};

void staff_rig_open(struct staff_rig *rig);
void staff_rig_close(struct staff_rig *rig);

/* One more desk on the same Redis; owned by the caller. */
struct staff_db *staff_rig_db(struct staff_rig *rig);

/* Runs a command of words with one blank between two; words that begin with “:” are keys. */
void staff_rig_meddle(struct staff_rig *rig, const char *words);

/* A number that such a command answers with. */
uint64_t staff_rig_count(struct staff_rig *rig, const char *words);

/* Somebody with roles, at 10.0.0.7. */
struct staff_actor staff_rig_actor(const char *name, staff_roles roles);

/* Expects an outcome, with a sentence in at unless it is STAFF_OK; empties at. */
#define WANT(rig, call, want)                                                                                        \
	do {                                                                                                         \
		enum staff_outcome is_ = (call);                                                                     \
		cr_assert_eq(is_, (want), "it is %s, not %s: %s", staff_outcome_name(is_), staff_outcome_name(want), \
			     (rig)->at.text);                                                                        \
		cr_assert((want) == STAFF_OK || (rig)->at.text[0] != '\0', "%s says nothing",                        \
			  staff_outcome_name(is_));                                                                  \
		(rig)->at = (struct err_at){ .err = ERR_OK };                                                        \
	} while (0)
