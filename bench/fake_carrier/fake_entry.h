/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An sms that came over HTTP as it lies in the spool. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_slice.h"
#include "fake_text.h"

enum { FAKE_ENTRY_NUMBER_MAX = 20, FAKE_ENTRY_FROM_MAX = 64, FAKE_ENTRY_TRACE_MAX = 128, FAKE_ENTRY_IDS_MAX = 16384, FAKE_ENTRY_TEXT_MAX = 64 * 1024 };

struct fake_entry {
  struct fake_slice to;   /* international, digits only, up to FAKE_ENTRY_NUMBER_MAX */
  struct fake_slice from; /* up to FAKE_ENTRY_FROM_MAX octets */
  struct fake_slice text; /* UTF-8, up to FAKE_ENTRY_TEXT_MAX octets */
  struct fake_slice trace; /* its traceparent, up to FAKE_ENTRY_TRACE_MAX octets; empty = none */
  struct fake_slice ids;  /* every id with a NUL behind it, up to FAKE_ENTRY_IDS_MAX octets */
  enum fake_encoding encoding;
  uint32_t segments;
};

/* Octets of `entry` in the spool. */
uint32_t fake_entry_len(const struct fake_entry *entry);

/* Write it to `out`, which has room for fake_entry_len. */
void fake_entry_put(const struct fake_entry *entry, unsigned char *out);

/* Read it; its slices point into `octets`, `to` and `from` with a NUL behind them. False if it is none. */
bool fake_entry_read(const unsigned char *octets, uint32_t len, struct fake_entry *entry);
