/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config_value.h"
#include "loop/address_guard.h"

/* Reports what is wrong with the webhooks: URLs, secrets, names of events, names that are there twice. */
void config_check_webhooks(struct config_load *load);

/* Where the URL of a webhook may lead. out: owned. Errors as address_guard_create. */
MUST_CHECK enum err config_webhook_guard(const struct config_webhook *webhook, struct address_guard **out,
					 struct err_at *at);

/* Reads the webhook's ca_file. out: owned, with its length; both left as they are where it has none, or on failure. Errors as
 * config_file_read. */
MUST_CHECK enum err config_webhook_ca(const struct config_webhook *webhook, char **out, size_t *len, struct err_at *at);
