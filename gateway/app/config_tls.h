/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"
#include "loop/tls.h"

/* TLS of an SMPP account. */

/* Reads its certificates. out: owned by the caller, for tls_context_destroy; NULL where the account speaks without TLS. at
 * names the setting that is wrong, and says what. */
MUST_CHECK enum err config_tls_create(const struct config_account *account, struct tls_context **out,
				      struct err_at *at);

/* Reports what is wrong with the account's settings for TLS, and notes what its files hold. element: its node. */
void config_check_tls(struct config_load *load, struct config_account *account, const struct tree_node *element);
