/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_pace.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000u

bool fake_pace_limit_init(struct fake_pace_limit *pace, uint32_t limit) {
  *pace = (struct fake_pace_limit){.limit = limit};
  if (limit == 0) return true;
  pace->admitted_ns = calloc(limit, sizeof *pace->admitted_ns);
  return pace->admitted_ns != NULL;
}

void fake_pace_limit_fini(struct fake_pace_limit *pace) {
  free(pace->admitted_ns);
  *pace = (struct fake_pace_limit){0};
}

bool fake_pace_limit_admit(struct fake_pace_limit *pace, uint64_t now_ns, uint32_t segment_count) {
  if (pace->limit == 0) return true;
  if (segment_count > pace->limit) return false;
  /* The admission that the last of these segments would overwrite must be a second old; 0 marks a place never used. */
  uint32_t last = (uint32_t)(((uint64_t)pace->next + segment_count - 1) % pace->limit);
  if (pace->admitted_ns[last] != 0 && now_ns - pace->admitted_ns[last] < SECOND_NS) return false;
  for (; segment_count > 0; segment_count--) {
    pace->admitted_ns[pace->next] = now_ns;
    pace->next = pace->next + 1 == pace->limit ? 0 : pace->next + 1;
  }
  return true;
}

void fake_pace_peak_count(struct fake_pace_peak *peak, uint64_t now_ns, uint32_t segment_count) {
  uint64_t bucket_number = now_ns / (SECOND_NS / FAKE_PACE_BUCKETS);
  if (bucket_number != peak->bucket_number) {
    if (bucket_number - peak->bucket_number >= FAKE_PACE_BUCKETS) {
      memset(peak->count_by_bucket, 0, sizeof peak->count_by_bucket);
      peak->in_second = 0;
    } else {
      for (uint64_t number = peak->bucket_number + 1; number <= bucket_number; number++) {
        peak->in_second -= peak->count_by_bucket[number % FAKE_PACE_BUCKETS];
        peak->count_by_bucket[number % FAKE_PACE_BUCKETS] = 0;
      }
    }
    peak->bucket_number = bucket_number;
  }
  peak->count_by_bucket[bucket_number % FAKE_PACE_BUCKETS] += segment_count;
  peak->in_second += segment_count;
  if (peak->in_second > peak->highest) peak->highest = peak->in_second;
}
