/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/session_inner.h"

#include "base/check.h"
#include "base/utf8.h"
#include "staff/audit_log.h"
#include "staff/user_inner.h"

#include <sodium.h>

#define SEEN_STEP_MS     (INT64_C(30) * MS_PER_S) /* how exact it is known when a session was used */
#define AGENT_OCTETS_MAX 200
#define SWEEP_MAX        8 /* sessions that are removed with one new one */

_Static_assert(SESSION_HASH_OCTETS == 2 * crypto_hash_sha256_BYTES + 1, "two digits an octet");

void session_id_make(char id[static SESSION_ID_OCTETS])
{
	unsigned char random[(SESSION_ID_OCTETS - 1) / 2];
	CHECK(sodium_init() >= 0);
	randombytes_buf(random, sizeof random);
	sodium_bin2hex(id, SESSION_ID_OCTETS, random, sizeof random);
	sodium_memzero(random, sizeof random);
}

void session_hash(struct slice id, char out[static SESSION_HASH_OCTETS])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(hash, (const unsigned char *)id.at, id.len);
	sodium_bin2hex(out, SESSION_HASH_OCTETS, hash, sizeof hash);
}

static wall_ms time_of(const json_t *session, const char *member)
{
	return json_integer_value(json_object_get(session, member));
}

static bool is_over(const json_t *session, wall_ms now)
{
	return now - time_of(session, "seen") >= SESSION_IDLE_MS ||
	       now - time_of(session, "created") >= SESSION_LIFE_MS;
}

static void sweep(struct staff_change *change, const json_t *sessions, wall_ms now)
{
	const char *hash;
	json_t *session;
	unsigned count = 0;
	json_object_foreach((json_t *)(uintptr_t)sessions, hash,
			    session) if (is_over(session, now) && count++ < SWEEP_MAX)
		staff_change_remove(change, staff_key(STAFF_KEY_SESSIONS), slice_of(hash));
}

enum staff_outcome session_note(struct staff_change *change, const char id[static SESSION_ID_OCTETS],
				const json_t *user, const struct session_place *place, wall_ms now, struct err_at *at)
{
	json_t *sessions;
	char hash[SESSION_HASH_OCTETS];
	CHECK(staff_change_watches(change, STAFF_KEY_SESSIONS));
	enum staff_outcome outcome =
		staff_db_read_all(staff_change_db(change), staff_key(STAFF_KEY_SESSIONS), &sessions, at);
	if (outcome != STAFF_OK)
		return outcome;
	sweep(change, sessions, now);
	json_decref(sessions);
	struct slice agent = place->agent;
	agent.len = agent.len > AGENT_OCTETS_MAX ? AGENT_OCTETS_MAX : agent.len;
	agent.len = utf8_valid(agent.at, agent.len); /* cuts inside a character, too */
	json_t *session = json_pack("{s:s, s:I, s:I, s:s%, s:s%, s:O?}", "user", user_text(user, "name"), "created",
				    (json_int_t)now, "seen", (json_int_t)now, "address",
				    place->address.len ? place->address.at : "", place->address.len, "agent",
				    agent.len ? agent.at : "", agent.len, "epoch", json_object_get(user, "epoch"));
	if (session == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	session_hash(slice_of(id), hash);
	staff_change_put(change, staff_key(STAFF_KEY_SESSIONS), slice_of(hash), session);
	json_decref(session);
	return STAFF_OK;
}

static enum staff_outcome ended(struct err_at *at)
{
	err_at_set(at, ERR_NOT_FOUND, 0, NULL, "please sign in");
	return STAFF_FORBIDDEN;
}

struct finding {
	char hash[SESSION_HASH_OCTETS];
	wall_ms now;
	const struct staff_actor *actor; /* of session_end */
	bool only_looks;
};

static enum staff_outcome try_seen(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct finding *finding = ctx;
	json_t *session = NULL;
	struct slice hash = slice_of(finding->hash);
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_SESSIONS), hash, &session, at);
	if (outcome == STAFF_OK && session == NULL) /* ended meanwhile: it must not come back */
		return ended(at);
	if (outcome == STAFF_OK)
		outcome = user_set(session, "seen", json_integer(finding->now), at);
	if (outcome == STAFF_OK)
		staff_change_put(change, staff_key(STAFF_KEY_SESSIONS), hash, session);
	json_decref(session);
	return outcome;
}

/* Judges a session with its user, and keeps that it was used. */
static enum staff_outcome use(struct staff_db *db, struct finding *finding, const json_t *session, const json_t *user,
			      struct err_at *at)
{
	struct redis_key key = staff_key(STAFF_KEY_SESSIONS);
	const json_t *epoch = json_object_get(user, "epoch");
	if (is_over(session, finding->now) || user_is_disabled(user) || !json_is_integer(epoch) ||
	    !json_equal(epoch, json_object_get(session, "epoch")))
		return ended(at);
	if (finding->only_looks || finding->now - time_of(session, "seen") < SEEN_STEP_MS)
		return STAFF_OK;
	enum staff_outcome outcome = staff_change_run(db, &key, 1, try_seen, finding, at);
	return outcome == STAFF_BUSY ? STAFF_OK : outcome; /* somebody has written it a moment ago, or will */
}

static enum staff_outcome find(struct staff_db *db, struct slice id, wall_ms now, bool only_looks,
			       struct staff_session *out, struct err_at *at)
{
	json_t *session = NULL;
	json_t *user = NULL;
	struct finding finding = { .now = now, .only_looks = only_looks };
	if (id.len != SESSION_ID_OCTETS - 1)
		return ended(at);
	session_hash(id, finding.hash);
	enum staff_outcome outcome =
		staff_db_read(db, staff_key(STAFF_KEY_SESSIONS), slice_of(finding.hash), &session, at);
	if (outcome == STAFF_OK && session == NULL)
		outcome = ended(at);
	if (outcome == STAFF_OK)
		outcome = user_find(db, slice_of(user_text(session, "user")), &user, at);
	if (outcome == STAFF_NOT_FOUND)
		outcome = STAFF_FORBIDDEN;
	if (outcome == STAFF_OK)
		outcome = use(db, &finding, session, user, at);
	if (outcome == STAFF_OK)
		*out = (struct staff_session){ .user = json_incref(user),
					       .roles = user_roles(user),
					       .created = time_of(session, "created"),
					       .must_change = json_is_true(json_object_get(user, "must_change")) };
	json_decref(user);
	json_decref(session);
	return outcome;
}

enum staff_outcome session_find(struct staff_db *db, struct slice id, wall_ms now, struct staff_session *out,
				struct err_at *at)
{
	return find(db, id, now, false, out, at);
}

enum staff_outcome session_look(struct staff_db *db, struct slice id, wall_ms now, struct staff_session *out,
				struct err_at *at)
{
	return find(db, id, now, true, out, at);
}

void session_fini(struct staff_session *session)
{
	json_decref(session->user);
	session->user = NULL;
}

static enum staff_outcome try_end(struct staff_change *change, void *ctx, struct err_at *at)
{
	const struct finding *finding = ctx;
	json_t *session;
	struct slice hash = slice_of(finding->hash);
	enum staff_outcome outcome =
		staff_db_read(staff_change_db(change), staff_key(STAFF_KEY_SESSIONS), hash, &session, at);
	if (outcome != STAFF_OK || session == NULL)
		return outcome;
	staff_change_remove(change, staff_key(STAFF_KEY_SESSIONS), hash);
	outcome = audit_log_add(change, finding->actor, finding->now, "session.end",
				slice_of(user_text(session, "user")), NULL, at);
	json_decref(session);
	return outcome;
}

enum staff_outcome session_end(struct staff_db *db, const struct staff_actor *actor, wall_ms now, struct slice id,
			       struct err_at *at)
{
	static const struct redis_key keys[] = { { .name = STAFF_KEY_SESSIONS }, { .name = STAFF_KEY_AUDIT } };
	struct finding finding = { .now = now, .actor = actor };
	session_hash(id, finding.hash);
	return staff_change_run(db, keys, 2, try_end, &finding, at);
}
