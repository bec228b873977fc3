/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

void buf_put_uint(struct buf *buf, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_put(buf, digits + at, sizeof digits - at);
}

void buf_put_int(struct buf *buf, int64_t value)
{
	if (value < 0)
		buf_put(buf, "-", 1);
	buf_put_uint(buf, value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value);
}

void buf_put_hex(struct buf *buf, const void *octets, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = octets;
	if (buf->full || len > (buf->cap - buf->len) / 2) {
		buf->full = true;
		return;
	}
	for (size_t i = 0; i < len; i++) {
		buf->at[buf->len++] = digits[from[i] >> 4];
		buf->at[buf->len++] = digits[from[i] & 0xF];
	}
}

void buf_put_format(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *end = buf->at ? buf->at + buf->len : NULL;
	size_t room = buf->full ? 0 : buf->cap - buf->len;
	int need = vsnprintf(end, room, format, args);
	va_end(args);
	/* vsnprintf needs a place for its NUL, so a text that fills the buffer to the last octet counts as too long. */
	if (need < 0 || (size_t)need >= room)
		buf->full = true;
	else
		buf->len += (size_t)need;
}
