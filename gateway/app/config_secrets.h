/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "base/secret.h"

/* What texts about an account must not show: the values of all its settings that are secrets by the table of settings, in every form
 * that a provider can give them back in: as they are, percent-encoded, within JSON, and together as Basic credentials. Of lines
 * whose values may be secrets (headers, query, form) those of eight octets and more, without place-holders. */

/* account: read during the call. Owned; NULL where there is no memory. */
struct secrets *config_secrets_create(const struct config_account *account);

/* Wipes and frees. NULL is fine. */
void config_secrets_destroy(struct secrets *secrets);
