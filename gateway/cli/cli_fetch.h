/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

/* Fetches a page of a running gateway's admin address. */

/* Adds the scheme that url lacks, and path. out: owned, free it; NULL where there is no memory. */
char *cli_fetch_url(const char *url, const char *path);

/* The URL of what listens on host and port, seen from this machine. out: owned, free it; NULL where there is no memory. */
char *cli_fetch_listener(const char *host, unsigned port);

/* Adds “?key=value”, or “&key=value” where there is a query already, encoded; nothing where value is NULL. url: taken; NULL is fine.
 * Returns it, owned; NULL where there is no memory. */
char *cli_fetch_add(char *url, const char *key, const char *value);

/* GETs url, for at most 10 s. body: owned and NUL-terminated, free it; status, body: set on success only. at: why not, a
 * sentence for people. ERR_IO where there was no answer, ERR_FULL where it is too long. */
MUST_CHECK enum err cli_fetch_any(const char *url, unsigned *status, char **body, size_t *body_len, struct err_at *at);

/* POSTs json to url, with token in “Authorization: Bearer …” where it is not empty; as cli_fetch_any. */
MUST_CHECK enum err cli_fetch_post(const char *url, const char *token, const char *json, unsigned *status, char **body,
				   size_t *body_len, struct err_at *at);

/* cli_fetch_any, where any other status than 200 is an error, and an answer of nothing: ERR_FORMAT. What at says has no query of the url in it. */
MUST_CHECK enum err cli_fetch(const char *url, char **body, size_t *body_len, struct err_at *at);
