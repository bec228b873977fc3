/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "staff/actor.h"
#include "staff/staff_change.h"

/* Drafts of templates: what staff is writing, for each template at most one, with all its languages. A draft has a revision that grows
 * with each change of its words, also from one draft of a template to the next; who has seen an older one can't overwrite or approve it. */

#define DRAFT_VARIANTS_MAX 16
#define DRAFT_SAMPLES_MAX  64
#define DRAFT_LOCK_MS      60000 /* an editor renews its lock every 20 s */

/* The words of a draft; JSON values are borrowed for the call. */
struct draft_content {
	const json_t *variants;      /* {"zh-CN":"…","en":"…"}: sources as in templates' files; at least one */
	const json_t *samples;       /* [{"name","locale","params":{…},"expect":"…"}]; NULL = none */
	const json_t *registrations; /* {ACCOUNT:{"signature","template"}}: what the carrier calls them; NULL = none */
	struct slice why;
	bool has_base; /* whoever writes says of which version: else it is the newest, or the one that the draft was begun from */
	int64_t base;
};

/* The draft of a template. out: owned, NULL where there is none; set with STAFF_OK only. */
MUST_CHECK enum staff_outcome draft_get(struct staff_db *db, struct slice name, json_t **out, struct err_at *at);

/* All drafts, by name. out: owned, set with STAFF_OK only. */
MUST_CHECK enum staff_outcome draft_all(struct staff_db *db, json_t **out, struct err_at *at);

/* Saves words, whether they can be used or not. revision: of the draft that they were made from, 0 = there was none. It is a draft again
 * then, whatever it was before: an approval or a time to publish is void. out: owned; with STAFF_OK the draft as it is now, with
 * STAFF_CONFLICT what is there instead (NULL = nothing is), with STAFF_LOCKED whose lock it is; else not set.
 * STAFF_INVALID: the name is none, or the content has another form or is too large. STAFF_OUTDATED: it is said to be of a version that is
 * neither the newest nor the one that the draft was begun from. */
MUST_CHECK enum staff_outcome draft_save(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					 struct slice name, int64_t revision, const struct draft_content *content,
					 json_t **out, struct err_at *at);

/* Throws it away. STAFF_NOT_FOUND, STAFF_CONFLICT, STAFF_LOCKED. */
MUST_CHECK enum staff_outcome draft_discard(struct staff_db *db, const struct staff_actor *actor, wall_ms now,
					    struct slice name, int64_t revision, struct err_at *at);

/* Takes or renews the lock of whoever edits a template. display: the name that others see. takes_over: even where somebody else has it.
 * out: owned: with STAFF_OK one's own lock, with STAFF_LOCKED the other's; else not set. */
MUST_CHECK enum staff_outcome draft_lock(struct staff_db *db, const struct staff_actor *actor, struct slice display,
					 wall_ms now, struct slice name, bool takes_over, json_t **out,
					 struct err_at *at);

/* Gives one's own lock back; nothing where it is somebody else's by now. */
MUST_CHECK enum staff_outcome draft_unlock(struct staff_db *db, const struct staff_actor *actor, struct slice name,
					   struct err_at *at);

/* The lock in force. out: owned, NULL where nobody edits it. */
MUST_CHECK enum staff_outcome draft_lock_get(struct staff_db *db, wall_ms now, struct slice name, json_t **out,
					     struct err_at *at);

/* Within a change: reads the draft for somebody who has seen that revision. out: owned, set with STAFF_OK only. STAFF_NOT_FOUND,
 * STAFF_CONFLICT. */
MUST_CHECK enum staff_outcome draft_of_revision(struct staff_change *change, struct slice name, int64_t revision,
						json_t **out, struct err_at *at);

/* Whether a draft was made from the newest version: else what was published since would be undone by it, which nobody has seen or
 * approved. STAFF_OUTDATED. The change watches STAFF_KEY_LATEST. */
MUST_CHECK enum staff_outcome draft_is_current(struct staff_change *change, struct slice name, const json_t *draft,
					       struct err_at *at);

/* Within a change: takes a draft off the schedule; nothing of its time stays in it. The caller keeps the draft. */
void draft_take_off_schedule(struct staff_change *change, struct slice name, json_t *draft);

/* Whether somebody has written in the draft, be it at a terminal. */
bool draft_is_by(const json_t *draft, struct slice name);

/* Whether the draft is in a state (“review”). */
bool draft_is(const json_t *draft, const char *state);

/* Whether a text can be the name of a template. */
bool draft_is_name(struct slice name);

/* Says at what is wrong with the form of some content; STAFF_OK where nothing is. */
MUST_CHECK enum staff_outcome draft_content_check(const struct draft_content *content, struct err_at *at);
