/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What becomes of a valid submit: taken, throttled, refused, swallowed, and how long its answer takes. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_options.h"
#include "fake_pace.h"

enum fake_fate_kind {
  FAKE_FATE_ACCEPT,   /* recorded and answered with 0 */
  FAKE_FATE_REFUSE,   /* answered with a status, not recorded */
  FAKE_FATE_THROTTLE, /* answered with 0x58 at once, not recorded */
  FAKE_FATE_SWALLOW,  /* recorded, not answered */
  FAKE_FATE_DROP,     /* neither */
};

struct fake_fate {
  enum fake_fate_kind kind;
  uint32_t status; /* of ACCEPT and REFUSE */
  bool is_late;
  uint64_t delay_ns; /* until the answer */
};

/* The settings, some of which control lines change while the run goes on. */
struct fake_fate_rules {
  const struct fake_options *options; /* borrowed */
  uint64_t seed;
  struct fake_latency latency;
  struct fake_shape_mix shapes;
  struct fake_pace_limit pace;
  bool is_throttling;   /* everything gets 0x58 */
  bool is_swallowing;   /* everything is swallowed */
  uint32_t fail_status; /* everything gets it, if not 0 */
};

/* Decide for submit number `message` (from 1, over all sessions), worth `segment_count` segments, at `now_ns`. The same seed and
 * number meet the same fate; only the rate limit depends on time. */
struct fake_fate fake_fate_decide(struct fake_fate_rules *rules, uint64_t message, uint32_t segment_count, uint64_t now_ns);

/* The stat: index into options->state for the receipt of `message`. */
uint32_t fake_fate_state(const struct fake_fate_rules *rules, uint64_t message);

/* The shape of the receipts of `message`. */
uint8_t fake_fate_shape(const struct fake_fate_rules *rules, uint64_t message);
