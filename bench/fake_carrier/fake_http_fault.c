/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_http_fault.h"

#include <string.h>

#include "fake_options.h"
#include "fake_random.h"

enum { HUGE_MAX = 64 * 1024 * 1024 };

static const struct {
  const char *name;
  enum fake_http_fault_kind kind;
  bool has_number;
} names[] = {
    {"drop", FAKE_HTTP_FAULT_DROP, false},       {"close", FAKE_HTTP_FAULT_CLOSE, false},
    {"reset", FAKE_HTTP_FAULT_RESET, false},     {"cut", FAKE_HTTP_FAULT_CUT, true},
    {"garbage", FAKE_HTTP_FAULT_GARBAGE, false}, {"trickle", FAKE_HTTP_FAULT_TRICKLE, true},
    {"huge", FAKE_HTTP_FAULT_HUGE, true},        {"redirect", FAKE_HTTP_FAULT_REDIRECT, false},
};

bool fake_http_fault_read(const char *text, struct fake_http_fault *fault) {
  size_t len = strcspn(text, ":");
  for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
    if (strlen(names[index].name) != len || strncmp(names[index].name, text, len) != 0) continue;
    uint64_t number = 0;
    if (names[index].has_number != (text[len] == ':')) return false;
    if (names[index].has_number && !fake_options_number(text + len + 1, 0, HUGE_MAX, &number)) return false;
    if (names[index].kind == FAKE_HTTP_FAULT_TRICKLE && number == 0) return false;
    *fault = (struct fake_http_fault){names[index].kind, (uint32_t)number};
    return true;
  }
  return false;
}

bool fake_http_refusal_read(const char *text, struct fake_http_refusal *refusal) {
  uint64_t status;
  size_t len = strlen(text);
  if (len == 0 || len >= FAKE_HTTP_CODE_CAP) return false;
  for (size_t at = 0; at < len; at++)
    if (text[at] <= ' ' || text[at] > '~' || text[at] == '"' || text[at] == '\\') return false;
  *refusal = (struct fake_http_refusal){0};
  if (len == 3 && fake_options_number(text, 400, 599, &status))
    refusal->status = (unsigned)status;
  else
    memcpy(refusal->code, text, len + 1);
  return true;
}

void fake_http_fault_garble(uint64_t seed, uint64_t salt, struct fake_buffer *body) {
  for (size_t at = 0; at < body->len; at++)
    body->at[at] = (unsigned char)fake_random_bits(seed, salt * 65536 + at, FAKE_RANDOM_GARBAGE);
  if (body->len > 0) body->at[0] |= 0x80; /* never the beginning of anything that means something */
}
