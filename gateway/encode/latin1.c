/* SPDX-License-Identifier: Apache-2.0 */
#include "encode/latin1.h"

#include "base/utf8.h"

static bool has_latin1(uint32_t code)
{
	return (code >= 0x20 && code <= 0x7E) || (code >= 0xA0 && code <= 0xFF) || code == '\r' || code == '\n';
}

size_t latin1_encode(struct slice text, uint8_t *out, size_t *octet_count)
{
	size_t i = 0;
	size_t count = 0;
	while (i < text.len) {
		uint32_t code;
		size_t len = utf8_decode(text.at + i, text.len - i, &code);
		if (len == 0 || !has_latin1(code))
			break;
		out[count++] = (uint8_t)code;
		i += len;
	}
	*octet_count = count;
	return i;
}
