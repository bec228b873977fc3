/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* How far a long command is: a bar on standard error where that is a terminal, and nothing elsewhere. And a wish to stop:
 * SIGINT and SIGTERM end the command behind the step that it is in, not in its middle. */
struct cli_progress {
	FILE *err;
	bool is_shown;
	bool is_drawn; /* something stands on the line */
	uint64_t total;
};

/* total: of the steps; 0 = not known. From now on signals are wishes. */
void cli_progress_begin(struct cli_progress *progress, FILE *err, uint64_t total);

/* word: what is being done (“requeued”), and to how many so far. at: of the total. */
void cli_progress_show(struct cli_progress *progress, uint64_t at, const char *word, uint64_t done);

/* Wipes the bar; signals are again what they were. */
void cli_progress_end(struct cli_progress *progress);

/* True once somebody wants the command to stop. */
bool cli_progress_is_stopped(void);
