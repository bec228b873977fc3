/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit_lines.h"

/* Parses files of JSON lines on all processors: parsing is nearly all that an audit does. Blocks of whole lines go round a
 * ring; worker k of n parses each nth block, and frees what it parsed before; the caller takes them in order.
 *
 *   file ─► [filled] ─► worker ─► [parsed] ─► take, line by line ─► [free] ─► …
 */
struct audit_parser;

/* NULL where there is no memory. Where no thread can be had, the caller parses by itself. */
struct audit_parser *audit_parser_create(void);

/* NULL is fine. */
void audit_parser_destroy(struct audit_parser *parser);

/* Gives all lines of a file to take, in the calling thread and in order. place: its name and file are set; line counts on.
 * False where take, a line or the file was bad: trouble says what. */
bool audit_parser_read(struct audit_parser *parser, int fd, struct audit_place *place, audit_take *take, void *ctx,
		       struct audit_trouble *trouble);
