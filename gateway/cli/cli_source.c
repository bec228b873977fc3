/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static bool has_column(const struct cli_sheet *sheet, const char *name)
{
	for (unsigned i = 0; i < sheet->column_count; i++) {
		if (slice_is(sheet->names[i], name))
			return true;
	}
	return false;
}

enum err cli_source_begin(struct cli_source *source, FILE *in, struct err_at *at)
{
	int first = getc(in);
	source->in = in;
	if (first != EOF)
		ungetc(first, in);
	source->is_table = first != '{';
	if (!source->is_table)
		return ERR_OK;
	enum err err = cli_sheet_begin(&source->sheet, in, at);
	if (err == ERR_OK && source->batch.len == 0 && !has_column(&source->sheet, "id"))
		err = err_at_set(
			at, ERR_NOT_FOUND, 0, NULL,
			"there is no column “id”; give alerts ids, or name the run with --batch, so that sending it "
			"twice sends nothing twice");
	return err;
}

static enum err compose(struct cli_source *source, struct slice *json, struct err_at *at)
{
	const struct cli_sheet *sheet = &source->sheet;
	struct cli_alert_part parts[CLI_SOURCE_COMMON_MAX + 1 + CLI_SHEET_COLUMNS_MAX];
	unsigned count = 0;
	if (source->batch.len > 0) {
		int len =
			snprintf(source->id, sizeof source->id, "%.*s-%" PRIu64, SLICE_ARG(source->batch), sheet->line);
		if (len < 0 || (size_t)len >= sizeof source->id)
			return err_at_set(at, ERR_RANGE, 0, NULL, "the batch's name is too long to make ids of it");
		parts[count++] = (struct cli_alert_part){ SLICE("id"), slice_of(source->id) };
	}
	for (unsigned i = 0; i < source->common_count; i++)
		parts[count++] = source->common[i];
	for (unsigned i = 0; i < sheet->column_count; i++) {
		if (sheet->cells[i].len > 0)
			parts[count++] = (struct cli_alert_part){ sheet->names[i], sheet->cells[i] };
	}
	struct buf out = buf_over(source->json, sizeof source->json);
	if (!cli_alert_write(parts, count, &out))
		return err_at_set(at, ERR_FULL, 0, NULL, "the alert is longer than %d octets", ALERT_OCTETS_MAX);
	*json = buf_slice(&out);
	return ERR_OK;
}

static enum err next_line(struct cli_source *source, struct slice *json, struct err_at *at)
{
	ssize_t got;
	errno = 0;
	while ((got = getline(&source->line, &source->line_cap, source->in)) >= 0) {
		size_t len = (size_t)got;
		source->lines++;
		source->octets += len;
		while (len > 0 && strchr("\r\n \t", source->line[len - 1]) != NULL && source->line[len - 1] != '\0')
			len--;
		if (len == 0)
			continue;
		*json = (struct slice){ source->line, len };
		if (len > ALERT_OCTETS_MAX)
			return err_at_set(at, ERR_FULL, 0, NULL, "the alert is longer than %d octets",
					  ALERT_OCTETS_MAX);
		return ERR_OK;
	}
	if (ferror(source->in) || errno != 0)
		return err_at_set(at, ERR_IO, 0, NULL, "cannot be read to its end: %s", strerror(errno));
	return ERR_OK;
}

enum err cli_source_next(struct cli_source *source, struct slice *json, uint64_t *line, struct err_at *at)
{
	bool is_over = false;
	*json = (struct slice){ NULL, 0 };
	if (!source->is_table) {
		enum err err = next_line(source, json, at);
		*line = source->lines;
		return err;
	}
	enum err err = cli_sheet_next(&source->sheet, &is_over, at);
	*line = source->sheet.line;
	source->octets = source->sheet.octets;
	return err != ERR_OK || is_over ? err : compose(source, json, at);
}

void cli_source_fini(struct cli_source *source)
{
	cli_sheet_fini(&source->sheet);
	free(source->line);
}
