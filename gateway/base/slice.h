/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A borrowed run of octets, not NUL-terminated. Who made it says how long it lives. {NULL, 0} means absent. */
struct slice {
	const char *at;
	size_t len;
};

/* A slice of a string literal or array whose last octet is a NUL. */
#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

/* Arguments for a "%.*s" conversion. */
#define SLICE_ARG(slice) (int)(slice).len, (slice).len ? (slice).at : ""

/* A slice over a C string; borrowed from it. text may be NULL (gives the absent slice). */
static inline struct slice slice_of(const char *text)
{
	return (struct slice){ text, text ? strlen(text) : 0 };
}

/* True where both hold the same octets; absent equals empty. */
static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* True where slice holds exactly the C string text. */
static inline bool slice_is(struct slice slice, const char *text)
{
	return slice_equal(slice, slice_of(text));
}

/* True where slice begins with prefix. */
static inline bool slice_starts(struct slice slice, struct slice prefix)
{
	return slice.len >= prefix.len && (prefix.len == 0 || memcmp(slice.at, prefix.at, prefix.len) == 0);
}

/* Less than, equal to or greater than 0 where a stands before, with or behind b in the order of their octets, the shorter one first
 * where it begins the other. */
static inline int slice_compare(struct slice a, struct slice b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common > 0 ? memcmp(a.at, b.at, common) : 0;
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* What stands in front of the first mark, or all where there is none; rest becomes what is behind it, empty where there is
 * none. */
static inline struct slice slice_cut(struct slice *rest, char mark)
{
	/* No text is longer than a pointer can reach, and compilers that follow lengths around want to be told. */
	const char *at = (ptrdiff_t)rest->len > 0 ? memchr(rest->at, mark, rest->len) : NULL;
	struct slice part = { rest->at, at != NULL ? (size_t)(at - rest->at) : rest->len };
	size_t used = part.len + (at != NULL);
	if (used > 0)
		*rest = (struct slice){ rest->at + used, rest->len - used };
	return part;
}
