/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "model/entry.h"
#include "model/msisdn.h"

#include <stdbool.h>
#include <stdint.h>

/* Phone numbers at rest: sealed with AES-256-GCM (NIST SP 800-38D) under a random nonce, and looked up by the first half of an
 * HMAC-SHA-256 (RFC 2104). Both keys are made from one secret, so that whoever has the files and not the secret knows no number. */

#define HISTORY_SECRET_LEAST  32 /* characters; “openssl rand -hex 32” gives 64 */
#define HISTORY_LOOKUP_OCTETS 16
#define HISTORY_SEALED_MAX    (12 + MSISDN_DIGITS_MAX + 16) /* nonce, digits, tag */

struct history_seal;

/* Makes it of the secret. out: owned, set on success only. ERR_RANGE (too short), ERR_MEMORY. */
MUST_CHECK enum err history_seal_create(struct slice secret, struct history_seal **out, struct err_at *at);

/* Overwrites and frees it. NULL is fine. */
void history_seal_destroy(struct history_seal *seal);

/* What tells that files belong to this secret, without saying anything about it. */
void history_seal_print(const struct history_seal *seal, uint8_t out[static HISTORY_LOOKUP_OCTETS]);

/* What a number (digits, at most MSISDN_DIGITS_MAX) is looked up by. False where libcrypto fails. */
MUST_CHECK bool history_seal_lookup(const struct history_seal *seal, struct slice number,
				    uint8_t out[static HISTORY_LOOKUP_OCTETS]);

/* Seals a number as that of one entry: it opens nowhere else. Returns the octets written; 0 where libcrypto fails. */
size_t history_seal_close(struct history_seal *seal, const struct entry_key *entry, struct slice number,
			  uint8_t out[static HISTORY_SEALED_MAX]);

/* Opens what was sealed. Returns the number's length; 0 where it was not sealed with this secret as that of this
 * entry, or where libcrypto fails. */
size_t history_seal_open(struct history_seal *seal, const struct entry_key *entry, struct slice sealed,
			 char out[static MSISDN_DIGITS_MAX + 1]);
