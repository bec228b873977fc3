/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "httpd/httpd.h"
#include "unit/httpd/http_client.h"

/* A server on a free port with some pages: /hello (GET), /echo (POST, PUT: 201 with the body), /big (GET: BIG_OCTETS),
 * /overflow and /greedy (GET: want more room than there is). */

#define BIG_OCTETS (200 * 1024)

/* What the handlers see. */
struct seen {
	struct httpd *httpd;
	unsigned calls;
	size_t body_len;
	bool is_stopped;
};

struct setup {
	struct loop *loop;
	struct httpd *httpd;
	struct seen seen;
	uint16_t port;
};

/* Starts it. wanted: NULL = all defaults; host and port are set here. setup: the caller's memory, http_server_finish
 * ends it. */
void http_server_start(struct setup *setup, const struct httpd_options *wanted);

/* Destroys server (unless that is done) and loop. */
void http_server_finish(struct setup *setup);

/* Memory for count clients, too large for the stack; free it. */
struct http_client *http_clients(unsigned count);

extern const struct httpd_route http_server_routes[];
