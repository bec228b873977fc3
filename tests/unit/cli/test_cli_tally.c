/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_tally.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void expect(const struct cli_tally *tally, const char *want_text, const char *want_json)
{
	char *text = NULL;
	size_t len = 0;
	char json[4096];
	struct buf buf = buf_over(json, sizeof json - 1);
	FILE *out = open_memstream(&text, &len);
	cr_assert_not_null(out);
	cli_tally_print(tally, out);
	fclose(out);
	cli_tally_put(tally, &buf);
	json[buf.len] = '\0';
	cr_expect_str_eq(text, want_text);
	cr_expect_str_eq(json, want_json);
	free(text);
}

Test(cli_tally, words)
{
	struct cli_tally tally = { .count = 0 };
	expect(&tally, "", "{}");
	cli_tally_add(&tally, (struct slice){ NULL, 0 });
	expect(&tally, "", "{}");
	cli_tally_add(&tally, SLICE("rejected"));
	cli_tally_add(&tally, SLICE("render"));
	cli_tally_add(&tally, SLICE("rejected"));
	expect(&tally, ": rejected 2, render 1", "{\"rejected\":2,\"render\":1}");
	/* What somebody else wrote there reaches neither the terminal nor the JSON as it is. */
	cli_tally_add(&tally, SLICE("\"\033[2J"));
	cli_tally_add(&tally, SLICE("a word that is far longer than any of ours"));
	expect(&tally, ": rejected 2, render 1, ???2J 1, a?word?that?is?far?longer?than? 1",
	       "{\"rejected\":2,\"render\":1,\"???2J\":1,\"a?word?that?is?far?longer?than?\":1}");
}

Test(cli_tally, more_words_than_rows)
{
	struct cli_tally tally = { .count = 0 };
	char word[16];
	for (unsigned i = 0; i < CLI_TALLY_WORDS_MAX + 5; i++) {
		snprintf(word, sizeof word, "w%u", i);
		cli_tally_add(&tally, slice_of(word));
	}
	cli_tally_add(&tally, SLICE("w0"));
	cr_expect_eq(tally.count, CLI_TALLY_WORDS_MAX);
	cr_expect_eq(tally.others, 5);
	cr_expect_eq(tally.rows[0].count, 2);
}
