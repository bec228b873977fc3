/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/http_intake.h"

#include "loop/http_client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BODY_OCTETS_FIRST 4096

void http_intake_begin(struct http_intake *intake)
{
	intake->is_cut = intake->is_too_much = false;
	intake->len = intake->header_octets = intake->retry_after_len = 0;
}

bool http_intake_header(struct http_intake *intake, const char *line, size_t len)
{
	static const char name[] = "retry-after:";
	intake->header_octets += len;
	if (intake->header_octets > HTTP_CLIENT_HEADER_OCTETS_MAX) {
		intake->is_too_much = true;
		return false;
	}
	if (len > 5 && memcmp(line, "HTTP/", 5) == 0)
		intake->retry_after_len = 0; /* what came before was an interim answer's */
	if (len < sizeof name || strncasecmp(line, name, sizeof name - 1) != 0)
		return true;
	const char *from = line + sizeof name - 1;
	const char *to = line + len;
	while (from < to && (*from == ' ' || *from == '\t'))
		from++;
	while (to > from && (unsigned char)to[-1] <= ' ')
		to--;
	if ((size_t)(to - from) <= sizeof intake->retry_after) {
		intake->retry_after_len = (size_t)(to - from);
		memcpy(intake->retry_after, from, intake->retry_after_len);
	}
	return true;
}

bool http_intake_body(struct http_intake *intake, const char *octets, size_t len)
{
	if (len > intake->max - intake->len) {
		intake->is_cut = true;
		return false;
	}
	size_t want = intake->len + len;
	if (want > intake->cap) {
		size_t cap = intake->cap ? intake->cap : BODY_OCTETS_FIRST;
		while (cap < want)
			cap *= 2;
		char *grown = realloc(intake->body, cap);
		if (grown == NULL) {
			intake->is_cut = true;
			return false;
		}
		intake->body = grown;
		intake->cap = cap;
	}
	if (len > 0)
		memcpy(intake->body + intake->len, octets, len);
	intake->len = want;
	return true;
}

void http_intake_fini(struct http_intake *intake)
{
	free(intake->body);
	intake->body = NULL;
}
