/* SPDX-License-Identifier: Apache-2.0 */
#include "store/redis_store_inner.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT 3

/* What BEGIN's script writes behind the verdicts of three alerts. */
Test(store_protect, notes)
{
	static const struct {
		const char *text;
		bool want;
		struct begin_note notes[COUNT];
	} rows[] = {
		{ "", true, { { PROTECTION_NONE, 0 } } },
		{ " 1o0", true, { { PROTECTION_OPTED_OUT, 0 } } },
		{ " 3m59000 1d86400000",
		  true,
		  { { PROTECTION_DAY_CAP, 86400000 }, { PROTECTION_NONE, 0 }, { PROTECTION_MINUTE_CAP, 59000 } } },
		{ " 2o0 2i7",
		  true,
		  { { PROTECTION_NONE, 0 }, { PROTECTION_OPTED_OUT, 0 } } }, /* the first one counts */
		{ "1o0", false, { { PROTECTION_NONE, 0 } } },
		{ " ", false, { { PROTECTION_NONE, 0 } } },
		{ " o0", false, { { PROTECTION_NONE, 0 } } },
		{ " 0o0", false, { { PROTECTION_NONE, 0 } } },
		{ " 4o0", false, { { PROTECTION_NONE, 0 } } },
		{ " 1x0", false, { { PROTECTION_NONE, 0 } } },
		{ " 1o", false, { { PROTECTION_NONE, 0 } } },
		{ " 1o-5", false, { { PROTECTION_NONE, 0 } } },
		{ " 1o0 ", false, { { PROTECTION_NONE, 0 } } },
		{ " 99999999999999999999o0", false, { { PROTECTION_NONE, 0 } } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct begin_note notes[COUNT];
		unsigned unread;
		memset(notes, 0xEE, sizeof notes);
		cr_assert_eq(store_read_notes(slice_of(rows[i].text), notes, COUNT, &unread), rows[i].want, "“%s”",
			     rows[i].text);
		cr_expect_eq(unread, 0, "“%s”", rows[i].text);
		for (unsigned k = 0; rows[i].want && k < COUNT; k++) {
			cr_expect_eq(notes[k].rule, rows[i].notes[k].rule, "“%s”, %u", rows[i].text, k);
			cr_expect_eq(notes[k].wait_ms, rows[i].notes[k].wait_ms, "“%s”, %u", rows[i].text, k);
		}
	}
}

/* Which keys could not be read. */
Test(store_protect, keys_that_cannot_be_read)
{
	static const struct {
		const char *text;
		bool want;
		unsigned unread;
		enum protection_rule rules[COUNT];
	} rows[] = {
		{ " 1u1 3u7", true, 0x41, { PROTECTION_UNCHECKED, PROTECTION_NONE, PROTECTION_UNCHECKED } },
		{ " 2o0 2u3", true, 0x4, { PROTECTION_NONE, PROTECTION_OPTED_OUT, PROTECTION_NONE } },
		{ " 1u0", false, 0, { PROTECTION_NONE } },
		{ " 1u8", false, 0, { PROTECTION_NONE } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct begin_note notes[COUNT];
		unsigned unread;
		cr_assert_eq(store_read_notes(slice_of(rows[i].text), notes, COUNT, &unread), rows[i].want, "“%s”",
			     rows[i].text);
		cr_expect_eq(unread, rows[i].unread, "“%s”: %x", rows[i].text, unread);
		for (unsigned k = 0; rows[i].want && k < COUNT; k++) {
			cr_expect_eq(notes[k].rule, rows[i].rules[k], "“%s”, %u", rows[i].text, k);
			cr_expect_eq(notes[k].wait_ms, 0, "“%s”, %u", rows[i].text, k);
		}
	}
}
