/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Every address is taken as IPv6, an IPv4 one as ::ffff:a.b.c.d, so that one comparison serves both. */

#define OCTETS      16
#define V4_BITS     96 /* in front of an IPv4 address */
#define RANGE_CHARS 64

struct range {
	uint8_t octets[OCTETS];
	unsigned bits;
};

struct address_guard {
	bool takes_all; /* the host itself is allowed */
	unsigned count;
	struct range allowed[ADDRESS_GUARD_ALLOW_MAX];
};

/* Registries of special addresses: RFC 6890 and what followed it. */
static const struct {
	const char *range;
	const char *what;
} special[] = {
	{ "0.0.0.0/8", "unspecified" },
	{ "10.0.0.0/8", "private" },
	{ "100.64.0.0/10", "shared by a carrier's customers" }, /* also a cloud's metadata, 100.100.100.200 */
	{ "127.0.0.0/8", "loopback" },
	{ "169.254.0.0/16", "link-local" }, /* also clouds' metadata, 169.254.169.254 */
	{ "172.16.0.0/12", "private" },
	{ "192.0.0.0/24", "reserved" },
	{ "192.0.2.0/24", "for documentation" },
	{ "192.88.99.0/24", "reserved" },
	{ "192.168.0.0/16", "private" },
	{ "198.18.0.0/15", "for benchmarks" },
	{ "198.51.100.0/24", "for documentation" },
	{ "203.0.113.0/24", "for documentation" },
	{ "224.0.0.0/4", "multicast" },
	{ "240.0.0.0/4", "reserved" },
	{ "::/128", "unspecified" },
	{ "::1/128", "loopback" },
	{ "::/96", "reserved" },
	{ "64:ff9b:1::/48", "private" },
	{ "100::/64", "reserved" },
	{ "2001::/32", "a Teredo tunnel" },
	{ "2001::/23", "reserved" },
	{ "2001:db8::/32", "for documentation" },
	{ "3fff::/20", "for documentation" },
	{ "5f00::/16", "for segment routing" },
	{ "fc00::/7", "private" },
	{ "fe80::/10", "link-local" },
	{ "fec0::/10", "private" },
	{ "ff00::/8", "multicast" },
};

static const uint8_t v4_front[12] = { [10] = 0xFF, [11] = 0xFF };
static const uint8_t nat64_front[12] = { 0x00, 0x64, 0xFF, 0x9B };
static const uint8_t translated_front[12] = { [8] = 0xFF, [9] = 0xFF }; /* RFC 2765 */

static void put_v4(const uint8_t *address, uint8_t out[OCTETS])
{
	uint8_t whole[OCTETS];
	memcpy(whole, v4_front, sizeof v4_front);
	memcpy(whole + sizeof v4_front, address, 4);
	memcpy(out, whole, OCTETS);
}

static bool parse_range(const char *text, struct range *out)
{
	char address[RANGE_CHARS];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	if (len >= sizeof address)
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	uint8_t v4[4];
	bool is_v4 = inet_pton(AF_INET, address, v4) == 1;
	if (is_v4)
		put_v4(v4, out->octets);
	else if (inet_pton(AF_INET6, address, out->octets) != 1)
		return false;
	unsigned most = is_v4 ? 32 : 128;
	unsigned bits = most;
	char rest;
	if (slash != NULL && (slash[1] < '0' || slash[1] > '9' || sscanf(slash + 1, "%3u%c", &bits, &rest) != 1))
		return false;
	out->bits = bits + (is_v4 ? V4_BITS : 0);
	return bits <= most;
}

static bool is_in(const uint8_t address[OCTETS], const struct range *range)
{
	unsigned whole = range->bits / 8;
	unsigned rest = range->bits % 8;
	if (memcmp(address, range->octets, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ range->octets[whole]) >> (8 - rest) == 0;
}

/* A name as hosts have them; what looks like an address and was none is a mistake. */
static bool is_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t len = strlen(text);
	bool has_letter = strcspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") < len;
	return has_letter && len <= 253 && strspn(text, allowed) == len;
}

static enum err take_allowed(struct address_guard *guard, const char *text, const char *host, struct err_at *at)
{
	struct range range;
	if (parse_range(text, &range)) {
		guard->allowed[guard->count++] = range;
		return ERR_OK;
	}
	if (!is_name(text))
		return err_at_set(at, ERR_FORMAT, 0, "allow",
				  "“%.64s” is neither an address, nor a range such as 10.1.0.0/16, nor a host", text);
	guard->takes_all = guard->takes_all || strcasecmp(text, host) == 0;
	return ERR_OK;
}

enum err address_guard_create(const char *const allow[], unsigned count, const char *host, struct address_guard **out,
			      struct err_at *at)
{
	if (count > ADDRESS_GUARD_ALLOW_MAX)
		return err_at_set(at, ERR_RANGE, 0, "allow", "more than %d entries", ADDRESS_GUARD_ALLOW_MAX);
	struct address_guard *guard = calloc(1, sizeof *guard);
	if (guard == NULL)
		return err_at_set(at, ERR_MEMORY, 0, "allow", "out of memory");
	for (unsigned i = 0; i < count; i++) {
		enum err err = take_allowed(guard, allow[i], host, at);
		if (err != ERR_OK) {
			free(guard);
			return err;
		}
	}
	*out = guard;
	return ERR_OK;
}

void address_guard_destroy(struct address_guard *guard)
{
	free(guard);
}

/* The address in the form that it is judged by; false for other families. */
static bool take_address(const struct sockaddr *address, uint8_t out[OCTETS])
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof v4);
		put_v4((const uint8_t *)&v4.sin_addr, out);
		return true;
	}
	if (address->sa_family != AF_INET6)
		return false;
	struct sockaddr_in6 v6;
	memcpy(&v6, address, sizeof v6);
	memcpy(out, &v6.sin6_addr, OCTETS);
	if (memcmp(out, nat64_front, sizeof nat64_front) == 0 ||
	    memcmp(out, translated_front, sizeof translated_front) == 0)
		put_v4(out + sizeof nat64_front, out);
	else if (out[0] == 0x20 && out[1] == 0x02)
		put_v4(out + 2, out);
	return true;
}

/* ISATAP (RFC 5214 §6.1): any prefix, and an interface id that names the IPv4 address where the packet leaves its tunnel. */
static bool is_isatap(const uint8_t address[OCTETS])
{
	static const uint8_t id[4] = { 0x00, 0x00, 0x5E, 0xFE };
	uint8_t first = address[8] & 0xFD; /* the bit that says whether the IPv4 address is unique in the world */
	return first == id[0] && memcmp(address + 9, id + 1, sizeof id - 1) == 0;
}

static bool is_allowed(const struct address_guard *guard, const uint8_t address[OCTETS])
{
	for (unsigned i = 0; i < guard->count; i++)
		if (is_in(address, &guard->allowed[i]))
			return true;
	return false;
}

static const char *what_is(const uint8_t address[OCTETS])
{
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
		struct range range;
		if (parse_range(special[i].range, &range) && is_in(address, &range))
			return special[i].what;
	}
	return NULL;
}

const char *address_guard_refusal(const struct address_guard *guard, const struct sockaddr *address)
{
	uint8_t octets[OCTETS];
	if (!take_address(address, octets))
		return "of an unknown family";
	if (guard->takes_all || is_allowed(guard, octets))
		return NULL;
	const char *what = what_is(octets);
	if (what != NULL || !is_isatap(octets))
		return what;
	put_v4(octets + 12, octets);
	return is_allowed(guard, octets) ? NULL : what_is(octets);
}
