/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/cli.h"

/* A terminal in memory: runs a command line against streams and hooks of the test's own. */

#define TERMINAL_WORDS_MAX 12

struct terminal {
	int code;
	char *out; /* owned */
	char *err; /* owned */
};

/* What the hooks answer; zero is a configuration without errors, templates “hello” and “bill”, three routes, and the
 * accounts “cmcc” (SMPP: packed, ids in decimal that were hexadecimal, ACCEPTED is final) and “backup” (HTTP). */
struct terminal_hooks {
	enum err load;      /* what loading the configuration gives; its problem is told as “c.yaml:1:1: wrong” */
	const char *redis;  /* path of its socket; NULL = there is none */
	enum err templates; /* what loading templates gives; its problem is told as “x.tmpl:3: wrong” */
};

/* Runs “hongyan” with the words (NULL-terminated where fewer). input: octets of standard input. */
struct terminal terminal_run(const char *const words[TERMINAL_WORDS_MAX], const char *input, size_t input_len,
			     const struct terminal_hooks *hooks);

/* Frees the streams' texts. */
void terminal_fini(struct terminal *terminal);
