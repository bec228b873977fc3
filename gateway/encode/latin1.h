/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* ISO 8859-1, which some carriers take in place of the GSM alphabet (SMPP 3.4 §5.2.19: data_coding 3). */

/* Writes the octets of UTF-8 text, up to the first character that is not in Latin-1, is a control (CR and LF are fine) or is
 * malformed. out: room for text.len octets. octet_count: set. Returns the octets of text that were encoded; text.len where
 * all are. */
size_t latin1_encode(struct slice text, uint8_t *out, size_t *octet_count);
