/* SPDX-License-Identifier: Apache-2.0 */
#include "staff/tries.h"

#include "base/check.h"

#include <stdio.h>

#define FREE_OF_USER    3
#define FREE_OF_ADDRESS 20
#define LIFE_MS         (INT64_C(3600) * MS_PER_S) /* without another try all is forgotten */
#define DOUBLINGS_MAX   6

unsigned tries_wait_s(int64_t count, bool is_address)
{
	int64_t beyond = count - (is_address ? FREE_OF_ADDRESS : FREE_OF_USER);
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
	unsigned wait_s;
};

static enum staff_outcome read(struct staff_change *change, struct redis_key key, int64_t *count, wall_ms *until,
			       struct err_at *at)
{
	json_t *tries;
	enum staff_outcome outcome = staff_db_read_key(staff_change_db(change), key, &tries, at);
	if (outcome != STAFF_OK)
		return outcome;
	*count = json_integer_value(json_object_get(tries, "count"));
	*until = json_integer_value(json_object_get(tries, "until"));
	json_decref(tries);
	return STAFF_OK;
}

static enum staff_outcome keep(struct staff_change *change, struct redis_key key, int64_t count, wall_ms until,
			       struct err_at *at)
{
	json_t *tries = json_pack("{s:I, s:I}", "count", (json_int_t)count, "until", (json_int_t)until);
	if (tries == NULL) {
		err_at_set(at, ERR_MEMORY, 0, NULL, "out of memory");
		return STAFF_MEMORY;
	}
	staff_change_set(change, key, tries, LIFE_MS);
	json_decref(tries);
	return STAFF_OK;
}

static enum staff_outcome try_count(struct staff_change *change, void *ctx, struct err_at *at)
{
	struct counting *counting = ctx;
	int64_t counts[TRIES_KEYS_MAX];
	enum staff_outcome outcome = STAFF_OK;
	counting->wait_s = 0;
	for (unsigned i = 0; i < counting->key_count && outcome == STAFF_OK; i++) {
		wall_ms until = 0;
		outcome = read(change, counting->keys[i], &counts[i], &until, at);
		wall_ms left = outcome == STAFF_OK ? until - counting->now : 0;
		/* A clock that went back must not lock anybody out. */
		left = left > TRIES_WAIT_MAX_S * MS_PER_S ? TRIES_WAIT_MAX_S * MS_PER_S : left;
		unsigned wait_s = left > 0 ? (unsigned)((left + MS_PER_S - 1) / MS_PER_S) : 0;
		counting->wait_s = wait_s > counting->wait_s ? wait_s : counting->wait_s;
	}
	for (unsigned i = 0; i < counting->key_count && outcome == STAFF_OK && counting->wait_s == 0; i++) {
		unsigned wait_s = tries_wait_s(counts[i] + 1, i == 0);
		wall_ms until = wait_s > 0 ? counting->now + (wall_ms)wait_s * MS_PER_S : 0;
		outcome = keep(change, counting->keys[i], counts[i] + 1, until, at);
	}
	return outcome;
}

enum staff_outcome tries_count(struct staff_db *db, const struct tries_place *place, wall_ms now, unsigned *wait_s,
			       struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[TRIES_KEYS_MAX];
	struct counting counting = { .keys = keys, .key_count = tries_keys(place, text, keys), .now = now };
	enum staff_outcome outcome = staff_change_run(db, keys, counting.key_count, try_count, &counting, at);
	if (outcome == STAFF_OK)
		*wait_s = counting.wait_s;
	return outcome;
}

enum staff_outcome tries_forgive(struct staff_change *change, const struct tries_place *place, struct err_at *at)
{
	char text[TRIES_TEXT_OCTETS];
	struct redis_key keys[TRIES_KEYS_MAX];
	int64_t count = 0;
	wall_ms until = 0;
	unsigned key_count = tries_keys(place, text, keys);
	enum staff_outcome outcome = read(change, keys[0], &count, &until, at);
	if (outcome != STAFF_OK)
		return outcome;
	if (key_count == 2)
		staff_change_unset(change, keys[1]);
	if (count > 1)
		return keep(change, keys[0], count - 1, 0, at);
	staff_change_unset(change, keys[0]);
	return STAFF_OK;
}
