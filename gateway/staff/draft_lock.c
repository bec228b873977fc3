/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/audit_log.h"
#include "staff/draft.h"
#include "staff/staff_json.h"

static const struct redis_key changed[] = { { .name = STAFF_KEY_LOCKS }, { .name = STAFF_KEY_AUDIT } };
#define CHANGED (sizeof changed / sizeof changed[0])

struct locking {
	const struct staff_actor *actor;
	struct slice display;
	wall_ms now;
	struct slice name;
	bool takes_over;
	json_t *out; /* owned */
};

static bool is_mine(const struct locking *locking, const json_t *lock)
{
	return lock != NULL && slice_equal(locking->actor->name, staff_text(lock, "user"));
}

static enum staff_outcome try_lock(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct locking *locking = ctx;
	json_t *held = NULL;
	json_decref(locking->out);
	locking->out = NULL;
	enum staff_outcome outcome = draft_lock_get(staff_change_db(change), locking->now, locking->name, &held, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (held != NULL && !is_mine(locking, held) && !locking->takes_over) {
		locking->out = held;
		err_at_set(at, ERR_DUPLICATE, 0, "lock", "somebody else is editing this template");
		return STAFF_LOCKED;
	}
	json_int_t since = is_mine(locking, held) ? staff_number(held, "since") : locking->now;
	locking->out = json_pack("{s:s%, s:s%, s:I, s:I}", "user", locking->actor->name.at, locking->actor->name.len,
				 "display", locking->display.at, locking->display.len, "since", since, "until",
				 (json_int_t)(locking->now + DRAFT_LOCK_MS));
	staff_change_put(change, staff_key(STAFF_KEY_LOCKS), locking->name, locking->out);
	/* Who takes it from another is written down; who takes what is free is not. */
	if (held != NULL && !is_mine(locking, held))
		outcome = audit_log_add(change, locking->actor, locking->now, "template.take_over", locking->name, held,
					at);
	json_decref(held);
	return outcome;
}

enum staff_outcome draft_lock(struct staff_db *db, const struct staff_actor *actor, struct slice display, wall_ms now,
			      struct slice name, bool takes_over, json_t **out, struct err_at *at)
{
	struct locking locking = {
		.actor = actor, .display = display, .now = now, .name = name, .takes_over = takes_over
	};
	if (!draft_is_name(name)) {
		err_at_set(at, ERR_FORMAT, 0, NULL, "this is no template's name");
		return STAFF_INVALID;
	}
	enum staff_outcome outcome = staff_change_run(db, changed, CHANGED, try_lock, &locking, at);
	if (outcome == STAFF_OK || outcome == STAFF_LOCKED)
		*out = locking.out;
	else
		json_decref(locking.out);
	return outcome;
}

static enum staff_outcome try_unlock(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct locking *locking = ctx;
	json_t *held = NULL;
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_LOCKS), locking->name, &held, at);
	if (outcome == STAFF_OK && is_mine(locking, held))
		staff_change_remove(change, staff_key(STAFF_KEY_LOCKS), locking->name);
	json_decref(outcome == STAFF_OK ? held : NULL);
	return outcome;
}

enum staff_outcome draft_unlock(struct staff_db *db, const struct staff_actor *actor, struct slice name,
				struct err_at *at)
{
	struct locking locking = { .actor = actor, .name = name };
	return staff_change_run(db, changed, CHANGED, try_unlock, &locking, at);
}
