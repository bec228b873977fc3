/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

/* The nearest of the known words to what was written, for “did you mean …?”; NULL where none is near: more than a
 * third of its letters (at least one) would have to change. A swap of neighbours counts one change.
 * word: compared as octets, at most 64 are looked at. known: count C strings, borrowed and returned. */
const char *suggest_nearest(struct slice word, const char *const known[], size_t count);

/* Letters to insert, delete, replace or swap to make a from b, octets; both are cut at 64. */
unsigned suggest_distance(struct slice a, struct slice b);
