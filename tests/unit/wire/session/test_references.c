/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/session/references.h"

#include <criterion/criterion.h>

#define REST_US (72 * 3600 * (mono_us)US_PER_S)

static bool takes(struct references *references, uint16_t first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint16_t number = references_take(references);
		if (number != first + i) {
			cr_log_info("%u in place of %u", number, first + i);
			return false;
		}
	}
	return true;
}

/* In turn, from anywhere, and never one that is in use. */
Test(references, in_turn)
{
	static const struct {
		const char *name;
		uint16_t least, most;
		uint64_t random;
		uint16_t want_first;
	} rows[] = {
		{ "all", 1, UINT16_MAX, 0, 1 },
		{ "all, from the last", 1, UINT16_MAX, 65534, UINT16_MAX },
		{ "a part", 1000, 2999, 2500, 1500 },
		{ "within one word", 65, 70, 3, 68 },
		{ "one", 7, 7, 99, 7 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned count = (unsigned)(rows[i].most - rows[i].least) + 1;
		struct references *references =
			references_create((struct reference_range){ rows[i].least, rows[i].most }, rows[i].random);
		cr_assert_not_null(references);
		unsigned to_most = (unsigned)(rows[i].most - rows[i].want_first) + 1;
		cr_assert(takes(references, rows[i].want_first, to_most), "%s", rows[i].name);
		cr_assert(takes(references, rows[i].least, count - to_most), "%s", rows[i].name);
		cr_assert_eq(references_take(references), 0, "%s: all are in use", rows[i].name);
		uint16_t middle = (uint16_t)(rows[i].least + count / 2);
		references_free(references, middle);
		cr_assert_eq(references_take(references), middle, "%s", rows[i].name);
		cr_assert_eq(references_take(references), 0, "%s", rows[i].name);
		references_destroy(references);
	}
	references_destroy(NULL);
}

/* Every number is in one part. */
Test(references, parts)
{
	static const struct {
		const char *name;
		struct reference_range whole;
		unsigned parts;
	} rows[] = {
		{ "alone", { 1, UINT16_MAX }, 1 },
		{ "two", { 1, UINT16_MAX }, 2 },
		{ "as many workers as there may be", { 64000, 64999 }, 64 },
		{ "one each", { 7, 9 }, 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned next = rows[i].whole.least;
		for (unsigned part = 0; part < rows[i].parts; part++) {
			struct reference_range range = references_part(rows[i].whole, part, rows[i].parts);
			cr_assert_eq(range.least, next, "%s, part %u", rows[i].name, part);
			cr_assert_geq(range.most, range.least, "%s, part %u", rows[i].name, part);
			next = range.most + 1u;
		}
		cr_assert_eq(next, rows[i].whole.most + 1u, "%s", rows[i].name);
	}
}

Test(references, an_earlier_message_is_known)
{
	struct references *references = references_create((struct reference_range){ 1, 2 }, 0);
	cr_assert(takes(references, 1, 2));
	cr_assert_not(references_is_earlier(references, 1, SLICE("m-1")));
	references_told(references, 1, SLICE("m-1"));
	cr_assert(takes(references, 1, 1), "told: it may be used again");
	cr_assert(references_is_earlier(references, 1, SLICE("m-1")));
	cr_assert(references_is_earlier(references, 1, SLICE("M-1")), "a question may be answered in capitals");
	cr_assert_not(references_is_earlier(references, 1, SLICE("m-2")));
	cr_assert_not(references_is_earlier(references, 2, SLICE("m-1")), "another number's");
	cr_assert_not(references_is_earlier(references, 2, SLICE("")));
	references_told(references, 1, SLICE("m-3"));
	cr_assert_not(references_is_earlier(references, 1, SLICE("m-1")), "the last one counts");
	references_destroy(references);
}

/* Its own answer came while a question is out: the id is known, and the number rests. */
Test(references, told_too_early)
{
	struct references *references = references_create((struct reference_range){ 1, 2 }, 0);
	cr_assert(takes(references, 1, 2));
	references_told_too_early(references, 1, SLICE("m-1"));
	references_told_too_early(references, 2, SLICE(""));
	cr_assert_eq(references_take(references), 0);
	cr_assert(references_is_earlier(references, 1, SLICE("m-1")));
	cr_assert_not(references_is_earlier(references, 2, SLICE("m-1")));
	references_tick(references, 0);
	references_tick(references, REST_US);
	references_tick(references, 2 * REST_US);
	cr_assert(takes(references, 1, 2));
	references_destroy(references);
}

/* Of what was never told, or told without an id, the number rests for three to six days. */
Test(references, rest)
{
	struct references *references = references_create((struct reference_range){ 1, 4 }, 0);
	mono_us now = 5;
	references_tick(references, now);
	cr_assert(takes(references, 1, 4));
	references_rest(references, 1);
	references_told(references, 2, SLICE(""));
	now += REST_US - 1;
	references_tick(references, now);
	cr_assert_eq(references_take(references), 0);
	references_tick(references, ++now);
	references_rest(references, 3);
	cr_assert_eq(references_take(references), 0, "a moment is too short for what rests since then");
	now += REST_US;
	references_tick(references, now);
	cr_assert(takes(references, 1, 2), "three days and more");
	cr_assert_eq(references_take(references), 0);
	now += REST_US;
	references_tick(references, now);
	cr_assert(takes(references, 3, 1));
	cr_assert_eq(references_take(references), 0, "4 is in use");
	references_destroy(references);
}

Test(references, stop)
{
	struct references *references = references_create((struct reference_range){ 1, 9 }, 0);
	cr_assert(takes(references, 1, 1));
	references_stop(references);
	cr_assert_eq(references_take(references), 0);
	references_rest(references, 1);
	references_destroy(references);
}
