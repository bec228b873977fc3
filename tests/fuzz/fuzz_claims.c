/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that a gateway keeps of what Redis told it: ranges of entries that are its own, and what it told Redis lately. The input is
 * a list of steps, and a plain list beside the table must agree with it. */
#include "base/check.h"
#include "store/claims.h"
#include "store/outcome_ring.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define STEPS_MAX 256
#define RING_CAP  512
#define TEXT_CAP  255

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t take(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/* -- claims -- */

static struct claim model[STEPS_MAX];
static unsigned model_count;

static struct claim *model_find(const struct entry_key *key)
{
	struct claim *found = NULL;
	for (unsigned i = 0; i < model_count; i++) {
		struct claim *claim = &model[i];
		if (claim->to.lane == key->lane && entry_id_compare(&claim->to, key) >= 0 &&
		    (found == NULL || entry_id_compare(&claim->to, &found->to) < 0))
			found = claim;
	}
	return found != NULL && entry_id_compare(&found->from, key) < 0 ? found : NULL;
}

static struct entry_key take_key(struct input *input, enum lane lane)
{
	uint8_t octet = take(input);
	return (struct entry_key){ .ms = octet >> 3, .seq = octet & 7, .lane = lane };
}

static void step_claims(struct claims *claims, struct input *input)
{
	uint8_t what = take(input);
	enum lane lane = (enum lane)((what >> 2) % LANE_COUNT);
	struct entry_key key = take_key(input, lane);
	struct entry_key from = take_key(input, lane);
	struct claim *want = model_find(&key);
	struct claim *got = claims_find(claims, &key);
	CHECK((want == NULL) == (got == NULL));
	CHECK(want == NULL || (entry_key_equal(&want->to, &got->to) && want->outstanding == got->outstanding));
	switch (what & 3) {
	case 0: { /* ranges of a lane never overlap */
		for (unsigned i = 0; i < model_count; i++) {
			const struct claim *claim = &model[i];
			if (claim->to.lane == lane && entry_id_compare(&claim->from, &key) < 0 &&
			    entry_id_compare(&from, &claim->to) < 0)
				return;
		}
		CHECK(claims_add(claims, &from, &key, what >> 6) == ERR_OK);
		if (entry_id_compare(&from, &key) < 0)
			model[model_count++] = (struct claim){ .from = from, .to = key, .outstanding = what >> 6 };
		break;
	}
	case 1:
		claims_settled(claims, &key);
		if (want != NULL && want->outstanding > 0)
			want->outstanding--;
		break;
	case 2:
		claims_remove(claims, &key);
		if (want != NULL && entry_key_equal(&want->to, &key))
			*want = model[--model_count];
		break;
	default: {
		struct entry_key idle[STEPS_MAX];
		unsigned count = claims_idle(claims, idle, STEPS_MAX), plain = 0;
		for (unsigned i = 0; i < model_count; i++)
			plain += model[i].outstanding == 0;
		CHECK(count == plain);
		for (unsigned i = 0; i < count; i++)
			CHECK(claims_ending(claims, &idle[i])->outstanding == 0);
	}
	}
}

/* -- what was told lately -- */

struct seen {
	mono_us at;
	uint8_t len;
	uint8_t octet;
};

struct told {
	const struct seen *seen;
	unsigned count; /* of seen */
	unsigned left;
	mono_us last;
};

/* What is kept are the last ones, whole and in order. */
static void on_outcome(void *ctx, const struct outcome *outcome)
{
	struct told *told = ctx;
	CHECK(told->left > 0);
	const struct seen *want = &told->seen[told->count - told->left--];
	CHECK(outcome->at == want->at && outcome->arguments.len == want->len && outcome->argument_count == want->octet);
	for (size_t i = 0; i < outcome->arguments.len; i++)
		CHECK((uint8_t)outcome->arguments.at[i] == want->octet);
}

static void check_ring(struct input *input)
{
	static struct seen seen[STEPS_MAX];
	struct outcome_ring ring;
	unsigned count = 0;
	CHECK(outcome_ring_init(&ring, take(input) % 2 ? RING_CAP : RING_CAP / 3) == ERR_OK);
	while (input->left > 0 && count < STEPS_MAX) {
		char text[TEXT_CAP];
		struct seen *next = &seen[count];
		*next = (struct seen){ .at = count + 1, .len = take(input), .octet = take(input) };
		memset(text, next->octet, next->len);
		unsigned before = ring.count;
		outcome_ring_put(&ring, &(struct outcome){ .at = next->at,
							   .kind = OUTCOME_SETTLED,
							   .argument_count = next->octet,
							   .arguments = { text, next->len } });
		CHECK(ring.end <= ring.cap && ring.first < ring.cap);
		CHECK(ring.count >= 1 || before == 0 || next->len + 24 > (int)ring.cap);
		/* What is larger than the ring is not kept, and harms nobody. */
		if (next->len + 24u > ring.cap)
			continue;
		count++;
		struct told told = { .seen = seen, .count = count, .left = ring.count };
		outcome_ring_each(&ring, 0, on_outcome, &told);
		CHECK(told.left == 0);
	}
	outcome_ring_fini(&ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct input input = { octets, len };
	if (len == 0)
		return 0;
	if (take(&input) & 1) {
		check_ring(&input);
		return 0;
	}
	struct claims claims = { .count = { 0 } };
	model_count = 0;
	for (unsigned i = 0; i < STEPS_MAX && input.left > 0; i++)
		step_claims(&claims, &input);
	claims_clear(&claims);
	claims_fini(&claims);
	return 0;
}
