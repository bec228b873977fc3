/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Things to do later, by due time: a 4-ary heap in one array. Equal times come out in the order they went in. */

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_DUE_MAX = 1 << 20 };

enum fake_due_kind { FAKE_DUE_ANSWER, FAKE_DUE_RECEIPT, FAKE_DUE_HTTP_ANSWER, FAKE_DUE_CALLBACK };

struct fake_due_item {
  uint64_t due_ns;
  uint64_t order;          /* filled by push */
  uint64_t message;        /* message number of an answer, slot of a receipt, address of a callback */
  uint32_t session_slot;   /* answers: where to, */
  uint32_t session_serial; /* and whether it is still that one */
  uint32_t command_id;     /* of the request */
  uint32_t sequence_number;
  uint32_t status;
  enum fake_due_kind kind;
};

/* All zero at start. */
struct fake_due {
  struct fake_due_item *items; /* owned */
  uint32_t count;
  uint32_t cap;
  uint64_t pushed_count;
};

/* Add a copy of `item`; false if FAKE_DUE_MAX items wait already or memory is out. */
bool fake_due_push(struct fake_due *due, const struct fake_due_item *item);

/* Take the earliest item if it is due at `now_ns`; false if there is none. */
bool fake_due_pop(struct fake_due *due, uint64_t now_ns, struct fake_due_item *item);

/* When the earliest item is due, UINT64_MAX if nothing waits. */
uint64_t fake_due_next_ns(const struct fake_due *due);

/* Free the array. */
void fake_due_fini(struct fake_due *due);
