/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Randomness as a function of (seed, message, purpose): the same run of messages meets the same fate again, whatever the
 * timing, and drawing for one purpose does not shift another. */

#include <stdint.h>

enum fake_random_purpose {
  FAKE_RANDOM_FAIL = 1,
  FAKE_RANDOM_SWALLOW,
  FAKE_RANDOM_DROP,
  FAKE_RANDOM_LATE,
  FAKE_RANDOM_LATENCY,
  FAKE_RANDOM_STATE,
  FAKE_RANDOM_GARBAGE,
  FAKE_RANDOM_SHAPE,
  FAKE_RANDOM_HTTP_FAULT = FAKE_RANDOM_SHAPE, /* of receipts over SMPP, of answers over HTTP: never both for one message */
};

/* 64 well-mixed bits for `purpose` of message number `message` under `seed` (the finaliser of splitmix64, twice). */
static inline uint64_t fake_random_bits(uint64_t seed, uint64_t message, enum fake_random_purpose purpose) {
  uint64_t word = seed + 0x9E3779B97F4A7C15u * (message * 8 + (uint64_t)purpose);
  for (int round = 0; round < 2; round++) {
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    word ^= word >> 31;
  }
  return word;
}

/* The same as a number in [0, 1). */
static inline double fake_random_unit(uint64_t seed, uint64_t message, enum fake_random_purpose purpose) {
  return (double)(fake_random_bits(seed, message, purpose) >> 11) * 0x1.0p-53;
}
