/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/slice.h"

#include <stdbool.h>

/* The pages' files, which the build of console/ puts into the program, compressed beforehand. */

struct console_octets {
	const unsigned char *at;
	unsigned len; /* 0 = there is none of this coding */
};

struct console_file {
	const char *path;               /* as browsers ask for it: “/index.html”, “/assets/main-5f1c2d.js” */
	const char *type;               /* “text/javascript; charset=utf-8” */
	const char *etag;               /* with its quotes */
	bool is_hashed;                 /* the path changes with the content: it may be kept for ever */
	struct console_octets identity; /* always there */
	struct console_octets gzip;
	struct console_octets br;
};

/* Made by the build; where console/ was not built there are none. */
extern const struct console_file console_files[];
extern const unsigned console_file_count;

/* The file behind a path; NULL where there is none. files: count of them. */
const struct console_file *console_static_find(const struct console_file *files, unsigned count, struct slice path);

/* The octets to send to whoever accepts these codings (the value of Accept-Encoding), br before gzip before identity. coding: for
 * Content-Encoding, NULL = none. */
struct slice console_static_octets(const struct console_file *file, struct slice accept, const char **coding);

/* True where a value of If-None-Match names this ETag, or any. */
bool console_static_matches(struct slice if_none_match, const char *etag);
