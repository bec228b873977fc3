/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A program that a test starts, with pipes to its stdin and from its stdout, and a folder of its own that goes with it.
 * It dies with the test. Every failure fails the test. */

struct child_process {
	pid_t pid;
	int to;   /* its stdin */
	int from; /* its stdout */
	char dir[64];
	char line[4096]; /* what of its stdout is not read yet */
	size_t line_len;
};

/* Makes the folder. */
void child_process_init(struct child_process *child);

/* Starts it with the folder as working directory. argv: NULL-terminated. */
void child_process_start(struct child_process *child, const char *const *argv);

/* Writes a line (a newline is added) to its stdin. */
void child_process_write(struct child_process *child, const char *line);

/* The next line of its stdout, without its newline; waits up to 10 s. */
void child_process_read(struct child_process *child, char *out, size_t cap);

/* Waits up to 10 s for a file of the folder to be there and not empty, and reads it. */
void child_process_file(struct child_process *child, const char *name, char *out, size_t cap);

/* Ends it (SIGKILL) and starts another one in its folder. */
void child_process_again(struct child_process *child, const char *const *argv);

/* Ends it (SIGKILL) and removes the folder. */
void child_process_end(struct child_process *child);
