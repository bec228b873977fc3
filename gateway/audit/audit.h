/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* The check from outside: what producers added, joined with what carriers accepted and with the events. This room shares
 * no code with the gateway that it judges: it has its own reading of the formats, as producers.md has them. */

struct audit_options {
	const char *produced; /* files of JSON lines, with commas between them; a folder stands for all files in it */
	const char *carrier;  /* likewise */
	const char *events;   /* likewise; NULL = from Redis, or none */
	const char *redis;    /* URL; NULL = none, then nothing is known of what is pending */
	unsigned wait_s;      /* with redis: wait until nothing is pending, at most so long */
	bool wants_json;
};

enum audit_result {
	AUDIT_CLEAN,
	AUDIT_VIOLATED,    /* a promise is broken; stands above INCOMPLETE */
	AUDIT_INCOMPLETE,  /* nothing is wrong, but some of what was produced is pending, or nothing was produced */
	AUDIT_BAD_INPUT,   /* err says which file and line, and what */
	AUDIT_BAD_URL,     /* of Redis; err says how it is written */
	AUDIT_UNREACHABLE, /* err says why Redis gives no answer */
	AUDIT_FAILED,      /* no memory, or reading failed */
};

/* Runs the audit: the report goes to out, what hinders it to err. Blocks, for wait_s at most and as long as reading takes. */
enum audit_result audit_run(const struct audit_options *options, FILE *out, FILE *err);
