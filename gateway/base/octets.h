/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* A bounded reader: reading past the end gives zeros and sets `short_read`, which sticks. Read all, then ask once. */
struct octets {
	const uint8_t *at;
	size_t len;
	size_t used;
	bool short_read;
};

/* A reader over len octets; borrowed as long as the reader is used. */
static inline struct octets octets_over(const void *at, size_t len)
{
	return (struct octets){ .at = at, .len = len };
}

/* Octets not yet read. */
static inline size_t octets_left(const struct octets *octets)
{
	return octets->len - octets->used;
}

/* The next len octets, borrowed; NULL (and short_read) where fewer are left. */
static inline const uint8_t *octets_take(struct octets *octets, size_t len)
{
	if (octets->short_read || len > octets_left(octets)) {
		octets->short_read = true;
		return NULL;
	}
	const uint8_t *at = octets->at + octets->used;
	octets->used += len;
	return at;
}

/* The next octet. */
static inline uint8_t octets_u8(struct octets *octets)
{
	const uint8_t *at = octets_take(octets, 1);
	return at ? at[0] : 0;
}

/* The next two octets, big-endian. */
static inline uint16_t octets_u16(struct octets *octets)
{
	const uint8_t *at = octets_take(octets, 2);
	return at ? (uint16_t)((uint32_t)at[0] << 8 | at[1]) : 0;
}

/* The next four octets, big-endian. */
static inline uint32_t octets_u32(struct octets *octets)
{
	const uint8_t *at = octets_take(octets, 4);
	return at ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3] : 0;
}
