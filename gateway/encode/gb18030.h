/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* GB 18030, of which GBK is a part: what gateways to CMPP bring Chinese in. */

/* Writes the UTF-8 of octets; where they make no character, U+FFFD for one of them. out: cap octets; 3 × octets.len is always
 * enough. Returns the octets written, stopping before the first character that has no room; 0 also where this host has no
 * table of the alphabet. */
size_t gb18030_decode(struct slice octets, char *out, size_t cap);
