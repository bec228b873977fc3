/* SPDX-License-Identifier: Apache-2.0 */
#include "store/scripts.h"

#include <criterion/criterion.h>

Test(scripts, table_and_enum_agree)
{
	scripts_check();
	for (unsigned i = 0; i < script_source_count; i++) {
		struct slice text = script_sources[i].text;
		cr_assert_gt(text.len, 40, "%s", script_sources[i].name);
		cr_assert(text.at[text.len - 1] == '\n', "%s", script_sources[i].name);
		cr_assert_null(memchr(text.at, '\0', text.len), "%s", script_sources[i].name);
		/* It says what it does, its keys and its arguments. */
		cr_assert_not_null(memmem(text.at, text.len, "-- KEYS: ", 9), "%s", script_sources[i].name);
		cr_assert_not_null(memmem(text.at, text.len, "ARGV: ", 6), "%s", script_sources[i].name);
	}
}

/* A gateway that may not write when Redis is full could never make room: all may but those that let something new go
 * out, or in. */
Test(scripts, only_what_sends_waits_for_memory)
{
	static const char flags[] = "#!lua flags=allow-oom\n";
	for (unsigned i = 0; i < script_source_count; i++) {
		bool writes = i != SCRIPT_OWNED && i != SCRIPT_BALANCE;
		bool may = slice_starts(script_sources[i].text, SLICE(flags));
		bool sends = i == SCRIPT_LEGACY || i == SCRIPT_BEGIN || i == SCRIPT_REQUEUE || i == SCRIPT_RESEND ||
			     i == SCRIPT_MO || i == SCRIPT_OPTOUT || i == SCRIPT_RECEIPTS || i == SCRIPT_ADD ||
			     i == SCRIPT_SUBMIT;
		if (writes)
			cr_assert_eq(may, !sends, "%s", script_sources[i].name);
	}
}
