/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A growing run of octets: session output and JSON text are built in it. */

#include <stdbool.h>
#include <stddef.h>

/* All zero at start. */
struct fake_buffer {
  unsigned char *at; /* owned */
  size_t len;
  size_t cap;
};

/* Room for `len` further octets at the end, counted as used at once; the caller fills them. Ends the program if memory is out:
 * callers bound what they put in. Valid until the next call. */
unsigned char *fake_buffer_extend(struct fake_buffer *buffer, size_t len);

/* Append `len` octets. */
void fake_buffer_append(struct fake_buffer *buffer, const void *octets, size_t len);

/* Free the octets; the buffer is as at start. */
void fake_buffer_fini(struct fake_buffer *buffer);
