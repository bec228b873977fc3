/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"

/* What a reload would change. */

enum account_change_kind {
	ACCOUNT_SAME,
	ACCOUNT_CHANGES_IN_PLACE, /* only settings that its links do not depend on */
	ACCOUNT_CHANGES_LINKS,    /* its links must be made anew */
};

enum account_change_kind config_compare_accounts(const struct config_account *before,
						 const struct config_account *after);

/* Writes the settings outside accounts and routes that differ and need a restart, with commas between; nothing where there
 * are none. */
void config_compare_fixed(const struct config *before, const struct config *after, struct buf *out);
