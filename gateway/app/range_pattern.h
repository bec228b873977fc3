/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Writes a regular expression (ECMA 262, in a group of its own) that takes the decimal numbers from least to most, without leading
 * zeros, and nothing else. least must not be above most. */
void range_pattern_put(uint64_t least, uint64_t most, struct buf *out);
