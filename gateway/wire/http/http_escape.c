/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http/http_escape.h"

#include "base/json.h"

/* 1 where an octet stands for itself. */
static const unsigned char unreserved[256] = {
	['-'] = 1, ['.'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1,
	['8'] = 1, ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1,
	['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1,
	['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['_'] = 1, ['a'] = 1,
	['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1,
	['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1,
	['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1, ['~'] = 1,
};

static void put_percent(struct buf *buf, struct slice text)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.len && !buf->full; i++) {
		unsigned char octet = (unsigned char)text.at[i];
		char escape[3] = { '%', digits[octet >> 4], digits[octet & 0xF] };
		if (unreserved[octet])
			buf_put(buf, &text.at[i], 1);
		else
			buf_put(buf, escape, sizeof escape);
	}
}

void http_escape_put(struct buf *buf, enum http_escape escape, struct slice text)
{
	switch (escape) {
	case HTTP_ESCAPE_PERCENT:
		put_percent(buf, text);
		return;
	case HTTP_ESCAPE_JSON:
		json_escape(buf, text);
		return;
	case HTTP_ESCAPE_NONE:
		buf_put_slice(buf, text);
		return;
	}
}
