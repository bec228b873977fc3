/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* Operating errors: what can go wrong without anyone here having made a mistake. Bugs are CHECKs; what the pipeline
 * decides about an alert is a verdict, not an error. */
enum err {
	ERR_OK = 0,
	ERR_SHORT,       /* not all octets are here yet */
	ERR_FORMAT,      /* malformed */
	ERR_RANGE,       /* well formed, outside what is allowed */
	ERR_FULL,        /* no room: output buffer, arena, table */
	ERR_MEMORY,      /* malloc said no */
	ERR_NOT_FOUND,   /* what was named does not exist */
	ERR_DUPLICATE,   /* given twice */
	ERR_UNSUPPORTED, /* understood, but not offered */
	ERR_IO,          /* the system or a peer failed */
	ERR_CLOSED,      /* the peer went away */
	ERR_TIMEOUT,     /* no answer within its time */
	ERR_COUNT
};

/* Name in lower case (“format”), for logs and tests. Static storage. */
const char *err_name(enum err err);

#define MUST_CHECK __attribute__((warn_unused_result))

/* Where and why a parser stopped, for people: it ends up in the dead letter or on the terminal.
 * The first error wins; later ones are ignored. Zero-initialise before use. */
struct err_at {
	enum err err;
	size_t offset;   /* octets from the start of the input */
	unsigned line;   /* 1-based; 0 = not known */
	unsigned column; /* 1-based, in octets; 0 = not known */
	char field[64];  /* name of the field; "" = none */
	char text[256];  /* one sentence without a full stop, UTF-8, cut at a character */
};

/* Notes the error unless one is there already; returns err so that callers can write `return err_at_set(…)`.
 * at: may be NULL (nothing is noted). field: may be NULL. format: printf style, one sentence. */
enum err err_at_set(struct err_at *at, enum err err, size_t offset, const char *field, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
