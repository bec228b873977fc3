/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_violation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *name;
  uint32_t status;
} kinds[FAKE_VIOLATION_COUNT] = {
#define X(name, status) {#name, status},
    FAKE_VIOLATION_LIST(X)
#undef X
};

const char *fake_violation_name(enum fake_violation kind) { return kinds[kind].name; }

uint32_t fake_violation_status(enum fake_violation kind) { return kinds[kind].status; }

bool fake_violation_set(struct fake_violation_found *found, enum fake_violation kind, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  found->kind = kind;
  vsnprintf(found->detail, sizeof found->detail, format, arguments);
  va_end(arguments);
  return false;
}

void fake_violation_mask(const char *number, uint32_t len, char out[FAKE_VIOLATION_MASK_CAP]) {
  enum { SHOWN_MAX = 12, TAIL = 4, HIDDEN = 4 };
  if (len < TAIL + HIDDEN) {
    memcpy(out, "****", 5);
    return;
  }
  uint32_t head = len - TAIL - HIDDEN;
  if (head > SHOWN_MAX) head = SHOWN_MAX;
  memcpy(out, number, head);
  memcpy(out + head, "****", HIDDEN);
  memcpy(out + head + HIDDEN, number + len - TAIL, TAIL);
  out[head + HIDDEN + TAIL] = '\0';
  for (char *at = out; *at != '\0'; at++)
    if (*at < 0x20 || *at > 0x7E) *at = '?';
}

void fake_violation_report(struct fake_violation_log *log, const struct fake_violation_found *found, const char *who,
                           const char *what, const char *to, uint32_t to_len) {
  log->count_by_kind[found->kind]++;
  log->total++;
  if (log->lines_count >= FAKE_VIOLATION_LINES_MAX) return;
  log->lines_count++;
  char masked[FAKE_VIOLATION_MASK_CAP] = "";
  if (to_len > 0) fake_violation_mask(to, to_len, masked);
  char answer[48] = "no answer is due";
  if (strncmp(kinds[found->kind].name, "http_", 5) == 0)
    snprintf(answer, sizeof answer, "answered as the provider does");
  else if (kinds[found->kind].status != 0)
    snprintf(answer, sizeof answer, "answered 0x%02X", kinds[found->kind].status);
  fprintf(stderr, "fake-carrier: violation %s: %s, %s%s%s: %s; %s\n", kinds[found->kind].name, who, what,
          to_len > 0 ? " to " : "", masked, found->detail, answer);
  if (log->lines_count == FAKE_VIOLATION_LINES_MAX)
    fprintf(stderr, "fake-carrier: %d violations shown; further ones are only counted\n", FAKE_VIOLATION_LINES_MAX);
}
