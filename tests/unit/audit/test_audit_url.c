/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit_url.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(audit_url, parse)
{
	static const struct row {
		const char *name;
		const char *text;
		bool want_good;
		struct audit_url want;
	} rows[] = {
		{ "host", "redis://cache", true, { .host = "cache", .port = 6379 } },
		{ "all",
		  "redis://u:p%40%2Fss@cache:6380/3",
		  true,
		  { .host = "cache", .port = 6380, .db = 3, .user = "u", .password = "p@/ss" } },
		{ "password only",
		  "redis://:pw@127.0.0.1/",
		  true,
		  { .host = "127.0.0.1", .port = 6379, .password = "pw" } },
		{ "IPv6", "redis://[::1]:7000/1", true, { .host = "::1", .port = 7000, .db = 1 } },
		{ "socket", "unix:///run/redis.sock", true, { .path = "/run/redis.sock", .port = 6379 } },
		{ "socket and db",
		  "unix:///run/redis.sock?db=2",
		  true,
		  { .path = "/run/redis.sock", .port = 6379, .db = 2 } },
		{ "TLS",
		  "rediss://:pw@cache:6380/1",
		  true,
		  { .host = "cache", .port = 6380, .db = 1, .password = "pw", .is_tls = true } },
		{ "another scheme", "http://cache", false, { .port = 0 } },
		{ "no host", "redis://", false, { .port = 0 } },
		{ "no host before a port", "redis://:6379", false, { .port = 0 } },
		{ "port", "redis://cache:x", false, { .port = 0 } },
		{ "large port", "redis://cache:65536", false, { .port = 0 } },
		{ "db", "redis://cache/x", false, { .port = 0 } },
		{ "bracket", "redis://[::1", false, { .port = 0 } },
		{ "escape", "redis://:%4@cache", false, { .port = 0 } },
		{ "NUL", "redis://:a%00b@cache", false, { .port = 0 } },
		{ "user without password", "redis://u@cache", true, { .host = "cache", .port = 6379, .user = "u" } },
		{ "db behind a question mark", "redis://cache?db=4", true, { .host = "cache", .port = 6379, .db = 4 } },
		{ "socket and user",
		  "unix://u:p@/run/a%20b?db=2",
		  true,
		  { .path = "/run/a b", .port = 6379, .db = 2, .user = "u", .password = "p" } },
		{ "something else behind it", "redis://cache?x=4", false, { .port = 0 } },
		{ "a socket's something else", "unix:///run/redis.sock?x", false, { .port = 0 } },
		{ "a socket's bare path", "unix:///", false, { .port = 0 } },
		{ "relative socket", "unix://run/redis.sock", false, { .port = 0 } },
	};
	unsetenv("HONGYAN_REDIS_PASSWORD");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct audit_url url;
		bool is_good = audit_url_parse(rows[i].text, &url);
		cr_expect_eq(is_good, rows[i].want_good, "%s: %d", rows[i].name, is_good);
		if (!is_good)
			continue;
		cr_expect_str_eq(url.host, rows[i].want.host, "%s: host %s", rows[i].name, url.host);
		cr_expect_str_eq(url.path, rows[i].want.path, "%s: path %s", rows[i].name, url.path);
		cr_expect_str_eq(url.user, rows[i].want.user, "%s: user %s", rows[i].name, url.user);
		cr_expect_str_eq(url.password, rows[i].want.password, "%s: password", rows[i].name);
		cr_expect_eq(url.port, rows[i].want.port, "%s: port %d", rows[i].name, url.port);
		cr_expect_eq(url.is_tls, rows[i].want.is_tls, "%s", rows[i].name);
		cr_expect_eq(url.db, rows[i].want.db, "%s: db %u", rows[i].name, url.db);
	}
}

Test(audit_url, password_of_the_environment)
{
	struct audit_url url;
	setenv("HONGYAN_REDIS_PASSWORD", "env", 1);
	cr_expect(audit_url_parse("redis://cache", &url));
	cr_expect_str_eq(url.password, "env");
	cr_expect(audit_url_parse("redis://:own@cache", &url));
	cr_expect_str_eq(url.password, "own");
}
