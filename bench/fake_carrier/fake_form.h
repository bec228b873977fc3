/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Queries and forms: `name=value&name=value`, percent-encoded. */

#include <stdbool.h>
#include <stdint.h>

#include "fake_buffer.h"
#include "fake_slice.h"

enum { FAKE_FORM_FIELDS_MAX = 128 };

struct fake_form_field {
  struct fake_slice name; /* decoded */
  struct fake_slice value;
};

/* All zero at start. */
struct fake_form {
  struct fake_form_field fields[FAKE_FORM_FIELDS_MAX];
  uint32_t count;
};

/* Add the fields of `text` (`+` is a blank), decoded into `scratch`. False if a `%` has no two digits, a name comes twice, or there are
 * too many. */
bool fake_form_read(struct fake_form *form, struct fake_slice text, struct fake_scratch *scratch);

/* The value of the field `name`; `at` is NULL if there is none. */
struct fake_slice fake_form_value(const struct fake_form *form, const char *name);

/* Order the fields by the octets of their names. */
void fake_form_sort(struct fake_form *form);

/* Append `text` percent-encoded as RFC 3986 wants it: all but letters, digits and `-_.~`, in capitals. */
void fake_form_encode(struct fake_slice text, struct fake_buffer *out);

/* Append the fields in their order, encoded, as `name=value` with `&` between; those named `but` are left out (NULL = none). */
void fake_form_put(const struct fake_form *form, const char *but, struct fake_buffer *out);

/* A whole decimal number from `low` to `high`. */
bool fake_form_number(struct fake_slice text, uint64_t low, uint64_t high);
