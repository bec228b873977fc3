/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fake_check.h"

enum { FIRST_CAP = 4096 };

static void grow(struct fake_buffer *buffer, size_t need) {
  size_t cap = buffer->cap == 0 ? FIRST_CAP : buffer->cap;
  while (cap < need) cap *= 2;
  unsigned char *at = realloc(buffer->at, cap);
  CHECK(at != NULL);
  buffer->at = at;
  buffer->cap = cap;
}

unsigned char *fake_buffer_extend(struct fake_buffer *buffer, size_t len) {
  CHECK(len < SIZE_MAX / 4 - buffer->len);
  if (buffer->cap - buffer->len < len) grow(buffer, buffer->len + len);
  unsigned char *room = buffer->at + buffer->len;
  buffer->len += len;
  return room;
}

void fake_buffer_append(struct fake_buffer *buffer, const void *octets, size_t len) {
  if (len > 0) memcpy(fake_buffer_extend(buffer, len), octets, len);
}

void fake_buffer_fini(struct fake_buffer *buffer) {
  free(buffer->at);
  *buffer = (struct fake_buffer){0};
}
