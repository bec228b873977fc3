/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_tally.h"

#include "base/json.h"

#include <inttypes.h>

/* Words are letters, digits, “_” and “-”; whatever else somebody wrote becomes “?”, for terminals and JSON keys alike. */
static void keep_word(struct slice word, char out[CLI_TALLY_WORD_OCTETS])
{
	size_t len = word.len < CLI_TALLY_WORD_OCTETS ? word.len : CLI_TALLY_WORD_OCTETS - 1;
	for (size_t i = 0; i < len; i++) {
		char c = word.at[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
				c == '_' || c == '-';
		out[i] = is_plain ? c : '?';
	}
	out[len] = '\0';
}

void cli_tally_add(struct cli_tally *tally, struct slice word)
{
	char kept[CLI_TALLY_WORD_OCTETS];
	if (word.at == NULL)
		return;
	keep_word(word, kept);
	unsigned i = 0;
	while (i < tally->count && strcmp(tally->rows[i].word, kept) != 0)
		i++;
	if (i == CLI_TALLY_WORDS_MAX) {
		tally->others++;
		return;
	}
	if (i == tally->count) {
		memcpy(tally->rows[i].word, kept, sizeof kept);
		tally->count++;
	}
	tally->rows[i].count++;
}

void cli_tally_print(const struct cli_tally *tally, FILE *out)
{
	const char *before = ": ";
	for (unsigned i = 0; i < tally->count; i++) {
		fprintf(out, "%s%s %" PRIu64, before, *tally->rows[i].word ? tally->rows[i].word : "?",
			tally->rows[i].count);
		before = ", ";
	}
	if (tally->others > 0)
		fprintf(out, "%sothers %" PRIu64, before, tally->others);
}

void cli_tally_put(const struct cli_tally *tally, struct buf *out)
{
	json_open(out, '{');
	for (unsigned i = 0; i < tally->count; i++)
		json_key_uint(out, tally->rows[i].word, tally->rows[i].count);
	if (tally->others > 0)
		json_key_uint(out, "others", tally->others);
	json_close(out, '}');
}
