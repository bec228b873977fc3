/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/config.h"
#include "wire/smpp/smpp_account.h"

/* An account over SMPP: from the settings to what wire/smpp takes. */

/* Fills the account and prepares it. account: of protocol smpp; out borrows from it. utc_quarters: zone of the times that are told
 * the SMSC, in quarter hours from UTC, −48…48. at: the setting that will not do, and what is wrong with it; ERR_RANGE then. */
MUST_CHECK enum err config_smpp_compile(const struct config_account *account, int8_t utc_quarters,
					struct smpp_account *out, struct err_at *at);
