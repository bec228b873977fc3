/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli_staff.h"
#include "staff/template_life.h"

/* The parts of “hongyan templates”. Each returns the exit code. */

/* What is done to templates by who is at the terminal. Borrowed from staff. */
struct template_life cli_templates_life(const struct cli_staff *staff);

/* The folder's files against what is in force: names, or all. CLI_FAILED where anything differs. */
int cli_templates_diff(const struct cli_staff *staff);

/* Writes what is in force into the folder: names, or all. */
int cli_templates_pull(const struct cli_staff *staff);

/* Files that differ become drafts, or with “approved-by” versions. */
int cli_templates_push(const struct cli_staff *staff);

/* Reads the folder's files: {NAME:{LOCALE:TEXT}}. out: owned, set where CLI_OK is returned; else err was told. */
int cli_templates_read(const struct cli_staff *staff, json_t **out);

/* Prints what has changed from one text to another, by lines, with “-” and “+” before them. */
void cli_templates_print_diff(FILE *out, struct slice from, struct slice to);
