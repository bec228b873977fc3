/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/draft.h"
#include "staff/template_check.h"
#include "staff/version.h"

/* The life of a template's words:
 *
 *   draft ──submit──► review ──approve──► approved ──publish──► a version, in force at once; the draft is gone
 *     ▲                 │ reject             │  ▲ └─schedule──► scheduled ──its time comes──► likewise
 *     └── any edit, at any time ◄────────────┘  └──unschedule──────┘
 *
 * Whoever approves has written nothing of the draft. What is in force can be rolled back to any former version, taken out of use
 * (archived) and brought back; each of these makes a new version, or none, and never changes one. Each step is one transaction, with
 * its entry in the audit log. */

/* Who does something, with what. Borrowed for the call. */
struct template_life {
	struct staff_db *db;
	const struct template_rules *rules;
	const struct staff_actor *actor;
	wall_ms now; /* Redis' clock */
};

/* Steps of a draft of which that revision was seen. All: STAFF_NOT_FOUND, STAFF_CONFLICT (another revision), STAFF_WRONG_STATE.
 * submit and publish: STAFF_INVALID, and at says what is wrong with the text. approve, reject: STAFF_OWN_TEXT. All but reject and
 * unschedule: STAFF_OUTDATED (draft_is_current). */
MUST_CHECK enum staff_outcome template_submit(const struct template_life *life, struct slice name, int64_t revision,
					      struct slice why, struct err_at *at);
MUST_CHECK enum staff_outcome template_approve(const struct template_life *life, struct slice name, int64_t revision,
					       struct slice comment, struct err_at *at);
MUST_CHECK enum staff_outcome template_reject(const struct template_life *life, struct slice name, int64_t revision,
					      struct slice comment, struct err_at *at);

/* number: the version that is in force by then; 0 where it was put on the schedule. due_at: when; at most now = at once. A time more than
 * a year ahead is STAFF_INVALID. */
MUST_CHECK enum staff_outcome template_publish(const struct template_life *life, struct slice name, int64_t revision,
					       wall_ms due_at, int64_t *number, struct err_at *at);
MUST_CHECK enum staff_outcome template_unschedule(const struct template_life *life, struct slice name, int64_t revision,
						  struct err_at *at);

/* A new version with the words of a former one. STAFF_NOT_FOUND, STAFF_INVALID (they can't be used any more). */
MUST_CHECK enum staff_outcome template_roll_back(const struct template_life *life, struct slice name, int64_t version,
						 struct slice why, int64_t *number, struct err_at *at);

/* Out of use: alerts for it become dead letters from then on. STAFF_NOT_FOUND. And back, as a new version with its last words. */
MUST_CHECK enum staff_outcome template_archive(const struct template_life *life, struct slice name, struct slice why,
					       struct err_at *at);
MUST_CHECK enum staff_outcome template_restore(const struct template_life *life, struct slice name, struct slice why,
					       int64_t *number, struct err_at *at);

/* Whether a content from outside could be published. STAFF_INVALID. */
MUST_CHECK enum staff_outcome template_push_check(const struct template_life *life, struct slice name,
						  const struct draft_content *content, struct err_at *at);

/* A version from outside (files that are kept and reviewed elsewhere), without a draft. approved_by: who has looked at it there; not the
 * actor (STAFF_OWN_TEXT), and where there are users one who may approve (STAFF_FORBIDDEN). What staff has archived is not brought back
 * (STAFF_WRONG_STATE); content that says which version it was made from only replaces that one (STAFF_OUTDATED). A draft of the
 * template stays, and is of an older base then. */
MUST_CHECK enum staff_outcome template_push(const struct template_life *life, struct slice name,
					    const struct draft_content *content, struct slice approved_by,
					    int64_t *number, struct err_at *at);

/* Publishes what is due, whoever calls it first. One that can't be published any more goes back to “approved”, with the reason in the
 * draft's comment and in the audit log. count: how many came into force. Cheap where nothing is due. */
MUST_CHECK enum staff_outcome template_publish_due(struct staff_db *db, const struct template_rules *rules, wall_ms now,
						   unsigned *count, struct err_at *at);
