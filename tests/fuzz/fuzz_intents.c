/* SPDX-License-Identifier: Apache-2.0 */
/* The intents value of a dead consumer, as another version or a mistake may have left it; and what is read from it, written
 * again. */
#include "base/check.h"
#include "store/intents.h"
#include "store/key_set.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define KEYS_MAX 4096

static struct entry_key keys[KEYS_MAX];
static size_t count;

static void note(void *ctx, const struct entry_key *key)
{
	struct key_set *set = ctx;
	CHECK(key->lane < LANE_COUNT);
	CHECK(key_set_add(set, key) == ERR_OK);
	if (count < KEYS_MAX)
		keys[count++] = *key;
}

static size_t at;

static void compare(void *ctx, const struct entry_key *key)
{
	(void)ctx;
	CHECK(at < count && entry_key_equal(key, &keys[at]));
	at++;
}

/* Times beyond 60 bits don't come from a clock and are not kept. */
static bool is_sane(const struct entry_key *key)
{
	return key->ms < UINT64_C(1) << 60;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static char written[1 + KEYS_MAX * INTENT_OCTETS_MAX];
	struct key_set set = { .slots = NULL };
	count = 0;
	if (len > KEYS_MAX)
		return 0;
	enum err err = intents_read((struct slice){ (const char *)octets, len }, note, &set);
	CHECK(err == ERR_OK || err == ERR_FORMAT);
	CHECK(set.count <= count);
	struct buf buf = buf_over(written, sizeof written);
	uint64_t previous = 0;
	size_t sane = 0;
	intents_begin(&buf);
	for (size_t i = 0; i < count; i++) {
		CHECK(key_set_has(&set, &keys[i]) || (keys[i].ms == 0 && keys[i].seq == 0));
		if (!is_sane(&keys[i]))
			continue;
		keys[sane++] = keys[i];
		intents_put(&buf, &keys[i], &previous);
	}
	CHECK(!buf.full);
	count = sane;
	at = 0;
	CHECK(intents_read(buf_slice(&buf), compare, NULL) == ERR_OK && at == count);
	for (size_t i = 0; i < count; i++)
		key_set_remove(&set, &keys[i]);
	key_set_fini(&set);
	return 0;
}
