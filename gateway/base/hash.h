/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* FNV-1a: the same on every machine, so that gateways may compare what they make. It spreads well enough to tell texts apart,
 * but not against somebody who chooses them. */

#define HASH32_START UINT32_C(2166136261)
#define HASH64_START UINT64_C(14695981039346656037)

/* The hash of what came before, HASH32_START at first, and of one octet more. */
static inline uint32_t hash32_octet(uint32_t hash, uint8_t octet)
{
	return (hash ^ octet) * UINT32_C(16777619);
}

/* Likewise, of text more. */
static inline uint32_t hash32(uint32_t hash, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = hash32_octet(hash, (uint8_t)text.at[i]);
	return hash;
}

/* The hash of what came before, HASH64_START at first, and of one octet more. */
static inline uint64_t hash64_octet(uint64_t hash, uint8_t octet)
{
	return (hash ^ octet) * UINT64_C(1099511628211);
}

/* Likewise, of text more. */
static inline uint64_t hash64(uint64_t hash, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = hash64_octet(hash, (uint8_t)text.at[i]);
	return hash;
}
