/* SPDX-License-Identifier: Apache-2.0 */

/* What has changed from one text to another, by lines: the longest common subsequence of both. Templates are short. */

#include "cli/cli_templates.h"

#include <stdlib.h>

#define LINES_MAX 1024 /* of each; longer ones are shown whole */

struct lines {
	struct slice at[LINES_MAX];
	unsigned count;
	bool is_long;
};

static void cut(struct slice text, struct lines *out)
{
	out->count = 0;
	out->is_long = false;
	while (text.len > 0 && !out->is_long) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;
		if (out->count == LINES_MAX)
			out->is_long = true;
		else
			out->at[out->count++] = (struct slice){ text.at, len };
		size_t skip = end != NULL ? len + 1 : len;
		text = (struct slice){ text.at + skip, text.len - skip };
	}
}

static void print(FILE *out, char sign, struct slice line)
{
	fprintf(out, "%c %.*s\n", sign, SLICE_ARG(line));
}

/* common[i][k]: lines that from (from i on) and to (from k on) have in common, in their order. */
static void walk(FILE *out, const struct lines *from, const struct lines *to, uint16_t *common)
{
	unsigned width = to->count + 1;
	for (unsigned i = from->count; i-- > 0;) {
		for (unsigned k = to->count; k-- > 0;) {
			uint16_t down = common[(i + 1) * width + k];
			uint16_t right = common[i * width + k + 1];
			uint16_t both = (uint16_t)(common[(i + 1) * width + k + 1] + 1);
			common[i * width + k] = slice_equal(from->at[i], to->at[k]) ? both
						: down > right                      ? down
										    : right;
		}
	}
	unsigned i = 0;
	unsigned k = 0;
	while (i < from->count || k < to->count) {
		bool is_same = i < from->count && k < to->count && slice_equal(from->at[i], to->at[k]);
		bool is_gone = !is_same && i < from->count &&
			       (k == to->count || common[(i + 1) * width + k] >= common[i * width + k + 1]);
		if (is_gone)
			print(out, '-', from->at[i]);
		else if (!is_same)
			print(out, '+', to->at[k]);
		i += is_same || is_gone;
		k += !is_gone;
	}
}

void cli_templates_print_diff(FILE *out, struct slice from, struct slice to)
{
	struct lines *lines = calloc(2, sizeof *lines);
	if (lines == NULL)
		return;
	cut(from, &lines[0]);
	cut(to, &lines[1]);
	uint16_t *common = NULL;
	if (!lines[0].is_long && !lines[1].is_long)
		common = calloc((size_t)(lines[0].count + 1) * (lines[1].count + 1), sizeof *common);
	if (common != NULL)
		walk(out, &lines[0], &lines[1], common);
	free(common);
	free(lines);
}
