/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdint.h>

/* One Redis command as RESP octets, in memory that grows and is kept for the next one. The number of arguments is not
 * known until the end, so its digits are written into a fixed place in front:
 *
 *   [reserved: “*1234\r\n”, right-aligned][“$5\r\nHMGET\r\n”]…
 */
struct command {
	char *octets;
	size_t cap;
	size_t len;
	unsigned argument_count;
	bool failed; /* malloc said no: the command is not complete and must not be sent */
};

/* Starts a command anew; keeps the memory. Zero-initialise before the first use. */
void command_begin(struct command *command);

/* Appends one argument. */
void command_text(struct command *command, struct slice text);
void command_word(struct command *command, const char *word);
void command_int(struct command *command, int64_t value);

/* Room for an argument of exactly len octets, to be filled by the caller at once; NULL where memory failed. */
char *command_reserve(struct command *command, size_t len);

/* The arguments so far, as octets that command_append takes; borrowed until more is added. Absent where memory failed. */
struct slice command_arguments(const struct command *command);

/* Appends so many arguments that are octets already. Absent ones make it fail. */
void command_append(struct command *command, struct slice octets, unsigned argument_count);

/* The finished command; borrowed until the next begin. Absent where it failed. */
struct slice command_octets(struct command *command);

/* Frees the memory. */
void command_fini(struct command *command);
