/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"
#include "loop/tls.h"

/* TLS of accounts and of Redis. */

/* Makes the context of an SMPP account from what its files held. out: owned by the caller, for tls_context_destroy; NULL where
 * the account speaks without TLS. at names the setting that is wrong, and says what. */
MUST_CHECK enum err config_tls_create(const struct config_account *account, struct tls_context **out,
				      struct err_at *at);

/* Reads the files of an SMPP account, and reports what is wrong with them and its other settings for TLS. element: its
 * node. */
void config_check_tls(struct config_load *load, struct config_account *account, const struct tree_node *element);

/* The same of an account over HTTP. */
void config_check_http_tls(struct config_load *load, struct config_account *account, const struct tree_node *element);

/* Reads the files of redis.…, and makes the context of all connections to Redis where redis.url asks for TLS. Reports what is wrong. */
void config_check_redis_tls(struct config_load *load);

/* Frees it, and what the files held. */
void config_redis_tls_fini(struct config_redis *redis);

/* Frees what the files held, overwritten first. */
void config_tls_fini(struct config_pems *pems);
