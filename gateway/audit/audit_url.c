/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX     65535
#define PORT_DEFAULT 6379
#define DB_MAX       1000000

static bool copy(char *out, size_t cap, const char *text, size_t len)
{
	if (len >= cap)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static bool read_uint(const char *text, unsigned max, unsigned *out)
{
	char *end = NULL;
	if (*text < '0' || *text > '9')
		return false;
	unsigned long value = strtoul(text, &end, 10);
	if (*end != '\0' || value > max)
		return false;
	*out = (unsigned)value;
	return true;
}

static int hex(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit = (char)(digit | 0x20);
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Copies len octets, “%2F” as “/”. */
static bool decode(char *out, size_t cap, const char *text, size_t len)
{
	size_t used = 0;
	for (size_t i = 0; i < len; i++) {
		char octet = text[i];
		if (octet == '%') {
			int high = i + 2 < len ? hex(text[i + 1]) : -1;
			int low = i + 2 < len ? hex(text[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			octet = (char)(high << 4 | low);
			i += 2;
		}
		if (octet == '\0' || used + 1 >= cap)
			return false;
		out[used++] = octet;
	}
	out[used] = '\0';
	return true;
}

/* “user:password@”, “:password@” or “user@”. */
static bool parse_user(const char *text, size_t len, struct audit_url *url)
{
	const char *colon = memchr(text, ':', len);
	size_t user_len = colon ? (size_t)(colon - text) : len;
	return decode(url->user, sizeof url->user, text, user_len) &&
	       (colon == NULL || decode(url->password, sizeof url->password, colon + 1, len - user_len - 1));
}

/* “host”, “host:port”, “[::1]:port”. */
static bool parse_host(const char *text, size_t len, struct audit_url *url)
{
	char port[8];
	unsigned number = PORT_DEFAULT;
	const char *end = text + len;
	const char *host = text;
	const char *host_end = *text == '[' ? memchr(text, ']', len) : memchr(text, ':', len);
	if (*text == '[') {
		if (host_end == NULL)
			return false;
		host++;
	}
	if (host_end == NULL)
		host_end = end;
	const char *rest = *text == '[' ? host_end + 1 : host_end;
	if (rest < end) {
		if (*rest != ':' || !copy(port, sizeof port, rest + 1, (size_t)(end - rest - 1)) ||
		    !read_uint(port, PORT_MAX, &number))
			return false;
	}
	url->port = (int)number;
	return host_end > host && copy(url->host, sizeof url->host, host, (size_t)(host_end - host));
}

/* What is behind the scheme: “user:password@host:port/db?db=N”; of a socket the path stands for host and db. */
static bool parse_rest(const char *text, bool is_unix, struct audit_url *url)
{
	size_t len = strcspn(text, "/?");
	const char *path = text + len;
	size_t path_len = strcspn(path, "?");
	const char *query = path + path_len;
	const char *at = memrchr(text, '@', len);
	char db[8];
	if (at) {
		if (!parse_user(text, (size_t)(at - text), url))
			return false;
		len -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	if (is_unix && (len > 0 || path_len < 2 || !decode(url->path, sizeof url->path, path, path_len)))
		return false;
	if (!is_unix && (len == 0 || !parse_host(text, len, url)))
		return false;
	if (!is_unix && path_len > 1 &&
	    (!copy(db, sizeof db, path + 1, path_len - 1) || !read_uint(db, DB_MAX, &url->db)))
		return false;
	return strlen(query) < 2 || (strncmp(query, "?db=", 4) == 0 && read_uint(query + 4, DB_MAX, &url->db));
}

bool audit_url_parse(const char *text, struct audit_url *url)
{
	*url = (struct audit_url){ .port = PORT_DEFAULT };
	bool is_good = false;
	if (strncmp(text, "unix://", 7) == 0)
		is_good = parse_rest(text + 7, true, url);
	else if (strncmp(text, "redis://", 8) == 0)
		is_good = parse_rest(text + 8, false, url);
	else if (strncmp(text, "rediss://", 9) == 0)
		is_good = url->is_tls = parse_rest(text + 9, false, url);
	const char *password = getenv("HONGYAN_REDIS_PASSWORD");
	if (is_good && *url->password == '\0' && password)
		is_good = copy(url->password, sizeof url->password, password, strlen(password));
	return is_good;
}
