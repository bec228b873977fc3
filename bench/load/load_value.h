/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Parameter values as a utility's billing system would give them. Every value follows from a number, so a run can be
 * repeated. */

enum load_value_kind {
	LOAD_VALUE_MONEY,    /* “19.53”: low to high, in fen */
	LOAD_VALUE_INTEGER,  /* “183”: low to high */
	LOAD_VALUE_DATE,     /* “2026-02-13”: low to high days from today */
	LOAD_VALUE_DATETIME, /* “2026-02-13T18:30:00+08:00”: low to high minutes from now, in steps of five */
	LOAD_VALUE_DIGITS, /* “2200012345”: `low` digits behind `words`, if there are some; the first from 1 to 9 */
	LOAD_VALUE_WORD,   /* one of `words`, separated by “|” */
};

/* One parameter of a template. */
struct load_value {
	const char *name;
	enum load_value_kind kind;
	int32_t low;
	int32_t high;
	const char *words;     /* of WORD the choices, of DIGITS what stands before them; else NULL */
	uint8_t given_percent; /* of so many alerts in a hundred */
};

/* The next of a sequence of random numbers (splitmix64); state is the sequence. */
uint64_t load_value_random(uint64_t *state);

/* Writes one value, NUL-terminated, at most cap octets; nothing in it needs escaping in JSON. random: of this value.
 * now_s: seconds since 1970. Returns its length. */
size_t load_value_format(const struct load_value *value, uint64_t random, int64_t now_s, char *out, size_t cap);

/* Writes an instant in China's time as RFC 3339 with milliseconds, 29 octets and a NUL. Returns 29. */
size_t load_value_instant(int64_t wall_ms, char out[32]);
