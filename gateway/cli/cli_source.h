/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_alert.h"
#include "cli/cli_sheet.h"

/* A file of alerts, one after the other: a table, or a JSON object on each line (what begins with “{”). */

#define CLI_SOURCE_COMMON_MAX 8

struct cli_source {
	FILE *in; /* borrowed */
	bool is_table;
	struct cli_sheet sheet;
	char *line; /* getline's */
	size_t line_cap;
	uint64_t lines;
	uint64_t octets; /* read so far */
	/* Parts that each alert of a table has unless its record says otherwise. */
	struct cli_alert_part common[CLI_SOURCE_COMMON_MAX];
	unsigned common_count;
	struct slice batch; /* where a table has no column “id”: ids are this, “-” and the line */
	char id[ALERT_ID_MAX + 1];
	char json[ALERT_OCTETS_MAX + 1024];
};

/* Looks what it is. source: zeroed but for common and batch. in: borrowed. at: as cli_sheet_begin, and ERR_NOT_FOUND where a table has
 * neither ids nor a batch. cli_source_fini is legal in any case. */
MUST_CHECK enum err cli_source_begin(struct cli_source *source, FILE *in, struct err_at *at);

/* The next one. json: borrowed until the next call; absent where there is none any more. line: where it stands, also of a wrong one. at:
 * what is wrong with it; after ERR_FORMAT, ERR_RANGE and ERR_FULL the next one can be read. ERR_IO, ERR_MEMORY: it can't. */
MUST_CHECK enum err cli_source_next(struct cli_source *source, struct slice *json, uint64_t *line, struct err_at *at);

void cli_source_fini(struct cli_source *source);
