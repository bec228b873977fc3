/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#define AUDIT_URL_PART_CAP 513 /* 512 octets and a NUL */

/* Where Redis is. Empty texts are absent. */
struct audit_url {
	char host[256];
	char path[108]; /* of a unix socket; then there is no host */
	char user[AUDIT_URL_PART_CAP];
	char password[AUDIT_URL_PART_CAP];
	int port;
	bool is_tls;
	unsigned db;
};

/* Reads redis://[user[:password]@]host[:port][/db][?db=N], rediss://… (TLS) or unix://[user[:password]@]/path[?db=N]; user, password and path
 * may be percent-encoded, a host of colons stands in brackets. The password may come from HONGYAN_REDIS_PASSWORD. False where it is
 * malformed. */
bool audit_url_parse(const char *text, struct audit_url *url);
