/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_suggest.h"

#include <stddef.h>
#include <string.h>

enum { WORD_MAX = 63 };

static size_t smallest(size_t a, size_t b, size_t c) {
  size_t least = a < b ? a : b;
  return least < c ? least : c;
}

static size_t distance(const char *left, size_t left_len, const char *right, size_t right_len) {
  size_t row[WORD_MAX + 1];
  for (size_t j = 0; j <= right_len; j++) row[j] = j;
  for (size_t i = 1; i <= left_len; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= right_len; j++) {
      size_t above = row[j];
      row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (left[i - 1] == right[j - 1] ? 0u : 1u));
      diagonal = above;
    }
  }
  return row[right_len];
}

const char *fake_suggest_nearest(const char *word, const char *const *known) {
  size_t word_len = strlen(word);
  if (word_len == 0 || word_len > WORD_MAX) return NULL;
  const char *best = NULL;
  size_t best_distance = 4;
  for (; *known != NULL; known++) {
    size_t known_len = strlen(*known);
    if (known_len > WORD_MAX) continue;
    size_t edits = distance(word, word_len, *known, known_len);
    if (edits < best_distance && edits * 2 <= word_len + 1) {
      best = *known;
      best_distance = edits;
    }
  }
  return best;
}
