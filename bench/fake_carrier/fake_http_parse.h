/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* HTTP/1.1 requests out of octets, RFC 9112: pure, in place, as far as a provider's server has to know them. */

#include <stdbool.h>
#include <stddef.h>

#include "fake_slice.h"

enum {
  FAKE_HTTP_HEADERS_MAX = 64,
  FAKE_HTTP_HEAD_MAX = 64 * 1024,
  FAKE_HTTP_BODY_MAX = 1024 * 1024,
};

struct fake_http_header {
  struct fake_slice name;
  struct fake_slice value; /* without blanks around it */
};

/* Everything points into the octets that were parsed. */
struct fake_http_request {
  struct fake_slice method;
  struct fake_slice target; /* as it was sent */
  struct fake_slice path;   /* of it, up to `?` */
  struct fake_slice query;  /* behind `?`, empty if there is none */
  struct fake_slice body;   /* chunks put together */
  struct fake_http_header headers[FAKE_HTTP_HEADERS_MAX];
  unsigned headers_count;
  bool is_kept;        /* the connection stays open after the answer */
  bool wants_continue; /* Expect: 100-continue */
};

enum fake_http_parsed {
  FAKE_HTTP_MORE,  /* not all of it is here; wants_continue is valid, nothing else */
  FAKE_HTTP_WHOLE, /* the request, and how many octets it took */
  FAKE_HTTP_BAD,   /* no HTTP, or more than the limits: the status to answer, then the end */
};

/* Parse the request at the beginning of `octets` (`len` are here). Chunks are joined in place, only once all are here. `used` is set
 * for WHOLE, `status` (400, 413, 431, 501, 505) and `problem` (static, words) for BAD. */
enum fake_http_parsed fake_http_parse(char *octets, size_t len, struct fake_http_request *request, size_t *used,
                                      unsigned *status, const char **problem);

/* The value of the first header of that name, whatever its case; empty (`at` NULL) if there is none. */
struct fake_slice fake_http_header(const struct fake_http_request *request, const char *name);
