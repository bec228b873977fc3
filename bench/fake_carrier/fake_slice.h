/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A run of octets that somebody else owns, and an arena for what one request needs. */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "fake_check.h"

struct fake_slice {
  const char *at;
  size_t len;
};

/* The slice of a NUL-terminated text. */
static inline struct fake_slice fake_slice_of(const char *text) { return (struct fake_slice){text, strlen(text)}; }

/* Whether `slice` holds exactly `text`. */
static inline bool fake_slice_is(struct fake_slice slice, const char *text) {
  return strlen(text) == slice.len && memcmp(slice.at, text, slice.len) == 0;
}

/* The same, letters alike whatever their case (ASCII). */
static inline bool fake_slice_is_word(struct fake_slice slice, const char *text) {
  return strlen(text) == slice.len && strncasecmp(slice.at, text, slice.len) == 0;
}

/* Whether both hold the same octets. */
static inline bool fake_slice_equal(struct fake_slice left, struct fake_slice right) {
  return left.len == right.len && (left.len == 0 || memcmp(left.at, right.at, left.len) == 0);
}

/* Whether `slice` begins with `text`; if so, and `rest` is not NULL, what follows it. */
static inline bool fake_slice_begins(struct fake_slice slice, const char *text, struct fake_slice *rest) {
  size_t len = strlen(text);
  if (slice.len < len || memcmp(slice.at, text, len) != 0) return false;
  if (rest != NULL) *rest = (struct fake_slice){slice.at + len, slice.len - len};
  return true;
}

/* What stands before the first `mark`; `slice` becomes what follows it, empty if there is none. */
static inline struct fake_slice fake_slice_cut(struct fake_slice *slice, char mark) {
  const char *found = slice->len > 0 ? memchr(slice->at, mark, slice->len) : NULL;
  struct fake_slice head = {slice->at, found != NULL ? (size_t)(found - slice->at) : slice->len};
  size_t used = found != NULL ? head.len + 1 : head.len;
  *slice = (struct fake_slice){slice->at + used, slice->len - used};
  return head;
}

/* `slice` without blanks and tabs at its ends. */
static inline struct fake_slice fake_slice_trim(struct fake_slice slice) {
  while (slice.len > 0 && (slice.at[0] == ' ' || slice.at[0] == '\t')) slice = (struct fake_slice){slice.at + 1, slice.len - 1};
  while (slice.len > 0 && (slice.at[slice.len - 1] == ' ' || slice.at[slice.len - 1] == '\t')) slice.len--;
  return slice;
}

/* Memory for one request: taken piece by piece, given back all at once. */
struct fake_scratch {
  char *at; /* owned */
  size_t used;
  size_t cap;
};

/* `len` octets, aligned for anything, valid until `used` is set back to 0. Callers bound what they ask for by the size of the
 * request, for which the arena is made: over it is a bug and ends the program. */
static inline void *fake_scratch_take(struct fake_scratch *scratch, size_t len) {
  size_t at = (scratch->used + 15) & ~(size_t)15;
  CHECK(at <= scratch->cap && len <= scratch->cap - at);
  scratch->used = at + len;
  return scratch->at + at;
}
