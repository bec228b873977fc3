/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/address_guard.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static const char *refusal(const struct address_guard *guard, const char *text)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_guard_refusal(guard, (struct sockaddr *)&v4);
	cr_assert_eq(inet_pton(AF_INET6, text, &v6.sin6_addr), 1, "%s", text);
	return address_guard_refusal(guard, (struct sockaddr *)&v6);
}

Test(address_guard, takes_what_is_public)
{
	static const struct {
		const char *address;
		const char *want; /* NULL = taken */
	} rows[] = {
		{ "8.8.8.8", NULL },
		{ "101.132.0.1", NULL },
		{ "172.15.255.255", NULL },
		{ "172.32.0.0", NULL },
		{ "100.63.255.255", NULL },
		{ "2400:3200::1", NULL },
		{ "::ffff:8.8.8.8", NULL },
		{ "64:ff9b::808:808", NULL },
		{ "0.0.0.0", "unspecified" },
		{ "0.1.2.3", "unspecified" },
		{ "10.0.0.1", "private" },
		{ "100.100.100.200", "shared by a carrier's customers" },
		{ "127.0.0.1", "loopback" },
		{ "127.255.255.254", "loopback" },
		{ "169.254.169.254", "link-local" },
		{ "172.16.0.1", "private" },
		{ "172.31.255.255", "private" },
		{ "192.168.1.1", "private" },
		{ "198.19.0.1", "for benchmarks" },
		{ "203.0.113.7", "for documentation" },
		{ "224.0.0.1", "multicast" },
		{ "255.255.255.255", "reserved" },
		{ "::", "unspecified" },
		{ "::1", "loopback" },
		{ "::7f00:1", "reserved" },
		{ "::ffff:127.0.0.1", "loopback" },
		{ "::ffff:10.1.2.3", "private" },
		{ "64:ff9b::7f00:1", "loopback" },
		{ "2002:a00:1::", "private" },
		{ "::ffff:0:10.1.2.3", "private" },
		{ "::ffff:0:127.0.0.1", "loopback" },
		{ "::ffff:0:8.8.8.8", NULL },
		{ "2400:3200::5efe:10.1.2.3", "private" },
		{ "2400:3200::200:5efe:169.254.169.254", "link-local" },
		{ "2400:3200::5efe:8.8.8.8", NULL },
		{ "2400:3200::1:5efe:10.1.2.3", NULL },
		{ "fe80::5efe:8.8.8.8", "link-local" },
		{ "192.88.99.1", "reserved" },
		{ "2001:2::1", "reserved" },
		{ "2001:20::1", "reserved" },
		{ "2001:200::1", NULL },
		{ "3fff::1", "for documentation" },
		{ "3fff:fff:ffff::1", "for documentation" },
		{ "3fff:1000::1", NULL },
		{ "5f00::1", "for segment routing" },
		{ "5f01::1", NULL },
		{ "2001::1", "a Teredo tunnel" },
		{ "fd00:ec2::254", "private" },
		{ "fe80::1", "link-local" },
		{ "ff02::1", "multicast" },
	};
	struct address_guard *guard = NULL;
	cr_assert_eq(address_guard_create(NULL, 0, "sms.example.com", &guard, NULL), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *got = refusal(guard, rows[i].address);
		cr_expect_eq(got == NULL, rows[i].want == NULL, "%s: %s", rows[i].address, got ? got : "taken");
		if (got != NULL && rows[i].want != NULL)
			cr_expect_str_eq(got, rows[i].want, "%s", rows[i].address);
	}
	struct sockaddr_un file = { .sun_family = AF_UNIX };
	cr_expect_str_eq(address_guard_refusal(guard, (struct sockaddr *)&file), "of an unknown family");
	address_guard_destroy(guard);
	address_guard_destroy(NULL);
}

Test(address_guard, the_operator_allows)
{
	static const struct {
		const char *allow;
		const char *address;
		bool want;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "10.1.0.0/16", "10.1.255.255", true },
		{ "10.1.0.0/16", "10.2.0.0", false },
		{ "10.0.0.0/9", "10.127.255.255", true },
		{ "10.0.0.0/9", "10.128.0.0", false },
		{ "127.0.0.0/8", "::ffff:127.0.0.1", true },
		{ "0.0.0.0/0", "10.0.0.1", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::1", "::1", true },
		{ "fd00::/8", "fd12::1", true },
		{ "fd00::/8", "fc12::1", false },
		{ "10.1.0.0/16", "::ffff:0:10.1.2.3", true },
		{ "10.1.0.0/16", "2400:3200::5efe:10.1.2.3", true },
		{ "10.1.0.0/16", "2400:3200::5efe:10.2.2.3", false },
		{ "2400:3200::/32", "2400:3200::5efe:10.2.2.3", true },
		{ "SMS.inner.example", "10.9.9.9", true },
		{ "other.inner.example", "10.9.9.9", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct address_guard *guard = NULL;
		const char *allow[] = { "192.0.2.1", rows[i].allow };
		cr_assert_eq(address_guard_create(allow, 2, "sms.inner.example", &guard, NULL), ERR_OK);
		cr_expect_eq(refusal(guard, rows[i].address) == NULL, rows[i].want, "row %zu: %s to %s", i,
			     rows[i].allow, rows[i].address);
		address_guard_destroy(guard);
	}
}

Test(address_guard, says_what_is_no_address)
{
	static const char *const wrong[] = { "",           "10.1.0.0/33", "::/129",    "10.1.0.0/",
					     "10.1.0/16x", "10.1.0.0/ 8", "300.1.1.1", "a host",
					     "http://x",   "1.2.3.4/-1" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct address_guard *guard = NULL;
		struct err_at at = { .err = ERR_OK };
		cr_expect_eq(address_guard_create(&wrong[i], 1, "h", &guard, &at), ERR_FORMAT, "%s", wrong[i]);
		cr_expect_null(guard);
		cr_expect_not_null(strstr(at.text, "neither an address"), "%s", at.text);
	}
	const char *many[ADDRESS_GUARD_ALLOW_MAX + 1];
	for (unsigned i = 0; i <= ADDRESS_GUARD_ALLOW_MAX; i++)
		many[i] = "127.0.0.1";
	struct address_guard *guard = NULL;
	cr_expect_eq(address_guard_create(many, ADDRESS_GUARD_ALLOW_MAX + 1, "h", &guard, NULL), ERR_RANGE);
}
