/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"

/* Network addresses as people write them. Errors go to at->text as the end of a sentence (“has no port”); they never
 * hold a password. */

/* Parses “host:port”, “[v6]:port”. port_least: 0 or 1; port_fallback: for a text without a port, 0 = it must have one.
 * out: owned strings, set on success only. */
MUST_CHECK enum err config_address_parse(struct slice text, unsigned port_least, uint16_t port_fallback,
					 struct config_address *out, struct err_at *at);

/* Parses “redis://[user[:password]@]host[:port][/db][?db=N]” and “unix://[user[:password]@]/path[?db=N]”. out: owned
 * strings, set on success only. ERR_UNSUPPORTED for the kinds that are not offered yet. */
MUST_CHECK enum err config_redis_url_parse(struct slice text, struct config_redis_url *out, struct err_at *at);

/* Frees the strings, the password overwritten. */
void config_redis_url_fini(struct config_redis_url *url);
