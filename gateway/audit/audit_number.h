/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Phone numbers, so far as two ways of writing one must come out the same. */

/* The digits as one number; 0 where the text is none. “139 0000 0001”, “8613900000001”, “+86 139…”, “0086…” and full-width
 * digits give 13900000001: of a number of China the last eleven digits count, of others all behind “+” or “00”. */
uint64_t audit_number_parse(const char *text, size_t len);

#define AUDIT_NUMBER_OCTETS 24

/* As it may be shown: “139****0001”; “?” for 0. Returns out. */
const char *audit_number_mask(uint64_t number, char out[static AUDIT_NUMBER_OCTETS]);
