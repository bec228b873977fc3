/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Tables as office programs export them (RFC 4180): records of cells with commas, semicolons or tabs between (whichever the first
 * line has), cells in quotation marks where they hold such. The first record names the columns. A byte order mark in front
 * is skipped. */

#define CLI_SHEET_COLUMNS_MAX 96
#define CLI_SHEET_RECORD_MAX  (256 * 1024) /* octets */

struct cli_sheet {
	FILE *in; /* borrowed */
	char separator;
	uint64_t lines;  /* read so far */
	uint64_t line;   /* that the record begins on, from 1 on */
	uint64_t octets; /* read so far */
	char *read;      /* getline's */
	size_t read_cap;
	char *text; /* of the record, owned */
	size_t text_len, text_cap;
	char *names_text; /* of the first one, owned */
	struct slice names[CLI_SHEET_COLUMNS_MAX];
	struct slice cells[CLI_SHEET_COLUMNS_MAX];
	unsigned column_count;
	unsigned cell_count; /* of the record */
};

/* Reads the names of the columns. sheet: zeroed. in: borrowed. at: why not, a sentence. ERR_FORMAT: it is no table; ERR_RANGE: too
 * many columns, or a record too long; ERR_MEMORY; ERR_IO. cli_sheet_fini is legal in any case. */
MUST_CHECK enum err cli_sheet_begin(struct cli_sheet *sheet, FILE *in, struct err_at *at);

/* Reads the next record that is not empty: cells, without blanks around them, as many as there are columns; those that are left out
 * at its end are empty. is_over: there is none. Errors as above; after ERR_FORMAT and ERR_RANGE the next one can be
 * read. */
MUST_CHECK enum err cli_sheet_next(struct cli_sheet *sheet, bool *is_over, struct err_at *at);

/* Frees what it holds. */
void cli_sheet_fini(struct cli_sheet *sheet);
