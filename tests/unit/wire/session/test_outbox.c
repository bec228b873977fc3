/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/outbox.h"

#include <criterion/criterion.h>

static bool put(struct outbox *outbox, size_t mark, const char *text)
{
	struct buf writer = outbox_writer(outbox, mark);
	buf_put_text(&writer, text);
	return outbox_put(outbox, &writer);
}

Test(outbox, marks)
{
	struct outbox outbox;
	cr_assert(outbox_init(&outbox, 10));
	cr_assert(put(&outbox, 6, "abcd"));
	cr_assert(!put(&outbox, 6, "efg"), "beyond the mark");
	cr_assert_eq(outbox_waiting(&outbox), 4);
	cr_assert(put(&outbox, 10, "efghij"));
	cr_assert(!put(&outbox, 6, "k"));
	cr_assert(!put(&outbox, 10, "k"));
	cr_assert_eq(memcmp(outbox.octets + outbox.begin, "abcdefghij", 10), 0);
	outbox_handed(&outbox, 3);
	cr_assert_eq(outbox_position(&outbox), 10);
	cr_assert(put(&outbox, 10, "k"));
	cr_assert_eq(memcmp(outbox.octets + outbox.begin, "defghijk", 8), 0);
	outbox_handed(&outbox, 8);
	cr_assert_eq(outbox_position(&outbox), 11);
	cr_assert_eq(outbox_waiting(&outbox), 0);
	outbox_clear(&outbox);
	cr_assert_eq(outbox_position(&outbox), 0);
	outbox_fini(&outbox);
}

Test(outbox, cut)
{
	struct outbox outbox;
	cr_assert(outbox_init(&outbox, 10));
	cr_assert(put(&outbox, 10, "abcdefgh"));
	outbox_handed(&outbox, 3);
	outbox_cut(&outbox, 8);
	cr_assert_eq(outbox_waiting(&outbox), 5);
	outbox_cut(&outbox, 5);
	cr_assert_eq(outbox_position(&outbox), 5);
	cr_assert(put(&outbox, 10, "x"));
	cr_assert_eq(memcmp(outbox.octets + outbox.begin, "dex", 3), 0);
	outbox_cut(&outbox, 3);
	cr_assert_eq(outbox_waiting(&outbox), 0);
	outbox_fini(&outbox);
}

Test(outbox, order_is_kept_when_it_moves)
{
	struct outbox outbox;
	cr_assert(outbox_init(&outbox, 16));
	char next_in = 0;
	char next_out = 0;
	for (unsigned step = 0; step < 10000; step++) {
		for (unsigned i = 0; i < step % 7; i++) {
			char text[2] = { (char)('a' + next_in), 0 };
			if (put(&outbox, 16, text))
				next_in = (char)((next_in + 1) % 26);
		}
		size_t some = step % 5 < outbox_waiting(&outbox) ? step % 5 : outbox_waiting(&outbox);
		for (size_t i = 0; i < some; i++) {
			cr_assert_eq(outbox.octets[outbox.begin + i], 'a' + next_out, "step %u", step);
			next_out = (char)((next_out + 1) % 26);
		}
		outbox_handed(&outbox, some);
		cr_assert_leq(outbox.end, 32);
	}
	outbox_fini(&outbox);
}
