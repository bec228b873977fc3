/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "cli/cli_id_set.h"
#include "cli/cli_sheet.h"
#include "fakes/alloc_sweep.h"

#include <stdio.h>

static enum alloc_end keeps_ids(void *ctx)
{
	(void)ctx;
	struct cli_id_set set = { 0 };
	enum alloc_end end = ALLOC_WELL;
	for (uint64_t line = 1; line <= 5000 && end != ALLOC_WRONG; line++) {
		char id[16];
		uint64_t before = 0;
		int len = snprintf(id, sizeof id, "n%u", (unsigned)(line > 4000 ? line - 4000 : line));
		bool is_kept = cli_id_set_add(&set, (struct slice){ id, (size_t)len }, line, &before);
		if (!is_kept)
			end = ALLOC_TOLD;
		else if (end == ALLOC_WELL && before != (line > 4000 ? line - 4000 : 0))
			end = alloc_wrong("line %u: it was there in %u", (unsigned)line, (unsigned)before);
	}
	cli_id_set_fini(&set);
	return end;
}

static enum alloc_end reads_a_table(void *ctx)
{
	struct slice text = *(const struct slice *)ctx;
	struct cli_sheet sheet = { 0 };
	struct err_at at = { 0 };
	unsigned count = 0;
	bool is_over = false;
	bool was_watched = alloc_fault_watch(false);
	FILE *in = fmemopen((char *)(uintptr_t)text.at, text.len, "r");
	setvbuf(in, NULL, _IONBF, 0);
	alloc_fault_watch(was_watched);
	enum err err = cli_sheet_begin(&sheet, in, &at);
	while (err == ERR_OK && !is_over) {
		err = cli_sheet_next(&sheet, &is_over, &at);
		count += err == ERR_OK && !is_over;
	}
	cli_sheet_fini(&sheet);
	alloc_fault_watch(false);
	fclose(in);
	if (err != ERR_OK && at.text[0] == '\0')
		return alloc_wrong("no sentence");
	if (err == ERR_OK && count != 3)
		return alloc_wrong("%u records", count);
	return alloc_end_of(err);
}

Test(no_memory, files)
{
	static char octets[20000];
	struct buf buf = buf_over(octets, sizeof octets);
	buf_put_text(&buf, "id,to,text\n1,13900000001,a\n2,13900000002,\"");
	for (unsigned i = 0; i < 500; i++)
		buf_put_text(&buf, "a line within a cell\n");
	buf_put_text(&buf, "\"\n3,13900000003,c\n");
	struct slice text = buf_slice(&buf);
	alloc_sweep("ids", keeps_ids, NULL);
	alloc_sweep("a table", reads_a_table, &text);
}
