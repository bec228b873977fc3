/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The world of one scenario: a folder of its own, and the processes that it starts. There is one in a process. */

#define WORLD_PATH_OCTETS 160

/* Makes the folder. Where the scenario fails, the folder stays and the ends of all logs are shown. */
void world_open(void);

/* Fails where a process still runs or has left a sanitizer's report; then removes the folder. */
void world_close(void);

/* A path in the folder. Returns out. */
char *world_path(char out[static WORLD_PATH_OCTETS], const char *name);

/* Writes a file in the folder. */
void world_write(const char *name, const char *text);

/* The contents of a file, NUL-terminated; NULL where it is not there (yet). Free it. */
char *world_read(const char *path);

/* A TCP port of 127.0.0.1 that was free a moment ago. */
uint16_t world_free_port(void);

/* A process that the world started. Its output goes to NAME.log. */
struct process {
	char name[40];
	char log[WORLD_PATH_OCTETS];
	pid_t pid; /* 0 = it does not run */
	int in;    /* to its stdin, where it talks; else -1 */
	int out;   /* from its stdout, where it talks; else -1 */
};

/* Starts argv (NULL-terminated). talks: stdin and stdout are pipes to us. process: borrowed until world_close. */
void process_start(struct process *process, const char *name, const char *const argv[], bool talks);

/* Sends a signal. */
void process_signal(const struct process *process, int number);

/* Waits for its end: its exit status, or 256 + the number of the signal that ended it. Fails after so many seconds. */
int process_wait(struct process *process, unsigned seconds);

/* False once it has ended; then process_wait tells how. */
bool process_lives(const struct process *process);

/* SIGKILL, and waits. */
void process_kill(struct process *process);
