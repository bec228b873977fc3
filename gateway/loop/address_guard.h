/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <sys/socket.h>

/* Which addresses a URL from the configuration may lead to. A name that suddenly resolves to the inside (the host itself,
 * the network that it stands in, a cloud's metadata service) would turn the gateway into a way into it; so only addresses
 * of the public Internet are taken, after resolution, unless the operator allows others. Addresses that carry an IPv4
 * address (::ffff:0:0/96, ::ffff:0:0:0/96, 64:ff9b::/96, 2002::/16) are judged by that, ISATAP's by both. */

struct address_guard;

#define ADDRESS_GUARD_ALLOW_MAX 64

/* allow: texts “10.1.0.0/16”, “127.0.0.1”, “fd00::/8”, or a host's name. host: the one that will be connected to (of the
 * URL, or of the proxy); where allow names it, whatever it resolves to is taken. Both are copied.
 * out: owned, set on success only. ERR_FORMAT for an address or name that is none, with its text; ERR_RANGE for more than
 * ADDRESS_GUARD_ALLOW_MAX; ERR_MEMORY. at: may be NULL. */
MUST_CHECK enum err address_guard_create(const char *const allow[], unsigned count, const char *host,
					 struct address_guard **out, struct err_at *at);

/* NULL is fine. */
void address_guard_destroy(struct address_guard *guard);

/* Why the address is not taken: what it is (“loopback”), static storage; NULL where it is taken. What is neither IPv4 nor
 * IPv6 is never taken. */
const char *address_guard_refusal(const struct address_guard *guard, const struct sockaddr *address);
