/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"
#include "loop/address_guard.h"
#include "wire/http/http_account.h"

/* An account over HTTP: from the settings to what wire/http and the driver take. */

/* Compiles the description. out: owned, set on success only. at: a setting's name, and what is wrong with it. */
MUST_CHECK enum err config_http_compile(const struct config *config, const struct config_account *account,
					struct http_account **out, struct err_at *at);

/* Makes the guard of the account's addresses: of its proxy's where it has one, else of its URL's. The same. */
MUST_CHECK enum err config_http_guard(const struct config_account *account, const struct http_account *compiled,
				      struct address_guard **out, struct err_at *at);

/* Reads the files of an account over HTTP, and reports what is wrong with it. element: where it stands in the file. */
void config_check_http(struct config_load *load, struct config_account *account, const struct tree_node *element);

/* Writes the host in “scheme://user:password@host:port”, without brackets, NUL-terminated. cap: of out, in octets. */
void config_http_host(const char *url, char *out, size_t cap);
