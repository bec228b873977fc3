/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"
#include "wire/http/http_callback.h"

/* What the settings of an account say about the receipts that its provider sends over HTTP. */

/* Reports what will not do; part of config_check. */
void config_check_callbacks(struct config_load *load);

/* Where the account's provider is to call; nowhere where public_url is not set. Borrows from all three. */
struct http_callback_address config_callback_address(const struct config *config, const struct config_account *account,
						     const struct http_callback *callback);

/* Compiles an account's callbacks. out: owned; NULL where it has none. at: as http_callback_create, its field a setting's name
 * without “callback_”. */
MUST_CHECK enum err config_callback_create(const struct config_account *account, struct http_callback **out,
					   struct err_at *at);
