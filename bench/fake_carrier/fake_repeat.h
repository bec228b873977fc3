/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Idempotency keys: which messages a key stood for, so that the same request again gets the same answer. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_slice.h"

enum { FAKE_REPEAT_MAX = 1 << 22 };

struct fake_repeat_item {
  uint64_t key; /* hash of account and key, 0 = free */
  uint64_t body;
  uint64_t message; /* the first of its messages */
};

/* All zero at start. */
struct fake_repeat {
  struct fake_repeat_item *items; /* owned, open addressing */
  uint32_t count;
  uint32_t cap;
};

/* The hash of `text`, salted with `state`; never 0. */
uint64_t fake_repeat_hash(uint64_t state, struct fake_slice text);

/* The item of `key`, or NULL. Valid until the next add. */
const struct fake_repeat_item *fake_repeat_find(const struct fake_repeat *repeat, uint64_t key);

/* Remember `item`, whose key is not there yet. False if FAKE_REPEAT_MAX keys are remembered already. */
bool fake_repeat_add(struct fake_repeat *repeat, const struct fake_repeat_item *item);

/* Free the table. */
void fake_repeat_fini(struct fake_repeat *repeat);
