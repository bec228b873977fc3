/* SPDX-License-Identifier: Apache-2.0 */
#include "app/range_pattern.h"

#include "base/check.h"

#include <string.h>

#define DIGITS_MAX 20 /* of 64 bits */

static void put_any(struct buf *out, unsigned count)
{
	if (count == 1)
		buf_put_text(out, "[0-9]");
	else if (count > 1)
		buf_put_format(out, "[0-9]{%u}", count);
}

static void put_class(struct buf *out, char first, char last)
{
	if (first == last)
		buf_put(out, &first, 1);
	else
		buf_put_format(out, "[%c-%c]", first, last);
}

/* True where all count digits are that one. */
static bool is_all(const char *digits, unsigned count, char digit)
{
	for (unsigned i = 0; i < count; i++)
		if (digits[i] != digit)
			return false;
	return true;
}

/* Numbers of equally many digits: what begins with the least's first digit, what begins with those between, and what begins with
 * the most's; the outer two only where not all that follows is allowed behind them. */
static void put_same_length(const char *least, const char *most, unsigned count, struct buf *out)
{
	if (count == 0)
		return;
	bool is_low_cut = !is_all(least + 1, count - 1, '0');
	bool is_high_cut = !is_all(most + 1, count - 1, '9');
	char nines[DIGITS_MAX], zeros[DIGITS_MAX];
	memset(nines, '9', sizeof nines);
	memset(zeros, '0', sizeof zeros);
	if (*least == *most && (is_low_cut || is_high_cut)) {
		buf_put(out, least, 1);
		put_same_length(least + 1, most + 1, count - 1, out);
		return;
	}
	char first = (char)(*least + is_low_cut);
	char last = (char)(*most - is_high_cut);
	buf_put_text(out, "(?:");
	if (is_low_cut) {
		buf_put(out, least, 1);
		put_same_length(least + 1, nines, count - 1, out);
		buf_put_text(out, first <= last || is_high_cut ? "|" : "");
	}
	if (first <= last) {
		put_class(out, first, last);
		put_any(out, count - 1);
		buf_put_text(out, is_high_cut ? "|" : "");
	}
	if (is_high_cut) {
		buf_put(out, most, 1);
		put_same_length(zeros, most + 1, count - 1, out);
	}
	buf_put_text(out, ")");
}

void range_pattern_put(uint64_t least, uint64_t most, struct buf *out)
{
	CHECK(least <= most);
	char low_text[DIGITS_MAX + 1], high_text[DIGITS_MAX + 1];
	struct buf high = buf_over(high_text, sizeof high_text);
	buf_put_uint(&high, most);
	buf_put_text(out, "(?:");
	for (;;) {
		struct buf low = buf_over(low_text, sizeof low_text);
		buf_put_uint(&low, least);
		if (low.len == high.len)
			break;
		char nines[DIGITS_MAX];
		memset(nines, '9', sizeof nines);
		put_same_length(low_text, nines, (unsigned)low.len, out);
		buf_put_text(out, "|");
		uint64_t next = 1;
		for (size_t i = 0; i < low.len; i++)
			next *= 10;
		least = next;
	}
	put_same_length(low_text, high_text, (unsigned)high.len, out);
	buf_put_text(out, ")");
}
