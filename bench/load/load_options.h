/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "load_alert.h"

/* The command line, checked and in numbers. */

enum load_options_result { LOAD_OPTIONS_OK, LOAD_OPTIONS_HELP, LOAD_OPTIONS_WRONG };

struct load_options {
	const char *redis_url;
	uint64_t alert_count;
	uint64_t first;       /* number of the first alert */
	uint64_t rate_per_s;  /* 0 = as fast as Redis takes them */
	const char *produced; /* NULL = no record of what was sent */
	bool is_print;        /* alerts on stdout, no Redis */
	struct load_alert_plan plan;
	char id_prefix[48];
};

/* Fills options from the arguments (borrowed for the life of the process). HELP: the help is on stdout. WRONG: stderr
 * says what is wrong with which argument; the exit status for it is 64. */
enum load_options_result load_options_parse(int argc, char **argv, struct load_options *out);
