/* SPDX-License-Identifier: Apache-2.0 */
/* A file of alerts for “hongyan send”, as a table or as lines. What was read of a table is written as a table with all cells in
 * quotation marks, and reads the same; what it makes of a record is one object of JSON. */
#include "base/check.h"
#include "base/json_tree.h"
#include "base/utf8.h"
#include "cli/cli_sheet.h"
#include "cli/cli_source.h"
#include "model/alert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

#define OCTETS_MAX 4096

/* Another table of the same records, in text. */
static char text[8 * OCTETS_MAX + 1024];
static struct buf written;

static void check_cell(struct slice cell)
{
	CHECK(utf8_valid(cell.at, cell.len) == cell.len);
}

static void write_record(const struct slice *cells, unsigned count, char separator)
{
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			buf_put_u8(&written, (uint8_t)separator);
		buf_put_text(&written, "\"");
		for (size_t k = 0; k < cells[i].len; k++) {
			buf_put_u8(&written, (uint8_t)cells[i].at[k]);
			if (cells[i].at[k] == '"')
				buf_put_text(&written, "\"");
		}
		buf_put_text(&written, "\"");
	}
	buf_put_text(&written, "\n");
}

/* Reads all records. back: of a table that was written from another one, whose octets are compared. Returns how many. */
static unsigned read_all(const char *at, size_t len, bool is_back)
{
	static char first[sizeof text];
	struct cli_sheet sheet = { .in = NULL };
	struct err_at why = { .err = ERR_OK };
	unsigned count = 0;
	FILE *in = fmemopen((void *)(uintptr_t)at, len, "r");
	CHECK(in != NULL);
	if (is_back)
		memcpy(first, text, written.len);
	struct buf before = written;
	written = buf_over(text, sizeof text);
	enum err err = cli_sheet_begin(&sheet, in, &why);
	bool is_utf8 = utf8_valid(at, len) == len;
	CHECK(err == why.err && (!is_back || err == ERR_OK));
	char separator = sheet.separator != '\0' && sheet.separator != '\n' ? sheet.separator : ',';
	if (err == ERR_OK) {
		for (unsigned i = 0; i < sheet.column_count; i++)
			check_cell(sheet.names[i]);
		write_record(sheet.names, sheet.column_count, separator);
	}
	while (err == ERR_OK) {
		bool is_over;
		why = (struct err_at){ .err = ERR_OK };
		enum err next = cli_sheet_next(&sheet, &is_over, &why);
		CHECK(next == ERR_OK || (why.text[0] != '\0' && !is_back));
		CHECK(!is_utf8 || strstr(why.text, "UTF-8") == NULL);
		if (next == ERR_IO || next == ERR_MEMORY || (next == ERR_OK && is_over))
			break;
		if (next != ERR_OK)
			continue;
		for (unsigned i = 0; i < sheet.column_count; i++)
			check_cell(sheet.cells[i]);
		write_record(sheet.cells, sheet.column_count, separator);
		count++;
	}
	cli_sheet_fini(&sheet);
	fclose(in);
	CHECK(!written.full);
	if (is_back)
		CHECK(written.len == before.len && memcmp(text, first, written.len) == 0);
	return err == ERR_OK ? count : 0;
}

static void check_source(const char *at, size_t len, bool has_batch)
{
	static struct cli_source source;
	struct err_at why = { .err = ERR_OK };
	FILE *in = fmemopen((void *)(uintptr_t)at, len, "r");
	CHECK(in != NULL);
	memset(&source, 0, sizeof source);
	source.batch = has_batch ? SLICE("b") : (struct slice){ NULL, 0 };
	source.common[source.common_count++] = (struct cli_alert_part){ SLICE("template"), SLICE("t") };
	enum err err = cli_source_begin(&source, in, &why);
	CHECK(err == why.err);
	uint64_t last = 0;
	while (err == ERR_OK) {
		struct slice json;
		uint64_t line = 0;
		why = (struct err_at){ .err = ERR_OK };
		enum err next = cli_source_next(&source, &json, &line, &why);
		CHECK(next == why.err && line >= last);
		last = line;
		if (next == ERR_IO || next == ERR_MEMORY || (next == ERR_OK && json.at == NULL))
			break;
		if (next != ERR_OK)
			continue;
		CHECK(json.len > 0 && json.len <= ALERT_OCTETS_MAX);
		if (source.is_table) {
			static struct json_tree tree;
			enum err read = json_tree_read(&tree, json, NULL);
			/* More values than a tree takes are another matter. */
			CHECK(read == ERR_RANGE || (read == ERR_OK && tree.nodes[0].type == JSON_SCAN_OBJECT) ||
			      memchr(at, '\0', len) != NULL);
			json_tree_fini(&tree);
		}
	}
	cli_source_fini(&source);
	fclose(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	if (len < 2 || len > OCTETS_MAX)
		return 0;
	const char *at = (const char *)octets + 1;
	written = buf_over(text, sizeof text);
	if (read_all(at, len - 1, false) > 0) {
		static char again[sizeof text];
		size_t again_len = written.len;
		memcpy(again, text, again_len);
		read_all(again, again_len, true);
	}
	check_source(at, len - 1, octets[0] & 1);
	return 0;
}
