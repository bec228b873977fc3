/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_fate.h"

#include "fake_random.h"
#include "fake_smpp.h"

#define MS_NS 1000000u

static uint64_t latency_ns(const struct fake_fate_rules *rules, uint64_t message) {
  const struct fake_latency *latency = &rules->latency;
  if (latency->kind == FAKE_LATENCY_NONE) return 0;
  if (latency->kind == FAKE_LATENCY_UNIFORM && latency->low_ms == latency->high_ms) return (uint64_t)latency->low_ms * MS_NS;
  double unit = fake_random_unit(rules->seed, message, FAKE_RANDOM_LATENCY);
  if (latency->kind == FAKE_LATENCY_UNIFORM)
    return (uint64_t)latency->low_ms * MS_NS + (uint64_t)(unit * (latency->high_ms - latency->low_ms) * MS_NS);
  uint32_t index = 0;
  while (index + 1 < latency->mix_count && unit >= latency->mix[index].up_to) index++;
  return (uint64_t)latency->mix[index].ms * MS_NS;
}

static bool is_drawn(const struct fake_fate_rules *rules, uint64_t message, enum fake_random_purpose purpose, double rate) {
  return rate > 0 && fake_random_unit(rules->seed, message, purpose) < rate;
}

struct fake_fate fake_fate_decide(struct fake_fate_rules *rules, uint64_t message, uint32_t segment_count, uint64_t now_ns) {
  const struct fake_options *options = rules->options;
  struct fake_fate fate = {.kind = FAKE_FATE_THROTTLE, .status = FAKE_STATUS_RTHROTTLED};
  if (rules->is_throttling || !fake_pace_limit_admit(&rules->pace, now_ns, segment_count)) return fate;
  fate.kind = FAKE_FATE_REFUSE;
  fate.delay_ns = latency_ns(rules, message);
  fate.status = rules->fail_status;
  if (fate.status == 0 && options->fail_count > 0) {
    double unit = fake_random_unit(rules->seed, message, FAKE_RANDOM_FAIL);
    for (uint32_t index = 0; index < options->fail_count && fate.status == 0; index++)
      if (unit < options->fail[index].up_to) fate.status = options->fail[index].status;
  }
  if (fate.status != 0) return fate;
  fate.kind = FAKE_FATE_ACCEPT;
  if (is_drawn(rules, message, FAKE_RANDOM_DROP, options->swallow_drop_rate)) {
    fate.kind = FAKE_FATE_DROP;
  } else if (rules->is_swallowing || is_drawn(rules, message, FAKE_RANDOM_SWALLOW, options->swallow_rate)) {
    fate.kind = FAKE_FATE_SWALLOW;
  } else if (is_drawn(rules, message, FAKE_RANDOM_LATE, options->late_rate)) {
    fate.is_late = true;
    fate.delay_ns += (uint64_t)options->late_ms * MS_NS;
  }
  return fate;
}

uint32_t fake_fate_state(const struct fake_fate_rules *rules, uint64_t message) {
  const struct fake_options *options = rules->options;
  if (options->state_count == 1) return 0;
  double unit = fake_random_unit(rules->seed, message, FAKE_RANDOM_STATE);
  uint32_t index = 0;
  while (index + 1 < options->state_count && unit >= options->state[index].up_to) index++;
  return index;
}

uint8_t fake_fate_shape(const struct fake_fate_rules *rules, uint64_t message) {
  const struct fake_shape_mix *mix = &rules->shapes;
  if (mix->count == 1) return mix->rows[0].shape;
  double unit = fake_random_unit(rules->seed, message, FAKE_RANDOM_SHAPE);
  uint32_t index = 0;
  while (index + 1 < mix->count && unit >= mix->rows[index].up_to) index++;
  return mix->rows[index].shape;
}
