/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "wire/http/http_account_inner.h"

/* The parts of compiling a description, in the order in which they are called. settings: laid over their preset. Each
 * returns ERR_OK, or notes field and sentence in at. */

/* auth, and everything that names us or is secret. */
MUST_CHECK enum err http_account_read_auth(const struct http_settings *settings, struct http_account *account,
					   struct err_at *at);

/* method, url, query, form, json, headers, idempotency_header and hmac_…. */
MUST_CHECK enum err http_account_read_request(const struct http_settings *settings, struct http_account *account,
					      struct err_at *at);

/* Looks whether all parts fit one another, fills in uses and uses_each, and tries the JSON body with samples. */
MUST_CHECK enum err http_account_judge(struct http_account *account, struct err_at *at);
