/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"

/* Passwords, tokens and keys. */

/* True where both are the same octets. How long it takes says nothing about where they differ: it grows with what was given, which
 * whoever gave it knows. Both empty are the same: ask before whether there is a secret at all. */
bool secret_equal(struct slice given, struct slice known);

#define SECRET_HIDDEN "(hidden)"
#define SECRET_LEAST  4 /* octets; what is shorter would be found everywhere, and is nobody's secret */

/* What must not be shown, each in every form that it may come in; the longer ones first. */
struct secrets {
	const struct slice *at; /* each of at least SECRET_LEAST octets */
	unsigned count;
};

/* Appends text that came from outside, with “(hidden)” for each secret in it, and for the beginning of one (SECRET_LEAST octets or
 * more) with which it ends, since it may have been cut there. What does not fit is left out, and is no error. secrets: NULL = none. */
void secrets_hide(const struct secrets *secrets, struct slice text, struct buf *out);

/* The same from a C string to another one of at most cap octets with its NUL. */
void secrets_show(const struct secrets *secrets, const char *text, char *out, size_t cap);
