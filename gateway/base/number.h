/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* The one integer parser: decimal digits only, no sign, no blanks, no leading zeros but “0” itself.
 * text: the whole number. max: largest value allowed. out: set on success only. False where it is not such a number. */
bool number_parse(struct slice text, uint64_t max, uint64_t *out);

/* Hexadecimal digits, either case, with or without “0x”, at most 16 digits. out: set on success only. */
bool number_parse_hex(struct slice text, uint64_t *out);

/* Value of a hexadecimal digit, or -1. */
int number_hex_digit(char digit);
