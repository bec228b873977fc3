/* SPDX-License-Identifier: Apache-2.0 */
#include "store/dead_letters.h"

#include <criterion/criterion.h>

Test(dead_letters, a_reason_is_a_word_and_may_name_a_field)
{
	static const struct {
		const char *reason, *word, *field;
	} rows[] = {
		{ "render: field “balance”: is missing", "render", "balance" },
		{ "render: field “a\"”b”: is missing", "render", "a\"”b" },
		{ "rejected: field “x” of the carrier", "rejected", "" },
		{ "rejected: ESME_RINVDSTADR", "rejected", "" },
		{ "attempts", "attempts", "" },
		{ "render: field “", "render", "" },
		{ "render:", "render", "" },
		{ "", "", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct slice reason = slice_of(rows[i].reason);
		cr_expect(slice_is(dead_letters_word(reason), rows[i].word), "%s", rows[i].reason);
		cr_expect(slice_is(dead_letters_field(reason), rows[i].field), "%s: %.*s", rows[i].reason,
			  SLICE_ARG(dead_letters_field(reason)));
	}
}
