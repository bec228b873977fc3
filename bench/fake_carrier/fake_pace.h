/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How many segments came within a sliding second: a limit, and the highest rate seen. Time is handed in. */

#include <stdbool.h>
#include <stdint.h>

struct fake_pace_limit {
  uint64_t *admitted_ns; /* owned ring of the last `limit` admissions */
  uint32_t limit;        /* segments a second, 0 = none */
  uint32_t next;
};

/* Prepare for `limit` segments a second (0 = unlimited). False if out of memory. */
bool fake_pace_limit_init(struct fake_pace_limit *pace, uint32_t limit);

/* Free what init took. */
void fake_pace_limit_fini(struct fake_pace_limit *pace);

/* Admit `segment_count` segments at `now_ns`, unless more than the limit would then lie within one second: false, nothing is
 * admitted. More segments at once than the limit are never admitted. */
bool fake_pace_limit_admit(struct fake_pace_limit *pace, uint64_t now_ns, uint32_t segment_count);

enum { FAKE_PACE_BUCKETS = 10 };

/* Highest count within a second, in steps of 100 ms. All zero at start. */
struct fake_pace_peak {
  uint64_t bucket_number; /* tenths of a second since the clock's origin */
  uint64_t in_second;
  uint64_t highest;
  uint32_t count_by_bucket[FAKE_PACE_BUCKETS];
};

/* Count `segment_count` segments at `now_ns`, which never goes back. */
void fake_pace_peak_count(struct fake_pace_peak *peak, uint64_t now_ns, uint32_t segment_count);
