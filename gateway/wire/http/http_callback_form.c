/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_callback_inner.h"

#include "base/number.h"

static char lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool http_callback_same_word(struct slice a, struct slice b)
{
	for (size_t i = 0; a.len == b.len && i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return a.len == b.len;
}

void http_callback_form_decode(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char octet = text.at[i];
		if (octet == '%' && text.len - i > 2) {
			int high = number_hex_digit(text.at[i + 1]);
			int low = number_hex_digit(text.at[i + 2]);
			if (high >= 0 && low >= 0) {
				buf_put_u8(out, (uint8_t)(high << 4 | low));
				i += 2;
				continue;
			}
		}
		buf_put_u8(out, octet == '+' ? ' ' : (uint8_t)octet);
	}
}

/* Compares a field's name as it came with a plain one. */
static bool is_name(struct slice encoded, const char *name)
{
	char octets[128];
	struct buf decoded = buf_over(octets, sizeof octets);
	http_callback_form_decode(encoded, &decoded);
	return !decoded.full && slice_is(buf_slice(&decoded), name);
}

struct slice http_callback_form_value(struct slice form, const char *name, struct buf *out, bool *found)
{
	if (found != NULL)
		*found = false;
	while (form.len != 0) {
		struct slice value = slice_cut(&form, '&');
		struct slice key = slice_cut(&value, '=');
		if (!is_name(key, name))
			continue;
		size_t start = out->len;
		http_callback_form_decode(value, out);
		if (found != NULL)
			*found = true;
		return (struct slice){ out->at + start, out->len - start };
	}
	return (struct slice){ NULL, 0 };
}
