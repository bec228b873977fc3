/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* A bounded writer over the caller's memory. What does not fit is not written and sets `full`, which sticks: write
 * all, then ask once. */
struct buf {
	char *at;
	size_t cap;
	size_t len;
	bool full;
};

/* A writer over memory of cap octets; borrowed as long as the buf is used. */
static inline struct buf buf_over(void *memory, size_t cap)
{
	return (struct buf){ .at = memory, .cap = cap };
}

/* What was written so far; borrowed from the buf's memory. */
static inline struct slice buf_slice(const struct buf *buf)
{
	return (struct slice){ buf->at, buf->len };
}

/* Appends len octets, or sets full and writes nothing. */
static inline void buf_put(struct buf *buf, const void *octets, size_t len)
{
	if (buf->full || len > buf->cap - buf->len) {
		buf->full = true;
		return;
	}
	if (len)
		memcpy(buf->at + buf->len, octets, len);
	buf->len += len;
}

/* Appends a slice. */
static inline void buf_put_slice(struct buf *buf, struct slice slice)
{
	buf_put(buf, slice.at, slice.len);
}

/* Appends a C string without its NUL. */
static inline void buf_put_text(struct buf *buf, const char *text)
{
	buf_put(buf, text, strlen(text));
}

/* Appends one octet. */
static inline void buf_put_u8(struct buf *buf, uint8_t value)
{
	buf_put(buf, &value, 1);
}

/* Appends value big-endian. */
static inline void buf_put_u16(struct buf *buf, uint16_t value)
{
	uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };
	buf_put(buf, octets, sizeof octets);
}

/* Appends value big-endian. */
static inline void buf_put_u32(struct buf *buf, uint32_t value)
{
	uint8_t octets[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };
	buf_put(buf, octets, sizeof octets);
}

/* Appends value in decimal digits. */
void buf_put_uint(struct buf *buf, uint64_t value);

/* Appends value in decimal digits with its sign. */
void buf_put_int(struct buf *buf, int64_t value);

/* Appends octets as lower-case hexadecimal. */
void buf_put_hex(struct buf *buf, const void *octets, size_t len);

/* Appends printf-formatted text; for cold paths. */
void buf_put_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
