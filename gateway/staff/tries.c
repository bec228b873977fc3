/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/tries.h"

#include "base/check.h"

#include <stdio.h>

#define FREE_OF_USER    3
#define FREE_OF_ADDRESS 20
#define LIFE_MS         (INT64_C(3600) * MS_PER_S) /* without another try all is forgotten */
#define DOUBLINGS_MAX   6
#define FORGIVE_MS      (INT64_C(300) * MS_PER_S) /* one try is forgotten after so long */

static int64_t free_of(bool is_address)
{
	return is_address ? FREE_OF_ADDRESS : FREE_OF_USER;
}

unsigned tries_wait_s(int64_t count, bool is_address)
{
	int64_t beyond = count - free_of(is_address);
	if (beyond <= 0)
		return 0;
	return beyond > DOUBLINGS_MAX ? TRIES_WAIT_MAX_S : 1u << (beyond - 1);
}

unsigned tries_keys(const struct tries_place *place, char text[static TRIES_TEXT_OCTETS],
		    struct redis_key keys[static TRIES_KEYS_MAX])
{
	keys[0] = staff_key_of(STAFF_KEY_TRIES_ADDRESS, place->address);
	if (place->user.len == 0)
		return 1;
	int len = snprintf(text, TRIES_TEXT_OCTETS, "%.*s%s%.*s", SLICE_ARG(place->user),
			   place->is_usual_address ? "@" : "", place->is_usual_address ? (int)place->address.len : 0,
			   place->address.len ? place->address.at : "");
	CHECK(len > 0 && len < TRIES_TEXT_OCTETS);
	keys[1] = staff_key_of(STAFF_KEY_TRIES_USER, (struct slice){ text, (size_t)len });
	return 2;
}

struct counting {
	const struct redis_key *keys;
	unsigned key_count;
	wall_ms now;
	bool is_usual_address;
	unsigned wait_s;
};

/* Tries of one key: how many count now, from when on the next is forgotten, and until when all wait. */
struct tried {
	int64_t count;
	wall_ms since;
	wall_ms until;
};

/* Of those that were counted, one is forgotten every FORGIVE_MS: who mistypes now and then in an office never waits for what others did
 * long ago. A clock that went back forgets none. */
static void forget(struct tried *tried, wall_ms now)
{
	int64_t forgotten = now > tried->since ? (now - tried->since) / FORGIVE_MS : 0;
	forgotten = forgotten < tried->count ? forgotten : tried->count;
	tried->count -= forgotten;
	tried->since += forgotten * FORGIVE_MS;
}

static enum staff_outcome read(struct staff_change *change, struct redis_key key, wall_ms now, struct tried *out,
			       struct err_at *at)
{
	json_t *tries;
	enum staff_outcome outcome = staff_db_read_key(staff_change_db(change), key, &tries, at);
	if (outcome != STAFF_OK)
		return outcome;
	*out = (struct tried){
		.count = json_integer_value(json_object_get(tries, "count")),
		.since = json_integer_value(json_object_get(tries, "since")),
		.until = json_integer_value(json_object_get(tries, "until")),
	};
	json_decref(tries);
	forget(out, now);
	return STAFF_OK;
}

static enum staff_outcome keep(struct staff_change *change, struct redis_key key, const struct tried *tried,
			       struct err_at *at)
{
	json_t *tries = json_pack("{s:I, s:I, s:I}", "count", (json_int_t)tried->count, "since",
				  (json_int_t)tried->since, "until", (json_int_t)tried->until);
	if (tries == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	staff_change_set(change, key, tries, LIFE_MS);
	json_decref(tries);
	return STAFF_OK;
}

/* One more. Not more than make the longest wait, so that they are forgotten as soon when it ends. */
static void add(struct tried *tried, wall_ms now, bool is_address)
{
	int64_t most = free_of(is_address) + DOUBLINGS_MAX + 1;
	if (tried->count == 0)
		tried->since = now;
	tried->count = tried->count < most ? tried->count + 1 : most;
	unsigned wait_s = tries_wait_s(tried->count, is_address);
	tried->until = wait_s > 0 ? now + (wall_ms)wait_s * MS_PER_S : 0;
}

static enum staff_outcome try_count(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct counting *counting = ctx;
	struct tried tried[TRIES_KEYS_MAX];
	enum staff_outcome outcome = STAFF_OK;
	counting->wait_s = 0;
	for (unsigned i = 0; i < counting->key_count && outcome == STAFF_OK; i++) {
		outcome = read(change, counting->keys[i], counting->now, &tried[i], at);
		wall_ms left = outcome == STAFF_OK ? tried[i].until - counting->now : 0;
		/* Others at an address must not keep out who signs in from there every day. */
		if (i == 0 && counting->is_usual_address)
			continue;
		/* A clock that went back must not lock anybody out. */
		left = left > TRIES_WAIT_MAX_S * MS_PER_S ? TRIES_WAIT_MAX_S * MS_PER_S : left;
		unsigned wait_s = left > 0 ? (unsigned)((left + MS_PER_S - 1) / MS_PER_S) : 0;
		counting->wait_s = wait_s > counting->wait_s ? wait_s : counting->wait_s;
	}
	for (unsigned i = 0; i < counting->key_count && outcome == STAFF_OK && counting->wait_s == 0; i++) {
		add(&tried[i], counting->now, i == 0);
		outcome = keep(change, counting->keys[i], &tried[i], at);
	}
	return outcome;
}

enum staff_outcome tries_count(struct staff_db *db, const struct tries_place *place, wall_ms now, unsigned *wait_s,
			       struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[TRIES_KEYS_MAX];
	struct counting counting = {
		.keys = keys,
		.key_count = tries_keys(place, text, keys),
		.now = now,
		.is_usual_address = place->is_usual_address,
	};
	enum staff_outcome outcome = staff_change_run(db, keys, counting.key_count, try_count, &counting, at);
	if (outcome != STAFF_OK)
		return outcome;
	*wait_s = counting.wait_s;
	if (counting.wait_s == 0)
		return STAFF_OK;
	err_at_set(at, ERR_TIMEOUT, 0, NULL, "after so many tries the next one has to wait %u s", counting.wait_s);
	return STAFF_TOO_SOON;
}

enum staff_outcome tries_forgive(struct staff_change *change, const struct tries_place *place, wall_ms now,
				 struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[TRIES_KEYS_MAX];
	struct tried tried;
	unsigned key_count = tries_keys(place, text, keys);
	enum staff_outcome outcome = read(change, keys[0], now, &tried, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (key_count == 2)
		staff_change_unset(change, keys[1]);
	tried.count--;
	if (!place->is_usual_address) /* who did not wait for others does not end their wait either */
		tried.until = 0;
	if (tried.count > 0)
		return keep(change, keys[0], &tried, at);
	staff_change_unset(change, keys[0]);
	return STAFF_OK;
}
