/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/utf8.h"

#include <math.h>

/* A value needs a comma before it unless it opens the text, follows a bracket or follows its key's colon. */
static void comma(struct buf *buf)
{
	if (buf->len == 0)
		return;
	char before = buf->at[buf->len - 1];
	if (before != '{' && before != '[' && before != ':' && before != '\n')
		buf_put(buf, ",", 1);
}

void json_open(struct buf *buf, char bracket)
{
	comma(buf);
	buf_put(buf, &bracket, 1);
}

void json_close(struct buf *buf, char bracket)
{
	buf_put(buf, &bracket, 1);
}

void json_key(struct buf *buf, const char *key)
{
	comma(buf);
	buf_put(buf, "\"", 1);
	buf_put_text(buf, key);
	buf_put(buf, "\":", 2);
}

static void put_escape(struct buf *buf, unsigned char octet)
{
	static const char hex[] = "0123456789abcdef";
	char escape[6] = { '\\', 'u', '0', '0', hex[octet >> 4], hex[octet & 0xF] };
	switch (octet) {
	case '"':
	case '\\':
		escape[1] = (char)octet;
		break;
	case '\n':
		escape[1] = 'n';
		break;
	case '\r':
		escape[1] = 'r';
		break;
	case '\t':
		escape[1] = 't';
		break;
	default:
		buf_put(buf, escape, 6);
		return;
	}
	buf_put(buf, escape, 2);
}

/* Text without what must be escaped is copied in one piece, which is most of it. */
void json_escape(struct buf *buf, struct slice text)
{
	size_t plain = 0; /* start of the run not yet copied */
	for (size_t i = 0; i < text.len;) {
		unsigned char octet = (unsigned char)text.at[i];
		if (octet >= 0x20 && octet < 0x7F && octet != '"' && octet != '\\') {
			i++;
			continue;
		}
		uint32_t code;
		size_t used = octet < 0x80 ? 0 : utf8_decode(text.at + i, text.len - i, &code);
		if (used) {
			i += used;
			continue;
		}
		buf_put(buf, text.at + plain, i - plain);
		if (octet < 0x80)
			put_escape(buf, octet);
		else
			buf_put(buf, "\xEF\xBF\xBD", 3);
		plain = ++i;
	}
	if (plain < text.len)
		buf_put(buf, text.at + plain, text.len - plain);
}

void json_text(struct buf *buf, struct slice text)
{
	comma(buf);
	if (text.at == NULL) {
		buf_put(buf, "null", 4);
		return;
	}
	buf_put(buf, "\"", 1);
	json_escape(buf, text);
	buf_put(buf, "\"", 1);
}

void json_uint(struct buf *buf, uint64_t value)
{
	comma(buf);
	buf_put_uint(buf, value);
}

void json_int(struct buf *buf, int64_t value)
{
	comma(buf);
	buf_put_int(buf, value);
}

void json_decimal(struct buf *buf, double value, int decimals)
{
	if (!isfinite(value)) {
		json_absent(buf);
		return;
	}
	comma(buf);
	buf_put_format(buf, "%.*f", decimals, value);
}

void json_bool(struct buf *buf, bool value)
{
	comma(buf);
	buf_put_text(buf, value ? "true" : "false");
}

void json_absent(struct buf *buf)
{
	comma(buf);
	buf_put(buf, "null", 4);
}

void json_key_text(struct buf *buf, const char *key, struct slice text)
{
	json_key(buf, key);
	json_text(buf, text);
}

void json_key_uint(struct buf *buf, const char *key, uint64_t value)
{
	json_key(buf, key);
	json_uint(buf, value);
}

void json_key_bool(struct buf *buf, const char *key, bool value)
{
	json_key(buf, key);
	json_bool(buf, value);
}

void json_key_text_if(struct buf *buf, const char *key, struct slice text)
{
	if (text.len)
		json_key_text(buf, key, text);
}

void json_key_uint_if(struct buf *buf, const char *key, uint64_t value)
{
	if (value)
		json_key_uint(buf, key, value);
}
