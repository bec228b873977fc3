/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "loop/tls_pem.h"

/* A certificate authority for tests, in a folder of its own: NAME.pem and NAME.key for each certificate, ca.pem and ca.key its
 * own; other.pem is one that signed nothing. */

struct tls_authority {
	char folder[64];
};

struct tls_certificate {
	const char *name;  /* also its common name */
	const char *names; /* as of subjectAltName: “DNS:localhost,IP:127.0.0.1”; NULL = none */
	int from_days;     /* valid from and until, counted from now */
	int until_days;
};

/* Names for a certificate of more than 512 octets. */
#define TLS_LONG_NAME  "DNS:a-name-that-is-as-long-as-a-label-may-be-or-nearly-so.example"
#define TLS_MANY_NAMES TLS_LONG_NAME "," TLS_LONG_NAME "," TLS_LONG_NAME "," TLS_LONG_NAME "," TLS_LONG_NAME

/* Makes the folder and both authorities. Ends the program where that fails. */
void tls_authority_make(struct tls_authority *authority);

/* Signs one. */
void tls_authority_issue(const struct tls_authority *authority, const struct tls_certificate *what);

/* The path of a file in the folder; one of eight, in turn. NULL for NULL. */
const char *tls_authority_file(const struct tls_authority *authority, const char *name);

/* Such a file and what it holds; one of eight, in turn. None for NULL. */
struct tls_pem tls_authority_pem(const struct tls_authority *authority, const char *name);

/* Removes the folder. */
void tls_authority_remove(const struct tls_authority *authority);
