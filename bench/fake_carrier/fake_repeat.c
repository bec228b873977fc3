/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_repeat.h"

#include <stdlib.h>

enum { FIRST_CAP = 4096 };

uint64_t fake_repeat_hash(uint64_t state, struct fake_slice text) {
  state ^= text.len * 0x9E3779B97F4A7C15u;
  for (size_t at = 0; at < text.len;) {
    uint64_t word = 0;
    size_t step = text.len - at < sizeof word ? text.len - at : sizeof word;
    memcpy(&word, text.at + at, step);
    state = (state ^ word) * 0xBF58476D1CE4E5B9u;
    state ^= state >> 29;
    at += step;
  }
  state *= 0x94D049BB133111EBu;
  state ^= state >> 32;
  return state != 0 ? state : 1;
}

static struct fake_repeat_item *place(struct fake_repeat_item *items, uint32_t cap, uint64_t key) {
  uint32_t at = (uint32_t)(key & (cap - 1));
  while (items[at].key != 0 && items[at].key != key) at = (at + 1) & (cap - 1);
  return &items[at];
}

const struct fake_repeat_item *fake_repeat_find(const struct fake_repeat *repeat, uint64_t key) {
  if (repeat->cap == 0) return NULL;
  const struct fake_repeat_item *item = place(repeat->items, repeat->cap, key);
  return item->key == 0 ? NULL : item;
}

static void grow(struct fake_repeat *repeat) {
  uint32_t cap = repeat->cap == 0 ? FIRST_CAP : repeat->cap * 2;
  struct fake_repeat_item *items = calloc(cap, sizeof *items);
  CHECK(items != NULL);
  for (uint32_t at = 0; at < repeat->cap; at++)
    if (repeat->items[at].key != 0) *place(items, cap, repeat->items[at].key) = repeat->items[at];
  free(repeat->items);
  repeat->items = items;
  repeat->cap = cap;
}

bool fake_repeat_add(struct fake_repeat *repeat, const struct fake_repeat_item *item) {
  if (repeat->count == FAKE_REPEAT_MAX) return false;
  if (repeat->count >= repeat->cap / 2) grow(repeat);
  *place(repeat->items, repeat->cap, item->key) = *item;
  repeat->count++;
  return true;
}

void fake_repeat_fini(struct fake_repeat *repeat) {
  free(repeat->items);
  *repeat = (struct fake_repeat){0};
}
