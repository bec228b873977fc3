/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_form.h"

#include <stdlib.h>

static int digit_of(char octet) {
  if (octet >= '0' && octet <= '9') return octet - '0';
  octet = (char)(octet | 0x20);
  return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

static bool decode(struct fake_slice text, struct fake_scratch *scratch, struct fake_slice *out) {
  char *start = fake_scratch_take(scratch, text.len + 1), *end = start;
  for (size_t at = 0; at < text.len; at++) {
    char octet = text.at[at];
    if (octet == '%') {
      int high = at + 2 < text.len ? digit_of(text.at[at + 1]) : -1, low = at + 2 < text.len ? digit_of(text.at[at + 2]) : -1;
      if (high < 0 || low < 0) return false;
      octet = (char)(high << 4 | low);
      at += 2;
    } else if (octet == '+') {
      octet = ' ';
    }
    *end++ = octet;
  }
  *end = '\0';
  *out = (struct fake_slice){start, (size_t)(end - start)};
  return true;
}

static bool is_there(const struct fake_form *form, struct fake_slice name) {
  for (uint32_t index = 0; index < form->count; index++)
    if (fake_slice_equal(form->fields[index].name, name)) return true;
  return false;
}

bool fake_form_read(struct fake_form *form, struct fake_slice text, struct fake_scratch *scratch) {
  while (text.len > 0) {
    struct fake_slice value = fake_slice_cut(&text, '&');
    if (value.len == 0) continue;
    struct fake_slice name = fake_slice_cut(&value, '=');
    struct fake_form_field field;
    if (form->count == FAKE_FORM_FIELDS_MAX || !decode(name, scratch, &field.name) || !decode(value, scratch, &field.value)) return false;
    if (is_there(form, field.name)) return false;
    form->fields[form->count++] = field;
  }
  return true;
}

struct fake_slice fake_form_value(const struct fake_form *form, const char *name) {
  for (uint32_t index = 0; index < form->count; index++)
    if (fake_slice_is(form->fields[index].name, name)) return form->fields[index].value;
  return (struct fake_slice){0};
}

static int compare(const void *left, const void *right) {
  struct fake_slice one = ((const struct fake_form_field *)left)->name, other = ((const struct fake_form_field *)right)->name;
  int order = memcmp(one.at, other.at, one.len < other.len ? one.len : other.len);
  return order != 0 ? order : (one.len > other.len) - (one.len < other.len);
}

void fake_form_sort(struct fake_form *form) { qsort(form->fields, form->count, sizeof form->fields[0], compare); }

void fake_form_encode(struct fake_slice text, struct fake_buffer *out) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t at = 0; at < text.len; at++) {
    unsigned char octet = (unsigned char)text.at[at];
    bool is_plain = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') || (octet >= '0' && octet <= '9') ||
                    octet == '-' || octet == '_' || octet == '.' || octet == '~';
    const char encoded[] = {'%', hex[octet >> 4], hex[octet & 15]};
    fake_buffer_append(out, is_plain ? text.at + at : encoded, is_plain ? 1 : sizeof encoded);
  }
}

void fake_form_put(const struct fake_form *form, const char *but, struct fake_buffer *out) {
  bool is_first = true;
  for (uint32_t index = 0; index < form->count; index++) {
    const struct fake_form_field *field = &form->fields[index];
    if (but != NULL && fake_slice_is(field->name, but)) continue;
    if (!is_first) fake_buffer_append(out, "&", 1);
    is_first = false;
    fake_form_encode(field->name, out);
    fake_buffer_append(out, "=", 1);
    fake_form_encode(field->value, out);
  }
}

bool fake_form_number(struct fake_slice text, uint64_t low, uint64_t high) {
  uint64_t number = 0;
  if (text.len == 0 || text.len > 18) return false;
  for (size_t at = 0; at < text.len; at++) {
    if (text.at[at] < '0' || text.at[at] > '9') return false;
    number = number * 10 + (uint64_t)(text.at[at] - '0');
  }
  return number >= low && number <= high;
}
