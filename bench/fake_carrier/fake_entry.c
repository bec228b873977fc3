/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_entry.h"

/* In the host's order, like the spool's own numbers. */
struct head {
  uint32_t text_len;
  uint32_t segments;
  uint32_t ids_len;
  uint16_t encoding;
  uint8_t to_len;
  uint8_t from_len;
  uint32_t trace_len;
};

uint32_t fake_entry_len(const struct fake_entry *entry) {
  return (uint32_t)(sizeof(struct head) + entry->to.len + 1 + entry->from.len + 1 + entry->trace.len + entry->ids.len + entry->text.len);
}

static unsigned char *put(unsigned char *out, struct fake_slice slice) {
  if (slice.len > 0) memcpy(out, slice.at, slice.len);
  return out + slice.len;
}

void fake_entry_put(const struct fake_entry *entry, unsigned char *out) {
  CHECK(entry->to.len <= FAKE_ENTRY_NUMBER_MAX && entry->from.len <= FAKE_ENTRY_FROM_MAX && entry->trace.len <= FAKE_ENTRY_TRACE_MAX);
  struct head head = {.text_len = (uint32_t)entry->text.len,
                      .segments = entry->segments,
                      .ids_len = (uint32_t)entry->ids.len,
                      .encoding = (uint16_t)entry->encoding,
                      .to_len = (uint8_t)entry->to.len,
                      .from_len = (uint8_t)entry->from.len,
                      .trace_len = (uint32_t)entry->trace.len};
  memcpy(out, &head, sizeof head);
  out = put(out + sizeof head, entry->to);
  *out++ = '\0';
  out = put(out, entry->from);
  *out++ = '\0';
  put(put(put(out, entry->trace), entry->ids), entry->text);
}

bool fake_entry_read(const unsigned char *octets, uint32_t len, struct fake_entry *entry) {
  struct head head;
  if (len < sizeof head) return false;
  memcpy(&head, octets, sizeof head);
  uint64_t need = sizeof head + (uint64_t)head.to_len + 1 + head.from_len + 1 + head.trace_len + head.ids_len + head.text_len;
  if (need != len) return false;
  const char *at = (const char *)octets + sizeof head;
  *entry = (struct fake_entry){.encoding = (enum fake_encoding)head.encoding, .segments = head.segments};
  entry->to = (struct fake_slice){at, head.to_len};
  entry->from = (struct fake_slice){at + head.to_len + 1, head.from_len};
  entry->trace = (struct fake_slice){entry->from.at + head.from_len + 1, head.trace_len};
  entry->ids = (struct fake_slice){entry->trace.at + head.trace_len, head.ids_len};
  entry->text = (struct fake_slice){entry->ids.at + head.ids_len, head.text_len};
  return true;
}
