/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_due.h"

#include <stdlib.h>

enum { FIRST_CAP = 1024, CHILDREN = 4 };

static bool is_before(const struct fake_due_item *left, const struct fake_due_item *right) {
  return left->due_ns != right->due_ns ? left->due_ns < right->due_ns : left->order < right->order;
}

bool fake_due_push(struct fake_due *due, const struct fake_due_item *item) {
  if (due->count == FAKE_DUE_MAX) return false;
  if (due->count == due->cap) {
    uint32_t cap = due->cap == 0 ? FIRST_CAP : due->cap * 2;
    struct fake_due_item *items = realloc(due->items, cap * sizeof *items);
    if (items == NULL) return false;
    due->items = items;
    due->cap = cap;
  }
  struct fake_due_item added = *item;
  added.order = due->pushed_count++;
  uint32_t at = due->count++;
  while (at > 0) {
    uint32_t parent = (at - 1) / CHILDREN;
    if (!is_before(&added, &due->items[parent])) break;
    due->items[at] = due->items[parent];
    at = parent;
  }
  due->items[at] = added;
  return true;
}

bool fake_due_pop(struct fake_due *due, uint64_t now_ns, struct fake_due_item *item) {
  if (due->count == 0 || due->items[0].due_ns > now_ns) return false;
  *item = due->items[0];
  struct fake_due_item last = due->items[--due->count];
  uint32_t at = 0;
  for (;;) {
    uint32_t first = at * CHILDREN + 1, best = first;
    if (first >= due->count) break;
    for (uint32_t child = first + 1; child < first + CHILDREN && child < due->count; child++)
      if (is_before(&due->items[child], &due->items[best])) best = child;
    if (!is_before(&due->items[best], &last)) break;
    due->items[at] = due->items[best];
    at = best;
  }
  if (due->count > 0) due->items[at] = last;
  return true;
}

uint64_t fake_due_next_ns(const struct fake_due *due) { return due->count == 0 ? UINT64_MAX : due->items[0].due_ns; }

void fake_due_fini(struct fake_due *due) {
  free(due->items);
  *due = (struct fake_due){0};
}
