/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/actor.h"
#include "staff/staff_change.h"

/* Versions of templates: what was published, when, by whom and why. A version never changes; numbers of a template grow, and none is
 * used twice. */

/* The version that is in force, whole. out: owned, NULL where the template is not published. */
MUST_CHECK enum staff_outcome version_live(struct staff_db *db, struct slice name, json_t **out, struct err_at *at);

/* One version, whole. STAFF_NOT_FOUND. out: owned, set with STAFF_OK only. */
MUST_CHECK enum staff_outcome version_get(struct staff_db *db, struct slice name, int64_t version, json_t **out,
					  struct err_at *at);

/* The number of a template's newest version, in force or not. out: 0 = there is none. */
MUST_CHECK enum staff_outcome version_latest(struct staff_db *db, struct slice name, int64_t *out, struct err_at *at);

/* All of a template, newest first, without their texts. out: an array, owned, set with STAFF_OK only; empty where there is none. */
MUST_CHECK enum staff_outcome version_list(struct staff_db *db, struct slice name, json_t **out, struct err_at *at);

/* All that is published: {NAME:{"version","variants"}}. out: owned, set with STAFF_OK only. */
MUST_CHECK enum staff_outcome version_all_live(struct staff_db *db, json_t **out, struct err_at *at);

/* All that were archived: {NAME:{"at","by","why","version"}}. out: likewise. */
MUST_CHECK enum staff_outcome version_archived(struct staff_db *db, json_t **out, struct err_at *at);

/* How a version comes to be; texts are borrowed. */
struct version_origin {
	const char *kind; /* “publish”, “scheduled”, “rollback”, “restore”, “push” */
	const struct staff_actor *by;
	struct slice approved_by;
	struct slice why;
	const json_t *authors; /* NULL = only `by` */
	int64_t from;          /* the version whose words these are; 0 = none */
};

/* The keys that a change watches which brings a version into force. */
extern const struct redis_key version_keys[];
extern const unsigned version_key_count;

/* Within such a change: the next version of a template comes into force, with the variants, samples and registrations of content; the
 * draft is not touched. number: which it is. The audit log gets its entry. STAFF_WRONG_STATE: no gateway has filled the
 * catalogue yet. */
MUST_CHECK enum staff_outcome version_publish(struct staff_change *change, wall_ms now, struct slice name,
					      const json_t *content, const struct version_origin *origin,
					      int64_t *number, struct err_at *at);
