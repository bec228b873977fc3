/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What is kept of an answer over HTTP while it comes: its body, and of its headers Retry-After. Its memory serves one answer after
 * the other. */

#define HTTP_INTAKE_RETRY_AFTER_MAX 64

struct http_intake {
	size_t max; /* octets of a body; set by its owner, who zeroes the rest */
	char *body; /* owned; NULL = none yet */
	size_t len;
	size_t cap;
	bool is_cut; /* the body is longer, or there was no memory for it */
	size_t header_octets;
	bool is_too_much; /* headers beyond all measure */
	char retry_after[HTTP_INTAKE_RETRY_AFTER_MAX];
	size_t retry_after_len; /* 0 = there is none */
};

/* The next answer begins. */
void http_intake_begin(struct http_intake *intake);

/* A header's line, or a status line, in whole. False: it is enough (is_too_much). */
bool http_intake_header(struct http_intake *intake, const char *line, size_t len);

/* A part of the body. False: it is enough (is_cut). */
bool http_intake_body(struct http_intake *intake, const char *octets, size_t len);

void http_intake_fini(struct http_intake *intake);
