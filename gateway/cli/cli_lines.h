/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "cli/cli_command.h"

#define CLI_LINE_MAX (1024 * 1024) /* octets of one line of input */

/* Commands that read lines and answer each with one JSON object on a line of its own. */

/* Answers one line (without its end): writes an object into out, whose room is room_factor times the line's octets and
 * 4 KiB more. Returns false where the line was bad; an object with “error” is written then all the same. */
typedef bool cli_answer(void *ctx, struct slice line, struct buf *out);

/* Reads env->in to its end. Returns CLI_OK, CLI_DATA where some line was bad, CLI_FAILED where reading or writing
 * failed. */
int cli_lines_run(const struct cli_env *env, size_t room_factor, cli_answer *answer, void *ctx);

/* The same for commands whose lines are octets in hexadecimal: ctx is room for the octets of the longest line. */
int cli_lines_run_octets(const struct cli_env *env, size_t room_factor, cli_answer *answer);

/* Writes {"error":text}; returns false, so that an answer can end with it. */
bool cli_lines_error(struct buf *out, const char *text);

/* Decodes a line of hexadecimal digits (either case; blanks between octets are fine) in place: octets begin where the
 * line does. Writes {"error","offset"} (of the octet) and returns false where it is none. */
bool cli_lines_hex(struct slice line, uint8_t *octets, size_t *len, struct buf *out);
